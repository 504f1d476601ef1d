import Glibc
import HTTP
import Server
import Sockets
import Testing

private let get = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"

func pause(milliseconds: UInt32 = 2) { usleep(milliseconds * 1000) }

@Suite struct StopTests {
  @Test func `a graceful stop lets a running handler answer`() throws {
    let entered = Gate()
    let gate = Gate()
    let application = TestApplication(waitingFor: gate, entered: entered, "done")
    let running = try Running(application)
    let idle = try running.client()
    let incomplete = try running.client()
    try incomplete.send("GET /a HTTP/1.1\r\n")
    let uploading = try running.client()
    try uploading.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc")
    let busy = try running.client()
    try busy.send(get)
    #expect(entered.wait())
    #expect(running.wait { $0.activeConnections == 4 && $0.requests == 2 })
    running.server.stop(graceful: true)
    #expect(try idle.isAtEnd())
    #expect(try incomplete.isAtEnd())
    #expect(try uploading.isAtEnd())
    #expect(throws: SystemError.self) { _ = try running.client() }
    gate.open()
    try running.expectLastAnswer("done", on: busy)
  }

  @Test func `a handler that does not end does not hold up the stop`() throws {
    let entered = Gate()
    let gate = Gate()
    let application = TestApplication(waitingFor: gate, entered: entered, "too late")
    let running = try Running(application) { $0.deadlines.stop = .milliseconds(30) }
    let client = try running.client()
    try client.send(get)
    #expect(entered.wait())
    #expect(running.stop(graceful: true))
    #expect(try client.isAtEnd())
    gate.open()
  }

  @Test func `a response under way is completed`() throws {
    var application = TestApplication()
    let body = [UInt8](repeating: 97, count: 8 << 20)
    application.answer = { _, _ in .now(Response(.ok, body: .bytes(body))) }
    let running = try Running(application)
    let client = try running.client()
    try client.send(get)
    #expect(running.wait { $0.bytesOut > 0 })
    running.server.stop(graceful: true)
    #expect(try client.response().body.utf8.count == body.count)
    #expect(try client.isAtEnd())
    #expect(running.waitForEnd())
  }

  @Test func `a request that has arrived is answered`() throws {
    let running = try Running()
    let clients = try (0..<50).map { _ in try running.client() }
    for client in clients { #expect(try client.exchange(get).status == 200) }
    for client in clients { try client.send(get) }
    running.server.stop(graceful: true)
    for client in clients { #expect(try client.response().status == 200) }
    #expect(running.waitForEnd())
  }

  @Test func `a stop at once drops everything`() throws {
    let running = try Running()
    let client = try running.client()
    #expect(try client.exchange(get).status == 200)
    #expect(running.stop(graceful: false))
    #expect(try client.isAtEnd())
    #expect(running.server.metrics.activeConnections == 0)
  }

  @Test func `stopping twice, or before running, is fine`() throws {
    let running = try Running()
    running.server.stop()
    running.server.stop(graceful: false)
    #expect(running.waitForEnd())
    let listener = try Listener(.ipv4(address: "127.0.0.1", port: 0))
    let server = try Server(application: TestApplication(), listeners: [listener])
    server.stop()
    try server.run()
  }
}
