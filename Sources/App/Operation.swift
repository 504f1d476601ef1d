import HTTP
import JSON
import Store

/// What an address of `/api/v1` does, said once. `Fields` decodes by it; `/openapi.json`, `/help/api`
/// and the tests of both are made from it. It stands in the route, beside the handler:
///
///     .get("/fixes/{id}", .showFix, cached: true, App.showFix),
///
///     static let showFix = Operation(
///       "showFix", in: .issues, "Read a fix with its evidence",
///       answers: [.ok(.fixPage, "The fix.")],
///       example: Example(["3"]))
///
/// The values of the path are described in `PathValue`, shapes of answers in `Shape`. What follows
/// from the method, the fields and who may call (401, 422, 503, the headers …) is added by itself.
struct Operation: Sendable {
  /// Chapters of the documentation, in order.
  enum Group: String, Sendable, CaseIterable {
    case diagnose = "Diagnose and search"
    case guides = "Guides"
    case issues = "Issues"
    case reports = "Reports and outcomes"
    case suggestions = "Suggested edits and gaps"
    case changes = "Changes"
    case people = "Accounts and tokens"
  }

  enum Caller: Sendable, Equatable {
    case anyone
    /// Whoever has a token.
    case member
    case scope(Scope)
  }

  /// camelCase; unique; never changed, since clients are generated from it.
  let id: String
  let group: Group
  /// A few words, imperative, without a full stop.
  let summary: String
  /// What else one must know; Markdown.
  let details: String
  let caller: Caller
  let query: [Field]
  /// Request headers that mean something here beside `Idempotency-Key` and `If-None-Match`.
  let headers: [Field]
  let body: [Field]
  /// The body may also be the text itself, of any type (diagnose).
  let takesText: Bool
  /// The body may also be a form, below `/api/v1` too.
  let takesForms: Bool
  /// Bytes that a body may have: what its fields take at most, where nothing else is said.
  let bodyLimit: Int
  /// The answer holds a secret, which is not kept to be given again (`Idempotency-Key`).
  let givesSecret: Bool
  let answers: [Answer]
  /// Problem codes, beside those that follow from the rest.
  let codes: [String]
  let examples: [Example]

  init(
    _ id: String, in group: Group, _ summary: String, _ details: String = "",
    by caller: Caller = .anyone, query: [Field] = [], headers: [Field] = [], body: [Field] = [],
    takesText: Bool = false, takesForms: Bool = false, givesSecret: Bool = false,
    bodyLimit: Int? = nil, answers: [Answer],
    codes: [String] = [],
    example: Example, more: [Example] = []
  ) {
    self.id = id
    self.group = group
    self.summary = summary
    self.details = details
    self.caller = caller
    self.query = query
    self.headers = headers
    self.body = body
    self.takesText = takesText
    self.takesForms = takesForms
    self.givesSecret = givesSecret
    self.bodyLimit = bodyLimit ?? Operation.room(for: body)
    self.answers = answers
    self.codes = codes
    examples = [example] + more
  }

  /// Whole MiB, so that it can be said.
  private static func room(for body: [Field]) -> Int {
    let longest = body.reduce(Limits.formOverhead) { $0 + $1.longest }
    return max((longest + Limits.body - 1) / Limits.body, 1) * Limits.body
  }

  /// An answer that is no problem.
  struct Answer: Sendable {
    let status: Status
    let about: String
    /// Nil: no body.
    let schema: JSON?
    var headers: [Field] = []

    static func ok(_ shape: Shape, _ about: String, headers: [Field] = []) -> Answer {
      Answer(status: .ok, about: about, schema: shape.reference, headers: headers)
    }

    static func created(_ shape: Shape, _ about: String, headers: [Field] = []) -> Answer {
      Answer(status: .created, about: about, schema: shape.reference, headers: headers)
    }

    /// `{"results": […], "next": …}`; a `Link` header leads to the next page too.
    static func list(of shape: Shape, _ about: String) -> Answer {
      Answer(
        status: .ok, about: about,
        schema: Schema.object([
          .init("results", Schema.list(of: shape.reference)),
          .init("next", Schema.optional(Schema.string("Cursor of the next page."))),
        ]), headers: [.text("Link", "`rel=\"next\"`: the next page.")])
    }

    static let moved = Answer(
      status: .movedPermanently, about: "A former address; the present one is in `Location`.",
      schema: nil, headers: [.text("Location", "Where it is now.")])
  }

  /// A call that works on a base with the shipped guides, after the examples before it. Texts may
  /// hold `$NAME` of what an earlier example kept.
  struct Example: Sendable {
    /// Values of the path, in order.
    let path: [String]
    let query: [(name: String, value: String)]
    let headers: [(name: String, value: String)]
    let body: JSON?
    /// The body is this text, not JSON.
    let text: String?
    /// Shell variable and member of the answer ("id", "matches[0].fixes[0].id") or header that it keeps.
    let keeps: [(variable: String, member: String)]
    /// Sent with the token, though it may be asked without.
    let isMembers: Bool

    init(
      _ path: [String] = [], query: KeyValuePairs<String, String> = [:],
      headers: KeyValuePairs<String, String> = [:], body: JSON? = nil, text: String? = nil,
      keeps: KeyValuePairs<String, String> = [:], asMember: Bool = false
    ) {
      isMembers = asMember
      self.path = path
      self.query = query.map { ($0.key, $0.value) }
      self.headers = headers.map { ($0.key, $0.value) }
      self.body = body
      self.text = text
      self.keeps = keeps.map { ($0.key, $0.value) }
    }
  }
}

/// The `{…}` of addresses: what they hold depends on the segment before them, at times on the name.
enum PathValue {
  static func field(_ name: String, after segment: String) -> Field {
    let field = all[segment + "/" + name] ?? all[segment] ?? .text(name, "")
    return Field(name: name, kind: field.kind, about: field.about).example(field.example ?? "")
      .required
  }

  static let all: [String: Field] = [
    "guides": .text("guide", limit: 200, "The guide's slug.").example("agentcore-troubleshooting"),
    "sections": .integer("id", "The section's id, as the guide lists it.").example(1),
    "issues": .text("slug", limit: 200, "The issue's slug, a former one, or its id.")
      .example("exec-format-error"),
    "links": .text("kind", limit: 20, "How the two belong together.").example("related"),
    "{kind}": .text("target", limit: 200, "Slug of the other issue.").example("exec-format-error"),
    "revisions": .integer("n", "Number of the revision.").example(1),
    "fixes": .integer("id", "The fix's id.").example(1),
    "checks": .text("name", "The check's name.").example("session-id"),
    "reports": .text("id", limit: 100, "The report's id, which cannot be guessed."),
    "diagnoses": .text("id", limit: 100, "The diagnosis' id, which cannot be guessed."),
    "webhooks": .integer("id", "The webhook's id.").example(1),
    "suggestions": .integer("id", "The suggestion's id.").example(1),
    "warnings": .integer("id", "The warning's id.").example(1),
    "users": .integer("id", "The account's id.").example(1),
    "tokens": .integer("id", "The token's id.").example(1),
  ]
}
