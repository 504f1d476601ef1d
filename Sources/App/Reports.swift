import Diagnosis
import Guide
import HTTP
import JSON
import Markup
import Store

/// What is said of a problem that was met.
struct ReportInput: Sendable {
  let text: String?
  let issue: String?
  let diagnosis: String?
  let environment: [Property]
  let onBehalfOf: String?

  static let fields: [Field] = [
    .text("text", limit: 100_000, "What was seen; secrets are masked.")
      .example("exec format error"),
    .text("issue", limit: 200, "Slug of the issue it is a case of.").example("exec-format-error"),
    .text("diagnosis", limit: 100, "Id of the diagnosis it comes from."),
    .properties("environment", "What it ran on.").example(["arch": "arm64"]),
    .text(
      "on_behalf_of", limit: 200,
      "The person behind a shared bot: any stable name; only a digest is kept."),
  ]

  init(_ fields: inout Fields) throws(Failure) {
    let words = try fields.text("text")
    text = words.flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
    let slug = try fields.text("issue")
    issue = slug?.isEmpty == true ? nil : slug
    let id = try fields.text("diagnosis")
    diagnosis = id?.isEmpty == true ? nil : id
    var environment: [Property] = []
    for pair in try fields.properties("environment") {
      environment.append(Property(pair.key, SecretMasker.mask(pair.value).text))
    }
    self.environment = environment
    onBehalfOf = try fields.text("on_behalf_of")
    guard text != nil || issue != nil || diagnosis != nil else { throw Failure.missing("text") }
  }

  /// The report to be opened; what it names must be there for the caller. `reporter` stands for a
  /// caller who gets a name only now.
  func report(
    caller: Caller, reporter: String? = nil, source: SourceKind, pending: PendingDiagnoses,
    _ reading: Reading
  ) throws -> NewReport {
    var about: IssueSummary?
    if let issue {
      switch try reading.issueID(named: issue) {
      case .issue(let id), .moved(let id, _): about = try reading.summaries([id]).first
      case nil: break
      }
      guard about != nil else { throw Failure.invalid("issue", "There is no such issue.") }
    }
    var cited: StoredDiagnosis?
    if let diagnosis {
      cited = try reading.diagnosis(diagnosis, pending: pending)
      guard cited != nil else { throw Failure.invalid("diagnosis", "There is no such diagnosis.") }
    }
    let words = text ?? cited?.kept ?? cited?.excerpt ?? about?.title ?? ""
    return NewReport(
      text: SecretMasker.mask(words).text,
      environment: environment.isEmpty ? cited?.environment ?? [] : environment,
      issueID: about?.id, diagnosisID: cited?.id,
      reporter: reporter ?? caller.reporter(onBehalfOf: onBehalfOf), source: source)
  }
}

extension Caller {
  /// Behind a shared bot each person counts as one; only a digest of the name is kept.
  func reporter(onBehalfOf person: String?) -> String {
    person.map { reporter + "/" + Caller.mark(onBehalfOf: $0) } ?? reporter
  }

  static func mark(onBehalfOf person: String) -> String {
    "on_behalf:" + Secrets.digest(Array(person.utf8))
  }
}

/// An anonymous browser that says something for the first time: a cookie makes the second time the
/// same person's.
struct Newcomer: Sendable {
  let setCookie: HeaderFields.Field
  /// As the store names this person from now on.
  let reporter: String

  /// Nil for accounts, tokens, other clients than browsers, and browsers that have the cookie.
  init?(_ context: Context) {
    guard context.caller.isAnonymous, context.request.headers["Sec-Fetch-Site"] != nil,
      cookie(Cookies.reporter, of: context.request) == nil
    else { return nil }
    let value = Secrets.identifier()
    setCookie = Cookies.set(
      Cookies.reporter, value, maxAge: 365 * 86_400, secure: context.site.base.hasPrefix("https:"))
    reporter = "cookie:" + Secrets.digest(Array(value.utf8))
  }
}

extension App {
  static func reportForm(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .page(ReportFormPage())
  }

  static func openReport(_ context: Context) throws -> Reply {
    try context.requireReporting()
    var fields = try context.body()
    let input = try ReportInput(&fields)
    try fields.finish()
    let caller = context.caller
    let newcomer = Newcomer(context)
    let report = try context.read {
      try input.report(
        caller: caller, reporter: newcomer?.reporter, source: caller.source,
        pending: context.store.pending, $0)
    }
    let site = context.site
    let isHTML = context.representation == .html
    let isAPI = context.isAPI
    return .write { writing in
      let opened = try writing.openReport(report)
      let path = (isAPI ? "/api/v1" : "") + "/reports/" + opened.id
      let cookie = newcomer.map { [$0.setCookie] } ?? []
      if isHTML { return .redirect(.seeOther, to: path, headers: cookie) }
      return .page(
        try ReportPage(opened, reading: writing.reading, isNew: true), status: .created,
        headers: [HeaderFields.Field("Location", site.url(path))] + cookie)
    }
  }

  static func showReport(_ context: Context) throws -> Reply {
    return try context.read { reading in
      guard let report = try reading.report(context.path[0]) else {
        throw Failure.notFound("report")
      }
      var query = try context.query()
      let recorded = try query.integer("recorded")
      try query.finish()
      return .page(
        try ReportPage(report, reading: reading, recorded: recorded),
        headers: [HeaderFields.Field("Cache-Control", "private, no-cache")])
    }
  }

  static func listReports(_ context: Context) throws -> Reply {
    // Members list reports; others need the link of one.
    guard !context.caller.isAnonymous else {
      throw context.isAPI
        ? Failure.unauthorized : Failure.forbidden("Sign in to see the list of reports.")
    }
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.reports(before: cursor.last, limit: limit + 1)
      let shown = found.prefix(limit)
      let page = ReportListPage(
        reports: try shown.map { try ReportPage($0.report, reading: reading) },
        next: NextPage(
          found.count > limit ? Cursor(offset: shown.last!.place).text : nil, context))
      return .page(page, headers: page.next.headers)
    }
  }

  static func deleteReport(_ context: Context) throws -> Reply {
    try context.require(.report)
    guard let report = try context.read({ try $0.report(context.path[0]) }) else {
      throw Failure.notFound("report")
    }
    try requireReporter(of: report, context.caller)
    try context.takesNothing()
    return .write { writing in
      try writing.deleteReport(report.id)
      return .page(DonePage(title: "Deleted", detail: "The report and its outcomes are gone."))
    }
  }

  enum ClosedBy: String, CaseIterable { case fix, other, itself }

  static func resolveReport(_ context: Context) throws -> Reply {
    try context.requireReporting()
    guard let report = try context.read({ try $0.report(context.path[0]) }) else {
      throw Failure.notFound("report")
    }
    try requireReporter(of: report, context.caller)
    var fields = try context.body()
    guard let by = try fields.choice("by", as: ClosedBy.self) else { throw Failure.missing("by") }
    let text =
      by == .other ? try fields.required("text") : try fields.text("text")
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      let closed = try writing.closeReport(
        report.id, by: by.rawValue, text: SecretMasker.mask(text ?? "").text)
      if isHTML { return .redirect(.seeOther, to: "/reports/" + report.id) }
      return .page(try ReportPage(closed, reading: writing.reading))
    }
  }
}

/// One report with what was tried for it.
struct ReportPage: Page {
  let report: Report
  let issue: IssueSummary?
  let outcomes: [(outcome: Outcome, fix: Fix?)]
  let next: Fix?
  /// Whom to ask about one that went away by itself.
  let contact: String?
  /// The outcome that was recorded just now.
  let recorded: Int?

  var title: String { issue.map { "Report: \($0.title)" } ?? "Report" }

  /// A new report has no outcomes yet, so that nobody need look for them.
  init(_ report: Report, reading: Reading, recorded: Int? = nil, isNew: Bool = false) throws {
    self.report = report
    self.recorded = recorded
    issue = try report.issueID.flatMap { try reading.summaries([$0]).first }
    let found = isNew ? [] : try reading.outcomes(ofReport: report.id)
    outcomes = try found.map { ($0, try reading.fix($0.fixID)) }
    next = try issue.flatMap { try OutcomePage.next(report, issue: $0.id, reading: reading) }
    contact =
      report.closedBy == "itself"
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
    <h1>\(report.state == .resolved ? "Resolved" : report.state == .open ? "Open report" : "Not resolved yet")</h1>
    \(recorded == nil ? nil : confirmation)
    \(issue.map { "<p>Issue: <a href=\"/issues/\($0.slug)\">\($0.title)</a></p>" as HTML } ?? "")
    \(report.state != .resolved ? nextHTML(site) : "")
    <h2>What was met</h2>
    \(.verbatim(report.text))
    \(tried)
    \(closed)
    \(endings(site))
    <p class="quiet">Opened \(.moment(report.createdAt)) · source: \(report.source.rawValue)</p>
    """
  }

  private var confirmation: HTML? {
    outcomes.last.map { outcome, fix in
      """
      <p class="notice" role="status"><strong>Recorded:</strong> \(outcome.result.inWords). \
      \(fix.map { "This fix: \($0.evidence.inWords)." })</p>
      """
    }
  }

  private func nextHTML(_ site: Site) -> HTML {
    if let next {
      return FixViews.list(
        [next], site, action: "/reports/\(report.id)/outcomes",
        heading: outcomes.isEmpty ? "What to do" : "Try this next")
    }
    guard issue != nil else { return "" }
    return """
      <h2>Nothing more is written down</h2>
      <p>All fixes of this issue were tried. If something else helped, say what:</p>
      <form action="/reports/\(report.id)/resolve" method="post" class="paste">
      <input type="hidden" name="by" value="other">
      <label for="other">What fixed it</label>
      <textarea id="other" name="text" rows="4" required></textarea>
      <p><button class="primary">Save</button></p>
      </form>
      """
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

  func text(_ site: Site, width: Int) -> String {
    var text = heading(title, width) + "State: \(report.state.rawValue)\n"
    if report.closedBy == "itself" { text += wrapped(goneWords, width) }
    if let issue { text += "Issue: \(issue.title)\n  \(site.url(issue: issue.slug))\n" }
    text += "\n" + indented(report.text, 2) + "\n"
    if !outcomes.isEmpty { text += "\nWhat was tried\n" }
    for (outcome, fix) in outcomes {
      let note = outcome.note.isEmpty ? "" : ". " + outcome.note
      text += wrapped(
        "- \(ReportPage.name(outcome, fix)): \(outcome.result.inWords)\(note)", width, indent: 2,
        hanging: 2)
    }
    if report.state != .resolved, let next {
      text += "\n" + FixViews.text(next, outcomes.isEmpty ? next.name : "Try next", width)
      text += "\nDid it work? Record it:\n"
      text += site.recordLine(fix: next.id, "/reports/\(report.id)/outcomes")
    }
    return text
  }
}

struct ReportListPage: Page {
  let reports: [ReportPage]
  let next: NextPage?
  let title = "Reports"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = reports.map {
      """
      <li><a href="/reports/\($0.report.id)">\($0.issue?.title ?? String($0.report.text.prefix(80)))</a> \
      <span class="quiet">\($0.report.state.rawValue) · \(.day($0.report.createdAt))</span></li>

      """
    }
    return """
      <h1>Reports</h1>
      \("<p>None yet.</p>", if: reports.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !reports.isEmpty)
      \(next.html)
      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(reports.map { $0.json(site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + reports.map {
        "\($0.report.state.rawValue)  \($0.issue?.title ?? String($0.report.text.prefix(50)))\n"
          + "  \(site.url("/reports/" + $0.report.id))\n"
      }.joined() + next.text(site)
  }
}

struct ReportFormPage: Page {
  let title = "Report a problem"

  func html(_ site: Site) -> HTML {
    """
    <h1>Report a problem</h1>
    <p>Nothing known fits? Leave it here, so that others see it and can answer. \
    If you have not asked yet, <a href="/diagnose">diagnose it</a> first.</p>
    <form class="paste" action="/reports" method="post">
    <label for="text">The error message or what you saw</label>
    <textarea id="text" name="text" rows="10" required spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
    <p><button class="primary">Send the report</button></p>
    <p class="quiet">Known kinds of secret are masked before anything is stored.</p>
    </form>
    """
  }

  func json(_ site: Site) -> JSON {
    ["title": .string(title), "post": .string(site.url("/api/v1/reports"))]
  }

  func text(_ site: Site, width: Int) -> String {
    wrapped("Nothing known fits? Send what you saw, so that others see it and can answer:", width)
      + "\n  failing-command 2>&1 | curl -s --data-urlencode text@- \(site.url("/reports"))\n"
  }
}
