import App
import HTTP
import JSON
import Testing

private let html = "text/html; charset=utf-8"
private let plain = "text/plain; charset=utf-8"
private let markdown = "text/markdown; charset=utf-8"
private let json = "application/json"

private struct Accept: Sendable, CustomTestStringConvertible {
  let accept: String?
  /// nil: 406.
  let type: String?
  var testDescription: String { accept ?? "none" }
  init(_ accept: String?, _ type: String?) {
    self.accept = accept
    self.type = type
  }
}

private let accepts: [Accept] = [
  Accept(nil, plain), Accept("", plain), Accept("*/*", plain), Accept("text/*", plain),
  Accept(" , ,", plain), Accept(", text/html ,", html), Accept("text/html", html),
  Accept("TEXT/HTML", html), Accept("application/json", json),
  Accept("application/*", json), Accept("text/markdown", markdown), Accept("text/plain", plain),
  Accept("application/problem+json", json),
  Accept("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", html),
  Accept("text/html;q=0.5, application/json", json),
  Accept("application/json;q=0.2, text/html;q=0.3", html),
  Accept("text/markdown, */*;q=0.1", markdown), Accept("text/html;q=0, */*", plain),
  Accept("text/plain;q=0, */*;q=0.5", html), Accept("text/*;q=0.3, text/markdown;q=0.9", markdown),
  Accept("image/png, text/html;q=0.1", html), Accept("image/png", nil),
  Accept("text/html;q=0", nil),
  Accept("*/*;q=0", nil), Accept("image/*, video/mp4", nil), Accept("text/html ; q=1", html),
  Accept("text/plain;format=flowed", plain),
]

struct RepresentationTests {
  @Test(arguments: accepts)
  private func `the form is what Accept asks for`(example: Accept) throws {
    let server = try Server()
    let reply = try server.get("/issues/exec-format-error", accept: example.accept)
    #expect(reply.headers.list("Vary")?.contains("Accept") == true)
    guard let type = example.type else {
      #expect(reply.status == 406)
      for type in ["text/html", "application/json", "text/markdown", "text/plain"] {
        #expect(reply.text.contains(type))
      }
      return
    }
    #expect(reply.status == 200)
    #expect(reply.type == type)
  }

  @Test(arguments: [(".html", html), (".json", json), (".md", markdown), (".txt", plain)])
  func `a suffix beats Accept`(suffix: String, type: String) throws {
    let server = try Server()
    for accept in ["text/html", "application/json", "image/png", "*/*"] {
      for path in [
        "/issues/exec-format-error", "/guides", "/guides/field-guide", "/issues", "/search",
        "/index", "/recent", "/checks", "/help",
      ] {
        let reply = try server.get(path + suffix, accept: accept)
        #expect(reply.status == 200, "\(path + suffix)")
        #expect(reply.type == type, "\(path + suffix)")
      }
    }
  }

  @Test func `every page that shows knowledge has four forms, each with an ETag of its own`() throws
  {
    let server = try Server()
    let paths = [
      "/index", "/search?q=timeout", "/guides", "/guides/field-guide", "/issues",
      "/issues/exec-format-error", "/issues/exec-format-error/history",
      "/issues/exec-format-error/revisions/1", "/fixes/1", "/checks", "/checks/session-id",
      "/recent",
      "/help", "/help/problems",
    ]
    for path in paths {
      let parts = path.split(separator: "?", maxSplits: 1)
      let query = parts.count > 1 ? "?" + parts[1] : ""
      var tags: Set<String> = []
      for suffix in [".html", ".json", ".md", ".txt"] {
        let reply = try server.get(parts[0] + suffix + query)
        #expect(reply.status == 200, "\(path)\(suffix)")
        #expect(!reply.bytes.isEmpty, "\(path)\(suffix)")
        tags.insert(try #require(reply.headers["ETag"], "\(path)\(suffix)"))
        if suffix == ".json" { #expect(reply.json != .null, "\(path)") }
      }
      // Some pages read the same as Markdown and as text.
      #expect(tags.count >= 3, "\(path)")
    }
  }

  @Test func `below the API everything is JSON whatever is asked`() throws {
    let server = try Server()
    for accept in ["text/html", "image/png"] {
      #expect(try server.get("/api/v1/issues/exec-format-error", accept: accept).type == json)
      let missing = try server.get("/api/v1/issues/nothing", accept: accept)
      #expect(missing.type == "application/problem+json")
      #expect(missing.code == "not_found")
    }
    // No suffixes there.
    #expect(try server.get("/api/v1/issues/exec-format-error.json").status == 404)
  }

  @Test(arguments: [
    ("text/html", html), ("application/json", "application/problem+json"),
    ("text/markdown", markdown),
    ("*/*", plain),
  ])
  func `an error has a code in every form`(accept: String, type: String) throws {
    let server = try Server()
    for (path, status, code) in [
      ("/issues/nothing", 404, "not_found"), ("/nothing", 404, "not_found"),
      ("/issues?limit=0", 422, "invalid_field"), ("/search?nonsense=1", 422, "unknown_field"),
    ] {
      let reply = try server.get(path, accept: accept)
      #expect(reply.status == status, "\(path)")
      #expect(reply.type == type, "\(path)")
      #expect(reply.text.contains(code), "\(path)")
    }
  }

  @Test func `a problem document has the members of RFC 9457 and our own`() throws {
    let server = try Server()
    let problem = try server.get("/api/v1/issues?limit=1000").json
    #expect(problem.members?.map(\.name) == ["type", "title", "status", "detail", "code", "field"])
    #expect(problem["status"]?.integer == 422)
    #expect(problem["field"]?.text == "limit")
    let type = try #require(problem["type"]?.text)
    #expect(type == "http://127.0.0.1:8080/help/problems#invalid_field")
  }

  @Test func `problems are private to nobody and stored by no cache`() throws {
    let server = try Server()
    #expect(try server.get("/nothing").headers["Cache-Control"] == "no-store")
  }

  @Test(arguments: [
    "/nothing", "/issues/a/b/c", "/guides/field-guide/x", "/api/v1/nothing", "/api/v2/issues",
    "/issues/",
  ])
  func `an address that is no page is 404`(path: String) throws {
    #expect(try Server().get(path).status == 404)
  }

  @Test(arguments: [
    ("POST", "/recent", ["GET", "HEAD", "OPTIONS"]),
    ("DELETE", "/search", ["GET", "HEAD", "OPTIONS"]),
    ("PUT", "/", ["GET", "HEAD", "OPTIONS"]), ("BREW", "/recent", ["GET", "HEAD", "OPTIONS"]),
    ("GET", "/diagnoses/x/outcomes", ["POST", "OPTIONS"]),
    (
      "POST", "/api/v1/issues/exec-format-error",
      ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]
    ),
    ("DELETE", "/api/v1/issues", ["GET", "HEAD", "POST", "OPTIONS"]),
    ("GET", "/api/v1/diagnose", ["POST", "OPTIONS"]),
    ("get", "/recent", ["GET", "HEAD", "OPTIONS"]),
  ])
  func `a method a path does not have is 405 with what it has`(
    method: String, path: String, allowed: [String]
  ) throws {
    let reply = try Server().send(method, path)
    #expect(reply.status == 405)
    let allow = try #require(reply.headers["Allow"])
    #expect(
      Set(allow.split(separator: ",").map { $0.trimmingPrefix(" ") }.map(String.init))
        == Set(allowed))
  }

  @Test func `HEAD has the status and headers of GET`() throws {
    let server = try Server()
    for path in [
      "/", "/issues/exec-format-error.json", "/nothing", "/issues?limit=0",
      "/guides/field-guide.md",
    ] {
      let (head, get) = (try server.send("HEAD", path), try server.get(path))
      #expect(head.status == get.status, "\(path)")
      for name in ["Content-Type", "ETag", "Vary", "Cache-Control", "Link"] {
        #expect(head.headers[name] == get.headers[name], "\(path) \(name)")
      }
    }
  }

  @Test func `a title is text in every form, and its guide the file that came`() throws {
    let guide = """
      # The `pump`

      ## About **valves**

      ### `V1` refuses <name> &amp; [stops](https://x.example/)
      - V1 refuses
      - **Fix**: oil it

      """
    let server = try Server(guide: guide)
    let title = "V1 refuses <name> & stops"
    for path in [
      "/issues", "/search?q=refuses", "/guides/the-pump", "/issues/v1-refuses-name-stops",
    ] {
      #expect(try server.get(path, accept: "text/plain").text.contains(title), "\(path)")
      let page = try server.get(path, accept: "text/html").text
      #expect(page.contains("V1 refuses &lt;name&gt; &amp; stops"), "\(path)")
      #expect(!page.contains("`V1`"), "\(path)")
    }
    for path in ["/issues.md", "/search.md?q=refuses"] {
      #expect(try server.get(path).text.contains("[V1 refuses \\<name> \\& stops]("), "\(path)")
    }
    #expect(
      try server.get("/issues/v1-refuses-name-stops.md").text
        .hasPrefix("# V1 refuses \\<name> & stops\n"))
    #expect(
      try server.get("/api/v1/issues/v1-refuses-name-stops").json["title"]?.text == title)
    #expect(try server.get("/guides/the-pump.md").text == guide)
  }

  // MARK: Conditional requests and coding

  @Test func `a known ETag is answered 304 with the same ETag`() throws {
    let server = try Server()
    for suffix in [".html", ".json", ".md", ".txt"] {
      let path = "/issues/exec-format-error" + suffix
      let tag = try #require(try server.get(path).headers["ETag"])
      #expect(!tag.hasPrefix("W/") && tag.hasPrefix("\"1-"))
      for known in [tag, "\"x\", " + tag, "W/" + tag, "*"] {
        let reply = try server.send("GET", path, [("If-None-Match", known)])
        #expect(reply.status == 304, "\(known)")
        #expect(reply.bytes.isEmpty)
        #expect(reply.headers["ETag"] == tag)
        #expect(reply.headers["Vary"] != nil)
      }
      #expect(try server.send("GET", path, [("If-None-Match", "\"1-x\"")]).status == 200)
    }
  }

  @Test func `a read for another state than the one there is is 412`() throws {
    let server = try Server()
    for path in ["/issues/exec-format-error.html", "/api/v1/issues/exec-format-error", "/healthz"] {
      let tag = try #require(try server.get(path).headers["ETag"])
      for wanted in [tag, "\"x\", " + tag, "*"] {
        #expect(try server.send("GET", path, [("If-Match", wanted)]).status == 200, "\(wanted)")
      }
      // RFC 9110 §13.1.1: a weak tag matches nothing.
      for wanted in ["\"x\"", "W/" + tag, "\"1-x\"", "x", ""] {
        for method in ["GET", "HEAD"] {
          let reply = try server.send(method, path, [("If-Match", wanted)])
          #expect(reply.status == 412, "\(wanted)")
          #expect(reply.headers["Cache-Control"] == "no-store")
        }
      }
      // §13.2.2: that comes first.
      let both = [("If-Match", "\"x\""), ("If-None-Match", tag)]
      #expect(try server.send("GET", path, both).status == 412)
      #expect(try server.send("GET", path, [("If-Match", tag), both[1]]).status == 304)
    }
    // What is not there has no state.
    #expect(try server.send("GET", "/no/such", [("If-Match", "\"x\"")]).status == 404)
    let problem = try server.send(
      "GET", "/api/v1/issues/exec-format-error", [("If-Match", "\"x\"")])
    #expect(problem.code == "stale_revision")
  }

  @Test func `an edit changes the ETag of every form`() throws {
    let server = try Server()
    let paths = [".html", ".json", ".md", ".txt"].map { "/issues/nobody-knows" + $0 }
    let before = try paths.map { try server.get($0).headers["ETag"] }
    let edited = try server.json(
      "PATCH", "/api/v1/issues/nobody-knows", ["markdown": "- new"], [("If-Match", "*")],
      token: server.editor)
    #expect(edited.status == 200)
    let after = try paths.map { try server.get($0).headers["ETag"] }
    for (old, new) in zip(before, after) { #expect(old != new && new?.hasPrefix("\"2-") == true) }
  }

  @Test(arguments: [
    ("gzip", true), ("GZIP", true), ("br, gzip;q=0.5", true), ("*", true), ("gzip;q=0", false),
    ("identity", false), ("br", false), ("*;q=0", false), ("*, gzip;q=0", false), ("", false),
  ])
  func `a long answer is compressed for who accepts it`(accept: String, isCompressed: Bool) throws {
    let server = try Server()
    let whole = try server.get("/guides/field-guide.html")
    let reply = try server.send("GET", "/guides/field-guide.html", [("Accept-Encoding", accept)])
    #expect(reply.headers.list("Vary")?.contains("Accept-Encoding") == true)
    #expect((reply.headers["Content-Encoding"] == "gzip") == isCompressed)
    let bytes = isCompressed ? try #require(Gzip.expand(reply.bytes)) : reply.bytes
    #expect(bytes == whole.bytes)
    if isCompressed {
      #expect(reply.bytes.count < whole.bytes.count)
      #expect(reply.headers["ETag"] != whole.headers["ETag"])
      let again = try server.send(
        "GET", "/guides/field-guide.html",
        [("Accept-Encoding", accept), ("If-None-Match", try #require(reply.headers["ETag"]))])
      #expect(again.status == 304)
    }
  }

  @Test func `a gzip file that is cut off or no gzip is refused`() throws {
    let whole = try Server().send("GET", "/guides/field-guide.html", [("Accept-Encoding", "gzip")])
      .bytes
    #expect(Gzip.expand(whole) != nil)
    #expect(Gzip.expand(whole + whole)?.count == 2 * (Gzip.expand(whole)?.count ?? 0))
    for end in [0, 1, 10, whole.count / 2, whole.count - 1] {
      #expect(Gzip.expand(Array(whole[..<end])) == nil, "\(end)")
    }
    #expect(Gzip.expand(Array("plain".utf8)) == nil)
  }

  // MARK: Moved addresses

  @Test func `a former slug redirects with suffix and query kept`() throws {
    let server = try Server()
    let renamed = try server.json(
      "PATCH", "/api/v1/issues/nobody-knows", ["title": "Known now"], [("If-Match", "*")],
      token: server.editor)
    #expect(renamed.status == 200)
    for (old, new) in [
      ("/issues/nobody-knows", "/issues/known-now"),
      ("/issues/nobody-knows.json", "/issues/known-now.json"),
      ("/issues/nobody-knows.txt?width=60", "/issues/known-now.txt?width=60"),
      ("/api/v1/issues/nobody-knows", "/api/v1/issues/known-now"),
    ] {
      let reply = try server.get(old)
      #expect(reply.status == 301)
      #expect(reply.headers["Location"] == new)
    }
    // A write acts on the issue.
    let write = try server.json(
      "PATCH", "/api/v1/issues/nobody-knows", ["markdown": "- x"], [("If-Match", "*")],
      token: server.editor)
    #expect(write.status == 200)
  }

  @Test func `an id is served and says what is canonical`() throws {
    let server = try Server()
    let id = try #require(try server.get("/api/v1/issues/exec-format-error").json["id"]?.integer)
    let reply = try server.get("/issues/\(id).json")
    #expect(reply.status == 200)
    #expect(
      reply.headers.list("Link")?.contains(
        "<http://127.0.0.1:8080/issues/exec-format-error>; rel=\"canonical\"") == true)
  }

  @Test func `the guide's Markdown is the file that was imported`() throws {
    let reply = try Server().get("/guides/field-guide.md")
    #expect(reply.text == Server.guide)
  }

  @Test func `every answer carries the security headers`() throws {
    let server = try Server()
    let replies = try [
      server.get("/"), server.get("/nothing"), server.get("/issues/exec-format-error.json"),
      server.get("/assets/fixbook.css"), server.get("/healthz"),
      server.form("/reports", "text=x", [("Accept", "text/html")]),
    ]
    for reply in replies {
      let policy = try #require(reply.headers["Content-Security-Policy"])
      #expect(policy.hasPrefix("default-src 'none'") && !policy.contains("unsafe"))
      for name in [
        "Referrer-Policy", "Cross-Origin-Resource-Policy", "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
      ] { #expect(reply.headers[name] != nil, "\(name)") }
      #expect(reply.headers["X-Content-Type-Options"] == "nosniff")
    }
  }
}
