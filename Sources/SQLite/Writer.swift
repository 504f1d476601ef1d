import Threads

/// The one writing connection of this process, on a thread of its own, with
/// group commit: writes that wait together share one transaction, and each is
/// answered only after the commit is on disk (`synchronous=FULL`).
///
/// A write that throws is undone alone (its savepoint); the others commit. When SQLite
/// rolled the whole transaction back (disk full), the others of the group run again by themselves.
package final class Writer: Sendable {
  /// What runs inside the transaction, and what is told afterwards.
  private struct Job: Sendable {
    let run: @Sendable (Connection) throws -> Void
    let finish: @Sendable (Result<Void, any Error>) -> Void
  }

  private struct State: Sendable {
    var queue: [Job] = []
    var stopping = false
    var stopped = false
  }

  /// Writes that may share one commit.
  private static let groupLimit = 256

  private let state = Monitor(State())
  private let open: @Sendable () throws -> Connection

  /// `open` is called on the writer's thread at the first write, and again after an error that
  /// leaves the connection unusable.
  package init(open: @escaping @Sendable () throws -> Connection) {
    self.open = open
    _ = Thread.start("fixbook-writer") { [weak self] in
      while let self, self.runGroup() {}
    }
  }

  /// Writes waiting now.
  package var waiting: Int { state.withLock { $0.queue.count } }

  /// Runs `body` in a transaction; `finish` is called once, on the writer's thread, after the
  /// commit or with the error. Never blocks.
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
      })
    let accepted = state.change { state -> Bool in
      if state.stopping { return false }
      state.queue.append(job)
      return true
    }
    if !accepted { job.finish(.failure(WriterStopped())) }
  }

  /// Runs `body` in a transaction and waits for its commit.
  package func perform<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> T
  ) throws -> T {
    let answer = Monitor<Result<T, any Error>?>(nil)
    submit(body) { result in answer.change { $0 = result } }
    return try answer.wait { $0 }.get()
  }

  /// Finishes what waits, then closes the connection.
  package func stop() {
    state.change { $0.stopping = true }
    state.wait { $0.stopped ? () : nil }
  }

  private let connection = ConnectionBox()

  /// False when stopped.
  private func runGroup() -> Bool {
    let jobs: [Job]? = state.wait { state in
      if state.queue.isEmpty { return state.stopping ? .some(nil) : nil }
      let group = Array(state.queue.prefix(Writer.groupLimit))
      state.queue.removeFirst(group.count)
      return group
    }
    guard let jobs else {
      connection.value = nil
      state.change { $0.stopped = true }
      return false
    }
    do {
      let connection = try self.connection.value ?? open()
      self.connection.value = connection
      commit(jobs, connection)
    } catch {
      for job in jobs { job.finish(.failure(error)) }
    }
    return true
  }

  private func commit(_ jobs: [Job], _ connection: Connection) {
    var outcomes: [Result<Void, any Error>] = []
    do {
      try begin(connection)
      for job in jobs { outcomes.append(runAlone(job, connection, shared: jobs.count > 1)) }
      if connection.isAutocommit {
        // SQLite gave the whole transaction up: nothing of it is stored.
        throw outcomes.firstError ?? WriterStopped()
      }
      try connection.execute("COMMIT")
      if connection.emptiesLogAfterCommit {
        // A reader may be in the way for long; then the next commit tries again.
        let isBusy = try? connection.first("PRAGMA wal_checkpoint(TRUNCATE)", { $0.bool(0) })
        connection.emptiesLogAfterCommit = isBusy ?? true
      }
    } catch {
      if !connection.isAutocommit { try? connection.execute("ROLLBACK") }
      if jobs.count == 1 {
        jobs[0].finish(.failure(error))
      } else {
        for job in jobs { commit([job], connection) }
      }
      return
    }
    for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
  }

  private func begin(_ connection: Connection) throws {
    // Another process may hold the lock for long (an import): wait as long as a client would.
    for _ in 0..<5 {
      do {
        return try connection.execute("BEGIN IMMEDIATE")
      } catch {
        guard error.isBusy else { throw error }
      }
    }
    try connection.execute("BEGIN IMMEDIATE")
  }

  private func runAlone(
    _ job: Job, _ connection: Connection, shared: Bool
  ) -> Result<Void, any Error> {
    guard !connection.isAutocommit else { return .failure(WriterStopped()) }
    do {
      try connection.execute("SAVEPOINT one")
      try job.run(connection)
      try connection.execute("RELEASE one")
      return .success(())
    } catch {
      if !connection.isAutocommit {
        try? connection.execute("ROLLBACK TO one")
        try? connection.execute("RELEASE one")
      }
      return .failure(error)
    }
  }
}

/// The program is stopping.
package struct WriterStopped: Error, Sendable { package init() {} }

private final class ResultBox<T>: @unchecked Sendable {
  // @unchecked: written in the transaction and read after it, both on the writer's thread.
  var value: T?
}

private final class ConnectionBox: @unchecked Sendable {
  // @unchecked: only the writer's thread touches it.
  var value: Connection?
}

extension [Result<Void, any Error>] {
  fileprivate var firstError: (any Error)? {
    for case .failure(let error) in self { return error }
    return nil
  }
}
