import Guide
import HTTP
import JSON
import Store

extension App {
  static func createIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var fields = try context.body()
    let guide = try fields.required("guide")
    let section = try fields.text("section") ?? ""
    let title = try fields.required("title")
    let markdown = try fields.required("markdown")
    let comment = try fields.text("comment") ?? ""
    try fields.finish()
    try checkMarkdown(markdown, at: try context.read { try $0.place(inGuide: guide) })
    let site = context.site
    let prefix = context.isAPI ? "/api/v1" : ""
    return .write { writing in
      let samples = try SampleGuard(issue: nil, title: title, markdown: markdown, writing)
      let saved = try writing.createIssue(
        guide: guide, IssueText(title: title, section: section, markdown: normal(markdown)),
        comment: comment)
      let broken = try samples.check(saved: saved.id, writing)
      return try IssuePage.written(
        saved.id, writing.reading, site, broken: broken, status: .created,
        headers: [HeaderFields.Field("Location", site.url("\(prefix)/issues/\(saved.slug)"))])
    }
  }

  static func updateIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    // PUT gives every part anew; PATCH leaves out what stays.
    let isWhole = context.request.method == .put
    let ifMatch = try revisionMatched(context, issue: id)
    var fields: Fields
    do {
      fields = try context.body()
    } catch {
      // What the change starts from is asked for before what it is.
      throw ifMatch == nil ? Failure.preconditionRequired : error
    }
    let base = try fields.integer("base")
    guard let start = ifMatch ?? base.map({ .merging($0) }) else {
      throw Failure.preconditionRequired
    }
    let title = try fields.text("title")
    if isWhole, title == nil { throw Failure.missing("title") }
    let section = try fields.text("section")
    let markdown = try fields.text("markdown")
    if isWhole, markdown == nil { throw Failure.missing("markdown") }
    let comment = try fields.text("comment") ?? ""
    try fields.finish()
    if let markdown {
      try checkMarkdown(markdown, at: try context.read { try $0.place(ofIssue: id) } ?? .book)
    }
    return .write { writing in
      guard let current = try writing.reading.issue(id) else { throw IssueWriteError.notFound }
      let samples = try SampleGuard(
        issue: id, title: title ?? current.summary.title, markdown: markdown ?? current.markdown,
        writing)
      let saved = try writing.updateIssue(
        id,
        IssueText(
          title: title ?? current.summary.title, section: section ?? current.summary.section,
          markdown: markdown.map(normal) ?? current.markdown),
        base: start, comment: comment)
      let broken = try samples.check(saved: id, writing)
      return try IssuePage.written(
        id, writing.reading, context.site, merged: saved.merged, broken: broken)
    }
  }

  static func deleteIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    guard let base = try revisionMatched(context, issue: id) else {
      throw Failure.preconditionRequired
    }
    try context.takesNothing()
    return .write { writing in
      try writing.deleteIssue(id, base: base, comment: "")
      return .page(
        DonePage(
          title: "Deleted", detail: "POST /api/v1/issues/\(id)/restore brings the issue back."))
    }
  }

  /// `If-Match`: an issue's ETag is "REVISION-DIGEST", and only the revision counts, from any form;
  /// `*` overwrites (RFC 9110 §13.1.1).
  private static func revisionMatched(_ context: Context, issue id: Int) throws -> WriteBase? {
    let wanted = context.request.headers.list("If-Match").map(EntityTags.init)
    // RFC 9110 §13.1.2: only where nothing is there, or nothing of that state.
    let unwanted = context.request.headers.list("If-None-Match").map(EntityTags.init)
    if unwanted == nil, wanted?.isAny ?? true { return wanted.map { _ in .any } }
    guard let current = try context.read({ try $0.summaries([id]).first?.revision }) else {
      throw Failure.notFound("issue")
    }
    if let unwanted, unwanted.name(revision: current, weakly: true) {
      throw Failure.stale(current)
    }
    guard let wanted else { return nil }
    if wanted.isAny { return .any }
    guard wanted.name(revision: current, weakly: false) else { throw Failure.stale(current) }
    return .exactly(current)
  }

  /// Mistakes in the guide format, at their line.
  private static func checkMarkdown(
    _ markdown: String, at place: IssuePlace
  ) throws(Failure) {
    let mistakes = IssueContent.validate(markdown: markdown, at: place)
    if !mistakes.isEmpty { throw malformed(mistakes) }
  }

  // MARK: What is refused

  static func brokenSamples(_ mistakes: [GuideError]) -> Failure {
    unprocessable("broken_sample", "A sample would be broken", mistakes)
  }

  static func malformed(_ mistakes: [GuideError]) -> Failure {
    unprocessable("invalid_markdown", "Mistake in the guide format", mistakes)
  }

  /// Tells of mistakes in the field `markdown`, at their lines: the first five in words.
  private static func unprocessable(
    _ code: String, _ title: String, _ mistakes: [GuideError]
  ) -> Failure {
    Failure(
      .unprocessableContent, code, title,
      mistakes.prefix(5).map { "line \($0.line): \($0.reason)" }.joined(separator: " "),
      field: "markdown"
    )
    .member(
      "mistakes",
      .array(mistakes.map { ["line": .integer($0.line), "reason": .string($0.reason)] }))
  }

  func failure(ofWrite error: IssueWriteError) -> Failure {
    switch error {
    case .notFound, .notVisible: return .notFound("issue")
    case .guideNotFound(let name):
      return .invalid("guide", "There is no guide \(name.prefix(100)); /guides lists them.")
    case .sectionNotFound(let name):
      return .invalid("section", "There is no section \(name.prefix(100)).")
    case .stale(let current): return .stale(current)
    case .unknownRevision(let number):
      return .invalid("base", "There is no revision \(number) of this issue.")
    case .conflict(let base, let current, let yours):
      return Failure(
        .conflict, "edit_conflict", "Both changed the same lines",
        "Take what you need from \"current\" and send it again with \"base\" \(current.revision)."
      )
      .member("base", App.json(base)).member("current", App.json(current))
      .member("yours", App.json(yours, isRevision: false))
    case .malformed(let mistakes): return App.malformed(mistakes)
    case .checkNameTaken(let name, let slug):
      return .invalid(
        "markdown", "The check name \(name) is taken by the issue \(slug). Choose another.")
    }
  }

  /// What was sent is no revision yet.
  private static func json(_ text: IssueText, isRevision: Bool = true) -> JSON {
    [
      "revision": isRevision ? .integer(text.revision) : .null, "title": .string(text.title),
      "section": .string(text.section), "markdown": .string(text.markdown),
    ]
  }
}

/// Without blank lines at its ends, which belong to the file around it.
func normal(_ markdown: String) -> String {
  var lines = markdown.split(separator: "\n", omittingEmptySubsequences: false)
  while let first = lines.first, first.allSatisfy(\.isWhitespace) { lines.removeFirst() }
  while let last = lines.last, last.allSatisfy(\.isWhitespace) { lines.removeLast() }
  return lines.joined(separator: "\n")
}
