import SQLite
import TestSupport

extension Connection {
  /// A database in WAL mode, as the product uses it.
  static func wal(_ path: String) throws -> Connection {
    let connection = try Connection(path: path, mode: .readWrite)
    _ = try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) }
    return connection
  }

  func integers(_ sql: SQL) throws -> [Int] { try rows(sql) { $0.int(0) } }
  func texts(_ sql: SQL) throws -> [String] { try rows(sql) { $0.text(0) } }
}
