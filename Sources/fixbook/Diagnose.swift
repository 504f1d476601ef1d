import App
import Diagnosis
import Glibc
import JSON
import Store

let matcherVersion = Matcher.version

let askFlags: [Flag] = [
  .database, .value("server", "URL", "ask this server instead (default: $FIXBOOK_SERVER)"), .guide,
  .value("limit", "N", "at most that many issues (default 5)"), .json,
]

let diagnose = Verb(
  "diagnose", "Names the issue that explains an error or a log", operands: "[FILE]",
  flags: askFlags, example: "failing-command 2>&1 | fixbook diagnose --db fixbook.db",
  notKnown: "the problem is not known here"
) { arguments in
  guard arguments.operands.count <= 1 else { throw UsageError("one file at a time") }
  if let server = arguments.value("server") ?? serverInEnvironment(arguments) {
    return try ask(server, arguments, file: arguments.operands.first)
  }
  var intake = Intake()
  try readPieces(arguments.operands.first) { intake.feed($0) }
  let text = intake.finish()
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let answer = try answer(text, store, arguments)
  Console.out(
    arguments.has("json")
      ? String(decoding: answer.json.prettyBytes, as: UTF8.self) : answer.text)
  return answer.verdict == .unknown ? .notKnown : .found
}

func serverInEnvironment(_ arguments: Arguments) -> String? {
  arguments.has("db") ? nil : Console.environment("FIXBOOK_SERVER")
}

/// What the knowledge base in a file says of a text.
func answer(
  _ text: PastedText, _ store: Store, _ arguments: Arguments
) throws -> Offline.Answer {
  try Offline.diagnose(
    text, guide: arguments.value("guide"), limit: try arguments.integer("limit", in: 1...20) ?? 5,
    store: store, base: try linkBase(arguments, store), width: 80)
}

private func ask(_ server: String, _ arguments: Arguments, file: String?) throws -> ExitCode {
  var base = server
  while base.hasSuffix("/") { base.removeLast() }
  var url = base + "/diagnose" + (arguments.has("json") ? ".json" : ".txt") + "?fail=1"
  if let guide = arguments.value("guide") { url += "&guide=" + guide }
  if let limit = try arguments.integer("limit", in: 1...20) { url += "&limit=\(limit)" }
  let reply = try Child.run(
    ["curl", "-sS", "-w", "\n%{http_code}", "--data-binary", "@" + (file ?? "-"), url])
  guard reply.code == 0 else { throw CommandError("no answer from \(base)") }
  let parts = reply.output.split(separator: 0x0a, omittingEmptySubsequences: false)
  let status = Int(String(decoding: parts.last ?? [], as: UTF8.self)) ?? 0
  Console.out(Array(parts.dropLast().joined(separator: [0x0a])) + [0x0a])
  switch status {
  case 200: return .found
  case 404: return .notKnown
  default: return .cannot
  }
}

let search = Verb(
  "search", "Finds issues by words", operands: "WORDS…",
  flags: [.database, .guide, .value("limit", "N", "at most that many issues (default 10)"), .json],
  example: "fixbook search --db fixbook.db CannotPullContainerError", notKnown: "nothing found"
) { arguments in
  guard !arguments.operands.isEmpty else { throw UsageError("name a word to search for") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let answer = try Offline.search(
    arguments.operands.joined(separator: " "), guide: arguments.value("guide"),
    limit: try arguments.integer("limit", in: 1...100) ?? 10, store: store,
    base: try linkBase(arguments, store), width: 80)
  Console.out(
    arguments.has("json")
      ? String(decoding: answer.json.prettyBytes, as: UTF8.self) : answer.text)
  return answer.isEmpty ? .notKnown : .found
}

let check = Verb(
  "check", "Checks a value by a rule of an issue", operands: "NAME VALUE",
  flags: [.database, .json], example: "fixbook check --db fixbook.db session-id my-session-1",
  notKnown: "the value does not pass"
) { arguments in
  guard arguments.operands.count == 2 else { throw UsageError("name the check and the value") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let (name, value) = (arguments.operands[0], arguments.operands[1])
  guard let result = try Offline.check(name, value: value, store: store) else {
    throw CommandError("there is no check \(name)")
  }
  if arguments.has("json") {
    let json: JSON = [
      "name": .string(name), "pass": .bool(result.pass), "detail": .string(result.detail),
      "issue": .string(result.issue),
    ]
    Console.out(json.string + "\n")
  } else {
    Console.out("\(result.pass ? "PASS" : "FAIL") \(name): \(result.detail)\n")
  }
  return result.pass ? .found : .notKnown
}
