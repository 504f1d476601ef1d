import HTTP
import JSON
import Markup
import Store
import Synchronization

// What a member sees and changes of their own account.

extension Context {
  /// The account that is signed in; leads others to the sign-in.
  func signedIn() throws(Failure) -> (id: Int, name: String, role: Role) {
    guard case .account(let id, let name, let role) = caller.identity else {
      throw Failure.forbidden("Sign in first.")
    }
    return (id, name, role)
  }
}

extension App {
  static func account(_ context: Context) throws -> Reply {
    try context.query().finish()
    guard case .account(let id, let name, let role) = context.caller.identity else {
      return .redirect(.seeOther, to: "/sign-in?next=/account")
    }
    let secret = cookie(Cookies.session, of: context.request)
    let now = context.site.now
    let page = try context.store.read(as: .system) { reading in
      AccountPage(
        name: name, role: role, hasPassword: try reading.account(id)?.hasPassword ?? false,
        sessions: try reading.sessions(ofAccount: id, now: now),
        current: try secret.flatMap { try reading.session($0, now: now)?.id },
        tokens: try reading.tokens(ofAccount: id, limit: 100))
    }
    return .page(page, headers: privately)
  }

  static func endSession(_ context: Context) throws -> Reply {
    let (id, _, _) = try context.signedIn()
    try context.takesNothing()
    let session = context.path[0]
    return .write { writing in
      guard try writing.endSession(session, ofAccount: id) else {
        throw Failure.notFound("session")
      }
      return .redirect(.seeOther, to: "/account")
    }
  }

  /// Signs out every browser but this one.
  static func endOtherSessions(_ context: Context) throws -> Reply {
    let (id, _, _) = try context.signedIn()
    try context.takesNothing()
    let current = cookie(Cookies.session, of: context.request)
    return .write { writing in
      try writing.endSessions(ofAccount: id, butFor: current)
      return .redirect(.seeOther, to: "/account")
    }
  }

  /// A token of one's own: never more than one's role allows.
  static func createOwnToken(_ context: Context) throws -> Reply {
    let (id, _, role) = try context.signedIn()
    var fields = try context.body()
    let input = try TokenInput(&fields, mayNameAccount: false)
    try fields.finish()
    guard Set(input.scopes).isSubset(of: role.scopes) else {
      throw Failure.invalid("scopes", "Your role does not allow all of that.")
    }
    return .write { writing in
      let text = try input.create(writing, account: id)
      guard let token = try writing.reading.token(text, now: writing.now) else {
        throw Failure.internalError
      }
      return .page(
        NewTokenPage(token: token, text: text, back: "/account"), status: .created,
        headers: privately)
    }
  }

  static func revokeOwnToken(_ context: Context) throws -> Reply {
    let (id, _, _) = try context.signedIn()
    try context.takesNothing()
    guard let token = wholeNumber(context.path[0]) else { throw Failure.notFound("token") }
    return .write { writing in
      guard try writing.revokeToken(token, ofAccount: id) else { throw Failure.notFound("token") }
      return .redirect(.seeOther, to: "/account")
    }
  }

  // MARK: Password

  static func passwordForm(_ context: Context) throws -> Reply {
    try context.query().finish()
    guard case .account(let id, _, _) = context.caller.identity else {
      return .redirect(.seeOther, to: "/sign-in?next=/account/password")
    }
    return .page(
      PasswordPage(needsCurrent: try needsCurrentPassword(context, account: id)),
      headers: privately)
  }

  /// The old password is asked for, unless there is none or a link has just signed the person in.
  private static func needsCurrentPassword(_ context: Context, account id: Int) throws -> Bool {
    let secret = cookie(Cookies.session, of: context.request)
    let now = context.site.now
    return try context.store.read(as: .system) { reading in
      guard try reading.account(id)?.hasPassword == true else { return false }
      return try secret.flatMap { try reading.session($0, now: now)?.isFreshByLink } != true
    }
  }

  func setPassword(_ context: Context) throws -> Reply {
    let (id, name, _) = try context.signedIn()
    var fields = try context.body()
    let current = try fields.text("current", limit: 1_000)
    let new = try fields.required("password", limit: 1_000)
    try fields.finish()
    let needsCurrent = try App.needsCurrentPassword(context, account: id)
    guard new.unicodeScalars.count >= 10 else {
      throw Failure.invalid("password", "A password needs at least 10 characters.")
    }
    if needsCurrent {
      try limiter.count(.signInsOfAccount, of: Account.folded(name))
      let old = try store.read(as: .system) { try $0.passwordHash(ofAccount: id) }
      let isRight = passwordGate.withLock { _ in
        Secrets.verify(current ?? "", hash: old ?? App.dummyHash)
      }
      guard isRight else {
        return .page(
          PasswordPage(needsCurrent: true, message: "The current password is wrong."),
          status: .forbidden, headers: App.privately)
      }
    }
    guard let hash = passwordGate.withLock({ _ in Secrets.passwordHash(new) }) else {
      throw Failure.busy
    }
    let start = SessionStart(context)
    return .write { writing in
      try writing.setPassword(hash: hash, ofAccount: id)
      return try start(id, byLink: false, next: "/account", writing)
    }
  }
}

struct PasswordPage: HTMLOnly {
  let needsCurrent: Bool
  var message: String?
  var title: String { needsCurrent ? "Change the password" : "Choose a password" }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/account">Account</a></p>
    <h1>\(title)</h1>
    \(message.map { "<p class=\"notice fail\" role=\"alert\">\($0)</p>" as HTML })
    <form class="fields" action="/account/password" method="post">
    <input type="hidden" autocomplete="username" value="\(site.caller.name)">
    \("<p><label for=\"current\">Current password</label><input id=\"current\" name=\"current\" type=\"password\" autocomplete=\"current-password\" required></p>", if: needsCurrent)
    <p><label for="password">New password, at least 10 characters</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="10" required></p>
    <p><button class="primary">Save</button></p>
    </form>
    <p class="quiet">All other browsers are signed out then.</p>
    """
  }
}

struct AccountPage: HTMLOnly {
  let name: String
  let role: Role
  let hasPassword: Bool
  let sessions: [Session]
  /// The id of the session that this page is shown in.
  let current: String?
  let tokens: [TokenInfo]
  var title: String { name }

  func html(_ site: Site) -> HTML {
    """
    <h1>\(name)</h1>
    <p>Your role is \(role.rawValue): \(AccountPage.meaning(role)).</p>
    <ul>
    <li><a href="/reports">Reports</a>: what people met</li>
    <li><a href="/gaps">Gaps</a>: what nobody has written down yet</li>
    <li><a href="/insights">Insights</a>: what was asked, and which fixes work</li>
    <li><a href="/suggestions">Suggestions</a>: edits that wait for a decision</li>
    <li><a href="/reviews">Review due</a>: what may not hold any more</li>
    \("<li><a href=\"/deleted\">Deleted and merged issues</a>, to be brought back</li>", if: site.mayEdit)
    \("<li><a href=\"/issues/new?fields=1\">New issue</a></li>", if: site.mayEdit)
    \("<li><a href=\"/suggestions/new?fields=1\">Suggest a new issue</a></li>", if: site.mayReport && !site.mayEdit)
    \("<li><a href=\"/admin\">Administration</a>: users, tokens, who sees what, webhooks, audit log</li>", if: site.mayAdmin)
    </ul>
    <h2 id="password">Password</h2>
    <p><a class="button" href="/account/password">\(hasPassword ? "Change the password" : "Choose a password")</a></p>
    <h2 id="sessions">Where you are signed in</h2>
    \("<p>A proxy signs you in; there is no session to end here.</p>", if: sessions.isEmpty)
    \("<ul class=\"issues\">\n\(sessions.map { item($0) })</ul>", if: !sessions.isEmpty)
    <form action="/sign-out" method="post"><p><button>Sign out here</button></p></form>
    \("<form action=\"/account/sessions/end\" method=\"post\"><p><button>Sign out everywhere else</button></p></form>", if: sessions.count > 1)
    <h2 id="tokens">Your tokens</h2>
    <p>A token lets a script or a bot act for you, with no more than your role allows.</p>
    \("<ul class=\"issues\">\n\(tokens.map { TokenViews.item($0, site, base: "/account/tokens") })</ul>", if: !tokens.isEmpty)
    \(TokenViews.form(action: "/account/tokens", role: role))
    """
  }

  static func meaning(_ role: Role) -> String {
    switch role {
    case .reader: "read what members may see"
    case .reporter: "report problems, say what fixes did, suggest edits"
    case .editor: "report, write and change issues, decide on suggestions"
    case .admin: "everything, also users, tokens and who sees which guide"
    }
  }

  private func item(_ session: Session) -> HTML {
    let client = Client.name(session.client)
    return """
      <li>\(client)\(" <strong>· this browser</strong>", if: session.id == current)
      <span class="quiet">since \(.day(session.createdAt)), last used \(.moment(session.usedAt))</span>
      \("<form action=\"/account/sessions/\(session.id)/end\" method=\"post\"><button>End</button> <span class=\"quiet\">\(client)</span></form>", if: session.id != current)</li>

      """
  }
}

/// A browser in words, from what it calls itself.
enum Client {
  static func name(_ agent: String) -> String {
    // In this order: most claim to be several.
    let browsers = [
      ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
      ("Safari/", "Safari"), ("w3m/", "w3m"), ("Lynx/", "Lynx"), ("curl/", "curl"),
    ]
    let systems = [
      ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
      ("Mac OS", "macOS"), ("Linux", "Linux"),
    ]
    let browser = browsers.first { agent.contains($0.0) }?.1 ?? "Some browser"
    let system = systems.first { agent.contains($0.0) }?.1
    return system.map { "\(browser) on \($0)" } ?? browser
  }
}
