import HTTP
import SQLite
import Testing

@testable import App
@testable import Store

/// People whom a trusted proxy has signed in.
struct ProxyTests {
  private let server: Server
  private let app: App
  private static let proxy = Peer.address("10.0.0.1")

  init() throws {
    server = try Server(anonymousReports: false)
    var settings = server.app.configuration
    settings.trustedProxies = ["10.0.0.1"]
    settings.proxyUserHeader = "X-Remote-User"
    settings.proxyUserRole = .reporter
    app = App(store: server.store, configuration: settings)
  }

  private func ask(
    _ target: String, _ headers: [(String, String)], peer: Peer = proxy
  ) throws -> Reply {
    try server.send("GET", target, [("Accept", "text/html")] + headers, peer: peer, app: app)
  }

  private func post(_ form: String, _ headers: [(String, String)]) throws -> Reply {
    try server.send(
      "POST", "/reports",
      [("Accept", "text/html"), ("Content-Type", "application/x-www-form-urlencoded")] + headers,
      body: Array(form.utf8), peer: Self.proxy, app: app)
  }

  private func account(_ name: String) throws -> Account? {
    try server.store.read(as: .system) { try $0.anyAccount(named: name) }
  }

  @Test func `the proxy's word makes an account and signs it in`() throws {
    let page = try ask("/account", [("X-Remote-User", "ada@example.org")])
    #expect(page.status == 200)
    #expect(page.text.contains("ada@example.org") && page.text.contains("reporter"))
    #expect(page.headers["Cache-Control"]?.contains("private") == true)
    let made = try #require(try account("ada@example.org"))
    #expect(made.role == .reporter && !made.hasPassword)
    // Once.
    _ = try ask("/account", [("x-remote-user", " ADA@example.org ")])
    #expect(try server.store.read(as: .system) { try $0.accounts().count } == 1)
    #expect(try ask("/admin", [("X-Remote-User", "ada@example.org")]).status == 403)
  }

  @Test func `the header of anyone else is nothing`() throws {
    for peer in [Peer.address("10.0.0.2"), .address("127.0.0.1"), .address("::1"), .local] {
      for headers in [
        [("X-Remote-User", "ada")],
        [("X-Remote-User", "ada"), ("X-Forwarded-For", "10.0.0.1")],
      ] {
        #expect(try ask("/reports", headers, peer: peer).status == 403)
      }
    }
    #expect(try account("ada") == nil)
    // Nor where no header was configured.
    #expect(
      try server.send("GET", "/reports", [("X-Remote-User", "ada")], peer: Self.proxy).status == 403
    )
  }

  @Test func `a proxy that names nobody, or two, has signed nobody in`() throws {
    for headers in [
      [], [("X-Remote-User", "")], [("X-Remote-User", "ada"), ("X-Remote-User", "bob")],
    ] {
      #expect(try ask("/reports", headers).status == 403)
      #expect(try ask("/issues/exec-format-error", headers).status == 200)
    }
    #expect(try account("ada") == nil)
  }

  @Test func `a name that can't be one is refused`() throws {
    for name in ["import", "anonymous", String(repeating: "x", count: 101)] {
      #expect(try ask("/account", [("X-Remote-User", name)]).status == 403)
      #expect(try account(name) == nil)
    }
  }

  @Test func `an account that is there keeps its role, a disabled one is refused`() throws {
    let id = try server.write { try $0.createAccount(name: "ada", role: .admin).id }
    #expect(try ask("/admin", [("X-Remote-User", "ada")]).status == 200)
    try server.write {
      _ = try $0.createAccount(name: "bob", role: .admin)
      try $0.disable(account: id)
    }
    let refused = try ask("/issues/exec-format-error", [("X-Remote-User", "ada")])
    #expect(refused.status == 403 && refused.text.contains("disabled"))
  }

  @Test func `a token says more than the proxy`() throws {
    let reply = try ask(
      "/reports", [("X-Remote-User", "ada"), ("Authorization", "Bearer " + server.reader)])
    #expect(reply.status == 200)
    #expect(try account("ada") == nil)
    #expect(
      try ask("/", [("X-Remote-User", "ada"), ("Authorization", "Bearer wrong")]).status == 401)
  }

  @Test func `a page that does not exist makes no account`() throws {
    #expect(try ask("/nothing/at/all", [("X-Remote-User", "ada")]).status == 404)
    #expect(try account("ada") == nil)
  }

  @Test func `pages kept for strangers are not shown to members, nor theirs to strangers`() throws {
    try server.write { try $0.setAudience(Audience(.members), ofGuide: "field-guide") }
    let page = "/issues/exec-format-error"
    for _ in 0..<2 {
      #expect(try ask(page, []).status == 404)
      #expect(try ask(page, [("X-Remote-User", "ada")]).status == 200)
    }
  }

  @Test func `forms of other sites are refused, and old browsers asked, without any cookie`() throws
  {
    let ada = ("X-Remote-User", "ada")
    #expect(try post("text=x", [ada, ("Sec-Fetch-Site", "cross-site")]).status == 403)
    func word() throws -> Substring {
      let asks = try post("text=x", [ada])
      #expect(asks.status == 200)
      return try #require(asks.text.firstMatch(of: /name="confirm_token" value="([a-z2-9]+)"/)?.1)
    }
    #expect(try post("text=x&confirm_token=\(word())", [("X-Remote-User", "eve")]).status == 403)
    #expect(try post("text=x&confirm_token=\(word())", [ada]).status == 303)
  }

  @Test func `limits count by the address that the proxy gives`() throws {
    func wrong(_ address: String) throws -> Int {
      try ask("/", [("Authorization", "Bearer x"), ("X-Forwarded-For", address)]).status
    }
    var statuses: [Int] = []
    for _ in 0..<122 where !statuses.contains(429) { statuses.append(try wrong("192.0.2.1")) }
    #expect(statuses.contains(429))
    #expect(try wrong("192.0.2.2") == 401)
  }
}
