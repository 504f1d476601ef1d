import HTTP
import JSON
import Markup
import Store

// Accounts, for admins: by page and by API.

extension App {
  static func listUsers(_ context: Context) throws -> Reply {
    try context.require(.admin)
    var query = try context.query()
    let limit = try query.integer("limit", in: 1...100) ?? 20
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    let found = try context.read {
      try $0.accounts(includingDisabled: true, offset: cursor.offset, limit: limit + 1)
    }
    let page = UsersPage(
      accounts: Array(found.prefix(limit)),
      next: NextPage(
        found.count > limit ? Cursor(offset: cursor.offset + limit).text : nil, context))
    return .page(page, headers: privately + page.next.headers)
  }

  static func showUser(_ context: Context) throws -> Reply {
    try context.require(.admin)
    let account = try knownAccount(context)
    try context.query().finish()
    return .page(UserPage(account: account), headers: privately)
  }

  private static func knownAccount(_ context: Context) throws -> Account {
    guard let id = wholeNumber(context.path[0]),
      let account = try context.read({ try $0.account(id) })
    else { throw Failure.notFound("account") }
    return account
  }

  /// Makes an account and an invitation for it.
  static func createUser(_ context: Context) throws -> Reply {
    try context.require(.admin)
    var fields = try context.body()
    let name = try fields.required("name", limit: 200)
    let role = try fields.choice("role", as: Role.self) ?? .reader
    let hours = try fields.integer("hours", in: 1...720)
    try fields.finish()
    let (isAPI, site) = (context.isAPI, context.site)
    return .write { writing in
      let account = try writing.createAccount(name: name, role: role)
      let place = site.url("/api/v1/users/\(account.id)")
      return .page(
        UserPage(account: account, invitation: try invite(account, hours: hours, writing, site)),
        status: .created,
        headers: privately + (isAPI ? [HeaderFields.Field("Location", place)] : []))
    }
  }

  static func inviteUser(_ context: Context) throws -> Reply {
    try context.require(.admin)
    let account = try knownAccount(context)
    var fields = try context.body()
    let hours = try fields.integer("hours", in: 1...720)
    try fields.finish()
    let site = context.site
    return .write { writing in
      guard try writing.reading.account(account.id)?.isDisabled == false else {
        throw Failure(
          .conflict, "user_disabled", "Account disabled", "Enable the account first.")
      }
      return .page(
        UserPage(account: account, invitation: try invite(account, hours: hours, writing, site)),
        status: .created, headers: privately)
    }
  }

  private static func invite(
    _ account: Account, hours: Int?, _ writing: Writing, _ site: Site
  ) throws -> Invitation {
    let seconds = hours.map { $0 * 3_600 } ?? Lifetime.invitation
    let link = try writing.createSignInLink(account: account.id, seconds: seconds)
    try writing.audit("invite", subject: account.name)
    return Invitation(url: site.url("/sign-in?link=" + link), expiresAt: writing.now + seconds)
  }

  /// Another role, disabled or enabled again.
  static func changeUser(_ context: Context) throws -> Reply {
    try context.require(.admin)
    let account = try knownAccount(context)
    var fields = try context.body()
    let role = try fields.choice("role", as: Role.self)
    let changesState = fields.has("disabled")
    let disabled = try fields.flag("disabled")
    try fields.finish()
    guard role != nil || changesState else { throw Failure.missing("role") }
    let isAPI = context.isAPI
    return .write { writing in
      if changesState, !disabled { try writing.enable(account: account.id) }
      if let role { try writing.setRole(role, ofAccount: account.id) }
      if changesState, disabled { try writing.disable(account: account.id) }
      guard isAPI else { return .redirect(.seeOther, to: "/admin/users") }
      return .page(UserPage(account: try writing.reading.account(account.id)!), headers: privately)
    }
  }
}

/// A link that signs somebody in once.
struct Invitation: Sendable {
  let url: String
  let expiresAt: Time
}

struct UserPage: HTMLOnly {
  let account: Account
  var invitation: Invitation?
  var title: String { account.name }

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/users"))
    <h1>\(account.name)</h1>
    <p>\(UsersPage.state(account))</p>
    \(invitation.map { invited($0) })
    """
  }

  private func invited(_ invitation: Invitation) -> HTML {
    """
    <h2>Invitation</h2>
    <p class="notice">Give \(account.name) this link. It works once, until \(.moment(invitation.expiresAt)), and is not shown again.</p>
    \(.verbatim(invitation.url))
    """
  }

  static func json(_ account: Account, _ site: Site) -> JSON {
    [
      "id": .integer(account.id), "name": .string(account.name),
      "role": .string(account.role.rawValue), "disabled": .bool(account.isDisabled),
      "has_password": .bool(account.hasPassword),
      "created_at": .string(account.createdAt.rfc3339),
      "disabled_at": (account.disabledAt?.rfc3339).json,
    ]
  }

  func json(_ site: Site) -> JSON {
    guard let invitation, case .object(let members) = UserPage.json(account, site) else {
      return UserPage.json(account, site)
    }
    let invited: JSON = [
      "url": .string(invitation.url), "expires_at": .string(invitation.expiresAt.rfc3339),
    ]
    return .object(members + [.init("invitation", invited)])
  }
}

struct UsersPage: HTMLOnly {
  let accounts: [Account]
  let next: NextPage?
  let title = "Users"

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/users"))
    <h1>Users</h1>
    <ul class="issues">
    \(accounts.map { UsersPage.item($0) })</ul>
    \(next.html)
    <form class="fields" action="/admin/users" method="post">
    <h2>Invite someone</h2>
    <p><label for="name">Name</label><input id="name" name="name" required maxlength="100" autocomplete="off"></p>
    <p><label for="role">Role</label><select id="role" name="role">\(UsersPage.options(.reporter))</select></p>
    <p><button class="primary">Make an invitation link</button></p>
    </form>
    """
  }

  static func state(_ account: Account) -> HTML {
    """
    \(account.role.rawValue) · since \(.day(account.createdAt)) · \
    \(account.disabledAt.map { "disabled since \(.day($0))" as HTML } ?? (account.hasPassword ? "has a password" : "no password yet"))
    """
  }

  private static func options(_ selected: Role) -> [HTML] {
    Role.allCases.map {
      "<option value=\"\($0.rawValue)\"\(" selected", if: $0 == selected)>\($0.rawValue)</option>"
    }
  }

  private static func item(_ account: Account) -> HTML {
    let path = "/admin/users/\(account.id)"
    return """
      <li><strong>\(account.name)</strong> <span class="quiet">\(state(account))</span>
      <details><summary>Change \(account.name)</summary>
      <form action="\(path)" method="post" class="row"><label for="role-\(account.id)">Role</label> <select id="role-\(account.id)" name="role">\(options(account.role))</select> <button>Set</button></form>
      \("<form action=\"\(path)/invite\" method=\"post\"><p><button>New invitation link</button></p></form>", if: !account.isDisabled)
      <form action="\(path)" method="post"><input type="hidden" name="disabled" value="\(account.isDisabled ? "0" : "1")"><p><button>\(account.isDisabled ? "Enable" : "Disable: end all sessions and tokens")</button></p></form>
      </details></li>

      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(accounts.map { UserPage.json($0, site) }), "next": next.json]
  }
}
