import SQLite
import Testing

struct SQLTests {
  @Test(arguments: [
    "'; DROP TABLE t; --", "\"", "$1", "?", ":name", "@x", "\0", "a\0b", "%", "\u{1F600}", "",
  ])
  func `an interpolated value never becomes text of the statement`(value: String) throws {
    let statement: SQL = "SELECT \(value)"
    #expect(statement.text == "SELECT $1")
    #expect(statement.values == [.text(value)])
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    #expect(try connection.texts(statement) == [value])
  }

  @Test func `each kind of value comes back as it went in`() throws {
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    let none: String? = nil
    let some: Int? = 4
    let blob: [UInt8] = [0, 255, 7]
    let empty: [UInt8] = []
    let sql: SQL = """
      SELECT \(Int.min), \(true), \(1.5), \("x"), \(blob), \(none), \(some), \(empty), \(Int64.max)
      """
    let row = try connection.first(sql) { row in
      #expect(row.int(0) == .min)
      #expect(row.bool(1))
      #expect(row.double(2) == 1.5)
      #expect(row.text(3) == "x")
      #expect(row.blob(4) == blob)
      #expect(row.withBlob(4) { $0.count } == 3)
      #expect(row.optionalText(5) == nil)
      #expect(row.text(5) == "")
      #expect(row.optionalInt(6) == 4)
      // An empty blob is no NULL.
      #expect(!row.isNull(7))
      #expect(row.blob(7).isEmpty)
      #expect(row.int(8) == .max)
      #expect(row.optionalDouble(5) == nil)
      return true
    }
    #expect(row == true)
  }

  @Test func `the parameters of a part are numbered anew`() {
    let inner: SQL = "b = \("two") AND c = \(3)"
    let middle: SQL = "(\(inner)) OR d = \(4)"
    let whole: SQL = "SELECT * FROM t WHERE a = \(1) AND \(middle) AND e = \(5)"
    #expect(
      whole.text == "SELECT * FROM t WHERE a = $1 AND (b = $2 AND c = $3) OR d = $4 AND e = $5")
    #expect(whole.values == [.integer(1), .text("two"), .integer(3), .integer(4), .integer(5)])
  }

  @Test func `more than nine parameters keep their numbers`() throws {
    var sum: SQL = "0"
    for number in 1...23 { sum = sum + " + \(number)" }
    let all: SQL = "SELECT \(1_000) + \(sum)"
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    #expect(try connection.integer(all) == 1_000 + 23 * 12)
  }

  @Test func `joined parts keep the order of their values`() throws {
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    let left: SQL = "SELECT \("a") || \("b")"
    let both = left + " || \("c")" + SQL(trusted: " || 'd' || ") + "\("e")"
    #expect(try connection.texts(both) == ["abcde"])
  }

  @Test func `a dollar sign that is no parameter stays in a part`() throws {
    let path: SQL = "json_extract(\("{\"a\":{\"b\":7}}"), '$.a.b')"
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    #expect(try connection.integer("SELECT \(1) + \(path)") == 8)
  }

  @Test func `a parameter used twice is bound once, in any order of appearance`() throws {
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    let sql = SQL(
      trusted: "SELECT $2 || $1 || $2 || $3", values: [.text("a"), .text("b"), .text("c")])
    #expect(try connection.texts(sql) == ["babc"])
  }

  @Test func `too few or too many values are an error`() throws {
    let connection = try Connection(path: ":memory:", mode: .readWrite)
    #expect(throws: DatabaseError.self) { try connection.execute(SQL(trusted: "SELECT $1")) }
    #expect(throws: DatabaseError.self) {
      try connection.execute(SQL(trusted: "SELECT 1", values: [.null]))
    }
    #expect(try connection.integer("SELECT \(5)") == 5)
  }
}
