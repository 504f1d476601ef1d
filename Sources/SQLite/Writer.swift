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
    /// Milliseconds between commits for the sake of writes alone that nobody waits for, in the long run.
    package var unattended = 20
    /// How many such commits may follow each other at once after a pause.
    package var unattendedBurst = 8

    package init() {}
  }

  /// What runs inside the transaction, and what is told afterwards.
  struct Job: Sendable {
    let run: @Sendable (Connection) throws -> Void
    let finish: @Sendable (Result<Void, any Error>) -> Void
    /// When it has waited long enough for the file's lock (CLOCK_MONOTONIC).
    let due: UInt64
  }

  struct State: Sendable {
    var queue: [Job] = []
    /// When what waits is to be committed (CLOCK_MONOTONIC): at once while somebody waits for it.
    var wanted = UInt64.max
    /// Until when commits for writes that nobody waits for have been used up, one each `Limits.unattended`.
    var paced: UInt64 = 0
    var stopping = false
    var stopped = false
  }

  private enum Turn { case work, idle, stop }

  let state = Monitor(State())
  let limits: Limits
  let open: @Sendable () throws -> Connection
  let observe: @Sendable (Event) -> Void
  let held: Held

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
    _ = Thread.start("fixbook-writer") { [weak self] in
      while let self, self.takeTurn() {}
    }
  }

  /// Writes waiting now.
  package var waiting: Int { state.withLock { $0.queue.count } }

  /// Runs `body` in a transaction; `finish` is called once, on the writer's thread, after the
  /// commit or with the error: the others of its group and the next one wait for it, so it should
  /// only pass on what it got. Never blocks. `body` may run twice; of the first run nothing is kept.
  ///
  /// A write that is not awaited, since nobody was promised that it is on disk, shares the commit of one
  /// that is, or of others like it: for them alone there are `Limits.unattended` milliseconds between commits
  /// while many come. A few are committed at once, so that who looks for them finds them.
  package func submit<T: Sendable>(
    isAwaited: Bool = true, _ body: @escaping @Sendable (Connection) throws -> T,
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
    var isSooner = false
    let refusal = state.withLock { state -> (any Error)? in
      if state.stopping { return WriterStopped() }
      if state.queue.count >= limits.queue { return WriterOverloaded() }
      state.queue.append(job)
      let before = state.wanted
      if isAwaited || state.queue.count >= limits.group {
        state.wanted = 0
      } else {
        let ahead = UInt64(limits.unattended * limits.unattendedBurst) &* 1_000_000
        state.wanted = min(before, state.paced > ahead ? state.paced &- ahead : 1)
      }
      isSooner = state.wanted < before
      return nil
    }
    if let refusal { return job.finish(.failure(refusal)) }
    if isSooner { state.wake() }
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
  }

  /// False when stopped.
  private func takeTurn() -> Bool {
    switch nextTurn() {
    case .work: commitGroup()
    case .idle: emptyWAL()
    case .stop:
      if let connection = held.connection { letGo(connection) }
      held.connection = nil
      state.change { $0.stopped = true }
      return false
    }
    return true
  }

  private func nextTurn() -> Turn {
    let idle = held.pause(limits.idle).map { monotonicNanoseconds() &+ UInt64($0) &* 1_000_000 }
    return state.watch { state in
      if state.queue.isEmpty, state.stopping { return .value(.stop) }
      let now = monotonicNanoseconds()
      if !state.queue.isEmpty, state.stopping || state.wanted <= now { return .value(.work) }
      guard let idle else { return .again(at: state.wanted) }
      return idle <= now ? .value(.idle) : .again(at: min(idle, state.wanted))
    }
  }
}

/// The program is stopping.
package struct WriterStopped: Error, Sendable { package init() {} }

/// Too many writes wait already.
package struct WriterOverloaded: Error, Sendable { package init() {} }

/// The file that is open, or its WAL, was removed, moved or replaced: nothing is written into it any more.
package struct DatabaseMoved: Error, Sendable { package init() {} }

private final class ResultBox<T>: @unchecked Sendable {
  // @unchecked: written in the transaction and read after it, both on the writer's thread.
  var value: T?
}
