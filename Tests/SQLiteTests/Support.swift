import Foundation
import SQLite

/// A folder of its own that goes with its last reference.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fixbook-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String = "test.db") -> String { path + "/" + name }
}

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
