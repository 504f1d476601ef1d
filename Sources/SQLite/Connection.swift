import CSQLite
import CSystem
import Glibc

/// One connection to a database file, used by one thread at a time.
///
/// Errors are `DatabaseError`. Statements are prepared once per text and kept.
package final class Connection: @unchecked Sendable {
  // @unchecked: pool and writer hand a connection to one thread at a time.

  package enum Mode: Sendable {
    case readWrite
    case readOnly
    /// A file on a read-only mount, where a WAL cannot be made (https://www.sqlite.org/uri.html).
    case immutable
  }

  let handle: OpaquePointer
  private var statements: [String: Statement] = [:]
  private var deadline: UInt64 = 0
  /// Set inside a transaction that deletes what must be gone: the writer then copies the write-ahead
  /// log into the file and empties it, before it answers.
  package var emptiesLogAfterCommit = false
  /// How long a statement waits while another connection holds a lock it needs.
  package var patience: UInt64 = 5_000_000_000
  private var waitingSince: UInt64 = 0
  private lazy var companionPaths = pathsOfCompanions()
  private var knownCompanions: (wal: DatabaseFile.Identity, shm: DatabaseFile.Identity)?
  /// Frames in the WAL after the last commit of this connection.
  package private(set) var walFrames = 0
  /// Called with the text of every statement that runs; for tests.
  package var trace: ((String) -> Void)?

  /// SQLite counts the memory that it takes behind one lock for all connections; nobody asks for the
  /// figure (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html#sqliteconfigmemstatus).
  private static let isConfigured: Void = fixbook_forgo_memory_statistics()

  package init(path: String, mode: Mode) throws(DatabaseError) {
    Connection.isConfigured
    var handle: OpaquePointer?
    let flags: Int32
    var name = path
    switch mode {
    case .readWrite: flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    case .readOnly: flags = SQLITE_OPEN_READONLY
    case .immutable:
      flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
      name = "file:" + percentEncoded(path) + "?immutable=1"
    }
    errno = 0
    let code = sqlite3_open_v2(
      name, &handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle else {
      let systemError = errno
      let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
      sqlite3_close_v2(handle)
      throw DatabaseError(
        extendedCode: code, message: message, sql: "open", systemError: systemError)
    }
    self.handle = handle
    _ = fixbook_harden(handle)
    let context = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_busy_handler(
      handle,
      { context, calls in
        Unmanaged<Connection>.fromOpaque(context!).takeUnretainedValue().waitForLock(calls) ? 1 : 0
      }, context)
    // Replaces the automatic checkpoint, which would come before the answer: `Writer` makes its own.
    sqlite3_wal_hook(
      handle,
      { context, _, _, frames in
        Unmanaged<Connection>.fromOpaque(context!).takeUnretainedValue().walFrames = Int(frames)
        return SQLITE_OK
      }, context)
    try execute("PRAGMA foreign_keys = ON")
    try execute("PRAGMA synchronous = FULL")
    try execute("PRAGMA temp_store = MEMORY")
    try execute("PRAGMA cache_size = -4096")
  }

  deinit {
    // Closing may checkpoint; it must not call back into what is going away.
    sqlite3_busy_handler(handle, nil, nil)
    for statement in statements.values { statement.finalize() }
    sqlite3_close_v2(handle)
  }

  /// Limits every statement that runs inside `body` to that many milliseconds together.
  package func withDeadline<T>(milliseconds: Int, _ body: () throws -> T) rethrows -> T {
    deadline = monotonicNanoseconds() &+ UInt64(milliseconds) &* 1_000_000
    sqlite3_progress_handler(
      handle, 2_000,
      { context in
        let connection = Unmanaged<Connection>.fromOpaque(context!).takeUnretainedValue()
        return monotonicNanoseconds() > connection.deadline ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
    defer { sqlite3_progress_handler(handle, 0, nil, nil) }
    return try body()
  }

  /// Sleeps for as long as a commit takes: SQLite's own handler sleeps up to 100 ms, and
  /// a process that commits all the time would not let another one in.
  private func waitForLock(_ calls: Int32) -> Bool {
    let now = monotonicNanoseconds()
    if calls == 0 { waitingSince = now }
    guard now &- waitingSince < patience else { return false }
    usleep(calls < 20 ? 500 : 2_000)
    return true
  }

  package enum Checkpoint: Sendable {
    /// As far as readers and writers allow, without waiting for them.
    case passive
    /// Waits for readers, so that the next write begins the WAL anew.
    case restart
    /// The same, and empties the WAL's file.
    case truncate
  }

  /// Moves what the WAL holds into the database file (https://www.sqlite.org/wal.html#ckpt).
  /// False when readers or writers were in the way of all of it.
  package func checkpoint(_ mode: Checkpoint) throws(DatabaseError) -> Bool {
    let code =
      switch mode {
      case .passive: SQLITE_CHECKPOINT_PASSIVE
      case .restart: SQLITE_CHECKPOINT_RESTART
      case .truncate: SQLITE_CHECKPOINT_TRUNCATE
      }
    var frames: Int32 = 0
    var done: Int32 = 0
    errno = 0
    let result = sqlite3_wal_checkpoint_v2(handle, nil, code, &frames, &done)
    if result & 0xff == SQLITE_BUSY { return false }
    try check(result, "checkpoint")
    if done == frames { walFrames = 0 }
    return done == frames
  }

  /// Whether the file that is open no longer stands at its path: it was removed, moved or replaced.
  package var hasMoved: Bool {
    var moved: Int32 = 0
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
    return moved != 0
  }

  /// What became of `-wal` and `-shm`, where SQLite keeps what is not in the file yet.
  enum Companions { case there, removed, replaced }

  /// Compares them with what they were when this was asked first, which should be after a commit.
  func companions() -> Companions {
    guard let paths = companionPaths else { return .there }
    let wal = DatabaseFile.identity(paths.wal)
    let shm = DatabaseFile.identity(paths.shm)
    guard let before = knownCompanions else {
      // A database without a WAL has none.
      if let wal, let shm { knownCompanions = (wal, shm) }
      return .there
    }
    if wal == before.wal, shm == before.shm { return .there }
    let isReplaced = wal != nil && wal != before.wal || shm != nil && shm != before.shm
    return isReplaced ? .replaced : .removed
  }

  private func pathsOfCompanions() -> (wal: String, shm: String)? {
    guard let name = sqlite3_db_filename(handle, "main"), let wal = sqlite3_filename_wal(name)
    else { return nil }
    return (String(cString: wal), String(cString: name) + "-shm")
  }

  /// Runs one statement and throws its rows away.
  package func execute(_ sql: SQL) throws(DatabaseError) {
    let statement = try bound(sql)
    defer { statement.reset() }
    while try statement.step(self) {}
  }

  /// Runs a script of several statements without values (migrations).
  package func run(script: String) throws(DatabaseError) {
    trace?(script)
    try check(sqlite3_exec(handle, script, nil, nil, nil), script)
  }

  /// Lets `body` change the text of the schema, which no statement may otherwise
  /// (https://www.sqlite.org/c3ref/c_dbconfig_defensive.html).
  func changingSchema<T>(_ body: () throws -> T) rethrows -> T {
    _ = fixbook_let_schema_change(handle, 1)
    defer { _ = fixbook_let_schema_change(handle, 0) }
    return try body()
  }

  /// All rows, decoded one by one. `decode` must not keep its row.
  package func rows<T>(_ sql: SQL, _ decode: (Row) -> T) throws(DatabaseError) -> [T] {
    let statement = try bound(sql)
    defer { statement.reset() }
    var result: [T] = []
    while try statement.step(self) { result.append(decode(Row(statement: statement.handle))) }
    return result
  }

  /// Calls `body` for each row until it returns false.
  package func each(_ sql: SQL, _ body: (Row) -> Bool) throws(DatabaseError) {
    let statement = try bound(sql)
    defer { statement.reset() }
    while try statement.step(self) {
      if !body(Row(statement: statement.handle)) { return }
    }
  }

  /// The first row, or nil.
  package func first<T>(_ sql: SQL, _ decode: (Row) -> T) throws(DatabaseError) -> T? {
    let statement = try bound(sql)
    defer { statement.reset() }
    return try statement.step(self) ? decode(Row(statement: statement.handle)) : nil
  }

  package func integer(_ sql: SQL) throws(DatabaseError) -> Int {
    try first(sql) { $0.int(0) } ?? 0
  }

  package var lastInsertedID: Int { Int(sqlite3_last_insert_rowid(handle)) }
  package var changes: Int { Int(sqlite3_changes64(handle)) }
  /// False inside a transaction (https://www.sqlite.org/c3ref/get_autocommit.html).
  package var isAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

  /// The plan of a statement, a line a step; for tests that pin plans.
  package func plan(_ sql: SQL) throws(DatabaseError) -> [String] {
    try rows(SQL(trusted: "EXPLAIN QUERY PLAN " + sql.text, values: sql.values)) { $0.text(3) }
  }

  private func bound(_ sql: SQL) throws(DatabaseError) -> Statement {
    trace?(sql.text)
    let statement = try prepared(sql.text)
    try statement.bind(sql.values, self)
    return statement
  }

  private func prepared(_ text: String) throws(DatabaseError) -> Statement {
    if let statement = statements[text], !statement.isBusy { return statement }
    var handle: OpaquePointer?
    try check(
      sqlite3_prepare_v3(
        self.handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil), text)
    guard let handle else {
      throw DatabaseError(extendedCode: SQLITE_MISUSE, message: "empty statement", sql: text)
    }
    let statement = Statement(handle: handle, text: text)
    if statements[text] != nil {
      statement.isTemporary = true
    } else {
      // Texts come from our own code, so their number is bounded; lists of ids make the exception.
      if statements.count >= 400 { forgetStatements() }
      statements[text] = statement
    }
    return statement
  }

  private func forgetStatements() {
    statements = statements.filter { _, statement in
      if !statement.isBusy { statement.finalize() }
      return statement.isBusy
    }
  }

  func check(_ code: Int32, _ sql: String) throws(DatabaseError) {
    guard code != SQLITE_OK else { return }
    throw error(code, sql)
  }

  /// What the last call came to.
  func error(_ code: Int32, _ sql: String) -> DatabaseError {
    // SQLite's own record of it (`sqlite3_system_errno`) passes over commits.
    let systemError = errno
    let extended = sqlite3_extended_errcode(handle)
    let isStorage = [SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_FULL, SQLITE_CORRUPT]
      .contains(code & 0xff)
    return DatabaseError(
      extendedCode: extended & 0xff == code & 0xff ? extended : code,
      message: String(cString: sqlite3_errmsg(handle)), sql: sql,
      systemError: isStorage ? systemError : 0)
  }
}

/// CLOCK_MONOTONIC, which no clock jump moves.
package func monotonicNanoseconds() -> UInt64 {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
}

/// For a path inside an SQLite URI (https://www.sqlite.org/uri.html §3.1).
private func percentEncoded(_ path: String) -> String {
  var result: [UInt8] = []
  for byte in path.utf8 {
    switch byte {
    case 0x25: result += Array("%25".utf8)
    case 0x23: result += Array("%23".utf8)
    case 0x3f: result += Array("%3F".utf8)
    default: result.append(byte)
    }
  }
  return String(decoding: result, as: UTF8.self)
}
