import SQLite
import TestSupport
import Testing
import Threads

struct MigratorTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let first = Migration(
    number: 1, name: "first", sql: "CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;")
  private static let second = Migration(
    number: 2, name: "second",
    sql: """
      CREATE TABLE child (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES parent (id)) STRICT;
      INSERT INTO parent (id) VALUES (1);
      """)

  private func schema(_ connection: Connection) throws -> [String] {
    try connection.texts("SELECT name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY name")
  }

  @Test func `an empty file comes to the newest schema, step by step or at once`() throws {
    let once = try Connection.wal(folder.file("once.db"))
    try Migrator([Self.second, Self.first]).migrate(once)
    #expect(try once.integer("PRAGMA user_version") == 2)
    #expect(try once.integer("PRAGMA application_id") == Migrator.applicationID)
    let stepwise = try Connection.wal(folder.file("steps.db"))
    try Migrator([Self.first]).migrate(stepwise)
    #expect(try stepwise.integer("PRAGMA user_version") == 1)
    try Migrator([Self.first, Self.second]).migrate(stepwise)
    #expect(try schema(stepwise) == schema(once))
  }

  @Test func `migrating twice changes nothing`() throws {
    let connection = try Connection.wal(folder.file())
    let migrator = Migrator([Self.first, Self.second])
    try migrator.migrate(connection)
    let before = try schema(connection)
    let changes = try connection.integer("PRAGMA schema_version")
    try migrator.migrate(connection)
    #expect(try schema(connection) == before)
    #expect(try connection.integer("PRAGMA schema_version") == changes)
    #expect(try connection.integer("SELECT count(*) FROM parent") == 1)
  }

  @Test func `a step may change the text of the schema, and nothing else may`() throws {
    let change = "UPDATE sqlite_schema SET sql = replace(sql, 'STRICT', '')"
    let loosened = Migration(
      number: 3, name: "third",
      sql: """
        PRAGMA writable_schema = ON;
        \(change);
        CREATE TABLE passing (id);
        DROP TABLE passing;
        PRAGMA writable_schema = RESET;
        """)
    let connection = try Connection.wal(folder.file())
    let other = try Connection.wal(folder.file())
    let migrator = Migrator([Self.first, Self.second, loosened])
    try Migrator([Self.first, Self.second]).migrate(connection)
    #expect(throws: DatabaseError.self) {
      try other.execute("INSERT INTO child (parent) VALUES ('one')")
    }
    try migrator.migrate(connection)
    for connection in [connection, other] {
      #expect(throws: Never.self) {
        try connection.execute("INSERT INTO child (parent) VALUES (1)")
      }
      #expect(try schema(connection).allSatisfy { !$0.contains("STRICT") })
      #expect(throws: DatabaseError.self) {
        try connection.run(script: "PRAGMA writable_schema = ON; \(change)")
      }
    }
  }

  @Test func `a file of a newer program is refused and left alone`() throws {
    let connection = try Connection.wal(folder.file())
    try Migrator([Self.first, Self.second]).migrate(connection)
    let before = try schema(connection)
    #expect(throws: SchemaError.newer(file: 2, program: 1)) {
      try Migrator([Self.first]).migrate(connection)
    }
    #expect(try schema(connection) == before)
  }

  @Test(arguments: [
    "CREATE TABLE other (id)", "PRAGMA user_version = 1", "PRAGMA application_id = 12345",
    "PRAGMA application_id = 12345; PRAGMA user_version = 1; CREATE TABLE parent (id)",
  ])
  func `a file of another program is refused and left alone`(script: String) throws {
    let connection = try Connection.wal(folder.file())
    try connection.run(script: script)
    let before = try schema(connection)
    #expect(throws: SchemaError.foreign) { try Migrator([Self.first]).migrate(connection) }
    #expect(try schema(connection) == before)
  }

  @Test(arguments: [
    "CREATE TABLE half (id); INSERT INTO parent VALUES (7); SELECT nonsense FROM nowhere;",
    "CREATE TABLE half (id); INSERT INTO parent VALUES (7), (7);",
  ])
  func `a migration that fails leaves nothing half-done`(sql: String) throws {
    let connection = try Connection.wal(folder.file())
    try Migrator([Self.first]).migrate(connection)
    let before = try schema(connection)
    let broken = Migration(number: 2, name: "broken", sql: sql)
    #expect(throws: DatabaseError.self) {
      try Migrator([Self.first, broken, Self.second]).migrate(connection)
    }
    #expect(connection.isAutocommit)
    #expect(try schema(connection) == before)
    #expect(try connection.integer("PRAGMA user_version") == 1)
    #expect(try connection.integer("SELECT count(*) FROM parent") == 0)
    // Mended, the next try goes through.
    try Migrator([Self.first, Self.second]).migrate(connection)
    #expect(try connection.integer("PRAGMA user_version") == 2)
  }

  @Test func `a migration that leaves rows pointing at nothing is undone`() throws {
    let connection = try Connection.wal(folder.file())
    try Migrator([Self.first, Self.second]).migrate(connection)
    let dangling = Migration(
      number: 3, name: "dangling",
      sql: "PRAGMA defer_foreign_keys = ON; INSERT INTO child (parent) VALUES (99);")
    #expect(throws: SchemaError.danglingReferences(number: 3)) {
      try Migrator([Self.first, Self.second, dangling]).migrate(connection)
    }
    #expect(try connection.integer("SELECT count(*) FROM child") == 0)
    #expect(try connection.integer("PRAGMA user_version") == 2)
  }

  @Test func `two connections that migrate at once both succeed, each step done once`() throws {
    for round in 0..<10 {
      let path = folder.file("both\(round).db")
      _ = try Connection.wal(path)
      let errors = Monitor<[String]>([])
      let threads = (0..<4).map { _ in
        Thread.start("migrate") {
          do {
            let connection = try Connection(path: path, mode: .readWrite)
            try Migrator([Self.first, Self.second]).migrate(connection)
          } catch { errors.withLock { $0.append("\(error)") } }
        }
      }
      for thread in threads { thread.join() }
      #expect(errors.withLock { $0 } == [])
      let connection = try Connection(path: path, mode: .readWrite)
      #expect(try connection.integer("PRAGMA user_version") == 2)
      #expect(try connection.integer("SELECT count(*) FROM parent") == 1)
    }
  }

  @Test func `a file that another process migrates while it is inspected is no foreign one`() throws
  {
    let path = folder.file()
    let connection = try Connection.wal(path)
    let other = try Connection(path: path, mode: .readWrite)
    connection.trace = { statement in
      guard statement.contains("sqlite_schema") else { return }
      connection.trace = nil
      #expect(throws: Never.self) { try Migrator([Self.first, Self.second]).migrate(other) }
    }
    try Migrator([Self.first, Self.second]).migrate(connection)
    #expect(try connection.integer("PRAGMA user_version") == 2)
  }
}
