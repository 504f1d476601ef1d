import HTTP
import Sockets
import Synchronization

/// What other threads tell an event loop. A token names a connection that may be gone.
enum Message: Sendable {
  /// Take over a connection that another loop accepted.
  case adopt(raw: Int32, peer: Peer, isUnix: Bool)
  /// Take over a connection that another loop has begun to serve.
  case move(Moving)
  /// The application's answer.
  case answered(token: UInt64, @Sendable () -> Answer)
  /// The application has let go of a request without answering it.
  case lost(token: UInt64)
  /// A body sink has consumed what it was given.
  case consumed(token: UInt64)
  /// A body source has given its next piece.
  case pulled(token: UInt64, Pulled)
  case stop(graceful: Bool)
}

/// A connection on its way from one loop's thread to another's.
struct Moving: @unchecked Sendable {
  // Unchecked because the loop that sends it touches it no more.
  let connection: Connection
}

/// What a body source came to.
enum Pulled: Sendable {
  case piece([UInt8])
  case end
  case failed
}

/// The way into an event loop's thread: a queue, and a wake-up only when the
/// loop sleeps, so that a batch of messages costs one system call at most.
final class Mailbox: Sendable {
  private struct Queue: Sendable {
    var messages: [Message] = []
    var isClosed = false
  }

  private let queue = Mutex(Queue())
  private let sleeping = Atomic<Bool>(false)
  private let waker: Waker

  init(_ waker: Waker) { self.waker = waker }

  /// False when the loop has ended: the message is lost.
  @discardableResult
  func post(_ message: Message) -> Bool {
    let posted = queue.withLock { queue in
      if queue.isClosed { return false }
      queue.messages.append(message)
      return true
    }
    if posted, sleeping.exchange(false, ordering: .sequentiallyConsistent) { waker.wake() }
    return posted
  }

  /// Says that the loop is about to sleep; false when it must not, because
  /// there are messages.
  func prepareToSleep() -> Bool {
    sleeping.store(true, ordering: .sequentiallyConsistent)
    return queue.withLock { $0.messages.isEmpty }
  }

  /// All messages, in order. The loop is awake from here on.
  func take() -> [Message] {
    sleeping.store(false, ordering: .sequentiallyConsistent)
    return queue.withLock { queue in
      if queue.messages.isEmpty { return [] }
      let messages = queue.messages
      queue.messages = []
      return messages
    }
  }

  /// Takes no more messages from now on, unless there are some; says whether it is so.
  func closeIfEmpty() -> Bool {
    queue.withLock { queue in
      if queue.messages.isEmpty { queue.isClosed = true }
      return queue.isClosed
    }
  }

  /// The last messages; none is taken any more.
  func close() -> [Message] {
    queue.withLock { $0.isClosed = true }
    return take()
  }
}
