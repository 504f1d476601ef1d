import CSystem
import Glibc
import HTTP
import Sockets
import Synchronization

/// Takes connections from the listeners that the loops share.
///
/// `EPOLLEXCLUSIVE` wakes one loop per connection. When more connections are
/// open than the server serves, a few get 503; when those are as many as
/// allowed, or descriptors run out, accepting pauses: waiting clients then wait
/// in the kernel's queue, and nothing spins.
final class Acceptor {
  /// While accepting pauses: when it goes on.
  var pausedUntil: UInt64?
  /// Kept so that a client can be told when no other descriptor is left.
  private var reserve: Descriptor?

  init() { fillReserve() }

  private static let pause: UInt64 = 50
  /// Connections taken in one turn of the loop, or as many as it has other events where those are more:
  /// those that are open already wait meanwhile, and the poller tells again of those that are left. One a
  /// turn made the last of 256 that came together wait for a second when the turns were long.
  private static let batch = 4
  /// Connections taken at the end, when nobody waits any more.
  private static let lastBatch = 64
  /// Tokens with generation 0 are listeners' indices.
  static func listener(of token: UInt64) -> Int? { token >> 32 == 0 ? Int(token) : nil }

  func resumes(at now: UInt64) -> Bool { pausedUntil.map { $0 <= now } ?? false }

  func open(_ loop: EventLoop) {
    pausedUntil = nil
    for (index, listener) in loop.shared.listeners.enumerated() {
      do {
        try loop.poller.add(listener.descriptor.raw, .connections, token: UInt64(index))
      } catch  where error.code == EEXIST {
        continue
      } catch {
        pausedUntil = loop.now + Acceptor.pause
      }
    }
  }

  /// Takes what has connected and listens no more.
  func close(_ loop: EventLoop) {
    for listener in loop.shared.listeners {
      for _ in 0..<Acceptor.lastBatch {
        guard takeOne(from: listener, loop, mayGiveAway: false) else { break }
      }
    }
    stopWatching(loop)
    pausedUntil = nil
    for listener in loop.shared.listeners { listener.close() }
  }

  /// `events` is how many the turn has.
  func accept(from listener: Listener, _ loop: EventLoop, events: Int) {
    for _ in 0..<max(Acceptor.batch, events) {
      guard takeOne(from: listener, loop, mayGiveAway: true) else { return }
    }
  }

  /// Takes one connection; false when there is no further one to take now.
  private func takeOne(
    from listener: Listener, _ loop: EventLoop, mayGiveAway: Bool
  ) -> Bool {
    let open = loop.shared.connections.load(ordering: .relaxed)
    let maximum = loop.shared.maximumConnections
    guard open < maximum + loop.shared.refusalSlots else {
      pause(loop)
      return false
    }
    switch listener.accept() {
    case .connection(let descriptor, let from):
      // Counted before it is given away, so that no burst gets past the limit.
      let before = loop.shared.connections.add(1, ordering: .relaxed).oldValue
      loop.entrance.counters.accepted.count()
      descriptor.sendAtOnce()
      let isUnix = listener.endpoint.address == nil
      let peer = from.address.map(Peer.address) ?? .local
      if before >= maximum {
        loop.add(descriptor, peer, isUnix: isUnix)?.refuseAtOnce(.tooManyConnections)
      } else {
        place(descriptor, peer, isUnix, loop, mayGiveAway)
      }
      return true
    case .aborted: return true
    case .exhausted:
      refuseWithReserve(listener, loop)
      return false
    case .wouldBlock: return false
    case .failed:
      pause(loop)
      return false
    }
  }

  /// Keeps the connection, or gives it to the loop that has the fewest.
  private func place(
    _ descriptor: consuming Descriptor, _ peer: Peer, _ isUnix: Bool, _ loop: EventLoop,
    _ mayGiveAway: Bool
  ) {
    if mayGiveAway {
      let fewest = loop.siblings.min { $0.load < $1.load }
      if let fewest, fewest.load + 1 < loop.connectionCount {
        let raw = descriptor.release()
        fewest.counters.given.add(1, ordering: .relaxed)
        if fewest.mailbox.post(.adopt(raw: raw, peer: peer, isUnix: isUnix)) { return }
        fewest.counters.given.subtract(1, ordering: .relaxed)
        loop.add(Descriptor(adopting: raw), peer, isUnix: isUnix)
        return
      }
    }
    loop.add(descriptor, peer, isUnix: isUnix)
  }

  /// No descriptor is left: gives up the reserve for one connection, tells it, and pauses.
  private func refuseWithReserve(_ listener: Listener, _ loop: EventLoop) {
    reserve = nil
    if case .connection(let descriptor, _) = listener.accept() {
      var exchange = Exchange(keepAlive: false, id: loop.nextID())
      var bytes: [UInt8] = []
      let response = loop.busyResponse()
      _ = try? loop.writer.write(response, &exchange, at: loop.second, to: &bytes)
      // Unread bytes would turn the close into a reset that destroys the answer.
      _ = descriptor.receive(into: loop.readBuffer)
      _ = bytes.withUnsafeBytes { descriptor.send($0) }
      loop.entrance.counters.refusals.count()
    }
    fillReserve()
    pause(loop)
  }

  private func pause(_ loop: EventLoop) {
    stopWatching(loop)
    pausedUntil = loop.now + Acceptor.pause
  }

  private func stopWatching(_ loop: EventLoop) {
    // Not being watched is what is wanted, so that failing is fine.
    for listener in loop.shared.listeners { try? loop.poller.remove(listener.descriptor.raw) }
  }

  private func fillReserve() {
    let raw = eventfd(0, Int32(EFD_CLOEXEC))
    if raw >= 0 { reserve = Descriptor(adopting: raw) }
  }
}

extension EventLoop {
  /// 503, with a time after which trying again is worth it.
  func busyResponse() -> Response {
    var response = shared.application.refuse(.tooManyConnections, request: nil)
    if response.headers["Retry-After"] == nil { response.headers.add("Retry-After", "1") }
    return response
  }
}
