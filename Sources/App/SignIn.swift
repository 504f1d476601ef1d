import HTTP
import JSON
import Markup
import Store
import Synchronization

extension App {
  static func signInForm(_ context: Context) throws -> Reply {
    var query = try context.query()
    let link = try query.text("link", limit: 200)
    let next = LocalTarget.checked(try query.text("next", limit: 2_000))
    try query.finish()
    return .page(SignInPage(link: link, next: next, message: nil), headers: privately)
  }

  /// By link or by name and password.
  func signIn(_ context: Context) throws -> Reply {
    let peer = peer(of: context.request)
    try limiter.count(.signIns, of: client(of: context.request))
    var fields = try context.body()
    let link = try fields.text("link", limit: 200)
    let name = try fields.text("name", limit: 200)
    let password = try fields.text("password", limit: 1_000)
    let next = LocalTarget.checked(try fields.text("next", limit: 2_000))
    try fields.finish()
    let start = SessionStart(context)
    if let link, !link.isEmpty {
      return .write { writing in
        guard let account = try writing.useSignInLink(link) else {
          try writing.audit("sign-in refused", subject: "by link", peer: peer)
          return .page(
            SignInPage(
              link: nil, next: next, message: "This link was used before, or its time is over."),
            status: .forbidden, headers: App.privately)
        }
        return try start(
          account.id, byLink: true, next: next ?? (account.hasPassword ? nil : "/account/password"),
          writing)
      }
    }
    guard let name, let password else { throw Failure.missing("name") }
    try limiter.count(.signInsOfAccount, of: Account.folded(name))
    let found = try store.read(as: .system) { reading -> (Account, String)? in
      guard let account = try reading.account(named: name),
        let hash = try reading.passwordHash(ofAccount: account.id)
      else { return nil }
      return (account, hash)
    }
    // An unknown name costs the same time as a wrong password.
    let hash = found?.1 ?? App.dummyHash
    let isRight = passwordGate.withLock { _ in Secrets.verify(password, hash: hash) }
    guard let account = found?.0, isRight else {
      return .write { writing in
        // What was typed as a name may be a password: only names of accounts are written down.
        try writing.audit(
          "sign-in refused", subject: found?.0.name ?? "unknown account", peer: peer)
        return .page(
          SignInPage(link: nil, next: next, message: "Name or password is wrong."),
          status: .forbidden, headers: App.privately)
      }
    }
    return .write { try start(account.id, byLink: false, next: next, $0) }
  }

  static func signOut(_ context: Context) throws -> Reply {
    let session = cookie(Cookies.session, of: context.request)
    let isSecure = context.site.base.hasPrefix("https:")
    return .write { writing in
      if let session { try writing.deleteSession(session) }
      return .redirect(
        .seeOther, to: "/",
        headers: [Cookies.set(Cookies.session, "", maxAge: 0, secure: isSecure)])
    }
  }

  static let privately = [HeaderFields.Field("Cache-Control", "private, no-store")]
  static let dummyHash = Secrets.passwordHash("no account has this password") ?? ""
}

/// Begins a session in the browser that sent a request, and ends the one it had: a session that
/// somebody planted there before is worth nothing.
struct SessionStart: Sendable {
  private let isSecure: Bool
  private let client: String
  private let former: String?
  private let peer: String

  init(_ context: Context) {
    isSecure = context.site.base.hasPrefix("https:")
    client = context.request.headers["User-Agent"] ?? ""
    former = cookie(Cookies.session, of: context.request)
    peer = context.app.peer(of: context.request)
  }

  func callAsFunction(
    _ account: Int, byLink: Bool, next: String?, _ writing: Writing
  ) throws -> Reply {
    let secret = try writing.createSession(
      account: account, client: client, byLink: byLink, replacing: former, peer: peer)
    return .redirect(
      .seeOther, to: next ?? "/account",
      headers: [
        Cookies.set(Cookies.session, secret, maxAge: Lifetime.session, secure: isSecure)
      ])
  }
}

/// Where a sign-in leads: a page of this server and nothing else.
enum LocalTarget {
  /// The text if it is a path here, else nil. Browsers read "\" as "/", drop tabs and line ends, and
  /// take what begins with two slashes as another host (https://url.spec.whatwg.org, "relative
  /// state" and "relative slash state"): whatever could be read so is refused.
  static func checked(_ text: String?) -> String? {
    guard let text, text.utf8.count <= 1_000, text.hasPrefix("/"),
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !forbidden.contains($0) })
    else { return nil }
    let path = text.prefix { $0 != "?" && $0 != "#" }
    guard !path.contains("//"), !path.hasPrefix("/sign-") else { return nil }
    // Dot segments may make two slashes out of one.
    let isPlain = path.split(separator: "/").allSatisfy { part in
      let part = part.lowercased().replacing("%2e", with: ".")
      return part != "." && part != ".."
    }
    return isPlain ? text : nil
  }

  private static let forbidden = Set("\\\"<>^`{|}".utf8)
}

struct SignInPage: HTMLOnly {
  let link: String?
  /// Where to go then.
  let next: String?
  let message: String?
  let title = "Sign in"

  /// The address of this page that leads back to what was asked for.
  static func path(for request: Request) -> String {
    let isRead = request.method == .get || request.method == .head
    let asked = request.rawPath + (request.rawQuery.map { "?" + $0 } ?? "")
    guard isRead, let next = LocalTarget.checked(asked), next != "/" else { return "/sign-in" }
    return "/sign-in?next=" + queryEncoded(next)
  }

  func html(_ site: Site) -> HTML {
    """
    <h1>Sign in</h1>
    \(message.map { "<p class=\"notice fail\" role=\"alert\">\($0)</p>" as HTML })
    \(link.map { linkForm($0) } ?? passwordForm)
    """
  }

  private var target: HTML {
    next.map { "<input type=\"hidden\" name=\"next\" value=\"\($0)\">" } ?? ""
  }

  // Following a link alone changes nothing, so that a link preview does not use it up.
  private func linkForm(_ link: String) -> HTML {
    """
    <form action="/sign-in" method="post"><input type="hidden" name="link" value="\(link)">\(target)
    <p>This link signs you in once. Then you choose a password.</p>
    <p><button class="primary">Sign in with this link</button></p></form>
    """
  }

  private var passwordForm: HTML {
    """
    <form class="fields" action="/sign-in" method="post">\(target)
    <p><label for="name">Name</label><input id="name" name="name" autocomplete="username" required></p>
    <p><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required></p>
    <p><button class="primary">Sign in</button></p>
    </form>
    <p class="quiet">No password yet, or forgotten? Whoever runs this server can give you an invitation link.</p>
    """
  }
}
