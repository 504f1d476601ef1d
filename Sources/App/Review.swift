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
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.reviewsDue(
        now: context.site.now, from: cursor.offset, limit: limit + 1)
      var page = ReviewPage(
        due: Array(found.prefix(limit)),
        next: NextPage(
          found.count > limit ? Cursor(offset: cursor.offset + limit).text : nil, context))
      if cursor.last == nil, context.representation == .html {
        page.suggestions = try reading.suggestions(state: .open, limit: 4).map {
          try SuggestionPage($0, reading: reading)
        }
      }
      if context.caller.may(.edit), context.representation == .html {
        page.warnings = try reading.warnings()
      }
      return .page(page, headers: page.next.headers)
    }
  }
}

struct ReviewPage: Page {
  let due: [ReviewDue]
  let next: NextPage?
  /// The newest that wait for an editor, one more than is shown.
  var suggestions: [SuggestionPage] = []
  /// For editors.
  var warnings: [Warning] = []
  let title = "Review due"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = due.map {
      """
      <li><a href="/issues/\($0.issue.slug)">\($0.issue.title)</a><br>
      \($0.reason)<br>
      <span class="quiet">\(.place($0.issue)) · since \(.day($0.since))</span></li>

      """
    }
    return """
      <h1>Review due</h1>
      \(WarningsPage.link(warnings))
      \(waiting)
      \("<p>What may not hold any more, the most urgent first. Verify it on its page, or correct it.</p>", if: !due.isEmpty)
      \("<p class=\"notice\">No issue is due.</p>", if: due.isEmpty && next == nil)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !due.isEmpty)
      \(next.html)
      """
  }

  private var waiting: HTML {
    guard !suggestions.isEmpty else { return "" }
    return """
      <h2>Suggestions that wait</h2>
      \(SuggestionsPage.list(Array(suggestions.prefix(3))))
      \("<p><a href=\"/suggestions\">All suggestions</a></p>", if: suggestions.count > 3)
      <h2>Issues</h2>
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
        }), "next": next.json,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + due.map {
        wrapped("\n\($0.issue.title)", width) + wrapped("\($0.reason)", width, indent: 2)
          + "  \(site.url(issue: $0.issue.slug))\n"
      }.joined() + (due.isEmpty ? "No issue is due.\n" : "") + next.text(site)
  }
}
