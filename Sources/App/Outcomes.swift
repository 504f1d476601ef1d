import Diagnosis
import Guide
import HTTP
import JSON
import Markup
import Store

/// What a form, a curl line or the API says of a tried fix.
struct OutcomeInput: Sendable {
  let fix: Int
  let result: OutcomeResult
  let note: String
  /// The command that checked it and the last lines it printed.
  let observed: String
  let environment: [Property]
  let onBehalfOf: String?
  let reporter: String
  let source: SourceKind
  let isHTML: Bool
  private let newcomer: Newcomer?

  static let fields: [Field] = [
    .integer("fix", "The fix's id.").needed.example(1),
    .choice(
      "result", of: OutcomeResult.self, "`recurred`: it had worked, then the problem came back."
    )
    .needed.example("worked"),
    .text("note", limit: 5_000, "What the next one should know."),
    .text(
      "observed", limit: 20_000,
      "The command that checked it and the last lines it printed; `worked` of an agent or automation counts only with it."
    ),
    .properties("environment", "What it ran on."),
    .text(
      "on_behalf_of", limit: 200,
      "The person behind a shared bot: any stable name; only a digest is kept."),
  ]

  init(_ context: Context) throws(Failure) {
    var fields = try context.body()
    try self.init(
      &fields, caller: context.caller, source: context.caller.source, newcomer: Newcomer(context),
      isHTML: context.representation == .html)
    try fields.finish()
  }

  init(
    _ fields: inout Fields, caller: Caller, source: SourceKind, newcomer: Newcomer? = nil,
    isHTML: Bool = false
  ) throws(Failure) {
    guard let fix = try fields.integer("fix") else { throw Failure.missing("fix") }
    guard let result = try fields.choice("result", as: OutcomeResult.self) else {
      throw Failure.missing("result")
    }
    self.fix = fix
    self.result = result
    note = SecretMasker.mask(try fields.text("note") ?? "").text
    observed = SecretMasker.mask(try fields.text("observed") ?? "").text
    var environment: [Property] = []
    for pair in try fields.properties("environment") + fields.properties("env") {
      environment.append(Property(pair.key, SecretMasker.mask(pair.value).text))
    }
    self.environment = environment
    let behalf = try fields.text("on_behalf_of")
    onBehalfOf = behalf.map(Caller.mark)
    self.source = source
    self.newcomer = newcomer
    self.isHTML = isHTML
    reporter = newcomer?.reporter ?? caller.reporter(onBehalfOf: behalf)
  }

  /// As the store takes it.
  var outcome: NewOutcome {
    NewOutcome(
      fixID: fix, result: result, note: note, observed: observed, environment: environment,
      reporter: reporter, onBehalfOf: onBehalfOf, source: source)
  }

  func record(_ writing: Writing, report: String) throws -> Reply {
    let recorded = try writing.record(outcome, forReport: report)
    let headers = newcomer.map { [$0.setCookie] } ?? []
    let page = try OutcomePage(recorded, reading: writing.reading)
    if isHTML {
      return .redirect(
        .seeOther, to: "/reports/\(recorded.report.id)?recorded=\(recorded.id)", headers: headers)
    }
    return .page(page, status: .created, headers: headers)
  }
}

extension App {
  static func recordOnDiagnosis(_ context: Context) throws -> Reply {
    try context.requireReporting()
    let diagnosis = try context.read { try storedDiagnosis(context, $0) }
    let outcome = try OutcomeInput(context)
    return .write { writing in
      let report = try writing.report(
        ofDiagnosis: diagnosis, reporter: outcome.reporter, source: outcome.source)
      try writing.open(fix: outcome.fix, of: diagnosis)
      return try outcome.record(writing, report: report.id)
    }
  }

  static func recordOnReport(_ context: Context) throws -> Reply {
    try context.requireReporting()
    let id = context.path[0]
    guard let report = try context.read({ try $0.report(id) }) else {
      throw Failure.notFound("report")
    }
    try requireReporter(of: report, context.caller)
    let outcome = try OutcomeInput(context)
    return .write { try outcome.record($0, report: id) }
  }

  /// One step from the issue's page: opens a report by itself.
  static func recordOnIssue(_ context: Context) throws -> Reply {
    try context.requireReporting()
    let (id, _) = try context.read { try issueID(context, $0) }
    let outcome = try OutcomeInput(context)
    let caller = context.caller
    return .write { writing in
      guard let issue = try writing.reading.summaries([id]).first else {
        throw Failure.notFound("issue")
      }
      let report = try writing.openReport(
        NewReport(
          text: issue.title, issueID: id, reporter: outcome.reporter, source: caller.source))
      return try outcome.record(writing, report: report.id)
    }
  }

  /// "By its reporter or an editor."
  static func requireReporter(of report: Report, _ caller: Caller) throws(Failure) {
    if caller.may(.edit) || caller.reporter == report.reporter
      || report.reporter.hasPrefix(caller.reporter + "/")
    {
      return
    }
    throw Failure.forbidden("Only its reporter or an editor may do that.")
  }

  func failure(ofOutcome error: OutcomeError) -> Failure {
    switch error {
    case .reportNotFound: .notFound("report")
    case .diagnosisNotFound: .invalid("diagnosis", "There is no such diagnosis.")
    case .fixNotFound(let id): .invalid("fix", "There is no fix \(id).")
    case .fixOfOtherIssue(let fix, let issue):
      .invalid("fix", "Fix \(fix) does not belong to the report's issue, \(issue).")
    }
  }
}

/// The answer to a recorded outcome.
struct OutcomePage: Page {
  let outcome: RecordedOutcome
  let issue: IssueSummary
  let fix: Fix
  /// What to try next when this one did not help.
  let next: Fix?

  var title: String { "Recorded: \(outcome.result.inWords)" }

  init(_ outcome: RecordedOutcome, reading: Reading) throws {
    self.outcome = outcome
    guard let fix = try reading.fix(outcome.fixID),
      let issue = try reading.summaries([fix.issueID]).first
    else { throw OutcomeError.fixNotFound(outcome.fixID) }
    self.fix = fix
    self.issue = issue
    next = try OutcomePage.next(outcome.report, issue: issue.id, reading: reading)
  }

  /// The best fix that was not tried for this report.
  static func next(_ report: Report, issue: Int, reading: Reading) throws -> Fix? {
    let tried = Set(try reading.outcomes(ofReport: report.id).map(\.fixID))
    return try reading.rankedFixes(ofIssue: issue).first { !tried.contains($0.id) }
  }

  func html(_ site: Site) -> HTML { "<h1>\(title)</h1>" }

  func json(_ site: Site) -> JSON {
    [
      "id": .integer(outcome.id), "report": .string(outcome.report.id),
      "fix": .integer(outcome.fixID), "result": .string(outcome.result.rawValue),
      "state": .string(outcome.report.state.rawValue),
      "issue": IssueJSON.summary(issue, site), "evidence": IssueJSON.evidence(fix.evidence),
      "next_fix": next.map(IssueJSON.fix) ?? .null,
      "url": .string(site.url("/reports/" + outcome.report.id)),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    var text = wrapped(
      "Recorded: \(outcome.result.inWords). \(issue.title), fix \(fix.id): \(fix.evidence.inWords).",
      width)
    if outcome.report.state != .resolved, let next {
      text += "\n" + FixViews.text(next, "Try next", width)
      text += "\n" + wrapped("Did it work? Record it (result=no_effect if not):", width)
      text += site.recordLine(fix: next.id, "/reports/\(outcome.report.id)/outcomes")
    }
    if outcome.report.state != .resolved, next == nil {
      text += "\nAll fixes of this issue were tried. " + ReportPage.askWhat(outcome.report.id, site)
    }
    return text + site.url("/reports/\(outcome.report.id)") + "\n"
  }
}

extension OutcomeResult {
  var inWords: String {
    switch self {
    case .worked: "fixed it"
    case .partly: "helped a little"
    case .noEffect: "didn't help"
    case .madeWorse: "made it worse"
    case .notApplicable: "didn't apply"
    case .recurred: "came back"
    }
  }
}
