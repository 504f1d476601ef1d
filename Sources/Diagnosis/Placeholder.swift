/// Values that only stand for a secret.
enum Placeholder {
  static func stands(in line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard end > start else { return true }
    if opens(line, start) { return true }
    let first = line[start]
    let head = line[start..<min(end, start + 64)]
    if head.allSatisfy({ $0 == first }) { return !first.isDigit || end - start < 4 }
    if head.allSatisfy({ "*.xX#-_ \u{2022}".utf8.contains($0) }) { return true }
    for word in wholeWords where word.utf8.count == end - start && line.hasFolded(word, at: start) {
      return true
    }
    return beginnings.contains { line.hasFolded($0, at: start) }
      || line.find("[secret:", from: start, to: min(end, start + 256)) != nil
      || line.find("...", from: start, to: min(end, start + 256)) != nil
      || line.find("…", from: start, to: min(end, start + 256)) != nil
      || line.find("***", from: start, to: min(end, start + 256)) != nil
  }

  /// Whether a value begins like a reference or a mark: `$NAME`, `<name>`, `***`.
  static func opens(_ line: [UInt8], _ start: Int) -> Bool {
    switch line.byte(start) {
    case .ascii("$"): isVariable(line, start + 1)
    case .ascii("<"):
      line.byte(start + 1) != .ascii("!")
        && line.byte(line.end(from: start, upTo: 64) { $0 != .ascii(">") }) == .ascii(">")
    case .ascii("*"): line.has("**", at: start + 1)
    case .ascii("{"):
      line.byte(start + 1) == .ascii("{") || closesAlone(line, start, .ascii("}"))
    case .ascii("(") where line.byte(start + 1).isLetter: true
    case .ascii("["), .ascii("("), .ascii("%"): openings.contains { line.hasFolded($0, at: start) }
    default: false
    }
  }

  /// What follows a `$`: `{NAME}`, `(command)`, `NAME`, `name`, but not `ecret7!`.
  private static func isVariable(_ line: [UInt8], _ start: Int) -> Bool {
    if "{([".utf8.contains(line.byte(start)) { return true }
    let end = line.end(from: start, upTo: 64) { $0.isWord }
    let name = line[min(start, line.count)..<end]
    let next = line.byte(end)
    let isWhole = next == 0 || next.isBlank || next.isQuote || "&,;:@/)}]<>.\\".utf8.contains(next)
    return isWhole && !name.isEmpty
      && (name.allSatisfy { !$0.isLower } || !name.contains { $0.isDigit })
  }

  /// `{name}` with nothing after it.
  private static func closesAlone(_ line: [UInt8], _ start: Int, _ mark: UInt8) -> Bool {
    let end = line.end(from: start, upTo: 48) { $0 != mark && !$0.isBlank }
    return line.byte(end) == mark && !line.byte(end + 1).isWord
  }

  private static let openings = [
    "[secret:", "[redact", "[filter", "[mask", "[hidden",
    "[object", "(sensitive", "(known", "(redact", "%(", "%s", "%v", "%{", "[]", "[null", "(none",
  ]

  private static let beginnings = [
    "[secret:", "your_", "your-", "your ", "yourpassword", "my_", "example", "placeholder",
    "redacted", "changeme", "process.env", "os.environ", "os.getenv", "env.", "env[", "env(",
    "var.", "local.", "module.", "data.", "secrets.", "config.", "settings.", "getenv",
    "system.getenv", "arn:", "http:", "https:", "urn:", "ssm:", "vault:", "op://", "file:",
    "resolve:", "sha256:", "sha512:", "not ", "must ", "this.", "self.", "req.", "request.",
  ]

  private static let wholeWords = [
    "null", "none", "nil", "undefined", "true", "false", "yes", "no", "empty", "expired",
    "invalid", "missing", "required", "denied", "incorrect", "wrong", "failed", "unauthorized",
    "string", "str", "text", "password", "passwd", "token", "secret", "key", "value", "bearer",
    "basic", "access", "refresh", "unknown", "rejected", "revoked", "malformed", "unset", "set",
    "present", "absent", "found", "ok", "valid", "hidden", "masked", "optional", "default", "id",
    "plaintext", "stdin", "prompt", "auto", "off", "on", "enabled", "disabled", "any", "error",
    "mismatch", "forbidden", "authentication", "authorization", "int", "bool", "object", "to",
    "is", "and", "or", "the", "for", "was", "has", "are", "in", "of", "not",
  ]
}
