import SQLite

/// One entry of the change stream.
package struct Change: Sendable, Equatable {
  package let sequence: Int
  /// "issue created", "issue edited", "issue deleted", "issue archived", "guide created" …
  package let kind: String
  package let issue: IssueSummary?
  /// The issue's id, also of one that is deleted.
  package let issueID: Int?
  package let guide: String?
  package let revision: Int?
  package let author: String
  package let summary: String
  package let at: Time
}

extension Reading {
  /// Changes after `sequence`, oldest first.
  package func changes(after sequence: Int, limit: Int) throws -> [Change] {
    try changes(where: "c.sequence > \(sequence)", order: "c.sequence", limit: limit)
  }

  /// The newest changes first; of one guide or one issue alone when named.
  package func recentChanges(
    ofGuide guide: Int? = nil, ofIssue issue: Int? = nil, before sequence: Int = .max, limit: Int
  ) throws -> [Change] {
    var condition: SQL = "c.sequence < \(sequence)"
    if let issue { condition = condition + " AND c.issue_id = \(issue)" }
    if let guide { condition = condition + " AND c.guide_id = \(guide)" }
    return try changes(where: condition, order: "c.sequence DESC", limit: limit)
  }

  /// What names this base among others, wherever it is served.
  package func baseName() throws -> String {
    try connection.first("SELECT value FROM setting WHERE name = 'base'") { $0.text(0) } ?? ""
  }

  private func changes(where condition: SQL, order: SQL, limit: Int) throws -> [Change] {
    let rows = try connection.rows(
      """
      SELECT c.sequence, c.kind, c.issue_id, g.slug, c.revision, c.author, c.summary, c.created_at
      FROM change c JOIN guide g ON g.id = c.guide_id
      WHERE \(condition) AND \(visible("c.guide_id")) ORDER BY \(order) LIMIT \(limit)
      """
    ) { row in
      (
        row.int(0), row.text(1), row.optionalInt(2), row.optionalText(3), row.optionalInt(4),
        row.text(5), row.text(6), row.int(7)
      )
    }
    let issues = Dictionary(
      uniqueKeysWithValues: try summaries(Array(Set(rows.compactMap(\.2)))).map { ($0.id, $0) })
    return rows.map { row in
      Change(
        sequence: row.0, kind: row.1, issue: row.2.flatMap { issues[$0] }, issueID: row.2,
        guide: row.3,
        revision: row.4, author: row.5, summary: row.6, at: Time(milliseconds: row.7))
    }
  }
}

extension Writing {
  /// Adds a line to the change stream.
  func change(
    _ kind: String, issueID: Int?, guideID: Int?, revision: Int?, summary: String
  ) throws {
    try connection.execute(
      """
      INSERT INTO change (kind, issue_id, guide_id, revision, author, summary, created_at)
      VALUES (\(kind), \(issueID), \(guideID), \(revision), \(author.name), \(summary),
        \(now.milliseconds))
      """)
    try notify(
      change: kind, issueID: issueID, guideID: guideID, revision: revision, summary: summary)
  }
}
