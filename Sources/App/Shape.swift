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
  static let time = Schema.time()

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

  static let writeWarning = Schema.object(
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
}
