import HTTP
import Testing

/// Field lines and the framing they mean, or the refusal.
struct FramingCase: Sendable, CustomTestStringConvertible {
  let fields: String
  let framing: Framing?
  let refused: Int
  let version: String

  init(_ fields: String, _ framing: Framing, version: String = "HTTP/1.1") {
    (self.fields, self.framing, refused, self.version) = (fields, framing, 0, version)
  }

  init(_ fields: String, refused: Int, version: String = "HTTP/1.1") {
    (self.fields, framing, self.refused, self.version) = (fields, nil, refused, version)
  }

  var testDescription: String { "\(version) \(fields)" }
}

/// Field lines, a version, and whether the connection stays open.
struct KeepAliveCase: Sendable {
  let version: String
  let connection: String?
  let keepAlive: Bool

  init(_ version: String, _ connection: String?, _ keepAlive: Bool) {
    (self.version, self.connection, self.keepAlive) = (version, connection, keepAlive)
  }
}

@Suite struct FramingTests {
  @Test(arguments: [
    FramingCase("A: b", .none), FramingCase("Content-Length: 0", .length(0)),
    FramingCase("Content-Length: 12", .length(12)),
    FramingCase("content-length:\t12 ", .length(12)),
    FramingCase("Content-Length: 0012", .length(12)),
    FramingCase("Content-Length: 9223372036854775807", .length(.max)),
    FramingCase("Content-Length: 99999999999999999999999", .length(.max)),
    FramingCase("Content-Length:", refused: 400), FramingCase("Content-Length: +1", refused: 400),
    FramingCase("Content-Length: -1", refused: 400),
    FramingCase("Content-Length: 1 2", refused: 400),
    FramingCase("Content-Length: 0x10", refused: 400),
    FramingCase("Content-Length: 1.0", refused: 400),
    FramingCase("Content-Length: 1e3", refused: 400),
    FramingCase("Content-Length: a", refused: 400),
    FramingCase("Content-Length: 5, 5", refused: 400),
    FramingCase("Content-Length: 5,", refused: 400),
    FramingCase("Content-Length: 5\r\nContent-Length: 5", refused: 400),
    FramingCase("Content-Length: 5\r\ncontent-length: 6", refused: 400),
    FramingCase("Content-Length: ٣", refused: 400),
    FramingCase("Transfer-Encoding: chunked", .chunked),
    FramingCase("transfer-encoding: CHUNKED", .chunked),
    FramingCase("Transfer-Encoding: , chunked ,", refused: 400),
    FramingCase("Transfer-Encoding: ,chunked", refused: 400),
    FramingCase("Transfer-Encoding: chunked,", refused: 400),
    FramingCase("Transfer-Encoding: chunked\r\nTransfer-Encoding:", refused: 400),
    FramingCase("Transfer-Encoding:\r\nTransfer-Encoding: chunked", refused: 400),
    FramingCase("Transfer-Encoding: chunked\r\nContent-Length: 5", refused: 400),
    FramingCase("Content-Length: 5\r\nTransfer-Encoding: chunked", refused: 400),
    FramingCase("Content-Length: 5\r\nTransfer-Encoding: gzip, chunked", refused: 400),
    FramingCase("Transfer-Encoding:", refused: 400),
    FramingCase("Transfer-Encoding: chunked, chunked", refused: 400),
    FramingCase("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", refused: 400),
    FramingCase("Transfer-Encoding: chunked, gzip", refused: 400),
    FramingCase("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", refused: 400),
    FramingCase("Transfer-Encoding: chunked;a=b", refused: 400),
    FramingCase("Transfer-Encoding: \"chunked\"", refused: 400),
    FramingCase("Transfer-Encoding: chunked foo", refused: 400),
    FramingCase("Transfer-Encoding: gzip, chunked", refused: 501),
    FramingCase("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", refused: 501),
    FramingCase("Transfer-Encoding: gzip", refused: 501),
    FramingCase("Transfer-Encoding: identity", refused: 501),
    FramingCase("Transfer-Encoding: xchunked", refused: 501),
    FramingCase("Transfer-Encoding: foo;bar=\"baz\"", refused: 501),
    FramingCase("Transfer-Encoding: chunked", refused: 400, version: "HTTP/1.0"),
    FramingCase("Content-Length: 3", .length(3), version: "HTTP/1.0"),
  ])
  func `a body is framed in one way`(_ row: FramingCase) throws {
    let text = "POST / \(row.version)\r\nHost: a\r\n\(row.fields)\r\n\r\n"
    guard let framing = row.framing else {
      guard case .refused(let status, _) = parse(Array(text.utf8)) else {
        Issue.record("not refused")
        return
      }
      #expect(status == row.refused)
      return
    }
    #expect(try head(text).framing == framing)
  }

  @Test(arguments: [
    KeepAliveCase("HTTP/1.1", nil, true), KeepAliveCase("HTTP/1.1", "close", false),
    KeepAliveCase("HTTP/1.1", "Close", false), KeepAliveCase("HTTP/1.1", "keep-alive", true),
    KeepAliveCase("HTTP/1.1", "keep-alive, close", false),
    KeepAliveCase("HTTP/1.1", "upgrade,\tclose", false), KeepAliveCase("HTTP/1.1", "closed", true),
    KeepAliveCase("HTTP/1.0", nil, false), KeepAliveCase("HTTP/1.0", "Keep-Alive", true),
    KeepAliveCase("HTTP/1.0", "close, keep-alive", false), KeepAliveCase("HTTP/1.7", nil, true),
  ])
  func `a connection stays open as RFC 9112 §9.3 says`(_ row: KeepAliveCase) throws {
    let field = row.connection.map { "Connection: \($0)\r\n" } ?? ""
    let head = try head("GET / \(row.version)\r\nHost: a\r\n\(field)\r\n")
    #expect(head.keepAlive == row.keepAlive)
  }

  @Test func `expectations`() throws {
    #expect(try head(withFields("Expect: 100-continue")).expectsContinue)
    #expect(try head(withFields("Expect: 100-Continue")).expectsContinue)
    #expect(try !head(withFields("A: b")).expectsContinue)
    #expect(try !head("GET / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n").expectsContinue)
    for value in ["200-ok", "100-continue, b", "b, 100-continue", "100-continue=1"] {
      let parsed = parse(Array(withFields("Expect: \(value)").utf8))
      #expect(parsed == .refused(417, "expectation_failed"), "\(value)")
    }
  }
}
