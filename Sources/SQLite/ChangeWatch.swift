import CSystem
import Glibc
import Synchronization

/// Tells whether anything was committed to a WAL database, by whatever connection or process, for
/// the price of reading 48 bytes.
///
/// Those bytes are the header of the WAL-index (https://www.sqlite.org/walformat.html §2.1): a
/// counter of transactions, the number of frames, the log's salts and the checksum of its last
/// frame. SQLite compares the same bytes to know whether its own page cache still holds. A commit
/// has changed them before it is acknowledged, so who finds the stamp unchanged has missed nothing.
package final class ChangeWatch: Sendable {
  package struct Stamp: Sendable, Equatable {
    fileprivate var words: (UInt64, UInt64, UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0, 0, 0)

    package static func == (left: Stamp, right: Stamp) -> Bool { left.words == right.words }
  }

  /// Keeps the mapping, and by its shared lock the file it maps, for as long as it is open.
  private let connection: Mutex<Connection?>
  private let header: Atomic<UInt>
  private let path: String
  /// Device and inode of the file that is watched.
  private let file: (UInt, UInt)

  /// Nil when the database has no WAL-index in shared memory.
  package init?(path: String) {
    guard let connection = try? Connection(path: path, mode: .readOnly),
      (try? connection.integer("SELECT count(*) FROM sqlite_schema")) != nil,
      (try? connection.first("PRAGMA journal_mode", { $0.text(0) })) == "wal",
      let header = fixbook_wal_header(connection.handle)
    else { return nil }
    guard let file = ChangeWatch.identity(path) else { return nil }
    // Who asks for a stamp would rather do without than wait.
    connection.patience = 0
    self.path = path
    self.file = file
    self.connection = Mutex(connection)
    self.header = Atomic(UInt(bitPattern: header))
  }

  /// nil when there is no such file.
  private static func identity(_ path: String) -> (UInt, UInt)? {
    var info = stat()
    return stat(path, &info) == 0 ? (UInt(info.st_dev), UInt(info.st_ino)) : nil
  }

  /// The state of the database now; nil while a commit is being published, and when another file
  /// stands at the path or none.
  package var stamp: Stamp? {
    guard let now = ChangeWatch.identity(path), now == file else { return nil }
    guard let header = UnsafePointer<UInt64>(bitPattern: header.load(ordering: .acquiring)) else {
      return nil
    }
    var raw = fixbook_wal_stamp()
    guard fixbook_wal_read(header, &raw) != 0 else { return nil }
    return Stamp(words: (raw.a, raw.b, raw.c, raw.d, raw.e, raw.f))
  }

  /// Reads through the connection that is watched with; nil when it is closed. One at a time.
  package func read<T: Sendable>(
    _ body: @Sendable (Connection) throws -> T?
  ) rethrows -> T? {
    try connection.withLock { connection in try connection.flatMap(body) }
  }

  /// Lets go of the database. Nobody may be asking for a stamp meanwhile.
  package func close() {
    header.store(0, ordering: .releasing)
    connection.withLock { $0 = nil }
  }
}
