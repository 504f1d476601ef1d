import Glibc
import HTTP
import Server
import Sockets
import Synchronization
import Testing

/// A latch: threads wait until it opens. Nothing in the tests sleeps for luck.
final class Gate: Sendable {
  private let ends: (Int32, Int32)

  init() {
    var pipes: [Int32] = [0, 0]
    _ = pipe(&pipes)
    ends = (pipes[0], pipes[1])
  }

  deinit {
    close(ends.0)
    close(ends.1)
  }

  /// Lets one waiting thread go on, now or when it comes.
  func open() {
    var byte: UInt8 = 1
    _ = write(ends.1, &byte, 1)
  }

  /// Waits for `open`, at most 20 seconds; false if it never came.
  @discardableResult
  func wait() -> Bool {
    var descriptor = pollfd(fd: ends.0, events: Int16(POLLIN), revents: 0)
    guard poll(&descriptor, 1, 20_000) == 1 else { return false }
    var byte: UInt8 = 0
    return read(ends.0, &byte, 1) == 1
  }
}

/// Collects what it is given, and can be made to wait.
final class TestSink: BodySink {
  let received = Mutex<[UInt8]>([])
  let gate: Gate?
  let entered = Gate()

  init(gate: Gate? = nil) { self.gate = gate }

  func consume(_ bytes: [UInt8]) {
    entered.open()
    gate?.wait()
    received.withLock { $0 += bytes }
  }
}

/// Gives a number of pieces, then ends or fails.
final class TestSource: BodySource {
  private let left: Mutex<Int>
  private let piece: [UInt8]
  private let fails: Bool
  private let released: Gate?

  init(pieces: Int, piece: [UInt8], fails: Bool = false, released: Gate? = nil) {
    left = Mutex(pieces)
    self.piece = piece
    self.fails = fails
    self.released = released
  }

  deinit { released?.open() }

  func next() throws -> [UInt8]? {
    let left = left.withLock { left in
      left -= 1
      return left
    }
    if left >= 0 { return piece }
    if fails { throw SystemError("source", EIO) }
    return nil
  }
}

/// An application made of closures.
struct TestApplication: Application {
  var plan: @Sendable (Request) -> BodyPlan = { _ in .buffer(limit: 1 << 20) }
  var answer: @Sendable (Request, (any BodySink)?) -> Answer = { request, _ in
    .now(
      .text(
        "\(request.method.name) \(request.rawPath) \(String(decoding: request.body, as: UTF8.self))"
      ))
  }

  func bodyPlan(for head: Request) -> BodyPlan { plan(head) }

  func respond(to request: Request, body sink: (any BodySink)?) -> Answer { answer(request, sink) }

  func refuse(_ refusal: Refusal, request: Request?) -> Response {
    .text("\(refusal.code) \(request?.rawPath ?? "-")", refusal.status)
  }
}

extension TestApplication {
  /// Answers with the text on a worker, once the gate opens; that it was asked opens the other one.
  init(waitingFor gate: Gate, entered: Gate, _ text: String) {
    self.init()
    answer = { _, _ in
      .work {
        entered.open()
        gate.wait()
        return .now(.text(text))
      }
    }
  }
}

extension Response {
  static func text(_ text: String, _ status: Status = .ok) -> Response {
    Response(
      status, headers: HeaderFields([.init("Content-Type", "text/plain")]),
      body: .bytes(Array(text.utf8)))
  }
}

/// A server on a port of its own, stopped and waited for when it goes away.
final class Running: @unchecked Sendable {
  let server: Server
  let endpoint: Endpoint
  let ended = Gate()
  private var hasEnded = false

  init(
    _ application: TestApplication = TestApplication(),
    on endpoint: Endpoint = .ipv4(address: "127.0.0.1", port: 0),
    _ configure: (inout Configuration) -> Void = { _ in }
  ) throws {
    var configuration = Configuration()
    configuration.loops = 2
    configure(&configuration)
    let listener = try Listener(endpoint)
    self.endpoint = listener.endpoint
    server = try Server(
      application: application, listeners: [listener], configuration: configuration)
    try start()
  }

  private func start() throws {
    let box = Unmanaged.passRetained(Box(server, ended))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        if let argument { Unmanaged<Box>.fromOpaque(argument).takeRetainedValue().run() }
        return nil
      }, box.toOpaque())
    try #require(code == 0)
    pthread_detach(thread)
  }

  private final class Box: Sendable {
    let server: Server
    let ended: Gate

    init(_ server: Server, _ ended: Gate) { (self.server, self.ended) = (server, ended) }

    func run() {
      try? server.run()
      ended.open()
    }
  }

  func client() throws -> Client { try Client(endpoint) }

  /// Stops the server and waits for its end.
  func stop(graceful: Bool = false) -> Bool {
    server.stop(graceful: graceful)
    return waitForEnd()
  }

  func waitForEnd() -> Bool {
    if !hasEnded { hasEnded = ended.wait() }
    return hasEnded
  }

  deinit { if !hasEnded { _ = stop() } }

  /// Waits until the metrics are as wanted; every look gives others a turn.
  func wait(for wanted: (Metrics) -> Bool) -> Bool {
    for _ in 0..<20_000 {
      if wanted(server.metrics) { return true }
      usleep(1000)
    }
    return false
  }
}

extension Running {
  /// The request that was being answered when the server was told to stop gets its answer, the last on its
  /// connection; then the server ends.
  func expectLastAnswer(_ body: String, on client: Client) throws {
    let reply = try client.response()
    #expect(reply.body == body)
    #expect(reply.headers["Connection"] == "close")
    #expect(try client.isAtEnd())
    #expect(waitForEnd())
  }
}
