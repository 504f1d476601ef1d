import HTTP
import Server
import Sockets
import Synchronization
import Testing

private func post(_ fields: String, _ body: String, path: String = "/a") -> String {
  "POST \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\r\n\(body)"
}

private let get = "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n"

@Suite struct BodyTests {
  @Test func `bodies of both framings arrive, and the next request after them`() throws {
    let running = try Running()
    let client = try running.client()
    let length = post("Content-Length: 5", "hello")
    let chunked = post("Transfer-Encoding: chunked", "3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n")
    let empty = post("Content-Length: 0", "")
    try client.send(length + chunked + empty + get)
    #expect(try client.response().body == "POST /a hello")
    #expect(try client.response().body == "POST /a hello")
    #expect(try client.response().body == "POST /a ")
    #expect(try client.response().body == "GET /next ")
  }

  @Test func `a body of many reads is collected`() throws {
    var application = TestApplication()
    application.plan = { _ in .buffer(limit: 4 << 20) }
    application.answer = { request, _ in
      .now(.text("\(request.body.count) \(request.body.last ?? 0)"))
    }
    let running = try Running(application)
    let client = try running.client()
    try client.send(post("Content-Length: 3000001", ""))
    try client.send([UInt8](repeating: 97, count: 3_000_000))
    try client.send([UInt8(33)])
    #expect(try client.response().body == "3000001 33")
  }

  @Test func `a sink gets every byte in order`() throws {
    var application = TestApplication()
    application.plan = { _ in .stream(limit: 8 << 20, into: TestSink()) }
    application.answer = { request, sink in
      let received = (sink as? TestSink)?.received.withLock { $0 } ?? []
      let inOrder = received.indices.allSatisfy { received[$0] == UInt8($0 % 251) }
      return .now(.text("\(received.count) \(inOrder) \(request.body.count)"))
    }
    let running = try Running(application)
    let client = try running.client()
    let bytes = (0..<5_000_000).map { UInt8($0 % 251) }
    try client.send(post("Content-Length: \(bytes.count)", ""))
    try client.send(bytes)
    #expect(try client.response().body == "5000000 true 0")
    // Small and empty bodies, and no body at all, take the same way.
    #expect(try client.exchange(post("Content-Length: 2", "\u{0}\u{1}")).body == "2 true 0")
    #expect(try client.exchange(post("Content-Length: 0", "")).body == "0 true 0")
    #expect(try client.exchange(post("A: b", "")).body == "0 true 0")
  }

  @Test func `a slow sink stops the reading`() throws {
    let gate = Gate()
    let sink = TestSink(gate: gate)
    var application = TestApplication()
    application.plan = { _ in .stream(limit: 1 << 30, into: sink) }
    application.answer = { _, _ in .now(.text("\(sink.received.withLock { $0.count })")) }
    let running = try Running(application) { $0.sinkBuffer = 64 * 1024 }
    let client = try running.client()
    let total = 64 << 20
    try client.send(post("Content-Length: \(total)", ""))
    let piece = [UInt8](repeating: 97, count: 1 << 20)
    // The sink has not come back from its first piece, so the server has to
    // stop reading, and the kernel's buffers fill up.
    _ = client.sendWhatFits(piece)
    #expect(sink.entered.wait())
    var sent = 1 << 20
    var refused = 0
    while refused < 100, sent < total {
      let count = client.sendWhatFits(piece)
      sent += count
      refused = count == 0 ? refused + 1 : 0
      if count == 0 { pause() }
    }
    #expect(sent < total)
    #expect(running.server.metrics.bytesIn < 1 << 20)
  }

  @Test func `100 Continue is sent when the body is wanted`() throws {
    let running = try Running()
    let client = try running.client()
    try client.send(post("Content-Length: 5\r\nExpect: 100-continue", ""))
    #expect(try client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    try client.send("hello")
    #expect(try client.response().body == "POST /a hello")
    #expect(try client.exchange(get).status == 200)
  }

  @Test func `100 Continue is not sent when the body is refused`() throws {
    var application = TestApplication()
    application.plan = { _ in .buffer(limit: 4) }
    let running = try Running(application)
    let client = try running.client()
    let reply = try client.exchange(post("Content-Length: 5\r\nExpect: 100-continue", ""))
    #expect(reply.status == 413)
    #expect(reply.headers["Connection"] == "close")
    #expect(try client.isAtEnd())
  }

  @Test func `an unknown expectation is 417`() throws {
    let running = try Running()
    let client = try running.client()
    #expect(try client.exchange(post("Content-Length: 5\r\nExpect: tea", "")).status == 417)
    #expect(try client.isAtEnd())
  }

  @Test func `a short refused body is thrown away and the connection goes on`() throws {
    var application = TestApplication()
    application.plan = { _ in .refuse(.text("no", .forbidden)) }
    let running = try Running(application)
    let client = try running.client()
    try client.send(post("Content-Length: 5", "hello") + get)
    #expect(try client.response().status == 403)
    #expect(try client.response().body == "GET /next ")
    try client.send(post("Content-Length: 40000", ""))
    #expect(try client.response().status == 403)
    try client.send([UInt8](repeating: 97, count: 40_000))
    #expect(try client.exchange(get).body == "GET /next ")
  }

  @Test(arguments: ["Content-Length: 20000000", "Transfer-Encoding: chunked"])
  func `a client that is still uploading can read why it was refused`(framing: String) throws {
    var application = TestApplication()
    application.plan = { _ in .buffer(limit: 1000) }
    let running = try Running(application)
    let client = try running.client()
    try client.send(post(framing, ""))
    // The server may close while this is on its way; what counts is the answer.
    let chunk = Array("8000\r\n".utf8) + [UInt8](repeating: 97, count: 0x8000) + Array("\r\n".utf8)
    for _ in 0..<8 { try? client.send(chunk) }
    let reply = try client.response()
    #expect(reply.status == 413)
    #expect(reply.body == "content_too_large /a")
    #expect(reply.headers["Connection"] == "close")
  }

  @Test func `a bad chunk is refused with what is known of the request`() throws {
    let running = try Running()
    let client = try running.client()
    let reply = try client.exchange(post("Transfer-Encoding: chunked", "xyz\r\n"))
    #expect(reply.status == 400)
    #expect(reply.body == "bad_chunk /a")
    #expect(try client.isAtEnd())
  }

  @Test func `a request cut short is refused`() throws {
    let running = try Running()
    for text in [
      "GET / HT", post("Content-Length: 5", "hel"), post("Transfer-Encoding: chunked", "5\r\nhe"),
    ] {
      let client = try running.client()
      try client.send(text)
      client.finishSending()
      let answer = try client.readAll()
      #expect(answer.hasPrefix("HTTP/1.1 400 "))
      #expect(answer.contains("incomplete_request"))
    }
  }

  @Test func `a streamed response is chunked, in order, and pulled as the client reads`() throws {
    var application = TestApplication()
    application.answer = { _, _ in
      let piece = [UInt8](repeating: 97, count: 32 * 1024)
      return .now(Response(.ok, body: .stream(TestSource(pieces: 100, piece: piece))))
    }
    let running = try Running(application)
    let client = try running.client()
    let reply = try client.exchange(get)
    #expect(reply.headers["Transfer-Encoding"] == "chunked")
    #expect(reply.body.utf8.count == 100 * 32 * 1024)
    #expect(try client.exchange(get).body.utf8.count == 100 * 32 * 1024)
    // HEAD pulls nothing, and the connection goes on.
    try client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    #expect(try client.response(toHead: true).headers["Transfer-Encoding"] == nil)
    try client.send("GET / HTTP/1.0\r\n\r\n")
    let old = try client.readAll()
    #expect(old.contains("Connection: close\r\n"))
    #expect(old.utf8.count > 100 * 32 * 1024)
  }

  @Test func `a source that fails leaves a truncated message`() throws {
    var application = TestApplication()
    application.answer = { _, _ in
      .now(Response(.ok, body: .stream(TestSource(pieces: 1, piece: [97], fails: true))))
    }
    let running = try Running(application)
    let client = try running.client()
    #expect(throws: SystemError.self) { _ = try client.exchange(get) }
  }

  @Test func `a client that goes away releases a stream's source`() throws {
    let released = Gate()
    var application = TestApplication()
    application.answer = { _, _ in
      let piece = [UInt8](repeating: 97, count: 64 * 1024)
      return .now(
        Response(.ok, body: .stream(TestSource(pieces: .max, piece: piece, released: released))))
    }
    let running = try Running(application)
    do {
      let client = try running.client()
      try client.send(get)
      _ = try client.read(count: 1_000_000)
    }
    #expect(released.wait())
    #expect(running.wait { $0.activeConnections == 0 })
  }

  @Test func `a large response comes whole to a client that reads late`() throws {
    var application = TestApplication()
    let body = (0..<6_000_000).map { UInt8(97 + $0 % 13) }
    application.answer = { _, _ in .now(Response(.ok, body: .bytes(body))) }
    let running = try Running(application)
    let client = try running.client()
    try client.send(get + get)
    #expect(running.wait { $0.bytesOut > 0 })
    #expect(try Array(client.response().body.utf8) == body)
    #expect(try client.response().body.utf8.count == body.count)
  }
}
