import CSystem
import Glibc
package import HTTP
package import Sockets
import Synchronization
import Threads

/// An HTTP/1.1 server: moves bytes between sockets and an application.
///
/// Each event loop is a thread with its own connections, which it alone
/// touches. Listeners are shared by the loops; a loop that has more connections
/// than another gives a new one away. What may block runs on worker threads. One
/// more loop, which gives way to the others like a worker, has the connections on
/// which long bodies come, so that no page waits behind the copying of them.
package final class Server: Sendable {
  private let shared: Shared
  private let loops: [EventLoop]
  private let uploads: EventLoop

  /// Prepares a server; nothing is accepted before `run()`. Ignores SIGPIPE, raises this process's limit of
  /// descriptors as far as it may, and lets malloc keep little of what is freed.
  package init(
    application: any Application, listeners: [Listener],
    configuration: Configuration = Configuration()
  ) throws(SystemError) {
    signal(SIGPIPE, SIG_IGN)
    fixbook_keep_little_memory()
    shared = Shared(application, listeners, configuration)
    let count = configuration.loops > 0 ? configuration.loops : Int(fixbook_processors())
    var loops: [EventLoop] = []
    for _ in 0..<count { loops.append(try EventLoop(shared, listens: true)) }
    uploads = try EventLoop(shared, listens: false)
    for loop in loops {
      loop.siblings = loops.map(\.entrance)
      loop.uploads = uploads.entrance
    }
    self.loops = loops
  }

  /// Serves until `stop` is called; call it once. Returns when every connection is closed.
  package func run() throws(SystemError) {
    var threads: [Thread] = []
    do {
      for loop in loops {
        let thread = try Thread("fixbook-loop") {
          Thread.answerAtOnce()
          loop.run()
        }
        threads.append(thread)
      }
      let thread = try Thread("fixbook-uploads") { [uploads] in
        Thread.giveWay()
        uploads.run()
      }
      threads.append(thread)
    } catch {
      stop(graceful: false)
      for thread in threads { thread.join() }
      throw SystemError("pthread_create", error.code)
    }
    for thread in threads { thread.join() }
    shared.pool.stop()
  }

  /// Ends `run()`, from any thread. Connections that wait for a request, or for
  /// the rest of one, are closed at once; with `graceful` running handlers and
  /// unsent responses get `deadlines.stop`.
  package func stop(graceful: Bool = true) {
    for loop in loops + [uploads] { loop.entrance.mailbox.post(.stop(graceful: graceful)) }
  }

  package var metrics: Metrics {
    var metrics = Metrics()
    for loop in loops + [uploads] { loop.entrance.counters.add(to: &metrics) }
    // Not the sum of the loops' numbers: one that moves between two of them might not be in it.
    metrics.activeConnections = shared.connections.load(ordering: .relaxed)
    let load = shared.pool.load
    metrics.queuedJobs = load.queued
    metrics.workers = load.threads
    return metrics
  }
}

/// What the loops of a server have in common.
final class Shared: Sendable {
  let application: any Application
  let listeners: [Listener]
  let configuration: Configuration
  let pool: WorkerPool
  /// Connections served at a time, and those refused beside them.
  let maximumConnections: Int
  let refusalSlots: Int
  /// Open connections of all loops.
  let connections = Atomic<Int>(0)

  init(_ application: any Application, _ listeners: [Listener], _ configuration: Configuration) {
    self.application = application
    self.listeners = listeners
    self.configuration = configuration
    let workers = configuration.workers
    pool = WorkerPool(limit: workers > 0 ? workers : max(4, 2 * Int(fixbook_processors())))
    let descriptors = raiseDescriptorLimit()
    // A quarter, at least 48 and at most 256, is for files and the database.
    let reserved = min(256, max(48, descriptors / 4))
    maximumConnections = configuration.maximumConnections ?? max(8, descriptors - reserved)
    refusalSlots = min(64, max(8, reserved / 4))
  }
}

/// Raises the soft limit of descriptors to the hard one and returns it, at most 2^17.
private func raiseDescriptorLimit() -> Int {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 1024 }
  if limit.rlim_cur < limit.rlim_max {
    var raised = limit
    raised.rlim_cur = limit.rlim_max
    if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0 { limit = raised }
  }
  return Int(min(limit.rlim_cur, 1 << 17))
}
