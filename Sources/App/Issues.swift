import Guide
import HTTP
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
        HeaderFields.Field("Last-Modified", min(issue.summary.updatedAt, .now()).httpDate)
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
}
