import CAssets
import Glibc
import SQLite

/// The knowledge base in one SQLite file: many readers, one writer.
///
/// Every SQL statement of the product is in this module, one file per noun, as methods of
/// `Reading` (what a viewer may see) and `Writing` (inside a transaction).
package final class Store: Sendable {
  package let path: String
  /// Set when the file can't be written: why, for the message.
  package let readOnlyReason: String?
  private let readers: ReaderPool
  private let writer: Writer?
  package let pending = PendingDiagnoses()

  /// Opens or creates the file and brings its schema up to date.
  ///
  /// A file or mount that can't be written is opened for reading only. Throws `DatabaseError`
  /// or `SchemaError`.
  package init(path: String, create: Bool = true) throws {
    self.path = path
    let migrator = Migrator(Store.migrations)
    var mode = Connection.Mode.readWrite
    var reason: String?
    if access(path, F_OK) == 0 {
      if access(path, W_OK) != 0 || access(directory(of: path), W_OK) != 0 {
        mode = .readOnly
        reason = "\(path) or its folder can't be written"
      }
    } else if !create {
      throw DatabaseError(extendedCode: 14, message: "no such file: \(path)", sql: "open")
    }
    if mode == .readWrite {
      let connection = try Connection(path: path, mode: .readWrite)
      do {
        _ = try migrator.inspect(connection)
        if try !Store.useWAL(connection) { mode = .readOnly }
        try migrator.migrate(connection)
      } catch let error as DatabaseError {
        guard error.isReadOnly else { throw error }
        mode = .readOnly
        reason = error.message
      }
    }
    if mode == .readOnly {
      mode = try Store.readableMode(path)
      reason = reason ?? "\(path) can't be written"
      let connection = try Connection(path: path, mode: mode)
      guard try migrator.inspect(connection) == migrator.newest else {
        throw DatabaseError(
          extendedCode: 8,
          message: "the schema must be brought up to date, but the file can't be written",
          sql: "migrate")
      }
    }
    readOnlyReason = reason
    let readMode: Connection.Mode = mode == .immutable ? .immutable : .readOnly
    readers = ReaderPool {
      let connection = try Connection(path: path, mode: readMode)
      try connection.execute("PRAGMA mmap_size = 268435456")
      return connection
    }
    writer = mode == .readWrite ? Writer { try Connection(path: path, mode: .readWrite) } : nil
  }

  /// Turns WAL on. SQLite does not wait for others there, who may be opening the new file, too.
  private static func useWAL(_ connection: Connection) throws -> Bool {
    for _ in 0..<500 {
      do {
        return try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) } == "wal"
      } catch {
        guard error.isBusy else { throw error }
        usleep(10_000)
      }
    }
    return try connection.first("PRAGMA journal_mode = WAL") { $0.text(0) } == "wal"
  }

  /// A WAL database on a read-only mount opens only as immutable.
  private static func readableMode(_ path: String) throws -> Connection.Mode {
    do {
      let connection = try Connection(path: path, mode: .readOnly)
      _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
      return .readOnly
    } catch {
      guard error.isReadOnly else { throw error }
      return .immutable
    }
  }

  static var migrations: [Migration] {
    (0..<fixbook_asset_count()).compactMap { index in
      let asset = fixbook_asset_at(index)!.pointee
      let path = String(cString: asset.path)
      guard path.hasPrefix("migrations/"), let number = Int(path.dropFirst(11).prefix(4)) else {
        return nil
      }
      let sql = String(
        decoding: UnsafeBufferPointer(start: asset.bytes, count: asset.length), as: UTF8.self)
      return Migration(number: number, name: path, sql: sql)
    }
  }

  /// Reads of one moment, limited to what `viewer` may see.
  package func read<T>(
    as viewer: Viewer, deadline milliseconds: Int = 5_000, _ body: (Reading) throws -> T
  ) throws -> T {
    try readers.snapshot { connection in
      try connection.withDeadline(milliseconds: milliseconds) {
        try body(Reading(connection: connection, viewer: viewer))
      }
    }
  }

  /// Runs `body` in a transaction; `finish` is called once the commit is on disk. Never blocks.
  package func submit<T: Sendable>(
    as author: Author, _ body: @escaping @Sendable (Writing) throws -> T,
    finish: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    guard let writer else {
      finish(.failure(StoreReadOnly(reason: readOnlyReason ?? "")))
      return
    }
    writer.submit({ try Writing.run($0, author, body) }, finish: finish)
  }

  /// Runs `body` in a transaction and waits until it is on disk.
  package func write<T: Sendable>(
    as author: Author, _ body: @escaping @Sendable (Writing) throws -> T
  ) throws -> T {
    guard let writer else { throw StoreReadOnly(reason: readOnlyReason ?? "") }
    return try writer.perform { try Writing.run($0, author, body) }
  }

  /// Writes waiting for the writer.
  package var waitingWrites: Int { writer?.waiting ?? 0 }

  /// Finishes waiting writes and closes the file.
  package func close() {
    // The last connection copies the write-ahead log into the file, which a reading one can't.
    readers.close()
    writer?.stop()
  }
}

/// The file can't be written: why.
package struct StoreReadOnly: Error, Sendable {
  package let reason: String
}

/// Who asks, and so what they may see.
package enum Viewer: Sendable, Hashable {
  case anyone
  case member(account: Int)
  /// The program itself, on the machine that holds the file.
  case system
}

/// Who writes, as it stands in history.
package struct Author: Sendable, Hashable {
  package var viewer: Viewer
  /// Name shown in history: an account's or token's name, or "import".
  package var name: String

  package init(viewer: Viewer, name: String) {
    self.viewer = viewer
    self.name = name
  }

  package static let system = Author(viewer: .system, name: "fixbook")
  package static let importer = Author(viewer: .system, name: "import")
}

/// A snapshot of the base as one viewer may see it.
package struct Reading {
  let connection: Connection
  package let viewer: Viewer

  /// A condition on a column that holds a guide's id.
  func visible(_ column: StaticString) -> SQL {
    let column = SQL(trusted: "\(column)")
    switch viewer {
    case .system: return "1"
    case .anyone:
      return "\(column) IN (SELECT id FROM guide WHERE audience = 'anyone')"
    case .member(let account):
      return """
        \(column) IN (SELECT id FROM guide WHERE audience <> 'named'
          OR id IN (SELECT guide_id FROM guide_reader WHERE account_id = \(account)))
        """
    }
  }

  /// A condition: the issue of that id may be seen.
  func mayBeSeen(issue id: Int) -> SQL {
    if viewer == .system { return "1" }
    return "EXISTS (SELECT 1 FROM issue v WHERE v.id = \(id) AND \(visible("v.guide_id")))"
  }

  /// Whether there is a guide that the viewer may not see: most bases have none, and searches need
  /// not look at every posting then.
  func hidesGuides() throws -> Bool {
    if viewer == .system { return false }
    return try connection.first(
      "SELECT 1 FROM guide WHERE NOT (\(visible("guide.id"))) LIMIT 1", { _ in true }) ?? false
  }
}

/// Inside a transaction.
package struct Writing {
  let connection: Connection
  package let author: Author
  package let now: Time
  let terms: TermChanges

  /// What the author may see, inside the transaction.
  package var reading: Reading { Reading(connection: connection, viewer: author.viewer) }

  static func run<T>(
    _ connection: Connection, _ author: Author, _ body: (Writing) throws -> T
  ) throws -> T {
    let writing = Writing(
      connection: connection, author: author, now: .now(), terms: TermChanges())
    let result = try body(writing)
    try writing.flushTerms()
    return result
  }
}

private func directory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
