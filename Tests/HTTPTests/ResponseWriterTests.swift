import HTTP
import Testing

private final class Empty: BodySource {
  func next() throws -> [UInt8]? { nil }
}

private func text(
  _ response: Response, _ exchange: Exchange = Exchange(), second: Int = 784_111_777
) throws -> String {
  var writer = ResponseWriter()
  var exchange = exchange
  var output: [UInt8] = []
  _ = try writer.write(response, &exchange, at: second, to: &output)
  return String(decoding: output, as: UTF8.self)
}

private let date = "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"

@Suite struct ResponseWriterTests {
  private let hello = Response(
    .ok, headers: HeaderFields([.init("Content-Type", "text/plain")]),
    body: .bytes(Array("hello".utf8)))

  @Test func `a response is one run of bytes`() throws {
    #expect(
      try text(hello)
        == "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\(date)Content-Length: 5\r\n\r\nhello")
  }

  @Test func `HEAD has the length and no body`() throws {
    let head = try text(hello, Exchange(isHead: true))
    #expect(head.hasSuffix("Content-Length: 5\r\n\r\n"))
  }

  @Test func `204 and 304 have neither body nor length`() throws {
    for status in [Status.noContent, .notModified] {
      let written = try text(Response(status, body: .bytes([65])))
      #expect(written == "HTTP/1.1 \(status.code) \(status.phrase)\r\n\(date)\r\n")
      #expect(try text(Response(status, body: .stream(Empty()))) == written)
    }
  }

  @Test func `an empty body has length 0`() throws {
    #expect(try text(Response(.notFound)).contains("Content-Length: 0\r\n"))
  }

  @Test func `the connection's future is said`() throws {
    #expect(try text(hello, Exchange(keepAlive: false)).contains("Connection: close\r\n"))
    let old = try text(hello, Exchange(minorVersion: 0))
    #expect(old.contains("Connection: keep-alive\r\n"))
    #expect(try !text(hello).contains("Connection"))
  }

  @Test func `the application may close, but not frame`() throws {
    var response = hello
    response.headers = HeaderFields([
      .init("connection", "foo, Close"), .init("content-length", "7"), .init("Date", "never"),
      .init("Transfer-Encoding", "gzip"), .init("Keep-Alive", "5"),
    ])
    #expect(
      try text(response)
        == "HTTP/1.1 200 OK\r\n\(date)Content-Length: 5\r\nConnection: close\r\n\r\nhello")
  }

  @Test func `a stream is chunked, or ends with the connection in HTTP/1.0`() throws {
    let response = Response(.ok, body: .stream(Empty()))
    var writer = ResponseWriter()
    var output: [UInt8] = []
    var exchange = Exchange()
    guard case .chunks = try writer.write(response, &exchange, at: 0, to: &output) else {
      Issue.record("not chunked")
      return
    }
    #expect(String(decoding: output, as: UTF8.self).contains("Transfer-Encoding: chunked\r\n"))
    #expect(exchange.keepAlive)
    output = []
    exchange = Exchange(minorVersion: 0)
    guard case .untilClose = try writer.write(response, &exchange, at: 0, to: &output) else {
      Issue.record("not until close")
      return
    }
    #expect(!exchange.keepAlive)
    #expect(String(decoding: output, as: UTF8.self).contains("Connection: close\r\n"))
    #expect(try !text(response, Exchange(isHead: true)).contains("Transfer-Encoding"))
  }

  @Test func `chunks have their size before them`() {
    var output: [UInt8] = []
    ResponseWriter.appendChunk([UInt8](repeating: 97, count: 26), to: &output)
    ResponseWriter.appendChunk([], to: &output)
    ResponseWriter.appendLastChunk(to: &output)
    let text = String(decoding: output, as: UTF8.self)
    #expect(text == "1a\r\n\(String(repeating: "a", count: 26))\r\n0\r\n\r\n")
  }

  @Test func `a large body is not copied behind its head`() throws {
    let body = [UInt8](repeating: 97, count: ResponseWriter.copyLimit + 1)
    var writer = ResponseWriter()
    var output: [UInt8] = []
    var exchange = Exchange()
    let rest = try writer.write(Response(.ok, body: .bytes(body)), &exchange, at: 0, to: &output)
    guard case .bytes(let left) = rest else {
      Issue.record("copied")
      return
    }
    #expect(left.count == body.count)
    #expect(output.count < 200)
  }

  @Test(arguments: ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "a\u{7F}", "\u{1B}[2J"])
  func `no field value breaks out of its line`(value: String) {
    let response = Response(.ok, headers: HeaderFields([.init("Location", value)]))
    var writer = ResponseWriter()
    var exchange = Exchange()
    var output = Array("before".utf8)
    #expect(throws: ResponseWriter.InvalidField()) {
      _ = try writer.write(response, &exchange, at: 0, to: &output)
    }
    #expect(output == Array("before".utf8))
  }

  @Test(arguments: ["", "a b", "a:", "a\r\nb", "ä", "a\0"])
  func `no field name breaks out of its line`(name: String) {
    #expect(throws: ResponseWriter.InvalidField()) {
      try text(Response(.ok, headers: HeaderFields([.init(name, "b")])))
    }
  }

  @Test func `a status is final and has a harmless phrase`() {
    for status in [
      Status(100, "Continue"), Status(99, ""), Status(600, ""), Status(200, "a\r\nb: c"),
    ] {
      #expect(throws: ResponseWriter.InvalidField()) { try text(Response(status)) }
    }
  }

  @Test func `tabs and other scripts may be in a value`() throws {
    let response = Response(.ok, headers: HeaderFields([.init("A", "b\tcafé")]))
    #expect(try text(response).contains("A: b\tcafé\r\n"))
  }

  @Test func `the date follows the clock`() throws {
    var writer = ResponseWriter()
    var exchange = Exchange()
    for (second, expected) in [
      (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (1, "Thu, 01 Jan 1970 00:00:01 GMT"),
    ] {
      var output: [UInt8] = []
      _ = try writer.write(Response(.ok), &exchange, at: second, to: &output)
      #expect(String(decoding: output, as: UTF8.self).contains("Date: \(expected)\r\n"))
    }
  }

  @Test(arguments: [
    (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
    (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
    (1_709_251_199, "Thu, 29 Feb 2024 23:59:59 GMT"),
    (4_107_542_400, "Mon, 01 Mar 2100 00:00:00 GMT"), (-1, "Wed, 31 Dec 1969 23:59:59 GMT"),
  ])
  func `dates`(second: Int, text: String) { #expect(HTTPDate.text(second) == text) }
}
