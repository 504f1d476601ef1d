import App
import Glibc
import JSON
import Store

/// One setting of `serve`: a flag, an environment variable and a line of the configuration file, all
/// of one name: `--public-url`, `FIXBOOK_PUBLIC_URL`, `public-url = …`.
struct Setting: Sendable {
  let name: String
  /// What its value is called in help.
  let value: String
  let fallback: String
  let summary: String
  /// Several values, with commas between.
  var isList = false

  var flag: Flag {
    var flag: Flag = isList ? .list(name, value, summary) : .value(name, value, summary)
    flag.mayBeEmpty = mayBeEmpty
    return flag
  }

  /// What is nothing unless it is said can be said to be nothing.
  var mayBeEmpty: Bool { fallback.isEmpty }

  var variable: String {
    "FIXBOOK_" + name.uppercased().map { $0 == "-" ? "_" : String($0) }.joined()
  }

  static let all: [Setting] = [
    Setting(name: "db", value: "FILE", fallback: "fixbook.db", summary: Flag.database.summary),
    Setting(
      name: "listen", value: "ADDRESS", fallback: "127.0.0.1:8080",
      summary: "HOST:PORT or unix:PATH (default 127.0.0.1:8080; port 0: any free)"),
    Setting(
      name: "public-url", value: "URL", fallback: "",
      summary: "what links begin with, e.g. https://fixbook.example.com"),
    Setting(
      name: "allowed-host", value: "HOST", fallback: "",
      summary: "answer for this Host too; * for any", isList: true),
    Setting(
      name: "trusted-proxy", value: "ADDRESS", fallback: "",
      summary: "believe X-Forwarded-* of this peer", isList: true),
    Setting(
      name: "proxy-user-header", value: "NAME", fallback: "",
      summary: "header in which a trusted proxy names who is signed in"),
    Setting(
      name: "proxy-user-role", value: "ROLE", fallback: "reader",
      summary: "role of a new account that the proxy names (default reader)"),
    Setting(
      name: "anonymous-read", value: "yes|no", fallback: "yes",
      summary: "read, search and diagnose without an account (default yes)"),
    Setting(
      name: "anonymous-reports", value: "yes|no", fallback: "",
      summary: "report without an account (default: only on loopback without a proxy)"),
    Setting(
      name: "cache", value: "MIB", fallback: "12",
      summary: "memory for finished pages and searches (default 12; 0: none)"),
    Setting(
      name: "cors-origin", value: "ORIGIN", fallback: "",
      summary: "let scripts of that site read, e.g. https://chat.example; * for any", isList: true),
    Setting(
      name: "keep-questions", value: "DAYS", fallback: "365",
      summary: "how long counted searches and diagnoses are kept (default 365)"),
    Setting(
      name: "keep-audit", value: "DAYS", fallback: "0",
      summary: "how long the audit log is kept (default 0: for ever)"),
    Setting(
      name: "limit-reads", value: "N", fallback: "0",
      summary: "pages a minute for an address without an account (default 0: any number)"),
    Setting(
      name: "limit-searches", value: "N", fallback: "0",
      summary: "the same for searches, MCP calls included (default 0: any number)"),
    Setting(
      name: "limit-diagnoses", value: "N", fallback: "0",
      summary: "the same for texts to diagnose (default 0: any number)"),
    Setting(
      name: "webhook-host", value: "HOST", fallback: "",
      summary: "webhooks may send there by http and in a private network", isList: true),
    Setting(
      name: "webhook-retries", value: "SECONDS",
      fallback: Courier.patience.map(String.init).joined(separator: ","),
      summary: "when a webhook's message is tried again, e.g. 5,30,120"),
  ]
}

/// What holds, and where each value comes from: flag, environment, file, default, in that order.
struct Settings: Sendable {
  struct Held: Sendable {
    let name: String
    var value: String
    /// "flag", "FIXBOOK_LISTEN", "fixbook.conf:3" or "default".
    var origin: String
  }

  private(set) var all: [Held] = []

  init(_ arguments: Arguments) throws {
    let file = try ConfigFile.named(arguments)
    for setting in Setting.all {
      let given = arguments.list(setting.name)
      let held: Held
      if !given.isEmpty {
        held = Held(name: setting.name, value: given.joined(separator: ","), origin: "flag")
      } else if let value = Console.environment(setting.variable) {
        held = Held(name: setting.name, value: value, origin: setting.variable)
      } else if let line = file?.lines[setting.name] {
        held = Held(name: setting.name, value: line.value, origin: line.origin)
      } else {
        held = Held(name: setting.name, value: setting.fallback, origin: "default")
      }
      all.append(held)
    }
    try settleReports()
  }

  /// Whether people without an account may report follows from who can reach the server, unless
  /// it is said.
  private mutating func settleReports() throws {
    guard let index = all.firstIndex(where: { $0.name == "anonymous-reports" }),
      all[index].value.isEmpty
    else { return }
    let isReachedFromHere = isLoopback(self["listen"]) && list("trusted-proxy").isEmpty
    all[index].value = isReachedFromHere ? "yes" : "no"
    all[index].origin = "default"
  }

  subscript(_ name: String) -> String { all.first { $0.name == name }?.value ?? "" }

  func list(_ name: String) -> [String] {
    self[name].split(separator: ",").map { String(trimmingSpaces($0)) }.filter { !$0.isEmpty }
  }

  func yes(_ name: String) throws(UsageError) -> Bool {
    switch self[name] {
    case "yes": return true
    case "no": return false
    default: throw wrong(name, "must be yes or no")
    }
  }

  /// A whole number of that range.
  func number(_ name: String, _ range: ClosedRange<Int>, of what: String) throws(UsageError) -> Int
  {
    guard let number = Int(self[name]), range.contains(number) else {
      throw wrong(
        name, "must be a number of \(what) from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  /// A refusal that says where the value came from.
  func wrong(_ name: String, _ what: String) -> UsageError {
    let origin = all.first { $0.name == name }?.origin ?? "flag"
    return UsageError("--\(name) \(what)" + (origin == "flag" ? "" : " (from \(origin))"))
  }

  var json: JSON {
    .array(
      all.map {
        [
          "name": .string($0.name), "value": .string($0.value), "origin": .string($0.origin),
        ]
      })
  }

  var text: String {
    all.map { "\($0.name) = \($0.value.isEmpty ? "(none)" : $0.value)  # \($0.origin)\n" }.joined()
  }
}

/// A file of `name = value` lines; lines that begin with `#` are comments.
struct ConfigFile: Sendable {
  struct Line: Sendable {
    var value: String
    let origin: String
  }

  private(set) var lines: [String: Line] = [:]

  /// The file that `--config` or `FIXBOOK_CONFIG` names.
  static func named(_ arguments: Arguments) throws -> ConfigFile? {
    guard let path = arguments.value("config") ?? Console.environment("FIXBOOK_CONFIG") else {
      return nil
    }
    return try ConfigFile(String(decoding: readFile(path), as: UTF8.self), path: path)
  }

  /// Throws `UsageError` that names the line.
  init(_ text: String, path: String) throws(UsageError) {
    let rows = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, row) in rows.enumerated() {
      let row = trimmingSpaces(row)
      if row.isEmpty || row.hasPrefix("#") { continue }
      let origin = "\(path):\(index + 1)"
      guard let equals = row.firstIndex(of: "=") else {
        throw UsageError("\(origin): write name = value")
      }
      let name = String(trimmingSpaces(row[..<equals]))
      let value = String(trimmingSpaces(row[row.index(after: equals)...]))
      guard let setting = Setting.all.first(where: { $0.name == name }) else {
        throw UsageError("\(origin): there is no setting \(name)")
      }
      if value.isEmpty, !setting.mayBeEmpty {
        throw UsageError("\(origin): \(name) needs a value")
      }
      guard let former = lines[name] else {
        lines[name] = Line(value: value, origin: origin)
        continue
      }
      guard setting.isList else {
        throw UsageError("\(origin): \(name) is set twice, first at \(former.origin)")
      }
      lines[name]?.value += "," + value
    }
  }
}

/// The knowledge base that `--db`, the environment or the configuration file names.
func databasePath(_ arguments: Arguments) throws -> String {
  if let path = arguments.value("db") ?? Console.environment("FIXBOOK_DB") { return path }
  return try ConfigFile.named(arguments)?.lines["db"]?.value ?? "fixbook.db"
}

func trimmingSpaces(_ text: Substring) -> Substring {
  var text = text.drop(while: \.isWhitespace)
  while let last = text.last, last.isWhitespace { text.removeLast() }
  return text
}
