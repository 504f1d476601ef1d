import HTTP
import JSON
import Markup
import Store

extension App {
  /// What editors should look at again.
  static func listReviews(_ context: Context) throws -> Reply {
    guard !context.caller.isAnonymous else {
      throw context.isAPI
        ? Failure.unauthorized : Failure.forbidden("Sign in to see what is due for review.")
    }
    try context.query().finish()
    return try context.read { reading in
      .page(
        ReviewPage(
          due: try reading.reviewsDue(now: context.site.now),
          warnings: context.caller.may(.edit) ? try reading.warnings() : []))
    }
  }
}

struct ReviewPage: Page {
  let due: [ReviewDue]
  /// For editors.
  let warnings: [Warning]
  let title = "Review due"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = due.map {
      """
      <li><a href="/issues/\($0.issue.slug)">\($0.issue.title)</a> <span class="quiet">\(.place($0.issue))</span><br>\
      \($0.reason) <span class="quiet">Since \(.day($0.since)).</span></li>

      """
    }
    return """
      <h1>Review due</h1>
      \(WarningsPage.link(warnings))
      \("<p>Nothing is due.</p>", if: due.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !due.isEmpty)
      """
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        due.map {
          [
            "issue": IssueJSON.summary($0.issue, site), "reason": .string($0.reason),
            "since": .string($0.since.rfc3339),
          ]
        }), "next": .null,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + due.map {
        wrapped("\n\($0.issue.title)", width) + wrapped("\($0.reason)", width, indent: 2)
          + "  \(site.url(issue: $0.issue.slug))\n"
      }.joined() + (due.isEmpty ? "Nothing is due.\n" : "")
  }
}
