import HTTP
import JSON
import Markup
import Store

extension App {
  static func home(_ context: Context) throws -> Reply {
    try context.query().finish()
    return try context.read { reading in
      .page(
        HomePage(
          guides: try reading.guides(),
          recent: try reading.recentChanges(limit: 5),
          mostMet: try reading.mostMet(since: .now() + -7 * 86_400, limit: 5),
          warnings: context.caller.may(.edit) ? try reading.warnings() : []))
    }
  }

  static func recent(_ context: Context) throws -> Reply {
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.recentChanges(
        before: cursor.offset == 0 ? .max : cursor.offset, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      let page = RecentPage(
        changes: shown,
        next: NextPage(
          found.count > limit ? Cursor(offset: shown.last!.sequence).text : nil, context))
      return .page(page, headers: page.next.headers)
    }
  }

  /// `GET /api/v1/changes?since=`: oldest first, so that a poller misses nothing.
  static func changes(_ context: Context) throws -> Reply {
    var query = try context.query()
    let limit = try query.limit()
    let since = try Cursor(try query.text("since"), field: "since").offset
    try query.finish()
    return try context.read { reading in
      let found = try reading.changes(after: since, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      // A place to ask from again later, also where nothing more is there yet.
      let last = shown.last?.sequence ?? since
      let next = NextPage(
        last == 0 ? nil : Cursor(offset: last).text, context, parameter: "since")
      return .page(
        RecentPage(changes: shown, next: next),
        headers: found.count > limit ? next.headers : [])
    }
  }
}

struct HomePage: Page {
  let guides: [GuideSummary]
  let recent: [Change]
  let mostMet: [(issue: IssueSummary, times: Int)]
  /// For editors.
  let warnings: [Warning]
  let title = "Paste the error, get the fix that worked"

  func html(_ site: Site) -> HTML {
    """
    <h1><span class="nowrap">Paste the error.</span> <span class="nowrap">Get the fix that worked.</span></h1>
    \(WarningsPage.link(warnings))
    \(DiagnoseFormPage.form(rows: 7))
    \(.searchForm("Or search for a word, a code or a “phrase”"))
    <h2>Guides</h2>
    \(GuidesPage.list(guides))
    \(met)
    <h2>Recently changed</h2>
    \(RecentPage.list(recent, site))
    \("<p><a href=\"/recent\">All changes</a></p>", if: !recent.isEmpty)
    """
  }

  private var met: HTML {
    guard !mostMet.isEmpty else { return "" }
    let items: [HTML] = mostMet.map {
      "<li><a href=\"/issues/\($0.issue.slug)\">\($0.issue.title)</a> <span class=\"quiet\">met \(counted($0.times, "time"))</span></li>\n"
    }
    return "<h2>Most met this week</h2>\n<ul class=\"issues\">\n\(items)</ul>"
  }

  func json(_ site: Site) -> JSON {
    [
      "guides": .array(guides.map { GuidePage.summary($0, site) }),
      "recent": .array(recent.map { RecentPage.json($0, site) }),
      "most_met": .array(
        mostMet.map {
          ["issue": IssueJSON.summary($0.issue, site), "times": .integer($0.times)]
        }),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    var text = heading("Fixbook: paste the error, get the fix that worked", width)
    text += "\n  failing-command 2>&1 | curl -s --data-binary @- \(site.url("/diagnose"))\n"
    text += "  curl -s '\(site.url("/search"))?q=words+of+the+error'\n\nGuides\n"
    for guide in guides {
      text += "  \(guide.title) (\(counted(guide.issueCount, "issue")))\n"
      text += "    \(site.url("/guides/" + guide.slug))\n"
    }
    if !mostMet.isEmpty {
      text += "\nMost met this week\n"
      for (issue, times) in mostMet {
        text += "  \(issue.title) (\(counted(times, "time")))\n    \(site.url(issue: issue.slug))\n"
      }
    }
    return text + "\nHelp: \(site.url("/help"))\n"
  }
}

struct RecentPage: Page {
  let changes: [Change]
  let next: NextPage?
  let title = "Recent changes"

  func html(_ site: Site) -> HTML {
    """
    <h1>Recent changes</h1>
    \(RecentPage.list(changes, site))
    \(next.html)
    """
  }

  static func list(_ changes: [Change], _ site: Site) -> HTML {
    if changes.isEmpty { return "<p>Nothing yet.</p>" }
    let items: [HTML] = changes.map { change in
      """
      <li>\(link(change, site)) <span class="quiet">\(change.what), \(.day(change.at))</span></li>

      """
    }
    return "<ul class=\"issues\">\n\(items)</ul>"
  }

  private static func link(_ change: Change, _ site: Site) -> HTML {
    if let issue = change.issue { return "<a href=\"/issues/\(issue.slug)\">\(issue.title)</a>" }
    if change.kind == "issue deleted", site.mayEdit, let id = change.issueID {
      return "<a href=\"/issues/\(id)\">\(change.summary)</a>"
    }
    if let guide = change.guide { return "<a href=\"/guides/\(guide)\">\(change.summary)</a>" }
    return "\(change.summary)"
  }

  static func json(_ change: Change, _ site: Site) -> JSON {
    [
      "id": .integer(change.sequence), "kind": .string(change.kind),
      "issue": change.issue.map { IssueJSON.summary($0, site) } ?? .null,
      "issue_id": change.issueID.json, "guide": change.guide.json, "revision": change.revision.json,
      "author": .string(change.author), "summary": .string(change.summary),
      "at": .string(change.at.rfc3339),
    ]
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(changes.map { RecentPage.json($0, site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + changes.map {
        "\($0.at.date)  \($0.kind)  \($0.issue?.title ?? $0.summary)"
          + ($0.isOfEvidence ? ": \($0.summary)" : "") + "\n"
      }.joined() + next.text(site)
  }
}

extension Change {
  /// What the outcomes say, and not a person.
  var isOfEvidence: Bool { kind.hasPrefix("fix ") }

  /// "issue edited by Ada", or what evidence says.
  var what: String { isOfEvidence ? "\(kind): \(summary)" : "\(kind) by \(author)" }
}
