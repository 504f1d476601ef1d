import Guide
import HTTP
import JSON
import Markup
import Store

// Links between issues: duplicate of, supersedes, related; and what links here.

extension App {
  private enum LinkKind: String, CaseIterable {
    case duplicateOf = "duplicate_of"
    case supersedes, related

    var kind: IssueLink.Kind { IssueLink.Kind(rawValue: rawValue) ?? .related }
  }

  /// Adds a link to the issue's text.
  static func linkIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let kind = try fields.choice("kind", as: LinkKind.self)?.kind else {
      throw Failure.missing("kind")
    }
    let name = try fields.required("issue", limit: 200)
    try fields.finish()
    let target = try context.read { reading -> IssueSummary? in
      guard let found = try reading.issueID(named: name) else { return nil }
      return try reading.summaries([found.id]).first
    }
    guard let target, target.id != id else {
      throw Failure.invalid("issue", "There is no such other issue.")
    }
    guard try !context.read({ try $0.isNarrower(issue: target.id, than: id) }) else {
      throw Failure.invalid(
        "issue", "That issue is for fewer people than this one, and a link would tell its title.")
    }
    return changeLinks(context, id, comment: "\(kind.label ?? "") \(target.title)") {
      lines, links in
      if links.contains(where: { $0.kind == kind && $0.issue?.id == target.id }) { return }
      // Semicolons divide the list.
      let title = target.title.replacing(";", with: ",")
      lines[kind, default: []].append("[\(linkText(title))](/issues/\(target.slug))")
    }
  }

  /// Takes a link out of the issue's text.
  static func unlinkIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    let kind = LinkKind(rawValue: context.path[1])?.kind
    let found = try context.read { try $0.issueID(named: context.path[2]) }
    try context.body().finish()
    guard let kind, let target = found?.id else { throw Failure.notFound("link") }
    return changeLinks(context, id, comment: "no longer \(kind.rawValue)") { lines, links in
      let gone = Set(links.filter { $0.kind == kind && $0.issue?.id == target }.map(\.text))
      guard !gone.isEmpty else { throw Failure.notFound("link") }
      lines[kind]?.removeAll { gone.contains($0) }
    }
  }

  private static func changeLinks(
    _ context: Context, _ id: Int, comment: String,
    _ change: @escaping @Sendable (inout [IssueLink.Kind: [String]], [StoredLink]) throws -> Void
  ) -> Reply {
    let isHTML = context.representation == .html
    return .write { writing in
      guard let issue = try writing.reading.issue(id) else { throw IssueWriteError.notFound }
      var lines: [IssueLink.Kind: [String]] = [:]
      for link in issue.links { lines[link.kind, default: []].append(link.text) }
      try change(&lines, issue.links)
      var form = IssueForm(markdown: issue.markdown)
      for kind in IssueLink.Kind.allCases {
        guard let list = IssueForm.List(kind) else { continue }
        form.lists[list] = (lines[kind] ?? []).joined(separator: "\n")
      }
      let (markdown, mistakes) = form.written(into: issue.markdown)
      if let mistake = mistakes.first { throw Failure.invalid("issue", mistake.reason) }
      let summary = issue.summary
      let saved = try writing.updateIssue(
        id,
        IssueText(
          title: summary.title, section: summary.section, markdown: markdown,
          revision: summary.revision), base: .any, comment: comment)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return try IssuePage.written(id, writing.reading, context.site)
    }
  }

}

/// A title inside a Markdown link: text, in which no sign is markup.
func linkText(_ title: String) -> String {
  var text = ""
  for character in title {
    if "[]\\`<*_&~".contains(character) { text.append("\\") }
    text.append(character)
  }
  return text
}

extension SlugTarget {
  var id: Int {
    switch self {
    case .issue(let id), .moved(let id, _): id
    }
  }
}

/// Links as an issue's page shows them.
enum IssueLinks {
  /// For who should read another issue instead.
  static func notice(_ issue: Issue) -> HTML {
    let duplicates = issue.links.filter { $0.kind == .duplicateOf }.compactMap(\.issue)
    let newer = issue.linkedFrom.filter { $0.kind == .supersedes }.compactMap(\.issue)
    let parts: [HTML] =
      duplicates.map { "This is a duplicate of \(link($0))." }
      + newer.map { "\(link($0)) supersedes this issue." }
    return parts.isEmpty ? "" : "<p class=\"notice\">\(parts.joined(separator: " "))</p>"
  }

  static func rows(_ issue: Issue) -> [HTML] {
    var rows: [HTML] = []
    for kind in IssueLink.Kind.allCases {
      guard let name = kind.label else { continue }
      let links = issue.links.filter { $0.kind == kind }
      guard !links.isEmpty else { continue }
      let items: [HTML] = links.map { stored in
        "<dd>\(stored.issue.map(link) ?? Markdown.inline(stored.text))</dd>"
      }
      rows.append("<dt>\(name)</dt>\(items)\n")
    }
    if !issue.linkedFrom.isEmpty {
      let items: [HTML] = issue.linkedFrom.map { from in
        let how: HTML =
          from.kind.label.map { " <span class=\"quiet\">\($0.lowercased())</span>" } ?? ""
        return "<dd>\(from.issue.map(link))\(how)</dd>"
      }
      rows.append("<dt>What links here</dt>\(items)\n")
    }
    return rows
  }

  private static func link(_ issue: IssueSummary) -> HTML {
    "<a href=\"/issues/\(issue.slug)\">\(issue.title)</a>"
  }

  static func form(_ issue: Issue) -> HTML {
    let options: [HTML] = IssueLink.Kind.allCases.compactMap { kind in
      kind.label.map { "<option value=\"\(kind.rawValue)\">\($0)</option>" }
    }
    return """
      <form class="ask" action="/issues/\(issue.summary.slug)/links" method="post">
      <label for="link-kind">Link it to another issue, by its address</label>
      <select id="link-kind" name="kind">\(options)</select>
      <input name="issue" aria-label="Address of the other issue" required maxlength="200"><button>Link</button>
      </form>
      """
  }
}
