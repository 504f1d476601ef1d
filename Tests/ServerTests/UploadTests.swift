import Glibc
import HTTP
import Server
import Testing

private func post(_ fields: String) -> String {
  "POST /a HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\r\n"
}

private let get = "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n"

private func threadName() -> String {
  var bytes = [UInt8](repeating: 0, count: 16)
  let descriptor = open("/proc/thread-self/comm", O_RDONLY)
  let count = max(0, read(descriptor, &bytes, bytes.count))
  close(descriptor)
  return String(decoding: bytes[..<count].prefix { $0 != 10 }, as: UTF8.self)
}

/// Streams bodies of `POST`, and answers with the thread that the connection belongs to.
private let application = TestApplication(
  plan: {
    $0.method == .post ? .stream(limit: 8 << 20, into: TestSink()) : .buffer(limit: 8 << 20)
  },
  answer: { _, _ in .later { complete in complete { .now(.text(threadName())) } } })

/// Connections whose long bodies are read by the thread for uploads.
@Suite struct UploadTests {
  @Test func `a long streamed body is read by the thread for uploads, the next request is not`()
    throws
  {
    let running = try Running(application)
    let client = try running.client()
    let long = [UInt8](repeating: 97, count: 100_000)
    for _ in 0..<3 {
      #expect(try client.exchange(post("Content-Length: 5") + "hello").body == "fixbook-loop")
      try client.send(Array(post("Content-Length: \(long.count)").utf8) + long + Array(get.utf8))
      #expect(try client.response().body == "fixbook-uploads")
      #expect(try client.response().body == "fixbook-loop")
      let chunked = post("Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n"
      #expect(try client.exchange(chunked).body == "fixbook-uploads")
      #expect(try client.exchange(get).body == "fixbook-loop")
    }
  }

  @Test func `a collected body stays where it is`() throws {
    let running = try Running(application)
    let client = try running.client()
    try client.send("PUT /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n")
    try client.send([UInt8](repeating: 97, count: 100_000))
    #expect(try client.response().body == "fixbook-loop")
  }

  @Test func `answers before a long body come before its own, and 100 Continue between them`()
    throws
  {
    let running = try Running(application)
    let client = try running.client()
    try client.send(get + post("Content-Length: 100000\r\nExpect: 100-continue"))
    #expect(try client.response().body == "fixbook-loop")
    #expect(try client.read(through: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
    try client.send([UInt8](repeating: 97, count: 100_000))
    #expect(try client.response().body == "fixbook-uploads")
    #expect(try client.exchange(get).body == "fixbook-loop")
  }

  @Test func `a long body that stops arriving is 408, one cut short 400, one of bad chunks 400`()
    throws
  {
    let running = try Running(application) { $0.deadlines.body = .milliseconds(30) }
    let slow = try running.client()
    try slow.send(post("Content-Length: 100000") + "hel")
    #expect(try slow.response().status == 408)
    #expect(try slow.isAtEnd())
    let patient = try Running(application)
    let short = try patient.client()
    try short.send(post("Content-Length: 100000") + "hel")
    short.finishSending()
    #expect(try short.readAll().contains("incomplete_request"))
    let bad = try patient.client()
    try bad.send(post("Transfer-Encoding: chunked") + "xyz\r\n")
    #expect(try bad.response().body == "bad_chunk /a")
    #expect(try bad.isAtEnd())
  }

  @Test func `a client that goes away during a long body leaves nothing behind`() throws {
    let running = try Running(application)
    for _ in 0..<20 {
      let client = try running.client()
      try client.send(post("Content-Length: 100000") + "hel")
    }
    #expect(running.wait { $0.requests == 20 && $0.activeConnections == 0 })
    // Places are given back, too.
    let few = try Running(application) { $0.maximumConnections = 1 }
    for _ in 0..<3 {
      do {
        let client = try few.client()
        try client.send([UInt8](post("Content-Length: 100000").utf8))
        try client.send([UInt8](repeating: 97, count: 100_000))
        #expect(try client.response().body == "fixbook-uploads")
      }
      #expect(few.wait { $0.activeConnections == 0 })
    }
  }

  @Test func `a stop drops what is incomplete and lets a long body's answer go out`() throws {
    let entered = Gate()
    let gate = Gate()
    var application = TestApplication(waitingFor: gate, entered: entered, "done")
    application.plan = { _ in .stream(limit: 8 << 20, into: TestSink()) }
    let running = try Running(application)
    let incomplete = try running.client()
    try incomplete.send(post("Content-Length: 100000") + "hel")
    let busy = try running.client()
    try busy.send(post("Content-Length: 100000"))
    try busy.send([UInt8](repeating: 97, count: 100_000))
    #expect(entered.wait())
    #expect(running.wait { $0.activeConnections == 2 && $0.requests == 2 })
    running.server.stop(graceful: true)
    #expect(try incomplete.isAtEnd())
    gate.open()
    try running.expectLastAnswer("done", on: busy)
  }
}
