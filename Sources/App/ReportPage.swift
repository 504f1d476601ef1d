import Guide
import JSON
import Markup
import Store

/// One report with what was tried for it.
struct ReportPage: Page {
  let report: Report
  let issue: IssueSummary?
  let outcomes: [(outcome: Outcome, fix: Fix?)]
  let next: Fix?
  /// Whom to ask about one that went away by itself, or for which no fix is left.
  let contact: String?
  /// The outcome that was recorded just now.
  let recorded: Int?
  /// It was closed just now.
  var isJustClosed = false

  var title: String { issue.map { "Report: \($0.title)" } ?? "Report" }

  /// A new report has no outcomes yet, so that nobody need look for them.
  init(_ report: Report, reading: Reading, recorded: Int? = nil, isNew: Bool = false) throws {
    self.report = report
    self.recorded = recorded
    issue = try report.issueID.flatMap { try reading.summaries([$0]).first }
    let found = isNew ? [] : try reading.outcomes(ofReport: report.id)
    outcomes = try found.map { ($0, try reading.fix($0.fixID)) }
    next = try issue.flatMap { try OutcomePage.next(report, issue: $0.id, reading: reading) }
    let isOpenEnded = issue != nil && next == nil && report.state != .resolved
    contact =
      report.closedBy == "itself" || isOpenEnded
      ? try issue.flatMap { try reading.issue($0.id)?.owner }
        ?? reading.contact(guide: issue?.guide) : nil
  }

  func json(_ site: Site) -> JSON {
    [
      "id": .string(report.id), "state": .string(report.state.rawValue),
      "text": .string(report.text),
      "environment": .object(report.environment.map { JSON.Member($0.key, .string($0.value)) }),
      "issue": issue.map { IssueJSON.summary($0, site) } ?? .null,
      "outcomes": .array(outcomes.map { ReportPage.json($0.outcome) }),
      "diagnosis": report.diagnosisID.json, "source": .string(report.source.rawValue),
      "closed_by": report.closedBy.json, "contact": contact.json,
      "closing_text": report.closingText.json,
      "created_at": .string(report.createdAt.rfc3339),
      "url": .string(site.url("/reports/" + report.id)),
    ]
  }

  private static func json(_ outcome: Outcome) -> JSON {
    [
      "id": .integer(outcome.id), "fix": .integer(outcome.fixID),
      "result": .string(outcome.result.rawValue), "note": .string(outcome.note),
      "environment": .object(outcome.environment.map { JSON.Member($0.key, .string($0.value)) }),
      "source": .string(outcome.source.rawValue),
      "created_at": .string(outcome.createdAt.rfc3339),
    ]
  }

  func html(_ site: Site) -> HTML {
    """
    \(issue.map { "<p class=\"crumbs\"><a href=\"/issues/\($0.slug)\">\($0.title)</a></p>" as HTML })
    <h1>\(report.state == .resolved ? "Resolved" : report.state == .open ? "Open report" : "Not resolved yet")</h1>
    \(confirmation)
    \(report.state != .resolved ? nextHTML(site) : "")
    \("<h2>What was met</h2>\n\(.verbatim(report.text))", if: report.text != issue?.title)
    \(tried)
    \(closed)
    \(endings(site))
    <p class="quiet">Opened \(.moment(report.createdAt)) · source: \(report.source.rawValue)</p>
    """
  }

  /// Of what has just been said.
  private var confirmation: HTML? {
    if isJustClosed, let by = report.closedBy {
      let thanks: HTML =
        by == "other" && issue != nil ? "The editors have it as one more fix to add." : ""
      return """
        <p class="notice" role="status"><strong>\(by == "itself" ? "Closed." : "Thank you.")</strong> \(thanks)</p>
        """
    }
    guard recorded != nil, let (outcome, fix) = outcomes.last else { return nil }
    return """
      <p class="notice" role="status"><strong>\(outcome.result == .worked ? "Thank you, recorded" : "Recorded"):</strong> \(outcome.result.inWords). \
      \(fix.map { "What others see of this fix: \($0.evidence.inWords)." })</p>
      """
  }

  private var place: OutcomePlace { .report(report.id, diagnosis: report.diagnosisID) }

  private func nextHTML(_ site: Site) -> HTML {
    if let next {
      return FixViews.list(
        [next], site, at: place, heading: outcomes.isEmpty ? "What to do" : "Try this next")
    }
    guard issue != nil else { return "" }
    return """
      <h2>Nothing more is written down</h2>
      <p>\(lastWords)</p>
      \(site.mayReport ? OutcomeForms.somethingElse(place, field: "other") : "")
      """
  }

  /// What is to be said when no fix is left.
  private var lastWords: String {
    (outcomes.isEmpty ? "This issue has no fix yet." : "All fixes of this issue were tried.")
      + (contact.map { " Ask \($0)." } ?? "")
  }

  private var tried: HTML {
    guard !outcomes.isEmpty else { return "" }
    let rows: [HTML] = outcomes.map { outcome, fix in
      """
      <li>\(ReportPage.name(outcome, fix)): <strong>\(outcome.result.inWords)</strong>\(outcome.note.isEmpty ? "" : ". ")\(outcome.note)</li>

      """
    }
    return "<h2>What was tried</h2>\n<ol>\n\(rows)</ol>"
  }

  /// The fix in a few words.
  private static func name(_ outcome: Outcome, _ fix: Fix?) -> String {
    guard let fix else { return "Fix \(outcome.fixID)" }
    var words = Markdown.summary(fix.text)
    while let last = words.last, ":.".contains(last) { words.removeLast() }
    return words
  }

  private var closed: HTML {
    guard let by = report.closedBy, by != "fix" else { return "" }
    let text = report.closingText ?? ""
    return """
      <h2>What fixed it</h2>
      <p>\(by == "itself" ? goneWords : "Something else fixed it.")</p>
      \(text.isEmpty ? "" : .verbatim(text))
      """
  }

  private var goneWords: String {
    "It went away by itself; the cause is not known."
      + (contact.map { " Ask what happened, and write it down: \($0)." } ?? "")
  }

  /// The line for a terminal that says what else fixed it.
  static func askWhat(_ id: String, _ site: Site) -> String {
    "Something else fixed it? Say what:\n"
      + site.curlLine("-d by=other -d text='…'", "/reports/\(id)/resolve")
  }

  func text(_ site: Site, width: Int) -> String {
    var text = heading(title, width) + "State: \(report.state.rawValue)\n"
    if report.closedBy == "itself" { text += wrapped(goneWords, width) }
    if report.closedBy == "other" {
      text += wrapped("Something else fixed it: \(report.closingText ?? "")", width)
    }
    if let issue { text += "Issue: \(issue.title)\n  \(site.url(issue: issue.slug))\n" }
    if report.text != issue?.title { text += "\n" + indented(report.text, 2) + "\n" }
    if !outcomes.isEmpty { text += "\nWhat was tried\n" }
    for (outcome, fix) in outcomes {
      let note = outcome.note.isEmpty ? "" : ". " + outcome.note
      text += wrapped(
        "- \(ReportPage.name(outcome, fix)): \(outcome.result.inWords)\(note)", width, indent: 2,
        hanging: 2)
    }
    if report.state != .resolved, let next {
      text += "\n" + FixViews.text(next, outcomes.isEmpty ? next.name : "Try next", width)
      text += "\n" + wrapped("Did it work? Record it (result=no_effect if not):", width)
      text += site.recordLine(fix: next.id, "/reports/\(report.id)/outcomes")
    }
    if report.state != .resolved, next == nil, issue != nil {
      text += "\n" + wrapped(lastWords, width) + ReportPage.askWhat(report.id, site)
    }
    return text
  }
}
