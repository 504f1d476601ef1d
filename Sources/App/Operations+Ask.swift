import HTTP
import JSON
import Store

extension Operation {
  static let diagnose = Operation(
    "diagnose", in: .diagnose, "Diagnose a text",
    """
    The body is the text itself, whatever its `Content-Type`: one line, a question, a stack trace, a log \
    of up to 32 MiB. Only `application/json` and `multipart/form-data` (fields `text`, `file`) are read \
    as what they are. The verdict stands in the header `Fixbook-Verdict` too.
    """,
    query: [
      .guide, .limit(1...20, standard: 5),
      .flag("fail", "Answer 404 when the verdict is `unknown`."),
      .flag("keep", "Keep the whole masked text, not only the lines that matched."),
      .properties("environment", "What it ran on."),
    ],
    body: [
      .text("text", limit: Limits.text, "The message, the stack trace, the log.").needed
        .example("exec /app/run.sh: exec format error"),
      .properties("environment", "What it ran on.").example(["arch": "arm64"]),
      .flag("keep", "Keep the whole masked text, not only the lines that matched."),
    ], takesText: true,
    answers: [
      .ok(
        .diagnosis, "The issues that explain it, or that it is not known.", headers: verdict),
      Answer(
        status: .notFound, about: "With `fail=1`: not known.", schema: Shape.diagnosis.reference,
        headers: verdict),
    ], codes: ["empty_text", "invalid_form", "content_too_large"],
    example: Example(
      text: "exec /app/run.sh: exec format error",
      keeps: ["DIAGNOSIS": "id", "FIX": "matches[0].fixes[0].id"]),
    more: [Example(body: ["text": "exec format error", "environment": ["arch": "arm64"]])])

  private static let verdict: [Field] = [
    .text("Fixbook-Verdict", "`known`, `possible` or `unknown`."),
    .text("Fixbook-Redacted", "How many secrets were masked."),
  ]

  static let showDiagnosis = Operation(
    "showDiagnosis", in: .diagnose, "Read a diagnosis again",
    "It lives 90 days, or as long as a report cites it.",
    answers: [.ok(.diagnosis, "As it was answered, with today's evidence.", headers: verdict)],
    codes: ["gone"], example: Example(["$DIAGNOSIS"]))

  static let recordOnDiagnosis = Operation(
    "recordOutcomeOfDiagnosis", in: .diagnose, "Say what a fix did, after a diagnosis",
    "Opens the report by itself.", by: .scope(.report), body: OutcomeInput.fields,
    takesForms: true, answers: [.created(.outcome, "Recorded.")], codes: ["gone"],
    example: Example(["$DIAGNOSIS"], body: ["fix": "$FIX", "result": "worked"]))

  static let feedback = Operation(
    "giveFeedback", in: .diagnose, "Say that it was another problem",
    by: .scope(.report),
    body: [
      .text("right_issue", limit: 200, "Slug of the issue it was; null: none of ours.")
        .given.example("exec-format-error")
    ], answers: [.created(.done, "It will be used to answer better.")], codes: ["gone"],
    example: Example(["$DIAGNOSIS"], body: ["right_issue": "exec-format-error"]))

  static let search = Operation(
    "search", in: .diagnose, "Search issues",
    "Whatever stands in `q` is looked for; nothing in it is an error.",
    query: [
      .text(
        "q", limit: 2_000, "Words, a code, a flag, a \"phrase\", -without, guide:slug, tag:name."
      )
      .example("exec format error"),
      .guide, .tag, .flag("explain", "Say what the scores are made of."), .limit, .cursor,
    ],
    answers: [
      Answer(
        status: .ok, about: "Ranked.",
        schema: Schema.object([
          .init("query", Schema.string()),
          .init("searched_for", Schema.string("What the results are for.")),
          .init(
            "did_you_mean",
            Schema.optional(Schema.string("The query with likely typing errors put right."))),
          .init("results", Schema.list(of: Shape.searchResult.reference)),
          .init("next", Schema.optional(Schema.string("Cursor of the next page."))),
        ]), headers: [.text("Link", "`rel=\"next\"`: the next page.")])
    ], example: Example(query: ["q": "exec format error", "limit": "3"]))

  static let listChecks = Operation(
    "listChecks", in: .diagnose, "List checks", "Rules for values, written in the issues.",
    query: [.limit, .cursor],
    answers: [.list(of: .check, "Every check.")], example: Example())

  static let showCheck = Operation(
    "showCheck", in: .diagnose, "Read a check, or check a value",
    query: [.text("value", limit: 8_000, "The value to check; without it the rule is shown.")],
    answers: [
      Answer(
        status: .ok, about: "The rule; with `value` its result.",
        schema: ["anyOf": [Shape.checkResult.reference, Shape.check.reference]])
    ], example: Example(["session-id"], query: ["value": "user-7"]))

  static let runCheck = Operation(
    "runCheck", in: .diagnose, "Check a value", "For long values.",
    body: [.text("value", limit: 100_000, "The value to check.").needed.example("user-7")],
    answers: [.ok(.checkResult, "200 whether it passes or not.")],
    example: Example(["session-id"], body: ["value": "user-7"]))

  static let changes = Operation(
    "listChanges", in: .changes, "Follow what changes",
    "Oldest first. Give the `next` of one answer as `since` of the next call, and nothing is missed.",
    query: [.cursor("since", "The `next` of the answer before."), .limit],
    answers: [.list(of: .change, "What changed since.")], example: Example(query: ["limit": "3"]))
}
