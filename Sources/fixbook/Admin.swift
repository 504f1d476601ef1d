import App
import Glibc
import JSON
import SQLite
import Store

let report = Verb(
  "report", "Opens a report, or records what a fix did", operands: "[TEXT]",
  flags: [
    .database, .value("issue", "SLUG", "the issue it is about"),
    .value("report", "ID", "record for this report instead of opening one"),
    .value("diagnosis", "ID", "the diagnosis it is about"),
    .value("fix", "ID", "the fix that was tried"),
    .value("result", "RESULT", "worked, partly, no_effect, made_worse, not_applicable, recurred"),
    .value("note", "TEXT", "what was seen"), .json,
  ],
  example: "fixbook report --db fixbook.db --issue exec-format-error --fix 12 --result worked"
) { arguments in
  let text = arguments.operands.joined(separator: " ")
  guard
    text.contains(where: { !$0.isWhitespace }) || arguments.value("issue") != nil
      || arguments.value("report") != nil || arguments.value("diagnosis") != nil
  else { throw UsageError("say what was seen, or give --issue, --diagnosis or --report") }
  guard (arguments.value("fix") == nil) == (arguments.value("result") == nil) else {
    throw UsageError("--fix and --result go together")
  }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let done = try Offline.report(
    text: text, issue: arguments.value("issue"),
    report: arguments.value("report"), diagnosis: arguments.value("diagnosis"),
    fix: try arguments.integer("fix", in: 1...Int.max),
    result: try arguments.choice("result", as: OutcomeResult.self),
    note: arguments.value("note") ?? "", reporter: "local:\(getuid())", store: store)
  Console.out(arguments.has("json") ? done.json.string + "\n" : done.text)
  return .done
}

let backup = Verb(
  "backup", "Copies the knowledge base to a file while it is in use", operands: "FILE",
  flags: [.database, .json], example: "fixbook backup --db fixbook.db backup.db"
) { arguments in
  guard arguments.operands.count == 1 else { throw UsageError("name the file to write") }
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let target = arguments.operands[0]
  guard access(target, F_OK) != 0 else { throw CommandError("\(target) exists already") }
  try Main.named(target) { try store.backup(to: target) }
  store.noteBackup(to: target)
  if arguments.has("json") {
    Console.out("\(fileJSON(target).string)\n")
  }
  return .done
}

/// A file that was written: its path and size in bytes.
func fileJSON(_ path: String) -> JSON {
  var info = stat()
  let size = stat(path, &info) == 0 ? Int(info.st_size) : 0
  return ["file": .string(path), "bytes": .integer(size)]
}

let restore = Verb(
  "restore", "Puts a backup in the knowledge base's place", operands: "FILE",
  flags: [.database, .json], example: "fixbook restore --db fixbook.db backup.db"
) { arguments in
  guard arguments.operands.count == 1 else { throw UsageError("name the backup") }
  let path = try databasePath(arguments)
  let source = arguments.operands[0]
  let problems = try Main.named(source) { try Store.verify(path: source) }
  guard problems.isEmpty else { throw CommandError("\(source): \(problems[0])") }
  let former = try Main.named(path) { try Store.restore(from: source, to: path) }
  Console.error(former.map { "restored; the former file is \($0)\n" } ?? "restored\n")
  if arguments.has("json") {
    Console.out(
      JSON.object([.init("restored", .string(path)), .init("former", former.json)]).string + "\n")
  }
  return .done
}

let verify = Verb(
  "verify", "Checks the file: integrity, references, index", flags: [.database, .json],
  example: "fixbook verify --db fixbook.db"
) { arguments in
  let path = try databasePath(arguments)
  let problems = try Main.named(path) { try Store.verify(path: path) }
  for problem in problems { Console.error("\(path): \(problem)\n") }
  if arguments.has("json") {
    let found = JSON.array(problems.map { .string($0) })
    Console.out(
      JSON.object([
        .init("file", .string(path)), .init("ok", .bool(problems.isEmpty)),
        .init("problems", found),
      ]).string + "\n")
  } else if problems.isEmpty {
    Console.out("\(path): ok\n")
  }
  return problems.isEmpty ? .done : .cannot
}

let test = Verb(
  "test", "Runs every sample of every issue: must they lead to it, do they?",
  flags: [.database, .guide, .json], example: "fixbook test --db fixbook.db",
  notKnown: "samples lead elsewhere, or nowhere"
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
