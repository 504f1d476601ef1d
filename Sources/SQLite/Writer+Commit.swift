import Threads

// Groups of writes and their commits.
extension Writer {
  /// Takes the lock first and the jobs then, so that those that came meanwhile share the commit.
  func commitGroup() {
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
    for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
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
      if state.wanted > 0 {
        let pause = UInt64(limits.unattended) &* 1_000_000
        state.paced = max(state.paced, monotonicNanoseconds()) &+ pause
      }
      state.wanted = state.queue.isEmpty ? .max : 0
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
          if state.queue.isEmpty { state.wanted = .max }
          return (late, state.queue.isEmpty)
        }
        if !late.isEmpty { fail(late, error) }
        if isEmpty { return false }
      }
    }
  }

  /// Writes go to the file at the path, or nowhere: never into one that was removed or replaced.
  private func begin(_ connection: Connection) throws {
    if connection.hasMoved || connection.companions() != .there { throw DatabaseMoved() }
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
    // Into a WAL without a name: on disk all the same once it is moved into the file.
    if connection.companions() != .there, !makeWhole(connection) { throw DatabaseMoved() }
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
      forgetUnflushed(connection, error)
      held.connection = nil
    }
  }

  /// When its flush fails a commit is undone, but it stands in the WAL, and who recovers it after a kill
  /// would take it for done. A WAL that is moved into the file is empty; where the flush fails again it stays.
  private func forgetUnflushed(_ connection: Connection, _ error: any Error) {
    guard (error as? DatabaseError)?.isDiskError == true else { return }
    connection.patience = 0
    _ = try? connection.checkpoint(.truncate)
  }

  /// Moves the WAL into a file that was moved away, or whose WAL was removed: it is whole by itself
  /// then, and a WAL that lies beside another file now, which would take it for its own, is empty.
  /// True when all of it is in the file.
  ///
  /// Where somebody has begun another WAL, the file is theirs: two that move pages would mix them.
  @discardableResult
  func makeWhole(_ connection: Connection) -> Bool {
    guard connection.companions() != .replaced || connection.hasMoved else { return false }
    connection.patience = 250_000_000
    return (try? connection.checkpoint(.truncate)) ?? false
  }

  private func isFault(_ error: any Error) -> Bool {
    error is DatabaseMoved || (error as? DatabaseError)?.isFault == true
  }
}
