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
    guard isWanted(line, name, start, nameEnd),
      let value = pairedValue(line, after: nameEnd) ?? valueStart(line, after: nameEnd)
    else { return [] }
    // `arn:aws:secretsmanager:…:secret:name` is a path, not an assignment.
    if value.separator == .ascii(":"), !value.isSpaced, line.byte(name - 1) == .ascii(":") {
      return []
    }
    let isFlag = isFlag(line, name, start)
    if value.separator == 0x20, !isFlag { return [] }
    let quote = openingQuote(line, value.start)
    let first = value.start + quote.count
    // In `"pwd=" & value` the quote closes.
    let closes = !quote.isEmpty && " \t&+),".utf8.contains(line.byte(first))
    if closes || Placeholder.opens(line, first) { return [] }
    let isXML = value.separator == .ascii(">")
    var stop = valueEnd(line, first, quote: quote, xml: isXML, limit: first + judged)
    guard stop > first, !Placeholder.stands(in: line, first, stop),
      !isXML || stop - first >= judged || line.has("</", at: stop)
    else { return [] }
    // The working directory, in every environment that is printed.
    if line.hasFolded("pwd", at: start), "/~".utf8.contains(line[first]) { return [] }
    let quotedName = line.byte(nameEnd).isQuote || line.byte(nameEnd) == .ascii("\\")
    let form = Form(
      isExplicit: isFlag || quotedName || !quote.isEmpty || !value.isSpaced
        || startsLine(line, name) && line.skippingBlanks(from: stop) >= line.count,
      isQuoted: !quote.isEmpty, isCompound: start - name > 2)
    if isBarePass(line, start, nameEnd), !form.isCompound {
      // The count of a test run, or a test's name: `pass=21`, `PASS: name`.
      let isCount = line[first..<stop].allSatisfy { $0.isDigit }
      if isCount || value.separator == .ascii(":") && !quotedName { return [] }
    }
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
      // Unquoted dotted names and calls are code; a sentence is about the value.
      if isQuoted ? isSentence(head) : isCode(head) { return false }
      switch family {
      case .password:
        if isExplicit { return value.count >= 3 }
        return value.count >= 6 && (hasDigit || isOdd)
      case .token, .key:
        if !isExplicit { return value.count >= 12 && hasDigit && hasLetter }
        if isWords(head) || head.contains(0x20) { return false }
        return value.count >= 8 && (isMixed || isOdd || isCompound && value.count >= 16)
          || value.count >= 24
      }
    }

    /// `is too short`, `must contain a digit`.
    private func isSentence(_ value: ArraySlice<UInt8>) -> Bool {
      value.contains(0x20) && Vocabulary.weights(in: Array(value)).first ?? 0 > 0
    }

    /// `openclaw/gateway-token`, `my-app-secret-v2`: a name of something, in small letters.
    private func isWords(_ value: ArraySlice<UInt8>) -> Bool {
      let parts = value.split { "-/_. :".utf8.contains($0) }
      return parts.count > 1
        && parts.allSatisfy { part in
          part.allSatisfy { $0.isLower }
            || part.count <= 3 && part.allSatisfy { $0.isDigit || $0 == .ascii("v") }
        }
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

  /// `--db-password`, `-password`, `-AdminPassword`, but not `-ppassword`.
  private static func isFlag(_ line: [UInt8], _ name: Int, _ start: Int) -> Bool {
    line.byte(name) == .ascii("-")
      && (line.byte(name + 1) == .ascii("-") || name + 1 == start || line.byte(start).isUpper)
  }

  /// Whether only the letters `pass` promise a password.
  private static func isBarePass(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    end - start == 4 && line.hasFolded("pass", at: start)
  }

  /// A word of its own or the last part of a name, and not the name of something harmless.
  private static func isWanted(_ line: [UInt8], _ name: Int, _ start: Int, _ end: Int) -> Bool {
    // `dbpass` and `compass` cannot be told apart: a part of a name begins with a capital, `_` …
    if isBarePass(line, start, end), start > name, line.byte(start - 1).isLetter {
      return line[start].isUpper && !line.hasFolded("by", at: start - 2)
        && !line.hasFolded("com", at: start - 3)
    }
    let before = "_-".utf8.contains(line.byte(start - 1)) ? start - 1 : start
    return !harmless.contains { word in
      before - word.utf8.count >= name && line.hasFolded(word, at: before - word.utf8.count)
    }
  }

  /// What makes a `token` or `secret` after it no secret.
  private static let harmless = [
    "next", "page", "continuation", "idempotency", "request", "cancellation", "sync", "resume",
    "eos", "bos", "pad", "unk", "mask", "sep", "cls", "stop", "start", "end", "pagination",
    "delta", "task", "public", "publickey", "public_key", "invalid", "unexpected", "image_pull",
    "imagepull", "max", "min",
  ]

  /// The value of `"name": "DB_PASSWORD", "value": "…"`, as task definitions write it.
  private static func pairedValue(_ line: [UInt8], after nameEnd: Int) -> Value? {
    let isEscaped = line.byte(nameEnd) == .ascii("\\")
    let quote = isEscaped ? nameEnd + 1 : nameEnd
    guard line.byte(quote) == .ascii("\""), line.byte(quote + 1) == .ascii(",") else { return nil }
    var key = line.skippingBlanks(from: quote + 2)
    if line.byte(key) == .ascii("\\") { key += 1 }
    guard line.hasFolded("\"value", at: key) else { return nil }
    let end = key + 6
    guard line.byte(end) == .ascii("\"") || line.byte(end) == .ascii("\\") else { return nil }
    return valueStart(line, after: end)
  }

  /// Whether a line is `name: DB_PASSWORD`, so that a line `value: …` below it holds a secret.
  static func announcesValue(_ line: [UInt8]) -> Bool {
    var place = line.end(from: 0) { $0.isBlank || $0 == .ascii("-") || $0.isQuote }
    guard line.hasFolded("name", at: place) else { return false }
    place = line.end(from: place + 4) { $0.isBlank || $0.isQuote || $0 == .ascii(":") }
    let end = line.end(from: place, upTo: 96) { $0.isWord || $0 == .ascii("-") }
    let rest = line.end(from: end) { $0.isBlank || $0.isQuote || $0 == .ascii(",") }
    return rest == line.count
      && ["password", "passwd", "_pass", "secret", "token", "api_key", "access_key", "secret_key"]
        .contains { line.hasFolded($0, at: end - $0.utf8.count) && end - $0.utf8.count >= place }
  }

  /// The value of a line `value: …` below such a name.
  static func announcedValue(_ line: [UInt8]) -> Range<Int>? {
    let place = line.end(from: 0) { $0.isBlank || $0.isQuote }
    guard line.hasFolded("value", at: place), !line.byte(place + 5).isWord,
      let value = valueStart(line, after: place + 5), value.separator == .ascii(":")
    else { return nil }
    let quote = openingQuote(line, value.start)
    let first = value.start + quote.count
    let stop = valueEnd(line, first, quote: quote, xml: false, limit: line.count)
    return stop > first && !Placeholder.stands(in: line, first, stop) ? first..<stop : nil
  }

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
    while place < limit, !endsValue(line, place, xml: xml) { place += 1 }
    return max(start, place)
  }

  /// Whether an unquoted value ends before this byte.
  private static func endsValue(_ line: [UInt8], _ place: Int, xml: Bool) -> Bool {
    if xml { return line[place] == .ascii("<") }
    switch line[place] {
    case 0x20, 0x09, .ascii("\""), .ascii("'"), .ascii("`"), .ascii(";"), .ascii("&"), .ascii("<"),
      .ascii(">"), .ascii(")"), .ascii("}"), .ascii("]"):
      return true
    case .ascii(","): return endsField(line, place)
    case .ascii("\\"): return "nrt\"".utf8.contains(line.byte(place + 1))
    default: return false
    }
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
