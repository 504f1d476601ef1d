/// One flag of a verb: drives parser, help and documentation.
struct Flag: Sendable {
  let name: String
  /// Name of its value in help; nil for a switch.
  let value: String?
  let summary: String
  let isRepeatable: Bool
  /// Whether an empty value says something: "none", where a file or the environment names one.
  var mayBeEmpty = false

  static func value(_ name: String, _ value: String, _ summary: String) -> Flag {
    Flag(name: name, value: value, summary: summary, isRepeatable: false)
  }

  static func list(_ name: String, _ value: String, _ summary: String) -> Flag {
    Flag(name: name, value: value, summary: summary, isRepeatable: true)
  }

  static func toggle(_ name: String, _ summary: String) -> Flag {
    Flag(name: name, value: nil, summary: summary, isRepeatable: false)
  }

  static let database = value(
    "db", "FILE", "the knowledge base (default: $FIXBOOK_DB or fixbook.db)")
  static let json = toggle("json", "print JSON")
  static let guide = value("guide", "SLUG", "only this guide")
}

/// One verb of the command line.
struct Verb: Sendable {
  let name: String
  let summary: String
  /// What stands behind the flags, e.g. "[FILE]".
  let operands: String
  let flags: [Flag]
  let example: String
  /// Everything after "--" (or after the first operand) is left as it is: for `run`.
  let passesThrough: Bool
  /// What exit code 1 means here; nil for a verb that never ends so.
  let notKnown: String?
  let run: @Sendable (Arguments) throws -> ExitCode

  init(
    _ name: String, _ summary: String, operands: String = "", flags: [Flag], example: String,
    passesThrough: Bool = false, notKnown: String? = nil,
    run: @escaping @Sendable (Arguments) throws -> ExitCode
  ) {
    self.name = name
    self.summary = summary
    self.operands = operands
    self.flags = flags
    self.example = example
    self.passesThrough = passesThrough
    self.notKnown = notKnown
    self.run = run
  }

  private var exits: [(code: ExitCode, meaning: String)] {
    var exits: [(code: ExitCode, meaning: String)] = [(.done, "done")]
    if let notKnown { exits.append((.notKnown, notKnown)) }
    return exits + [(.usage, "wrong usage"), (.cannot, "cannot; standard error says why")]
  }

  var help: String {
    var text = "usage: fixbook \(name)\(flags.isEmpty ? "" : " [flags]")"
    text += operands.isEmpty ? "\n\n" : " \(operands)\n\n"
    text += summary + "\n\n"
    let names = flags.map { flag in "  --\(flag.name)" + (flag.value.map { " " + $0 } ?? "") }
    let width = (names.map(\.count).max() ?? 0) + 2
    for (name, flag) in zip(names, flags) {
      text += name + String(repeating: " ", count: width - name.count) + flag.summary + "\n"
    }
    text += "  --help" + String(repeating: " ", count: max(1, width - 8)) + "this text\n"
    text += "\nexample:\n  \(example)\n\nexit codes:\n"
    if passesThrough { return text + "  the command's own; 127 when there is no such command\n" }
    for (code, meaning) in exits { text += "  \(code.rawValue)  \(meaning)\n" }
    return text
  }
}

/// What a verb ends with; scripts rely on it.
enum ExitCode: Int32, Sendable {
  case found = 0
  case notKnown = 1
  case usage = 2
  case cannot = 3

  static let done = ExitCode.found
}

/// The command line is wrong: one sentence, exit 2.
struct UsageError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// It can't be done: one sentence, exit 3.
struct CommandError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// The flags and operands given to a verb.
struct Arguments: Sendable {
  private var values: [String: [String]] = [:]
  private(set) var operands: [String] = []

  /// `--name value`, `--name=value`, switches, `--` before operands.
  init(_ words: [String], for verb: Verb) throws(UsageError) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        operands += rest
        return
      }
      guard word.hasPrefix("--"), word.count > 2 else {
        operands.append(word)
        if verb.passesThrough {
          operands += rest
          return
        }
        continue
      }
      let parts = word.dropFirst(2).split(
        separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let name = String(parts[0])
      guard let flag = verb.flags.first(where: { $0.name == name }) else {
        throw UsageError("fixbook \(verb.name) has no flag --\(name)")
      }
      if values[name] != nil, !flag.isRepeatable {
        throw UsageError("--\(name) is given twice")
      }
      if flag.value == nil {
        guard parts.count == 1 else { throw UsageError("--\(name) takes no value") }
        values[name] = ["1"]
        continue
      }
      let value = parts.count == 2 ? String(parts[1]) : rest.popFirst()
      guard let value, flag.mayBeEmpty || !value.isEmpty else {
        throw UsageError("--\(name) needs a value" + (value == nil ? "" : ", not an empty one"))
      }
      values[name, default: []].append(value)
    }
  }

  func has(_ name: String) -> Bool { values[name] != nil }
  func value(_ name: String) -> String? { values[name]?.last }
  func list(_ name: String) -> [String] { values[name] ?? [] }

  func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
    guard let text = value(name) else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw UsageError(
        "--\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, as type: Value.Type
  ) throws(UsageError) -> Value? where Value.RawValue == String {
    guard let text = value(name) else { return nil }
    guard let value = Value(rawValue: text) else {
      let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("--\(name) must be one of \(all)")
    }
    return value
  }

  func noOperands() throws(UsageError) {
    if let first = operands.first { throw UsageError("unexpected \(first)") }
  }
}
