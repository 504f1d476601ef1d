import Guide
import SQLite

package struct StoredCheck: Sendable, Equatable {
  package let name: String
  package let rule: String
  /// The issue it belongs to.
  package let issue: String
}

extension Reading {
  package func check(named name: String) throws -> StoredCheck? {
    try connection.first(
      """
      SELECT c.name, c.rule, i.slug FROM "check" c JOIN issue i ON i.id = c.issue_id
      WHERE c.name = \(name) AND i.deleted_at IS NULL AND \(visible("i.guide_id"))
      """
    ) { StoredCheck(name: $0.text(0), rule: $0.text(1), issue: $0.text(2)) }
  }

  package func checks(from start: Int = 0, limit: Int = .max) throws -> [StoredCheck] {
    try connection.rows(
      """
      SELECT c.name, c.rule, i.slug FROM "check" c JOIN issue i ON i.id = c.issue_id
      WHERE i.deleted_at IS NULL AND \(visible("i.guide_id")) ORDER BY c.name
      LIMIT \(limit) OFFSET \(start)
      """
    ) { StoredCheck(name: $0.text(0), rule: $0.text(1), issue: $0.text(2)) }
  }
}

extension Writing {
  func saveChecks(_ checks: [Check], issueID: Int) throws {
    try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(issueID)")
    for (position, check) in checks.enumerated() {
      if let owner = try connection.first(
        """
        SELECT CASE WHEN \(reading.visible("i.guide_id")) THEN i.slug ELSE 'of a guide you can''t see' END
        FROM "check" c JOIN issue i ON i.id = c.issue_id WHERE c.name = \(check.name)
        """, { $0.text(0) })
      {
        throw IssueWriteError.checkNameTaken(check.name, by: owner)
      }
      try connection.execute(
        """
        INSERT INTO "check" (name, issue_id, position, rule)
        VALUES (\(check.name), \(issueID), \(position), \(check.rule))
        """)
    }
  }
}
