import HTTP
import Testing

private func line(_ name: String, _ line: String, _ status: Int, _ code: String? = nil) -> Case {
  Case(name, withLine(line), status, code)
}

@Suite struct RequestLineTests {
  @Test(arguments: [
    line("GET", "GET / HTTP/1.1", 0),
    line("unknown method", "QUERY / HTTP/1.1", 0),
    line("method of odd token characters", "M!#$%&'*+-.^_`|~1 / HTTP/1.1", 0),
    line("lower-case method is another method", "get / HTTP/1.1", 0),
    line("method with a colon", "GE:T / HTTP/1.1", 400, "bad_method"),
    line("method with a parenthesis", "G(T / HTTP/1.1", 400, "bad_method"),
    line("no method", " / HTTP/1.1", 400, "bad_request_line"),
    line("leading space", " GET / HTTP/1.1", 400, "bad_request_line"),
    line("two spaces before the target", "GET  / HTTP/1.1", 400),
    line("two spaces before the version", "GET /  HTTP/1.1", 400),
    line("tab for a space", "GET\t/ HTTP/1.1", 400),
    line("trailing space", "GET / HTTP/1.1 ", 400),
    line("space in the target", "GET /a b HTTP/1.1", 400),
    line("no version", "GET /", 400, "bad_request_line"),
    line("method only", "GET", 400, "bad_request_line"),
    line("empty target", "GET  HTTP/1.1", 400),
    line("HTTP/1.0", "GET / HTTP/1.0", 0),
    line("a later minor version is 1.1", "GET / HTTP/1.9", 0),
    line("HTTP/2.0", "GET / HTTP/2.0", 505, "http_version_not_supported"),
    line("HTTP/0.9", "GET / HTTP/0.9", 505),
    line("HTTP/3.1", "GET / HTTP/3.1", 505),
    line("lower-case http", "GET / http/1.1", 400, "bad_version"),
    line("two-digit minor version", "GET / HTTP/1.10", 400, "bad_version"),
    line("two-digit major version", "GET / HTTP/11.1", 400, "bad_version"),
    line("no minor version", "GET / HTTP/1", 400, "bad_version"),
    line("version with a comma", "GET / HTTP/1,1", 400, "bad_version"),
    line("another protocol", "GET / FTP/1.1", 400, "bad_version"),
    line("version with a sign", "GET / HTTP/+1.1", 400),
    Case("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    Case(
      "TLS client hello", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], 400, "control_character"),
    Case("NUL in the method", "GE\0T / HTTP/1.1\r\n\r\n", 400, "control_character"),
    Case(
      "bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400, "bad_line_ending"),
    Case("bare CR in the request line", "GET / HTTP/1.1\rHost: a\r\n\r\n", 400, "bad_line_ending"),
    Case("CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400, "bad_line_ending"),
    Case("one empty line first", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0),
    Case("four empty lines first", "\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 0),
    Case("five empty lines first", "\r\n\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Case("bare LF first", "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Case("byte order mark", "\u{FEFF}GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Case("space before a field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400, "obsolete_folding"),
  ])
  func `a request line is exactly method, target and version`(_ row: Case) { row.check() }

  @Test func `methods are case-sensitive`() throws {
    #expect(try head(withLine("GET / HTTP/1.1")).request.method == .get)
    #expect(try head(withLine("get / HTTP/1.1")).request.method == .other("get"))
    #expect(try head(withLine("DELETE / HTTP/1.1")).request.method == .delete)
  }

  @Test func `a target of 8 KiB is read, a longer one is 414`() {
    let longest = "/" + String(repeating: "a", count: 8191)
    #expect(parse(Array(withLine("GET \(longest) HTTP/1.1").utf8)) == .head)
    let longer = Array(withLine("GET \(longest)a HTTP/1.1").utf8)
    #expect(parse(longer) == .refused(414, "target_too_long"))
    let endless = Array("GET /\(String(repeating: "a", count: 9000))".utf8)
    #expect(parse(endless) == .refused(414, "target_too_long"))
  }
}
