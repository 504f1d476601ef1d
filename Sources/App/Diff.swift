import Guide
import HTTP
import JSON
import Markup
import Store

extension App {
  static func showDiff(_ context: Context) throws -> Reply {
    try context.read { reading in
      let id = try readIssueID(context, reading)
      guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
      var query = try context.query()
      let from = try query.integer("from")
      let to = try query.integer("to")
      let view = try query.choice("view", as: DiffPage.View.self) ?? .inline
      try query.finish()
      let newer = to ?? issue.revision
      let older = from ?? max(1, newer - 1)
      guard let old = try reading.revision(older, ofIssue: id),
        let new = try reading.revision(newer, ofIssue: id)
      else { throw Failure.notFound("revision") }
      return .page(DiffPage(issue: issue, old: old, new: new, view: view))
    }
  }
}

/// What changed between two revisions, word by word: in one text, or beside each other.
struct DiffPage: Page {
  enum View: String, CaseIterable { case inline, side }

  let issue: IssueSummary
  let old: Reading.Revision
  let new: Reading.Revision
  var view = View.inline

  var title: String { "\(issue.title): revision \(old.number) to \(new.number)" }

  private var pieces: [WordDiff.Piece] { WordDiff.pieces(from: old.markdown, to: new.markdown) }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a> › <a href="/issues/\(issue.slug)/history">History</a></p>
    <h1>Revision \(old.number) to \(new.number)</h1>
    <p class="quiet">\(.moment(new.createdAt)) · \(new.author)\(new.comment.isEmpty ? "" : " · ")\(new.comment)</p>
    \(switchHTML)
    \("<p>Title: <del>\(old.title)</del> <ins>\(new.title)</ins></p>", if: old.title != new.title)
    \("<p>Section: <del>\(old.section)</del> <ins>\(new.section)</ins></p>", if: old.section != new.section)
    \(view == .inline ? DiffViews.inline(pieces) : DiffViews.side(old, new))
    \(site.mayEdit && old.number < issue.revision ? DiffPage.revertForm(issue, old.number) : "")
    """
  }

  private var switchHTML: HTML {
    let address: HTML = "/issues/\(issue.slug)/diff?from=\(old.number)&to=\(new.number)"
    return view == .inline
      ? "<p><a href=\"\(address)&view=side\">Side by side</a></p>"
      : "<p><a href=\"\(address)\">In one text</a></p>"
  }

  static func revertForm(_ issue: IssueSummary, _ number: Int) -> HTML {
    """
    <form action="/issues/\(issue.slug)/revert" method="post">
    <input type="hidden" name="revision" value="\(number)"><input type="hidden" name="base" value="\(issue.revision)">
    <p><button>Go back to revision \(number)</button></p></form>
    """
  }

  func json(_ site: Site) -> JSON {
    [
      "issue": IssueJSON.summary(issue, site), "from": .integer(old.number),
      "to": .integer(new.number),
      "title": ["from": .string(old.title), "to": .string(new.title)],
      "section": ["from": .string(old.section), "to": .string(new.section)],
      "pieces": .array(
        pieces.map { ["kind": .string($0.kind.name), "text": .string($0.text)] }),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + DiffViews.text(pieces)
  }
}

extension WordDiff.Kind {
  fileprivate var name: String {
    switch self {
    case .same: "same"
    case .removed: "removed"
    case .added: "added"
    }
  }
}

enum DiffViews {
  /// What went is struck out, what came is underlined. Long runs of equal lines are left out.
  static func inline(_ pieces: [WordDiff.Piece]) -> HTML {
    guard pieces.contains(where: { $0.kind != .same }) else {
      return "<p>The text is the same.</p>"
    }
    let parts: [HTML] = pieces.enumerated().map { index, piece in
      piece.kind == .same
        ? shortened(piece.text, isFirst: index == 0, isLast: index == pieces.count - 1)
        : marked([piece])
    }
    return "<pre class=\"diff\" tabindex=\"0\">\(parts.joined())</pre>"
  }

  /// Equal lines that are shown around a change.
  private static let context = 3

  private static func shortened(_ text: String, isFirst: Bool, isLast: Bool) -> HTML {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let head = isFirst ? 0 : context
    let tail = isLast ? 0 : context
    let count = lines.count - head - tail
    // A line that says how much is missing takes a line itself.
    guard count > 2 else { return "\(text)" }
    let start: HTML? = head > 0 ? "\(lines.prefix(head).joined(separator: "\n"))\n" : nil
    let end: HTML? = tail > 0 ? "\n\(lines.suffix(tail).joined(separator: "\n"))" : nil
    return """
      \(start)<span class="quiet">⋯ \(counted(count, "equal line"))</span>\(end)
      """
  }

  private static func marked(_ pieces: [WordDiff.Piece]) -> HTML {
    pieces.map { piece -> HTML in
      switch piece.kind {
      case .same: "\(piece.text)"
      case .removed: "<del>\(piece.text)</del>"
      case .added: "<ins>\(piece.text)</ins>"
      }
    }.joined()
  }

  /// The old text on the left, the new one on the right; on a narrow screen one below the other.
  static func side(_ old: Reading.Revision, _ new: Reading.Revision) -> HTML {
    let rows: [HTML] = SideBySide.rows(from: old.markdown, to: new.markdown).map { row in
      switch row {
      case .skipped(let count):
        return "<tr class=\"skipped\"><td colspan=\"2\">\(counted(count, "equal line"))</td></tr>\n"
      case .lines(let old, let new):
        let isSame = old.map { !$0.isChanged } ?? false && new.map { !$0.isChanged } ?? false
        return """
          <tr\(isSame ? " class=\"same\"" : "" as HTML)>\(cell(old, "old"))\(cell(new, "new"))</tr>

          """
      }
    }
    return """
      <table class="side">
      <thead><tr><th scope="col">Revision \(old.number)</th><th scope="col">Revision \(new.number)</th></tr></thead>
      <tbody>
      \(rows)</tbody></table>
      """
  }

  private static func cell(_ line: SideBySide.Line?, _ side: HTML) -> HTML {
    guard let line else { return "<td class=\"none\"></td>" }
    return "<td class=\"\(side)\">\(marked(line.pieces))</td>"
  }

  /// "[-gone-]", "{+come+}".
  static func text(_ pieces: [WordDiff.Piece]) -> String {
    pieces.map { piece in
      switch piece.kind {
      case .same: piece.text
      case .removed: "[-\(piece.text)-]"
      case .added: "{+\(piece.text)+}"
      }
    }.joined() + "\n"
  }
}
