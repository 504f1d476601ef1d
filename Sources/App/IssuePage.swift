import Guide
import HTTP
import JSON
import Store

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
    "# \(headingText(issue.summary.title))\n\n\(issue.markdown)\n"
  }
}
