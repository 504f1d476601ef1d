import Synchronization

/// What a server has done since it started, and is doing.
package struct Metrics: Sendable, Equatable {
  package var accepted = 0
  package var activeConnections = 0
  package var requests = 0
  /// Responses by the first digit of their status: 2, 3, 4, 5.
  package var responses: [Int: Int] = [:]
  /// Requests and connections refused by the HTTP layer.
  package var refusals = 0
  package var bytesIn = 0
  package var bytesOut = 0
  /// Jobs waiting for a worker thread, and threads started.
  package var queuedJobs = 0
  package var workers = 0
  /// How often an event loop stopped waiting; an idle server does not.
  package var wakeups = 0
}

/// The counters of one event loop: only its thread writes, anybody reads.
final class Counters: Sendable {
  let accepted = Atomic<Int>(0)
  let active = Atomic<Int>(0)
  /// Connections that other loops have given to this one, and that it has not taken yet: the one number
  /// here that others write.
  let given = Atomic<Int>(0)
  let requests = Atomic<Int>(0)
  let refusals = Atomic<Int>(0)
  let wakeups = Atomic<Int>(0)
  let bytesIn = Atomic<Int>(0)
  let bytesOut = Atomic<Int>(0)
  private let success = Atomic<Int>(0)
  private let redirection = Atomic<Int>(0)
  private let clientError = Atomic<Int>(0)
  private let serverError = Atomic<Int>(0)

  func countResponse(_ code: Int) {
    switch code {
    case ..<300: success.count()
    case ..<400: redirection.count()
    case ..<500: clientError.count()
    default: serverError.count()
    }
  }

  func add(to metrics: inout Metrics) {
    metrics.accepted += accepted.value
    metrics.requests += requests.value
    metrics.refusals += refusals.value
    metrics.wakeups += wakeups.value
    metrics.bytesIn += bytesIn.value
    metrics.bytesOut += bytesOut.value
    metrics.responses[2, default: 0] += success.value
    metrics.responses[3, default: 0] += redirection.value
    metrics.responses[4, default: 0] += clientError.value
    metrics.responses[5, default: 0] += serverError.value
  }
}

extension Atomic where Value == Int {
  var value: Int { load(ordering: .relaxed) }

  /// Adds without a locked instruction: only one thread ever writes.
  @inline(__always)
  func count(_ amount: Int = 1) { store(load(ordering: .relaxed) &+ amount, ordering: .relaxed) }
}
