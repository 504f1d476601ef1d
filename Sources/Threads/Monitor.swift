import CSystem
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
    pthread_cond_init(condition, nil)
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

  /// Waits until `take` returns a value, called with the lock held at first and after each change.
  package func wait<Result>(_ take: (inout State) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = take(&state) { return result }
      pthread_cond_wait(condition, mutex)
    }
  }
}

/// A named operating-system thread. SQLite and sockets block, which Swift's cooperative
/// pool must not, so Fixbook runs its own.
package struct Thread: Sendable {
  private final class Box {
    let name: String
    let body: @Sendable () -> Void
    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  // pthread_t is a plain integer on Linux.
  private let handle: pthread_t

  /// Starts a thread; `name` has at most 15 bytes (pthread_setname_np(3)).
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Thread {
    var handle = pthread_t()
    let box = Unmanaged.passRetained(Box(name: name, body: body))
    let code = pthread_create(
      &handle, nil,
      { argument in
        let box = Unmanaged<Box>.fromOpaque(argument!).takeRetainedValue()
        fixbook_name_thread(box.name)
        box.body()
        return nil
      }, box.toOpaque())
    precondition(code == 0, "pthread_create: \(code)")
    return Thread(handle: handle)
  }

  /// Waits for the thread's end. Call at most once.
  package func join() {
    pthread_join(handle, nil)
  }
}
