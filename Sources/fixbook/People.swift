import App
import Glibc
import JSON
import Store

// Accounts, tokens and who sees what: beside a running server, which heeds it at once.

let token = Verb(
  "token", "Makes, lists and revokes API tokens", operands: "create | list | revoke ID",
  flags: [
    .database, .value("name", "N", "what the token is for"),
    .value("scope", "LIST", "read,report,edit,admin (default read,report)"),
    .value("kind", "KIND", "person, agent or automation (default automation)"),
    .value("user", "NAME", "account it acts for (default: none, for itself)"),
    .value("days", "N", "expires after that many days (default: never)"),
    .toggle("revoked", "list revoked ones too"), .json,
  ],
  example: "fixbook token create --db fixbook.db --name ci --scope read,report"
) { arguments in
  let usage = UsageError("say create, list or revoke ID")
  if arguments.operands.isEmpty { throw usage }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  switch (arguments.operands.first, arguments.operands.count) {
  case ("create", 1): try createToken(arguments, store)
  case ("list", 1):
    let tokens = try store.read(as: .system) {
      try $0.tokens(includingRevoked: arguments.has("revoked"))
    }
    if arguments.has("json") {
      Console.out(JSON.array(tokens.map { json($0) }).string + "\n")
    } else {
      for token in tokens { Console.out(line(token)) }
    }
  case ("revoke", 2):
    guard let id = Int(arguments.operands[1]) else {
      throw UsageError("name the token's id; 'fixbook token list' shows them")
    }
    let found = try store.write(as: .system) { try $0.revokeToken(id) }
    if !found { throw CommandError("there is no token \(id) that holds") }
    if arguments.has("json") {
      let token = try store.read(as: .system) { try $0.token(id) }
      Console.out((token.map { json($0) } ?? .null).string + "\n")
    }
  default: throw usage
  }
  return .done
}

private func createToken(_ arguments: Arguments, _ store: Store) throws {
  guard let name = arguments.value("name"), !name.isEmpty else {
    throw UsageError("--name is missing")
  }
  let scopes = try (arguments.value("scope") ?? "read,report").split(separator: ",").map { text in
    guard let scope = Scope(rawValue: String(text)) else {
      throw UsageError("--scope must be a list of read, report, edit, admin")
    }
    return scope
  }
  let kind = try arguments.choice("kind", as: SourceKind.self) ?? .automation
  guard kind != .anonymous else { throw UsageError("--kind must be person, agent or automation") }
  let expires = try arguments.integer("days", in: 1...36_500).map { Time.now() + $0 * 86_400 }
  let owner = try arguments.value("user").map { try account($0, store) }
  let text = try store.write(as: .system) {
    try $0.createToken(
      name: name, kind: kind, scopes: scopes, account: owner?.id, expiresAt: expires)
  }
  guard arguments.has("json") else { return Console.out(text + "\n") }
  let made = try store.read(as: .system) { try $0.token(text, now: .now()) }
  guard case .object(let members)? = made.map({ json($0) }) else { return }
  Console.out(JSON.object(members + [.init("token", .string(text))]).string + "\n")
}

private func json(_ token: TokenInfo) -> JSON {
  [
    "id": .integer(token.id), "name": .string(token.name), "kind": .string(token.kind.rawValue),
    "scopes": .array(names(token.scopes).map { .string($0) }),
    "account": token.account.map { .string($0) } ?? .null,
    "state": .string(token.state(at: .now()).rawValue),
    "created_at": .string(token.createdAt.rfc3339), "expires_at": json(token.expiresAt),
    "last_used_at": json(token.usedAt), "revoked_at": json(token.revokedAt),
  ]
}

private func json(_ time: Time?) -> JSON { time.map { .string($0.rfc3339) } ?? .null }

private func names(_ scopes: Set<Scope>) -> [String] {
  Scope.allCases.filter { scopes.contains($0) }.map(\.rawValue)
}

/// Columns with tabs between: id, name, kind, scopes, account, state, last used.
private func line(_ token: TokenInfo) -> String {
  let columns = [
    "\(token.id)", token.name, token.kind.rawValue, names(token.scopes).joined(separator: ","),
    token.account ?? "-", token.state(at: .now()).rawValue, token.usedAt?.date ?? "never used",
  ]
  return columns.joined(separator: "\t") + "\n"
}

let user = Verb(
  "user", "Makes accounts and sign-in links, changes roles, disables",
  operands: "create NAME | invite NAME | list | role NAME ROLE | disable NAME | enable NAME",
  flags: [
    .database, .value("role", "ROLE", "reader, reporter, editor or admin (default editor)"),
    .value("public-url", "URL", "what the link begins with (default: where it was served last)"),
    .json,
  ],
  example: "fixbook user invite --db fixbook.db admin"
) { arguments in
  let usage = UsageError(
    "say create NAME, invite NAME, list, role NAME ROLE, disable NAME or enable NAME")
  if arguments.operands.isEmpty { throw usage }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let words = arguments.operands
  switch (words.first, words.count) {
  case ("create", 2), ("invite", 2): try invite(words[1], arguments, store)
  case ("list", 1):
    let accounts = try store.read(as: .system) { try $0.accounts(includingDisabled: true) }
    if arguments.has("json") {
      Console.out(JSON.array(accounts.map { json($0) }).string + "\n")
    } else {
      for account in accounts {
        Console.out(
          "\(account.name)\t\(account.role.rawValue)\t\(account.isDisabled ? "disabled" : "active")\n"
        )
      }
    }
  case ("role", 3):
    guard let role = Role(rawValue: words[2]) else {
      throw UsageError("the role must be reader, reporter, editor or admin")
    }
    try change(words[1], arguments, store) { try $0.setRole(role, ofAccount: $1) }
  case ("disable", 2): try change(words[1], arguments, store) { try $0.disable(account: $1) }
  case ("enable", 2): try change(words[1], arguments, store) { try $0.enable(account: $1) }
  default:
    throw usage
  }
  return .done
}

private func account(_ name: String, _ store: Store) throws -> Account {
  guard let account = try store.read(as: .system, { try $0.anyAccount(named: name) }) else {
    throw CommandError("there is no account \(name)")
  }
  return account
}

private func invite(_ name: String, _ arguments: Arguments, _ store: Store) throws {
  let base = try knownBase(arguments, store)
  let role = try arguments.choice("role", as: Role.self) ?? .editor
  let known = try store.read(as: .system) { try $0.anyAccount(named: name) }
  if arguments.operands[0] == "create", known != nil { throw AccountError.nameTaken(name) }
  if known?.isDisabled == true {
    throw CommandError("the account \(name) is disabled; 'fixbook user enable' lets it in again")
  }
  let (made, link, expires) = try store.write(as: .system) { writing in
    let account = try known ?? writing.createAccount(name: name, role: role)
    let link = try writing.createSignInLink(account: account.id)
    return (account, link, writing.now + Lifetime.signInLink)
  }
  let url = "\(base ?? exampleBase)/sign-in?link=\(link)"
  if base == nil {
    Console.error(
      "fixbook: the beginning of this link is an example, since this base was never served: put your "
        + "server's address there, or give --public-url\n")
  }
  guard arguments.has("json") else { return Console.out(url + "\n") }
  guard case .object(let members) = json(made) else { return }
  let invitation: JSON = ["url": .string(url), "expires_at": .string(expires.rfc3339)]
  Console.out(JSON.object(members + [.init("invitation", invitation)]).string + "\n")
}

private func change(
  _ name: String, _ arguments: Arguments, _ store: Store,
  _ body: @escaping @Sendable (Writing, Int) throws -> Void
) throws {
  let id = try account(name, store).id
  try store.write(as: .system) { try body($0, id) }
  if arguments.has("json") { Console.out(json(try account(name, store)).string + "\n") }
}

private func json(_ account: Account) -> JSON {
  [
    "id": .integer(account.id), "name": .string(account.name),
    "role": .string(account.role.rawValue), "disabled": .bool(account.isDisabled),
    "has_password": .bool(account.hasPassword), "created_at": .string(account.createdAt.rfc3339),
  ]
}

let guide = Verb(
  "guide", "Lists guides and says who may see them",
  operands: "list | audience SLUG [anyone | members | named]",
  flags: [
    .database, .list("person", "NAME", "an account that may see it (named)"),
    .list("role", "ROLE", "everyone with it may see it (named)"), .json,
  ],
  example: "fixbook guide audience --db fixbook.db runbook named --person ada --role editor"
) { arguments in
  let usage = UsageError("say list, or audience SLUG with anyone, members or named")
  if arguments.operands.isEmpty { throw usage }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let words = arguments.operands
  switch (words.first, words.count) {
  case ("list", 1): break
  case ("audience", 2): break
  case ("audience", 3):
    guard let kind = Audience.Kind(rawValue: words[2]) else {
      throw UsageError("the audience must be anyone, members or named")
    }
    let people = arguments.list("person")
    let roles = try arguments.list("role").map { text in
      guard let role = Role(rawValue: text) else {
        throw UsageError("--role must be reader, reporter, editor or admin")
      }
      return role
    }
    guard kind == .named || (people.isEmpty && roles.isEmpty) else {
      throw UsageError("--person and --role go with the audience named")
    }
    for person in people { _ = try account(person, store) }
    do {
      try store.write(as: .system) {
        try $0.setAudience(Audience(kind, people: people, roles: roles), ofGuide: words[1])
      }
    } catch IssueWriteError.guideNotFound(let slug) {
      throw CommandError("there is no guide \(slug)")
    }
  default: throw usage
  }
  let wanted = words.count > 1 ? words[1] : nil
  let guides = try store.read(as: .system) { reading in
    try reading.guides().filter { wanted == nil || $0.slug == wanted }.map {
      ($0, try reading.audience(ofGuide: $0.id) ?? Audience(.named))
    }
  }
  if let wanted, guides.isEmpty { throw CommandError("there is no guide \(wanted)") }
  if arguments.has("json") {
    let list = guides.map { json($0, $1) }
    Console.out((wanted == nil ? JSON.array(list) : list[0]).string + "\n")
  } else {
    for (guide, audience) in guides {
      let names = audience.people + audience.roles.map { "every \($0.rawValue)" }
      Console.out(
        "\(guide.slug)\t\(guide.issueCount)\t\(audience.kind.rawValue)\t\(names.joined(separator: ", "))\n"
      )
    }
  }
  return .done
}

private func json(_ guide: GuideSummary, _ audience: Audience) -> JSON {
  [
    "guide": .string(guide.slug), "title": .string(guide.title),
    "issues": .integer(guide.issueCount), "audience": .string(audience.kind.rawValue),
    "people": .array(audience.people.map { .string($0) }),
    "roles": .array(audience.roles.map { .string($0.rawValue) }),
  ]
}
