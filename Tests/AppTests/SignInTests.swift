import HTTP
import JSON
import SQLite
import Testing

@testable import App
@testable import Store

/// Signing in and out, and what must not be possible on the way.
struct SignInTests {
  private let server: Server
  private static let password = "correct horse battery"

  init() throws { server = try Server() }

  /// An account with a password.
  private func edna(_ role: Role = .editor) throws -> Int {
    try server.write { writing in
      let id = try writing.createAccount(name: "Edna", role: role).id
      try writing.setPassword(hash: Secrets.passwordHash(Self.password)!, ofAccount: id)
      return id
    }
  }

  private func signIn(
    _ form: String = "name=edna&password=correct+horse+battery",
    with headers: [(String, String)] = [], peer: Peer = .local, app: App? = nil
  ) throws -> Reply {
    try server.send(
      "POST", "/sign-in",
      [
        ("Accept", "text/html"), ("Content-Type", "application/x-www-form-urlencoded"),
        ("Sec-Fetch-Site", "same-origin"),
      ] + headers, body: Array(form.utf8), peer: peer, app: app)
  }

  private func count(_ sql: SQL) throws -> Int {
    try server.store.read(as: .system) { try $0.connection.integer(sql) }
  }

  private func session(_ reply: Reply) throws -> String {
    let cookie = try #require(reply.cookies.first { $0.hasPrefix("fixbook_session=") })
    return String(cookie.dropFirst("fixbook_session=".count).prefix { $0 != ";" })
  }

  @Test func `a session cookie is for this site and no script`() throws {
    _ = try edna()
    let cookie = try #require(try signIn().cookies.first)
    let parts = Set(cookie.split(separator: ";").map { $0.trimmingPrefix(" ") })
    #expect(parts.isSuperset(of: ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"]))
    #expect(!parts.contains("Secure") && !cookie.contains("Domain"))
    var settings = server.app.configuration
    settings.publicURL = "https://kb.example"
    let safe = App(store: server.store, configuration: settings)
    #expect(try signIn(app: safe).cookies.first?.contains("; Secure") == true)
  }

  @Test func `a sign-in gives a new session and ends the one the browser had`() throws {
    _ = try edna()
    let first = try session(try signIn())
    let second = try session(try signIn(with: headers(first)))
    #expect(first != second)
    #expect(try count("SELECT count(*) FROM session") == 1)
    // One that somebody planted becomes nobody's.
    let planted = String(repeating: "a", count: 32)
    #expect(try session(try signIn(with: headers(planted))) != planted)
    #expect(try server.send("GET", "/reports", headers(planted)).status == 403)
  }

  private func headers(_ session: String) -> [(String, String)] {
    [("Cookie", "fixbook_session=" + session)]
  }

  @Test func `signing out ends the session everywhere, not only in the browser`() throws {
    _ = try edna()
    let session = try session(try signIn())
    let reply = try server.form(
      "/sign-out", "", headers(session) + [("Sec-Fetch-Site", "same-origin")])
    #expect(reply.status == 303 && reply.location == "/")
    #expect(reply.cookies.first?.contains("Max-Age=0") == true)
    #expect(try server.send("GET", "/reports", headers(session)).status == 403)
    #expect(try count("SELECT count(*) FROM session") == 0)
  }

  @Test func `a new password ends all other sessions and gives a new one`() throws {
    let id = try edna()
    let (mine, other) = (try session(try signIn()), try session(try signIn()))
    let here = headers(mine) + [("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")]
    let wrong = try server.form(
      "/account/password", "current=wrong&password=another+long+one", here)
    #expect(wrong.status == 403)
    #expect(try server.send("GET", "/reports", headers(other)).status == 200)
    let short = try server.form(
      "/account/password", "current=correct+horse+battery&password=short", here)
    #expect(short.status == 422)
    let right = try server.form(
      "/account/password", "current=correct+horse+battery&password=another+long+one", here)
    #expect(right.status == 303)
    for old in [mine, other] {
      #expect(try server.send("GET", "/reports", headers(old)).status == 403)
    }
    #expect(try server.send("GET", "/reports", headers(try session(right))).status == 200)
    #expect(try signIn().status == 403)
    #expect(try signIn("name=Edna&password=another+long+one").status == 303)
    let hash = try server.store.read(as: .system) { try $0.passwordHash(ofAccount: id) }
    #expect(hash?.hasPrefix("$argon2id$") == true)
  }

  @Test func `an invitation leads to choosing a password, once`() throws {
    let (id, link) = try server.write { writing in
      let id = try writing.createAccount(name: "Edna", role: .reader).id
      return (id, try writing.createSignInLink(account: id, seconds: Lifetime.invitation))
    }
    let reply = try signIn("link=" + link)
    #expect(reply.status == 303 && reply.location == "/account/password")
    let here = headers(try session(reply)) + [("Accept", "text/html")]
    let page = try server.send("GET", "/account/password", here)
    #expect(page.status == 200 && !page.text.contains("name=\"current\""))
    let set = try server.form(
      "/account/password", "password=correct+horse+battery",
      here + [("Sec-Fetch-Site", "same-origin")])
    #expect(set.status == 303)
    #expect(try signIn().status == 303)
    #expect(try signIn("link=" + link).status == 403)
    // Another link stands for the password that was forgotten, a password session does not.
    let again = try server.write { try $0.createSignInLink(account: id) }
    let byLink = headers(try session(try signIn("link=" + again)))
    let byPassword = headers(try session(try signIn()))
    let form = "password=yet+another+long+one"
    let own = [("Sec-Fetch-Site", "same-origin"), ("Accept", "text/html")]
    #expect(try server.form("/account/password", form, byPassword + own).status == 403)
    #expect(try server.form("/account/password", form, byLink + own).status == 303)
  }

  // MARK: Where a sign-in leads

  @Test(arguments: [
    "/", "/issues/exec-format-error", "/search?q=a%20b&limit=5", "/issues/a/diff?from=1&to=2",
    "/admin/audit?actor=ada", "/issues/%E7%8E%8B", "/search?q=//x", "/go/a.b",
  ])
  func `a page of this server is a place to return to`(target: String) throws {
    #expect(LocalTarget.checked(target) == target)
    _ = try edna()
    let reply = try signIn(
      "name=edna&password=correct+horse+battery&next=" + queryEncoded(target))
    #expect(reply.location == target)
  }

  @Test(arguments: [
    "//evil.example", "///evil.example", "https://evil.example", "http:evil.example",
    "https:/evil.example", "HtTpS://evil.example", "/\\evil.example", "\\\\evil.example",
    "\\/evil.example", "/\t/evil.example", "/\n/evil.example", "/\r\n/evil.example",
    "\t//evil.example", " //evil.example", "/ /evil.example", "/%0d%0aSet-Cookie:%20a=b\r\nX: y",
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "evil.example",
    "@evil.example", "/.//evil.example", "/..//evil.example", "/x/..//evil.example",
    "/%2e%2e//evil.example", "/./x", "/../x", "/%2E%2E/x", "/a/%2e/b", "//", "///", "/\u{a0}/x",
    "／／evil.example", "/\u{2028}/evil", "/\0/evil", "", "?x", "#x", "/sign-in", "/sign-out",
    "/sign-in?next=/x", "/<script>", "/\"onclick=", "/`x`", "/{x}", "/a|b", "/a^b",
    "https://127.0.0.1:8080@evil.example", "//127.0.0.1:8080@evil.example", "/x//evil.example",
    "http://127.0.0.1:8080/", "ftp://evil.example", "/" + String(repeating: "a", count: 1_001),
  ])
  func `nothing else is`(target: String) throws {
    #expect(LocalTarget.checked(target) == nil)
    _ = try edna()
    for place in ["name=edna&password=correct+horse+battery&next=", "name=edna&password=x&next="] {
      let reply = try signIn(place + queryEncoded(target).replacing("%00", with: ""))
      if let location = reply.location { #expect(location == "/account") }
      #expect(!reply.text.contains("name=\"next\""))
    }
    let page = try server.get(
      "/sign-in?next=" + queryEncoded(target).replacing("%00", with: ""), accept: "text/html")
    #expect(page.status == 200 && !page.text.contains("name=\"next\""))
  }

  @Test func `who was refused is offered the way back`() throws {
    let page = try server.get("/gaps?days=7", accept: "text/html")
    #expect(page.status == 403)
    #expect(page.text.contains("href=\"/sign-in?next=%2Fgaps%3Fdays%3D7\""))
    #expect(try server.get("/account").location == "/sign-in?next=/account")
  }

  // MARK: Brute force

  @Test func `passwords of one account are tried ten times, from wherever`() throws {
    _ = try edna()
    var statuses: [Int] = []
    // Two windows at most, should one end meanwhile.
    for number in 0..<22 where !statuses.contains(429) {
      let reply = try signIn(
        "name=EDNA&password=wrong", peer: .address("192.0.2.\(number)"))
      statuses.append(reply.status)
      if reply.status == 429 {
        #expect((1...300).contains(Int(reply.headers["Retry-After"] ?? "") ?? 0))
        #expect(reply.headers["RateLimit-Policy"] == "\"sign-ins-of-account\";q=10;w=300")
        #expect(reply.headers["RateLimit"]?.hasPrefix("\"sign-ins-of-account\";r=0;t=") == true)
      }
    }
    #expect(statuses.contains(429) && statuses.filter { $0 == 403 }.count >= 10)
    // The right one is not even looked at now, and other accounts are as before.
    #expect(try signIn().status == 429)
    #expect(try signIn("name=other&password=wrong").status == 403)
  }

  @Test func `sign-ins of one address are thirty, whatever the account`() throws {
    _ = try edna()
    let one = Peer.address("192.0.2.1")
    var statuses: [Int] = []
    for number in 0..<62 where !statuses.contains(429) {
      statuses.append(try signIn("name=n\(number)&password=x", peer: one).status)
    }
    #expect(statuses.contains(429) && statuses.filter { $0 == 403 }.count >= 30)
    #expect(try signIn("link=x", peer: one).status == 429)
    #expect(try signIn(peer: .address("192.0.2.2")).status == 303)
  }

  /// A customer's network has 2⁶⁴ addresses, so that a limit for each of them limits nobody.
  @Test func `addresses of one IPv6 network are one address`() throws {
    var statuses: [Int] = []
    for number in 0..<62 where !statuses.contains(429) {
      let peer = Peer.address("2001:db8:1:2::\(String(number + 1, radix: 16))")
      statuses.append(try signIn("name=n\(number)&password=x", peer: peer).status)
    }
    #expect(statuses.contains(429) && statuses.filter { $0 == 403 }.count >= 30)
    #expect(try signIn("link=x", peer: .address("2001:db8:1:2:ffff::1")).status == 429)
    #expect(try signIn("link=x", peer: .address("2001:db8:1:3::1")).status == 403)
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("192.0.2.1:4711", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("[2001:db8:1:2::1]:4711", "2001:db8:1:2::/64"),
    ("::1", "0:0:0:0::/64"), ("unknown", "unknown"), ("", ""), ("local", "local"),
  ])
  func `a client is an address, and of IPv6 a network`(address: String, client: String) {
    #expect(clientNetwork(address) == client)
  }

  @Test func `wrong tokens of one address are sixty a minute`() throws {
    var statuses: [Int] = []
    for number in 0..<122 where !statuses.contains(429) {
      statuses.append(
        try server.send("GET", "/", token: "fxb_\(number)", peer: .address("192.0.2.1")).status)
    }
    #expect(statuses.contains(429) && statuses.filter { $0 == 401 }.count >= 60)
    #expect(
      try server.send("GET", "/", token: server.reader, peer: .address("192.0.2.1")).status == 200)
  }

  @Test func `a refused sign-in is written down, and never what was typed`() throws {
    _ = try edna()
    _ = try signIn("name=edna&password=secret-typed-1")
    _ = try signIn("name=secret-typed-2&password=x")
    let entries = try server.store.read(as: .system) {
      try $0.auditEntries(AuditFilter(action: "sign-in refused"), limit: 9)
    }
    #expect(entries.map(\.subject) == ["unknown account", "Edna"])
    #expect(try count("SELECT count(*) FROM audit WHERE subject LIKE '%secret-typed%'") == 0)
  }

  // MARK: Forms from elsewhere

  /// Forms of someone signed in that change something.
  private static let forms = [
    "/sign-out", "/account/password", "/account/tokens", "/account/sessions/0/end",
    "/account/sessions/end",
    "/account/tokens/1/revoke", "/admin/users", "/admin/users/1", "/admin/users/1/invite",
    "/admin/tokens", "/admin/tokens/1/revoke", "/admin/guides/field-guide", "/issues/new",
    "/issues/exec-format-error/edit", "/issues/exec-format-error/verify", "/reports",
    "/suggestions", "/gaps/draft", "/sign-in",
  ]

  @Test(
    arguments: forms,
    [
      [("Sec-Fetch-Site", "cross-site")], [("Sec-Fetch-Site", "same-site")],
      [("Origin", "https://evil.example")], [("Origin", "null")],
      [("Sec-Fetch-Site", "cross-site"), ("Origin", "http://127.0.0.1:8080")],
    ])
  func `a form of another site is refused`(path: String, headers: [(String, String)]) throws {
    let admin = try server.person("ada", .admin)
    let before = try count("SELECT count(*) FROM audit")
    let reply = try server.form(
      path, "name=x&role=admin&scopes=admin&audience=anyone", [admin.cookie] + headers)
    #expect(reply.status == 403)
    #expect(reply.code == nil || reply.code == "foreign_form")
    #expect(try count("SELECT count(*) FROM audit") == before)
    #expect(try server.send("GET", "/reports", [admin.cookie]).status == 200)
  }

  @Test func `an old browser confirms, with a word that fits one form and one session`() throws {
    let (ada, bob) = (try server.person("ada", .admin), try server.person("bob", .admin))
    func sent(_ form: String, as person: Person, to path: String = "/admin/users") throws -> Reply {
      try server.form(path, form, [person.cookie, ("Accept", "text/html")])
    }
    let asks = try sent("name=cyd&role=reader", as: ada)
    #expect(asks.status == 200 && asks.text.contains("Please confirm"))
    let token = try #require(
      asks.text.firstMatch(of: /name="confirm_token" value="([a-z2-9]+)"/)?.1)
    let confirmed = "name=cyd&role=reader&confirm_token=\(token)"
    #expect(try sent(confirmed, as: bob).status == 403)
    #expect(try sent(confirmed, as: ada).status == 201)
    #expect(try sent(confirmed, as: ada).status == 403, "once")
    let again = try #require(
      try sent("name=dan&role=reader", as: ada).text
        .firstMatch(of: /name="confirm_token" value="([a-z2-9]+)"/)?.1)
    #expect(
      try sent("confirm_token=\(again)", as: ada, to: "/admin/tokens/1/revoke").status == 403)
  }
}
