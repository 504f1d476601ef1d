import Foundation
import SQLite
import TestSupport
import Testing

struct ConnectionTests {
  private let folder: TemporaryFolder
  private let connection: Connection

  init() throws {
    folder = try TemporaryFolder()
    connection = try .wal(folder.file())
    try connection.run(
      script: """
        CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, owner INTEGER REFERENCES item (id)) STRICT;
        INSERT INTO item (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c');
        """)
  }

  @Test func `a statement can run again while it runs`() throws {
    var seen: [String] = []
    func names(below limit: Int) throws {
      try connection.each("SELECT id, name FROM item WHERE id < \(limit) ORDER BY id") { row in
        seen.append(row.text(1))
        if limit > 1 { try? names(below: row.int(0)) }
        return true
      }
    }
    try names(below: 4)
    #expect(seen == ["a", "b", "a", "c", "a", "b", "a"])
    #expect(try connection.integer("SELECT count(*) FROM item") == 3)
  }

  @Test func `a statement that failed or was left early can run again`() throws {
    for _ in 0..<3 {
      #expect(throws: DatabaseError.self) {
        try connection.execute("INSERT INTO item (name) VALUES (\("a"))")
      }
      try connection.each("SELECT id FROM item ORDER BY id") { _ in false }
      #expect(try connection.first("SELECT id FROM item ORDER BY id", { $0.int(0) }) == 1)
    }
    try connection.execute("DELETE FROM item WHERE id = \(3)")
    #expect(connection.changes == 1)
    #expect(try connection.integers("SELECT id FROM item ORDER BY id") == [1, 2])
  }

  @Test func `more texts of statements than are kept do no harm`() throws {
    try connection.each("SELECT id FROM item ORDER BY id") { outer in
      for number in 0..<450 {
        let sum = SQL(trusted: "SELECT \(number) + $1", values: [.integer(Int64(outer.int(0)))])
        #expect((try? connection.integer(sum)) == number + outer.int(0))
      }
      return true
    }
    #expect(try connection.integers("SELECT id FROM item ORDER BY id") == [1, 2, 3])
  }

  @Test func `references are enforced`() throws {
    #expect(throws: DatabaseError.self) {
      try connection.execute("INSERT INTO item (name, owner) VALUES ('d', \(99))")
    }
  }

  @Test func `an error names code and statement but no values`() throws {
    let error = #expect(throws: DatabaseError.self) {
      try connection.execute("INSERT INTO item (id, name) VALUES (\(9), \("a"))")
    }
    #expect(error?.isConstraint == true)
    #expect(error?.sql == "INSERT INTO item (id, name) VALUES ($1, $2)")
    #expect("\(error!)".contains("UNIQUE constraint failed: item.name"))
  }

  @Test func `a deadline ends a long statement and the connection goes on`() throws {
    let endless: SQL = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n
      """
    let started = monotonicNanoseconds()
    let error = #expect(throws: DatabaseError.self) {
      try connection.withDeadline(milliseconds: 50) { try connection.integer(endless) }
    }
    #expect(error?.isInterrupted == true)
    #expect(monotonicNanoseconds() - started < 5_000_000_000)
    #expect(try connection.integer("SELECT count(*) FROM item") == 3)
    // The deadline is over with its body: a statement of some length runs to its end.
    let long: SQL = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000)
      SELECT count(*) FROM n
      """
    #expect(try connection.integer(long) == 300_000)
  }

  @Test func `all statements inside a deadline share it`() throws {
    let long: SQL = """
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
      SELECT count(*) FROM n
      """
    let error = #expect(throws: DatabaseError.self) {
      try connection.withDeadline(milliseconds: 100) {
        for _ in 0..<100_000 { _ = try connection.integer(long) }
      }
    }
    #expect(error?.isInterrupted == true)
  }

  @Test func `a connection for reading does not write`() throws {
    let reader = try Connection(path: folder.file(), mode: .readOnly)
    let error = #expect(throws: DatabaseError.self) {
      try reader.execute("DELETE FROM item")
    }
    #expect(error?.isReadOnly == true)
    #expect(try reader.integer("SELECT count(*) FROM item") == 3)
  }

  @Test func `a snapshot reads one moment and the next one sees what came`() throws {
    let pool = ReaderPool { [path = folder.file()] in try Connection(path: path, mode: .readOnly) }
    defer { pool.close() }
    try pool.snapshot { reader in
      #expect(try reader.integer("SELECT count(*) FROM item") == 3)
      try connection.execute("DELETE FROM item WHERE id = 3")
      #expect(try reader.integer("SELECT count(*) FROM item") == 3)
    }
    #expect(try pool.snapshot { try $0.integer("SELECT count(*) FROM item") } == 2)
  }

  @Test func `a body that throws gives the connection back without its transaction`() throws {
    struct Stop: Error {}
    let pool = ReaderPool { [path = folder.file()] in try Connection(path: path, mode: .readOnly) }
    defer { pool.close() }
    for _ in 0..<3 {
      #expect(throws: Stop.self) {
        try pool.snapshot { reader in
          _ = try reader.integer("SELECT count(*) FROM item")
          throw Stop()
        }
      }
    }
    try pool.read { #expect($0.isAutocommit) }
  }

  @Test func `a file that is no database is called corrupt`() throws {
    let path = folder.file("text.db")
    try write(String(repeating: "This is no database. ", count: 100), to: path)
    let error = #expect(throws: DatabaseError.self) {
      let connection = try Connection(path: path, mode: .readWrite)
      _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
    }
    #expect(error?.isCorrupt == true)
  }

  @Test(arguments: ["plain.db", "per%cent.db", "a#b?c.db", "with space é.db"])
  func `an immutable file opens whatever its name is`(name: String) throws {
    let path = folder.file(name)
    let maker = try Connection(path: path, mode: .readWrite)
    try maker.run(script: "CREATE TABLE t (x); INSERT INTO t VALUES (7)")
    let reader = try Connection(path: path, mode: .immutable)
    #expect(try reader.integers("SELECT x FROM t") == [7])
    #expect(throws: DatabaseError.self) { try reader.execute("DELETE FROM t") }
  }

  @Test func `a missing file is not made by a reader`() {
    #expect(throws: DatabaseError.self) {
      try Connection(path: folder.file("missing.db"), mode: .readOnly)
    }
  }
}

private func write(_ text: String, to path: String) throws {
  try Data(text.utf8).write(to: URL(fileURLWithPath: path))
}
