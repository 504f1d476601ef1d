import Diagnosis
import Glibc
import Guide
import HTTP
import JSON
import Markup
import Store

// The main job: a pasted text in, the issues that explain it out, or an honest "not known".

/// What is asked: a text, and how.
struct DiagnoseInput: Sendable {
  var text: PastedText
  var guide: String?
  var limit = 5
  /// Store the whole masked text.
  var keep = false
  var environment: [Property] = []
  /// 404 when unknown, for scripts.
  var fails = false

  /// The same; an empty text is refused.
  func checked() throws(Failure) -> DiagnoseInput {
    guard text.lines.contains(where: { $0.text.contains { !$0.isWhitespace } }) else {
      throw Failure.empty
    }
    return self
  }
}

extension App {
  static func diagnoseForm(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .page(DiagnoseFormPage())
  }

  static func diagnose(_ context: Context) throws -> Reply {
    let (input, only) = try diagnoseInput(context)
    let page = try context.app.diagnose(
      input, caller: context.caller, source: context.caller.source, channel: context.channel)
    var headers = [
      HeaderFields.Field("Fixbook-Verdict", page.verdict.rawValue),
      HeaderFields.Field("Fixbook-Redacted", String(page.redacted)),
      HeaderFields.Field("Cache-Control", "no-store"),
    ]
    let isUnknown = page.verdict == .unknown
    let status = isUnknown && input.fails ? Status.notFound : .ok
    if only != nil { return .page(page.commands, status: status, headers: headers) }
    if context.representation == .html, !isUnknown || !input.fails, let id = page.id {
      // A page of its own, so that "back" and "reload" do not send the log again.
      headers.append(HeaderFields.Field("Content-Location", "/diagnoses/" + id))
      return .redirect(.seeOther, to: "/diagnoses/" + id, headers: headers)
    }
    return .page(page, status: status, headers: headers)
  }

  /// Diagnoses a text and counts the question, for whoever asks on whichever way.
  func diagnose(
    _ input: DiagnoseInput, caller: Caller, source: SourceKind, channel: String
  ) throws -> DiagnosisPage {
    let started = monotonicMilliseconds()
    let page = try DiagnosisPage.diagnose(
      input, store: store, viewer: caller.viewer, source: source, reporter: caller.reporter)
    let line = String((input.text.mostTelling?.text ?? "").prefix(300))
    store.count(
      Question(
        kind: .diagnosis, text: line, template: Template.of(line),
        guide: input.guide, source: channel, reporter: caller.reporter, verdict: page.verdict,
        results: page.matches.count, milliseconds: monotonicMilliseconds() - started,
        subject: page.id))
    verdicts.add(page.verdict.rawValue)
    return page
  }

  private static func diagnoseInput(_ context: Context) throws -> (DiagnoseInput, Only?) {
    try context.refuseCodedBody()
    var query = try context.query()
    let guide = try query.text("guide")
    let limit = try query.limit()
    let fails = try query.flag("fail")
    var keep = try query.flag("keep")
    var environment = try query.properties("environment")
    let only = try query.choice("only", as: Only.self)
    try query.finish()
    let text: PastedText
    switch context.intake?.finish() ?? .text(Intake.read("")) {
    case .text(let pasted): text = pasted
    case .tooLarge:
      throw Failure(
        .contentTooLarge, "content_too_large", "Too large",
        "Send at most 32 MiB: the last part of the log, or its error lines.")
    case .brokenForm:
      throw Failure(
        .badRequest, "invalid_form", "Broken form",
        "The multipart body ends before its closing boundary.")
    case .foreignForm(let field):
      throw Failure.unknownField(field, known: DiagnoseIntake.formFields)
    case .json(let bytes):
      let body: JSON
      do {
        body = try JSON.read(bytes)
      } catch {
        throw Failure.notJSON("\(error.reason), at byte \(error.offset)")
      }
      var fields = try Fields(
        json: body, declared: context.operation?.body, isAPI: context.isAPI)
      guard let given = try fields.text("text") else { throw Failure.missing("text") }
      keep = try fields.flag("keep") || keep
      environment += try fields.properties("environment")
      try fields.finish()
      text = Intake.read(given)
    }
    let input = try DiagnoseInput(
      text: text, guide: guide, limit: limit, keep: keep,
      environment: environment.map { Property($0.key, SecretMasker.mask($0.value).text) },
      fails: fails
    ).checked()
    return (input, only)
  }

  /// The diagnosis that the address names.
  static func storedDiagnosis(_ context: Context, _ reading: Reading) throws -> StoredDiagnosis {
    let id = context.path[0]
    guard let stored = try reading.diagnosis(id, pending: context.store.pending) else {
      throw Secrets.isChecked(id) ? Failure.gone : Failure.notFound("diagnosis")
    }
    return stored
  }

  static func showDiagnosis(_ context: Context) throws -> Reply {
    var query = try context.query()
    let only = try query.choice("only", as: Only.self)
    try query.finish()
    let page = try context.read { reading in
      try DiagnosisPage(try storedDiagnosis(context, reading), reading: reading)
    }
    if context.representation == .html, let id = page.id {
      context.app.openings.show(
        page.matches.map { Openings.Result($0.issue) }, at: target(of: context.request),
        subject: id)
    }
    return .page(
      only == nil ? page as any Page : page.commands,
      headers: [
        HeaderFields.Field("Fixbook-Verdict", page.verdict.rawValue),
        HeaderFields.Field("Fixbook-Redacted", String(page.redacted)),
      ])
  }
}

/// The answer to a pasted text.
struct DiagnosisPage: Page {
  struct Match: Sendable {
    let issue: IssueSummary
    /// The revision that was judged; the issue may have moved on.
    let revision: Int
    let confidence: Double
    let evidence: [Evidence]
    let fixes: [Fix]
    /// Of the best match when no fix is read out of it: its text says what to do.
    var text: ProseAnswer?
  }

  private(set) var id: String?
  let verdict: Verdict
  let matcher: String
  let redacted: Int
  let metLastHour: Int
  /// Whom to ask when nothing is known.
  let contact: String?
  private(set) var matches: [Match]
  /// The masked lines that matched.
  let excerpt: String
  /// What it ran on, as the asker said.
  let environment: [Property]
  let createdAt: Time

  var title: String {
    switch verdict {
    case .known: "Known: " + (matches.first?.issue.title ?? "")
    case .possible: "Possible: " + (matches.first?.issue.title ?? "")
    case .unknown: "Not known"
    }
  }

  /// Those of the first fix; to be looked at first where the problem is only possibly this one.
  var commands: CommandsPage {
    let best = verdict == .unknown ? nil : matches.first
    let caution = verdict == .possible ? "Possible only: check first that it is your problem." : nil
    return CommandsPage(
      of: best?.fixes.first, caution: caution,
      path: best.map { "/issues/" + $0.issue.slug } ?? id.map { "/diagnoses/" + $0 } ?? "/diagnose")
  }

  /// Runs the whole main job; the same for server and command line.
  static func diagnose(
    _ input: DiagnoseInput, store: Store, viewer: Viewer, source: SourceKind, reporter: String
  ) throws -> DiagnosisPage {
    let now = Time.now()
    let (stored, page) = try store.read(as: viewer) { reading in
      guard let corpus = try reading.corpus(guide: input.guide) else {
        throw Failure.invalid("guide", "There is no such guide; /guides lists them.")
      }
      let judgement = try Respelling.answer(input.text, corpus: corpus, limit: input.limit)
      let summaries = try reading.summaries(judgement.matches.map(\.issueID))
      let revisions = Dictionary(uniqueKeysWithValues: summaries.map { ($0.id, $0.revision) })
      let stored = StoredDiagnosis(
        id: Secrets.checkedIdentifier(), verdict: judgement.verdict, matcher: Matcher.version,
        guide: input.guide, excerpt: excerpt(input.text, judgement),
        kept: input.keep ? input.text.lines.map(\.text).joined(separator: "\n") : nil,
        environment: input.environment, redacted: input.text.redacted,
        matches: judgement.matches.compactMap { match in
          revisions[match.issueID].map {
            StoredMatch(
              issueID: match.issueID, revision: $0, confidence: match.confidence,
              evidence: match.evidence)
          }
        }, source: source, asker: Asker.digest(reporter, at: now), createdAt: now)
      return (stored, try DiagnosisPage(stored, reading: reading))
    }
    return store.remember(stored) ? page : page.withoutID
  }

  /// The lines that the best match rests on, else the heaviest ones.
  private static func excerpt(_ text: PastedText, _ judgement: Judgement) -> String {
    var numbers = Set(judgement.matches.prefix(1).flatMap { $0.evidence.map(\.line) })
    if judgement.verdict == .unknown || numbers.isEmpty {
      let telling = text.lines.sorted {
        ($0.telling, $1.number) > ($1.telling, $0.number)
      }
      numbers = Set(telling.prefix(3).map(\.number))
    }
    return text.lines.filter { numbers.contains($0.number) }.map { String($0.text.prefix(500)) }
      .joined(separator: "\n")
  }

  init(_ stored: StoredDiagnosis, reading: Reading) throws {
    id = stored.id
    matcher = stored.matcher
    redacted = stored.redacted
    excerpt = stored.excerpt
    environment = stored.environment
    createdAt = stored.createdAt
    let summaries = try reading.summaries(stored.matches.map(\.issueID))
    let byID = Dictionary(uniqueKeysWithValues: summaries.map { ($0.id, $0) })
    var matches: [Match] = []
    for match in stored.matches {
      guard let issue = byID[match.issueID] else { continue }
      matches.append(
        Match(
          issue: issue, revision: match.revision, confidence: match.confidence,
          evidence: match.evidence,
          fixes: try reading.rankedFixes(ofIssue: issue.id, environment: environment)
            .led(by: match.evidence)))
    }
    self.matches = matches
    // An issue may have been deleted since: then nothing is known any more.
    let isThere = matches.first?.issue.id == stored.matches.first?.issueID
    verdict = isThere ? stored.verdict : .unknown
    if let best = matches.first, verdict != .unknown {
      if best.fixes.isEmpty {
        self.matches[0].text = ProseAnswer(try reading.issueMarkdown(best.issue.id))
      }
      metLastHour = try reading.othersMet(issue: best.issue.id, before: stored)
      contact = nil
    } else {
      metLastHour = 0
      contact = try reading.contact(guide: stored.guide)
    }
  }

  private var withoutID: DiagnosisPage {
    var page = self
    page.id = nil
    return page
  }

  func json(_ site: Site) -> JSON {
    [
      "id": id.json, "url": id.map { site.url("/diagnoses/" + $0) }.json,
      "verdict": .string(verdict.rawValue), "matcher": .string(matcher),
      "redacted": .integer(redacted), "met_last_hour": .integer(metLastHour),
      "environment": .object(environment.map { JSON.Member($0.key, .string($0.value)) }),
      "contact": contact.json, "created_at": .string(createdAt.rfc3339),
      "matches": .array(
        matches.map { match in
          [
            "issue": IssueJSON.summary(match.issue, site, revision: match.revision),
            "confidence": .number(rounded(match.confidence)),
            "evidence": .array(match.evidence.map(DiagnosisPage.json)),
            "fixes": .array(match.fixes.map { IssueJSON.fix($0) }),
            "text": (match.text?.markdown).json,
          ]
        }),
    ]
  }

  private static func json(_ evidence: Evidence) -> JSON {
    [
      "line": .integer(evidence.line), "text": .string(evidence.text),
      "reason": .string(evidence.reason.rawValue), "detail": .string(evidence.detail),
    ]
  }
}

/// For durations: a clock that does not jump.
func monotonicMilliseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
}
