import CAssets
import Glibc
import SQLite
import Synchronization

/// The knowledge base in one SQLite file: many readers, one writer.
///
/// Every SQL statement of the product is in this module, one file per noun, as methods of
/// `Reading` (what a viewer may see) and `Writing` (inside a transaction).
package final class Store: Sendable {
  package let path: String
  /// Nil where the file can't be watched (read-only, no WAL): then nothing may be kept of it.
  package let content: ContentWatch?
  package let pending = PendingDiagnoses()
  package let faults = FaultWatch()
  private let issues = IssueMemo()
  private let index = IndexMemo()
  private let outbox = OutboxBell()
  /// The path without symbolic links.
  private let file: String
  private let identity: DatabaseFile.Identity?
  private let access: Mutex<Access>

  /// How the file is open now.
  private struct Access: Sendable {
    var mode: Connection.Mode
    /// Set when the file can't be written: why, for the message.
    var reason: String?
    var readers: ReaderPool
    var writer: Writer?
    /// When it was last tried to write a file that could not be written.
    var triedAt: UInt64
  }

  /// Opens or creates the file and brings its schema up to date.
  ///
  /// A new file is readable by its owner alone. A file or mount that can't be written is opened for
  /// reading only. Throws `DatabaseError`, `SchemaError` or `StoreUnavailable`.
  package init(path: String, create: Bool = true) throws {
    self.path = path
    if let obstacle = DatabaseFile.obstacle(path, create: create) {
      throw StoreUnavailable(reason: obstacle)
    }
    if create { DatabaseFile.create(path) }
    let path = DatabaseFile.resolved(path)
    if DatabaseFile.isOpenWithAnotherWAL(path) {
      throw StoreUnavailable(
        reason:
          "another program has this file open without the -wal and -shm beside it here: under "
          + "another name (a hard link, a bind mount of the file alone), or they were removed. Each "
          + "would lose what the other writes: open it under that name, or stop that program first")
    }
    file = path
    identity = DatabaseFile.identity(path)
    do {
      let connection = try Store.openForWriting(path)
      access = Mutex(Store.writable(path, connection, identity, faults, pending))
    } catch {
      let reason = try Store.whyReadOnly(error)
      let (connection, mode) = try Store.openForReading(path, since: reason)
      access = Mutex(
        Access(
          mode: mode, reason: reason,
          readers: Store.readers(path, mode, identity, first: connection), writer: nil,
          triedAt: monotonicNanoseconds()))
    }
    content = access.withLock { $0.mode } == .readWrite ? ContentWatch(path: path) : nil
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

  /// What to tell when a file can't be written but perhaps read; throws what is worse than that.
  private static func whyReadOnly(_ error: any Error) throws -> String {
    switch error {
    case let error as StoreReadOnly: return error.reason
    case let error as DatabaseError where error.isFull: return "the disk is full"
    case let error as DatabaseError where error.isReadOnly: return error.message
    default: throw error
    }
  }

  /// A connection to a file of the newest schema. Throws `StoreReadOnly` where it or its
  /// folder can't be written: WAL needs files beside it.
  private static func openForWriting(_ path: String) throws -> Connection {
    let folder = DatabaseFile.folder(of: path)
    for place in [path, folder] where Glibc.access(place, W_OK) != 0 {
      throw StoreReadOnly(reason: "\(place) can't be written")
    }
    let connection = try Connection(path: path, mode: .readWrite)
    let migrator = Migrator(Store.migrations)
    _ = try migrator.inspect(connection)
    guard try useWAL(connection) else {
      throw StoreReadOnly(reason: "\(path) can't be brought into WAL mode")
    }
    // A WAL that a long reader made long shrinks to this when it begins anew.
    try connection.execute("PRAGMA journal_size_limit = 16777216")
    try migrator.migrate(connection)
    return connection
  }

  private static func openForReading(
    _ path: String, since reason: String
  ) throws -> (Connection, Connection.Mode) {
    let migrator = Migrator(Store.migrations)
    let mode = try readableMode(path)
    let connection = try Connection(path: path, mode: mode)
    guard try migrator.inspect(connection) == migrator.newest else {
      throw StoreUnavailable(
        reason: "its schema must be brought up to date, but it can't be written: \(reason)")
    }
    return (connection, mode)
  }

  /// A WAL database on a read-only mount opens only as immutable, which passes over a WAL: only
  /// where there is none that holds anything.
  static func readableMode(_ path: String) throws -> Connection.Mode {
    do {
      let connection = try Connection(path: path, mode: .readOnly)
      _ = try connection.integer("SELECT count(*) FROM sqlite_schema")
      return .readOnly
    } catch {
      guard error.isReadOnly || error.isFull || error.isDiskError else { throw error }
      guard DatabaseFile.size(path + "-wal") == 0 else {
        throw StoreUnavailable(
          reason: "the last writes are in \(path)-wal, which can't be read until the folder can be "
            + "written: open it once where it can")
      }
      return .immutable
    }
  }

  private static func readers(
    _ path: String, _ mode: Connection.Mode, _ identity: DatabaseFile.Identity?,
    first: Connection? = nil
  ) -> ReaderPool {
    // No memory map: a file that somebody cuts short would end the program by a signal.
    ReaderPool(first: first) { try open(path, mode, only: identity) }
  }

  /// Opens the file that was opened first, never another one of its name.
  private static func open(
    _ path: String, _ mode: Connection.Mode, only identity: DatabaseFile.Identity?
  ) throws -> Connection {
    guard DatabaseFile.identity(path) == identity else { throw DatabaseMoved() }
    let connection = try Connection(path: path, mode: mode)
    guard DatabaseFile.identity(path) == identity else { throw DatabaseMoved() }
    return connection
  }

  private static func writable(
    _ path: String, _ connection: Connection, _ identity: DatabaseFile.Identity?,
    _ faults: FaultWatch, _ pending: PendingDiagnoses
  ) -> Access {
    let writer = Writer(first: connection) { event in
      switch event {
      case .committed: if faults.clear() { pending.recovered() }
      case .failed(let error): faults.note(error, inWrite: true)
      case .checkpointFailed(let error): faults.noteCheckpoint(error)
      }
    } open: {
      let connection = try open(path, .readWrite, only: identity)
      try connection.execute("PRAGMA journal_size_limit = 16777216")
      return connection
    }
    return Access(
      mode: .readWrite, reason: nil, readers: readers(path, .readOnly, identity), writer: writer,
      triedAt: 0)
  }

  /// Why the file can't be written; nil when it can.
  package var readOnlyReason: String? { access.withLock { $0.reason } }

  private var readers: ReaderPool { access.withLock { $0.readers } }

  /// The writer; a file that could not be written is tried again, every few seconds at most.
  private func writer() throws -> Writer {
    if faults.current == .damaged { throw StoreDamaged() }
    return try access.withLock { access in
      if let writer = access.writer { return writer }
      let reason = access.reason ?? ""
      guard monotonicNanoseconds() &- access.triedAt > 2_000_000_000,
        DatabaseFile.identity(file) == identity
      else { throw StoreReadOnly(reason: reason) }
      access.triedAt = monotonicNanoseconds()
      guard let connection = try? Store.openForWriting(file) else {
        throw StoreReadOnly(reason: reason)
      }
      access.readers.close()
      access = Store.writable(file, connection, identity, faults, pending)
      return access.writer!
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
    do {
      return try readers.snapshot { connection in
        try connection.withDeadline(milliseconds: milliseconds) {
          try body(
            Reading(
              connection: connection, viewer: viewer, kept: issues, keptIndex: index))
        }
      }
    } catch let error as DatabaseError {
      faults.note(error, inWrite: false)
      throw error
    }
  }

  /// Runs `body` in a transaction; `finish` is called once the commit is on disk. Never blocks.
  /// A write that is not awaited may share a later commit (`Writer.submit`).
  package func submit<T: Sendable>(
    as author: Author, isAwaited: Bool = true,
    _ body: @escaping @Sendable (Writing) throws -> T,
    finish: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    let told = Told()
    let answer: @Sendable (Result<T, any Error>) -> Void = { [outbox] result in
      if told.isSet { outbox.ring() }
      finish(result)
    }
    do {
      try writer().submit(
        isAwaited: isAwaited, { try Writing.run($0, author, told, body) }, finish: answer)
    } catch {
      finish(.failure(error))
    }
  }

  /// Runs `body` in a transaction and waits until it is on disk.
  package func write<T: Sendable>(
    as author: Author, _ body: @escaping @Sendable (Writing) throws -> T
  ) throws -> T {
    let told = Told()
    defer { if told.isSet { outbox.ring() } }
    return try writer().perform { try Writing.run($0, author, told, body) }
  }

  /// Calls `body` after each commit of this process that put something into the outbox.
  package func whenTold(_ body: @escaping @Sendable () -> Void) { outbox.set(body) }

  /// Writes waiting for the writer.
  package var waitingWrites: Int { access.withLock { $0.writer }?.waiting ?? 0 }

  /// How the file is open, for a connection of one's own.
  var mode: Connection.Mode { access.withLock { $0.mode } }

  /// Finishes waiting writes and closes the file. The writer goes last: the last connection
  /// moves the WAL into the file and removes it, which one that only reads can't.
  package func close() {
    let (readers, writer) = access.withLock { ($0.readers, $0.writer) }
    content?.close()
    readers.close()
    writer?.stop()
  }
}

/// The file can't be written: why.
package struct StoreReadOnly: Error, Sendable {
  package let reason: String
}

/// The path can't be opened as a knowledge base: why.
package struct StoreUnavailable: Error, Sendable {
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
  /// Who that is, for the audit log: "account:3", "token:5"; names may be alike.
  package var identity: String

  package init(viewer: Viewer, name: String, identity: String = "") {
    self.viewer = viewer
    self.name = name
    self.identity = identity
  }

  package static let system = Author(viewer: .system, name: "fixbook")
  package static let importer = Author(viewer: .system, name: "import")
}

/// A snapshot of the base as one viewer may see it.
package struct Reading {
  let connection: Connection
  package let viewer: Viewer
  /// Nil inside a transaction that writes.
  var kept: IssueMemo?
  var keptIndex: IndexMemo?

  /// A condition on a column that holds a guide's id.
  func visible(_ column: StaticString) -> SQL {
    let column = SQL(trusted: "\(column)")
    switch viewer {
    case .system: return "1"
    case .anyone:
      // Looked up for each row: `IN` would first make a list of all the guides.
      return """
        EXISTS (SELECT 1 FROM guide seen WHERE seen.id = \(column) AND seen.audience = 'anyone')
        """
    case .member(let account):
      return """
        EXISTS (SELECT 1 FROM guide seen WHERE seen.id = \(column) AND (seen.audience <> 'named'
          OR EXISTS (SELECT 1 FROM guide_reader reader
            WHERE reader.guide_id = seen.id AND reader.account_id = \(account))
          OR EXISTS (SELECT 1 FROM account asker JOIN guide_role granted ON granted.role = asker.role
            WHERE asker.id = \(account) AND granted.guide_id = seen.id)))
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

/// Whether a transaction put something into the outbox.
final class Told: @unchecked Sendable {
  // @unchecked: written in the transaction and read after it.
  var isSet = false
}

/// Who wants to know that something is in the outbox.
private final class OutboxBell: Sendable {
  private let listener = Mutex<(@Sendable () -> Void)?>(nil)

  func set(_ body: @escaping @Sendable () -> Void) { listener.withLock { $0 = body } }
  func ring() { listener.withLock { $0 }?() }
}

/// Inside a transaction.
package struct Writing {
  let connection: Connection
  package let author: Author
  package let now: Time
  let terms: TermChanges
  let told: Told
  let takenSlugs = TakenSlugs()

  /// What the author may see, inside the transaction.
  package var reading: Reading { Reading(connection: connection, viewer: author.viewer) }

  static func run<T>(
    _ connection: Connection, _ author: Author, _ told: Told, _ body: (Writing) throws -> T
  ) throws -> T {
    let writing = Writing(
      connection: connection, author: author, now: .now(), terms: TermChanges(), told: told)
    let result = try body(writing)
    try writing.flushTerms()
    return result
  }
}
