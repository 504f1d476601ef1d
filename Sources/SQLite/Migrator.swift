/// One numbered step of the schema.
package struct Migration: Sendable {
  package let number: Int
  package let name: String
  package let sql: String

  package init(number: Int, name: String, sql: String) {
    self.number = number
    self.name = name
    self.sql = sql
  }
}

/// Brings a database to the newest schema: migrations in order, one transaction
/// each; the number reached is kept in `PRAGMA user_version`.
package struct Migrator: Sendable {
  /// "Fixb": marks a file as ours (https://www.sqlite.org/pragma.html#pragma_application_id).
  package static let applicationID = 0x4669_7862

  package let migrations: [Migration]

  package init(_ migrations: [Migration]) {
    self.migrations = migrations.sorted { $0.number < $1.number }
  }

  /// The schema this program knows.
  package var newest: Int { migrations.last?.number ?? 0 }

  /// Refuses a file of a newer program or of another one; returns its schema number (0: empty).
  package func inspect(_ connection: Connection) throws -> Int {
    // All of one moment: another process may be migrating.
    try connection.execute("SAVEPOINT inspection")
    defer { try? connection.execute("RELEASE inspection") }
    let version = try connection.integer("PRAGMA user_version")
    let application = try connection.integer("PRAGMA application_id")
    if application != Migrator.applicationID {
      guard application == 0, version == 0,
        try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
      else { throw SchemaError.foreign }
    }
    guard version <= newest else { throw SchemaError.newer(file: version, program: newest) }
    return version
  }

  /// Applies what is missing. Safe beside other processes: each step takes the
  /// write lock first and looks again at the number reached.
  package func migrate(_ connection: Connection) throws {
    guard try inspect(connection) < newest else { return }
    for migration in migrations {
      try connection.execute("BEGIN IMMEDIATE")
      do {
        if try connection.integer("PRAGMA user_version") < migration.number {
          try connection.changingSchema { try connection.run(script: migration.sql) }
          if try connection.first("PRAGMA foreign_key_check", { _ in true }) != nil {
            throw SchemaError.danglingReferences(number: migration.number)
          }
          try connection.run(
            script: """
              PRAGMA application_id = \(Migrator.applicationID);
              PRAGMA user_version = \(migration.number);
              """)
        }
        try connection.execute("COMMIT")
      } catch {
        if !connection.isAutocommit { try? connection.execute("ROLLBACK") }
        throw error
      }
    }
  }
}
