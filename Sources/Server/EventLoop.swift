import CSystem
import Glibc
import HTTP
import Sockets
import Synchronization

/// One thread that waits for events and moves its connections on.
final class EventLoop: @unchecked Sendable {
  // Unchecked because everything but `entrance` belongs to the loop's thread.

  /// What other threads may use of a loop.
  struct Entrance: Sendable {
    let mailbox: Mailbox
    let counters: Counters

    /// Connections that the loop has, or is about to have.
    var load: Int { counters.active.value + counters.given.value }
  }

  let entrance: Entrance
  let shared: Shared
  let poller: Poller
  /// Every loop that takes connections, this one included; set once, before it runs.
  var siblings: [Entrance] = []
  /// The loop that reads long bodies, for the others; set once, before they run.
  var uploads: Entrance?
  private let listens: Bool

  /// By descriptor number.
  private var connections: [Connection?] = []
  private(set) var connectionCount = 0
  private var generation: UInt64 = 1
  /// Connections that gave way to others although they could go on.
  private var deferred: [Connection] = []
  var deadlines: DeadlineQueues

  /// The time at the last return from waiting, in milliseconds; and for Date.
  private(set) var now: UInt64 = 0
  private(set) var second = 0
  private let acceptor = Acceptor()
  private(set) var stopping = false
  private var stopDue: UInt64?

  // Shared by the connections of this loop, so that an idle one has no buffers.
  let readBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 64)
  var output: [UInt8] = []
  var writer = ResponseWriter()
  private var lastID = UInt64.random(in: .min ... .max)
  /// The host that was last allowed: the next request most likely names it too.
  var allowedHost: String?

  static let wakeToken = UInt64.max

  init(_ shared: Shared, listens: Bool) throws(SystemError) {
    self.shared = shared
    self.listens = listens
    poller = try Poller()
    let waker = try Waker(poller, token: EventLoop.wakeToken)
    entrance = Entrance(mailbox: Mailbox(waker), counters: Counters())
    deadlines = DeadlineQueues(shared.configuration.deadlines)
    output.reserveCapacity(64 * 1024)
  }

  deinit { readBuffer.deallocate() }

  /// Runs until stopped and out of connections.
  func run() {
    let events = UnsafeMutableBufferPointer<fixbook_event>.allocate(capacity: 256)
    defer { events.deallocate() }
    if listens { acceptor.open(self) }
    readClocks()
    while !isFinished {
      let sleeps = deferred.isEmpty && entrance.mailbox.prepareToSleep()
      // Waiting fails only for a bad descriptor or buffer, which these are not.
      let count = (try? poller.wait(events, milliseconds: sleeps ? timeout() : 0)) ?? 0
      readClocks()
      entrance.counters.wakeups.count()
      for index in 0..<count { handle(events[index], of: count) }
      for message in entrance.mailbox.take() { handle(message) }
      resumeDeferred()
      expireDeadlines()
      if acceptor.resumes(at: now), !stopping { acceptor.open(self) }
    }
    finish()
  }

  /// An id for the next exchange: each differs from the others of this loop, and begins at random
  /// so that those of other loops and runs are most likely others too.
  func nextID() -> RequestID {
    lastID &+= 0x9E37_79B9_7F4A_7C15
    return RequestID(lastID)
  }

  private var isFinished: Bool {
    guard stopping else { return false }
    if now >= stopDue ?? 0 { return true }
    // What another loop has just given is seen to first.
    return connectionCount == 0 && entrance.mailbox.closeIfEmpty()
  }

  private func readClocks() {
    now = monotonicMilliseconds()
    second = wallClockSeconds()
  }

  /// Milliseconds until the next deadline of any kind; -1 when there is none.
  private func timeout() -> Int32 {
    var due = deadlines.next ?? .max
    if let stopDue { due = min(due, stopDue) }
    if let pause = acceptor.pausedUntil { due = min(due, pause) }
    guard due < .max else { return -1 }
    return due <= now ? 0 : Int32(min(due - now, 3_600_000))
  }

  private func handle(_ event: fixbook_event, of count: Int) {
    if event.data == EventLoop.wakeToken { return }
    if let listener = Acceptor.listener(of: event.data) {
      acceptor.accept(from: shared.listeners[listener], self, events: count)
    } else if let connection = connection(event.data) {
      connection.handle(Readiness(bits: event.events))
    }
  }

  private func handle(_ message: Message) {
    switch message {
    case .adopt(let raw, let peer, let isUnix):
      entrance.counters.given.subtract(1, ordering: .relaxed)
      add(Descriptor(adopting: raw), peer, isUnix: isUnix)
    case .move(let moving):
      entrance.counters.given.subtract(1, ordering: .relaxed)
      take(moving.connection)
    case .answered(let token, let answer): connection(token)?.answered(answer)
    case .lost(let token): connection(token)?.lost()
    case .consumed(let token): connection(token)?.consumed()
    case .pulled(let token, let piece): connection(token)?.pulled(piece)
    case .stop(let graceful): stop(graceful: graceful)
    }
  }

  private func resumeDeferred() {
    guard !deferred.isEmpty else { return }
    let resumed = deferred
    deferred = []
    // One that has moved meanwhile is another thread's.
    for connection in resumed where connections[connection.slot] === connection {
      connection.resume()
    }
  }

  private func expireDeadlines() {
    while let (slot, wait) = deadlines.popExpired(now: now) {
      connections[slot]?.expired(wait)
    }
  }

  private func stop(graceful: Bool) {
    let grace = graceful ? shared.configuration.deadlines.stop.milliseconds : 0
    stopDue = min(stopDue ?? .max, now + grace)
    guard !stopping else { return }
    // What has connected is taken first, so that a request already sent is answered.
    if listens { acceptor.close(self) }
    stopping = true
    for connection in connections { connection?.stop() }
  }

  private func finish() {
    for connection in connections { connection?.drop() }
    for message in entrance.mailbox.close() {
      switch message {
      case .adopt(let raw, _, _): _ = Descriptor(adopting: raw)
      case .move: break
      default: continue
      }
      shared.connections.subtract(1, ordering: .relaxed)
    }
  }
}

extension EventLoop {
  /// The connection of that token, unless it is gone.
  private func connection(_ token: UInt64) -> Connection? {
    let slot = Int(token & 0xFFFF_FFFF)
    guard slot < connections.count, let connection = connections[slot], connection.token == token
    else { return nil }
    return connection
  }

  /// Takes over a connected socket, which `shared.connections` counts already.
  @discardableResult
  func add(_ descriptor: consuming Descriptor, _ peer: Peer, isUnix: Bool) -> Connection? {
    let connection = Connection(descriptor, peer: peer, isUnix: isUnix, loop: self)
    guard attach(connection) else { return nil }
    connection.start()
    if stopping { connection.stop() }
    return connection
  }

  /// Watches a connection, which is this loop's from now on; where it cannot be watched, it is lost.
  private func attach(_ connection: Connection) -> Bool {
    let slot = connection.slot
    let token = generation << 32 | UInt64(slot)
    generation = (generation + 1) & 0x3FFF_FFFF | 1
    let watched = connection.watchesWriting ? Readiness.inputAndOutput : .input
    guard (try? poller.add(Int32(slot), watched, token: token)) != nil else {
      shared.connections.subtract(1, ordering: .relaxed)
      return false
    }
    connection.belong(to: self, token: token)
    while connections.count <= slot { connections.append(nil) }
    connections[slot] = connection
    connectionCount += 1
    entrance.counters.active.store(connectionCount, ordering: .relaxed)
    return true
  }

  /// Forgets a connection, which closes it once nobody uses it any more.
  func remove(_ connection: Connection) {
    guard detach(connection) else { return }
    shared.connections.subtract(1, ordering: .relaxed)
    if acceptor.pausedUntil != nil { acceptor.pausedUntil = now }
  }

  private func detach(_ connection: Connection) -> Bool {
    let slot = connection.slot
    guard connections[slot] === connection else { return false }
    connections[slot] = nil
    deadlines.cancel(slot)
    connectionCount -= 1
    entrance.counters.active.store(connectionCount, ordering: .relaxed)
    return true
  }

  /// Gives a connection to another loop, whose thread alone may touch it from then on. Keeps it where
  /// that loop has ended.
  func give(_ connection: Connection, to other: Entrance) {
    guard detach(connection) else { return }
    // It is watched again at once, here or there; not to be watched before is what is wanted.
    try? poller.remove(Int32(connection.slot))
    other.counters.given.add(1, ordering: .relaxed)
    if other.mailbox.post(.move(Moving(connection: connection))) { return }
    other.counters.given.subtract(1, ordering: .relaxed)
    take(connection)
  }

  /// Goes on with a connection that another loop has given.
  private func take(_ connection: Connection) {
    guard attach(connection) else { return }
    if stopping { connection.stop() } else { connection.arrive() }
  }

  /// Empties the output, and gives an unusually large one back.
  func recycleOutput() {
    if output.capacity > 512 * 1024 {
      output = []
      output.reserveCapacity(Connection.outputTarget)
    } else {
      output.removeAll(keepingCapacity: true)
    }
  }

  /// Lets a connection go on after the others had their turn.
  func deferTurn(_ connection: Connection) { deferred.append(connection) }
}
