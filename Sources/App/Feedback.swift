import HTTP
import JSON
import Markup
import Store

extension App {
  /// "Not my problem", "This was another problem".
  static func feedback(_ context: Context) throws -> Reply {
    try context.requireReporting()
    let diagnosis = try context.read { try storedDiagnosis(context, $0) }
    var fields = try context.body()
    let slug = try fields.text("right_issue")
    guard fields.isGiven("right_issue") else { throw Failure.missing("right_issue") }
    try fields.finish()
    let page = try context.read { reading in
      try FeedbackPage(diagnosis, right: slug?.isEmpty == true ? nil : slug, reading: reading)
    }
    let reporter = context.caller.reporter
    return .write { writing in
      try writing.addFeedback(
        diagnosis: diagnosis.id, rightIssue: page.right?.id, reporter: reporter)
      return .page(page, status: .created)
    }
  }
}

/// Thanks for a label, and what to do next.
struct FeedbackPage: Page {
  let diagnosis: String
  /// The issue that it was, when said.
  let right: IssueSummary?
  /// What else the diagnosis found.
  let others: [IssueSummary]
  let title = "Thank you"

  init(_ stored: StoredDiagnosis, right slug: String?, reading: Reading) throws {
    diagnosis = stored.id
    var named: IssueSummary?
    if let slug {
      switch try reading.issueID(named: slug) {
      case .issue(let id), .moved(let id, _): named = try reading.summaries([id]).first
      case nil: break
      }
      guard named != nil else { throw Failure.invalid("right_issue", "There is no such issue.") }
    }
    right = named
    others = named == nil ? try reading.summaries(stored.matches.dropFirst().map(\.issueID)) : []
  }

  private var detail: String { "This will be used to answer better." }

  func html(_ site: Site) -> HTML {
    """
    <h1>Thank you</h1>
    <p>\(detail)</p>
    \(right.map { "<p><a class=\"button\" href=\"/issues/\($0.slug)\">\($0.title)</a></p>" as HTML })
    \(right == nil ? next : "")
    <p><a class="button" href="/diagnose">Diagnose another text</a></p>
    """
  }

  private var next: HTML {
    let items: [HTML] = others.map {
      """
      <li class="row"><a href="/issues/\($0.slug)">\($0.title)</a>\
      <form action="/diagnoses/\(diagnosis)/feedback" method="post">\
      <button name="right_issue" value="\($0.slug)" aria-label="It was \($0.title)">It was this</button></form></li>

      """
    }
    return """
      \("<h2>One of these, perhaps?</h2>\n<ul class=\"issues\">\n\(items)</ul>", if: !items.isEmpty)
      <h2>None that is known?</h2>
      <form action="/reports" method="post">
      <p>Leave a report, so that others see it and can answer.</p>
      <input type="hidden" name="diagnosis" value="\(diagnosis)">
      <p><button class="primary">Report this problem</button></p>
      </form>
      """
  }

  func json(_ site: Site) -> JSON { ["title": .string(title), "detail": .string(detail)] }
  func text(_ site: Site, width: Int) -> String { wrapped("\(title). \(detail)", width) }
}
