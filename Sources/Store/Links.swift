package import Guide
import SQLite

/// A link of an issue to another one, as stored.
package struct StoredLink: Sendable, Equatable {
  package let kind: IssueLink.Kind
  /// Markdown, as it was written.
  package let text: String
  /// What it leads to; nil when there is no such issue, or none that may be seen.
  package let issue: IssueSummary?
}

extension Reading {
  /// The issues that an issue names with a label, in the order of its text.
  package func links(ofIssue id: Int) throws -> [StoredLink] {
    let found = try connection.rows(
      """
      SELECT l.kind, l.text, s.issue_id FROM link l LEFT JOIN slug s ON s.slug = l.slug
      WHERE l.issue_id = \(id) AND l.kind <> 'mention' AND \(mayBeSeen(issue: id))
      ORDER BY l.position
      """
    ) { (kind: $0.text(0), text: $0.text(1), issue: $0.optionalInt(2)) }
    guard !found.isEmpty else { return [] }
    let issues = Dictionary(
      uniqueKeysWithValues: try summaries(Array(Set(found.compactMap(\.issue)))).map { ($0.id, $0) }
    )
    return found.map { link in
      StoredLink(
        kind: IssueLink.Kind(rawValue: link.kind) ?? .related, text: link.text,
        issue: link.issue.flatMap { issues[$0] })
    }
  }

  /// What links here: issues that name this one, by any of its names; at most 100, each once for each
  /// kind.
  package func linksTo(issue id: Int) throws -> [StoredLink] {
    let found = try connection.rows(
      """
      SELECT DISTINCT l.kind, l.issue_id FROM slug s JOIN link l ON l.slug = s.slug
      WHERE s.issue_id = \(id) AND l.issue_id <> \(id) AND \(mayBeSeen(issue: id)) LIMIT 100
      """
    ) { (kind: $0.text(0), issue: $0.int(1)) }
    guard !found.isEmpty else { return [] }
    let issues = try summaries(Array(Set(found.map(\.issue))).sorted())
    return issues.filter { $0.confidence != .archived }.flatMap { issue in
      found.filter { $0.issue == issue.id }.map {
        StoredLink(
          kind: IssueLink.Kind(rawValue: $0.kind) ?? .mention, text: issue.title, issue: issue)
      }
    }
  }
}

extension Reading {
  /// Whether an issue is for fewer people than another one, so that naming it there would tell of it.
  package func isNarrower(issue: Int, than other: Int) throws -> Bool {
    func width(_ id: Int) throws -> Audience.Kind? {
      try connection.first(
        "SELECT g.audience FROM issue i JOIN guide g ON g.id = i.guide_id WHERE i.id = \(id)"
      ) { Audience.Kind(rawValue: $0.text(0)) ?? .named }
    }
    guard let inner = try width(issue), let outer = try width(other) else { return false }
    return inner > outer
  }
}

extension Writing {
  func saveLinks(_ links: [IssueLink], issueID: Int) throws {
    try connection.execute("DELETE FROM link WHERE issue_id = \(issueID)")
    for (position, link) in links.enumerated() {
      try connection.execute(
        """
        INSERT INTO link (issue_id, position, kind, text, slug)
        VALUES (\(issueID), \(position), \(link.kind.rawValue), \(link.text), \(link.slug))
        """)
    }
  }
}
