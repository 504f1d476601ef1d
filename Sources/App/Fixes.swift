import Guide
import HTTP
import JSON
import Markup
import Store

extension App {
  static func showFix(_ context: Context) throws -> Reply {
    return try context.read { reading in
      guard let id = wholeNumber(context.path[0]), var fix = try reading.fix(id),
        let issue = try reading.summaries([fix.issueID]).first
      else { throw Failure.notFound("fix") }
      var query = try context.query()
      let environment = try query.properties("environment").map { Property($0.key, $0.value) }
      try query.finish()
      if !environment.isEmpty { fix = try reading.fix(id, environment: environment) ?? fix }
      return .page(FixPage(fix: fix, issue: issue))
    }
  }
}

struct FixPage: Page {
  let fix: Fix
  let issue: IssueSummary

  var title: String { "Fix \(fix.id): \(issue.title)" }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a></p>
    <h1>Fix \(fix.id)</h1>
    \(FixViews.list([fix], site, action: "/issues/\(issue.slug)/outcomes"))
    """
  }

  func json(_ site: Site) -> JSON {
    guard case .object(let members) = IssueJSON.fix(fix) else { return .null }
    return .object(members + [.init("issue", IssueJSON.summary(issue, site))])
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + FixViews.text([fix], width) + "\n\(site.url(issue: issue.slug))\n"
  }
}
