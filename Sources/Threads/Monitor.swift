import Glibc

/// A value behind a lock, with waiting for a condition: what `Mutex` of
/// Synchronization lacks. Critical sections are short and never call out.
package final class Monitor<State>: @unchecked Sendable {
  // @unchecked: every access to `state` happens with `mutex` held.
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var state: State

  package init(_ state: sending State) {
    self.state = state
    pthread_mutex_init(mutex, nil)
    // Times to wait are measured on a clock that no jump moves.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  /// Runs `body` alone. It returns whether waiting threads should look again.
  package func withLock<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&state)
  }

  /// Like `withLock`, then wakes every waiting thread.
  package func change<Result>(_ body: (inout State) throws -> Result) rethrows -> Result {
    pthread_mutex_lock(mutex)
    defer {
      pthread_cond_broadcast(condition)
      pthread_mutex_unlock(mutex)
    }
    return try body(&state)
  }

  /// Wakes every waiting thread.
  package func wake() { pthread_cond_broadcast(condition) }

  /// Wakes one of the waiting threads.
  package func wakeOne() { pthread_cond_signal(condition) }

  /// Waits until `take` returns a value, called with the lock held at first and after each change.
  package func wait<Result>(_ take: (inout State) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = take(&state) { return result }
      pthread_cond_wait(condition, mutex)
    }
  }

  /// What a look at the state came to.
  package enum Look<Result> {
    case value(Result)
    /// Nothing yet: looks again after a change, or at that time (nanoseconds of CLOCK_MONOTONIC; `.max`: never).
    case again(at: UInt64)
  }

  /// Like `wait`, where the time may bring a value, too.
  package func watch<Result>(_ look: (inout State) -> Look<Result>) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      switch look(&state) {
      case .value(let result): return result
      case .again(at: .max): pthread_cond_wait(condition, mutex)
      case .again(let time):
        var due = timespec(
          tv_sec: Int(time / 1_000_000_000), tv_nsec: Int(time % 1_000_000_000))
        pthread_cond_timedwait(condition, mutex, &due)
      }
    }
  }

  /// Like `wait`, but gives nil when that many milliseconds have passed.
  package func wait<Result>(
    milliseconds: Int, _ take: (inout State) -> Result?
  ) -> Result? {
    var due = timespec()
    clock_gettime(CLOCK_MONOTONIC, &due)
    let nanoseconds = due.tv_nsec + milliseconds % 1_000 * 1_000_000
    due.tv_sec += milliseconds / 1_000 + nanoseconds / 1_000_000_000
    due.tv_nsec = nanoseconds % 1_000_000_000
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = take(&state) { return result }
      if pthread_cond_timedwait(condition, mutex, &due) == ETIMEDOUT { return take(&state) }
    }
  }
}
