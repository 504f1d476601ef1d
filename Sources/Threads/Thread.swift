import CSystem
import Glibc

/// A named operating-system thread. SQLite and sockets block, which Swift's cooperative pool must
/// not, so Fixbook runs its own. All signals are blocked in it: they are the main thread's.
package struct Thread: Sendable {
  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(_ name: String, _ body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }

  // pthread_t is a plain integer on Linux.
  private let handle: pthread_t

  /// Starts a thread; `name` is cut to the kernel's 15 bytes (pthread_setname_np(3)).
  package init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    let start = Unmanaged.passRetained(Start(String(name.prefix(15)), body))
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    var handle = pthread_t()
    let code = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
        fixbook_name_thread(start.name)
        start.body()
        return nil
      }, start.toOpaque())
    pthread_sigmask(SIG_SETMASK, &before, nil)
    guard code == 0 else {
      start.release()
      throw ThreadError(code: code)
    }
    self.handle = handle
  }

  /// Starts a thread without which the program cannot go on: ends it where there can be none.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) -> Thread {
    do {
      return try Thread(name, body)
    } catch {
      fatalError("pthread_create: \(error.code)")
    }
  }

  /// From now on the calling thread gets a third of the processor that one of the program's other threads
  /// gets when there is not enough for both (nice 5, sched(7); on Linux each thread has its own,
  /// setpriority(2)): what takes long then delays what is quickly done less.
  package static func giveWay() { fixbook_lower_priority(5) }

  /// From now on the calling thread, once woken, need not wait until the others have used up their turns: it
  /// asks for turns of 0.1 ms instead of the usual 3 (the slice of EEVDF, Linux 6.12 and later; sched_setattr(2)).
  /// For threads that do little at a time. It takes no share of the processor from others.
  package static func answerAtOnce() { fixbook_shorten_slice(100_000) }

  /// Waits for the thread's end. Call at most once, and not after `detach`.
  package func join() { pthread_join(handle, nil) }

  /// Nobody will wait for it.
  package func detach() { pthread_detach(handle) }
}

/// A thread could not be started: why, as pthread_create(3) says.
package struct ThreadError: Error, Sendable, Equatable {
  package let code: Int32
}
