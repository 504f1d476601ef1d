import HTTP
import Server
import Sockets
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"

@Suite struct ExchangeTests {
  @Test func `a connection serves request after request`() throws {
    let running = try Running()
    let client = try running.client()
    for _ in 0..<5 {
      let reply = try client.exchange(get)
      #expect(reply.status == 200)
      #expect(reply.body == "GET /a ")
      #expect(reply.headers["Connection"] == nil)
    }
    let last = try client.exchange(
      "GET /b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    #expect(last.headers["Connection"] == "close")
    #expect(try client.isAtEnd())
    let metrics = running.server.metrics
    #expect(metrics.requests == 6)
    #expect(metrics.responses[2] == 6)
    #expect(metrics.accepted == 1)
  }

  @Test func `HTTP/1.0 closes unless asked`() throws {
    let running = try Running()
    let client = try running.client()
    let kept = try client.exchange("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    #expect(kept.headers["Connection"] == "keep-alive")
    let closed = try client.exchange("GET / HTTP/1.0\r\n\r\n")
    #expect(closed.headers["Connection"] == "close")
    #expect(try client.isAtEnd())
  }

  @Test(arguments: [1, 2, 7, 50, 300])
  func `a pipeline is answered in order`(count: Int) throws {
    let running = try Running()
    let client = try running.client()
    try client.send((0..<count).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
    for index in 0..<count { #expect(try client.response().body == "GET /\(index) ") }
  }

  @Test func `a pipeline waits for slow answers`() throws {
    var application = TestApplication()
    application.answer = { request, _ in
      guard request.segments.first == "slow" else { return .now(.text(request.rawPath)) }
      return .work { .work { .now(.text("slow")) } }
    }
    let running = try Running(application)
    let client = try running.client()
    let paths = ["/slow", "/1", "/2", "/slow", "/slow", "/3"]
    try client.send(paths.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
    let bodies = try paths.map { _ in try client.response().body }
    #expect(bodies == ["slow", "/1", "/2", "slow", "slow", "/3"])
  }

  @Test func `a request byte by byte is answered`() throws {
    let running = try Running()
    let client = try running.client()
    for byte in get.utf8 { try client.send([byte]) }
    #expect(try client.response().status == 200)
  }

  @Test func `HEAD has a head only`() throws {
    let running = try Running()
    let client = try running.client()
    try client.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\n\r\n" + get)
    let reply = try client.response(toHead: true)
    #expect(reply.headers["Content-Length"] == "8")
    #expect(try client.response().body == "GET /a ")
  }

  @Test func `an answer may come later, from anywhere, once`() throws {
    var application = TestApplication()
    application.answer = { request, _ in
      switch request.rawPath {
      case "/now": .later { $0 { .now(.text("now")) } }
      case "/twice":
        .later { complete in
          complete { .now(.text("first")) }
          complete { .now(.text("second")) }
        }
      case "/never": .later { _ in }
      default: .work { .later { $0 { .now(.text("after work")) } } }
      }
    }
    let running = try Running(application)
    let client = try running.client()
    for (path, body) in [
      ("/now", "now"), ("/twice", "first"), ("/never", "internal_error /never"),
      ("/", "after work"),
    ] {
      #expect(try client.exchange("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n").body == body)
    }
  }

  @Test func `a client that has finished sending still gets its answer`() throws {
    var application = TestApplication()
    let entered = Gate()
    let gate = Gate()
    application.answer = { _, _ in
      .work {
        entered.open()
        gate.wait()
        return .now(.text("late"))
      }
    }
    let running = try Running(application)
    let client = try running.client()
    try client.send(get)
    client.finishSending()
    #expect(entered.wait())
    gate.open()
    #expect(try client.readAll().hasSuffix("\r\n\r\nlate"))
  }

  @Test func `a client that goes away takes its request with it`() throws {
    var application = TestApplication()
    let entered = Gate()
    let gate = Gate()
    application.answer = { request, _ in
      guard request.rawPath == "/slow" else { return .now(.text("fine")) }
      return .work {
        entered.open()
        gate.wait()
        return .now(Response(.ok, body: .bytes([UInt8](repeating: 97, count: 1 << 20))))
      }
    }
    let running = try Running(application)
    do {
      let client = try running.client()
      try client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n")
      #expect(entered.wait())
    }
    gate.open()
    #expect(running.wait { $0.activeConnections == 0 })
    #expect(try running.client().exchange(get).body == "fine")
  }

  @Test func `the peer's address is known`() throws {
    var application = TestApplication()
    application.answer = { request, _ in .now(.text(request.peer.description)) }
    let running = try Running(application)
    #expect(try running.client().exchange(get).body == "127.0.0.1")
  }

  @Test func `an IPv6 address and a Unix socket serve too`() throws {
    var application = TestApplication()
    application.answer = { request, _ in .now(.text(request.peer.description)) }
    let six = try Running(application, on: .ipv6(address: "::1", port: 0))
    #expect(try six.client().exchange("GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n").body == "::1")
    let path = "/tmp/fixbook-test-\(UInt64.random(in: 0 ... .max)).sock"
    let local = try Running(application, on: .unix(path: path))
    #expect(try local.client().exchange("GET / HTTP/1.1\r\nHost:\r\n\r\n").body == "local")
    #expect(try local.client().exchange("GET / HTTP/1.1\r\nHost: a.b\r\n\r\n").status == 421)
  }

  @Test func `two hundred clients at once`() throws {
    let running = try Running()
    let clients = try (0..<200).map { _ in try running.client() }
    for client in clients { try client.send(get) }
    for client in clients { #expect(try client.response().status == 200) }
    #expect(running.server.metrics.activeConnections == 200)
    for client in clients.reversed() { #expect(try client.exchange(get).status == 200) }
  }

  @Test func `a response that would break the message becomes 500`() throws {
    var application = TestApplication()
    application.answer = { _, _ in
      .now(Response(.ok, headers: HeaderFields([.init("Location", "/a\r\nSet-Cookie: b")])))
    }
    let running = try Running(application)
    let client = try running.client()
    for _ in 0..<2 {
      let reply = try client.exchange(get)
      #expect(reply.status == 500)
      #expect(reply.headers["Set-Cookie"] == nil)
      #expect(reply.body == "internal_error /a")
    }
  }
}
