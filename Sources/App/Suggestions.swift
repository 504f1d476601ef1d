import Guide
import HTTP
import JSON
import Markup
import Store

// Edits by those who may not edit: a queue, a diff, accept or reject with a reason.

extension App {
  static func suggestForm(_ context: Context) throws -> Reply {
    guard context.site.mayReport else { return try refuseEditor(context, .report) }
    return try editor(context, isSuggestion: true)
  }

  static func suggestIssueForm(_ context: Context) throws -> Reply {
    guard context.site.mayReport else { return try refuseEditor(context, .report) }
    return try newIssue(context, isSuggestion: true)
  }

  static func suggest(_ context: Context) throws -> Reply {
    try context.requireReporting()
    var fields = try context.body()
    let slug = try fields.text("issue")
    let guide = try fields.text("guide")
    let base = try fields.integer("base")
    let (sent, action) = try EditorDraft.read(&fields, guide: guide, base: base ?? 0)
    try fields.finish()
    let isHTML = context.representation == .html
    let (target, page) = try context.read { reading in
      let target = try suggestionTarget(slug: slug, guide: guide, reading)
      return (target, try suggestionEditor(sent, base: base, for: target, reading))
    }
    let draft = page.draft
    if isHTML, let reply = page.unsaved(action) { return reply }
    if let mistake = draft.mistakes.first(where: { $0.line == nil }), let field = mistake.field {
      throw Failure.invalid(field, mistake.reason)
    }
    let mistakes = IssueContent.validate(markdown: draft.text.markdown, at: draft.place)
    if !mistakes.isEmpty { throw malformed(mistakes) }
    let reporter = context.caller.reporter
    let maySee = !context.caller.isAnonymous
    return .write { writing in
      let id = try writing.suggest(
        issue: target.id, guide: target.guide, draft.text, comment: draft.comment,
        reporter: reporter)
      let prefix = context.isAPI ? "/api/v1" : ""
      let location = HeaderFields.Field(
        "Location", context.site.url("\(prefix)/suggestions/\(id)"))
      if isHTML {
        return .page(
          SuggestedPage(
            issue: page.slug, guide: target.guide, suggestion: maySee ? id : nil,
            secrets: LikelySecrets(draft.text)),
          status: .created, headers: maySee ? [location] : [])
      }
      return .page(
        try SuggestionPage(try writing.reading.suggestion(id)!, reading: writing.reading),
        status: .created, headers: [location])
    }
  }

  /// What a suggestion is for: an issue, or a guide that gets a new one.
  private static func suggestionTarget(
    slug: String?, guide: String?, _ reading: Reading
  ) throws -> (id: Int?, guide: String) {
    guard let slug, !slug.isEmpty else {
      guard let guide else { throw Failure.missing("guide") }
      guard let found = try reading.guide(guide), !found.isArchived else {
        throw Failure.invalid("guide", "There is no such guide; /guides lists them.")
      }
      return (nil, guide)
    }
    guard let id = try reading.issueID(named: slug)?.id else {
      throw Failure.invalid("issue", "There is no such issue.")
    }
    guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
    return (id, issue.guide)
  }

  /// The form that the suggestion was typed into, to be shown again or sent.
  private static func suggestionEditor(
    _ sent: EditorDraft, base: Int?, for target: (id: Int?, guide: String), _ reading: Reading
  ) throws -> EditorPage {
    var draft = sent
    guard let id = target.id else {
      draft.place = try reading.place(inGuide: target.guide)
      return EditorPage(
        slug: nil, draft: draft, guides: try reading.guides(),
        sections: try reading.sectionTitles(ofGuide: target.guide), isSuggestion: true)
    }
    if let base {
      guard try reading.revision(base, ofIssue: id) != nil else {
        throw Failure.invalid("base", "There is no revision \(base) of this issue.")
      }
    } else {
      draft.base = try reading.summaries([id]).first?.revision ?? 0
    }
    try draft.keepSection(ofIssue: id, reading)
    return try EditorPage(issue: id, draft, isSuggestion: true, reading)
  }

  static func listSuggestions(_ context: Context) throws -> Reply {
    guard !context.caller.isAnonymous else {
      throw context.isAPI
        ? Failure.unauthorized : Failure.forbidden("Sign in to see the suggestions.")
    }
    var query = try context.query()
    let state = try query.choice("state", as: Suggestion.State.self) ?? .open
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.suggestions(
        state: state, before: cursor.offset == 0 ? .max : cursor.offset, limit: limit + 1)
      let shown = try found.prefix(limit).map { try SuggestionPage($0, reading: reading) }
      let page = SuggestionsPage(
        suggestions: shown, state: state,
        next: NextPage(
          found.count > limit ? Cursor(offset: shown.last!.suggestion.id).text : nil, context))
      return .page(page, headers: page.next.headers)
    }
  }

  static func showSuggestion(_ context: Context) throws -> Reply {
    guard !context.caller.isAnonymous else {
      throw context.isAPI
        ? Failure.unauthorized : Failure.forbidden("Sign in to see the suggestions.")
    }
    try context.query().finish()
    return try context.read { reading in
      .page(try SuggestionPage(try openSuggestion(context, reading, any: true), reading: reading))
    }
  }

  private static func openSuggestion(
    _ context: Context, _ reading: Reading, any: Bool = false
  ) throws -> Suggestion {
    guard let id = wholeNumber(context.path[0]), let suggestion = try reading.suggestion(id) else {
      throw Failure.notFound("suggestion")
    }
    guard any || suggestion.state == .open else {
      throw Failure(
        .conflict, "already_decided", "Already decided",
        "This suggestion was \(suggestion.state.rawValue) by \(suggestion.decidedBy ?? "someone").")
    }
    return suggestion
  }

  /// The suggestion in the editor: saving it accepts it with the changes made there.
  static func editSuggestion(_ context: Context) throws -> Reply {
    guard context.caller.may(.edit) else { return try refuseEditor(context, .edit) }
    try context.query().finish()
    return try context.read { reading in
      .page(
        try EditorPage(accepting: try openSuggestion(context, reading), reading),
        headers: privately)
    }
  }

  static func acceptSuggestion(_ context: Context) throws -> Reply {
    try context.require(.edit)
    try context.takesNothing()
    let isHTML = context.representation == .html
    let path = context
    return .write { writing in
      let suggestion = try openSuggestion(path, writing.reading)
      guard isHTML else {
        let saved = try writing.accept(suggestion)
        return try IssuePage.written(saved.id, writing.reading, context.site)
      }
      // Where it no longer fits, the editor shows why, with both texts.
      return try EditorPage(accepting: suggestion, writing.reading).keepingWhatWasTyped {
        .redirect(.seeOther, to: "/issues/\(try writing.accept(suggestion).slug)")
      }
    }
  }

  static func rejectSuggestion(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var fields = try context.body()
    let reason = try fields.required("reason")
    try fields.finish()
    let isHTML = context.representation == .html
    let path = context
    return .write { writing in
      let suggestion = try openSuggestion(path, writing.reading)
      try writing.reject(suggestion, reason: reason)
      if isHTML { return .redirect(.seeOther, to: "/suggestions") }
      return .page(
        try SuggestionPage(try writing.reading.suggestion(suggestion.id)!, reading: writing.reading)
      )
    }
  }
}
