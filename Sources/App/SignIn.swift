import HTTP
import JSON
import Markup
import Store
import Synchronization

extension App {
  static func signInForm(_ context: Context) throws -> Reply {
    var query = try context.query()
    let link = try query.text("link", limit: 200)
    try query.finish()
    return .page(SignInPage(link: link, message: nil), headers: privately)
  }

  /// By link or by name and password.
  func signIn(_ context: Context) throws -> Reply {
    let peer = peer(of: context.request)
    try limiter.count(.signIns, of: peer)
    var fields = try context.body()
    let link = try fields.text("link", limit: 200)
    let name = try fields.text("name", limit: 200)
    let password = try fields.text("password", limit: 1_000)
    try fields.finish()
    let isSecure = context.site.base.hasPrefix("https:")
    if let link, !link.isEmpty {
      return .write { writing in
        guard let account = try writing.useSignInLink(link) else {
          return .page(
            SignInPage(
              link: nil, message: "This link was used before, or its 15 minutes are over."),
            status: .forbidden, headers: App.privately)
        }
        return try App.startSession(account.id, writing, isSecure)
      }
    }
    guard let name, let password else { throw Failure.missing("name") }
    try limiter.count(.signInsOfAccount, of: name.lowercased())
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
      return .page(
        SignInPage(link: nil, message: "Name or password is wrong."), status: .forbidden,
        headers: App.privately)
    }
    return .write { try App.startSession(account.id, $0, isSecure) }
  }

  private static func startSession(
    _ account: Int, _ writing: Writing, _ isSecure: Bool
  ) throws -> Reply {
    let secret = try writing.createSession(account: account)
    return .redirect(
      .seeOther, to: "/account",
      headers: [Cookies.set(Cookies.session, secret, maxAge: 30 * 86_400, secure: isSecure)])
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

  static func account(_ context: Context) throws -> Reply {
    try context.query().finish()
    guard case .account(let id, let name, let role) = context.caller.identity else {
      return .redirect(.seeOther, to: "/sign-in")
    }
    let account = try context.store.read(as: .system) { try $0.accounts().first { $0.id == id } }
    return .page(
      AccountPage(name: name, role: role, hasPassword: account?.hasPassword ?? false),
      headers: privately)
  }

  func setPassword(_ context: Context) throws -> Reply {
    guard case .account(let id, _, _) = context.caller.identity else {
      throw Failure.forbidden("Sign in first.")
    }
    var fields = try context.body()
    let current = try fields.text("current", limit: 1_000)
    let new = try fields.required("password", limit: 1_000)
    try fields.finish()
    guard new.unicodeScalars.count >= 10 else {
      throw Failure.invalid("password", "A password needs at least 10 characters.")
    }
    let old = try store.read(as: .system) { try $0.passwordHash(ofAccount: id) }
    if let old {
      let isRight = passwordGate.withLock { _ in Secrets.verify(current ?? "", hash: old) }
      guard isRight else { throw Failure.forbidden("The current password is wrong.") }
    }
    guard let hash = passwordGate.withLock({ _ in Secrets.passwordHash(new) }) else {
      throw Failure.busy
    }
    let isSecure = context.site.base.hasPrefix("https:")
    return .write { writing in
      try writing.setPassword(hash: hash, ofAccount: id)
      return try App.startSession(id, writing, isSecure)
    }
  }

  static let privately = [HeaderFields.Field("Cache-Control", "private, no-store")]
  static let dummyHash = Secrets.passwordHash("no account has this password") ?? ""
}

struct SignInPage: HTMLOnly {
  let link: String?
  let message: String?
  let title = "Sign in"

  func html(_ site: Site) -> HTML {
    """
    <h1>Sign in</h1>
    \(message.map { "<p class=\"notice fail\" role=\"alert\">\($0)</p>" as HTML } ?? "")
    \(link.map { linkForm($0) } ?? passwordForm)
    """
  }

  // Following a link alone changes nothing, so that a link preview does not use it up.
  private func linkForm(_ link: String) -> HTML {
    """
    <form action="/sign-in" method="post"><input type="hidden" name="link" value="\(link)">
    <p><button class="primary">Sign in with this link</button></p></form>
    """
  }

  private var passwordForm: HTML {
    """
    <form class="fields" action="/sign-in" method="post">
    <p><label for="name">Name</label><input id="name" name="name" autocomplete="username" required></p>
    <p><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required></p>
    <p><button class="primary">Sign in</button></p>
    </form>
    <p class="quiet">No password yet? An admin makes a sign-in link with <code>fixbook user invite</code>.</p>
    """
  }
}

struct AccountPage: HTMLOnly {
  let name: String
  let role: Role
  let hasPassword: Bool
  var title: String { name }

  func html(_ site: Site) -> HTML {
    """
    <h1>\(name)</h1>
    <p>Signed in as \(role.rawValue).</p>
    <ul>
    <li><a href="/reports">Reports</a>: what people met</li>
    <li><a href="/gaps">Gaps</a>: what nobody has written down yet</li>
    <li><a href="/insights">Insights</a>: what was asked, and which fixes work</li>
    <li><a href="/suggestions">Suggestions</a>: edits that wait for a decision</li>
    \("<li><a href=\"/issues/new\">New issue</a></li>", if: site.mayEdit)
    </ul>
    <h2>\(hasPassword ? "Change the password" : "Choose a password")</h2>
    <form class="fields" action="/account/password" method="post">
    \(hasPassword ? "<p><label for=\"current\">Current password</label><input id=\"current\" name=\"current\" type=\"password\" autocomplete=\"current-password\" required></p>" as HTML : "")
    <p><label for="password">New password, at least 10 characters</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="10" required></p>
    <p><button class="primary">Save</button></p>
    </form>
    <form action="/sign-out" method="post"><p><button>Sign out</button></p></form>
    """
  }
}
