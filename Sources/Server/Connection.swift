import HTTP
import Sockets

/// One client's connection. Belongs to its loop's thread, which is another one while a long body is read.
///
/// Events only set flags; `advance` then does whatever can be done: it is the
/// one place that reads, and it goes on until the socket has nothing, the
/// application has the request, or others are waiting for their turn.
final class Connection {
  enum Phase {
    /// Waiting for a request's head, or for the rest of it.
    case head
    /// Reading a request's body.
    case body(Upload)
    /// The application has the request.
    case answering
    /// A response's body is being pulled out of its source.
    case streaming(any BodySource, chunked: Bool)
    /// The last response is being sent.
    case closing
    /// Everything is sent; what the client still sends is thrown away, so that
    /// the close is no reset, which would destroy the answer (RFC 9112 §9.6).
    case lingering(left: Int)
    case closed
  }

  var token: UInt64 = 0
  let peer: Peer
  let isUnix: Bool
  let descriptor: Descriptor
  var loop: EventLoop
  /// The loop that it came from, while it is on the one for uploads.
  var home: EventLoop.Entrance?
  /// The loop that is to have it as soon as this one can let it go.
  var destination: EventLoop.Entrance?

  var phase = Phase.head
  var parser: RequestParser
  /// Received and not yet used, from `inputStart` on; empty most of the time.
  var input: [UInt8] = []
  var inputStart = 0
  /// `input` holds part of a head, and the parser has seen all of it.
  var needsMore = false
  /// Whether a read may bring something; whether the client has sent all it will.
  var readable = false
  var finishing = false
  var inputEnded = false

  var outbox = Outbox()
  var watchesWriting = false
  /// The request being answered, and how.
  var request: Request?
  var exchange = Exchange()
  /// The client may send more than it did, so that closing needs care.
  var mustLinger = false
  /// What of a refused request's body is thrown away after its answer.
  var discarding: Upload?
  /// A body source is at work on a worker thread.
  var pulling = false

  var progressed = false
  private var headIsTimed = false
  private var advancing = false
  var readsLeft = 0
  var requestsLeft = 0

  /// Work of one connection in a row, before others get their turn.
  private static let readsPerTurn = 2
  private static let requestsPerTurn = 64
  /// Answers to a pipeline are sent together up to about this size.
  static let outputTarget = 64 * 1024

  init(_ descriptor: consuming Descriptor, peer: Peer, isUnix: Bool, loop: EventLoop) {
    self.descriptor = descriptor
    self.peer = peer
    self.isUnix = isUnix
    self.loop = loop
    parser = RequestParser(limits: loop.shared.configuration.head)
  }

  var slot: Int { Int(descriptor.raw) }
  var counters: Counters { loop.entrance.counters }

  var isClosed: Bool {
    if case .closed = phase { return true }
    return false
  }

  func start() { loop.deadlines.start(.idle, slot: slot, now: loop.now) }

  func handle(_ readiness: Readiness) {
    // Nobody is left to answer; but a request may still be there to be read.
    if readiness.isBroken, !isReading { return drop() }
    if readiness.isPeerFinished { finishing = true }
    if readiness.isReadable { readable = true }
    resume()
  }

  private var isReading: Bool {
    switch phase {
    case .head, .body, .lingering: true
    case .answering, .streaming, .closing, .closed: false
    }
  }

  /// Goes on with a fresh allowance.
  func resume() {
    readsLeft = Connection.readsPerTurn
    requestsLeft = Connection.requestsPerTurn
    advance()
  }

  /// Does everything that can be done now.
  func advance() {
    // An answer that is there at once comes back in here.
    guard !advancing else { return }
    advancing = true
    advanceAsFarAsPossible()
    advancing = false
    guard !isClosed else { return }
    // Nothing may follow: it is another thread's then.
    if let destination { return loop.give(self, to: destination) }
    if waitsForTurn { loop.deferTurn(self) }
    updateDeadline()
  }

  private func advanceAsFarAsPossible() {
    while !isClosed {
      if wantsInput, hasInput {
        processInput()
        continue
      }
      flush()
      guard wantsInput else { break }
      if hasInput { continue }
      if readable {
        guard readsLeft > 0 else { break }
        readsLeft -= 1
        read()
      } else if inputEnded {
        endInput()
      } else {
        break
      }
    }
  }

  private var hasInput: Bool { !input.isEmpty && !needsMore }

  /// Whether input can be used in this phase, now.
  private var wantsInput: Bool {
    guard destination == nil else { return false }
    return switch phase {
    case .head: canTakeRequest
    case .body(let upload): !upload.isFull
    case .lingering: true
    case .answering, .streaming, .closing, .closed: false
    }
  }

  /// The next request of a pipeline waits until the client takes its answers.
  var canTakeRequest: Bool {
    outbox.isEmpty && requestsLeft > 0 && loop.output.count < Connection.outputTarget
  }

  private var waitsForTurn: Bool {
    switch phase {
    case .head: outbox.isEmpty && (requestsLeft == 0 && hasInput || readable && readsLeft == 0)
    case .body, .lingering: wantsInput && readable && readsLeft == 0
    default: false
    }
  }

  private func updateDeadline() {
    let waiting = loop.deadlines.wait(of: slot)
    let wanted = wait
    let mayStay =
      wanted == waiting && (wanted == .head ? headIsTimed : wanted == .linger || !progressed)
    progressed = false
    headIsTimed = wanted == .head
    if mayStay { return }
    if let wanted {
      loop.deadlines.start(wanted, slot: slot, now: loop.now)
    } else {
      loop.deadlines.cancel(slot)
    }
  }

  /// What the client is to do next, if it is the client's turn.
  private var wait: Wait? {
    if case .lingering = phase { return .linger }
    if !outbox.isEmpty { return .write }
    switch phase {
    case .head: return input.isEmpty ? .idle : .head
    case .body(let upload): return upload.isFull ? nil : .body
    default: return nil
    }
  }

  /// A new head has its own time.
  func restartHeadTime() { headIsTimed = false }

  /// The client has not done it in time.
  func expired(_ wait: Wait) {
    switch (wait, phase) {
    case (.head, .head): refuse(.headTimeout, parser.partialRequest)
    case (.body, .body(let upload)) where upload.isDiscarding: drop()
    case (.body, .body(let upload)): refuse(.bodyTimeout, upload.request)
    default: return drop()
    }
    advance()
  }

  /// The server stops: answers what is complete, closes what is not.
  func stop() {
    exchange.keepAlive = false
    mustLinger = true
    // A request may have arrived since the last event.
    readable = true
    resume()
    switch phase {
    case .head: if outbox.isEmpty { drop() } else { phase = .closing }
    case .body: drop()
    default: break
    }
  }

  /// Closes at once, whatever is going on.
  func drop() {
    guard !isClosed else { return }
    phase = .closed
    request = nil
    discarding = nil
    loop.remove(self)
  }
}
