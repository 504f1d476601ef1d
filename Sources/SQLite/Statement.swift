import CSQLite
import CSystem
import Glibc

/// A prepared statement with the places of its parameters.
final class Statement {
  let handle: OpaquePointer
  let text: String
  var isBusy = false
  /// Prepared because the kept one was in use; finalized when done.
  var isTemporary = false
  /// A value is so long that it should not stay until the next time.
  private var hasLongValue = false
  private let places: [Int32]

  init(handle: OpaquePointer, text: String) {
    self.handle = handle
    self.text = text
    // SQLite takes `$2` as a name and numbers names by first appearance.
    places = (0..<sqlite3_bind_parameter_count(handle)).map {
      sqlite3_bind_parameter_index(handle, "$\($0 + 1)")
    }
  }

  func bind(_ values: [Value], _ connection: Connection) throws(DatabaseError) {
    guard values.count == places.count else {
      throw DatabaseError(
        extendedCode: SQLITE_MISUSE, message: "\(values.count) values for \(places.count)",
        sql: text)
    }
    isBusy = true
    for (place, value) in zip(places, values) {
      let code: Int32
      switch value {
      case .null: code = sqlite3_bind_null(handle, place)
      case .integer(let number): code = sqlite3_bind_int64(handle, place, number)
      case .real(let number): code = sqlite3_bind_double(handle, place, number)
      case .text(var text):
        code = text.withUTF8 { bytes in
          noteLength(bytes.count)
          return bytes.withMemoryRebound(to: CChar.self) {
            fixbook_bind_text(handle, place, $0.baseAddress ?? emptyText, Int64($0.count))
          }
        }
      case .blob(let bytes):
        noteLength(bytes.count)
        code = bytes.withUnsafeBytes {
          fixbook_bind_blob(handle, place, $0.baseAddress, Int64($0.count))
        }
      }
      if code != SQLITE_OK {
        reset()
        try connection.check(code, text)
      }
    }
  }

  private func noteLength(_ bytes: Int) { if bytes > 1_024 { hasLongValue = true } }

  /// True when there is a row.
  func step(_ connection: Connection) throws(DatabaseError) -> Bool {
    errno = 0
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      throw connection.error(code, text)
    }
  }

  func reset() {
    if isTemporary {
      sqlite3_finalize(handle)
      return
    }
    sqlite3_reset(handle)
    // Every value is bound anew each time, and SQLite uses the memory of the one before.
    if hasLongValue {
      sqlite3_clear_bindings(handle)
      hasLongValue = false
    }
    isBusy = false
  }

  func finalize() { sqlite3_finalize(handle) }
}

nonisolated(unsafe) private let emptyText = UnsafePointer<CChar>(strdup("")!)
