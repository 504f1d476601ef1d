import Guide
import JSON
import Markup
import Store
import Threads

extension App {
  static func listIssues(_ context: Context) throws -> Reply {
    var query = try context.query()
    var filter = Reading.IssueFilter()
    filter.guide = try query.text("guide")
    filter.section = try query.text("section")
    filter.tag = try query.text("tag")
    filter.confidence = try query.choice("confidence", as: Confidence.self)
    filter.sort = try query.choice("sort", as: Reading.IssueFilter.Sort.self) ?? .guide
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      if let guide = filter.guide, try reading.guide(guide) == nil {
        throw Failure.invalid("guide", "There is no such guide; /guides lists them.")
      }
      let found = try reading.issues(filter, after: cursor.last, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      let page = IssueListPage(
        issues: shown,
        next: NextPage(found.count > limit ? Cursor(offset: shown.last!.id).text : nil, context),
        tag: filter.tag)
      return .page(page, headers: page.next.headers)
    }
  }
}

/// A list of issues.
struct IssueListPage: Page {
  let issues: [IssueSummary]
  let next: NextPage?

  var tag: String?

  var title: String { tag.map { "Issues tagged \($0)" } ?? "Issues" }

  func html(_ site: Site) -> HTML {
    """
    <h1>\(title)</h1>
    \(IssueListPage.list(issues))
    \(next.html)
    """
  }

  static func list(_ issues: [IssueSummary]) -> HTML {
    if issues.isEmpty { return "<p>There are none.</p>" }
    let items: [HTML] = issues.map {
      """
      <li><a href="/issues/\($0.slug)">\($0.title)</a> <span class="quiet">\(.place($0))</span></li>
      """
    }
    return "<ul class=\"issues\">\(items)</ul>"
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(issues.map { IssueJSON.summary($0, site) }), "next": next.json]
  }

  func markdown(_ site: Site) -> String {
    "# Issues\n\n"
      + issues.map { "- [\(linkText($0.title))](\(site.url(issue: $0.slug)))\n" }.joined()
      + next.markdown(site)
  }

  func text(_ site: Site, width: Int) -> String {
    heading("Issues", width)
      + issues.map { "\n\($0.title)\n  \(site.url(issue: $0.slug))\n" }.joined()
      + next.text(site)
  }
}

/// "Done", where there is nothing more to show.
struct DonePage: Page {
  let title: String
  let detail: String

  func html(_ site: Site) -> HTML { "<h1>\(title)</h1><p>\(detail)</p>" }
  func json(_ site: Site) -> JSON { ["title": .string(title), "detail": .string(detail)] }
  func text(_ site: Site, width: Int) -> String { wrapped("\(title). \(detail)", width) }
}
