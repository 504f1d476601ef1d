import Guide
import HTTP
import JSON
import Store

extension Operation {
  static let listGuides = Operation(
    "listGuides", in: .guides, "List guides", query: [.limit, .cursor],
    answers: [.list(of: .guide, "Every guide.")],
    example: Example())

  static let showGuide = Operation(
    "showGuide", in: .guides, "Read a guide's contents",
    "The guide itself, byte for byte, is at `/guides/{guide}.md`.",
    answers: [.ok(.guidePage, "Introduction, sections and issues."), .moved],
    example: Example(["agentcore-troubleshooting"]))

  private static let titled: [Field] = [
    .line("title", limit: 200, "One line.").notBlank.example("Our field notes"),
    .text("introduction", limit: 100_000, "Markdown below the title."),
    .text("owner", limit: 2_000, "Whom to ask."),
    .text("escalate", limit: 2_000, "Whom to ask when that does not help."),
  ]
  private static let newTitled = [titled[0].needed] + titled.dropFirst()
  /// Of what was imported as a folder of files, or is not there.
  private static let guideCodes = ["invalid_field"]

  static let createGuide = Operation(
    "createGuide", in: .guides, "Make a guide", by: .scope(.edit), body: newTitled,
    answers: [
      .created(.guidePage, "Made.", headers: [.text("Location", "Address of the guide.")])
    ], codes: guideCodes,
    example: Example(
      body: ["title": "Our field notes", "introduction": "What we met.", "owner": "#platform"]))

  static let updateGuide = Operation(
    "changeGuide", in: .guides, "Change a guide's title, introduction or contact",
    "What is left out stays as it is. A new title is a new address; the former one leads on.",
    by: .scope(.edit), body: titled, answers: [.ok(.guidePage, "Saved.")], codes: guideCodes,
    example: Example(["our-field-notes"], body: ["escalate": "the duty officer"]))

  static let archiveGuide = Operation(
    "archiveGuide", in: .guides, "Archive a guide",
    "It leaves lists, search and diagnosis and can be restored.", by: .scope(.edit),
    answers: [.ok(.guidePage, "Archived.")], codes: guideCodes,
    example: Example(["our-field-notes"]))

  static let restoreGuide = Operation(
    "restoreGuide", in: .guides, "Restore an archived guide", by: .scope(.edit),
    answers: [.ok(.guidePage, "Restored.")], codes: guideCodes,
    example: Example(["our-field-notes"]))

  static let createSection = Operation(
    "createSection", in: .guides, "Add a section", by: .scope(.edit), body: newTitled,
    answers: [.created(.guidePage, "The guide with its new section.")], codes: guideCodes,
    example: Example(
      ["our-field-notes"], body: ["title": "Network"], keeps: ["SECTION": "sections[-1].id"]))

  static let updateSection = Operation(
    "changeSection", in: .guides, "Change or move a section", by: .scope(.edit),
    body: titled + [.integer("position", "Its place among the sections, from 1.")],
    answers: [.ok(.guidePage, "The guide as it is now.")], codes: guideCodes,
    example: Example(["our-field-notes", "$SECTION"], body: ["title": "Networks", "position": 1]))

  static let removeSection = Operation(
    "removeSection", in: .guides, "Remove an empty section", by: .scope(.edit),
    answers: [.ok(.guidePage, "The guide without it.")], codes: guideCodes,
    example: Example(["our-field-notes", "$SECTION"]))

  // MARK: Issues

  private static let title = Field.line("title", limit: 200, "One line.").notBlank
    .example("Deploy key has expired")
  private static let section = Field.line("section", limit: 200, "Title of a section, one line.")
    .example("Our own")
  private static let markdown = Field.text(
    "markdown", limit: 200_000, "What stands under the heading, in the guide format."
  ).example("- `ERR-7731 deploy key expired`\n- **Fix**: Renew the key, then deploy again.\n")
  private static let base = Field.integer(
    "base", "The revision that was changed; changes of others since then are merged.")
  private static let ifMatch = Field.text(
    "If-Match", "The issue's `ETag`, from any form: 412 when somebody was faster. `*` overwrites.")
  private static let tag: [Field] = [.text("ETag", "`\"REVISION-…\"`, for the next `If-Match`.")]

  static let listIssues = Operation(
    "listIssues", in: .issues, "List issues",
    query: [
      .guide, .text("section", "Only in this section (its title)."), .tag,
      .choice("confidence", of: Confidence.self, "Only of this state."),
      .choice("sort", of: Reading.IssueFilter.Sort.self, "The order.").standard("guide"), .limit,
      .cursor,
    ], answers: [.list(of: .issueSummary, "A page of issues.")],
    example: Example(query: ["guide": "agentcore-troubleshooting", "limit": "2"]))

  static let createIssue = Operation(
    "createIssue", in: .issues, "Write a new issue", by: .scope(.edit),
    body: [
      .text("guide", limit: 200, "Slug of the guide it goes into.").required
        .example("agentcore-field-notes"),
      section, title.required, markdown.required, .comment,
    ],
    answers: [
      .created(
        .issue, "Written.", headers: tag + [.text("Location", "Address of the issue.")])
    ], codes: ["invalid_markdown", "broken_sample"],
    example: Example(
      body: [
        "guide": "agentcore-field-notes", "section": "Our own", "title": "Deploy key has expired",
        "markdown":
          "- `ERR-7731 deploy key expired`\n- **Fix**: Renew the key, then deploy again.\n",
      ]),
    more: [
      Example(
        body: [
          "guide": "agentcore-field-notes", "section": "Our own", "title": "Expired deploy key",
          "markdown": "- The deployment asks for a password\n",
        ], keeps: ["DUPLICATE": "id"])
    ])

  static let showIssue = Operation(
    "showIssue", in: .issues, "Read an issue",
    "What happened in the reader's environment speaks more for the order of the fixes.",
    query: [readersEnvironment],
    answers: [.ok(.issue, "The issue, its fixes best first."), .moved],
    example: Example(["exec-format-error"]))

  static let replaceIssue = Operation(
    "replaceIssue", in: .issues, "Change an issue",
    """
    A write says what it started from: `If-Match`, or `base` in the body. Where both changed the same \
    lines it is 409, with `base`, `current` and `yours`; neither given is 428.
    """, by: .scope(.edit), headers: [ifMatch],
    body: [base, title.required, section, markdown.needed, .comment],
    answers: [.ok(.issue, "Saved; `merged` says whether with others' changes.", headers: tag)],
    codes: editCodes,
    example: Example(
      ["deploy-key-has-expired"],
      body: [
        "base": 1, "title": "Deploy key has expired", "section": "Our own",
        "markdown":
          "- `ERR-7731 deploy key expired`\n- **Fix**: Ask for a new key, then deploy again.\n",
        "comment": "who renews it",
      ]))

  static let changeIssue = Operation(
    "changeIssue", in: .issues, "Change parts of an issue", "What is left out stays as it is.",
    by: .scope(.edit), headers: [ifMatch], body: [base, title, section, markdown, .comment],
    answers: [.ok(.issue, "Saved.", headers: tag)], codes: editCodes,
    example: Example(
      ["deploy-key-has-expired"], headers: ["If-Match": "*"], body: ["section": "Keys"]))

  private static let editCodes = [
    "stale_revision", "precondition_required", "edit_conflict", "invalid_markdown",
    "broken_sample",
  ]

  static let deleteIssue = Operation(
    "deleteIssue", in: .issues, "Delete an issue",
    "Nothing is destroyed: it leaves lists, search and diagnosis and can be restored.",
    by: .scope(.edit), headers: [ifMatch], answers: [.ok(.done, "Deleted.")],
    codes: ["stale_revision", "precondition_required"],
    example: Example(["$DUPLICATE"], headers: ["If-Match": "*"]))

  static let restoreIssue = Operation(
    "restoreIssue", in: .issues, "Restore an issue",
    "Deleted ones come back as they were; an archived one becomes unverified.", by: .scope(.edit),
    answers: [.ok(.issue, "Restored.", headers: tag)], codes: guideCodes,
    example: Example(["$DUPLICATE"]))

  static let recordOnIssue = Operation(
    "recordOutcomeOfIssue", in: .issues, "Say what a fix did", "Opens the report by itself.",
    by: .scope(.report), body: OutcomeInput.fields, takesForms: true,
    answers: [.created(.outcome, "Recorded.")],
    example: Example(["exec-format-error"], body: ["fix": "$FIX", "result": "worked"]))

  static let listRevisions = Operation(
    "listRevisions", in: .issues, "List an issue's revisions", query: [.limit, .cursor],
    answers: [.list(of: .revision, "Newest first."), .moved],
    example: Example(["deploy-key-has-expired"]))

  static let showRevision = Operation(
    "showRevision", in: .issues, "Read a revision",
    answers: [.ok(.revisionPage, "The revision's text."), .moved],
    example: Example(["deploy-key-has-expired", "1"]))

  static let showDiff = Operation(
    "showDiff", in: .issues, "Compare two revisions",
    query: [
      .integer("from", "The older; without it the one before `to`."),
      .integer("to", "The newer; without it the newest."),
    ], answers: [.ok(.diff, "The text in words: same, removed, added."), .moved],
    example: Example(["deploy-key-has-expired"], query: ["from": "1", "to": "2"]))

  static let revert = Operation(
    "revertIssue", in: .issues, "Go back to a revision", by: .scope(.edit),
    body: [
      .integer("revision", "To this one.").required.example(1),
      .integer("base", "The newest that was seen; 412 when there is a newer one."),
    ],
    answers: [.ok(.issue, "A new revision with the old text.", headers: tag)],
    codes: editCodes.filter { $0 != "precondition_required" },
    example: Example(["deploy-key-has-expired"], body: ["revision": 1]))

  static let verifyIssue = Operation(
    "verifyIssue", in: .issues, "Note that an issue was verified", by: .scope(.edit),
    body: [.text("against", limit: 200, "Against which version.").example("runtime 1.4")],
    answers: [.ok(.issue, "Noted, without a new revision.")],
    example: Example(["deploy-key-has-expired"], body: ["against": "runtime 1.4"]))

  static let archiveIssue = Operation(
    "archiveIssue", in: .issues, "Archive an issue",
    "It leaves lists, search and diagnosis; its address stays.", by: .scope(.edit),
    answers: [.ok(.issue, "Archived.", headers: tag)], codes: guideCodes,
    example: Example(["$DUPLICATE"]))

  static let moveIssue = Operation(
    "moveIssue", in: .issues, "Move an issue",
    "To another guide or section, or to another place in its own.", by: .scope(.edit),
    body: [
      .text("guide", limit: 200, "Slug of the guide.").example("agentcore-field-notes"),
      .line("section", limit: 200, "Title of the section.").example("Keys"),
      .integer("position", "Its place in the section, from 1.").example(1),
    ], answers: [.ok(.issue, "Moved.", headers: tag)], codes: guideCodes,
    example: Example(["deploy-key-has-expired"], body: ["section": "Our own", "position": 1]))

  static let linkIssue = Operation(
    "linkIssue", in: .issues, "Link an issue to another",
    "Writes the link into the issue's text, as a revision.", by: .scope(.edit),
    body: [
      .text("kind", limit: 20, "duplicate_of, supersedes or related.").required.example("related"),
      .text("issue", limit: 200, "Slug or id of the other issue.").required
        .example("exec-format-error"),
    ], answers: [.ok(.issue, "With the link.", headers: tag)],
    codes: editCodes.filter { $0 != "precondition_required" },
    example: Example(
      ["deploy-key-has-expired"], body: ["kind": "related", "issue": "exec-format-error"]))

  static let unlinkIssue = Operation(
    "unlinkIssue", in: .issues, "Take a link away", by: .scope(.edit),
    answers: [.ok(.issue, "Without the link.", headers: tag)],
    codes: editCodes.filter { $0 != "precondition_required" },
    example: Example(["deploy-key-has-expired", "related", "exec-format-error"]))

  static let mergeIssues = Operation(
    "mergeIssue", in: .issues, "Merge a duplicate",
    "Reports, outcomes, aliases and samples move; the old address redirects.", by: .scope(.edit),
    body: [
      .text("into", limit: 200, "Slug or id of the issue that stays.").required
        .example("deploy-key-has-expired")
    ], answers: [.ok(.issue, "The issue that stays.")],
    codes: editCodes.filter { $0 != "precondition_required" },
    example: Example(["$DUPLICATE"], body: ["into": "deploy-key-has-expired"]))

  static let unmergeIssue = Operation(
    "unmergeIssue", in: .issues, "Undo a merge",
    "The merged issue is named by its id or the slug it had at last.",
    by: .scope(.edit), answers: [.ok(.issue, "The issue, on its own again.")],
    codes: editCodes.filter { $0 != "precondition_required" }, example: Example(["$DUPLICATE"]))

  static let showFix = Operation(
    "showFix", in: .issues, "Read a fix with its evidence", query: [readersEnvironment],
    answers: [.ok(.fixPage, "The fix and the issue it belongs to.")], example: Example(["$FIX"]))

  private static let readersEnvironment = Field.properties(
    "environment", "Where the reader runs it, as in `runtime=node22,region=us-east-1`.")
}
