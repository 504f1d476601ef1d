/// Values after a name that promises a secret: `API_TOKEN=…`, `"password": "…"`, `--token …`.
enum SecretAssignment {
  /// A place after `=`, `:`, `=>`, `>` or, for a command's flag, a blank.
  struct Value {
    var start: Int
    /// The byte that divides name and value.
    var separator: UInt8
    /// Whether blanks stand before the value, as in prose.
    var isSpaced: Bool
  }

  /// No value is judged by more than this; one that is a secret is masked to its end all the same.
  private static let judged = 256

  static func read(_ line: [UInt8], _ start: Int, _ end: Int, _ family: AssignmentFamily)
    -> [Range<Int>]
  {
    var nameEnd = end
    if line.byte(end).isDigit { nameEnd = line.end(from: end) { $0.isDigit } }
    if line.byte(nameEnd).isWord { return [] }
    let name = nameStart(line, start)
    guard isWanted(line, name, start, nameEnd), let value = valueStart(line, after: nameEnd) else {
      return []
    }
    // `arn:aws:secretsmanager:…:secret:name` is a path, not an assignment.
    if value.separator == .ascii(":"), !value.isSpaced, line.byte(name - 1) == .ascii(":") {
      return []
    }
    let isFlag = line.byte(name) == .ascii("-")
    if value.separator == 0x20, !isFlag { return [] }
    let quote = openingQuote(line, value.start)
    let first = value.start + quote.count
    let isXML = value.separator == .ascii(">")
    var stop = valueEnd(line, first, quote: quote, xml: isXML, limit: first + judged)
    guard stop > first, !Placeholder.stands(in: line, first, stop) else { return [] }
    // The working directory, in every environment that is printed.
    if line.hasFolded("pwd", at: start), "/~".utf8.contains(line[first]) { return [] }
    let quotedName = line.byte(nameEnd).isQuote || line.byte(nameEnd) == .ascii("\\")
    let form = Form(
      isExplicit: isFlag || quotedName || !quote.isEmpty || !value.isSpaced
        || startsLine(line, name) && line.skippingBlanks(from: stop) >= line.count,
      isQuoted: !quote.isEmpty, isCompound: start - name > 2)
    guard form.isSecret(line[first..<stop], family) else { return [] }
    if stop - first >= judged {
      stop = valueEnd(line, first, quote: quote, xml: isXML, limit: line.count)
    }
    return [first..<stop]
  }

  /// How name and value are written, which decides what is believed.
  private struct Form {
    /// As configuration, code or a command, not as prose.
    var isExplicit: Bool
    var isQuoted: Bool
    /// `client_secret` rather than `secret`.
    var isCompound: Bool

    func isSecret(_ value: ArraySlice<UInt8>, _ family: AssignmentFamily) -> Bool {
      let head = value
      let hasDigit = head.contains { $0.isDigit }
      let hasLetter = head.contains { $0.isLetter }
      let isMixed =
        hasDigit && hasLetter || head.contains { $0.isUpper } && head.contains { $0.isLower }
      let isOdd = head.contains { !$0.isWord && !"-./:,".utf8.contains($0) }
      // Unquoted dotted names and calls are code.
      if !isQuoted, isCode(head) { return false }
      switch family {
      case .password:
        if isExplicit { return value.count >= 3 }
        return value.count >= 6 && (hasDigit || isOdd)
      case .token, .key:
        if !isExplicit { return value.count >= 12 && hasDigit && hasLetter }
        if isWords(head) { return false }
        return value.count >= 8 && (isMixed || isOdd || isCompound && value.count >= 16)
          || value.count >= 24 && !head.contains { $0 == 0x20 }
      }
    }

    /// `openclaw/gateway-token`, `my-app-secret`: a name of something, in small letters.
    private func isWords(_ value: ArraySlice<UInt8>) -> Bool {
      let parts = value.split { "-/_. :".utf8.contains($0) }
      return parts.count > 1 && parts.allSatisfy { $0.allSatisfy { $0.isLower } }
    }

    /// `request.headers`, `get_token(…)`, `tokens[0]`.
    private func isCode(_ value: ArraySlice<UInt8>) -> Bool {
      guard let first = value.first, first.isLetter || first == .ascii("_") else { return false }
      let name = value.prefix { $0.isWord || $0 == .ascii(".") }
      guard let after = value.dropFirst(name.count).first else {
        return name.contains(.ascii(".")) && !name.contains { $0.isDigit }
      }
      return after == .ascii("(") || after == .ascii("[") && !name.contains { $0.isDigit }
    }
  }

  /// Where the whole name begins, with its dashes and dots: `--db-password`, `spring.pass`.
  private static func nameStart(_ line: [UInt8], _ start: Int) -> Int {
    var place = start
    let limit = max(0, start - 64)
    while place > limit, line[place - 1].isWord || "-.".utf8.contains(line[place - 1]) {
      place -= 1
    }
    return place
  }

  /// A word of its own or the last part of a name, and not the name of something harmless.
  private static func isWanted(_ line: [UInt8], _ name: Int, _ start: Int, _ end: Int) -> Bool {
    let before = line.byte(start - 1)
    let first = line.byte(start)
    // `dbpass` and `compass` cannot be told apart: a part of a name begins with a capital, `_` …
    if before.isLetter, first.isLower, line.byte(start).lowered == .ascii("p"), end - start == 4,
      start > name
    {
      return false
    }
    return !harmless.contains { word in
      line.hasFolded(word, at: name) || line.hasFolded(word, at: name + 2)
        || start - word.utf8.count >= name && line.hasFolded(word, at: start - word.utf8.count)
    }
  }

  /// Beginnings of names whose value is no secret.
  private static let harmless = [
    "next", "page", "continuation", "idempotency", "request", "clientreq", "cancellation", "sync",
    "resume", "eos", "bos", "pad_", "unk", "mask", "max_", "min_", "stop_", "public", "start",
    "end_", "no_", "num_", "nonsecret", "by", "without", "test_pass", "first", "last", "invalid",
    "unexpected", "image_pull", "imagepull", "pagination", "delta", "task", "partition", "primary",
    "foreign", "sort", "cache", "object", "clienttoken", "client_token", "client-token",
  ]

  /// The value's place after the name, or nil where no value follows.
  static func valueStart(_ line: [UInt8], after nameEnd: Int) -> Value? {
    var place = nameEnd
    if line.byte(place) == .ascii("\\") { place += 1 }
    if line.byte(place).isQuote { place += 1 }
    if line.byte(place) == .ascii("]") { place += 1 }
    let separator = line.skippingBlanks(from: place)
    switch line.byte(separator) {
    case .ascii("="), .ascii(":"):
      var next = separator + 1
      // A comparison is no assignment; `:=` and `=>` are; `::` is a path.
      if line.byte(next) == .ascii("="), line[separator] == .ascii("=") { return nil }
      if line.byte(next) == .ascii(":") { return nil }
      if line.byte(next) == .ascii("=") || line.byte(next) == .ascii(">") { next += 1 }
      let start = line.skippingBlanks(from: next)
      return Value(start: start, separator: line[separator], isSpaced: start > next)
    case .ascii(">") where separator == nameEnd:
      return Value(start: separator + 1, separator: .ascii(">"), isSpaced: false)
    default:
      guard separator > nameEnd, place == nameEnd else { return nil }
      return Value(start: separator, separator: 0x20, isSpaced: true)
    }
  }

  /// The place behind the quote that a value may begin with.
  static func contentStart(_ line: [UInt8], _ start: Int) -> Int {
    start + openingQuote(line, start).count
  }

  /// `"`, `'`, `` ` `` or an escaped `\"`.
  private static func openingQuote(_ line: [UInt8], _ start: Int) -> [UInt8] {
    if line.byte(start).isQuote { return [line[start]] }
    if line.byte(start) == .ascii("\\"), line.byte(start + 1).isQuote {
      return [line[start], line[start + 1]]
    }
    return []
  }

  private static func valueEnd(
    _ line: [UInt8], _ start: Int, quote: [UInt8], xml: Bool, limit: Int
  ) -> Int {
    let limit = min(limit, line.count)
    var place = start
    if let mark = quote.last {
      while place < limit, line[place] != mark {
        place += line[place] == .ascii("\\") && quote.count == 1 ? 2 : 1
      }
      place = min(place, limit)
      return quote.count == 2 && place > start && line[place - 1] == .ascii("\\")
        ? place - 1 : place
    }
    while place < limit {
      let byte = line[place]
      if xml ? byte == .ascii("<") : byte.isBlank || byte.isQuote || ";&<>)}]".utf8.contains(byte) {
        break
      }
      if !xml, byte == .ascii(","), endsField(line, place) { break }
      if byte == .ascii("\\"), "nrt\"".utf8.contains(line.byte(place + 1)) { break }
      place += 1
    }
    return max(start, place)
  }

  /// Whether what follows a comma is another field rather than the rest of a password.
  private static func endsField(_ line: [UInt8], _ comma: Int) -> Bool {
    let next = line.byte(comma + 1)
    guard next.isLetter || next == .ascii("_") else { return !next.isWord }
    let name = line.end(from: comma + 1) { $0.isWord || $0 == .ascii("-") }
    return name - comma < 64 && (line.byte(name) == .ascii("=") || line.byte(name) == .ascii(":"))
  }

  /// Nothing but blanks, a list's dash or `export` before the name.
  private static func startsLine(_ line: [UInt8], _ name: Int) -> Bool {
    var place = line.skippingBlanks(from: 0)
    if line.has("- ", at: place) { place = line.skippingBlanks(from: place + 2) }
    for word in ["export ", "set ", "env ", "ENV ", "ARG "] where line.has(word, at: place) {
      place += word.utf8.count
    }
    return place >= name
  }
}

/// Values that only stand for a secret.
enum Placeholder {
  static func stands(in line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    guard end > start else { return true }
    let first = line[start]
    if "<${*[(%".utf8.contains(first), starts(line, start, end, openings) { return true }
    let head = line[start..<min(end, start + 64)]
    if head.allSatisfy({ $0 == first }) { return !first.isDigit || end - start < 4 }
    if head.allSatisfy({ "*.xX#-_ \u{2022}".utf8.contains($0) }) { return true }
    for word in wholeWords where word.utf8.count == end - start && line.hasFolded(word, at: start) {
      return true
    }
    return beginnings.contains { line.hasFolded($0, at: start) }
      || line.find("...", from: start, to: min(end, start + 256)) != nil
      || line.find("…", from: start, to: min(end, start + 256)) != nil
      || line.find("***", from: start, to: min(end, start + 256)) != nil
  }

  private static func starts(_ line: [UInt8], _ start: Int, _ end: Int, _ words: [String]) -> Bool {
    words.contains { line.hasFolded($0, at: start) }
  }

  private static let openings = [
    "<", "${", "$(", "$", "{{", "{", "*", "[secret:", "[redact", "[filter", "[mask", "[hidden",
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
