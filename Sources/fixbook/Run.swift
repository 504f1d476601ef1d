import App
import Diagnosis
import Glibc
import JSON
import Store

let run = Verb(
  "run", "Runs a command; when it fails, says what its output means", operands: "-- COMMAND…",
  flags: askFlags + [
    .value("fixed-by", "FIX", "when it succeeds after a failure: record that this fix worked")
  ],
  example: "fixbook run --db fixbook.db -- make deploy", passesThrough: true
) { arguments in
  guard !arguments.operands.isEmpty else { throw UsageError("name a command after --") }
  let fixedBy = try arguments.integer("fixed-by", in: 1...Int.max)
  var intake = Intake()
  var ending: [UInt8] = []
  let status: Int32
  do {
    status = try Child.pass(arguments.operands) {
      intake.feed($0)
      ending = Array((ending + $0).suffix(2_000))
    }
  } catch let error as NoSuchCommand {
    Console.error("fixbook run: \(error.word): \(reason(error.code))\n")
    exit(error.exitCode)
  }
  do {
    let desk = try Desk(arguments)
    let memory = RunMemory(command: arguments.operands, desk: desk.name)
    if status == 0 {
      try AfterRun(desk: desk, memory: memory, arguments: arguments, ending: ending)
        .succeeded(fixedBy: fixedBy)
    } else {
      let text = intake.finish()
      if text.lines.contains(where: { $0.text.contains { !$0.isWhitespace } }) {
        let (said, answer) = try desk.diagnose(text)
        Console.error("\n" + said)
        if let failure = RememberedFailure(answer: answer) { memory.remember(failure) }
      }
    }
  } catch {
    // The command's own result counts; ours is a help only.
    Console.error("fixbook run: \(Main.explanation(error))\n")
  }
  exit(status)
}

/// Where `run` asks and records: a server, or the file itself.
struct Desk {
  private enum Place {
    case server(String)
    case file
  }

  private let place: Place
  private let arguments: Arguments
  /// The place in one string: failures are remembered for each apart.
  let name: String

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    if var server = arguments.value("server") ?? serverInEnvironment(arguments) {
      while server.hasSuffix("/") { server.removeLast() }
      place = .server(server)
      name = server
    } else {
      place = .file
      name = absolutePath(
        arguments.value("db") ?? Console.environment("FIXBOOK_DB") ?? "fixbook.db")
    }
  }

  /// The answer for a terminal, and as JSON.
  func diagnose(_ text: PastedText) throws -> (said: String, answer: JSON) {
    guard case .server(let base) = place else {
      let store = try Main.openStore(arguments)
      defer { store.close() }
      let answer = try answer(text, store, arguments)
      let shown =
        arguments.has("json")
        ? String(decoding: answer.json.prettyBytes, as: UTF8.self) : answer.text
      return (shown, answer.json)
    }
    var query: [String] = []
    if let guide = arguments.value("guide") { query.append("guide=" + guide) }
    if let limit = try arguments.integer("limit", in: 1...20) { query.append("limit=\(limit)") }
    let masked = Array(text.lines.map(\.text).joined(separator: "\n").utf8)
    let url = base + "/diagnose.json?" + query.joined(separator: "&")
    let reply = try Child.run(curl + ["--data-binary", "@-", url], input: masked)
    guard reply.code == 0, let answer = try? JSON.read(reply.output) else {
      throw CommandError("no answer from \(base)")
    }
    if arguments.has("json") {
      return (String(decoding: answer.prettyBytes, as: UTF8.self), answer)
    }
    // The same diagnosis as text; one that could not be stored is asked for once more.
    let again =
      answer["id"]?.text.map { [base + "/diagnoses/\($0).txt"] }
      ?? ["--data-binary", "@-", base + "/diagnose.txt?" + query.joined(separator: "&")]
    let text = try Child.run(curl + again, input: masked)
    return (String(decoding: text.output, as: UTF8.self), answer)
  }

  /// Records what a fix did for a diagnosis.
  func record(_ diagnosis: String, fix: Int, result: OutcomeResult, observed: String) throws {
    guard case .server(let base) = place else {
      return try inFile {
        try Offline.record(
          diagnosis: diagnosis, fix: fix, result: result, observed: observed, reporter: reporter,
          store: $0)
      }
    }
    try post(
      base + "/diagnoses/\(diagnosis)/outcomes",
      [("fix", "\(fix)"), ("result", result.rawValue)]
        + (observed.isEmpty ? [] : [("observed", observed)]))
  }

  /// Tells that something else fixed what was diagnosed.
  func close(_ diagnosis: String, issue: String?, text: String) throws {
    guard case .server(let base) = place else {
      return try inFile {
        try Offline.close(
          diagnosis: diagnosis, issue: issue, text: text, reporter: reporter, store: $0)
      }
    }
    var fields = [("diagnosis", diagnosis)]
    if let issue { fields.append(("issue", issue)) }
    let report = try post(base + "/reports.json", fields)
    guard let id = report["id"]?.text else { throw CommandError("no answer from \(base)") }
    try post(base + "/reports/\(id)/resolve", [("by", "other"), ("text", text)])
  }

  private func inFile(_ body: (Store) throws -> Void) throws {
    let store = try Main.openStore(arguments)
    defer { store.close() }
    try body(store)
  }

  private var reporter: String { "local:\(getuid())" }

  /// A server that is away holds nobody up for long.
  private var curl: [String] {
    ["curl", "-sS", "--connect-timeout", "2", "--max-time", "15"]
  }

  /// Sends a form. The token and the texts go by standard input, where no list of processes shows them.
  @discardableResult
  private func post(_ url: String, _ fields: [(String, String)]) throws -> JSON {
    var settings = "url = \(quoted(url))\nheader = \"Accept: application/json\"\n"
    if let token = Console.environment("FIXBOOK_TOKEN") {
      settings += "header = \(quoted("Authorization: Bearer " + token))\n"
    }
    for (name, value) in fields { settings += "data-urlencode = \(quoted(name + "=" + value))\n" }
    let reply = try Child.run(
      ["curl", "-s", "--connect-timeout", "2", "--max-time", "15", "-K", "-"],
      input: Array(settings.utf8))
    guard reply.code == 0, let answer = try? JSON.read(reply.output) else {
      throw CommandError("not recorded: no answer from the server")
    }
    if answer["code"] != nil {
      throw CommandError("not recorded: \(answer["detail"]?.text ?? "refused")")
    }
    return answer
  }
}

/// A value of curl's configuration file (curl(1), `--config`).
private func quoted(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\\", "\"": quoted += "\\\(scalar)"
    case "\n": quoted += "\\n"
    case "\r": quoted += "\\r"
    case "\t": quoted += "\\t"
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}

func absolutePath(_ path: String) -> String {
  guard let resolved = realpath(path, nil) else { return path }
  defer { free(resolved) }
  return String(cString: resolved)
}
