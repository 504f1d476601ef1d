import HTTP
import JSON
import Markup
import Store

// What resolved reports taught search about an issue: listed, accepted, removed.

extension App {
  static func listLearned(_ context: Context) throws -> Reply {
    try context.query().finish()
    return try context.read { reading in
      let id = try readIssueID(context, reading)
      guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
      return .page(LearnedPage(issue: issue, wordings: try reading.wordings(ofIssue: id)))
    }
  }

  enum Decision: String, CaseIterable { case accept, remove }

  /// An editor's yes or no.
  static func decideLearned(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let wording = try fields.integer("wording") else {
      throw Failure.missing("wording")
    }
    guard let action = try fields.choice("action", as: Decision.self) else {
      throw Failure.missing("action")
    }
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      guard
        try writing.decide(onWording: wording, ofIssue: id, accepts: action == .accept),
        let issue = try writing.reading.summaries([id]).first
      else { throw Failure.invalid("wording", "The issue has no such wording.") }
      if isHTML { return .redirect(.seeOther, to: "/issues/\(issue.slug)#learned") }
      return .page(
        LearnedPage(issue: issue, wordings: try writing.reading.wordings(ofIssue: id)))
    }
  }
}

struct LearnedPage: Page {
  let issue: IssueSummary
  let wordings: [StoredWording]

  var title: String { "Learned from reports: \(issue.title)" }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a></p>
    <h1>Learned from reports</h1>
    \("<p>Nothing yet.</p>", if: wordings.isEmpty)
    \(LearnedPage.list(wordings, issue, site))
    """
  }

  /// For the issue's own page; empty when there is nothing.
  static func section(_ wordings: [StoredWording], _ issue: IssueSummary, _ site: Site) -> HTML {
    guard !wordings.isEmpty else { return "" }
    return """
      <h2 id="learned">Learned from reports</h2>
      <p class="quiet">Words of reports that this issue resolved. From one member they make a question “possible”; from two, or once an editor accepts them, “known”.</p>
      \(list(wordings, issue, site))
      """
  }

  private static func list(
    _ wordings: [StoredWording], _ issue: IssueSummary, _ site: Site
  ) -> HTML {
    guard !wordings.isEmpty else { return "" }
    let items: [HTML] = wordings.map { wording in
      """
      <li>\(wording.words.joined(separator: " · "))
      <p class="quiet">\(wording.origin), \(.day(wording.createdAt))\(site.caller.isAnonymous ? "" : links(wording))</p>
      \(site.mayEdit ? buttons(wording, issue) : "")</li>

      """
    }
    return "<ul class=\"issues\">\n\(items)</ul>"
  }

  /// The newest reports that say so.
  private static func links(_ wording: StoredWording) -> HTML {
    let links: [HTML] = wording.reports.suffix(3).enumerated().map { index, report in
      ", <a href=\"/reports/\(report)\">report \(index + 1)</a>"
    }
    return links.joined()
  }

  private static func buttons(_ wording: StoredWording, _ issue: IssueSummary) -> HTML {
    """
    <form action="/issues/\(issue.slug)/learned" method="post" class="row" aria-label="Decide on \(wording.words.prefix(4).joined(separator: " "))">
    <input type="hidden" name="wording" value="\(wording.id)">
    \("<button name=\"action\" value=\"accept\">Accept</button>", if: wording.state == .learned)
    <button name="action" value="remove">Remove</button></form>
    """
  }

  func json(_ site: Site) -> JSON {
    [
      "issue": IssueJSON.summary(issue, site),
      "results": .array(wordings.map { LearnedPage.json($0, site) }), "next": .null,
    ]
  }

  static func json(_ wording: StoredWording, _ site: Site) -> JSON {
    var members: [JSON.Member] = [
      .init("id", .integer(wording.id)), .init("words", wording.words.json),
      .init("state", .string(wording.state.rawValue)), .init("members", .integer(wording.members)),
      .init("decided_by", wording.decidedBy.json),
      .init("created_at", .string(wording.createdAt.rfc3339)),
    ]
    if !site.caller.isAnonymous { members.append(.init("reports", wording.reports.json)) }
    return .object(members)
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + wordings.map {
        wrapped(
          "- \($0.words.joined(separator: " ")) (\($0.origin), \($0.createdAt.date))", width,
          hanging: 2)
      }.joined()
  }
}

extension StoredWording {
  /// Whose word it is, and what it counts.
  fileprivate var origin: String {
    if state == .accepted { return "accepted by \(decidedBy ?? "an editor")" }
    return members == 0
      ? "from someone without an account, not counted" : "from \(counted(members, "member"))"
  }
}
