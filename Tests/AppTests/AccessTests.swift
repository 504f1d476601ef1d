import HTTP
import SQLite
import Testing

@testable import App
@testable import Store

/// What it takes to use an address.
private enum Access: Sendable {
  case anyone
  /// Anyone where the policy says so, else the scope "report".
  case reporting
  /// Whoever is known: an account or a token.
  case member
  case scope(Scope)
  /// An editor, or whose report it is; here it is somebody else's.
  case report
  /// The same, whatever the policy.
  case deletion
  /// An account that is signed in; a token has no account page.
  case account
}

/// Every address and who may use it. A new route needs its row here.
private let table: [String: Access] = [
  "GET /": .anyone, "GET /index": .anyone,
  "GET /search": .anyone, "GET /api/v1/search": .anyone,
  "GET /diagnose": .anyone, "POST /diagnose": .anyone, "POST /api/v1/diagnose": .anyone,
  "GET /diagnoses/{id}": .anyone, "GET /api/v1/diagnoses/{id}": .anyone,
  "POST /diagnoses/{id}/outcomes": .reporting,
  "POST /api/v1/diagnoses/{id}/outcomes": .scope(.report),
  "POST /diagnoses/{id}/feedback": .reporting,
  "POST /api/v1/diagnoses/{id}/feedback": .scope(.report),
  "GET /guides": .anyone, "GET /api/v1/guides": .anyone,
  "GET /guides/{guide}": .anyone, "GET /api/v1/guides/{guide}": .anyone,
  "GET /issues": .anyone, "GET /api/v1/issues": .anyone,
  "GET /issues/new": .scope(.edit), "POST /issues/new": .scope(.edit),
  "POST /api/v1/issues": .scope(.edit),
  "GET /issues/{slug}": .anyone, "GET /api/v1/issues/{slug}": .anyone,
  "PUT /api/v1/issues/{slug}": .scope(.edit), "PATCH /api/v1/issues/{slug}": .scope(.edit),
  "DELETE /api/v1/issues/{slug}": .scope(.edit),
  "POST /issues/{slug}/outcomes": .reporting,
  "POST /api/v1/issues/{slug}/outcomes": .scope(.report),
  "GET /issues/{slug}/edit": .scope(.edit), "POST /issues/{slug}/edit": .scope(.edit),
  "GET /issues/{slug}/diff": .anyone, "GET /api/v1/issues/{slug}/diff": .anyone,
  "POST /issues/{slug}/revert": .scope(.edit), "POST /api/v1/issues/{slug}/revert": .scope(.edit),
  "POST /issues/{slug}/restore": .scope(.edit),
  "POST /api/v1/issues/{slug}/restore": .scope(.edit),
  "POST /issues/{slug}/verify": .scope(.edit), "POST /api/v1/issues/{slug}/verify": .scope(.edit),
  "GET /issues/{slug}/history": .anyone,
  "GET /issues/{slug}/revisions": .anyone, "GET /api/v1/issues/{slug}/revisions": .anyone,
  "GET /issues/{slug}/revisions/{n}": .anyone, "GET /api/v1/issues/{slug}/revisions/{n}": .anyone,
  "GET /issues/{slug}/learned": .anyone, "GET /api/v1/issues/{slug}/learned": .anyone,
  "POST /issues/{slug}/learned": .scope(.edit),
  "POST /api/v1/issues/{slug}/learned": .scope(.edit),
  "GET /fixes/{id}": .anyone, "GET /api/v1/fixes/{id}": .anyone,
  "GET /checks": .anyone, "GET /api/v1/checks": .anyone,
  "GET /checks/{name}": .anyone, "GET /api/v1/checks/{name}": .anyone,
  "POST /checks/{name}": .anyone, "POST /api/v1/checks/{name}": .anyone,
  "GET /report": .anyone,
  "GET /reports": .member, "GET /api/v1/reports": .member,
  "POST /reports": .reporting, "POST /api/v1/reports": .scope(.report),
  "GET /reports/{id}": .anyone, "GET /api/v1/reports/{id}": .anyone,
  "DELETE /api/v1/reports/{id}": .deletion,
  "POST /reports/{id}/outcomes": .report, "POST /api/v1/reports/{id}/outcomes": .report,
  "POST /reports/{id}/resolve": .report, "POST /api/v1/reports/{id}/resolve": .report,
  "POST /reports/{id}/reopen": .report, "POST /api/v1/reports/{id}/reopen": .report,
  "POST /api/v1/diagnose/batch": .anyone,
  "PUT /issues/{slug}": .scope(.edit),
  "POST /guides": .scope(.edit),
  "DELETE /guides/{guide}/sections/{id}": .scope(.edit),
  "PATCH /guides/{guide}/sections/{id}": .scope(.edit),
  "PATCH /issues/{slug}": .scope(.edit),
  "POST /issues": .scope(.edit),
  "DELETE /issues/{slug}": .scope(.edit),
  "PATCH /guides/{guide}": .scope(.edit),
  "DELETE /reports/{id}": .deletion,
  "GET /reviews": .member, "GET /api/v1/reviews": .member,
  "GET /warnings": .scope(.edit), "GET /api/v1/warnings": .scope(.edit),
  "POST /warnings/{id}/seen": .scope(.edit), "POST /api/v1/warnings/{id}/seen": .scope(.edit),
  "POST /issues/{slug}/links": .scope(.edit), "POST /api/v1/issues/{slug}/links": .scope(.edit),
  "DELETE /api/v1/issues/{slug}/links/{kind}/{target}": .scope(.edit),
  "DELETE /issues/{slug}/links/{kind}/{target}": .scope(.edit),
  "GET /issues/{slug}/suggest": .reporting,
  "GET /suggestions/new": .reporting, "GET /suggestions/{id}/edit": .scope(.edit),
  "POST /issues/{slug}/merge": .scope(.edit), "POST /api/v1/issues/{slug}/merge": .scope(.edit),
  "DELETE /api/v1/guides/{guide}/sections/{id}": .scope(.edit),
  "GET /deleted": .scope(.edit),
  "GET /guides/new": .scope(.edit),
  "GET /guides/{guide}/edit": .scope(.edit),
  "GET /guides/{guide}/sections/{id}/edit": .scope(.edit),
  "PATCH /api/v1/guides/{guide}": .scope(.edit),
  "PATCH /api/v1/guides/{guide}/sections/{id}": .scope(.edit),
  "POST /api/v1/guides": .scope(.edit),
  "POST /api/v1/guides/{guide}/archive": .scope(.edit),
  "POST /api/v1/guides/{guide}/restore": .scope(.edit),
  "POST /api/v1/guides/{guide}/sections": .scope(.edit),
  "POST /api/v1/issues/{slug}/unmerge": .scope(.edit),
  "POST /api/v1/issues/{slug}/archive": .scope(.edit),
  "POST /api/v1/issues/{slug}/move": .scope(.edit),
  "POST /guides/new": .scope(.edit),
  "POST /guides/{guide}/archive": .scope(.edit),
  "POST /guides/{guide}/edit": .scope(.edit),
  "POST /guides/{guide}/restore": .scope(.edit),
  "POST /guides/{guide}/sections": .scope(.edit),
  "POST /guides/{guide}/sections/{id}/edit": .scope(.edit),
  "POST /guides/{guide}/sections/{id}/remove": .scope(.edit),
  "POST /issues/{slug}/unmerge": .scope(.edit),
  "POST /issues/{slug}/archive": .scope(.edit),
  "POST /issues/{slug}/delete": .scope(.edit),
  "POST /issues/{slug}/move": .scope(.edit),
  "GET /help/api": .anyone, "GET /help/api/{chapter}": .anyone, "GET /openapi.json": .anyone,
  "GET /suggestions": .member, "GET /api/v1/suggestions": .member,
  "POST /suggestions": .reporting, "POST /api/v1/suggestions": .scope(.report),
  "GET /suggestions/{id}": .member, "GET /api/v1/suggestions/{id}": .member,
  "POST /suggestions/{id}/accept": .scope(.edit),
  "POST /api/v1/suggestions/{id}/accept": .scope(.edit),
  "POST /suggestions/{id}/reject": .scope(.edit),
  "POST /api/v1/suggestions/{id}/reject": .scope(.edit),
  "GET /gaps": .member, "GET /api/v1/gaps": .member,
  "POST /gaps/draft": .scope(.edit), "POST /api/v1/gaps/draft": .scope(.edit),
  "GET /go": .anyone, "GET /go/": .anyone, "POST /hooks/alertmanager": .reporting,
  "GET /go/{name}": .anyone, "GET /recent": .anyone, "GET /api/v1/changes": .anyone,
  "GET /feed.atom": .anyone, "GET /help": .anyone, "GET /help/problems": .anyone,
  "GET /sign-in": .anyone, "POST /sign-in": .anyone, "POST /sign-out": .anyone,
  "GET /account": .account, "GET /account/password": .account,
  "POST /account/password": .account, "POST /account/sessions/{id}/end": .account,
  "POST /account/sessions/end": .account,
  "POST /account/tokens": .account, "POST /account/tokens/{id}/revoke": .account,
  "GET /admin": .scope(.admin), "GET /admin/users": .scope(.admin),
  "POST /admin/users": .scope(.admin), "POST /admin/users/{id}": .scope(.admin),
  "POST /admin/users/{id}/invite": .scope(.admin), "GET /admin/tokens": .scope(.admin),
  "POST /admin/tokens": .scope(.admin), "POST /admin/tokens/{id}/revoke": .scope(.admin),
  "GET /admin/guides": .scope(.admin), "POST /admin/guides/{guide}": .scope(.admin),
  "GET /admin/audit": .scope(.admin),
  "GET /api/v1/users": .scope(.admin), "POST /api/v1/users": .scope(.admin),
  "GET /api/v1/users/{id}": .scope(.admin), "PATCH /api/v1/users/{id}": .scope(.admin),
  "POST /api/v1/users/{id}/invite": .scope(.admin),
  "GET /api/v1/tokens": .scope(.admin), "POST /api/v1/tokens": .scope(.admin),
  "GET /api/v1/tokens/{id}": .scope(.admin), "DELETE /api/v1/tokens/{id}": .scope(.admin),
  "GET /api/v1/guides/{guide}/audience": .scope(.admin),
  "PUT /api/v1/guides/{guide}/audience": .scope(.admin),
  "GET /api/v1/audit": .scope(.admin),
  "DELETE /api/v1/webhooks/{id}": .scope(.admin),
  "GET /admin/webhooks": .scope(.admin),
  "GET /admin/webhooks/{id}": .scope(.admin),
  "GET /api/v1/webhooks": .scope(.admin),
  "GET /api/v1/webhooks/{id}/deliveries": .scope(.admin),
  "POST /admin/webhooks": .scope(.admin),
  "POST /admin/webhooks/{id}/delete": .scope(.admin),
  "POST /admin/webhooks/{id}/test": .scope(.admin),
  "POST /api/v1/webhooks": .scope(.admin),
  "POST /api/v1/webhooks/{id}/test": .scope(.admin),
  "GET /insights": .member, "GET /api/v1/insights": .member,
  "GET /guides/{guide}/feed.atom": .anyone, "GET /issues/{slug}/feed.atom": .anyone,
  "POST /mcp": .anyone, "GET /llms.txt": .anyone, "GET /llms-full.txt": .anyone,
  "GET /healthz": .anyone, "GET /readyz": .anyone, "GET /metrics": .anyone,
  "GET /robots.txt": .anyone, "GET /sitemap.xml": .anyone, "GET /opensearch.xml": .anyone,
  "GET /favicon.ico": .anyone, "GET /assets/{name}": .anyone,
]

/// Method and pattern of every route, page and API apart.
private let addresses: [String] = App.routes.flatMap { route in
  (route.hasPage ? ["\(route.method.name) \(route.pattern)"] : [])
    + (route.hasAPI ? ["\(route.method.name) /api/v1\(route.pattern)"] : [])
}

/// Who asks; the strongest come last, for what they do may change things.
private enum Caller: String, CaseIterable, Sendable {
  case wrongToken, expiredToken, revokedToken, tokenOfDisabled
  case anonymous, disabled
  case readToken, reader, reportToken, reporter, editToken, editor, adminToken, admin

  var scopes: Set<Scope> {
    switch self {
    case .readToken: [.read]
    case .reportToken: [.read, .report]
    case .editToken: [.read, .edit]
    case .adminToken: [.read, .admin]
    case .reader: Role.reader.scopes
    case .reporter: Role.reporter.scopes
    case .editor: Role.editor.scopes
    case .admin: Role.admin.scopes
    default: []
    }
  }

  /// Whose secret is worth nothing: 401, whatever the address.
  var isRefused: Bool {
    [.wrongToken, .expiredToken, .revokedToken, .tokenOfDisabled].contains(self)
  }
  var isAnonymous: Bool { self == .anonymous || self == .disabled }
  var isToken: Bool { !isAnonymous && !isAccount }
  var isAccount: Bool { [.reader, .reporter, .editor, .admin].contains(self) }

  func may(_ access: Access, policyIsOpen: Bool) -> Bool {
    switch access {
    case .anyone: true
    case .reporting: policyIsOpen || scopes.contains(.report)
    case .member: !isAnonymous
    case .scope(let scope): scopes.contains(scope)
    case .report: scopes.contains(.edit) && (policyIsOpen || scopes.contains(.report))
    case .deletion: scopes.isSuperset(of: [.edit, .report])
    case .account: isAccount
    }
  }
}

/// A server with something to ask for, and every kind of caller.
private struct Stage {
  let server: Server
  private var headers: [Caller: (String, String)] = [:]
  private let values: [(prefix: String, value: String)]

  init(policyIsOpen: Bool) throws {
    server = try Server(anonymousReports: policyIsOpen)
    var headers: [Caller: (String, String)] = [:]
    for (caller, role) in [
      (Caller.reader, Role.reader), (.reporter, .reporter), (.editor, .editor), (.admin, .admin),
      (.disabled, .editor),
    ] {
      headers[caller] = try server.person(caller.rawValue, role).cookie
    }
    let (victim, token, report, diagnosis, secrets) = try server.write { writing in
      var secrets: [Caller: String] = [:]
      let victim = try writing.createAccount(name: "victim", role: .reader).id
      for (caller, scope) in [
        (Caller.readToken, Scope.read), (.reportToken, .report), (.editToken, .edit),
        (.adminToken, .admin),
      ] {
        secrets[caller] = try writing.createToken(
          name: caller.rawValue, kind: .person, scopes: [scope])
      }
      let all = Scope.allCases
      let expired = try writing.createToken(
        name: "x", kind: .person, scopes: all, expiresAt: .now() + -1)
      let revoked = try writing.createToken(name: "y", kind: .person, scopes: all)
      let id = try writing.reading.token(revoked, now: .now())!.id
      _ = try writing.revokeToken(id)
      let disabled = try writing.reading.account(named: "disabled")!.id
      let orphan = try writing.createToken(
        name: "z", kind: .person, scopes: all, account: disabled)
      try writing.connection.execute("UPDATE account SET disabled_at = 1 WHERE id = \(disabled)")
      secrets[.wrongToken] = "fxb_wrong"
      secrets[.expiredToken] = expired
      secrets[.revokedToken] = revoked
      secrets[.tokenOfDisabled] = orphan
      _ = try writing.suggest(
        issue: nil, guide: "field-guide",
        IssueText(title: "New", section: "Start", markdown: "- x"), comment: "", reporter: "x")
      let report = try writing.openReport(
        NewReport(text: "x", reporter: "somebody", source: .person))
      let diagnosis = Secrets.checkedIdentifier()
      try writing.connection.execute(
        """
        INSERT INTO diagnosis (id, verdict, matcher, excerpt, answer, redacted, source, created_at)
        VALUES (\(diagnosis), 'unknown', 'm1', '', '[]', 0, 'person', \(writing.now.milliseconds))
        """)
      return (victim, id, report.id, diagnosis, secrets)
    }
    for (caller, secret) in secrets { headers[caller] = ("Authorization", "Bearer " + secret) }
    self.headers = headers
    values = [
      ("/guides/field-guide/sections/{id}", "1"), ("/diagnoses/{id}", diagnosis),
      ("/fixes/{id}", "1"), ("/reports/{id}", report),
      ("/suggestions/{id}", "1"), ("/warnings/{id}", "1"), ("/users/{id}", "\(victim)"),
      ("/admin/users/{id}", "\(victim)"),
      ("/tokens/{id}", "\(token)"), ("/admin/tokens/{id}", "\(token)"),
      ("/account/sessions/{id}", "0"), ("/account/tokens/{id}", "\(token)"),
      ("/webhooks/{id}", "1"), ("/admin/webhooks/{id}", "1"),
      ("/checks/{name}", "session-id"), ("/go/{name}", "docker"), ("/assets/{name}", "fixbook.css"),
    ]
  }

  private func path(_ pattern: String) -> String {
    var path = pattern.replacing("{slug}", with: "exec-format-error")
      .replacing("{guide}", with: "field-guide").replacing("{n}", with: "1")
      .replacing("{chapter}", with: "issues").replacing("{kind}", with: "related")
      .replacing("{target}", with: "nobody-knows")
    for (prefix, value) in values where path.replacing("/api/v1", with: "").hasPrefix(prefix) {
      path = path.replacing("{id}", with: value).replacing("{name}", with: value)
    }
    return path
  }

  func ask(_ address: String, as caller: Caller) throws -> Reply {
    let parts = address.split(separator: " ")
    let isAPI = parts[1].hasPrefix("/api/v1")
    var fields = [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")]
    if let header = headers[caller] { fields.append(header) }
    let isRead = parts[0] == "GET"
    if !isRead, isAPI { fields.append(("Content-Type", "application/json")) }
    let body = isRead || !isAPI ? "" : "{}"
    return try server.send(
      String(parts[0]), path(String(parts[1])), fields, body: Array(body.utf8))
  }
}

private func leadsToSignIn(_ reply: Reply) -> Bool {
  reply.status == 303 && reply.location?.hasPrefix("/sign-in") == true
}

struct AccessTests {
  @Test func `every address has a row, and every row an address`() {
    let (rows, known) = (Set(table.keys), Set(addresses))
    #expect(known.subtracting(rows).isEmpty, "give these a row in AccessTests.table")
    #expect(rows.subtracting(known).isEmpty, "these addresses are no more")
  }

  @Test(arguments: addresses, [true, false])
  func `who may use an address is what the table says`(address: String, policyIsOpen: Bool) throws {
    guard let access = table[address] else { return }
    let stage = try Stage(policyIsOpen: policyIsOpen)
    let isAPI = address.contains("/api/v1")
    // Below /api/v1 a cookie writes nothing.
    let needsToken = if case .anyone = access { false } else { isAPI && !address.hasPrefix("GET") }
    for caller in Caller.allCases {
      let reply = try stage.ask(address, as: caller)
      let what: Comment = "\(address) as \(caller.rawValue): \(reply.status) \(reply.code ?? "")"
      if caller.isRefused || (needsToken && !caller.isToken) {
        #expect(reply.status == 401, what)
      } else if caller.may(access, policyIsOpen: policyIsOpen && !isAPI) {
        #expect(![401, 403].contains(reply.status) && reply.status < 500, what)
        #expect(!leadsToSignIn(reply), what)
      } else if isAPI {
        #expect(reply.status == (caller.isAnonymous ? 401 : 403), what)
      } else {
        #expect([401, 403].contains(reply.status) || leadsToSignIn(reply), what)
      }
      if reply.status == 401 {
        #expect(reply.headers["WWW-Authenticate"]?.hasPrefix("Bearer") == true, what)
      }
    }
  }

  @Test(arguments: addresses)
  func `where reading needs an account only the way in is open`(address: String) throws {
    let server = try Server()
    var settings = server.app.configuration
    settings.anonymousReading = false
    let closed = App(store: server.store, configuration: settings)
    let parts = address.split(separator: " ")
    let path = parts[1].replacing("{slug}", with: "exec-format-error")
      .replacing("{guide}", with: "field-guide").replacing("{n}", with: "1")
      .replacing("{name}", with: "fixbook.css").replacing("{id}", with: "1")
      .replacing("{chapter}", with: "issues").replacing("{kind}", with: "related")
      .replacing("{target}", with: "nobody-knows")
    let reply = try server.send(
      String(parts[0]), String(path), [("Accept", "text/html"), ("Sec-Fetch-Site", "same-origin")],
      app: closed)
    let open: Set = [
      "GET /sign-in", "POST /sign-in", "GET /healthz", "GET /readyz", "GET /favicon.ico",
      "GET /robots.txt", "GET /assets/{name}",
    ]
    if open.contains(address) {
      #expect(reply.status != 401)
    } else {
      #expect(reply.status == 401)
      #expect(!reply.text.contains("Exec format error"))
    }
  }
}
