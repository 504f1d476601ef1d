import Guide
import JSON
import Store

// Reports, and what follows from them.
extension Shape {
  private static let state = Schema.choice(["open", "resolved", "unresolved"])
  private static let result = Schema.choice(OutcomeResult.allCases.map(\.rawValue))

  static let report = Shape(
    "Report",
    Schema.object([
      .init("id", Schema.string("Whoever has it may read the report.")), .init("state", state),
      .init("text", Schema.string("Masked.")), .init("environment", Schema.strings()),
      .init("issue", Schema.optional(issueSummary.reference)),
      .init("outcomes", Schema.list(of: reportOutcome.reference)),
      .init("diagnosis", Schema.optional(Schema.string())), .init("source", Schema.string()),
      .init("closed_by", Schema.optional(Schema.string("fix, other or itself"))),
      .init("closing_text", Schema.optional(Schema.string())),
      .init("contact", Schema.optional(Schema.string("Whom to ask."))), .init("created_at", time),
      .init("url", Schema.string()),
    ]))

  static let reportOutcome = Shape(
    "ReportOutcome",
    Schema.object([
      .init("id", Schema.integer()), .init("fix", Schema.integer()), .init("result", result),
      .init("note", Schema.string()), .init("environment", Schema.strings()),
      .init("source", Schema.string()), .init("created_at", time),
    ]))

  static let outcome = Shape(
    "Outcome",
    Schema.object([
      .init("id", Schema.integer()), .init("report", Schema.string()),
      .init("fix", Schema.integer()), .init("result", result), .init("state", state),
      .init("issue", issueSummary.reference), .init("evidence", evidence.reference),
      .init("next_fix", Schema.optional(fix.reference)), .init("url", Schema.string()),
    ]))

  static let suggestion = Shape(
    "Suggestion",
    Schema.object(
      [
        .init("id", Schema.integer()),
        .init("state", Schema.choice(Suggestion.State.allCases.map(\.rawValue))),
        .init("issue", Schema.optional(issueSummary.reference)), .init("guide", Schema.string()),
        .init("base", Schema.integer("Revision it starts from; 0: a new issue.")),
        .init("title", Schema.string()), .init("section", Schema.string()),
        .init("markdown", Schema.string()), .init("comment", Schema.string()),
        .init("author", Schema.string()), .init("reason", Schema.string("Why it was rejected.")),
        .init("decided_by", Schema.optional(Schema.string())), .init("created_at", time),
        .init("url", Schema.string()),
        .init("warnings", Schema.list(of: writeWarning, "While it is open: likely secrets.")),
      ], optional: ["warnings"]))

  static let wording = Shape(
    "Wording",
    Schema.object(
      [
        .init("id", Schema.integer()), .init("words", Schema.list(of: Schema.string())),
        .init("state", Schema.choice(["learned", "accepted", "removed"])),
        .init("members", Schema.integer("How many people with an account say so.")),
        .init("decided_by", Schema.optional(Schema.string())),
        .init("created_at", time),
        .init("reports", Schema.list(of: Schema.string(), "For members.")),
      ], optional: ["reports"], "Words of reports that the issue resolved."))

  static let wordings = Shape(
    "Wordings",
    Schema.object([
      .init("issue", issueSummary.reference),
      .init("results", Schema.list(of: wording.reference)), .init("next", ["type": "null"]),
    ]))

  static let warning = Shape(
    "Warning",
    Schema.object([
      .init("id", Schema.integer("Of the newest outcome that says so.")),
      .init("issue", issueSummary.reference), .init("fix", Schema.integer()),
      .init("text", Schema.string("The fix's, Markdown.")),
      .init("reporters", Schema.integer("How many say so.")),
      .init(
        "outcomes",
        Schema.list(
          of: Schema.object([
            .init("id", Schema.integer()), .init("report", Schema.string()),
            .init("source", Schema.string()), .init("note", Schema.string()),
            .init("environment", Schema.strings()), .init("created_at", time),
          ]), "The newest five.")),
    ]))

  static let reviewDue = Shape(
    "ReviewDue",
    Schema.object([
      .init("issue", issueSummary.reference), .init("reason", Schema.string("One sentence.")),
      .init("since", time),
    ]))

  static let insights = Shape(
    "Insights",
    Schema.object([
      .init("since", time), .init("until", time),
      .init("days", Schema.integer("How long a bucket is.")),
      .init(
        "questions",
        Schema.object([.init("asked", Schema.integer()), .init("answered", Schema.integer())])),
      .init(
        "opened",
        Schema.object(
          [
            .init("answers", Schema.integer("Searches and diagnoses that were answered.")),
            .init("followed", Schema.integer("Those from which something was opened.")),
            .init(
              "places",
              Schema.object(
                ["first", "second", "third", "later"].map { .init($0, Schema.integer()) })),
          ],
          "A result's page was opened from the answer, or an outcome recorded for a fix of it.")),
      .init(
        "outcomes",
        Schema.object(
          [.init("tried", Schema.integer()), .init("worked", Schema.number())],
          "Of members; a part is a half.")),
      .init(
        "reports",
        Schema.object([.init("opened", Schema.integer()), .init("resolved", Schema.integer())])),
      .init(
        "buckets",
        Schema.list(
          of: Schema.object([
            .init("start", time), .init("answered", Schema.integer()),
            .init("unanswered", Schema.integer()), .init("worked", Schema.number()),
            .init("tried", Schema.integer()), .init("low", Schema.optional(Schema.number())),
            .init("high", Schema.optional(Schema.number())), .init("opened", Schema.integer()),
            .init("resolved", Schema.integer()),
            .init(
              "median_seconds",
              Schema.optional(Schema.integer("The middle time from report to resolution."))),
          ]))),
      .init(
        "unanswered",
        Schema.list(
          of: Schema.object([
            .init("text", Schema.string()), .init("people", Schema.integer()),
            .init("times", Schema.integer()),
          ]), "What most people asked in vain.")),
      .init(
        "stale",
        Schema.list(
          of: Schema.object([
            .init("issue", issueSummary.reference), .init("fix", Schema.integer()),
            .init("since", time), .init("reason", Schema.string()),
          ]), "Issues with a fix in doubt.")),
    ]))

  static let gap = Shape(
    "Gap",
    Schema.object([
      .init("id", Schema.integer()), .init("text", Schema.string()),
      .init("template", Schema.string()), .init("people", Schema.integer()),
      .init("times", Schema.integer()), .init("last_asked_at", time),
    ]))

  private static let webhookMembers: [JSON.Member] = [
    .init("id", Schema.integer()), .init("url", Schema.string()),
    .init("format", Schema.choice(Webhook.Format.allCases.map(\.rawValue))),
    .init("events", Schema.list(of: Schema.string(), "None: all.")),
    .init("audience", Schema.choice(Webhook.Audience.allCases.map(\.rawValue))),
    .init("created_by", Schema.string()), .init("created_at", time),
    .init("stopped", Schema.optional(Schema.string("Why nothing is sent any more."))),
  ]
  static let webhook = Shape("Webhook", Schema.object(webhookMembers))
  static let newWebhook = Shape(
    "NewWebhook",
    Schema.object(
      webhookMembers + [.init("secret", Schema.string("Shown in this answer only."))]))

  static let delivery = Shape(
    "Delivery",
    Schema.object([
      .init("id", Schema.string("The message's `webhook-id`.")), .init("event", Schema.string()),
      .init("state", Schema.choice(["waiting", "delivered", "failed"])),
      .init("attempts", Schema.integer()),
      .init("status", Schema.optional(Schema.integer("Of the last answer."))),
      .init("error", Schema.optional(Schema.string())),
      .init("due_at", Schema.optional(time)), .init("created_at", time),
      .init("delivered_at", Schema.optional(time)),
    ]))

  static let done = Shape(
    "Done",
    Schema.object([.init("title", Schema.string()), .init("detail", Schema.string())]))
}
