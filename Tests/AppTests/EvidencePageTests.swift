import HTTP
import JSON
import SQLite
import Testing

@testable import App
@testable import Store

/// What is recorded beside "it worked", and who gets to see it.
struct EvidencePageTests {
  private let server: Server
  private let issue = "/issues/exec-format-error"

  init() throws { server = try Server() }

  private func settle() throws { try server.store.write(as: .system) { _ in } }

  private func diagnose(
    _ token: String? = nil, peer: Peer = .local, accept: String = "application/json"
  ) throws -> Reply {
    let reply = try server.send(
      "POST", "/diagnose", [("Accept", accept)], body: Array("exec format error".utf8),
      token: token, peer: peer)
    try settle()
    return reply
  }

  // MARK: Met by others

  @Test func `one client that asks seven times meets nobody, and others are counted once`() throws {
    for _ in 0..<7 { #expect(try diagnose().json["met_last_hour"]?.integer == 0) }
    let other = Peer.address("192.0.2.7")
    for _ in 0..<2 { #expect(try diagnose(peer: other).json["met_last_hour"]?.integer == 1) }
    let third = try diagnose(server.reporter)
    #expect(third.json["met_last_hour"]?.integer == 2)
    let text = try diagnose(server.reporter, accept: "text/plain").text
    #expect(text.contains("met by 2 others in the last hour"))
    // The page that anyone may be sent says what the asker was told.
    let id = try #require(third.json["id"]?.text)
    #expect(try server.get("/diagnoses/\(id).html").text.contains("2 others met this"))
  }

  // MARK: Something else

  @Test func `what else fixed it opens the report, closes it and is suggested`() throws {
    let id = try #require(try diagnose().json["id"]?.text)
    let reply = try server.form(
      "/reports",
      "diagnosis=\(id)&issue=exec-format-error&closed_by=other&closing_text=I+turned+it+off+AKIAIOSFODNN7EXAMPLE",
      [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")])
    #expect(reply.status == 303)
    let page = try #require(reply.headers["Location"])
    let report = try server.get(String(page.prefix { $0 != "?" }) + ".json").json
    #expect(report["state"]?.text == "resolved")
    #expect(report["closed_by"]?.text == "other")
    #expect(report["closing_text"]?.text?.contains("I turned it off") == true)
    #expect(report["closing_text"]?.text?.contains("AKIA") == false)
    #expect(report["diagnosis"]?.text == id)
    #expect(try server.get(page, accept: "text/html").text.contains("one more fix to add"))
    let suggestions = try server.get("/api/v1/suggestions", token: server.editor).json["results"]
    #expect(
      suggestions?.items?.first?["markdown"]?.text?.contains("- **Fix**: I turned it off") == true)
  }

  @Test func `a report that the diagnosis has already is the one that is closed`() throws {
    let id = try #require(try diagnose().json["id"]?.text)
    let fix = try server.fixes("exec-format-error")[0]
    let first = try server.form(
      "/diagnoses/\(id)/outcomes", "fix=\(fix)&result=no_effect", [("Accept", "application/json")])
    let closed = try server.form(
      "/reports", "diagnosis=\(id)&closed_by=itself", [("Accept", "application/json")])
    #expect(closed.status == 201)
    #expect(closed.json["id"]?.text == first.json["report"]?.text)
    #expect(closed.json["state"]?.text == "resolved")
    #expect(closed.json["outcomes"]?.items?.count == 1)
  }

  @Test(arguments: [
    ("issue=exec-format-error&closed_by=other", "closing_text"),
    ("issue=exec-format-error&closed_by=other&closing_text=+", "closing_text"),
    ("issue=exec-format-error&closed_by=magic", "closed_by"),
  ])
  func `what is missing is named`(form: String, field: String) throws {
    let reply = try server.form("/reports", form, [("Accept", "application/json")])
    #expect(reply.status == 422)
    #expect(reply.json["field"]?.text == field)
    let reports = try server.store.read(as: .system) {
      try $0.connection.integer("SELECT count(*) FROM report")
    }
    #expect(reports == 0)
  }

  @Test func `under More stand all the words of the buttons`() throws {
    let id = try #require(try diagnose().json["id"]?.text)
    for path in [issue, "/diagnoses/\(id)"] {
      let page = try server.get(path, accept: "text/html").text
      for words in [
        "Fixed it", "Didn’t help", "Helped a little", "Came back", "Made it worse",
        "Didn’t apply", "Something else fixed it", "Not my problem",
      ] {
        #expect(page.contains(">\(words)</"), "\(words) on \(path)")
      }
    }
    // Nobody who may not report is offered it.
    let closed = try Server(anonymousReports: false)
    #expect(!(try closed.get(issue, accept: "text/html").text.contains("Something else")))
  }

  @Test func `not my problem leads to what else was found, and to a report`() throws {
    let id = try #require(try diagnose().json["id"]?.text)
    let thanks = try server.form(
      "/diagnoses/\(id)/feedback", "right_issue=", [("Accept", "text/html")])
    #expect(thanks.status == 201)
    #expect(thanks.text.contains("Thank you"))
    #expect(thanks.text.contains("name=\"diagnosis\" value=\"\(id)\""))
    #expect(!thanks.text.contains("href=\"/issues/exec-format-error\""))
  }

  // MARK: Warnings

  private func worsen(_ token: String? = nil, note: String = "the+disk+is+gone") throws {
    let fix = try server.fixes("exec-format-error")[0]
    let path = (token == nil ? "" : "/api/v1") + issue + "/outcomes"
    let reply = try server.form(path, "fix=\(fix)&result=made_worse&note=\(note)", token: token)
    #expect(reply.status == 201)
  }

  @Test func `editors are told what is said to make things worse, until one has seen it`() throws {
    try worsen()
    try worsen(server.agent)
    for path in ["/", "/reviews", issue, "/warnings"] {
      let page = try server.get(path, accept: "text/html", token: server.editor).text
      #expect(page.contains("to make things worse") || path == "/warnings", "\(path)")
    }
    for path in ["/", "/reviews", issue] {
      let page = try server.get(path, accept: "text/html", token: server.reporter).text
      #expect(!page.contains("to make things worse"), "\(path)")
    }
    #expect(try server.get("/api/v1/warnings", token: server.reporter).status == 403)
    let list = try server.get("/api/v1/warnings", token: server.editor).json["results"]?.items
    let warning = try #require(list?.first)
    #expect(list?.count == 1)
    #expect(warning["reporters"]?.integer == 2)
    #expect(
      warning["outcomes"]?.items?.compactMap { $0["source"]?.text } == ["agent", "anonymous"])
    let text = try server.get("/warnings.txt", token: server.editor).text
    #expect(text.contains("the disk is gone") && text.contains("someone without an account"))
    let id = try #require(warning["id"]?.integer)
    let seen = try server.form(
      "/warnings/\(id)/seen", "", [("Accept", "text/html")], token: server.editor)
    #expect(seen.status == 303)
    #expect(try server.get("/warnings.txt", token: server.editor).text.contains("Nothing to look"))
    #expect(
      !(try server.get(issue, accept: "text/html", token: server.editor).text.contains("worse:")))
    let log = try server.store.read(as: .system) {
      try $0.connection.rows("SELECT subject FROM audit WHERE actor = 'editor'") { $0.text(0) }
    }
    #expect(log.contains("/warnings/\(id)/seen"))
    #expect(try server.send("POST", "/warnings/99/seen", token: server.editor).status == 404)
  }

  @Test func `a member's word needs no warning, for it counts`() throws {
    try worsen(server.reporter)
    #expect(
      try server.get("/api/v1/warnings", token: server.editor).json["results"]?.items?.count == 0)
  }

  // MARK: A fix over time

  @Test func `a fix's page shows its evidence over time in every form`() throws {
    let fix = try server.fixes("exec-format-error")[0]
    #expect(
      try server.get("/fixes/\(fix).html").text.contains("No attempts are recorded"))
    for (result, token) in [
      ("worked", server.reporter), ("partly", server.editor), ("worked", server.agent),
    ] {
      _ = try server.form(
        "/api/v1" + issue + "/outcomes", "fix=\(fix)&result=\(result)&observed=ok", token: token)
    }
    let history = try server.get("/api/v1/fixes/\(fix)").json["history"]
    #expect(history?["unit"]?.text == "week")
    let span = try #require(history?["spans"]?.items?.first)
    #expect(span["worked"] == .number(1.5))
    #expect(span["tried"]?.integer == 2)
    #expect(span["others"]?.integer == 1)
    let page = try server.get("/fixes/\(fix).html").text
    #expect(page.contains("<svg class=\"chart\"") && page.contains("<td class=\"right\">1½</td>"))
    #expect(try server.get("/fixes/\(fix).txt").text.contains("1½ of 2"))
  }

  @Test func `a fix that left the text has a page without buttons`() throws {
    let fix = try server.fixes("exec-format-error")[1]
    let edit = try server.json(
      "PUT", "/api/v1/issues/exec-format-error",
      ["title": "Exec format error", "section": "Start", "markdown": "- **Fix**: Build it anew"],
      [("If-Match", "*")], token: server.editor)
    #expect(edit.status == 200)
    let page = try server.get("/fixes/\(fix).html").text
    #expect(page.contains("no longer stands") && !page.contains("Fixed it"))
  }
}
