/// What logging puts before a message: time, level, logger, host, process, container.
package enum LinePrefix {
  package struct Stripped: Sendable, Equatable {
    /// What the program wanted to say; of a JSON or logfmt line the fields that say it.
    package var message: String
    package var level: LogLevel?
    /// Whether a time stood before it.
    package var hasTime: Bool
  }

  /// Takes the prefix off one line.
  ///
  /// A line that is all prefix, or that has none, keeps its text.
  package static func strip(_ line: String) -> Stripped {
    let read = PrefixReader.read(Array(line.utf8))
    return Stripped(
      message: String(decoding: read.message, as: UTF8.self), level: read.level,
      hasTime: read.hasTime)
  }
}

/// Reads the parts of a prefix one after another.
struct PrefixReader {
  struct Reading {
    var message: [UInt8]
    var level: LogLevel?
    var hasTime: Bool
    /// Whether the line is a JSON object or logfmt.
    var isStructured = false
    /// Whether the message is indented, as the continuation of the line above.
    var isIndented = false
  }

  let line: [UInt8]
  var place = 0
  var level: LogLevel?
  var hasTime = false

  private init(_ line: [UInt8]) {
    self.line = line
  }

  static func read(_ line: [UInt8]) -> Reading {
    var reader = PrefixReader(line)
    let isIndented = line.byte(0).isBlank
    reader.readParts()
    var reading = reader.reading()
    reading.isIndented = isIndented
    return reading
  }

  private mutating func readParts() {
    skipNamesBeforeTime()
    for _ in 0..<12 {
      let before = place
      place = line.skippingBlanks(from: place)
      if !(readTime() || readKlog() || readBuild() || readTable() || readTag() || readLevel()
        || readSource() || readLogger())
      {
        break
      }
      if place == before { break }
    }
    place = line.skippingBlanks(from: place)
  }

  private func reading() -> Reading {
    let rest = place < line.count ? Array(line[place...]) : line
    if let fields = LogFields.read(rest, isPrefixed: hasTime) {
      return Reading(
        message: fields.message.isEmpty ? rest : fields.message, level: fields.level ?? level,
        hasTime: hasTime || fields.hasTime, isStructured: true)
    }
    return Reading(message: rest, level: level ?? spokenLevel(rest), hasTime: hasTime)
  }

  /// `Error: …`, `warning: …` and the like keep their words, which a known issue may quote.
  private func spokenLevel(_ rest: [UInt8]) -> LogLevel? {
    let end = rest.end(from: 0, upTo: 12) { $0.isLetter }
    if rest.byte(end) == .ascii(":") || rest.byte(end) == .ascii("[") {
      return LogLevel.named(rest, 0, end)
    }
    return nil
  }

  // MARK: Parts

  /// `pod container 09:44:02.870 …`, `web: [11:20:12] …`: names, then a time, near the start.
  private mutating func skipNamesBeforeTime() {
    if readKlog() { return }
    var start = 0
    for _ in 0..<4 {
      start = line.skippingBlanks(from: start)
      let open = "[(".utf8.contains(line.byte(start)) ? start + 1 : start
      if Timestamp.end(in: line, from: line.skippingBlanks(from: open)) != nil {
        place = start
        return
      }
      let end = line.end(from: start, upTo: 64) {
        $0.isWord || "-./:@#|[]".utf8.contains($0)
      }
      guard end > start, line.byte(end).isBlank, !isSentence(start, end) else { return }
      start = end
    }
  }

  /// Ends like a message (`error:`), or is one already.
  private func isSentence(_ start: Int, _ end: Int) -> Bool {
    let letters = line.end(from: start) { $0.isLetter }
    return LogLevel.named(line, start, letters) != nil
      || line[start..<end].contains(.ascii("=")) || line[start].isUpper && letters == end
  }

  private mutating func readTime() -> Bool {
    let open = "[(".utf8.contains(line.byte(place)) ? place + 1 : place
    let start = line.skippingBlanks(from: open)
    guard var end = Timestamp.end(in: line, from: start) ?? epochEnd(start) else { return false }
    if open > place {
      let close = line.end(from: end, upTo: 48) { $0 != .ascii("]") && $0 != .ascii(")") }
      guard line.byte(close) == .ascii("]") || line.byte(close) == .ascii(")") else { return false }
      // `[2026-01-08 10:00:00 ERROR main]`
      readLevels(end, close)
      end = close + 1
    } else if line.byte(end).isAlphanumeric {
      return false
    }
    let isFirst = !hasTime
    hasTime = true
    place = line.end(from: end, upTo: 3) { $0.isBlank || "|:-".utf8.contains($0) }
    if isFirst { readHost(isSyslog: line[start].isUpper) }
    return true
  }

  private mutating func readLevels(_ start: Int, _ end: Int) {
    var word = start
    while word < end {
      let stop = line.end(from: word) { $0.isLetter }
      if let found = LogLevel.named(line, word, min(stop, end)) { level = level ?? found }
      word = max(stop, word) + 1
    }
  }

  private func epochEnd(_ start: Int) -> Int? {
    let end = line.end(from: start, upTo: 20) { $0.isDigit }
    guard line.byte(start) == .ascii("1"), [10, 13, 16, 19].contains(end - start) else {
      return nil
    }
    if line.byte(end) == .ascii(".") {
      return line.end(from: end + 1) { $0.isDigit }
    }
    return line.byte(end).isWord ? nil : end
  }

  /// After a syslog time: `host prog[pid]:`, `host LEVEL`, `host `; after another only the first.
  private mutating func readHost(isSyslog: Bool) {
    let host = line.end(from: place) { $0.isWord || "-.".utf8.contains($0) }
    guard host > place, line.byte(host).isBlank,
      LogLevel.named(line, place, host) == nil
    else { return }
    let next = line.skippingBlanks(from: host)
    let name = line[place..<host]
    let looksLikeHost = name.contains { $0.isDigit } || name.contains(.ascii("-"))
    let process = processEnd(next)
    if !isSyslog {
      guard let process, line.byte(process - 2) == .ascii("]") else { return }
      place = process
    } else if looksLikeHost || process != nil {
      place = process ?? next
    }
  }

  /// `prog[123]:`, `systemd[1]:`, `kernel:`, `postfix/qmgr[901]:`.
  private func processEnd(_ start: Int) -> Int? {
    var end = line.end(from: start, upTo: 64) { $0.isWord || "-./@".utf8.contains($0) }
    guard end > start else { return nil }
    if line.byte(end) == .ascii("[") {
      let digits = line.end(from: end + 1) { $0.isDigit }
      guard line.byte(digits) == .ascii("]") else { return nil }
      end = digits + 1
    }
    guard line.byte(end) == .ascii(":"), line.byte(end + 1).isBlank else { return nil }
    return isErrorName(start, end) ? nil : end + 1
  }

  /// `E0429 05:58:29.945356       1 metrics.go:90]`
  private mutating func readKlog() -> Bool {
    let letters: [UInt8: LogLevel] = [0x49: .info, 0x57: .warning, 0x45: .error, 0x46: .fatal]
    guard let found = letters[line.byte(place)], line.byte(place + 1).isDigit else { return false }
    let digits = line.end(from: place + 1) { $0.isDigit }
    guard digits - place == 5 || digits - place == 7, line.byte(digits).isBlank,
      let time = Timestamp.end(in: line, from: line.skippingBlanks(from: digits))
    else { return false }
    level = level ?? found
    hasTime = true
    place = time
    let close = line.end(from: time, upTo: 96) { $0 != .ascii("]") }
    let thread = line.end(from: line.skippingBlanks(from: time)) { $0.isDigit }
    let source = line.skippingBlanks(from: thread)
    if line.byte(close) == .ascii("]"), line.find(":", from: source, to: close) != nil {
      place = close + 1
    } else if line.find(".go:", from: source, to: source + 48) != nil {
      place = line.end(from: source) { !$0.isBlank }
    }
    return true
  }
}
