import Foundation
import HTTP
import JSON
import SQLite
import Testing

@testable import Store

struct OutcomeTests {
  private let server: Server

  init() throws { server = try Server() }

  private func count(_ sql: SQL) throws -> Int {
    try server.store.read(as: .system) { try $0.connection.integer(sql) }
  }

  @Test func `an outcome is taken as JSON and as a form, at the page and below the API`() throws {
    let fix = try server.fixes("exec-format-error")[0]
    let path = "/issues/exec-format-error/outcomes"
    let form = "fix=\(fix)&result=worked&note=it+runs%21&environment=region%3Dus-east-1%2Ca%3Db"
    let replies = [
      try server.form(path, form),
      try server.form("/api/v1" + path, form, token: server.reporter),
      try server.json(
        "POST", path,
        [
          "fix": .integer(fix), "result": "worked", "note": "it runs!",
          "environment": ["region": "us-east-1", "a": "b"],
        ]),
      try server.json(
        "POST", "/api/v1" + path, ["fix": .integer(fix), "result": "worked"], token: server.reporter
      ),
    ]
    for reply in replies { #expect(reply.status == 201, "\(reply.text)") }
    let answer = replies[1].json
    #expect(answer["fix"]?.integer == fix)
    #expect(answer["result"]?.text == "worked")
    #expect(answer["state"]?.text == "resolved")
    let report = try server.get("/api/v1/reports/" + (try #require(answer["report"]?.text)))
    let outcome = try #require(report.json["outcomes"]?.items?.first)
    #expect(outcome["note"]?.text == "it runs!")
    #expect(outcome["environment"] == ["region": "us-east-1", "a": "b"])
    #expect(outcome["source"]?.text == "person")
  }

  @Test func `a member's success for the second fix puts it first in every form`() throws {
    let fixes = try server.fixes("exec-format-error")
    _ = try server.json(
      "POST", "/api/v1/issues/exec-format-error/outcomes",
      ["fix": .integer(fixes[1]), "result": "worked"], token: server.reporter)
    let first = try server.get("/api/v1/issues/exec-format-error").json["fixes"]?.items?.first
    #expect(first?["id"]?.integer == fixes[1])
    #expect(first?["evidence"]?["summary"]?.text == "worked 1 of 1")
    for suffix in [".html", ".txt"] {
      let text = try server.get("/issues/exec-format-error" + suffix).text
      #expect(text.contains("worked 1 of 1"), "\(suffix)")
      let (mine, other) = (text.range(of: "Use another machine"), text.range(of: "Build it for"))
      #expect(try #require(mine).lowerBound < #require(other).lowerBound, "\(suffix)")
    }
  }

  @Test func `agents are counted apart and reorder nothing`() throws {
    let fixes = try server.fixes("exec-format-error")
    let reply = try server.json(
      "POST", "/api/v1/issues/exec-format-error/outcomes",
      ["fix": .integer(fixes[1]), "result": "worked", "observed": "docker run: aarch64"],
      token: server.agent)
    #expect(reply.status == 201)
    let first = try server.get("/api/v1/issues/exec-format-error").json["fixes"]?.items
    #expect(first?.first?["id"]?.integer == fixes[0])
    #expect(first?.last?["evidence"]?["by_machines"] == ["worked": 1, "tried": 1])
    #expect(first?.last?["evidence"]?["tried"]?.integer == 0)
  }

  @Test func `people behind a shared token count apart, and are stored as hashes`() throws {
    let fix = try server.fixes("exec-format-error")[0]
    for person in ["ada@example.org", "bob@example.org", "ada@example.org"] {
      let reply = try server.json(
        "POST", "/api/v1/issues/exec-format-error/outcomes",
        ["fix": .integer(fix), "result": "worked", "on_behalf_of": .string(person)],
        token: server.reporter)
      #expect(reply.status == 201)
    }
    let evidence = try server.get("/api/v1/issues/exec-format-error").json["fixes"]?.items?.first?[
      "evidence"]
    #expect(evidence?["reporters"]?.integer == 2)
    #expect(
      try count(
        "SELECT count(*) FROM outcome WHERE reporter || coalesce(on_behalf_of, '') LIKE '%ada@%'")
        == 0)
  }

  @Test func `the person a report was opened for may go on with it through the same token only`()
    throws
  {
    let opened = try server.json(
      "POST", "/api/v1/reports",
      ["text": "x", "issue": "exec-format-error", "on_behalf_of": "ada"], token: server.reporter)
    let id = try #require(opened.json["id"]?.text)
    let fix = try server.fixes("exec-format-error")[0]
    let outcome: JSON = ["fix": .integer(fix), "result": "worked"]
    #expect(
      try server.json("POST", "/api/v1/reports/\(id)/outcomes", outcome, token: server.agent).status
        == 403)
    #expect(
      try server.json("POST", "/api/v1/reports/\(id)/outcomes", outcome, token: server.reporter)
        .status == 201)
    #expect(
      try server.json("POST", "/api/v1/reports/\(id)/outcomes", outcome, token: server.editor)
        .status == 201)
    #expect(try server.json("POST", "/api/v1/reports/\(id)/outcomes", outcome).status == 401)
    #expect(try server.send("DELETE", "/api/v1/reports/\(id)", token: server.agent).status == 403)
    #expect(
      try server.send("DELETE", "/api/v1/reports/\(id)", token: server.reporter).status == 200)
    #expect(try server.get("/reports/\(id)").status == 404)
  }

  @Test func `a report's way through the API`() throws {
    let opened = try server.json(
      "POST", "/api/v1/reports", ["text": "it broke", "environment": ["region": "eu"]],
      token: server.reporter)
    #expect(opened.status == 201)
    let location = try #require(opened.headers["Location"])
    #expect(location.hasPrefix("http://127.0.0.1:8080/api/v1/reports/"))
    let path = String(location.dropFirst("http://127.0.0.1:8080".count))
    let read = try server.get(path).json
    #expect(read["state"]?.text == "open")
    #expect(read["environment"] == ["region": "eu"])
    #expect(read["issue"] == .null)
    let fixes = try server.fixes("exec-format-error")
    let first = try server.json(
      "POST", path + "/outcomes", ["fix": .integer(fixes[0]), "result": "no_effect"],
      token: server.reporter)
    #expect(first.json["state"]?.text == "unresolved")
    #expect(first.json["next_fix"]?["id"]?.integer == fixes[1])
    let second = try server.json(
      "POST", path + "/outcomes", ["fix": .integer(fixes[1]), "result": "worked"],
      token: server.reporter)
    #expect(second.json["state"]?.text == "resolved")
    #expect(try server.get(path).json["issue"]?["slug"]?.text == "exec-format-error")
    #expect(try server.get("/api/v1/reports").status == 401)
    #expect(try server.get("/reports").status == 403)
    #expect(
      try server.get("/api/v1/reports", token: server.reporter).json["results"]?.items?.count == 1)
  }

  // MARK: Who may

  @Test func `without the policy nobody reports without a token`() throws {
    let server = try Server(anonymousReports: false)
    let fix = try server.fixes("exec-format-error")[0]
    for path in ["/issues/exec-format-error/outcomes", "/reports"] {
      #expect(try server.form(path, "fix=\(fix)&result=worked").status == 401)
    }
    #expect(
      try server.form(
        "/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked", token: server.reporter
      ).status == 201)
    #expect(
      try server.form(
        "/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked", token: server.reader
      ).status == 403)
  }

  @Test func `below the API a write needs a token whatever the policy`() throws {
    let fix = try server.fixes("exec-format-error")[0]
    let outcome: JSON = ["fix": .integer(fix), "result": "worked"]
    #expect(
      try server.json("POST", "/api/v1/issues/exec-format-error/outcomes", outcome).status == 401)
    #expect(try server.json("POST", "/api/v1/reports", ["text": "x"]).status == 401)
    // Asking needs none.
    #expect(try server.send("POST", "/api/v1/diagnose", body: Array("x".utf8)).status == 200)
    #expect(try server.json("POST", "/api/v1/checks/session-id", ["value": "short"]).status == 200)
  }

  @Test func `the token of the environment may do everything`() throws {
    let reply = try server.json(
      "POST", "/api/v1/issues",
      ["guide": "field-guide", "section": "Start", "title": "New one", "markdown": "- x"],
      token: "admin-secret")
    #expect(reply.status == 201)
    #expect(try server.get("/", token: "admin-secre").status == 401)
  }

  @Test(arguments: ["Basic abc", "Bearer", "Bearer  ", "bearer fxb_x", "fxb_x"])
  func `an Authorization that is no good token is 401`(value: String) throws {
    let reply = try server.send("GET", "/", [("Authorization", value)])
    #expect(reply.status == 401)
    #expect(reply.headers["WWW-Authenticate"] != nil)
  }

  @Test(arguments: [
    ([("Sec-Fetch-Site", "cross-site")], 403), ([("Sec-Fetch-Site", "same-site")], 403),
    ([("Sec-Fetch-Site", "same-origin")], 303), ([("Sec-Fetch-Site", "none")], 303),
    ([("Origin", "https://evil.example")], 403), ([("Origin", "null")], 403),
    ([("Origin", "http://127.0.0.1:8080")], 303), ([], 303),
    ([("Sec-Fetch-Site", "same-origin"), ("Origin", "null")], 303),
  ])
  func `a form of another site is refused`(headers: [(String, String)], status: Int) throws {
    let fix = try server.fixes("exec-format-error")[0]
    let reply = try server.form(
      "/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked",
      headers + [("Accept", "text/html")])
    #expect(reply.status == status)
    #expect(try count("SELECT count(*) FROM outcome") == (status == 303 ? 1 : 0))
  }

  @Test func `a token is not bound to a site`() throws {
    let fix = try server.fixes("exec-format-error")[0]
    let reply = try server.form(
      "/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked",
      [("Origin", "https://other.example")], token: server.reporter)
    #expect(reply.status == 201)
  }

  @Test func `a browser's first click makes a cookie, and the second is the same person's`() throws
  {
    let fix = try server.fixes("exec-format-error")[0]
    let browser = [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")]
    let first = try server.form(
      "/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked", browser)
    let cookie = try #require(first.headers["Set-Cookie"])
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] { #expect(cookie.contains(attribute)) }
    let pair = String(cookie.prefix { $0 != ";" })
    let second = try server.form(
      "/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked",
      browser + [("Cookie", "a=b; " + pair)])
    #expect(second.headers["Set-Cookie"] == nil)
    let evidence = try server.get("/api/v1/issues/exec-format-error").json["fixes"]?.items?.first?[
      "evidence"]
    #expect(evidence?["reporters"]?.integer == 1)
    // The report that the click opened is the clicker's own.
    let report = try #require(second.headers["Location"])
    let path = String(report.prefix { $0 != "?" })
    #expect(
      try server.form(
        path + "/outcomes", "fix=\(fix)&result=recurred", browser + [("Cookie", pair)]
      ).status == 303)
    #expect(
      try server.form(path + "/outcomes", "fix=\(fix)&result=recurred", browser).status == 403)
    // After the first click, too.
    let firstPath = String(try #require(first.headers["Location"]).prefix { $0 != "?" })
    #expect(
      try server.form(
        firstPath + "/outcomes", "fix=\(fix)&result=recurred", browser + [("Cookie", pair)]
      ).status == 303)
  }

  @Test
  func `anonymous writes of one address are limited, of others and with a token they are not`()
    throws
  {
    let (one, other) = (Peer.address("192.0.2.1"), Peer.address("192.0.2.2"))
    // Two windows at most, should the minute change meanwhile.
    var refused: Reply?
    for _ in 0..<62 where refused == nil {
      let reply = try server.form("/reports", "text=x", peer: one)
      if reply.status != 201 { refused = reply }
    }
    let reply = try #require(refused)
    #expect(reply.status == 429)
    #expect(Int(reply.headers["Retry-After"] ?? "") != nil)
    #expect(try count("SELECT count(*) FROM report") >= 30)
    #expect(try server.form("/reports", "text=x", peer: other).status == 201)
    #expect(try server.form("/reports", "text=x", token: server.reporter, peer: one).status == 201)
    #expect(try server.send("POST", "/diagnose", body: Array("x".utf8), peer: one).status == 200)
  }

  // MARK: Signing in

  private func session() throws -> String {
    let link = try server.store.write(as: .system) { writing in
      let account = try writing.createAccount(name: "Edna", role: .editor)
      return try writing.createSignInLink(account: account.id)
    }
    let reply = try server.form("/sign-in", "link=" + link, [("Accept", "text/html")])
    #expect(reply.status == 303)
    let again = try server.form("/sign-in", "link=" + link, [("Accept", "text/html")])
    #expect(again.status == 403)
    #expect(again.headers["Set-Cookie"] == nil)
    return String(try #require(reply.headers["Set-Cookie"]).prefix { $0 != ";" })
  }

  @Test func `looking at a sign-in link does not use it up`() throws {
    let link = try server.store.write(as: .system) { writing in
      try writing.createSignInLink(
        account: try writing.createAccount(name: "Edna", role: .editor).id)
    }
    for _ in 0..<3 {
      let page = try server.get("/sign-in?link=" + link, accept: "text/html")
      #expect(page.status == 200)
      #expect(page.headers["Cache-Control"] == "private, no-store")
    }
    #expect(try server.form("/sign-in", "link=" + link, [("Accept", "text/html")]).status == 303)
  }

  @Test func `a session's pages are private and end with signing out`() throws {
    let cookie = try session()
    let mine = try server.send("GET", "/", [("Accept", "text/html"), ("Cookie", cookie)])
    #expect(mine.headers["Cache-Control"]?.contains("private") == true)
    #expect(mine.headers.list("Vary")?.contains("Cookie") == true)
    #expect(try server.send("GET", "/reports", [("Cookie", cookie)]).status == 200)
    let here = [("Accept", "text/html"), ("Cookie", cookie), ("Sec-Fetch-Site", "same-origin")]
    #expect(try server.form("/sign-out", "", here).status == 303)
    #expect(try server.send("GET", "/reports", [("Cookie", cookie)]).status == 403)
    #expect(
      try server.get("/", accept: "text/html").headers["Cache-Control"]?.contains("private") != true
    )
  }

  @Test func `sign-ins of one account are limited`() throws {
    var statuses: [Int] = []
    for _ in 0..<22 {
      statuses.append(
        try server.form(
          "/sign-in", "name=edna&password=wrong", [("Accept", "text/html")],
          peer: .address("192.0.2.\(statuses.count)")
        ).status)
    }
    #expect(statuses.first == 403)
    #expect(statuses.contains(429))
  }
}
