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
      return .page(FixPage(fix: fix, issue: issue, history: try reading.history(ofFix: id)))
    }
  }
}

/// One fix, with its evidence over time.
struct FixPage: Page {
  let fix: Fix
  let issue: IssueSummary
  let history: FixHistory

  var title: String { "\(fix.name) \(fix.id): \(issue.title)" }

  func head(_ site: Site) -> HTML {
    "<link rel=\"canonical\" href=\"\(site.url("/fixes/\(fix.id)"))\">"
  }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a></p>
    <h1>\(fix.name) \(fix.id)</h1>
    \("<p class=\"notice\">It no longer stands in the issue’s text.</p>", if: fix.position == nil)
    \(FixViews.list([fix], site, at: fix.position == nil ? nil : .issue(issue.slug), linksToFix: false))
    <h2>Over time</h2>
    \(overTime)
    """
  }

  private var unit: String { history.unit == .week ? "week" : "month" }

  private var tried: Int { history.spans.reduce(0) { $0 + $1.tried } }
  private var others: Int { history.spans.reduce(0) { $0 + $1.others } }

  private var overTime: HTML {
    guard !history.spans.isEmpty else { return "<p>No attempts are recorded yet.</p>" }
    let words: HTML =
      tried > 0
      ? "Members’ attempts for each \(unit): the share that worked, and the central 90 % of what the true share may be."
      : "No member’s attempt is recorded."
    let apart: HTML =
      others > 0
      ? " \(counted(others, "attempt")) of people without an account, agents and automation \(others == 1 ? "is" : "are") in the table."
      : ""
    let chart =
      tried > 0
      ? Chart.shares(
        history.spans.map { span in
          let (low, high) = span.interval
          return Chart.Point(
            name: span.start.date,
            value: span.tried == 0
              ? nil : (low, span.successes / Double(span.tried), high))
        }, label: "Share of members’ attempts that worked, for each \(unit)") : ""
    return """
      <p>\(words)\(apart)</p>
      \(Figure(
        chart: chart, rowHead: "\(unit.prefix(1).uppercased())\(unit.dropFirst()) from",
        head: ["Worked", "Tried", "90 % interval", "Others’ attempts"], rows: rows).html)
      """
  }

  private var rows: [(name: String, cells: [String])] {
    shown.map { span in
      (
        span.start.date,
        [
          span.tried == 0 ? "–" : Figure.half(span.successes), "\(span.tried)",
          FixPage.interval(span), "\(span.others)",
        ]
      )
    }
  }

  /// Where something happened.
  private var shown: [FixSpan] { history.spans.filter { $0.tried + $0.others > 0 } }

  private static func interval(_ span: FixSpan) -> String {
    span.tried == 0
      ? "–" : "\(percent(span.interval.low)) to \(percent(span.interval.high))"
  }

  func json(_ site: Site) -> JSON {
    guard case .object(let members) = IssueJSON.fix(fix) else { return .null }
    let spans: [JSON] = history.spans.map { span in
      [
        "start": .string(span.start.rfc3339), "worked": .number(span.successes),
        "tried": .integer(span.tried),
        "low": span.tried == 0 ? .null : .number(rounded(span.interval.low, 2)),
        "high": span.tried == 0 ? .null : .number(rounded(span.interval.high, 2)),
        "others": .integer(span.others),
      ]
    }
    return .object(
      members + [
        .init("issue", IssueJSON.summary(issue, site)),
        .init(
          "history", ["unit": .string(history.unit.rawValue), "spans": .array(spans)]),
      ])
  }

  func text(_ site: Site, width: Int) -> String {
    var text = heading(title, width) + FixViews.text([fix], width)
    if !history.spans.isEmpty {
      let spans = shown.map { span in
        [
          span.start.date,
          span.tried == 0 ? "-" : "\(Figure.half(span.successes)) of \(span.tried)",
          span.tried == 0 ? "-" : FixPage.interval(span), "\(span.others)",
        ]
      }
      text += "\n" + Figure.columns([["\(unit) from", "worked", "90 %", "others"]] + spans)
    }
    return text + "\n\(site.url(issue: issue.slug))\n"
  }
}
