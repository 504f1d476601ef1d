import Guide
import HTTP
import JSON
import Markup
import Store

// Edits by those who may not edit: a queue, a diff, accept or reject with a reason.

extension App {
  static func suggestForm(_ context: Context) throws -> Reply {
    return try editor(context, isSuggestion: true)
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
    let (draft, target, page) = try context.read { reading in
      var draft = sent
      let target = try suggestionTarget(slug: slug, guide: guide, reading)
      if let id = target.id, base == nil {
        draft.base = try reading.summaries([id]).first?.revision ?? 0
      }
      draft.place =
        try target.id.map { try reading.place(ofIssue: $0) ?? .book }
        ?? reading.place(inGuide: target.guide)
      let page = try target.id.map { id in
        try EditorPage(issue: id, draft, isSuggestion: true, reading)
      }
      return (draft, target, page)
    }
    if isHTML, let page, let reply = page.unsaved(action) { return reply }
    if let mistake = draft.mistakes.first(where: { $0.line == nil }), let field = mistake.field {
      throw Failure.invalid(field, mistake.reason)
    }
    let mistakes = IssueContent.validate(markdown: draft.text.markdown, at: draft.place)
    if !mistakes.isEmpty { throw malformed(mistakes) }
    let reporter = context.caller.reporter
    return .write { writing in
      let id = try writing.suggest(
        issue: target.id, guide: target.guide, draft.text, comment: draft.comment,
        reporter: reporter)
      if isHTML {
        return .page(
          DonePage(
            title: "Thank you",
            detail: ["An editor will look at your suggestion.", LikelySecrets(draft.text).sentence]
              .compactMap { $0 }.joined(separator: " ")),
          status: .created)
      }
      return .page(
        try SuggestionPage(try writing.reading.suggestion(id)!, reading: writing.reading),
        status: .created)
    }
  }

  /// What a suggestion is for: an issue, or a guide that gets a new one.
  private static func suggestionTarget(
    slug: String?, guide: String?, _ reading: Reading
  ) throws -> (id: Int?, guide: String) {
    guard let slug, !slug.isEmpty else {
      guard let guide else { throw Failure.missing("guide") }
      return (nil, guide)
    }
    guard let found = try reading.issueID(named: slug) else {
      throw Failure.invalid("issue", "There is no such issue.")
    }
    let id =
      switch found {
      case .issue(let id), .moved(let id, _): id
      }
    guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
    return (id, issue.guide)
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
        suggestions: shown,
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

  static func acceptSuggestion(_ context: Context) throws -> Reply {
    try context.require(.edit)
    try context.takesNothing()
    let isHTML = context.representation == .html
    let path = context
    return .write { writing in
      let suggestion = try openSuggestion(path, writing.reading)
      let saved = try writing.accept(suggestion)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return try IssuePage.written(saved.id, writing.reading, context.site)
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

  // MARK: Merging issues

  static func mergeIssues(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    let into = try fields.required("into")
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      guard let found = try writing.reading.issueID(named: into) else {
        throw Failure.invalid("into", "There is no such issue.")
      }
      let target =
        switch found {
        case .issue(let id), .moved(let id, _): id
        }
      guard target != id else {
        throw Failure.invalid("into", "An issue cannot be merged into itself.")
      }
      let result = try writing.mergeIssue(id, into: target)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(result.target.slug)") }
      return try IssuePage.written(target, writing.reading, context.site)
    }
  }

  static func unmergeIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    // Its slug leads to the issue it was merged into.
    guard let id = wholeNumber(context.path[0]) else { throw Failure.notFound("issue") }
    try context.takesNothing()
    let isHTML = context.representation == .html
    return .write { writing in
      let saved = try writing.unmergeIssue(id)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return try IssuePage.written(id, writing.reading, context.site)
    }
  }
}

struct SuggestionPage: Page {
  let suggestion: Suggestion
  let issue: IssueSummary?
  /// What the suggestion starts from.
  let base: IssueText?

  init(_ suggestion: Suggestion, reading: Reading) throws {
    self.suggestion = suggestion
    issue = try suggestion.issueID.flatMap { try reading.summaries([$0]).first }
    base = try suggestion.issueID.flatMap { id in
      try reading.revision(suggestion.text.revision, ofIssue: id).map {
        IssueText(
          title: $0.title, section: $0.section, markdown: $0.markdown, revision: $0.number)
      }
    }
  }

  var title: String { "Suggestion \(suggestion.id): \(suggestion.text.title)" }

  private var pieces: [WordDiff.Piece] {
    WordDiff.pieces(from: base?.markdown ?? "", to: suggestion.text.markdown)
  }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/suggestions">Suggestions</a></p>
    <h1>\(suggestion.text.title)</h1>
    <p class="quiet">\(issue.map { "For <a href=\"/issues/\($0.slug)\">\($0.title)</a>, revision \(suggestion.text.revision). " as HTML } ?? "A new issue. ")\
    By \(suggestion.author), \(.day(suggestion.createdAt))\(suggestion.comment.isEmpty ? "" : ": ")\(suggestion.comment)</p>
    \(secrets.notice)
    \(DiffViews.inline(pieces))
    \(suggestion.state == .open && site.mayEdit ? decision : state)
    """
  }

  /// "Rejected by Ada: needs a source".
  private var state: HTML {
    let name = suggestion.state.rawValue
    return """
      <p class="notice"><strong>\(name.prefix(1).uppercased() + name.dropFirst())</strong>\
      \(suggestion.decidedBy.map { " by \($0)" })\(suggestion.reason.isEmpty ? "" : ": ")\(suggestion.reason)</p>
      """
  }

  private var decision: HTML {
    """
    <form action="/suggestions/\(suggestion.id)/accept" method="post"><p><button class="primary">Accept</button></p></form>
    <form class="fields" action="/suggestions/\(suggestion.id)/reject" method="post">
    <p><label for="reason">Why not</label><input id="reason" name="reason" required maxlength="500"></p>
    <p><button>Reject</button></p></form>
    """
  }

  /// For who decides.
  private var secrets: LikelySecrets {
    suggestion.state == .open ? LikelySecrets(suggestion.text) : .none
  }

  func json(_ site: Site) -> JSON {
    let members: JSON = [
      "id": .integer(suggestion.id), "state": .string(suggestion.state.rawValue),
      "issue": issue.map { IssueJSON.summary($0, site) } ?? .null,
      "guide": .string(suggestion.guide), "base": .integer(suggestion.text.revision),
      "title": .string(suggestion.text.title), "section": .string(suggestion.text.section),
      "markdown": .string(suggestion.text.markdown), "comment": .string(suggestion.comment),
      "author": .string(suggestion.author), "reason": .string(suggestion.reason),
      "decided_by": suggestion.decidedBy.json,
      "created_at": .string(suggestion.createdAt.rfc3339),
      "url": .string(site.url("/suggestions/\(suggestion.id)")),
    ]
    let warnings = secrets.warnings
    guard !warnings.isEmpty else { return members }
    return .object((members.members ?? []) + [.init("warnings", .array(warnings))])
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + DiffViews.text(pieces)
  }
}

struct SuggestionsPage: Page {
  let suggestions: [SuggestionPage]
  let next: NextPage?
  let title = "Suggestions"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = suggestions.map {
      """
      <li><a href="/suggestions/\($0.suggestion.id)">\($0.suggestion.text.title)</a> \
      <span class="quiet">\($0.suggestion.comment) · \($0.suggestion.author), \(.day($0.suggestion.createdAt))</span></li>

      """
    }
    return """
      <h1>Suggestions</h1>
      \("<p>None is waiting.</p>", if: suggestions.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !suggestions.isEmpty)
      \(next.html)
      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(suggestions.map { $0.json(site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + suggestions.map {
        "\($0.suggestion.id)  \($0.suggestion.text.title)  \($0.suggestion.comment)\n"
      }
      .joined() + next.text(site)
  }
}
