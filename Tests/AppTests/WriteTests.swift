import HTTP
import JSON
import SQLite
import Testing

@testable import Store

/// A request that is wrong in several ways, and which of them is answered.
private struct Wrong: Sendable, CustomTestStringConvertible {
  enum Who: Sendable { case nobody, wrongToken, reader, editor }

  let name: String
  let method: String
  let path: String
  var who = Who.editor
  var headers: [String: String] = [:]
  var body = "{}"
  let status: Int
  let code: String
  var testDescription: String { name }
}

private let one = "/api/v1/issues/exec-format-error"
private let wrongs: [Wrong] = [
  Wrong(
    name: "method before token", method: "PUT", path: "/api/v1/issues", who: .nobody, status: 405,
    code: "method_not_allowed"),
  Wrong(
    name: "token before issue", method: "PUT", path: "/api/v1/issues/nothing", who: .nobody,
    body: "{", status: 401, code: "unauthorized"),
  Wrong(
    name: "wrong token", method: "PUT", path: "/api/v1/issues/nothing", who: .wrongToken,
    status: 401, code: "invalid_token"),
  Wrong(
    name: "wrong token when reading", method: "GET", path: one, who: .wrongToken, body: "",
    status: 401, code: "invalid_token"),
  Wrong(
    name: "scope before issue", method: "PUT", path: "/api/v1/issues/nothing", who: .reader,
    body: "{", status: 403, code: "missing_scope"),
  Wrong(
    name: "scope before body", method: "POST", path: "/api/v1/issues", who: .reader, body: "{",
    status: 403, code: "missing_scope"),
  Wrong(
    name: "issue before precondition", method: "PUT", path: "/api/v1/issues/nothing", body: "{",
    status: 404, code: "not_found"),
  Wrong(
    name: "precondition before media type", method: "PUT", path: one,
    headers: ["Content-Type": "text/xml"], status: 428, code: "precondition_required"),
  Wrong(
    name: "precondition before JSON", method: "PUT", path: one, body: "{", status: 428,
    code: "precondition_required"),
  Wrong(
    name: "precondition before fields", method: "PUT", path: one, body: #"{"nonsense":1}"#,
    status: 428, code: "precondition_required"),
  Wrong(
    name: "precondition of a delete", method: "DELETE", path: one, body: "", status: 428,
    code: "precondition_required"),
  Wrong(
    name: "stale before media type", method: "PUT", path: one,
    headers: ["If-Match": "\"9-x\"", "Content-Type": "text/xml"], status: 412,
    code: "stale_revision"),
  Wrong(
    name: "stale before JSON", method: "PATCH", path: one, headers: ["If-Match": "\"9-x\""],
    body: "{", status: 412, code: "stale_revision"),
  Wrong(
    name: "stale before fields", method: "PATCH", path: one, headers: ["If-Match": "\"9-x\""],
    body: #"{"title":7}"#, status: 412, code: "stale_revision"),
  Wrong(
    name: "an ETag that is none of ours", method: "PATCH", path: one,
    headers: ["If-Match": "\"abc\""], status: 412, code: "stale_revision"),
  Wrong(
    name: "a weak ETag matches nothing", method: "PATCH", path: one,
    headers: ["If-Match": "W/\"1-x\""], status: 412, code: "stale_revision"),
  Wrong(
    name: "only where there is none", method: "PUT", path: one,
    headers: ["If-None-Match": "*"], body: #"{"base":1}"#, status: 412, code: "stale_revision"),
  Wrong(
    name: "only where it is another one", method: "DELETE", path: one,
    headers: ["If-None-Match": "W/\"1-x\"", "If-Match": "*"], body: "", status: 412,
    code: "stale_revision"),
  Wrong(
    name: "stale delete", method: "DELETE", path: one, headers: ["If-Match": "\"9-x\""], body: "",
    status: 412, code: "stale_revision"),
  Wrong(
    name: "media type before JSON", method: "PUT", path: one,
    headers: ["If-Match": "*", "Content-Type": "text/xml"], body: "{", status: 415,
    code: "unsupported_media_type"),
  Wrong(
    name: "a form is no JSON", method: "POST", path: "/api/v1/issues",
    headers: ["Content-Type": "application/x-www-form-urlencoded"], body: "a=1", status: 415,
    code: "unsupported_media_type"),
  Wrong(
    name: "no media type", method: "POST", path: "/api/v1/issues", headers: ["Content-Type": ""],
    body: "{}", status: 415, code: "unsupported_media_type"),
  Wrong(
    name: "JSON before fields", method: "PUT", path: one, headers: ["If-Match": "*"],
    body: #"{"nonsense":1"#, status: 400, code: "invalid_json"),
  Wrong(
    name: "one name twice", method: "PATCH", path: one, headers: ["If-Match": "*"],
    body: #"{"title":"a","title":"b"}"#, status: 400, code: "invalid_json"),
  Wrong(
    name: "bytes that are not UTF-8", method: "PATCH", path: one, headers: ["If-Match": "*"],
    body: "\u{1}", status: 400, code: "invalid_json"),
  Wrong(
    name: "no object", method: "POST", path: "/api/v1/issues", body: "[]", status: 422,
    code: "invalid_field"),
  Wrong(
    name: "a report that is not there, before its body", method: "POST",
    path: "/api/v1/reports/nothing/outcomes", body: "{", status: 404, code: "not_found"),
  Wrong(
    name: "a diagnosis that is not there, before its body", method: "POST",
    path: "/api/v1/diagnoses/nothing/outcomes", body: "{", status: 404, code: "not_found"),
  Wrong(
    name: "a check that is not there, before its body", method: "POST",
    path: "/api/v1/checks/nothing", body: "{", status: 404, code: "not_found"),
  Wrong(
    name: "an issue that is not there, before its query", method: "GET",
    path: "/api/v1/issues/nothing?x=1", body: "", status: 404, code: "not_found"),
  Wrong(
    name: "a guide that is not there, before its query", method: "GET",
    path: "/api/v1/guides/nothing?x=1", body: "", status: 404, code: "not_found"),
  Wrong(
    name: "a check that is not there, before its query", method: "GET",
    path: "/api/v1/checks/nothing?x=1", body: "", status: 404, code: "not_found"),
  Wrong(
    name: "a fix that is not there, before its query", method: "GET", path: "/api/v1/fixes/999?x=1",
    body: "", status: 404, code: "not_found"),
  Wrong(
    name: "a report that is not there, before its query", method: "GET",
    path: "/api/v1/reports/nothing?x=1", body: "", status: 404, code: "not_found"),
]

/// A body or query that is wrong in one field.
private struct WrongField: Sendable, CustomTestStringConvertible {
  let method: String
  let path: String
  let body: String
  let field: String
  let code: String
  var testDescription: String { path + " " + body.prefix(60) }

  init(
    _ method: String, _ path: String, _ body: String, _ field: String,
    _ code: String = "invalid_field"
  ) {
    self.method = method
    self.path = path
    self.body = body
    self.field = field
    self.code = code
  }
}

private func issue(_ change: [String: JSON]) -> String {
  var members: [String: JSON] = [
    "guide": "field-guide", "section": "Start", "title": "New", "markdown": "- x",
  ]
  members.merge(change) { $1 }
  return JSON.object(members.map { JSON.Member($0.key, $0.value) }).string
}

private let wrongFields: [WrongField] = [
  WrongField("POST", "/api/v1/issues", issue(["nonsense": 1]), "nonsense", "unknown_field"),
  WrongField("POST", "/api/v1/issues", issue(["title": 7]), "title"),
  WrongField("POST", "/api/v1/issues", issue(["title": .null]), "title", "missing_field"),
  WrongField("POST", "/api/v1/issues", issue(["title": "  "]), "title"),
  WrongField("POST", "/api/v1/issues", issue(["title": "a\nb"]), "title"),
  WrongField("POST", "/api/v1/issues", issue(["title": "a\0b"]), "title"),
  WrongField(
    "POST", "/api/v1/issues", issue(["title": .string(String(repeating: "x", count: 201))]), "title"
  ),
  WrongField("POST", "/api/v1/issues", issue(["markdown": [1]]), "markdown"),
  WrongField(
    "POST", "/api/v1/issues", issue(["markdown": "# Heading"]), "markdown", "invalid_markdown"),
  WrongField(
    "POST", "/api/v1/issues", issue(["markdown": "- **Check**: x: nonsense"]), "markdown",
    "invalid_markdown"),
  WrongField(
    "POST", "/api/v1/issues", issue(["markdown": "- **Check**: session-id: length 1..2"]),
    "markdown"),
  WrongField("POST", "/api/v1/issues", issue(["guide": "nothing"]), "guide"),
  WrongField("POST", "/api/v1/issues", issue(["section": ["a": 1]]), "section"),
  WrongField("POST", "/api/v1/issues", issue(["section": "a\nb"]), "section"),
  WrongField("PATCH", one, #"{"base":"1"}"#, "base"),
  WrongField("PATCH", one, #"{"base":0}"#, "base"),
  WrongField("PATCH", one, #"{"base":9,"markdown":"- x"}"#, "base"),
  WrongField("PUT", one, #"{"base":1,"title":"x"}"#, "markdown", "missing_field"),
  WrongField("POST", "/api/v1/reports", "{}", "text", "missing_field"),
  WrongField("POST", "/api/v1/reports", #"{"text":" \n "}"#, "text", "missing_field"),
  WrongField("POST", "/api/v1/reports", #"{"text":1}"#, "text"),
  WrongField("POST", "/api/v1/reports", #"{"text":"x","issue":"nothing"}"#, "issue"),
  WrongField("POST", "/api/v1/reports", #"{"text":"x","diagnosis":"nothing"}"#, "diagnosis"),
  WrongField("POST", "/api/v1/reports", #"{"text":"x","environment":["a"]}"#, "environment"),
  WrongField("POST", "/api/v1/reports", #"{"text":"x","environment":{"a":1}}"#, "environment"),
  WrongField("POST", one + "/outcomes", #"{"result":"worked"}"#, "fix", "missing_field"),
  WrongField("POST", one + "/outcomes", #"{"fix":1}"#, "result", "missing_field"),
  WrongField("POST", one + "/outcomes", #"{"fix":"1","result":"worked"}"#, "fix"),
  WrongField("POST", one + "/outcomes", #"{"fix":1.5,"result":"worked"}"#, "fix"),
  WrongField("POST", one + "/outcomes", #"{"fix":1,"result":"great"}"#, "result"),
  WrongField("POST", one + "/outcomes", #"{"fix":999,"result":"worked"}"#, "fix"),
  WrongField("POST", one + "/outcomes", #"{"fix":3,"result":"worked"}"#, "fix"),
  WrongField(
    "POST", one + "/outcomes", #"{"fix":1,"result":"worked","x":1}"#, "x", "unknown_field"),
  WrongField("POST", "/api/v1/checks/session-id", "{}", "value", "missing_field"),
  WrongField("POST", "/api/v1/checks/session-id", #"{"value":7}"#, "value"),
  WrongField("GET", "/api/v1/issues?limit=0", "", "limit"),
  WrongField("GET", "/api/v1/issues?limit=101", "", "limit"),
  WrongField("GET", "/api/v1/issues?limit=x", "", "limit"),
  WrongField("GET", "/api/v1/issues?limit=", "", "limit"),
  WrongField("GET", "/api/v1/issues?limit=9999999999999999999999", "", "limit"),
  WrongField("GET", "/api/v1/issues?cursor=x", "", "cursor"),
  WrongField("GET", "/api/v1/issues?cursor=c-1", "", "cursor"),
  WrongField("GET", "/api/v1/issues?cursor=c0", "", "cursor"),
  WrongField("GET", "/api/v1/issues?cursor=", "", "cursor"),
  WrongField("GET", "/api/v1/issues?sort=best", "", "sort"),
  WrongField("GET", "/api/v1/issues?confidence=sure", "", "confidence"),
  WrongField("GET", "/api/v1/issues?nonsense=1", "", "nonsense", "unknown_field"),
  WrongField("GET", "/api/v1/issues?guide=nothing", "", "guide"),
  WrongField("GET", "/api/v1/search?q=x&limit=0", "", "limit"),
  WrongField("GET", "/api/v1/search?q=x&guide=nothing", "", "guide"),
  WrongField("GET", "/api/v1/search?q=x&cursor=zzz", "", "cursor"),
  WrongField("GET", "/api/v1/search?q=x&explain=maybe", "", "explain"),
  WrongField("GET", "/api/v1/changes?since=x", "", "since"),
  WrongField("GET", "/api/v1/changes?limit=0", "", "limit"),
  WrongField("GET", "/issues/exec-format-error.json?width=5", "", "width"),
  WrongField("POST", "/api/v1/diagnose?limit=21", "text", "limit"),
  WrongField("POST", "/api/v1/diagnose?guide=nothing", "text", "guide"),
  WrongField("POST", "/api/v1/diagnose?nonsense=1", "text", "nonsense", "unknown_field"),
]

struct WriteTests {
  @Test(arguments: wrongs)
  private func `of several faults the first in order is answered`(wrong: Wrong) throws {
    let server = try Server()
    let token: String? =
      switch wrong.who {
      case .nobody: nil
      case .wrongToken: "fxb_wrong"
      case .reader: server.reader
      case .editor: server.editor
      }
    var headers = wrong.headers
    if headers["Content-Type"] == nil, !wrong.body.isEmpty {
      headers["Content-Type"] = "application/json"
    }
    if headers["Content-Type"] == "" { headers["Content-Type"] = nil }
    let reply = try server.send(
      wrong.method, wrong.path, headers.map { ($0.key, $0.value) }, body: Array(wrong.body.utf8),
      token: token)
    #expect(reply.status == wrong.status)
    #expect(reply.code == wrong.code)
    if reply.status == 401 {
      #expect(reply.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true)
    }
  }

  @Test(arguments: wrongFields)
  private func `a wrong field is named`(wrong: WrongField) throws {
    let server = try Server()
    let isJSON = wrong.body.hasPrefix("{")
    let reply = try server.send(
      wrong.method, wrong.path, isJSON ? [("Content-Type", "application/json")] : [],
      body: Array(wrong.body.utf8), token: server.editor)
    #expect(reply.status == 422)
    #expect(reply.json["field"]?.text == wrong.field)
    #expect(reply.code == wrong.code)
    #expect(
      try server.store.read(as: .system) {
        try $0.connection.integer("SELECT count(*) FROM outcome")
      } == 0)
  }

  @Test func `an issue is created with its address and ETag`() throws {
    let server = try Server()
    let reply = try server.json(
      "POST", "/api/v1/issues",
      [
        "guide": "field-guide", "section": "Network", "title": "Name not found",
        "markdown": "\n- no name\n- **Fix**: ask\n\n",
      ],
      token: server.editor)
    #expect(reply.status == 201)
    #expect(reply.headers["Location"] == "http://127.0.0.1:8080/api/v1/issues/name-not-found")
    #expect(reply.headers["ETag"]?.hasPrefix("\"1-") == true)
    #expect(reply.json["markdown"]?.text == "- no name\n- **Fix**: ask")
    #expect(reply.json["section"]?.text == "Network")
    #expect(
      try server.get("/guides/field-guide.md").text == Server.guide
        + "\n### Name not found\n- no name\n- **Fix**: ask\n")
  }

  @Test func `If-Match counts by its revision from any form and coding`() throws {
    let server = try Server()
    var revision = 1
    for suffix in [".html", ".json", ".md", ".txt"] {
      for coding in ["identity", "gzip"] {
        let read = try server.send(
          "GET", "/issues/nobody-knows" + suffix, [("Accept-Encoding", coding)])
        let tag = try #require(read.headers["ETag"])
        let write = try server.json(
          "PATCH", "/api/v1/issues/nobody-knows", ["markdown": .string("- \(suffix) \(coding)")],
          [("If-Match", tag)], token: server.editor)
        #expect(write.status == 200, "\(tag)")
        revision += 1
        #expect(write.json["revision"]?.integer == revision)
        // Its own ETag is good for the next write, the one before is not.
        let stale = try server.json(
          "PATCH", "/api/v1/issues/nobody-knows", ["markdown": "- x"], [("If-Match", tag)],
          token: server.editor)
        #expect(stale.status == 412)
        #expect(stale.json["current_revision"]?.integer == revision)
      }
    }
    let last = try server.json(
      "PATCH", "/api/v1/issues/nobody-knows", ["markdown": "- a"], [("If-Match", "*")],
      token: server.editor)
    let next = try server.json(
      "PATCH", "/api/v1/issues/nobody-knows", ["markdown": "- b"],
      [("If-Match", "\"77-x\", " + (try #require(last.headers["ETag"])))], token: server.editor)
    #expect(next.status == 200)
  }

  @Test func `with a base, changes are merged or answered with all three texts`() throws {
    let server = try Server()
    func patch(_ markdown: String) throws -> Reply {
      try server.json(
        "PATCH", one, ["base": 1, "markdown": .string(markdown)], token: server.editor)
    }
    let old = try #require(try server.get(one).json["markdown"]?.text)
    #expect(try patch(old.replacing("at once", with: "at the start")).status == 200)
    let merged = try patch(old.replacing("Use another", with: "Take another"))
    #expect(merged.status == 200)
    #expect(merged.json["merged"]?.bool == true)
    #expect(
      merged.json["markdown"]?.text
        == old.replacing("at once", with: "at the start").replacing(
          "Use another", with: "Take another"))
    let conflict = try patch(old.replacing("at once", with: "in the end"))
    #expect(conflict.status == 409)
    #expect(conflict.code == "edit_conflict")
    #expect(conflict.json["base"]?["revision"]?.integer == 1)
    #expect(conflict.json["current"]?["revision"]?.integer == 3)
    #expect(conflict.json["yours"]?["markdown"]?.text?.contains("in the end") == true)
  }

  @Test func `a deleted issue answers 404 and its slug is not given again`() throws {
    let server = try Server()
    #expect(try server.send("DELETE", one, [("If-Match", "*")], token: server.editor).status == 200)
    #expect(try server.get("/issues/exec-format-error").status == 404)
    let again = try server.json(
      "POST", "/api/v1/issues",
      [
        "guide": "field-guide", "section": "Start", "title": "Exec format error", "markdown": "- x",
      ],
      token: server.editor)
    #expect(again.json["slug"]?.text == "exec-format-error-2")
  }

  @Test func `a fault of the database tells the client nothing of it`() throws {
    let server = try Server()
    try server.store.write(as: .system) { try $0.connection.execute("DROP TABLE sample") }
    let reply = try server.get(one)
    #expect(reply.status == 500)
    #expect(reply.code == "internal_error")
    #expect(!reply.text.contains("sample") && !reply.text.contains("SELECT"))
  }

  @Test func `a full disk is said so and reading goes on`() throws {
    let server = try Server()
    try server.store.write(as: .system) { writing in
      let pages = try writing.connection.integer("PRAGMA page_count")
      _ = try writing.connection.integer(SQL(trusted: "PRAGMA max_page_count = \(pages + 1)"))
    }
    let big = String(repeating: "word ", count: 19_000)
    let reply = try server.json(
      "POST", "/api/v1/reports", ["text": .string(big)], token: server.editor)
    #expect(reply.status == 507)
    #expect(reply.code == "disk_full")
    #expect(try server.get(one).status == 200)
    _ = try server.store.write(as: .system) {
      try $0.connection.integer("PRAGMA max_page_count = 100000")
    }
    #expect(
      try server.json("POST", "/api/v1/reports", ["text": .string(big)], token: server.editor)
        .status == 201)
  }

  // MARK: Pages of lists

  @Test(arguments: [1, 2, 3, 7])
  func `every list pages without a gap or a repetition`(limit: Int) throws {
    let server = try Server()
    for number in 0..<9 {
      let made = try server.json(
        "POST", "/api/v1/issues",
        [
          "guide": "field-guide", "section": "Start", "title": .string("Timeout number \(number)"),
          "markdown": "- timeout again",
        ],
        token: server.editor)
      #expect(made.status == 201)
      #expect(
        try server.json("POST", "/api/v1/reports", ["text": "timeout"], token: server.editor).status
          == 201)
      _ = try server.json(
        "PATCH", "/api/v1/issues/nobody-knows", ["markdown": .string("- edit \(number)")],
        [("If-Match", "*")], token: server.editor)
    }
    let lists: [(path: String, key: @Sendable (JSON) -> String?)] = [
      ("/api/v1/issues?", { $0["slug"]?.text }),
      ("/api/v1/issues?sort=title&", { $0["slug"]?.text }),
      ("/api/v1/issues?sort=updated&", { $0["slug"]?.text }),
      ("/api/v1/search?q=timeout&", { $0["issue"]?["slug"]?.text }),
      ("/api/v1/reports?", { $0["id"]?.text }),
      (
        "/api/v1/issues/nobody-knows/revisions?",
        { ($0["number"] ?? $0["revision"])?.integer.map(String.init) }
      ),
    ]
    for (path, key) in lists {
      let whole = try #require(
        try server.get(path + "limit=100", token: server.editor).json["results"]?.items
      ).compactMap(key)
      #expect(whole.count >= 9 && Set(whole).count == whole.count, "\(path)")
      var paged: [String] = []
      var next: String? = ""
      while let cursor = next, paged.count <= whole.count {
        let reply = try server.get(
          path + "limit=\(limit)" + (cursor.isEmpty ? "" : "&cursor=\(cursor)"),
          token: server.editor)
        #expect(reply.status == 200)
        let items = try #require(reply.json["results"]?.items)
        #expect(items.count <= limit)
        paged += items.compactMap(key)
        next = reply.json["next"]?.text
        #expect((reply.headers.list("Link")?.contains("rel=\"next\"") == true) == (next != nil))
      }
      #expect(paged == whole, "\(path)")
    }
  }

  @Test func `the change stream is read to its end and waits there`() throws {
    let server = try Server()
    var since: String?
    var kinds: [String] = []
    while true {
      let reply = try server.get("/api/v1/changes?limit=2" + (since.map { "&since=" + $0 } ?? ""))
      let items = try #require(reply.json["results"]?.items)
      if items.isEmpty { break }
      kinds += items.compactMap { $0["kind"]?.text }
      since = try #require(reply.json["next"]?.text)
    }
    #expect(kinds == ["guide created", "issue created", "issue created", "issue created"])
    _ = try server.send("DELETE", one, [("If-Match", "*")], token: server.editor)
    let reply = try server.get("/api/v1/changes?since=" + (try #require(since)))
    #expect(reply.json["results"]?.items?.compactMap { $0["kind"]?.text } == ["issue deleted"])
  }
}
