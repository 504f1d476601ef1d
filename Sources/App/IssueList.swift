import Guide
import JSON
import Markup
import Store
import Threads

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
    "# Issues\n\n" + issues.map { "- [\($0.title)](\(site.url(issue: $0.slug)))\n" }.joined()
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
