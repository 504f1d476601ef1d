import CSystem
import Threads

/// Threads for work that may block. They start when there is work and no idle
/// thread, up to a limit, and stay.
final class WorkerPool: Sendable {
  typealias Job = @Sendable () -> Void

  private struct State: Sendable {
    var jobs: [Job] = []
    /// Where the queue starts in `jobs`.
    var first = 0
    var idle = 0
    var threads = 0
    var stopping = false

    mutating func takeFirst() -> Job {
      let job = jobs[first]
      first += 1
      // Jobs that ran are let go in batches, which costs O(1) for each.
      if first == jobs.count || first > 1024 {
        jobs.removeSubrange(..<first)
        first = 0
      }
      return job
    }
  }

  private let limit: Int
  private let state = Monitor(State())
  /// Milliseconds without a job after which a thread looks what memory its work has left behind.
  private static let quiet = 1_000
  /// Free memory that malloc may keep for the next job.
  private static let keptMemory = 16 * 1_024 * 1_024

  init(limit: Int) { self.limit = limit }

  /// Jobs waiting, threads started, and those of them that wait for a job.
  var load: (queued: Int, threads: Int, idle: Int) {
    state.withLock { ($0.jobs.count - $0.first, $0.threads, $0.idle) }
  }

  /// Runs a job on a worker thread; they start in the order submitted. False
  /// when the pool has stopped.
  @discardableResult
  func submit(_ job: @escaping Job) -> Bool {
    enum Need { case signal, thread, nothing, refusal }
    let need = state.withLock { state -> Need in
      if state.stopping { return .refusal }
      state.jobs.append(job)
      if state.idle >= state.jobs.count - state.first { return .signal }
      guard state.threads < limit else { return .nothing }
      state.threads += 1
      return .thread
    }
    switch need {
    case .signal: state.wakeOne()
    case .thread: startThread()
    case .nothing: break
    case .refusal: return false
    }
    return true
  }

  /// Lets the threads end once their jobs are done; what is queued is dropped.
  func stop() {
    state.withLock { state in
      state.stopping = true
      state.jobs = []
      state.first = 0
    }
    state.wake()
  }

  private func startThread() {
    do {
      try Thread("fixbook-worker") { [self] in
        Thread.giveWay()
        run()
      }.detach()
    } catch {
      // The job stays queued for the threads there are, or for the next attempt.
      state.withLock { $0.threads -= 1 }
    }
  }

  private func run() {
    while let job = next() { job() }
    state.withLock { $0.threads -= 1 }
  }

  /// The next job, waited for; nil when the pool stops.
  private func next() -> Job? {
    var idle = false
    let take = { (state: inout State) -> Job?? in
      if idle { state.idle -= 1 }
      if state.stopping { return .some(nil) }
      idle = state.first == state.jobs.count
      guard !idle else {
        state.idle += 1
        return nil
      }
      return .some(state.takeFirst())
    }
    if let next = state.wait(milliseconds: WorkerPool.quiet, take) { return next }
    // Long texts are read in many pieces, on several threads: what they took and gave back would stay
    // in the arenas of malloc.
    fixbook_give_memory_back(WorkerPool.keptMemory)
    return state.wait(take)
  }
}
