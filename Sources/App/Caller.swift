import HTTP
import SQLite
import Store
import Synchronization

extension App {
  /// What pages know of the server and the caller; throws for a wrong token.
  ///
  /// - Parameter makesAccounts: whether someone new whom a trusted proxy names gets an account,
  ///   which waits for the disk.
  func site(for request: Request, makesAccounts: Bool = true) throws -> Site {
    site(of: try caller(of: request, makesAccounts: makesAccounts), base: base(of: request))
  }

  /// - Parameter base: what addresses begin with, where a request tells.
  func site(of caller: Caller, base: String? = nil) -> Site {
    Site(
      base: base ?? configuration.publicURL ?? configuration.base, caller: caller,
      openToAnyone: configuration.anonymousReports, now: .now())
  }

  /// What limits count by.
  func client(of request: Request) -> String { clientNetwork(peer(of: request)) }

  /// The address that a request comes from: the peer's, or what a trusted proxy says.
  func peer(of request: Request) -> String {
    guard isFromTrustedProxy(request),
      let forwarded = request.headers.list("X-Forwarded-For"),
      let last = forwarded.split(separator: ",").last
    else { return request.peer.description }
    return String(trimmed(last))
  }

  /// What addresses in the answer begin with: the public URL, else what a trusted proxy says that
  /// the client asked for, else where the server listens.
  func base(of request: Request) -> String {
    configuration.publicURL ?? forwardedBase(of: request) ?? configuration.base
  }

  /// "https://kb.example", from `X-Forwarded-Host` and `-Proto` of a trusted proxy.
  func forwardedBase(of request: Request) -> String? {
    guard configuration.publicURL == nil, isFromTrustedProxy(request),
      let host = request.headers["X-Forwarded-Host"].map({ trimmed($0[...]) }),
      (1...255).contains(host.utf8.count), host.utf8.allSatisfy({ isHostByte($0) })
    else { return nil }
    let isSecure = request.headers["X-Forwarded-Proto"].map { equalIgnoringCase($0, "https") }
    return (isSecure == true ? "https://" : "http://") + host
  }

  private func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
    case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "["),
      UInt8(ascii: "]"):
      true
    default: false
    }
  }

  func isFromTrustedProxy(_ request: Request) -> Bool {
    configuration.trustedProxies.contains(request.peer.description)
  }

  private func caller(of request: Request, makesAccounts: Bool) throws -> Caller {
    if let authorization = request.headers["Authorization"] {
      return try bearer(authorization, request)
    }
    if let name = proxyUser(of: request) {
      return try member(namedByProxy: name, makesAccounts: makesAccounts) ?? anonymous(request)
    }
    if let session = cookie(Cookies.session, of: request),
      let account = try store.read(as: .system, { try $0.account(session: session, now: .now()) })
    {
      note(use: "session " + Secrets.digest(Array(session.utf8))) { try $0.sessionUsed(session) }
      return member(account)
    }
    return anonymous(request)
  }

  /// Someone without an account.
  func anonymous(_ request: Request) -> Caller {
    Caller(identity: .anonymous, scopes: [.read], reporter: anonymousReporter(request))
  }

  private func member(_ account: Account) -> Caller {
    Caller(
      identity: .account(id: account.id, name: account.name, role: account.role),
      scopes: account.role.scopes, reporter: "account:\(account.id)")
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
      try limiter.count(.wrongTokens, of: client(of: request))
      throw Failure.wrongToken
    }
    note(use: "token \(token.id)") { try $0.tokenUsed(token.id) }
    return Caller(
      identity: .token(
        // Members name their own tokens: what one wrote is shown as its owner's.
        id: token.id, name: token.account.map { "\($0) (\(token.name))" } ?? token.name,
        kind: token.kind, account: token.accountID),
      scopes: token.scopes.union([.read]),
      reporter: token.accountID.map { "account:\($0)" } ?? "token:\(token.id)")
  }

  /// Stores that a token or session was used, off the answer's path and not every time.
  private func note(use key: String, _ body: @escaping @Sendable (Writing) throws -> Void) {
    guard uses.isDue(key), store.readOnlyReason == nil else { return }
    store.submit(as: .system, isAwaited: false, body) { _ in }
  }

  /// An anonymous person is a cookie, else an address (of IPv6 a network) per day; only a hash of it is stored.
  private func anonymousReporter(_ request: Request) -> String {
    if let cookie = cookie(Cookies.reporter, of: request), cookie.utf8.count == 24 {
      return "cookie:" + Secrets.digest(Array(cookie.utf8))
    }
    let day = Time.now().date
    return "address:" + Secrets.digest(Array((day + " " + client(of: request)).utf8))
  }
}

// A proxy that has signed people in says who they are in a header. Only a trusted proxy is believed:
// from anyone else the header is nothing.

extension App {
  /// The name that a trusted proxy gives. Two of them are no name.
  func proxyUser(of request: Request) -> String? {
    guard let header = configuration.proxyUserHeader, isFromTrustedProxy(request) else {
      return nil
    }
    let names = request.headers.all(header)
    guard names.count == 1 else { return nil }
    let name = String(trimmed(names[0][...]))
    return name.isEmpty ? nil : name
  }

  /// Whether answering means making an account, which is no work for an event loop.
  func isNewProxyUser(_ request: Request) -> Bool {
    guard let name = proxyUser(of: request), request.headers["Authorization"] == nil else {
      return false
    }
    return (try? store.read(as: .system) { try $0.anyAccount(named: name) }) == nil
  }

  private func member(namedByProxy name: String, makesAccounts: Bool) throws -> Caller? {
    if let objection = Account.objection(toName: name) {
      throw Failure.forbidden("The proxy names someone who can't have an account: \(objection)")
    }
    var account = try store.read(as: .system) { try $0.anyAccount(named: name) }
    if account == nil {
      guard makesAccounts else { return nil }
      let role = configuration.proxyUserRole
      account = try store.write(as: Author(viewer: .system, name: "proxy")) { writing in
        // A second request of the same person may have been quicker.
        try writing.reading.anyAccount(named: name)
          ?? writing.createAccount(name: name, role: role)
      }
    }
    guard let account, !account.isDisabled else { throw Failure.accountDisabled }
    return member(account)
  }
}

/// When the use of a token or session was last written down: each commit has a price.
final class Uses: Sendable {
  private let times = Mutex<[String: UInt64]>([:])

  /// Whether it is time to write it down again; if so it counts as done.
  func isDue(_ key: String, now: UInt64 = monotonicNanoseconds()) -> Bool {
    times.withLock { times in
      if let last = times[key], now &- last < UInt64(Lifetime.usePrecision) * 1_000_000_000 {
        return false
      }
      if times.count >= 10_000 { times.removeAll() }
      times[key] = now
      return true
    }
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
