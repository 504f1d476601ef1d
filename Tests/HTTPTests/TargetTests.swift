import HTTP
import Testing

private func target(_ target: String, _ status: Int = 400, method: String = "GET") -> Case {
  Case("\(method) \(target)", withLine("\(method) \(target) HTTP/1.1"), status)
}

/// A path and the segments it means.
struct PathCase: Sendable, CustomTestStringConvertible {
  let path: String
  let segments: [String]

  init(_ path: String, _ segments: [String]) {
    self.path = path
    self.segments = segments
  }

  var testDescription: String { path }
}

@Suite struct TargetTests {
  @Test(arguments: [
    PathCase("/", []), PathCase("/a", ["a"]), PathCase("/a/b", ["a", "b"]),
    PathCase("/a/", ["a", ""]), PathCase("//a", ["", "a"]), PathCase("/a//b", ["a", "", "b"]),
    PathCase("//", ["", ""]), PathCase("/caf%C3%A9", ["café"]), PathCase("/%41%62", ["Ab"]),
    PathCase("/a%2Fb", ["a/b"]), PathCase("/a%2fb/c", ["a/b", "c"]), PathCase("/a%20b", ["a b"]),
    PathCase("/a+b", ["a+b"]), PathCase("/.", []), PathCase("/..", []), PathCase("/../..", []),
    PathCase("/./a", ["a"]), PathCase("/a/.", ["a", ""]), PathCase("/a/..", []),
    PathCase("/a/b/..", ["a", ""]), PathCase("/a/../b", ["b"]), PathCase("/../a", ["a"]),
    PathCase("/a/%2e%2e/b", ["b"]), PathCase("/a/.%2E/b", ["b"]), PathCase("/%2e/a", ["a"]),
    PathCase("/a/...", ["a", "..."]), PathCase("/.a", [".a"]), PathCase("/a.json", ["a.json"]),
    PathCase("/%252e%252e/a", ["%2e%2e", "a"]), PathCase("/..%2Fa", ["../a"]),
    PathCase("/a;b=1,c", ["a;b=1,c"]), PathCase("/:@!$&'()*=~", [":@!$&'()*=~"]),
    PathCase("/%E2%82%AC/%F0%9F%92%A1", ["€", "💡"]), PathCase("/%0A", ["\n"]),
  ])
  func `a path is split and decoded`(_ row: PathCase) throws {
    let request = try head(withLine("GET \(row.path) HTTP/1.1")).request
    #expect(request.segments == row.segments)
    #expect(request.rawPath == row.path)
    #expect(request.rawQuery == nil)
  }

  @Test(arguments: [
    target("/%"), target("/%4"), target("/%4g"), target("/%zz"), target("/a%"), target("/%-1"),
    target("/%00"), target("/a%00b"), target("/%C3"), target("/%C3/%A9"), target("/%FF"),
    target("/%C0%AF"), target("/%ED%A0%80"), target("/%F4%90%80%80"), target("/%e2%28%a1"),
    target("/a#b"), target("/#"), target("/a\"b"), target("/a<b"), target("/a>b"),
    target("/a\\b"), target("/a^b"), target("/a{b}"), target("/a|b"), target("/a`b"),
    target("/café"), target("/?q=é"), target("/?a#b"), target("/?a\"b"), target("/?a<b"),
    target("a"), target("?a"), target("a/b"), target("*"), target("*", 400, method: "POST"),
    target("*a", 400, method: "OPTIONS"), target("*", 0, method: "OPTIONS"),
    target("//a:b@c/", 0), target("/?", 0), target("/?%zz", 0), target("/?a[b]=c|d", 0),
    target("http://"), target("http:///a"), target("http://:80/"), target("http:/a"),
    target("http:a"), target("ftp://a/"), target("http//a/"), target("http://u@a/"),
    target("http://u:p@a/"), target("http://a b/"), target("http://a:b/"), target("http://[::1/"),
    target("http://a/%zz"), target("http://a", 0), target("HTTP://a/", 0),
    target("https://a/b?c", 0),
    target("http://a?b", 0), target("http://[::1]:80/", 0), target("http://a:/", 0),
    target("a:443", 0, method: "CONNECT"), target("a", 400, method: "CONNECT"),
    target("/", 400, method: "CONNECT"), target("a:b", 400, method: "CONNECT"),
    target("http://a:80/", 400, method: "CONNECT"), target("a:443"),
  ])
  func `a target has one of four forms`(_ row: Case) { row.check() }

  @Test func `the query is kept as sent`() throws {
    let request = try head(withLine("GET /a?q=a%20b+c&x=%zz? HTTP/1.1")).request
    #expect(request.rawPath == "/a")
    #expect(request.rawQuery == "q=a%20b+c&x=%zz?")
    #expect(try head(withLine("GET /? HTTP/1.1")).request.rawQuery == "")
  }

  @Test func `an absolute target's authority wins over Host`() throws {
    let request = try head("GET http://b:81/c?d HTTP/1.1\r\nHost: a\r\n\r\n").request
    #expect(request.authority == "b:81")
    #expect(request.segments == ["c"])
    #expect(request.rawPath == "/c")
    #expect(request.rawQuery == "d")
    #expect(request.headers["host"] == "a")
  }

  @Test func `an absolute target without path is the root`() throws {
    #expect(try head(withLine("GET http://b HTTP/1.1")).request.rawPath == "/")
    let query = try head(withLine("GET http://b?x HTTP/1.1")).request
    #expect(query.rawPath == "/")
    #expect(query.rawQuery == "x")
    #expect(try head(withLine("OPTIONS http://b HTTP/1.1")).request.rawPath == "*")
  }

  @Test func `an absolute target does not replace Host`() {
    #expect(parse(Array("GET http://a/ HTTP/1.1\r\n\r\n".utf8)) == .refused(400, "missing_host"))
  }
}
