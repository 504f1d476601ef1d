import Threads

/// The one writing connection of this process, on a thread of its own, with
/// group commit: writes that wait together share one transaction, and each is
/// answered only after the commit is on disk (`synchronous=FULL`).
///
/// A write that throws is undone alone; the others commit. When the commit of a group fails
/// (disk full), each runs again by itself. After the answers the writer keeps the WAL short.
package final class Writer: Sendable {
  /// What the writer waits for, and how much it takes on.
  package struct Limits: Sendable {
    /// How long a write waits while another process holds the file.
    package var patience = 30_000
    /// Writes that may share one commit.
    package var group = 256
    /// Writes that may wait; more are refused.
    package var queue = 8_192
    /// Frames (pages) in the WAL from which it is moved into the file after a commit.
    package var checkpointFrames = 1_000
    /// Frames from which the writer waits for readers, so that the WAL can begin anew.
    package var restartFrames = 8_000
    /// Milliseconds without a write after which the WAL is emptied.
    package var idle = 1_000

    package init() {}
  }

  /// What runs inside the transaction, and what is told afterwards.
  private struct Job: Sendable {
    let run: @Sendable (Connection) throws -> Void
    let finish: @Sendable (Result<Void, any Error>) -> Void
    /// When it has waited long enough for the file's lock (CLOCK_MONOTONIC).
    let due: UInt64
  }

  private struct State: Sendable {
    var queue: [Job] = []
    var stopping = false
    var stopped = false
  }

  private enum Turn { case work, idle, stop }

  private let state = Monitor(State())
  private let answers = Answering()
  private let limits: Limits
  private let open: @Sendable () throws -> Connection
  private let observe: @Sendable (Event) -> Void
  private let held: Held

  /// What became of the file, as the writer met it.
  package enum Event: Sendable {
    /// A commit is on disk.
    case committed
    /// Writes failed for a fault of file or disk.
    case failed(any Error)
    /// The WAL could not be moved into the file; it still holds everything.
    case checkpointFailed(any Error)
  }

  /// `open` is called on the writer's thread at the first write where `first` is nil, and again
  /// after an error that leaves the connection in doubt; `observe` is called there too.
  package init(
    limits: Limits = Limits(), first: Connection? = nil,
    observe: @escaping @Sendable (Event) -> Void = { _ in },
    open: @escaping @Sendable () throws -> Connection
  ) {
    self.limits = limits
    self.observe = observe
    self.open = open
    held = Held(first)
    answers.start()
    _ = Thread.start("fixbook-writer") { [weak self] in
      while let self, self.takeTurn() {}
    }
  }

  /// Writes waiting now.
  package var waiting: Int { state.withLock { $0.queue.count } }

  /// Runs `body` in a transaction; `finish` is called once, on a thread of the writer's, after the
  /// commit or with the error. Never blocks. `body` may run twice; of the first run nothing is kept.
  package func submit<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> T,
    finish: @escaping @Sendable (Result<T, any Error>) -> Void
  ) {
    let box = ResultBox<T>()
    let job = Job(
      run: { box.value = try body($0) },
      finish: { outcome in
        switch outcome {
        case .success: finish(.success(box.value!))
        case .failure(let error): finish(.failure(error))
        }
      }, due: monotonicNanoseconds() &+ UInt64(limits.patience) &* 1_000_000)
    let refusal = state.withLock { state -> (any Error)? in
      if state.stopping { return WriterStopped() }
      if state.queue.count >= limits.queue { return WriterOverloaded() }
      state.queue.append(job)
      return nil
    }
    if let refusal { return job.finish(.failure(refusal)) }
    state.wake()
  }

  /// Runs `body` in a transaction and waits for its commit.
  package func perform<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> T
  ) throws -> T {
    let answer = Monitor<Result<T, any Error>?>(nil)
    submit(body) { result in answer.change { $0 = result } }
    return try answer.wait { $0 }.get()
  }

  /// Finishes what waits, then closes the connection; when it is the last one, SQLite moves the
  /// WAL into the file and removes it.
  package func stop() {
    state.change { $0.stopping = true }
    state.wait { $0.stopped ? () : nil }
    answers.stop()
  }

  /// False when stopped.
  private func takeTurn() -> Bool {
    switch nextTurn() {
    case .work: commitGroup()
    case .idle: emptyWAL()
    case .stop:
      if let connection = held.connection, connection.hasMoved { makeWhole(connection) }
      held.connection = nil
      state.change { $0.stopped = true }
      return false
    }
    return true
  }

  private func nextTurn() -> Turn {
    let take = { (state: inout State) -> Turn? in
      state.queue.isEmpty ? (state.stopping ? .stop : nil) : .work
    }
    guard let pause = held.pause(limits.idle) else { return state.wait(take) }
    return state.wait(milliseconds: pause, take) ?? .idle
  }

  /// Takes the lock first and the jobs then, so that those that came meanwhile share the commit.
  private func commitGroup() {
    let connection: Connection
    do {
      connection = try held.connection ?? open()
      held.connection = connection
      guard try lock(connection) else { return }
    } catch {
      if let connection = held.connection { leave(connection, error) }
      return fail(takeJobs(), error)
    }
    let jobs = takeJobs()
    let outcomes: [Result<Void, any Error>]
    do {
      outcomes = try commit(jobs, connection)
    } catch {
      outcomes = commitSingly(jobs, connection, after: error)
    }
    emptyLog(connection)
    if jobs.count == 1 {
      jobs[0].finish(outcomes[0])
    } else {
      // Making the answers takes about as long as the writes: the next group need not wait for it.
      answers.give { for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) } }
    }
    checkpoint(connection)
  }

  /// After a deletion of what must be gone, before it is answered: copies the write-ahead log into
  /// the file and empties it. A reader may be in the way for long; then the next commit tries again.
  private func emptyLog(_ connection: Connection) {
    guard connection.emptiesLogAfterCommit else { return }
    let isBusy = try? connection.first("PRAGMA wal_checkpoint(TRUNCATE)", { $0.bool(0) })
    connection.emptiesLogAfterCommit = isBusy ?? true
  }

  private func takeJobs() -> [Job] {
    state.withLock { state in
      let group = Array(state.queue.prefix(limits.group))
      state.queue.removeFirst(group.count)
      return group
    }
  }

  private func fail(_ jobs: [Job], _ error: any Error) {
    observe(.failed(error))
    for job in jobs { job.finish(.failure(error)) }
  }

  /// Begins a transaction. False when every waiting write has given up meanwhile; they
  /// do at once when the program stops while another process holds the file.
  private func lock(_ connection: Connection) throws -> Bool {
    while true {
      do {
        try begin(connection)
        return true
      } catch let error as DatabaseError where error.isBusy {
        let now = monotonicNanoseconds()
        let (late, isEmpty) = state.withLock { state in
          let isLate = { (job: Job) in state.stopping || job.due <= now }
          let late = state.queue.filter(isLate)
          state.queue.removeAll(where: isLate)
          return (late, state.queue.isEmpty)
        }
        if !late.isEmpty { fail(late, error) }
        if isEmpty { return false }
      }
    }
  }

  /// Writes go to the file at the path, or nowhere: never into one that was removed or replaced.
  private func begin(_ connection: Connection) throws {
    if connection.hasMoved { throw DatabaseMoved() }
    connection.patience = 250_000_000
    try connection.execute("BEGIN IMMEDIATE")
  }

  /// The same for jobs that are taken already.
  private func begin(_ connection: Connection, for jobs: [Job]) throws {
    let due = jobs.reduce(0) { max($0, $1.due) }
    while true {
      do {
        return try begin(connection)
      } catch let error as DatabaseError where error.isBusy {
        if monotonicNanoseconds() > due { throw error }
      }
    }
  }

  private func end(_ connection: Connection) throws {
    try connection.execute("COMMIT")
    if connection.hasMoved { throw DatabaseMoved() }
    observe(.committed)
  }

  /// One transaction for all, begun already. First without savepoints, which cost copies of pages:
  /// most groups have no write that fails.
  private func commit(
    _ jobs: [Job], _ connection: Connection
  ) throws -> [Result<Void, any Error>] {
    var outcomes: [Result<Void, any Error>] = []
    do {
      for job in jobs { try job.run(connection) }
      outcomes = jobs.map { _ in .success(()) }
    } catch {
      if jobs.count == 1, !isFault(error) {
        try connection.execute("ROLLBACK")
        return [.failure(error)]
      }
      if !connection.isAutocommit { try connection.execute("ROLLBACK") }
      try begin(connection, for: jobs)
      for job in jobs { outcomes.append(try runApart(job, connection)) }
    }
    try end(connection)
    return outcomes
  }

  private func runApart(
    _ job: Job, _ connection: Connection
  ) throws -> Result<Void, any Error> {
    do {
      try connection.execute("SAVEPOINT one")
      try job.run(connection)
      try connection.execute("RELEASE one")
      return .success(())
    } catch {
      // SQLite may have given up the whole transaction (disk full): nothing of it is stored then.
      if connection.isAutocommit { throw error }
      try connection.execute("ROLLBACK TO one")
      try connection.execute("RELEASE one")
      return .failure(error)
    }
  }

  /// What a group could not do together its writes try one by one: perhaps a smaller one fits.
  /// When three in a row fail for the same reason the others are spared the attempt.
  private func commitSingly(
    _ jobs: [Job], _ connection: Connection, after error: any Error
  ) -> [Result<Void, any Error>] {
    var failures = jobs.count == 1 ? 3 : 0
    var last = error
    var outcomes: [Result<Void, any Error>] = []
    undo(connection)
    for job in jobs {
      guard failures < 3, !(last is DatabaseMoved) else {
        outcomes.append(.failure(last))
        continue
      }
      do {
        try begin(connection, for: [job])
        outcomes += try commit([job], connection)
        failures = 0
      } catch {
        undo(connection)
        failures += 1
        last = error
        outcomes.append(.failure(error))
      }
    }
    if failures > 0 {
      observe(.failed(last))
      leave(connection, last)
    }
    return outcomes
  }

  private func undo(_ connection: Connection) {
    if !connection.isAutocommit { try? connection.execute("ROLLBACK") }
  }

  /// After a fault the connection's state is in doubt, so the next write opens another.
  private func leave(_ connection: Connection, _ error: any Error) {
    if error is DatabaseMoved {
      makeWhole(connection)
    } else if let error = error as? DatabaseError, error.isFull || error.isBusy {
      return
    } else {
      held.connection = nil
    }
  }

  /// Moves the WAL into a file that was moved away: it is whole by itself then, and a WAL that
  /// lies beside another file now, which would take it for its own, is empty.
  private func makeWhole(_ connection: Connection) {
    connection.patience = 250_000_000
    _ = try? connection.checkpoint(.truncate)
  }

  private func isFault(_ error: any Error) -> Bool {
    error is DatabaseMoved || (error as? DatabaseError)?.isFault == true
  }
}

// The WAL.
extension Writer {
  /// Readers keep the WAL from beginning anew: it grows while one of them lasts. Once it is long,
  /// the writer lets new readers start on the file alone and waits for the old ones, a moment
  /// at a time.
  private func checkpoint(_ connection: Connection) {
    held.idleTries = 0
    let frames = connection.walFrames
    guard held.connection != nil, frames >= limits.checkpointFrames, !connection.hasMoved else {
      return
    }
    let now = monotonicNanoseconds()
    if frames >= limits.restartFrames, now &- held.lastRestart > 1_000_000_000 {
      held.lastRestart = now
      connection.patience = 100_000_000
      attempt { _ = try connection.checkpoint(.restart) }
    } else if frames >= held.nextCheckpoint {
      held.nextCheckpoint = frames + limits.checkpointFrames
      attempt {
        if try connection.checkpoint(.passive) { held.nextCheckpoint = limits.checkpointFrames }
      }
    }
  }

  /// Nothing was written for a while.
  private func emptyWAL() {
    held.idleTries += 1
    guard let connection = held.connection, !connection.hasMoved else { return }
    connection.patience = 0
    attempt {
      if try connection.checkpoint(.truncate) { held.nextCheckpoint = limits.checkpointFrames }
    }
  }

  /// A checkpoint that fails loses nothing: the WAL still has what it had. It is tried again.
  private func attempt(_ checkpoint: () throws -> Void) {
    do { try checkpoint() } catch { observe(.checkpointFailed(error)) }
  }

  /// What only the writer's thread touches.
  private final class Held: @unchecked Sendable {
    var connection: Connection?
    /// Frames at which the next passive checkpoint is worth while.
    var nextCheckpoint = 0
    var lastRestart: UInt64 = 0
    /// Attempts to empty the WAL since the last write.
    var idleTries = 0

    init(_ connection: Connection?) { self.connection = connection }

    /// Milliseconds to wait for work before the WAL is emptied; nil when it is empty.
    func pause(_ idle: Int) -> Int? {
      guard let connection, connection.walFrames > 0 else { return nil }
      // Less and less often while a reader stays.
      return min(idle << min(idleTries, 6), 60_000)
    }
  }
}

/// A thread that tells what became of a group while the writer goes on with the next.
private final class Answering: Sendable {
  private struct State: Sendable {
    var groups: [@Sendable () -> Void] = []
    var stopping = false
    var stopped = false
  }

  private let state = Monitor(State())

  func start() {
    _ = Thread.start("fixbook-answers") { [state] in
      while true {
        let groups = state.wait { state -> [@Sendable () -> Void]? in
          if state.groups.isEmpty { return state.stopping ? [] : nil }
          defer { state.groups = [] }
          return state.groups
        }
        if groups.isEmpty { break }
        for group in groups { group() }
      }
      state.change { $0.stopped = true }
    }
  }

  func give(_ group: @escaping @Sendable () -> Void) {
    state.withLock { $0.groups.append(group) }
    state.wake()
  }

  /// Returns when everything given has been told.
  func stop() {
    state.change { $0.stopping = true }
    state.wait { $0.stopped ? () : nil }
  }
}

/// The program is stopping.
package struct WriterStopped: Error, Sendable { package init() {} }

/// Too many writes wait already.
package struct WriterOverloaded: Error, Sendable { package init() {} }

/// The file that is open was removed, moved or replaced: nothing is written into it any more.
package struct DatabaseMoved: Error, Sendable { package init() {} }

private final class ResultBox<T>: @unchecked Sendable {
  // @unchecked: written in the transaction and read after it, both on the writer's thread.
  var value: T?
}
