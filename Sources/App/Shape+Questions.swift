import Guide
import JSON
import Store

// Answers to questions, guides and changes.
extension Shape {
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
      .init("text", Schema.optional(Schema.string(textWords))),
    ]))

  /// What the member `text` of a match is.
  static let textWords =
    "What the issue says, as Markdown, when it is the answer and no fix is read out of it; cut after 4,000 bytes."

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
}
