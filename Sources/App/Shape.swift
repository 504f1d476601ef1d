import Guide
import JSON
import Store

/// A named shape of answers: a component of `/openapi.json`. Members that an answer always has are
/// required; further ones may come with time.
struct Shape: Sendable {
  let name: String
  let schema: JSON

  init(_ name: String, _ schema: JSON) {
    self.name = name
    self.schema = schema
  }

  var reference: JSON { ["$ref": .string(Shape.prefix + name)] }

  /// The schema with every reference replaced by what it refers to, for readers that know none.
  var inlined: JSON { Shape.inlined(schema) }

  static let prefix = "#/components/schemas/"

  static func inlined(_ schema: JSON) -> JSON {
    switch schema {
    case .array(let items): return .array(items.map(inlined))
    case .object(let members):
      if let name = schema["$ref"]?.text?.dropFirst(prefix.count),
        let shape = all.first(where: { $0.name == name })
      {
        return shape.inlined
      }
      return .object(members.map { .init($0.name, inlined($0.value)) })
    case .null, .bool, .integer, .number, .string: return schema
    }
  }

  /// Every component, in reading order.
  static let all: [Shape] = [
    problem, diagnosis, match, evidenceLine, searchResult, guide, guidePage, issueSummary, issue,
    fix, evidence, fixPage, revision, revisionPage, diff, check, checkResult, report,
    reportOutcome, outcome, suggestion, wording, wordings, gap, reviewDue, warning, insights,
    change,
    user, token, audience, auditEntry, webhook, newWebhook, delivery, done,
  ]
}

extension Shape {
  /// RFC 9457.
  static let problem = Shape(
    "Problem",
    Schema.object(
      [
        .init("type", Schema.string("Address of the code's explanation.")),
        .init("title", Schema.string()), .init("status", Schema.integer()),
        .init("detail", Schema.string("What is wrong and what to do about it.")),
        .init("code", Schema.string("Stable; the words may change.")),
        .init("field", Schema.string("The field, parameter or header that is wrong.")),
        .init("current_revision", Schema.integer("With `stale_revision`.")),
        .init("mistakes", Schema.list(of: mistake, "With `invalid_markdown` and `broken_sample`.")),
        .init("restore", Schema.string("To editors: what brings a deleted issue back.")),
        .init("base", issueText()), .init("current", issueText()),
        .init(
          "yours", issueText(revision: Schema.optional(Schema.integer("Null: it is none yet.")))),
      ],
      optional: ["field", "current_revision", "mistakes", "restore", "base", "current", "yours"],
      "RFC 9457. `base`, `current` and `yours` come with `edit_conflict`."))

  private static let mistake = Schema.object([
    .init("line", Schema.integer()), .init("reason", Schema.string()),
  ])

  private static func issueText(revision: JSON = Schema.integer()) -> JSON {
    Schema.object([
      .init("revision", revision), .init("title", Schema.string()),
      .init("section", Schema.string()), .init("markdown", Schema.string()),
    ])
  }

  // MARK: Issues

  private static let confidence = Schema.choice(Confidence.allCases.map(\.rawValue))
  private static let time = Schema.time()

  static let issueSummary = Shape(
    "IssueSummary",
    Schema.object([
      .init("id", Schema.integer()), .init("external_id", Schema.optional(Schema.string())),
      .init("slug", Schema.string()), .init("title", Schema.string()),
      .init("guide", Schema.string()), .init("guide_title", Schema.string()),
      .init("section", Schema.string()),
      .init("revision", Schema.integer("Quote it: the text may change.")),
      .init("confidence", confidence), .init("updated_at", time),
      .init("url", Schema.string("The issue's address, to be quoted.")),
    ]))

  private static let texts = Schema.list(of: Schema.object([.init("text", Schema.string())]))

  /// Members of an issue, as the API and the tool for agents give them.
  static let issueMembers: [JSON.Member] = [
    .init("id", Schema.integer()), .init("external_id", Schema.optional(Schema.string())),
    .init("slug", Schema.string()), .init("title", Schema.string()),
    .init("guide", Schema.string()), .init("section", Schema.string()),
    .init("revision", Schema.integer("Quote it: the text may change.")),
    .init("confidence", confidence),
    .init("markdown", Schema.string("What stands under the heading.")),
    .init("symptoms", texts), .init("causes", texts),
    .init("fixes", Schema.list(of: fix.reference, "Best evidence first.")),
    .init(
      "samples",
      Schema.list(
        of: Schema.object([
          .init("text", Schema.string()),
          .init("negative", Schema.boolean("This line must not lead here.")),
        ]))),
    .init("aliases", Schema.list(of: Schema.string())),
    .init(
      "checks",
      Schema.list(
        of: Schema.object([
          .init("name", Schema.string("To run it by.")), .init("rule", Schema.string()),
        ]))),
    .init("environment", Schema.strings("Where it applies.")),
    .init("owner", Schema.optional(Schema.string())),
    .init("escalate", Schema.optional(Schema.string())),
    .init("sources", Schema.list(of: Schema.string())),
    .init("license", Schema.optional(Schema.string())),
    .init("attribution", Schema.optional(Schema.string())),
    .init("tags", Schema.list(of: Schema.string())),
    .init(
      "verified",
      Schema.optional(
        Schema.object([
          .init("by", Schema.string()), .init("at", time), .init("against", Schema.string()),
        ]))),
    .init("created_at", time), .init("updated_at", time),
    .init("url", Schema.string("The issue's address, to be quoted.")),
  ]

  private static let link = Schema.object([
    .init("kind", Schema.choice(IssueLink.Kind.allCases.map(\.rawValue))),
    .init("text", Schema.string("As it is written.")),
    .init("issue", Schema.optional(issueSummary.reference)),
  ])

  private static let writeWarning = Schema.object(
    [
      .init("issue", Schema.string("Another issue, of which a sample no longer leads there.")),
      .init("sample", Schema.string()),
      .init("line", Schema.integer("Line of the text that looks like a secret.")),
      .init("secret", Schema.string("The kind it looks like.")),
      .init("detail", Schema.string("In words.")),
    ], optional: ["issue", "sample", "line", "secret"])

  static let issue = Shape(
    "Issue",
    Schema.object(
      issueMembers + [
        .init("links", Schema.list(of: link, "Issues that this one names.")),
        .init("linked_from", Schema.list(of: link, "What links here.")),
        .init(
          "stale",
          Schema.optional(Schema.string("Why a fix is thought to have stopped working, in words."))),
        .init("learned", Schema.list(of: wording.reference, "What reports taught.")),
        .init("merged", Schema.boolean("In the answer to a change: merged with others' changes.")),
        .init(
          "warnings",
          Schema.list(
            of: writeWarning,
            "In the answer to a change: samples of other issues that it broke, likely secrets.")),
      ], optional: ["merged", "warnings"]))

  static let fix = Shape("Fix", Schema.object(fixMembers))

  private static let fixMembers: [JSON.Member] = [
    .init("id", Schema.integer("For outcomes.")),
    .init("kind", Schema.choice(["fix", "workaround"])),
    .init("text", Schema.string("Markdown.")),
    .init("verify", Schema.optional(Schema.string("How to see that it worked."))),
    .init("risk", Schema.optional(Schema.string("safe, disruptive or destructive"))),
    .init(
      "requires_approval",
      Schema.boolean("True for a destructive fix: not without a person's approval.")),
    .init("evidence", evidence.reference),
    .init(
      "regressed",
      Schema.optional(
        Schema.object(
          [.init("since", time), .init("reason", Schema.string())],
          "It used to work and stopped, as the outcomes say."))),
  ]

  static let fixPage = Shape(
    "FixWithIssue",
    Schema.object(
      fixMembers + [.init("issue", issueSummary.reference), .init("history", history)]))

  private static let history = Schema.object(
    [
      .init("unit", Schema.choice(["week", "month"])),
      .init(
        "spans",
        Schema.list(
          of: Schema.object([
            .init("start", time),
            .init("worked", Schema.number("Of members' attempts; a part is a half.")),
            .init("tried", Schema.integer()), .init("low", Schema.optional(Schema.number())),
            .init("high", Schema.optional(Schema.number())),
            .init(
              "others",
              Schema.integer(
                "Attempts of people without an account, agents and automation, worked or not.")),
          ]), "From the first attempt to the last, without a hole; the latest sixty.")),
    ], "What was recorded over time.")

  private static let counts = Schema.object([
    .init("worked", Schema.integer()), .init("tried", Schema.integer()),
  ])

  static let evidence = Shape(
    "Evidence",
    Schema.object(
      [
        .init("worked", Schema.integer("Attempts of people, as the first fix they tried.")),
        .init("tried", Schema.integer()), .init("reporters", Schema.integer()),
        .init("low", Schema.number()), .init("high", Schema.number()),
        .init("last_worked_at", Schema.optional(time)),
        .init("after_others", counts), .init("by_machines", counts),
        .init("before_edit", counts), .init("reworded", counts),
        .init("edited_at", Schema.optional(time)),
        .init("summary", Schema.string("The counts in words.")),
      ], "What was recorded of this fix."))

  private static let revisionMembers: [JSON.Member] = [
    .init("number", Schema.integer()), .init("title", Schema.string()),
    .init("section", Schema.string()), .init("author", Schema.string()),
    .init("comment", Schema.string()), .init("created_at", time), .init("url", Schema.string()),
  ]

  static let revision = Shape("Revision", Schema.object(revisionMembers))

  static let revisionPage = Shape(
    "RevisionText", Schema.object(revisionMembers + [.init("markdown", Schema.string())]))

  private static let words = Schema.object([
    .init("from", Schema.string()), .init("to", Schema.string()),
  ])

  static let diff = Shape(
    "Diff",
    Schema.object([
      .init("issue", issueSummary.reference), .init("from", Schema.integer()),
      .init("to", Schema.integer()), .init("title", words), .init("section", words),
      .init(
        "pieces",
        Schema.list(
          of: Schema.object([
            .init("kind", Schema.choice(["same", "removed", "added"])),
            .init("text", Schema.string()),
          ]), "The text in words, in order.")),
    ]))

  // MARK: Questions

  static let evidenceLine = Shape(
    "EvidenceLine",
    Schema.object([
      .init("line", Schema.integer("Line of the text that was sent, from 1.")),
      .init("text", Schema.string()),
      .init("reason", Schema.string("sample, template, code, words, alias, learned or check")),
      .init("detail", Schema.string()),
    ]))

  static let match = Shape(
    "Match",
    Schema.object([
      .init("issue", issueSummary.reference),
      .init("confidence", Schema.number("Probability that it is this one, 0 to 1.")),
      .init("evidence", Schema.list(of: evidenceLine.reference)),
      .init("fixes", Schema.list(of: fix.reference, "Best evidence first.")),
    ]))

  static let diagnosis = Shape(
    "Diagnosis",
    Schema.object([
      .init("id", Schema.optional(Schema.string("Null: not stored, as good all the same."))),
      .init("url", Schema.optional(Schema.string())),
      .init("verdict", Schema.choice(["known", "possible", "unknown"])),
      .init("matcher", Schema.string("Version of the matcher.")),
      .init("redacted", Schema.integer("Secrets masked before anything was stored.")),
      .init("met_last_hour", Schema.integer("How many others met it in the hour before.")),
      .init("contact", Schema.optional(Schema.string("Whom to ask when it is not known."))),
      .init("environment", Schema.strings("What it ran on.")), .init("created_at", time),
      .init("matches", Schema.list(of: match.reference, "For unknown: at most three near misses.")),
    ]))

  static let searchResult = Shape(
    "SearchResult",
    Schema.object(
      [
        .init("issue", issueSummary.reference),
        .init("score", Schema.number("Orders the results; no probability.")),
        .init("excerpt", Schema.string()),
        .init("why", Schema.string("Which words were found, and where.")),
        .init(
          "explain",
          Schema.object(
            [
              .init(
                "words",
                Schema.list(
                  of: Schema.object([
                    .init("word", Schema.string()),
                    .init("as", Schema.optional(Schema.string("The related word that was found."))),
                    .init("in", Schema.list(of: Schema.string())),
                    .init("value", Schema.number()),
                  ]))),
              .init("runs", Schema.number("For words in the same order.")),
              .init("sample", Schema.number("For samples and broken checks.")),
              .init("learned", Schema.optional(Schema.string("What reports say."))),
            ], "With `explain=1`: the parts of the score.")),
      ], optional: ["explain"]))

  static let check = Shape(
    "Check",
    Schema.object(
      [
        .init("name", Schema.string()), .init("rule", Schema.string()),
        .init("issue", Schema.string("Slug of the issue it stands in.")),
        .init("url", Schema.string()),
      ], optional: ["url"]))

  static let checkResult = Shape(
    "CheckResult",
    Schema.object([
      .init("name", Schema.string()), .init("pass", Schema.boolean()),
      .init("detail", Schema.string()), .init("issue", Schema.string()),
    ]))

  // MARK: Guides, changes

  private static let guideMembers: [JSON.Member] = [
    .init("slug", Schema.string()), .init("title", Schema.string()),
    .init("issues", Schema.integer("How many.")), .init("owner", Schema.optional(Schema.string())),
    .init("escalate", Schema.optional(Schema.string())),
    .init("license", Schema.optional(Schema.string())),
    .init("attribution", Schema.optional(Schema.string())),
    .init("archived", Schema.boolean()), .init("updated_at", time), .init("url", Schema.string()),
  ]

  static let guide = Shape("Guide", Schema.object(guideMembers))

  static let guidePage = Shape(
    "GuideContents",
    Schema.object(
      guideMembers + [
        .init("introduction", Schema.string("Markdown.")),
        .init(
          "sections",
          Schema.list(
            of: Schema.object([
              .init("id", Schema.integer()), .init("title", Schema.string()),
              .init("introduction", Schema.string()),
              .init("issues", Schema.list(of: issueSummary.reference)),
            ]))),
      ]))

  static let change = Shape(
    "Change",
    Schema.object([
      .init("id", Schema.integer("Grows with every change.")),
      .init("kind", Schema.string("issue created, issue edited, guide created …")),
      .init("issue", Schema.optional(issueSummary.reference)),
      .init("issue_id", Schema.optional(Schema.integer("Also of an issue that was deleted."))),
      .init("guide", Schema.optional(Schema.string())),
      .init("revision", Schema.optional(Schema.integer())), .init("author", Schema.string()),
      .init("summary", Schema.string()), .init("at", time),
    ]))

  // MARK: Reports

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
