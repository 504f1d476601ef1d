import HTTP
import Testing

private func fields(_ name: String, _ lines: String, _ status: Int, _ code: String? = nil) -> Case {
  Case(name, withFields(lines), status, code)
}

private func host(_ value: String, _ status: Int = 400) -> Case {
  Case(
    "Host: \(value)", "GET / HTTP/1.1\r\nHost: \(value)\r\n\r\n", status,
    status == 0 ? nil : "bad_host")
}

@Suite struct FieldTests {
  @Test(arguments: [
    fields("plain", "A: b", 0), fields("no space after the colon", "A:b", 0),
    fields("empty value", "A:", 0), fields("blank value", "A: \t ", 0),
    fields("tab within a value", "A: b\tc", 0), fields("colons in a value", "A: b:c:d", 0),
    fields("odd token name", "!#$%&'*+-.^_`|~9: b", 0),
    fields("space before the colon", "A : b", 400, "bad_header"),
    fields("tab before the colon", "A\t: b", 400, "bad_header"),
    fields("space in the name", "A b: c", 400, "bad_header"),
    fields("no colon", "A", 400, "bad_header"), fields("no name", ": b", 400, "bad_header"),
    fields("name of a parenthesis", "A(b): c", 400, "bad_header"),
    fields("name with a slash", "A/b: c", 400, "bad_header"),
    fields("name of another script", "Ä: c", 400, "bad_header"),
    fields("folded", "A: b\r\n c: d", 400, "obsolete_folding"),
    fields("folded by a tab", "A: b\r\n\tc", 400, "obsolete_folding"),
    fields("line of a space", "A: b\r\n ", 400, "obsolete_folding"),
    fields("NUL in a value", "A: b\0c", 400, "control_character"),
    fields("escape in a value", "A: b\u{1B}c", 400, "control_character"),
    fields("DEL in a value", "A: b\u{7F}c", 400, "control_character"),
    fields("vertical tab in a value", "A: b\u{0B}c", 400, "control_character"),
    fields("bare CR in a value", "A: b\rc", 400, "bad_line_ending"),
    fields("bare LF in a value", "A: b\nC: d", 400, "bad_line_ending"),
    fields("NUL in a name", "A\0: b", 400, "control_character"),
    fields("obs-text in a value", "A: grün", 0),
    Case(
      "invalid UTF-8 in a value",
      bytes: Array("GET / HTTP/1.1\r\nHost: a\r\nA: ".utf8) + [0xFF]
        + Array("\r\n\r\n".utf8), 0),
  ])
  func `a field line is a token, a colon and a value`(_ row: Case) { row.check() }

  @Test(arguments: [
    host("a", 0), host("a.b-c_d:80", 0), host("A.example", 0), host("a:", 0), host("127.0.0.1", 0),
    host("[::1]", 0), host("[::1]:8080", 0), host("[::ffff:1.2.3.4]", 0), host("", 0),
    host("a.", 0),
    host("a:65535", 0), host("a:65536"), host("a:999999999999999999999"), host("a:b"), host("a:-1"),
    host("a:80:80"), host("a b"), host("a/b"), host("u@a"), host("http://a"), host("[::1"),
    host("::1"), host("[]"), host("[a]"), host("[::1]a"), host("a%20b"), host("grün"), host("a\\b"),
    host("a?b"), host("a#b"), host("a\"b"), host("<a>"),
    Case("no Host", "GET / HTTP/1.1\r\n\r\n", 400, "missing_host"),
    Case("no Host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 0),
    Case("two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n", 400, "duplicate_host"),
    Case(
      "two Hosts in HTTP/1.0", "GET / HTTP/1.0\r\nHost: a\r\nHOST: b\r\n\r\n", 400, "duplicate_host"
    ),
    Case(
      "Host with a space before its colon", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400, "bad_header"),
  ])
  func `there is one valid Host`(_ row: Case) { row.check() }

  @Test func `fields keep their order, spelling and number`() throws {
    let request = try head(withFields("b: 1\r\nA:  2 \t\r\nB: 3")).request
    #expect(request.headers.fields.map(\.name) == ["Host", "b", "A", "B"])
    #expect(request.headers.all("B") == ["1", "3"])
    #expect(request.headers["a"] == "2")
    #expect(request.headers.list("b") == "1, 3")
  }

  @Test func `a hundred fields are read, more are 431`() {
    let fields = (1..<100).map { "A\($0): b" }.joined(separator: "\r\n")
    #expect(parse(Array(withFields(fields).utf8)) == .head)
    #expect(parse(Array(withFields(fields + "\r\nB: c").utf8)) == .refused(431, "too_many_fields"))
  }

  @Test func `a head of 32 KiB is read, a larger one is 431`() {
    let empty = withFields("A: ").utf8.count
    let longest = String(repeating: "a", count: 32 * 1024 - empty)
    #expect(parse(Array(withFields("A: \(longest)").utf8)) == .head)
    let larger = Array(withFields("A: \(longest)a").utf8)
    #expect(parse(larger) == .refused(431, "head_too_large"))
    // Before its end has come.
    #expect(parse(larger.dropLast(4) + [97, 97, 97, 97]) == .refused(431, "head_too_large"))
  }

  @Test func `what was understood of a refused head is known`() throws {
    var parser = RequestParser()
    let bytes = Array("GET /a HTTP/1.1\r\nHost: b\r\nAccept: c\r\nD : e\r\n\r\n".utf8)
    #expect(throws: Refusal.spaceBeforeColon) { _ = try parser.head(in: bytes.span) }
    let request = try #require(parser.partialRequest)
    #expect(request.segments == ["a"])
    #expect(request.authority == "b")
    #expect(request.headers["accept"] == "c")
  }
}
