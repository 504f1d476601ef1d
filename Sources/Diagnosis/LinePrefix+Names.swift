/// The parts of a prefix that name something: builds, containers, tags, levels, loggers.
extension PrefixReader {
  /// BuildKit: `#7 12.34 `, `#7 [2/6] `, `#4 `; pytest: `E   `.
  mutating func readBuild() -> Bool {
    if line.has("E   ", at: place), place == 0 {
      level = level ?? .error
      place += 4
      return true
    }
    guard line.byte(place) == .ascii("#") else { return false }
    let digits = line.end(from: place + 1, upTo: 4) { $0.isDigit }
    guard digits > place + 1, line.byte(digits).isBlank else { return false }
    let next = line.skippingBlanks(from: digits)
    let seconds = line.end(from: next) { $0.isDigit || $0 == .ascii(".") }
    place = seconds > next && line.byte(seconds).isBlank ? seconds : next
    return true
  }

  /// `web-1  | `, `EdgeStack | 23/31 | `, the frame of a Terraform message.
  mutating func readTable() -> Bool {
    for frame in ["\u{2502}", "\u{2577}", "\u{2575}", "\u{2503}"] where line.has(frame, at: place) {
      place += frame.utf8.count
      return true
    }
    let name = line.end(from: place, upTo: 64) { $0.isWord || "-./".utf8.contains($0) }
    let bar = line.skippingBlanks(from: name)
    guard name > place, bar > name, line.byte(bar) == .ascii("|"), line.byte(bar + 1).isBlank,
      // A status in capitals is the message; the line numbers of an excerpt of code stay with it.
      line[place..<name].contains(where: { !$0.isUpper && $0 != .ascii("_") }),
      hasTime || !line[place..<name].allSatisfy({ $0.isDigit })
    else { return false }
    place = bar + 1
    return true
  }

  /// `[Container]`, `[main]`, `[error]`, `<3>`, `##[error]`, `1 --- `.
  mutating func readTag() -> Bool {
    if line.has("##[", at: place) {
      let end = line.end(from: place + 3) { $0.isLetter }
      guard line.byte(end) == .ascii("]") else { return false }
      level = level ?? LogLevel.named(line, place + 3, end)
      place = end + 1
      return true
    }
    if hasTime || level != nil, line.has("--- ", at: place) {
      place += 4
      return true
    }
    guard line.byte(place) == .ascii("[") else { return readNumberTag() }
    let first = line.skippingBlanks(from: place + 1)
    let close = line.end(from: first, upTo: 64) { $0 != .ascii("]") && $0 != .ascii("[") }
    guard line.byte(close) == .ascii("]"), close > first else { return false }
    if let found = LogLevel.named(line, first, close) {
      level = level ?? found
    } else if !isName(first, close) || !line.byte(close + 1).isBlank && !hasTime {
      return false
    }
    place = close + 1
    if hasTime, line.byte(place).isHex {
      let id = line.end(from: place) { $0.isHex }
      if line.byte(id).isBlank { place = id }
    }
    if line.byte(place) == .ascii(":") { place += 1 }
    return true
  }

  /// `INFO 1 --- [main]`
  private mutating func readNumberTag() -> Bool {
    let end = line.end(from: place, upTo: 7) { $0.isDigit }
    guard end > place, line.has(" --- ", at: end) else { return false }
    place = end + 5
    return true
  }

  /// Letters, digits, dots: a thread, a component, `fluent bit`; no sentence.
  private func isName(_ start: Int, _ end: Int) -> Bool {
    let name = line[start..<end]
    return name.allSatisfy { $0.isWord || "-.:/#@ ,=".utf8.contains($0) }
      && name.count { $0 == 0x20 } <= 1 && !isErrorName(start, end)
      && Vocabulary.weights(in: Array(name)).first ?? 0 < 0.4
  }

  /// A level in capitals, or in any case after a time; `ERROR:` and `warn  -` too.
  mutating func readLevel() -> Bool {
    let end = line.end(from: place, upTo: 12) { $0.isLetter }
    guard let found = LogLevel.named(line, place, end) else { return false }
    let isUpper = line[place..<end].allSatisfy { $0.isUpper }
    guard isUpper || hasTime && line[place..<end].allSatisfy({ $0.isLower }) else { return false }
    var next = end
    if line.byte(next) == .ascii(":") { next += 1 }
    guard line.byte(next).isBlank || next >= line.count else { return false }
    // `error in …` after a time is a sentence.
    if !isUpper, next == end, !line.byte(end + 1).isBlank, line.byte(end + 1) != .ascii("[") {
      level = level ?? found
      return false
    }
    level = level ?? found
    place = next
    if line.has(" - ", at: place) { place += 3 }
    return true
  }

  /// A UUID or request id between tabs, as Lambda writes it.
  mutating func readSource() -> Bool {
    guard hasTime else { return false }
    let end = line.end(from: place, upTo: 40) { $0.isHex || $0 == .ascii("-") }
    guard end - place == 36, line.byte(end).isBlank else { return false }
    place = end
    return true
  }

  /// After a time or a level: `botocore.hooks  `, `c.a.Main : `, `app.jobs - `, `name [LEVEL]`.
  mutating func readLogger() -> Bool {
    guard hasTime || level != nil else { return false }
    let end = line.end(from: place, upTo: 80) { $0.isWord || "-./$@".utf8.contains($0) }
    guard end > place, line[place].isLetter, !isErrorName(place, end) else { return false }
    let isDotted = line[place..<end].contains(.ascii("."))
    let isWide = line.byte(end) == 0x20 && line.byte(end + 1) == 0x20 || line.byte(end) == 0x09
    let next = line.skippingBlanks(from: end)
    if line.has("- ", at: next) || line.has(": ", at: next), next > end, isDotted || isWide {
      place = next + 2
      return true
    }
    if line.has(": ", at: end), isDotted {
      place = end + 2
      return true
    }
    let close = line.end(from: next, upTo: 12) { $0 != .ascii("]") }
    if line.byte(next) == .ascii("["), LogLevel.named(line, next + 1, close) != nil {
      place = next
      return true
    }
    // A word and two blanks is a column.
    guard isWide, isDotted || level != nil || hasTime, next < line.count else { return false }
    place = next
    return true
  }

  /// `java.net.ConnectException`: the message begins here.
  func isErrorName(_ start: Int, _ end: Int) -> Bool {
    for word in ["error", "exception", "fault", "failure", "panic", "traceback", "failed"]
    where line.hasFolded(word, at: end - word.utf8.count) && end - word.utf8.count >= start {
      return true
    }
    return false
  }
}
