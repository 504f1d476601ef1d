import Diagnosis
import Guide
import HTTP
import JSON
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

  /// For what is over already when it is told.
  static let ending: [Field] = [
    .choice("closed_by", of: Ending.Kind.self, "It is over already: what ended it."),
    .text(
      "closing_text", limit: 5_000,
      "What fixed it; needed when `closed_by` is `other`, and then suggested as a fix of the issue."
    ),
  ]

  /// How a report ended without a fix of its issue.
  struct Ending: Sendable {
    enum Kind: String, CaseIterable { case other, itself }

    let kind: Kind
    /// Masked.
    let text: String

    /// Nil where nothing is said of an end.
    init?(_ fields: inout Fields) throws(Failure) {
      let kind = try fields.choice("closed_by", as: Kind.self)
      let text =
        kind == .other ? try fields.required("closing_text") : try fields.text("closing_text")
      guard let kind else { return nil }
      self.kind = kind
      self.text = SecretMasker.mask(text ?? "").text
    }
  }

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

  /// What a report names, as the caller may see it.
  struct Named {
    fileprivate var issue: IssueSummary?
    fileprivate var diagnosis: StoredDiagnosis?
  }

  /// Looks up what is named; `read` is called only where something is.
  func named(
    pending: PendingDiagnoses, _ read: ((Reading) throws -> Named) throws -> Named
  ) throws -> Named {
    if issue == nil, diagnosis == nil { return Named() }
    return try read { reading in
      var named = Named()
      if let issue {
        switch try reading.issueID(named: issue) {
        case .issue(let id), .moved(let id, _): named.issue = try reading.summaries([id]).first
        case nil: break
        }
        guard named.issue != nil else { throw Failure.invalid("issue", "There is no such issue.") }
      }
      if let diagnosis {
        named.diagnosis = try reading.diagnosis(diagnosis, pending: pending)
        guard named.diagnosis != nil else {
          throw Failure.invalid("diagnosis", "There is no such diagnosis.")
        }
      }
      return named
    }
  }

  /// The report to be opened. `reporter` stands for a caller who gets a name only now.
  func report(
    of named: Named, caller: Caller, reporter: String? = nil, source: SourceKind
  ) -> NewReport {
    let (about, cited) = (named.issue, named.diagnosis)
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
