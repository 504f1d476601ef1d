import HTTP
import Server
import Sockets
import Synchronization
import TestSupport
import Testing

/// A valid request, and the body of its answer.
private func request(_ index: Int, _ random: inout Seeded) -> (bytes: String, body: String) {
  let start = "/\(index) HTTP/1.1\r\nHost: localhost\r\n"
  switch Int.random(in: 0..<4, using: &random) {
  case 0: return ("GET \(start)\r\n", "GET /\(index) ")
  case 1:
    return ("\r\nPOST \(start)Content-Length: 5\r\n\r\nhello", "POST /\(index) hello")
  case 2:
    let chunks = "2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n"
    return ("POST \(start)Transfer-Encoding: chunked\r\n\r\n\(chunks)", "POST /\(index) hello")
  default:
    let body = String(repeating: "x", count: Int.random(in: 0...3000, using: &random))
    return ("PUT \(start)Content-Length: \(body.count)\r\n\r\n\(body)", "PUT /\(index) \(body)")
  }
}

/// Answers some requests at once, some from a worker, streams some bodies.
private let application = TestApplication(
  plan: { request in
    (request.segments.first?.utf8.last ?? 0) % 3 == 0
      ? .stream(limit: 1 << 20, into: TestSink()) : .buffer(limit: 1 << 20)
  },
  answer: { request, sink in
    let streamed = (sink as? TestSink)?.received.withLock { $0 } ?? []
    let body = String(decoding: request.body + streamed, as: UTF8.self)
    let response = Response.text("\(request.method.name) \(request.rawPath) \(body)")
    return (request.segments.first?.utf8.last ?? 0) % 2 == 0
      ? .now(response) : .work { .now(response) }
  })

@Suite struct RobustnessTests {
  // With 0 every streamed body takes its connection to another thread and back.
  @Test(arguments: 0..<12, [0, 64 * 1024])
  func `a pipeline cut anywhere gets the same answers`(seed: Int, longBody: Int) throws {
    var random = Seeded(UInt64(seed))
    let running = try Running(application) { $0.longBody = longBody }
    let client = try running.client()
    let requests = (0..<60).map { request($0, &random) }
    let bytes = requests.flatMap { Array($0.bytes.utf8) }
    var start = 0
    while start < bytes.count {
      let end = min(bytes.count, start + Int.random(in: 1...700, using: &random))
      try client.send(Array(bytes[start..<end]))
      start = end
    }
    client.finishSending()
    for (_, body) in requests { #expect(try client.response().body == body) }
    #expect(try client.isAtEnd())
  }

  @Test(arguments: 0..<8)
  func `garbage hurts nobody else`(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    let running = try Running(application) {
      $0.deadlines.linger = .milliseconds(20)
      $0.deadlines.head = .milliseconds(50)
      $0.deadlines.body = .milliseconds(50)
    }
    let good = try running.client()
    for round in 0..<40 {
      var bytes = (0..<4).flatMap { Array(request($0, &random).bytes.utf8) }
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        bytes[place] = UInt8.random(in: 0...255, using: &random)
      }
      let bad = try running.client()
      // The server may well close before it has everything.
      try? bad.send(bytes)
      if round % 2 == 0 {
        bad.finishSending()
        // What is still a pipeline of requests keeps the connection open otherwise.
        if round % 4 == 0 { _ = try? bad.readAll() }
      }
      let reply = try good.exchange("GET /\(round) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(reply.body == "GET /\(round) ")
    }
    #expect(running.wait { $0.activeConnections == 1 })
  }

  @Test func `clients that come and go in a hurry leave nothing behind`() throws {
    let running = try Running(application)
    for index in 0..<300 {
      let client = try running.client()
      try client.send("GET /\(index) HTTP/1.1\r\nHost: localhost\r\n\r\n")
      if index % 3 == 0 { _ = try client.response() }
    }
    #expect(running.wait { $0.activeConnections == 0 && $0.accepted == 300 })
    #expect(running.server.metrics.queuedJobs == 0)
  }
}
