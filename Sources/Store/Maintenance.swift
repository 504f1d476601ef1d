import Glibc
import SQLite

extension Store {
  /// Copies the file as it is now, also while others write (`VACUUM INTO`).
  package func backup(to path: String) throws {
    let connection = try Connection(
      path: self.path, mode: readOnlyReason == nil ? .readWrite : .readOnly)
    try connection.execute("VACUUM INTO \(path)")
  }

  /// What is wrong with a file; empty when nothing is.
  package static func verify(path: String) throws -> [String] {
    let connection = try Connection(path: path, mode: .readOnly)
    _ = try Migrator(Store.migrations).inspect(connection)
    var problems = try connection.rows("PRAGMA integrity_check(20)") { $0.text(0) }
      .filter { $0 != "ok" }
    problems += try connection.rows("PRAGMA foreign_key_check") {
      "a row of \($0.text(0)) points at nothing in \($0.text(2))"
    }
    let unindexed = try connection.integer(
      """
      SELECT count(*) FROM issue i WHERE i.deleted_at IS NULL AND i.confidence <> 'archived'
        AND NOT EXISTS (SELECT 1 FROM issue_index x WHERE x.issue_id = i.id)
      """)
    if unindexed > 0 { problems.append("\(unindexed) issues are missing in the search index") }
    return problems
  }

  /// Copies a database file with SQLite's own means, so that a WAL is taken along.
  package static func copy(from source: String, to target: String) throws {
    let connection = try Connection(path: source, mode: .readOnly)
    try connection.execute("VACUUM INTO \(target)")
  }
}

/// A sample with the issue it belongs to.
package struct OwnedSample: Sendable {
  package let issueID: Int
  package let slug: String
  package let text: String
  package let negative: Bool
}

extension Reading {
  package func allSamples(guide: String?) throws -> [OwnedSample] {
    try connection.rows(
      """
      SELECT i.id, i.slug, p.text, p.negative FROM sample p JOIN issue i ON i.id = p.issue_id
      JOIN guide g ON g.id = i.guide_id
      WHERE i.deleted_at IS NULL AND i.confidence <> 'archived' AND \(visible("i.guide_id"))
        AND (\(guide) IS NULL OR g.slug = \(guide))
      ORDER BY p.id
      """
    ) {
      OwnedSample(
        issueID: $0.int(0), slug: $0.text(1), text: $0.text(2), negative: $0.bool(3))
    }
  }

  package func tokens() throws -> [TokenInfo] {
    try connection.rows(
      "SELECT id, name, kind, scopes, account_id FROM token WHERE revoked_at IS NULL ORDER BY id"
    ) { row in
      TokenInfo(
        id: row.int(0), name: row.text(1), kind: SourceKind(rawValue: row.text(2)) ?? .automation,
        scopes: Set(row.text(3).split(separator: ",").compactMap { Scope(rawValue: String($0)) }),
        accountID: row.optionalInt(4))
    }
  }
}

extension Writing {
  /// False when there is no such token.
  package func revokeToken(_ id: Int) throws -> Bool {
    try connection.execute(
      "UPDATE token SET revoked_at = \(now.milliseconds) WHERE id = \(id) AND revoked_at IS NULL")
    let found = connection.changes > 0
    if found { try audit("revoke token", subject: "token \(id)") }
    return found
  }
}

extension StoredCorpus {
  /// Issues in the index that may be seen.
  package func visibleIssues() throws -> Int {
    let scope: SQL = guideID.map { "guide_id = \($0)" } ?? "1"
    return try reading.connection.integer(
      "SELECT count(*) FROM issue_index WHERE \(scope) AND \(reading.visible("guide_id"))")
  }
}
