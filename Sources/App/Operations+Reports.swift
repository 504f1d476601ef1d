import HTTP
import JSON
import Store

extension Operation {
  static let listReports = Operation(
    "listReports", in: .reports, "List reports", by: .member, query: [.limit, .cursor],
    answers: [.list(of: .report, "Newest first.")], example: Example())

  static let openReport = Operation(
    "openReport", in: .reports, "Open a report",
    "A report is one occurrence of a problem that someone met. `text`, `issue` or `diagnosis` must be given.",
    by: .scope(.report), body: ReportInput.fields + ReportInput.ending, takesForms: false,
    answers: [
      .created(.report, "Opened.", headers: [.text("Location", "Address of the report.")])
    ], codes: ["missing_field"],
    example: Example(
      body: [
        "text": "the pod restarts for ever: cannot execute binary file",
        "issue": "exec-format-error",
        "environment": ["arch": "arm64"],
      ], keeps: ["REPORT": "id"]),
    more: [
      Example(body: ["text": "it is slow today"], keeps: ["MISTAKE": "id"]),
      Example(
        body: [
          "issue": "exec-format-error", "closed_by": "other",
          "closing_text": "Pull the arm64 tag of the base image.",
        ]),
    ])

  static let showReport = Operation(
    "showReport", in: .reports, "Read a report",
    answers: [.ok(.report, "The report with what was tried.")], example: Example(["$REPORT"]))

  static let recordOnReport = Operation(
    "recordOutcome", in: .reports, "Record what a fix did",
    """
    Outcomes are never changed: a later one of the same reporter for the same report and fix replaces \
    the earlier one in the count. A fix of another issue than the report's is 422.
    """, by: .scope(.report), body: OutcomeInput.fields, takesForms: true,
    answers: [.created(.outcome, "Recorded.")], codes: ["forbidden"],
    example: Example(
      ["$REPORT"], body: ["fix": "$FIX", "result": "worked", "note": "at once"],
      keeps: ["OUTCOME": "id"]))

  static let resolveReport = Operation(
    "resolveReport", in: .reports, "Close a report that no fix of ours closed",
    by: .scope(.report),
    body: [
      .choice("by", of: App.ClosedBy.self, "What closed it.").required.example("itself"),
      .text(
        "text", limit: 5_000,
        "What fixed it; needed when `by` is `other`, and then suggested as a fix of the issue."),
    ], answers: [.ok(.report, "Closed.")], codes: ["forbidden"],
    example: Example(["$REPORT"], body: ["by": "itself"]))

  static let reopenReport = Operation(
    "reopenReport", in: .reports, "Open a report again", "What closed it did not last.",
    by: .scope(.report), answers: [.ok(.report, "Open, or not resolved.")], codes: ["forbidden"],
    example: Example(["$REPORT"]))

  static let deleteReport = Operation(
    "deleteReport", in: .reports, "Delete a report", "It and what it said are gone from the file.",
    by: .scope(.report), answers: [.ok(.done, "Deleted.")], codes: ["forbidden"],
    example: Example(["$MISTAKE"]))

  // MARK: Suggested edits and gaps

  static let listSuggestions = Operation(
    "listSuggestions", in: .suggestions, "List suggested edits", by: .member,
    query: [
      .choice("state", of: Suggestion.State.self, "Only those.").standard("open"), .limit, .cursor,
    ], answers: [.list(of: .suggestion, "Newest first.")], example: Example())

  static let suggest = Operation(
    "suggestEdit", in: .suggestions, "Suggest an edit or a new issue",
    "With `issue` an edit of that one, without it a new one in `guide`.", by: .scope(.report),
    body: [
      .text("issue", limit: 200, "Slug of the issue to change.").example("exec-format-error"),
      .text("guide", limit: 200, "Slug of the guide, for a new issue.")
        .example("agentcore-field-notes"),
      .integer("base", "Revision that was changed; without it the newest."),
      .line("title", limit: 200, "One line.").required.example("Expired deploy key"),
      .line("section", limit: 200, "Title of a section."),
      .text("markdown", limit: 200_000, "What stands under the heading.").required
        .example("- `ERR-7731 deploy key expired`\n"),
      .line("comment", limit: 500, "Why, in a few words."),
    ],
    answers: [
      .created(
        .suggestion, "In the editors' queue.",
        headers: [.text("Location", "Address of the suggestion.")])
    ], codes: ["invalid_markdown"],
    example: Example(
      body: [
        "guide": "agentcore-field-notes", "section": "Our own", "title": "Registry is read-only",
        "markdown": "- `denied: registry is read-only`\n", "comment": "met it today",
      ], keeps: ["SUGGESTION": "id"]),
    more: [
      Example(
        body: [
          "guide": "agentcore-field-notes", "title": "It does not work",
          "markdown": "- It does not work\n",
        ], keeps: ["ANOTHER": "id"])
    ])

  static let showSuggestion = Operation(
    "showSuggestion", in: .suggestions, "Read a suggested edit", by: .member,
    answers: [.ok(.suggestion, "The suggestion.")], example: Example(["$SUGGESTION"]))

  static let acceptSuggestion = Operation(
    "acceptSuggestion", in: .suggestions, "Accept a suggested edit", by: .scope(.edit),
    answers: [.ok(.issue, "The issue with the edit.")],
    codes: ["already_decided", "edit_conflict", "invalid_markdown", "invalid_field"],
    example: Example(["$SUGGESTION"]))

  static let rejectSuggestion = Operation(
    "rejectSuggestion", in: .suggestions, "Reject a suggested edit", by: .scope(.edit),
    body: [.text("reason", limit: 500, "Why.").required.example("says nothing new")],
    answers: [.ok(.suggestion, "Rejected.")], codes: ["already_decided"],
    example: Example(["$ANOTHER"], body: ["reason": "says nothing new"]))

  static let listLearned = Operation(
    "listLearned", in: .suggestions, "List what reports taught about an issue",
    "Words of reports that the issue resolved; search and diagnosis know them.",
    answers: [.ok(.wordings, "The wordings."), .moved],
    example: Example(["exec-format-error"], keeps: ["WORDING": "results[0].id"], asMember: true))

  static let decideLearned = Operation(
    "decideLearned", in: .suggestions, "Accept or remove what a report taught", by: .scope(.edit),
    body: [
      .integer("wording", "Its id.").needed,
      .choice("action", of: App.Decision.self, "Yes or no.").needed.example("accept"),
    ], answers: [.ok(.wordings, "The wordings that are left.")],
    example: Example(["exec-format-error"], body: ["wording": "$WORDING", "action": "accept"]))

  static let listReviews = Operation(
    "listReviews", in: .suggestions, "List what is due for review", by: .member,
    query: [.limit, .cursor],
    answers: [.list(of: .reviewDue, "The most urgent first, each with its reason in words.")],
    example: Example())

  static let listGaps = Operation(
    "listGaps", in: .suggestions, "List questions without an answer", by: .member,
    query: [.integer("days", in: 1...365, "Asked in so many days.").standard(30), .limit, .cursor],
    answers: [.list(of: .gap, "What most people asked first.")],
    example: Example(keeps: ["GAP": "results[0].id"]))

  static let insights = Operation(
    "insights", in: .suggestions, "Read what was asked and which fixes worked",
    """
    Counts of a range, in buckets of days, weeks or four weeks; without a range of the last 30 days. \
    `low` and `high` are the central 90 % of what the true share of successes may be.
    """, by: .member,
    query: [
      .text("since", limit: 40, "A day (UTC), or a moment (RFC 3339).").example("2026-05-01"),
      .text("until", limit: 40, "A day, which is included, or a moment, which is not.")
        .example("2026-05-31"),
    ], answers: [.ok(.insights, "The counts.")],
    example: Example(query: ["since": "2026-05-01", "until": "2026-05-31"]))

  static let draftFromGap = Operation(
    "draftFromGap", in: .suggestions, "Start an issue from a gap", by: .scope(.edit),
    body: [
      .integer("gap", "Its id.").required, .text("guide", limit: 200, "Slug of the guide."),
    ],
    answers: [
      .created(.issue, "A draft.", headers: [.text("Location", "Address of the issue.")]),
      .ok(.issue, "What the gap has become known by since."),
    ], codes: ["invalid_markdown", "broken_sample"],
    example: Example(body: ["gap": "$GAP"]))
}
