import HTTP
import JSON
import Markup
import Store

// What the base was asked and what became of it: charts with the tables behind them.

extension App {
  static func showInsights(_ context: Context) throws -> Reply {
    guard !context.caller.isAnonymous else {
      throw context.isAPI
        ? Failure.unauthorized : Failure.forbidden("Sign in to see the insights.")
    }
    var query = try context.query()
    let today = Time(rfc3339: context.site.now.date + "T00:00:00Z") ?? context.site.now
    let until = try query.time("until", isEnd: true) ?? today + 86_400
    let since = try query.time("since") ?? until + -30 * 86_400
    try query.finish()
    guard since < until else { throw Failure.invalid("since", "since must be before until.") }
    guard until.milliseconds - since.milliseconds <= 3_660 * 86_400_000 else {
      throw Failure.invalid("since", "The range is at most ten years.")
    }
    context.store.settle()
    return try context.read { reading in
      .page(
        InsightsPage(
          insights: try reading.insights(since: since, until: until),
          unanswered: try reading.gaps(since: since, limit: 10)),
        headers: [HeaderFields.Field("Cache-Control", "private, no-cache")])
    }
  }
}

extension Fields {
  /// A moment (RFC 3339), or a day in UTC: its beginning, or its end.
  mutating func time(_ name: String, isEnd: Bool = false) throws(Failure) -> Time? {
    guard let text = try text(name, limit: 40), !text.isEmpty else { return nil }
    if let time = Time(rfc3339: text) { return time }
    guard let day = Time(rfc3339: text + "T00:00:00Z") else {
      throw Failure.invalid(name, "\(name) must be a day or a moment, as in 2026-05-03.")
    }
    return isEnd ? day + 86_400 : day
  }
}

struct InsightsPage: Page {
  let insights: Insights
  let unanswered: [Gap]
  let title = "Insights"

  private var buckets: [InsightBucket] { insights.buckets }
  private var answered: Int { buckets.reduce(0) { $0 + $1.answered } }
  private var asked: Int { buckets.reduce(answered) { $0 + $1.unanswered } }
  private var tried: Int { buckets.reduce(0) { $0 + $1.tried } }
  private var successes: Double { buckets.reduce(0) { $0 + $1.successes } }
  private var opened: Int { buckets.reduce(0) { $0 + $1.opened } }
  private var resolved: Int { buckets.reduce(0) { $0 + $1.resolved } }

  private var stretch: String {
    insights.days == 1 ? "day" : insights.days == 7 ? "week" : "four weeks"
  }

  func html(_ site: Site) -> HTML {
    """
    <h1>Insights</h1>
    \(range)
    <h2>Questions</h2>
    <p>\(answered) of \(counted(asked, "question")) answered\(asked > 0 ? ": \(percent(Double(answered) / Double(asked)))" : "").</p>
    \(questions)
    \(gaps)
    <h2>What was opened</h2>
    \(openings)
    <h2>Success of fixes</h2>
    <p>\(tried == 0 ? "No member recorded an outcome in this time." : "Members recorded \(counted(tried, "attempt")); \(percent(successes / Double(tried))) worked. The lines are the central 90 % of what the true share may be.")</p>
    \(success)
    <h2>Reports</h2>
    <p>\(counted(opened, "report")), \(resolved) resolved.</p>
    \(reports)
    <h2>Fixes in doubt</h2>
    \(stale)
    """
  }

  /// The last day of the range, which ends before `until`.
  private var lastDay: String { (insights.until + -1).date }

  private var range: HTML {
    """
    <form action="/insights" class="row">
    <label for="since">From</label> <input id="since" name="since" type="date" value="\(insights.since.date)">
    <label for="until">to</label> <input id="until" name="until" type="date" value="\(lastDay)">
    <button>Show</button></form>
    """
  }

  private func name(_ bucket: InsightBucket) -> String { bucket.start.date }

  private var questions: HTML {
    figure(
      Chart.columns(
        buckets.map {
          Chart.Column(
            name: name($0),
            parts: [(Double($0.answered), .good), (Double($0.unanswered), .bad)])
        }, label: "Questions for each \(stretch), answered and not"),
      legend:
        "<span class=\"key good\"></span> answered <span class=\"key bad\"></span> not answered",
      head: ["Answered", "Not answered"],
      rows: buckets.filter { $0.answered + $0.unanswered > 0 }.map {
        (name($0), ["\($0.answered)", "\($0.unanswered)"])
      })
  }

  private var gaps: HTML {
    guard !unanswered.isEmpty else { return "" }
    let items: [HTML] = unanswered.map {
      """
      <li><code>\(String($0.text.prefix(200)))</code> <span class="quiet">\(counted($0.people, "reporter")), \(counted($0.times, "time"))</span></li>

      """
    }
    return """
      <h3>What was not answered</h3>
      <ul class="issues">
      \(items)</ul>
      <p><a href="/gaps">All gaps, to write them down</a></p>
      """
  }

  private static let places = ["first", "second", "third", "later"]

  /// Which results people went on to.
  private var openings: HTML {
    let opened = insights.opened
    let words: HTML =
      opened.answers == 0
      ? "Nothing was answered in this time."
      : "From \(opened.followed) of \(counted(opened.answers, "answer")) somebody went on: opened a result, or recorded what a fix did. Programs open no pages."
    guard opened.places.contains(where: { $0 > 0 }) else { return "<p>\(words)</p>" }
    let all = opened.places.reduce(0, +)
    return """
      <p>\(words)</p>
      \(Figure(
        chart: Chart.columns(
          zip(InsightsPage.places, opened.places).map {
            Chart.Column(name: $0, parts: [(Double($1), .good)])
          }, label: "How often the first, second, third and later results were opened"),
        rowHead: "Result", head: ["Opened", "Share"],
        rows: zip(InsightsPage.places, opened.places).map {
          ($0, ["\($1)", percent(Double($1) / Double(all))])
        }).html)
      """
  }

  private var success: HTML {
    guard tried > 0 else { return "" }
    return figure(
      Chart.shares(
        buckets.map { bucket in
          let (low, high) = bucket.interval
          return Chart.Point(
            name: name(bucket),
            value: bucket.tried == 0
              ? nil : (low, bucket.successes / Double(bucket.tried), high))
        }, label: "Share of attempts that worked, for each \(stretch)"),
      legend: "", head: ["Worked", "Tried", "90 % interval"],
      rows: buckets.filter { $0.tried > 0 }.map { bucket in
        let (low, high) = bucket.interval
        return (
          name(bucket),
          [
            Figure.half(bucket.successes), "\(bucket.tried)",
            "\(percent(low)) to \(percent(high))",
          ]
        )
      })
  }

  private var reports: HTML {
    guard opened > 0 else { return "" }
    return figure(
      Chart.columns(
        buckets.map {
          Chart.Column(
            name: name($0),
            parts: [(Double($0.resolved), .good), (Double($0.opened - $0.resolved), .plain)])
        }, label: "Reports for each \(stretch), resolved and not"),
      legend:
        "<span class=\"key good\"></span> resolved <span class=\"key plain\"></span> not resolved",
      head: ["Opened", "Resolved", "Middle time to resolution"],
      rows: buckets.filter { $0.opened > 0 }.map {
        (
          name($0),
          ["\($0.opened)", "\($0.resolved)", $0.medianSeconds.map(InsightsPage.duration) ?? "–"]
        )
      })
  }

  private var stale: HTML {
    guard !insights.stale.isEmpty else {
      return "<p>None: nothing that used to work has stopped.</p>"
    }
    let items: [HTML] = insights.stale.map {
      """
      <li><a href="/issues/\($0.issue.slug)#fix-\($0.fixID)">\($0.issue.title)</a> <span class="quiet">\($0.reason)</span></li>

      """
    }
    return "<ul class=\"issues\">\n\(items)</ul>"
  }

  private func figure(
    _ chart: HTML, legend: HTML, head: [String], rows: [(name: String, cells: [String])]
  ) -> HTML {
    Figure(
      chart: chart, legend: legend,
      rowHead: "\(stretch.prefix(1).uppercased())\(stretch.dropFirst()) from", head: head,
      rows: rows
    ).html
  }

  static func duration(_ seconds: Int) -> String {
    switch seconds {
    case ..<90: "\(seconds) s"
    case ..<5_400: "\((seconds + 30) / 60) min"
    case ..<129_600: "\((seconds + 1_800) / 3_600) h"
    default: "\((seconds + 43_200) / 86_400) days"
    }
  }

  func json(_ site: Site) -> JSON {
    [
      "since": .string(insights.since.rfc3339), "until": .string(insights.until.rfc3339),
      "days": .integer(insights.days),
      "questions": ["asked": .integer(asked), "answered": .integer(answered)],
      "opened": [
        "answers": .integer(insights.opened.answers),
        "followed": .integer(insights.opened.followed),
        "places": .object(
          zip(InsightsPage.places, insights.opened.places).map { .init($0, .integer($1)) }),
      ],
      "outcomes": ["tried": .integer(tried), "worked": .number(successes)],
      "reports": ["opened": .integer(opened), "resolved": .integer(resolved)],
      "buckets": .array(
        buckets.map { bucket in
          let (low, high) = bucket.interval
          return [
            "start": .string(bucket.start.rfc3339), "answered": .integer(bucket.answered),
            "unanswered": .integer(bucket.unanswered), "worked": .number(bucket.successes),
            "tried": .integer(bucket.tried),
            "low": bucket.tried == 0 ? .null : .number(rounded(low, 2)),
            "high": bucket.tried == 0 ? .null : .number(rounded(high, 2)),
            "opened": .integer(bucket.opened), "resolved": .integer(bucket.resolved),
            "median_seconds": bucket.medianSeconds.json,
          ]
        }),
      "unanswered": .array(
        unanswered.map {
          [
            "text": .string($0.text), "people": .integer($0.people), "times": .integer($0.times),
          ]
        }),
      "stale": .array(
        insights.stale.map {
          [
            "issue": IssueJSON.summary($0.issue, site), "fix": .integer($0.fixID),
            "since": .string($0.since.rfc3339), "reason": .string($0.reason),
          ]
        }),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    var text = heading("Insights, \(insights.since.date) to \(lastDay)", width)
    text += "Questions: \(asked), answered: \(answered)\n"
    let places = zip(InsightsPage.places, insights.opened.places).map { "\($0) \($1)" }
    text += "Answers: \(insights.opened.answers), gone on from: \(insights.opened.followed)"
    text += " (result opened: \(places.joined(separator: ", ")))\n"
    text += "Attempts: \(tried), worked: \(Figure.half(successes))\n"
    text += "Reports: \(opened), resolved: \(resolved)\n"
    var rows = [
      ["\(stretch) from", "answered", "not", "worked", "90 %", "reports", "resolved", "time"]
    ]
    for bucket in buckets
    where bucket.answered + bucket.unanswered + bucket.tried + bucket.opened > 0 {
      let (low, high) = bucket.interval
      rows.append([
        name(bucket), "\(bucket.answered)", "\(bucket.unanswered)",
        bucket.tried == 0 ? "-" : "\(Figure.half(bucket.successes)) of \(bucket.tried)",
        bucket.tried == 0 ? "-" : "\(percent(low)) to \(percent(high))", "\(bucket.opened)",
        "\(bucket.resolved)", bucket.medianSeconds.map(InsightsPage.duration) ?? "-",
      ])
    }
    text += "\n" + Figure.columns(rows)
    if !insights.stale.isEmpty { text += "\nFixes in doubt\n" }
    for one in insights.stale {
      text += wrapped("\(one.issue.title): \(one.reason)", width, indent: 2, hanging: 2)
      text += "    \(site.url(issue: one.issue.slug))\n"
    }
    if !unanswered.isEmpty { text += "\nNot answered\n" }
    for gap in unanswered {
      text += "  \(gap.people)  \(gap.times)  \(gap.text.split(separator: "\n").first ?? "")\n"
    }
    return text
  }
}
