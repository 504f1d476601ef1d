import App
import Glibc
import JSON
import SQLite
import Store

@main
enum Main {
  static let verbs: [Verb] = [
    serve, importVerb, exportVerb, diagnose, run, search, report, check, eval, test, replay, backup,
    restore, verify, user, token, guide, mcp, bench, version,
  ]

  static func main() {
    exit(command(Array(CommandLine.arguments.dropFirst())).rawValue)
  }

  static func command(_ words: [String]) -> ExitCode {
    guard let name = words.first else {
      Console.error(overview)
      return .usage
    }
    if name == "help" || name == "--help" || name == "-h" {
      if words.count > 1, let verb = verbs.first(where: { $0.name == words[1] }) {
        Console.out(verb.help)
      } else {
        Console.out(overview)
      }
      return .done
    }
    if name == "--version" { return command(["version"]) }
    guard let verb = verbs.first(where: { $0.name == name }) else {
      Console.error("fixbook: there is no verb \(name); see 'fixbook help'\n")
      return .usage
    }
    let rest = Array(words.dropFirst())
    // Behind "--" stands somebody else's command line.
    let own = rest.prefix { $0 != "--" }
    if own.contains("--help") || own.contains("-h") {
      Console.out(verb.help)
      return .done
    }
    return reporting(verb) { try verb.run(Arguments(rest, for: verb)) }
  }

  private static func reporting(_ verb: Verb, _ body: () throws -> ExitCode) -> ExitCode {
    do {
      return try body()
    } catch let error as UsageError {
      Console.error("fixbook \(verb.name): \(error.message); see 'fixbook \(verb.name) --help'\n")
      return .usage
    } catch {
      Console.error("fixbook \(verb.name): \(explanation(error))\n")
      return .cannot
    }
  }

  /// One sentence for a person at a terminal.
  static func explanation(_ error: any Error) -> String {
    switch error {
    case let error as CommandError: return error.message
    case let error as NoSuchCommand: return "\(error.word): \(reason(error.code))"
    case let error as Failure: return error.detail
    case let error as AccountError: return Failure.account(error).detail
    case let error as StoreReadOnly: return "the knowledge base can't be written: \(error.reason)"
    case let error as StoreUnavailable: return error.reason
    case is StoreDamaged: return explanation(ofFault: .damaged)
    case is DatabaseMoved: return explanation(ofFault: .moved)
    case SchemaError.newer(let file, let program):
      return
        "the file has schema \(file), this program knows up to \(program): use a newer fixbook"
    case SchemaError.foreign: return "the file is an SQLite database of another program"
    case let error as DatabaseError:
      return Fault(error).map { explanation(ofFault: $0) } ?? error.message
    default: return "\(error)"
    }
  }

  private static func explanation(ofFault fault: Fault) -> String {
    switch fault {
    case .full: "the disk is full; nothing was stored"
    case .readOnly: "the file or its folder can't be written"
    case .busy: "another process has held the file for too long; nothing was stored"
    case .descriptors: "too many files are open; allow more descriptors (ulimit -n)"
    case .moved: "the file was removed or replaced meanwhile; nothing was stored"
    case .disk: "the disk fails; nothing was stored"
    case .damaged:
      "the file is damaged or no database; 'fixbook verify' tells, 'fixbook restore' brings a backup back"
    case .damagedIndex: "the search index is damaged; 'fixbook verify' tells"
    }
  }

  private static var overview: String {
    let width = (verbs.map(\.name.count).max() ?? 0) + 2
    return "usage: fixbook VERB [flags]\n\nPaste the error. Get the fix that worked.\n\n"
      + verbs.map {
        "  \($0.name)" + String(repeating: " ", count: width - $0.name.count) + $0.summary + "\n"
      }.joined() + "\n'fixbook VERB --help' tells more.\n"
  }

  /// The knowledge base that `--db` names.
  static func openStore(_ arguments: Arguments, create: Bool = false) throws -> Store {
    let path = try databasePath(arguments)
    if !create, access(path, F_OK) != 0 {
      throw CommandError(
        "\(path): there is no such file; make one with 'fixbook serve' or 'fixbook import'")
    }
    let store = try named(path) { try Store(path: path, create: create) }
    if store.readOnlyReason == nil { try named(path) { _ = try store.reindexOutdated() } }
    return store
  }

  /// Errors of a file say which.
  static func named<T>(_ path: String, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch {
      throw CommandError("\(path): \(explanation(error))")
    }
  }
}

let versionNumber = App.version

let version = Verb(
  "version", "Says which version this is, and with --db what a file was made for",
  flags: [.database, .json], example: "fixbook version"
) { arguments in
  var members: [JSON.Member] = [
    .init("version", .string(versionNumber)), .init("matcher", .string(matcherVersion)),
  ]
  var text = "fixbook \(versionNumber)\n"
  // Only when a file is named: which version this is needs none.
  if let path = arguments.value("db") {
    let schema = try Main.named(path) { try Store.schema(path: path) }
    members.append(
      .init(
        "database",
        [
          "path": .string(path), "schema": .integer(schema.file),
          "newest_schema": .integer(schema.program),
        ]))
    text += "\(path): schema \(schema.file)"
    text +=
      schema.file == schema.program
      ? "\n" : ", brought to \(schema.program) when it is next opened to write\n"
  }
  Console.out(arguments.has("json") ? JSON.object(members).string + "\n" : text)
  return .done
}
