import HTTP
import Server
import Sockets
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"

@Suite struct LimitTests {
  @Test func `an idle connection is closed without a word`() throws {
    let running = try Running { $0.deadlines.idle = .milliseconds(30) }
    let client = try running.client()
    #expect(try client.isAtEnd())
    let used = try running.client()
    #expect(try used.exchange(get).status == 200)
    #expect(try used.isAtEnd())
  }

  @Test func `a head that does not end in time is 408`() throws {
    let running = try Running { $0.deadlines.head = .milliseconds(30) }
    let client = try running.client()
    try client.send("GET /a HTTP/1.1\r\nHost: ")
    let reply = try client.response()
    #expect(reply.status == 408)
    #expect(reply.body == "request_timeout /a")
    #expect(reply.headers["Connection"] == "close")
    #expect(try client.isAtEnd())
  }

  @Test func `dripping does not prolong a head's time`() throws {
    let running = try Running { $0.deadlines.head = .milliseconds(60) }
    let client = try running.client()
    // Each byte comes well within the time; the head as a whole does not.
    for byte in "GET /a HTTP/1.1\r\nHost: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".utf8 {
      do { try client.send([byte]) } catch { break }
      pause()
    }
    #expect(try client.response().status == 408)
  }

  @Test func `a body that stops arriving is 408`() throws {
    let running = try Running { $0.deadlines.body = .milliseconds(30) }
    let client = try running.client()
    try client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel")
    #expect(try client.response().body == "request_timeout /a")
    #expect(try client.isAtEnd())
  }

  @Test func `a client that does not read is dropped`() throws {
    var application = TestApplication()
    application.answer = { _, _ in
      .now(Response(.ok, body: .bytes([UInt8](repeating: 97, count: 32 << 20))))
    }
    let running = try Running(application) { $0.deadlines.write = .milliseconds(30) }
    let client = try running.client()
    try client.send(get)
    #expect(running.wait { $0.bytesOut > 0 && $0.activeConnections == 0 })
  }

  @Test func `a handler's time is not the client's`() throws {
    let entered = Gate()
    let gate = Gate()
    let application = TestApplication(waitingFor: gate, entered: entered, "done")
    let running = try Running(application) {
      $0.deadlines.idle = .milliseconds(20)
      $0.deadlines.head = .milliseconds(20)
      $0.deadlines.body = .milliseconds(20)
    }
    let client = try running.client()
    try client.send(get)
    #expect(entered.wait())
    // Another connection is timed out meanwhile, so that time has passed.
    #expect(try running.client().isAtEnd())
    gate.open()
    #expect(try client.response().body == "done")
  }

  @Test func `a full table refuses politely`() throws {
    let running = try Running { $0.maximumConnections = 3 }
    let clients = try (0..<3).map { _ in try running.client() }
    for client in clients { #expect(try client.exchange(get).status == 200) }
    let refused = try running.client()
    let reply = try refused.exchange(get)
    #expect(reply.status == 503)
    #expect(reply.headers["Retry-After"] == "1")
    #expect(reply.body == "too_many_connections -")
    #expect(try refused.isAtEnd())
    #expect(try clients[0].exchange(get).status == 200)
  }

  @Test func `a place that becomes free is given away`() throws {
    let running = try Running { $0.maximumConnections = 1 }
    do { #expect(try running.client().exchange(get).status == 200) }
    #expect(running.wait { $0.activeConnections == 0 })
    #expect(try running.client().exchange(get).status == 200)
  }

  @Test func `far more clients than places all get an answer`() throws {
    let running = try Running {
      $0.maximumConnections = 2
      $0.deadlines.linger = .milliseconds(20)
    }
    let clients = try (0..<300).map { _ in try running.client() }
    var statuses: [Int: Int] = [:]
    for client in clients {
      try? client.send(get)
      statuses[try client.response().status, default: 0] += 1
    }
    #expect(statuses[200] == 2)
    #expect(statuses[503] == 298)
  }

  @Test func `a request for another host is 421`() throws {
    let running = try Running { $0.hosts = HostPolicy(["fix.example"]) }
    let client = try running.client()
    #expect(try client.exchange("GET /a HTTP/1.1\r\nHost: evil.example\r\n\r\n").status == 421)
    #expect(try client.exchange("GET /a HTTP/1.1\r\nHost: fix.example\r\n\r\n").status == 200)
    #expect(
      try client.exchange("GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n").status
        == 421)
    #expect(
      try client.exchange("GET http://localhost/ HTTP/1.1\r\nHost: evil.example\r\n\r\n").status
        == 200)
    #expect(running.server.metrics.refusals == 2)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400), ("GET /\r\n\r\n", 400),
    ("GET / HTTP/2.0\r\n\r\n", 505),
    ("GET / HTTP/1.1\r\n\r\n", 400), ("\u{16}\u{3}\u{1}", 400),
    ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ("GET /" + String(repeating: "a", count: 9000) + " HTTP/1.1\r\n\r\n", 414),
    ("GET / HTTP/1.1\r\nA: " + String(repeating: "a", count: 40_000) + "\r\n\r\n", 431),
  ])
  func `what is no request is refused and closed`(text: String, status: Int) throws {
    let running = try Running()
    let client = try running.client()
    try client.send(get + text + get)
    #expect(try client.response().status == 200)
    let reply = try client.response()
    #expect(reply.status == status)
    #expect(reply.headers["Connection"] == "close")
    #expect(try client.isAtEnd())
  }

  @Test func `an idle server sleeps`() throws {
    let running = try Running()
    let clients = try (0..<20).map { _ in try running.client() }
    for client in clients { #expect(try client.exchange(get).status == 200) }
    let before = running.server.metrics.wakeups
    // The only sleep in these tests: what must not happen takes time not to happen.
    pause(milliseconds: 300)
    #expect(running.server.metrics.wakeups - before <= 2)
    #expect(running.server.metrics.requests == 20)
  }
}
