import HTTP
import JSON
import SQLite
import Testing

@testable import App
@testable import Store

private struct Wrong: Sendable {
  let method: String
  let path: String
  let body: String
  let status: Int
  let code: String

  init(_ method: String, _ path: String, _ body: String, _ status: Int, _ code: String) {
    self.method = method
    self.path = path
    self.body = body
    self.status = status
    self.code = code
  }
}

private let audience = "/guides/field-guide/audience"
private let wrongs: [Wrong] = [
  Wrong("POST", "/users", #"{"name":"ada"}"#, 409, "name_taken"),
  Wrong("POST", "/users", #"{"name":"import"}"#, 422, "invalid_field"),
  Wrong("POST", "/users", "{}", 422, "missing_field"),
  Wrong("POST", "/users", #"{"name":"x","role":"king"}"#, 422, "invalid_field"),
  Wrong("POST", "/users", #"{"name":"x","hours":0}"#, 422, "invalid_field"),
  Wrong("POST", "/users", #"{"name":"x","admin":true}"#, 422, "unknown_field"),
  Wrong("PATCH", "/users/1", "{}", 422, "missing_field"),
  Wrong("PATCH", "/users/1", #"{"disabled":"yes"}"#, 422, "invalid_field"),
  Wrong("PATCH", "/users/999", #"{"role":"reader"}"#, 404, "not_found"),
  Wrong("PATCH", "/users/ada", #"{"role":"reader"}"#, 404, "not_found"),
  Wrong("POST", "/tokens", #"{"name":"x"}"#, 422, "missing_field"),
  Wrong("POST", "/tokens", #"{"name":"x","scopes":["root"]}"#, 422, "invalid_field"),
  Wrong("POST", "/tokens", #"{"name":"x","scopes":[]}"#, 422, "missing_field"),
  Wrong("POST", "/tokens", #"{"name":"x","scopes":"read"}"#, 422, "invalid_field"),
  Wrong(
    "POST", "/tokens", #"{"name":"x","scopes":["read"],"kind":"anonymous"}"#, 422, "invalid_field"),
  Wrong(
    "POST", "/tokens", #"{"name":"x","scopes":["read"],"account":"nobody"}"#, 422, "invalid_field"),
  Wrong("POST", "/tokens", #"{"name":"a\nb","scopes":["read"]}"#, 422, "invalid_field"),
  Wrong("DELETE", "/tokens/999", "{}", 404, "not_found"),
  Wrong("PUT", "/guides/nothing/audience", #"{"audience":"members"}"#, 404, "not_found"),
  Wrong("PUT", audience, "{}", 422, "missing_field"),
  Wrong("PUT", audience, #"{"audience":"few"}"#, 422, "invalid_field"),
  Wrong("PUT", audience, #"{"audience":"named","people":["nobody"]}"#, 422, "invalid_field"),
  Wrong("PUT", audience, #"{"audience":"members","people":["ada"]}"#, 422, "invalid_field"),
]

/// Users, tokens, audiences and the audit log, by API and by page.
struct PeopleTests {
  private let server: Server
  init() throws { server = try Server() }

  private func api(_ method: String, _ path: String, _ body: JSON? = nil) throws -> Reply {
    guard let body else { return try server.send(method, "/api/v1" + path, token: Server.admin) }
    return try server.json(method, "/api/v1" + path, body, token: Server.admin)
  }

  @Test func `a user is made, invited, changed, disabled and enabled`() throws {
    let made = try api("POST", "/users", ["name": "Ada", "role": "editor"])
    #expect(made.status == 201)
    let id = try #require(made.json["id"]?.integer)
    #expect(made.location == "http://127.0.0.1:8080/api/v1/users/\(id)")
    #expect(made.json["role"]?.text == "editor" && made.json["has_password"]?.bool == false)
    let link = try #require(made.json["invitation"]?["url"]?.text)
    #expect(link.wholeMatch(of: /http:\/\/127\.0\.0\.1:8080\/sign-in\?link=[a-z2-9]{32}/) != nil)
    let read = try api("GET", "/users/\(id)")
    #expect(read.json["invitation"] == nil && read.json["name"]?.text == "Ada")
    let invited = try api("POST", "/users/\(id)/invite", ["hours": 1])
    #expect(invited.status == 201 && invited.json["invitation"]?["url"]?.text != link)
    #expect(try api("PATCH", "/users/\(id)", ["role": "reader"]).json["role"]?.text == "reader")
    #expect(try api("PATCH", "/users/\(id)", ["disabled": true]).json["disabled"]?.bool == true)
    #expect(try api("POST", "/users/\(id)/invite").status == 409)
    #expect(try api("PATCH", "/users/\(id)", ["disabled": false]).json["disabled"]?.bool == false)
    // The links ended with the account.
    let late = try server.form("/sign-in", "link=" + link.suffix(32), [("Accept", "text/html")])
    #expect(late.status == 403)
  }

  @Test func `users are listed page by page`() throws {
    for name in ["c", "a", "b"] { _ = try api("POST", "/users", ["name": .string(name)]) }
    let first = try api("GET", "/users?limit=2")
    #expect(first.json["results"]?.items?.compactMap { $0["name"]?.text } == ["a", "b"])
    let next = try #require(first.json["next"]?.text)
    #expect(first.headers["Link"]?.contains("cursor=" + next) == true)
    let second = try api("GET", "/users?limit=2&cursor=" + next)
    #expect(second.json["results"]?.items?.compactMap { $0["name"]?.text } == ["c"])
    #expect(second.json["next"] == .null)
  }

  @Test func `the last admin is kept, by API and by page`() throws {
    let ada = try server.person("ada", .admin)
    for change: JSON in [["disabled": true], ["role": "editor"]] {
      let reply = try api("PATCH", "/users/\(ada.id)", change)
      #expect(reply.status == 409 && reply.code == "last_admin")
    }
    #expect(
      try server.browse("POST", "/admin/users/\(ada.id)", as: ada, form: "disabled=1").status == 409
    )
    #expect(try server.browse("GET", "/admin", as: ada).status == 200)
  }

  @Test func `disabling ends sessions and tokens at once`() throws {
    _ = try server.person("ada", .admin)
    let bob = try server.person("bob", .editor)
    let token = try server.write {
      try $0.createToken(name: "t", kind: .person, scopes: [.edit], account: bob.id)
    }
    #expect(try server.browse("GET", "/reports", as: bob).status == 200)
    #expect(try server.send("GET", "/reports", token: token).status == 200)
    _ = try api("PATCH", "/users/\(bob.id)", ["disabled": true])
    #expect(try server.browse("GET", "/reports", as: bob).status == 403)
    #expect(try server.send("GET", "/reports", token: token).status == 401)
  }

  @Test(arguments: wrongs)
  private func `what is wrong is named`(wrong: Wrong) throws {
    _ = try server.person("ada", .admin)
    let reply = try server.send(
      wrong.method, "/api/v1" + wrong.path, [("Content-Type", "application/json")],
      body: Array(wrong.body.utf8), token: Server.admin)
    #expect(reply.status == wrong.status && reply.code == wrong.code, "\(reply.text)")
  }

  @Test func `a token is shown once, used, listed and revoked`() throws {
    let made = try api(
      "POST", "/tokens", ["name": "ci", "kind": "agent", "scopes": ["report", "read"], "days": 7])
    #expect(made.status == 201)
    let text = try #require(made.json["token"]?.text)
    let id = try #require(made.json["id"]?.integer)
    #expect(made.json["scopes"] == ["read", "report"] && made.json["state"]?.text == "active")
    #expect(made.json["last_used_at"] == .null && made.json["expires_at"]?.text != nil)
    #expect(made.headers["Cache-Control"] == "private, no-store")
    #expect(!(try api("GET", "/tokens").text.contains(text)))
    #expect(try server.send("GET", "/reports", token: text).status == 200)
    // It is written off the answer's path, before the next write.
    try server.write { _ in }
    let used = try #require(try api("GET", "/tokens/\(id)").json["last_used_at"])
    #expect(used.text != nil)
    let revoked = try api("DELETE", "/tokens/\(id)")
    #expect(revoked.status == 200 && revoked.json["state"]?.text == "revoked")
    #expect(try server.send("GET", "/reports", token: text).status == 401)
    #expect(try api("DELETE", "/tokens/\(id)").status == 200)
    func listed(_ query: String) throws -> Bool {
      try api("GET", "/tokens" + query).json["results"]?.items?
        .contains { $0["id"]?.integer == id } ?? false
    }
    #expect(try !listed("") && listed("?revoked=1"))
  }

  @Test func `a member makes and revokes tokens of their own, within their role`() throws {
    let bob = try server.person("bob", .reporter)
    let page = try server.browse(
      "POST", "/account/tokens", as: bob,
      form: "name=mine&kind=automation&scopes=read%2Creport&days=30")
    #expect(page.status == 201)
    let text = String(try #require(page.text.firstMatch(of: /fxb_[a-z2-9]{40}/)?.0))
    let reply = try server.json("POST", "/api/v1/reports", ["text": "x"], token: text)
    #expect(reply.status == 201)
    #expect(
      try server.browse(
        "POST", "/account/tokens", as: bob, form: "name=x&scopes=read,edit&days=30"
      ).status == 422)
    let account = try server.browse("GET", "/account", as: bob).text
    #expect(account.contains("mine") && !account.contains(text))
    // Not another's.
    let eve = try server.person("eve", .admin)
    let id = try server.write { try $0.reading.token(text, now: .now())!.id }
    #expect(
      try server.browse("POST", "/account/tokens/\(id)/revoke", as: eve, form: "").status == 404)
    #expect(
      try server.browse("POST", "/account/tokens/\(id)/revoke", as: bob, form: "").status == 303)
    #expect(try server.send("GET", "/reports", token: text).status == 401)
  }

  /// A member calls a token as they like, the administrator too.
  @Test func `what a token of one's own writes is shown as its owner's`() throws {
    let ada = try server.person("ada", .editor)
    let made = try server.browse(
      "POST", "/account/tokens", as: ada, form: "name=grace&scopes=read,edit&kind=person&days=1")
    let token = try #require(made.text.firstMatch(of: /fxb_[a-z0-9]+/)?.output)
    let reply = try server.send(
      "PATCH", "/api/v1/issues/exec-format-error",
      [("If-Match", "*"), ("Content-Type", "application/json")],
      body: Array(#"{"title":"t"}"#.utf8),
      token: String(token))
    #expect(reply.status == 200)
    let history = try server.send("GET", "/issues/t/history.json", [])
    #expect(history.text.contains(#""ada (grace)""#))
  }

  @Test func `a name with characters that show nothing is none for a token`() throws {
    let ada = try server.person("ada", .editor)
    let form = "name=a%E2%80%AEb&scopes=read&kind=person&days=1"
    let reply = try server.browse("POST", "/account/tokens", as: ada, form: form)
    #expect(reply.status == 422 && reply.text.contains("invisible"))
  }

  @Test func `who is signed in is told which role it takes`() throws {
    let bob = try server.person("bob", .reader)
    let reply = try server.browse("POST", "/gaps/draft", as: bob, form: "gap=1")
    #expect(reply.status == 403 && reply.text.contains("this takes the role editor"))
  }

  @Test func `a member sees and ends their own sessions only`() throws {
    let bob = try server.person("bob", .reader)
    let agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    let other = try server.write { try $0.createSession(account: bob.id, client: agent) }
    let id = try server.write { try $0.reading.session(other, now: .now())!.id }
    let page = try server.browse("GET", "/account", as: bob).text
    #expect(page.contains("Firefox on Linux") && page.contains("this browser"))
    #expect(!page.contains(other) && !page.contains(bob.session))
    let eve = try server.person("eve", .admin)
    let end = "/account/sessions/\(id)/end"
    #expect(try server.browse("POST", end, as: eve, form: "").status == 404)
    #expect(try server.browse("POST", end, as: bob, form: "").status == 303)
    #expect(
      try server.send("GET", "/reports", [("Cookie", "fixbook_session=" + other)]).status == 403)
    #expect(try server.browse("GET", "/reports", as: bob).status == 200)
  }

  @Test func `a member signs out everywhere else`() throws {
    let bob = try server.person("bob", .reporter)
    let eve = try server.person("eve", .reporter)
    let button = "Sign out everywhere else"
    #expect(try !server.browse("GET", "/account", as: bob).text.contains(button))
    let others = try server.write { writing in
      try (0..<3).map { _ in try writing.createSession(account: bob.id) }
    }
    #expect(try server.browse("GET", "/account", as: bob).text.contains(button))
    #expect(try server.browse("POST", "/account/sessions/end", as: bob, form: "").status == 303)
    for session in others {
      let reply = try server.send("GET", "/reports", [("Cookie", "fixbook_session=" + session)])
      #expect(reply.status == 403)
    }
    for person in [bob, eve] {
      #expect(try server.browse("GET", "/reports", as: person).status == 200)
    }
  }

  @Test func `who may see a guide is set by API and by page`() throws {
    let ada = try server.person("ada", .admin)
    let bob = try server.person("bob", .reader)
    let path = "/guides/field-guide/audience"
    #expect(try api("GET", path).json["audience"]?.text == "anyone")
    let named = try api("PUT", path, ["audience": "named", "people": ["bob"], "roles": ["editor"]])
    #expect(named.status == 200)
    #expect(named.json["people"] == ["bob"] && named.json["roles"] == ["editor"])
    #expect(try server.browse("GET", "/guides/field-guide").status == 404)
    #expect(try server.browse("GET", "/guides/field-guide", as: bob).status == 200)
    let form = "audience=named&people=&role_reporter=1"
    #expect(
      try server.browse("POST", "/admin/guides/field-guide", as: ada, form: form).status == 303)
    #expect(try api("GET", path).json["roles"] == ["reporter"])
    #expect(try server.browse("GET", "/guides/field-guide", as: bob).status == 404)
    #expect(try server.browse("GET", "/admin/guides", as: ada).text.contains("every reporter"))
    // People left in the form's field do no harm.
    let anyone = "audience=anyone&people=bob&role_editor=1"
    #expect(
      try server.browse("POST", "/admin/guides/field-guide", as: ada, form: anyone).status == 303)
    #expect(try api("GET", path).json["people"] == [])
  }

  @Test func `the audit log tells who did what, filtered and paged`() throws {
    let ada = try server.person("ada", .admin)
    _ = try server.browse("POST", "/admin/users", as: ada, form: "name=bob&role=reader")
    let token = try server.write {
      try $0.createToken(name: "ada", kind: .automation, scopes: [.edit])
    }
    _ = try server.json(
      "POST", "/api/v1/issues",
      ["guide": "field-guide", "section": "Start", "title": "New", "markdown": "- x"], token: token)
    func entries(_ query: String) throws -> [JSON] {
      try api("GET", "/audit" + query).json["results"]?.items ?? []
    }
    let made = try entries("?actor=ada&action=create%20account")
    #expect(made.count == 1 && made.first?["subject"]?.text == "bob")
    #expect(made.first?["identity"]?.text == "account:\(ada.id)")
    // A token of the same name is another one.
    let written = try entries("?actor=ada&subject=/api/v1/issues")
    #expect(written.first?["identity"]?.text?.hasPrefix("token:") == true)
    let first = try api("GET", "/audit?limit=2")
    let next = try #require(first.json["next"]?.text)
    let second = try entries("?limit=2&cursor=" + next)
    let ids = ((first.json["results"]?.items ?? []) + second).compactMap { $0["id"]?.integer }
    #expect(ids.count == 4 && ids == ids.sorted(by: >))
    #expect(try entries("?until=2020-01-01").isEmpty)
    #expect(try entries("?since=2020-01-01").count > 3)
    for wrong in ["?since=yesterday", "?limit=0", "?cursor=x", "?who=ada"] {
      #expect(try api("GET", "/audit" + wrong).status == 422)
    }
    let page = try server.browse("GET", "/admin/audit?actor=ada&limit=1", as: ada)
    #expect(page.status == 200 && page.text.contains("cursor="))
    #expect(page.text.contains("value=\"ada\""))
  }

  @Test func `every write is in the audit log`() throws {
    func count() throws -> Int {
      try server.store.read(as: .system) {
        try $0.connection.integer("SELECT count(*) FROM audit")
      }
    }
    let fix = try server.fixes("exec-format-error")[0]
    let writes: [() throws -> Reply] = [
      { try server.form("/reports", "text=x") },
      { try server.form("/issues/exec-format-error/outcomes", "fix=\(fix)&result=worked") },
      { try server.form("/suggestions", "guide=field-guide&title=T&section=Start&markdown=-+x") },
      { try api("POST", "/issues/exec-format-error/verify", ["against": "v1"]) },
      { try api("POST", "/users", ["name": "zoe"]) },
      { try api("POST", "/tokens", ["name": "zoe", "scopes": ["read"]]) },
      { try api("PUT", "/guides/field-guide/audience", ["audience": "anyone"]) },
    ]
    for write in writes {
      let before = try count()
      let reply = try write()
      #expect((200..<300).contains(reply.status), "\(reply.text)")
      #expect(try count() > before)
    }
  }

  @Test func `the page for the person who runs it shows what holds and what is stored`() throws {
    let ada = try server.person("ada", .admin)
    var settings = server.app.configuration
    settings.shown = [("anonymous-reports", "no", "fixbook.conf:3")]
    let app = App(store: server.store, configuration: settings)
    let page = try server.send("GET", "/admin", [("Accept", "text/html"), ada.cookie], app: app)
    #expect(page.status == 200)
    for word in [
      "fixbook.conf:3", "anonymous-reports", "90 days, longer while a report cites it", "KiB",
      "Write-ahead log", "Last backup",
    ] {
      #expect(page.text.contains(word), "\(word)")
    }
    #expect(page.headers["Cache-Control"] == "private, no-store")
  }
}
