import Guide
import HTTP
import JSON
import Markup
import Store

// "It made things worse", said by people without an account or by agents: it moves no fix, and an
// editor is told.

extension App {
  static func listWarnings(_ context: Context) throws -> Reply {
    try context.require(.edit)
    try context.query().finish()
    return .page(
      WarningsPage(warnings: try context.read { try $0.warnings() }), headers: privately)
  }

  static func seeWarning(_ context: Context) throws -> Reply {
    try context.require(.edit)
    guard let id = wholeNumber(context.path[0]) else { throw Failure.notFound("warning") }
    try context.takesNothing()
    let isHTML = context.representation == .html
    return .write { writing in
      guard try writing.see(warning: id) else { throw Failure.notFound("warning") }
      if isHTML { return .redirect(.seeOther, to: "/warnings") }
      return .page(DonePage(title: "Seen", detail: "It is off the list of warnings."))
    }
  }
}

struct WarningsPage: Page {
  let warnings: [Warning]
  let title = "Warnings"

  func html(_ site: Site) -> HTML {
    """
    <h1>Warnings</h1>
    <p>People without an account, or agents, said that these fixes made things worse. That moves no fix; look whether they are right.</p>
    \("<p>Nothing to look at.</p>", if: warnings.isEmpty)
    \(warnings.map { item($0) })
    """
  }

  private func item(_ warning: Warning) -> HTML {
    """
    <section class="fix">
    <h2><a href="/issues/\(warning.issue.slug)#fix-\(warning.fixID)">\(warning.issue.title)</a></h2>
    <p>\(Markdown.summary(warning.fixText))</p>
    \(WarningsPage.words(warning))
    </section>
    """
  }

  /// What is said, and the button that takes it off the list.
  private static func words(_ warning: Warning) -> HTML {
    let words: [HTML] = warning.words.map { word in
      """
      <li>\(word.note.isEmpty ? "" : "“\(word.note)” ")<span class="quiet">\(word.source.inWords)\(word.circumstances), \
      <a href="/reports/\(word.reportID)">\(.moment(word.createdAt))</a></span></li>

      """
    }
    return """
      \("<p>Said by \(warning.reporters), lately:</p>", if: warning.reporters > 1)
      <ul>
      \(words)</ul>
      <form action="/warnings/\(warning.id)/seen" method="post"><p><button>Seen</button></p></form>
      """
  }

  /// For an issue's own page, shown to editors.
  static func notice(_ warnings: [Warning]) -> HTML {
    let notices: [HTML] = warnings.map {
      """
      <div class="notice fail" role="status">
      <p><strong>Said to make things worse:</strong> <a href="#fix-\($0.fixID)">\(Markdown.summary($0.fixText))</a></p>
      \(words($0))
      </div>
      """
    }
    return notices.joined()
  }

  /// For pages where editors begin; nothing when there is nothing.
  static func link(_ warnings: [Warning]) -> HTML? {
    guard !warnings.isEmpty else { return nil }
    let what =
      warnings.count == 1 ? "A fix is" : "\(warnings.count) fixes are"
    return """
      <p class="notice fail"><a href="/warnings">\(what) said to make things worse</a>: look at it.</p>
      """
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        warnings.map { warning in
          [
            "id": .integer(warning.id), "issue": IssueJSON.summary(warning.issue, site),
            "fix": .integer(warning.fixID), "text": .string(warning.fixText),
            "reporters": .integer(warning.reporters),
            "outcomes": .array(warning.words.map(WarningsPage.json)),
          ]
        }), "next": .null,
    ]
  }

  private static func json(_ word: Warning.Word) -> JSON {
    [
      "id": .integer(word.id), "report": .string(word.reportID),
      "source": .string(word.source.rawValue), "note": .string(word.note),
      "environment": .object(word.environment.map { JSON.Member($0.key, .string($0.value)) }),
      "created_at": .string(word.createdAt.rfc3339),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + (warnings.isEmpty ? "Nothing to look at.\n" : "")
      + warnings.map { warning in
        "\n"
          + wrapped(
            "\(warning.issue.title), fix \(warning.fixID), said by \(warning.reporters == 1 ? "one" : String(warning.reporters))",
            width)
          + "  \(site.url(issue: warning.issue.slug))\n"
          + warning.words.map { word in
            wrapped(
              "- \(word.note.isEmpty ? "no note" : word.note) (\(word.source.inWords)\(word.circumstances), \(word.createdAt.date))",
              width, indent: 2, hanging: 2) + "    \(site.url("/reports/" + word.reportID))\n"
          }.joined()
      }.joined()
  }
}

extension Warning.Word {
  /// Where it happened, as part of a sentence.
  fileprivate var circumstances: String {
    environment.isEmpty
      ? "" : ", with " + environment.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
  }
}

extension SourceKind {
  /// Who says so.
  fileprivate var inWords: String {
    switch self {
    case .person: "a member"
    case .agent: "an agent"
    case .automation: "automation"
    case .anonymous: "someone without an account"
    }
  }
}
