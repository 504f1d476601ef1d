import Guide
import HTTP
import JSON
import Markup
import Store

extension App {
  /// The issue that a slug, former slug or id names, and how it is called now.
  static func issueID(_ context: Context, _ reading: Reading) throws -> (id: Int, moved: String?) {
    try issueID(named: context.path[0], reading)
  }

  static func issueID(
    named name: String, _ reading: Reading
  ) throws -> (id: Int, moved: String?) {
    switch try reading.issueID(named: name) {
    case .issue(let id): return (id, nil)
    case .moved(let id, let slug): return (id, slug)
    case nil: throw Failure.notFound("issue")
    }
  }

  /// The issue that the address of something to read names. A former slug, and what named a merged
  /// issue, leads on to the same below the present slug.
  static func readIssueID(_ context: Context, _ reading: Reading) throws -> Int {
    let (id, moved) = try issueID(context, reading)
    guard let moved, wholeNumber(context.path[0]) != id else { return id }
    var segments = context.request.segments
    let place = context.isAPI ? 3 : 1
    segments[place] = moved + (place + 1 == segments.count ? context.suffix : "")
    let query = context.request.rawQuery.map { "?" + $0 } ?? ""
    throw Elsewhere(address: segments.map { "/" + queryEncoded($0) }.joined() + query)
  }

  static func showIssue(_ context: Context) throws -> Reply {
    try context.read { reading in
      let id: Int
      do {
        id = try readIssueID(context, reading)
      } catch let failure as Failure {
        guard context.caller.may(.edit),
          let deleted = try reading.deletedIssue(named: context.path[0])
        else { throw failure }
        return try App.deleted(deleted, context)
      }
      let isID = wholeNumber(context.path[0]) == id
      var query = try context.query()
      let merged = try query.integer("merged")
      let broken = try query.text("broken", limit: 1_000)
      let tellsSecrets = try query.flag("secrets")
      let only = try query.choice("only", as: Only.self)
      let environment = try query.properties("environment").map { Property($0.key, $0.value) }
      try query.finish()
      let issue = try visibleIssue(id, reading, environment: environment)
      let others = try broken.map { try brokenIssues($0, reading) } ?? []
      var headers = [
        HeaderFields.Field("Last-Modified", issue.summary.updatedAt.httpDate)
      ]
      if isID {
        headers.append(
          HeaderFields.Field(
            "Link", "<\(context.site.url(issue: issue.summary.slug))>; rel=\"canonical\""))
      }
      if only != nil {
        let path = "/issues/" + issue.summary.slug
        return .page(CommandsPage(of: issue.fixes.first, path: path), headers: headers)
      }
      return .page(
        IssuePage(
          issue: issue, broken: others, mergedRevision: merged,
          secrets: tellsSecrets
            ? LikelySecrets(title: issue.summary.title, markdown: issue.markdown) : .none,
          learned: try reading.wordings(ofIssue: id), environment: environment,
          absorbed: context.caller.may(.edit) ? try reading.issuesMerged(into: id) : [],
          warnings: context.caller.may(.edit) ? try reading.warnings(ofIssue: id) : []),
        headers: headers)
    }
  }

  /// Issues whose samples the edit broke that led here.
  private static func brokenIssues(_ slugs: String, _ reading: Reading) throws -> [IssueSummary] {
    try slugs.split(separator: ",").prefix(5).compactMap { slug in
      guard case .issue(let id) = try reading.issueID(named: String(slug)) else { return nil }
      return try reading.summaries([id]).first
    }
  }

  /// An issue that is there for the reader.
  static func visibleIssue(
    _ id: Int, _ reading: Reading, environment: [Property] = []
  ) throws -> Issue {
    guard let issue = try reading.issue(id, environment: environment), !issue.isDeleted else {
      throw Failure.notFound("issue")
    }
    return issue
  }

  static func listIssues(_ context: Context) throws -> Reply {
    var query = try context.query()
    var filter = Reading.IssueFilter()
    filter.guide = try query.text("guide")
    filter.section = try query.text("section")
    filter.tag = try query.text("tag")
    filter.confidence = try query.choice("confidence", as: Confidence.self)
    filter.sort = try query.choice("sort", as: Reading.IssueFilter.Sort.self) ?? .guide
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      if let guide = filter.guide, try reading.guide(guide) == nil {
        throw Failure.invalid("guide", "There is no such guide; /guides lists them.")
      }
      let found = try reading.issues(filter, after: cursor.last, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      let page = IssueListPage(
        issues: shown,
        next: NextPage(found.count > limit ? Cursor(offset: shown.last!.id).text : nil, context),
        tag: filter.tag)
      return .page(page, headers: page.next.headers)
    }
  }

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
    guard let field = context.request.headers.list("If-Match") else { return nil }
    if trimmed(field[...]) == "*" { return .any }
    guard let current = try context.read({ try $0.summaries([id]).first?.revision }) else {
      throw Failure.notFound("issue")
    }
    // One of the tags must match; a tag of nothing we know matches nothing.
    let revisions = field.split(separator: ",").map { tag in
      Int(trimmed(tag).drop { $0 == "\"" }.prefix { $0.isASCII && $0.isNumber })
    }
    guard revisions.contains(current) else { throw Failure.stale(current) }
    return .exactly(current)
  }

  /// Mistakes in the guide format, at their line.
  private static func checkMarkdown(
    _ markdown: String, at place: IssuePlace
  ) throws(Failure) {
    let mistakes = IssueContent.validate(markdown: markdown, at: place)
    if !mistakes.isEmpty { throw malformed(mistakes) }
  }

  static func brokenSamples(_ mistakes: [GuideError]) -> Failure {
    Failure(
      .unprocessableContent, "broken_sample", "A sample would be broken",
      mistakes.prefix(5).map { "line \($0.line): \($0.reason)" }.joined(separator: " "),
      field: "markdown"
    )
    .member(
      "mistakes",
      .array(mistakes.map { ["line": .integer($0.line), "reason": .string($0.reason)] }))
  }

  static func malformed(_ mistakes: [GuideError]) -> Failure {
    Failure(
      .unprocessableContent, "invalid_markdown", "Mistake in the guide format",
      mistakes.prefix(5).map { "line \($0.line): \($0.reason)" }.joined(separator: " "),
      field: "markdown"
    )
    .member(
      "mistakes",
      .array(mistakes.map { ["line": .integer($0.line), "reason": .string($0.reason)] }))
  }

  static func listRevisions(_ context: Context) throws -> Reply {
    try context.read { reading in
      let id = try readIssueID(context, reading)
      guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
      var query = try context.query()
      let limit = try query.limit()
      let cursor = try Cursor(try query.text("cursor"))
      try query.finish()
      let found = try reading.revisions(
        ofIssue: id, before: cursor.offset == 0 ? .max : cursor.offset, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      let page = RevisionsPage(
        issue: issue, revisions: shown,
        next: NextPage(
          found.count > limit ? Cursor(offset: shown.last!.number).text : nil, context),
        absorbed: context.caller.may(.edit) ? try reading.issuesMerged(into: id) : [])
      return .page(page, headers: page.next.headers)
    }
  }

  static func showRevision(_ context: Context) throws -> Reply {
    return try context.read { reading in
      let id = try readIssueID(context, reading)
      guard let number = wholeNumber(context.path[1]),
        let revision = try reading.revision(number, ofIssue: id),
        let issue = try reading.summaries([id]).first
      else { throw Failure.notFound("revision") }
      try context.query().finish()
      return .page(RevisionPage(issue: issue, revision: revision))
    }
  }

  /// One step from the issue's page: opens a report by itself.
  static func recordOnIssue(_ context: Context) throws -> Reply {
    try context.requireReporting()
    let (id, _) = try context.read { try issueID(context, $0) }
    let outcome = try OutcomeInput(context)
    let caller = context.caller
    return .write { writing in
      guard let issue = try writing.reading.summaries([id]).first else {
        throw Failure.notFound("issue")
      }
      let report = try writing.openReport(
        NewReport(
          text: issue.title, issueID: id, reporter: outcome.reporter, source: caller.source))
      return try outcome.record(writing, report: report.id)
    }
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

/// An issue, as everyone sees it.
struct IssuePage: Page {
  let issue: Issue
  var merged: Bool?
  /// Samples of other issues that the write has broken.
  var brokenSamples: [BrokenSample] = []
  /// Those issues, on the page that an edit leads to.
  var broken: [IssueSummary] = []
  /// The revision that has just brought two people's changes together.
  var mergedRevision: Int?
  /// Told after a write.
  var secrets = LikelySecrets.none
  /// What reports taught, as far as the reader may see it.
  var learned: [StoredWording] = []
  /// The reader's, whose outcomes speak more.
  var environment: [Property] = []
  /// What was merged into it, for editors.
  var absorbed: [RemovedIssue] = []
  /// For editors: what is said to make things worse.
  var warnings: [Warning] = []

  var title: String { issue.summary.title }
  var revision: Int? { issue.summary.revision }

  /// What is said of the best fix that stopped working; nil when none did.
  var stale: Regression? { issue.fixes.lazy.compactMap(\.regression).first }

  /// The answer to a write: the issue as it is now, with the ETag that the API gives to who reads it
  /// next (RFC 9110 §9.3.4), for `If-Match`.
  static func written(
    _ id: Int, _ reading: Reading, _ site: Site, merged: Bool? = nil,
    broken: [BrokenSample] = [], status: Status = .ok, headers: [HeaderFields.Field] = []
  ) throws -> Reply {
    guard let issue = try reading.issue(id) else { throw Failure.notFound("issue") }
    var page = IssuePage(issue: issue, learned: try reading.wordings(ofIssue: id))
    let tag = entityTag(
      of: page.json(site).bytes, as: Representation.json.contentType, revision: page.revision)
    page.merged = merged
    page.brokenSamples = broken
    page.secrets = LikelySecrets(title: issue.summary.title, markdown: issue.markdown)
    return .page(page, status: status, headers: headers + [HeaderFields.Field("ETag", tag)])
  }

  func json(_ site: Site) -> JSON {
    let summary = issue.summary
    var members: [JSON.Member] = [
      .init("id", .integer(summary.id)), .init("external_id", summary.externalID.json),
      .init("slug", .string(summary.slug)), .init("title", .string(summary.title)),
      .init("guide", .string(summary.guide)), .init("section", .string(summary.section)),
      .init("revision", .integer(summary.revision)),
      .init("confidence", .string(summary.confidence.rawValue)),
      .init("markdown", .string(issue.markdown)),
      .init("symptoms", .array(issue.symptoms.map { ["text": .string($0)] })),
      .init("causes", .array(issue.causes.map { ["text": .string($0)] })),
      .init("fixes", .array(issue.fixes.map(IssueJSON.fix))),
      .init(
        "samples",
        .array(
          issue.samples.map { ["text": .string($0.text), "negative": .bool($0.negative)] })),
      .init("aliases", issue.aliases.json),
      .init(
        "checks",
        .array(issue.checks.map { ["name": .string($0.name), "rule": .string($0.rule)] })),
      .init(
        "environment",
        .object(issue.environment.map { JSON.Member($0.key, .string($0.value)) })),
      .init("owner", issue.owner.json), .init("escalate", issue.escalate.json),
      .init("sources", issue.sources.json), .init("license", issue.license.json),
      .init("attribution", issue.attribution.json), .init("tags", issue.tags.json),
      .init("links", .array(issue.links.map { IssueJSON.link($0.kind, $0.text, $0.issue, site) })),
      .init(
        "linked_from",
        .array(
          issue.linkedFrom.map { IssueJSON.link($0.kind, $0.text, $0.issue, site) })),
      .init("stale", (stale?.reason).json),
      .init("learned", .array(learned.map { LearnedPage.json($0, site) })),
      .init(
        "verified",
        issue.verified.map {
          ["by": .string($0.by), "at": .string($0.at.rfc3339), "against": .string($0.against)]
        } ?? .null),
      .init("created_at", .string(issue.createdAt.rfc3339)),
      .init("updated_at", .string(summary.updatedAt.rfc3339)),
      .init("url", .string(site.url(issue: summary.slug))),
    ]
    if let merged { members.append(.init("merged", .bool(merged))) }
    let warnings = brokenSamples.map(\.json) + secrets.warnings
    if !warnings.isEmpty { members.append(.init("warnings", .array(warnings))) }
    return .object(members)
  }

  func markdown(_ site: Site) -> String {
    "# \(issue.summary.title)\n\n\(issue.markdown)\n"
  }
}
