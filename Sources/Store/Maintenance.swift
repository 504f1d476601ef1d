import Glibc
import SQLite

extension Store {
  /// Copies the file as it is at one moment, also while others write (`VACUUM INTO`). The copy is on
  /// disk when this returns, under its name only when it is whole; only its owner reads it.
  package func backup(to target: String) throws {
    try Store.copy(from: path, mode: mode == .readWrite ? .readOnly : mode, beside: target) {
      part in
      guard DatabaseFile.move(part, to: target) else { throw Store.failed() }
    }
  }

  /// Puts a copy of a file in the place of another that no connection is open on; what stood there goes
  /// to the path that is returned: one that nothing stands at, for it may be all that is left of the last
  /// writes; nil when nothing stood there. At any moment the one or the other stands at the path, whole by itself, so
  /// that a kill leaves one of them. Throws `StoreUnavailable` and changes nothing where that can't be.
  package static func restore(from source: String, to path: String) throws -> String? {
    let target = DatabaseFile.resolved(path)
    return try copy(
      from: source, mode: readableMode(DatabaseFile.resolved(source)), beside: target
    ) { try replace(target, by: $0) }
  }

  private static func replace(_ target: String, by part: String) throws -> String? {
    let isThere = DatabaseFile.identity(target) != nil
    let isWhole = try isThere && settle(target)
    // No other process opens the file from here on.
    let claim = isThere ? try claim(target) : nil
    defer { withExtendedLifetime(claim) {} }
    guard !isWhole || DatabaseFile.size(target + "-wal") == 0 else { throw inUse }
    let former = formerName(target)
    // A WAL that could not be moved into its file would be taken for the new one's.
    for suffix in ["-wal", "-shm"] where DatabaseFile.identity(target + suffix) != nil {
      guard DatabaseFile.move(target + suffix, to: former + suffix) else { throw failed(former) }
    }
    if isThere {
      DatabaseFile.giveOwner(of: target, to: part)
      guard DatabaseFile.keep(target, as: former) else { throw failed(former) }
    }
    guard DatabaseFile.move(part, to: target) else { throw failed() }
    return isThere ? former : nil
  }

  /// Where what a restore replaces goes: `.before-restore`, or `.before-restore-2` and so on.
  private static func formerName(_ target: String) -> String {
    let first = target + ".before-restore"
    let names = sequence(state: 1) { number -> String? in
      defer { number += 1 }
      return number == 1 ? first : "\(first)-\(number)"
    }
    return names.first { name in
      ["", "-wal", "-shm"].allSatisfy { DatabaseFile.identity(name + $0) == nil }
    }!
  }

  /// Moves what the WAL holds into the file. False when the file is damaged and stays apart from its WAL.
  private static func settle(_ path: String) throws -> Bool {
    _ = try claim(path)
    do {
      let connection = try Connection(path: path, mode: .readWrite)
      _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
      guard try connection.checkpoint(.truncate) else { throw inUse }
      return true
    } catch let error as DatabaseError where error.isCorrupt {
      return false
    }
  }

  private static func claim(_ path: String) throws -> DatabaseFile.Claim {
    guard let claim = DatabaseFile.Claim(path) else { throw inUse }
    return claim
  }

  private static let inUse = StoreUnavailable(
    reason: "it is in use or can't be written: stop the server first")

  /// What the last system call came to.
  private static func failed(_ path: String? = nil) -> StoreUnavailable {
    let reason = String(cString: strerror(errno))
    return StoreUnavailable(reason: path.map { "\($0): \(reason)" } ?? reason)
  }

  /// Makes a copy beside `target`, on disk and for its owner alone, which `place` gives its name. What a
  /// copy that was killed has left there goes.
  private static func copy<T>(
    from source: String, mode: Connection.Mode, beside target: String,
    _ place: (_ part: String) throws -> T
  ) throws -> T {
    let part = target + ".part"
    for suffix in ["", "-journal"] { unlink(part + suffix) }
    guard DatabaseFile.create(part) else { throw failed() }
    do {
      try Connection(path: source, mode: mode).execute("VACUUM INTO \(part)")
      guard DatabaseFile.sync(part) else { throw failed() }
      return try place(part)
    } catch {
      unlink(part)
      throw error
    }
  }

  /// The schema of a file and the newest one this program knows; nothing is changed.
  package static func schema(path: String) throws -> (file: Int, program: Int) {
    if let obstacle = DatabaseFile.obstacle(path, create: false) {
      throw StoreUnavailable(reason: obstacle)
    }
    let path = DatabaseFile.resolved(path)
    let migrator = Migrator(Store.migrations)
    let connection = try Connection(path: path, mode: try readableMode(path))
    return (try migrator.inspect(connection), migrator.newest)
  }

  /// What is wrong with a file; empty when nothing is.
  package static func verify(path: String) throws -> [String] {
    if let obstacle = DatabaseFile.obstacle(path, create: false) {
      throw StoreUnavailable(reason: obstacle)
    }
    let path = DatabaseFile.resolved(path)
    let connection = try Connection(path: path, mode: try readableMode(path))
    _ = try Migrator(Store.migrations).inspect(connection)
    var problems = try integrityProblems(connection)
    guard problems.isEmpty else { return problems }
    problems += try connection.rows("PRAGMA foreign_key_check") {
      "a row of \($0.text(0)) points at nothing in \($0.text(2))"
    }
    return problems + (try indexProblems(connection))
  }

  /// Damage, table by table, as far as the list of tables can be read.
  private static func integrityProblems(_ connection: Connection) throws -> [String] {
    let found: [String]
    do {
      found = try connection.rows("PRAGMA integrity_check(20)") { $0.text(0) }.filter { $0 != "ok" }
    } catch {
      guard error.isCorrupt else { throw error }
      found = [error.message]
    }
    guard !found.isEmpty else { return [] }
    let tables = try? connection.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY name"
    ) { $0.text(0) }
    var damaged: [String] = []
    for table in tables ?? [] {
      // The name is one of our schema, or of the file's; it is quoted either way.
      let name = table.split(separator: "\"", omittingEmptySubsequences: false)
        .joined(separator: "\"\"")
      let rows = try? connection.rows(SQL(trusted: "PRAGMA integrity_check(\"\(name)\")")) {
        $0.text(0)
      }
      if rows != ["ok"] { damaged.append(table) }
    }
    let names = damaged.joined(separator: ", ")
    return [damaged.isEmpty ? "the file is damaged" : "damaged: \(names)"] + found
  }

  /// Where the search index and the counts of its words differ from the issues.
  private static func indexProblems(_ connection: Connection) throws -> [String] {
    var problems: [String] = []
    let unindexed = try connection.integer(
      """
      SELECT count(*) FROM issue i WHERE i.deleted_at IS NULL AND i.confidence <> 'archived'
        AND NOT EXISTS (SELECT 1 FROM issue_index x WHERE x.issue_id = i.id)
      """)
    if unindexed > 0 { problems.append("\(unindexed) issues are missing in the search index") }
    // What the index holds, word by word, beside what it should.
    try connection.execute(
      "CREATE VIRTUAL TABLE temp.indexed USING fts5vocab('main', 'issue_fts', 'instance')")
    defer { try? connection.execute("DROP TABLE temp.indexed") }
    let postings = try connection.integer("SELECT count(*) FROM temp.indexed")
    let tokens = try connection.integer(
      """
      SELECT coalesce(sum(length(tokens) - length(replace(tokens, ' ', '')) + (tokens <> '')), 0)
      FROM issue_index
      """)
    if postings != tokens {
      problems.append("the search index holds \(postings) words, the issues \(tokens)")
    }
    let counted = try connection.integer(
      "SELECT coalesce(sum(issues), 0) FROM term WHERE term = ''")
    let indexed = try connection.integer("SELECT count(*) FROM issue_index")
    if counted != indexed {
      problems.append("the search index counts \(counted) issues, there are \(indexed)")
    }
    return problems
  }
}

/// A sample with the issue it belongs to.
package struct OwnedSample: Sendable {
  package let issueID: Int
  package let slug: String
  package let text: String
  package let negative: Bool
  /// Line of the issue's text, from 1.
  package let line: Int
}

extension Reading {
  private static func sample(_ row: Row) -> OwnedSample {
    OwnedSample(
      issueID: row.int(0), slug: row.text(1), text: row.text(2), negative: row.bool(3),
      line: row.int(4))
  }

  /// Whether nothing was ever put in: no guide, no account.
  package func isUnused() throws -> Bool {
    try connection.integer(
      "SELECT EXISTS (SELECT 1 FROM guide) OR EXISTS (SELECT 1 FROM account)") == 0
  }

  /// Whether anyone can sign in.
  package func hasAccounts() throws -> Bool {
    try connection.integer("SELECT EXISTS (SELECT 1 FROM account)") == 1
  }

  /// An issue that may be seen, and a line that leads to it: a sample, else its title.
  package func example() throws -> (slug: String, title: String, line: String)? {
    let issue: SQL = """
      i.deleted_at IS NULL AND i.confidence <> 'archived' AND \(visible("i.guide_id"))
      """
    let sample = try connection.first(
      """
      SELECT i.slug, i.title, p.text FROM sample p JOIN issue i ON i.id = p.issue_id
      WHERE NOT p.negative AND length(p.text) <= 120 AND \(issue) ORDER BY p.id LIMIT 1
      """
    ) { ($0.text(0), $0.text(1), $0.text(2)) }
    if let sample { return sample }
    return try connection.first(
      "SELECT i.slug, i.title, i.title FROM issue i WHERE \(issue) ORDER BY i.id LIMIT 1"
    ) { ($0.text(0), $0.text(1), $0.text(2)) }
  }

  /// Samples of issues in use that may be seen: of all guides, or of one.
  package func allSamples(guide: String?) throws -> [OwnedSample] {
    try connection.rows(
      """
      SELECT i.id, i.slug, p.text, p.negative, p.line FROM sample p
      JOIN issue i ON i.id = p.issue_id JOIN guide g ON g.id = i.guide_id
      WHERE i.deleted_at IS NULL AND i.confidence <> 'archived' AND \(visible("i.guide_id"))
        AND (\(guide) IS NULL OR g.slug = \(guide))
      ORDER BY p.id
      """, Reading.sample)
  }

  /// An issue's samples, whoever may see it: for what a write would break.
  package func samples(ofIssue id: Int) throws -> [OwnedSample] {
    try connection.rows(
      """
      SELECT i.id, i.slug, p.text, p.negative, p.line FROM sample p
      JOIN issue i ON i.id = p.issue_id WHERE i.id = \(id) ORDER BY p.position
      """, Reading.sample)
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
