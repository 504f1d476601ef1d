import App
import Glibc
import JSON
import SQLite
import Store

let token = Verb(
  "token", "Makes, lists and revokes API tokens", operands: "create | list | revoke ID",
  flags: [
    .database, .value("name", "N", "what the token is for"),
    .value("scope", "LIST", "read,report,edit,admin (default read,report)"),
    .value("kind", "KIND", "person, agent or automation (default automation)"),
    .value("days", "N", "expires after that many days (default: never)"), .json,
  ],
  example: "fixbook token create --db fixbook.db --name ci --scope read,report"
) { arguments in
  let store = try Main.openStore(arguments)
  defer { store.close() }
  switch arguments.operands.first {
  case "create":
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
    let text = try store.write(as: .system) {
      try $0.createToken(name: name, kind: kind, scopes: scopes, expiresAt: expires)
    }
    Console.out(text + "\n")
  case "list":
    let tokens = try store.read(as: .system) { try $0.tokens() }
    for token in tokens {
      Console.out(
        "\(token.id)\t\(token.name)\t\(token.kind.rawValue)\t\(token.scopes.map(\.rawValue).sorted().joined(separator: ","))\n"
      )
    }
  case "revoke":
    guard arguments.operands.count == 2, let id = Int(arguments.operands[1]) else {
      throw UsageError("name the token's id; 'fixbook token list' shows them")
    }
    let found = try store.write(as: .system) { try $0.revokeToken(id) }
    if !found { throw CommandError("there is no token \(id)") }
  default: throw UsageError("say create, list or revoke")
  }
  return .done
}

let user = Verb(
  "user", "Makes accounts and sign-in links", operands: "create NAME | invite NAME | list",
  flags: [
    .database, .value("role", "ROLE", "reader, reporter, editor or admin (default editor)"),
    .value("public-url", "URL", "what the link begins with"), .json,
  ],
  example: "fixbook user invite --db fixbook.db admin"
) { arguments in
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let base =
    arguments.value("public-url") ?? Console.environment("FIXBOOK_PUBLIC_URL")
    ?? "http://127.0.0.1:8080"
  switch (arguments.operands.first, arguments.operands.dropFirst().first) {
  case ("create", let name?), ("invite", let name?):
    let role = try arguments.choice("role", as: Role.self) ?? .editor
    let creates = arguments.operands[0] == "create"
    let known = try store.read(as: .system) { try $0.account(named: name) }
    if creates, known != nil { throw CommandError("there is an account \(name) already") }
    let link = try store.write(as: .system) { writing in
      let account = try known ?? writing.createAccount(name: name, role: role)
      return try writing.createSignInLink(account: account.id)
    }
    Console.out("\(base)/sign-in?link=\(link)\n")
  case ("list", nil):
    for account in try store.read(as: .system, { try $0.accounts() }) {
      Console.out("\(account.name)\t\(account.role.rawValue)\n")
    }
  default: throw UsageError("say create NAME, invite NAME or list")
  }
  return .done
}

let report = Verb(
  "report", "Opens a report, or records what a fix did", operands: "[TEXT]",
  flags: [
    .database, .value("issue", "SLUG", "the issue it is about"),
    .value("report", "ID", "record for this report instead of opening one"),
    .value("fix", "ID", "the fix that was tried"),
    .value("result", "RESULT", "worked, partly, no_effect, made_worse, not_applicable, recurred"),
    .value("note", "TEXT", "what was seen"), .json,
  ],
  example: "fixbook report --db fixbook.db --issue exec-format-error --fix 12 --result worked"
) { arguments in
  let text = arguments.operands.joined(separator: " ")
  guard
    text.contains(where: { !$0.isWhitespace }) || arguments.value("issue") != nil
      || arguments.value("report") != nil
  else { throw UsageError("say what was seen, or give --issue or --report") }
  guard (arguments.value("fix") == nil) == (arguments.value("result") == nil) else {
    throw UsageError("--fix and --result go together")
  }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let done = try Offline.report(
    text: text, issue: arguments.value("issue"),
    report: arguments.value("report"), fix: try arguments.integer("fix", in: 1...Int.max),
    result: try arguments.choice("result", as: OutcomeResult.self),
    note: arguments.value("note") ?? "", reporter: "local:\(getuid())", store: store)
  Console.out(arguments.has("json") ? done.json.string + "\n" : done.text)
  return .done
}

let backup = Verb(
  "backup", "Copies the knowledge base to a file while it is in use", operands: "FILE",
  flags: [.database], example: "fixbook backup --db fixbook.db backup.db"
) { arguments in
  guard arguments.operands.count == 1 else { throw UsageError("name the file to write") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let target = arguments.operands[0]
  guard access(target, F_OK) != 0 else { throw CommandError("\(target) exists already") }
  try Main.named(target) { try store.backup(to: target) }
  return .done
}

let restore = Verb(
  "restore", "Puts a backup in the knowledge base's place", operands: "FILE",
  flags: [.database], example: "fixbook restore --db fixbook.db backup.db"
) { arguments in
  guard arguments.operands.count == 1 else { throw UsageError("name the backup") }
  let path = arguments.value("db") ?? Console.environment("FIXBOOK_DB") ?? "fixbook.db"
  let source = arguments.operands[0]
  let problems = try Main.named(source) { try Store.verify(path: source) }
  guard problems.isEmpty else { throw CommandError("\(source): \(problems[0])") }
  let replaces = access(path, F_OK) == 0
  try Store.restore(from: source, to: path)
  Console.error(replaces ? "restored; the former file is \(path).before-restore\n" : "restored\n")
  return .done
}

let verify = Verb(
  "verify", "Checks the file: integrity, references, index", flags: [.database],
  example: "fixbook verify --db fixbook.db"
) { arguments in
  let path = arguments.value("db") ?? Console.environment("FIXBOOK_DB") ?? "fixbook.db"
  let problems = try Main.named(path) { try Store.verify(path: path) }
  for problem in problems { Console.error("\(path): \(problem)\n") }
  if problems.isEmpty { Console.out("\(path): ok\n") }
  return problems.isEmpty ? .done : .cannot
}

let test = Verb(
  "test", "Runs every sample of every issue: must they lead to it, do they?",
  flags: [.database, .guide, .json], example: "fixbook test --db fixbook.db"
) { arguments in
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let result = try Offline.testSamples(guide: arguments.value("guide"), store: store)
  if arguments.has("json") {
    Console.out(result.json.string + "\n")
  } else {
    for wrong in result.wrong {
      Console.out("\(wrong.issue): \(wrong.what)\n  \(wrong.line)\n")
    }
    Console.out("\(result.issues) issues, \(result.samples) samples, \(result.wrong.count) wrong\n")
  }
  return result.wrong.isEmpty ? .done : .notKnown
}

let replay = Verb(
  "replay", "Says what share of old logs would have been answered", operands: "FILE…",
  flags: [.database, .guide, .json], example: "fixbook replay --db fixbook.db old-logs/*.log"
) { arguments in
  guard !arguments.operands.isEmpty else { throw UsageError("name the logs") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  return try replayLogs(arguments.operands, arguments, store)
}
