import HTTP
import Store

extension App {
  /// What pages know of the server and the caller; throws for a wrong token.
  func site(for request: Request) throws -> Site {
    site(of: try caller(of: request))
  }

  func site(of caller: Caller) -> Site {
    Site(
      base: configuration.publicURL ?? configuration.base, caller: caller,
      openToAnyone: configuration.anonymousReports, now: .now())
  }

  /// The address that limits count by: the peer's, or what a trusted proxy says.
  func peer(of request: Request) -> String {
    let peer = request.peer.description
    guard configuration.trustedProxies.contains(peer),
      let forwarded = request.headers.list("X-Forwarded-For"),
      let last = forwarded.split(separator: ",").last
    else { return peer }
    return String(trimmed(last))
  }

  private func caller(of request: Request) throws -> Caller {
    if let authorization = request.headers["Authorization"] {
      return try bearer(authorization, request)
    }
    if let session = cookie(Cookies.session, of: request),
      let account = try store.read(as: .system, { try $0.account(session: session, now: .now()) })
    {
      return Caller(
        identity: .account(id: account.id, name: account.name, role: account.role),
        scopes: scopes(of: account.role), reporter: "account:\(account.id)")
    }
    return Caller(
      identity: .anonymous, scopes: [.read], reporter: anonymousReporter(request))
  }

  private func bearer(_ authorization: String, _ request: Request) throws -> Caller {
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, equalIgnoringCase(String(parts[0]), "Bearer") else {
      throw Failure.wrongToken
    }
    let text = String(trimmed(parts[1]))
    if let admin = configuration.adminToken, Secrets.isEqual(text, admin) {
      return Caller(
        identity: .token(id: 0, name: "admin token", kind: .person, account: nil),
        scopes: Set(Scope.allCases), reporter: "token:0")
    }
    guard let token = try store.read(as: .system, { try $0.token(text, now: .now()) }) else {
      try limiter.count(.wrongTokens, of: peer(of: request))
      throw Failure.wrongToken
    }
    return Caller(
      identity: .token(
        id: token.id, name: token.name, kind: token.kind, account: token.accountID),
      scopes: token.scopes.union([.read]),
      reporter: token.accountID.map { "account:\($0)" } ?? "token:\(token.id)")
  }

  private func scopes(of role: Role) -> Set<Scope> {
    switch role {
    case .reader: [.read]
    case .reporter: [.read, .report]
    case .editor: [.read, .report, .edit]
    case .admin: [.read, .report, .edit, .admin]
    }
  }

  /// An anonymous person is a cookie, else an address per day; only a hash of it is stored.
  private func anonymousReporter(_ request: Request) -> String {
    if let cookie = cookie(Cookies.reporter, of: request), cookie.utf8.count == 24 {
      return "cookie:" + Secrets.digest(Array(cookie.utf8))
    }
    let day = Time.now().date
    return "address:" + Secrets.digest(Array((day + " " + peer(of: request)).utf8))
  }
}

enum Cookies {
  static let session = "fixbook_session"
  static let reporter = "fixbook_reporter"

  /// `HttpOnly; SameSite=Lax`, and `Secure` where the public address is https.
  static func set(_ name: String, _ value: String, maxAge: Int, secure: Bool) -> HeaderFields.Field
  {
    HeaderFields.Field(
      "Set-Cookie",
      "\(name)=\(value); Path=/; Max-Age=\(maxAge); HttpOnly; SameSite=Lax"
        + (secure ? "; Secure" : ""))
  }
}

/// A cookie's value (RFC 6265 §4.2).
func cookie(_ name: String, of request: Request) -> String? {
  for field in request.headers.all("Cookie") {
    for pair in field.split(separator: ";") {
      let parts = trimmed(pair).split(separator: "=", maxSplits: 1)
      if parts.count == 2, parts[0] == name { return String(parts[1]) }
    }
  }
  return nil
}
