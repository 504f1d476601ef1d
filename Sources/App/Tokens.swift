import HTTP
import JSON
import Markup
import Store

/// What a token is to be.
struct TokenInput: Sendable {
  let name: String
  let kind: SourceKind
  let scopes: [Scope]
  /// Nil: for ever.
  let days: Int?
  /// Name of the account it acts for.
  let account: String?

  enum Kind: String, CaseIterable { case person, agent, automation }

  init(_ fields: inout Fields, mayNameAccount: Bool) throws(Failure) {
    name = try fields.required("name", limit: 100)
    guard !name.contains(where: \.isNewline) else {
      throw Failure.invalid("name", "name must be one line.")
    }
    guard !Account.hidesCharacters(name) else {
      throw Failure.invalid("name", "name must have no invisible characters.")
    }
    let kind = try fields.choice("kind", as: Kind.self) ?? .automation
    self.kind = SourceKind(rawValue: kind.rawValue) ?? .automation
    guard let scopes = try fields.choices("scopes", as: Scope.self), !scopes.isEmpty else {
      throw Failure.missing("scopes")
    }
    self.scopes = Scope.allCases.filter { scopes.contains($0) }
    let days = try fields.integer("days", in: 0...36_500) ?? 0
    self.days = days == 0 ? nil : days
    account = mayNameAccount ? try fields.text("account", limit: 100) : nil
  }

  /// Makes it and returns its text.
  func create(_ writing: Writing, account: Int?) throws -> String {
    try writing.createToken(
      name: name, kind: kind, scopes: scopes, account: account,
      expiresAt: days.map { writing.now + $0 * 86_400 })
  }
}

// Tokens of everyone, for admins.

extension App {
  static func listTokens(_ context: Context) throws -> Reply {
    try context.require(.admin)
    var query = try context.query()
    let limit = try query.integer("limit", in: 1...100) ?? 20
    let cursor = try Cursor(try query.text("cursor"))
    let includesRevoked = try query.flag("revoked")
    try query.finish()
    let found = try context.read {
      try $0.tokens(
        includingRevoked: includesRevoked, before: cursor.offset == 0 ? .max : cursor.offset,
        limit: limit + 1)
    }
    let shown = Array(found.prefix(limit))
    let page = TokensPage(
      tokens: shown, includesRevoked: includesRevoked,
      next: NextPage(
        found.count > limit ? Cursor(offset: shown.last!.id).text : nil, context))
    return .page(page, headers: privately + page.next.headers)
  }

  static func createToken(_ context: Context) throws -> Reply {
    try context.require(.admin)
    var fields = try context.body()
    let input = try TokenInput(&fields, mayNameAccount: true)
    try fields.finish()
    let isAPI = context.isAPI
    let site = context.site
    return .write { writing in
      var owner: Account?
      if let name = input.account, !name.isEmpty {
        guard let account = try writing.reading.account(named: name) else {
          throw Failure.invalid("account", "There is no such account.")
        }
        owner = account
      }
      let text = try input.create(writing, account: owner?.id)
      guard let token = try writing.reading.token(text, now: writing.now) else {
        throw Failure.internalError
      }
      let place = site.url("/api/v1/tokens/\(token.id)")
      return .page(
        NewTokenPage(token: token, text: text, back: "/admin/tokens"), status: .created,
        headers: privately + (isAPI ? [HeaderFields.Field("Location", place)] : []))
    }
  }

  static func showToken(_ context: Context) throws -> Reply {
    try context.require(.admin)
    guard let id = wholeNumber(context.path[0]), let token = try context.read({ try $0.token(id) })
    else {
      throw Failure.notFound("token")
    }
    try context.query().finish()
    return .page(TokenPage(token: token), headers: privately)
  }

  static func revokeToken(_ context: Context) throws -> Reply {
    try context.require(.admin)
    guard let id = wholeNumber(context.path[0]), try context.read({ try $0.token(id) }) != nil
    else {
      throw Failure.notFound("token")
    }
    try context.takesNothing()
    let isAPI = context.isAPI
    return .write { writing in
      // Once more is no fault: it does not hold either way.
      _ = try writing.revokeToken(id)
      guard isAPI else { return .redirect(.seeOther, to: "/admin/tokens") }
      return .page(TokenPage(token: try writing.reading.token(id)!), headers: privately)
    }
  }
}

/// Pieces of pages that show tokens.
enum TokenViews {
  static func json(_ token: TokenInfo, _ site: Site) -> JSON {
    [
      "id": .integer(token.id), "name": .string(token.name), "kind": .string(token.kind.rawValue),
      "scopes": Scope.allCases.filter { token.scopes.contains($0) }.map(\.rawValue).json,
      "account": token.account.json, "state": .string(token.state(at: site.now).rawValue),
      "created_at": .string(token.createdAt.rfc3339),
      "expires_at": (token.expiresAt?.rfc3339).json,
      "last_used_at": (token.usedAt?.rfc3339).json,
      "revoked_at": (token.revokedAt?.rfc3339).json,
    ]
  }

  static func item(_ token: TokenInfo, _ site: Site, base: String) -> HTML {
    let state = token.state(at: site.now)
    let scopes = Scope.allCases.filter { token.scopes.contains($0) }.map(\.rawValue)
    return """
      <li><strong>\(token.name)</strong>\(" · \(state.rawValue)", if: state != .active)
      <span class="quiet">\(token.kind.rawValue), may \(scopes.joined(separator: ", "))\
      \(token.account.map { ", for \($0)" }) · since \(.day(token.createdAt)), \
      \(token.expiresAt.map { "until \(.day($0))" as HTML } ?? "for ever"), \
      \(token.usedAt.map { "last used \(.moment($0))" as HTML } ?? "never used")</span>
      \("<form action=\"\(base)/\(token.id)/revoke\" method=\"post\"><button>Revoke</button> <span class=\"quiet\">\(token.name)</span></form>", if: state != .revoked)</li>

      """
  }

  /// Makes a token with at most what the role allows; nil: for a bot of its own.
  static func form(action: String, role: Role, namesAccount: Bool = false) -> HTML {
    let choices: [(Role, String, String)] = [
      (.reader, "read", "read"), (.reporter, "read,report", "read and report"),
      (.editor, "read,report,edit", "read, report and edit"),
      (.admin, "read,report,edit,admin", "everything"),
    ]
    let options: [HTML] = choices.filter { $0.0 <= role }.map {
      "<option value=\"\($0.1)\"\(" selected", if: $0.0 == min(role, .reporter))>\($0.2)</option>"
    }
    return """
      <form class="fields" action="\(action)" method="post">
      <h3>New token</h3>
      <p><label for="token-name">What it is for</label><input id="token-name" name="name" required maxlength="100" placeholder="nightly import"></p>
      <p><label for="token-kind">Who uses it</label><select id="token-kind" name="kind"><option value="automation">a script</option><option value="agent">an AI agent</option><option value="person">I do</option></select></p>
      <p><label for="token-scopes">What it may do</label><select id="token-scopes" name="scopes">\(options)</select></p>
      <p><label for="token-days">How long it holds</label><select id="token-days" name="days"><option value="30">30 days</option><option value="90" selected>90 days</option><option value="365">a year</option><option value="0">for ever</option></select></p>
      \("<p><label for=\"token-account\">Account it acts for (none: for itself)</label><input id=\"token-account\" name=\"account\" maxlength=\"100\" autocomplete=\"off\"></p>", if: namesAccount)
      <p><button class="primary">Make the token</button></p>
      </form>
      """
  }
}

struct TokensPage: HTMLOnly {
  let tokens: [TokenInfo]
  let includesRevoked: Bool
  let next: NextPage?
  let title = "Tokens"

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/tokens"))
    <h1>Tokens</h1>
    \("<p>None yet.</p>", if: tokens.isEmpty)
    \("<ul class=\"issues\">\n\(tokens.map { TokenViews.item($0, site, base: "/admin/tokens") })</ul>", if: !tokens.isEmpty)
    \(next.html)
    \(includesRevoked ? "<p><a href=\"/admin/tokens\">Without revoked ones</a></p>" : "<p><a href=\"/admin/tokens?revoked=1\">With revoked ones</a></p>" as HTML)
    \(TokenViews.form(action: "/admin/tokens", role: .admin, namesAccount: true))
    """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(tokens.map { TokenViews.json($0, site) }), "next": next.json]
  }
}

struct TokenPage: HTMLOnly {
  let token: TokenInfo
  var title: String { "Token \(token.name)" }

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/tokens"))
    <h1>\(title)</h1>
    <ul class="issues">\(TokenViews.item(token, site, base: "/admin/tokens"))</ul>
    """
  }

  func json(_ site: Site) -> JSON { TokenViews.json(token, site) }
}

/// The one time that a token's text is shown.
struct NewTokenPage: HTMLOnly {
  let token: TokenInfo
  let text: String
  /// The list it is in from now on.
  let back: String
  let title = "New token"

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="\(back)">Back</a></p>
    <h1>New token: \(token.name)</h1>
    <p class="notice">Copy it now. It is not stored, so it can't be shown again.</p>
    \(.verbatim(text))
    <p>Send it as <code>Authorization: Bearer …</code>, for example:</p>
    \(.verbatim("curl -H 'Authorization: Bearer \(text)' \(site.base)/api/v1/issues"))
    """
  }

  func json(_ site: Site) -> JSON {
    guard case .object(let members) = TokenViews.json(token, site) else { return .null }
    return .object(members + [.init("token", .string(text))])
  }
}
