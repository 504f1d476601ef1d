/// A line with its volatile parts masked, so that two occurrences of one message are equal.
///
/// Placeholders are words in angle brackets: `<time> <num> <id> <ip> <mac> <dur> <size> <region>
/// <path> <query> <email> <val>`. What names the problem stays: status and error codes
/// (`504`, `E0308`, `0x139`), a URL's host, a path's last part. A template's template is itself.
/// For matching only: never shown, never stored in place of a line.
package enum Template {
  package static func of(_ line: String) -> String {
    String(decoding: of(Array(line.utf8)), as: UTF8.self)
  }

  /// Without the placeholders, which stand for values and are no words of the line: with something else, as
  /// "…", in the place of each.
  package static func withoutPlaceholders(_ template: String, but filler: String = " ") -> String {
    if !template.utf8.contains(.ascii("<")) { return template }
    let bytes = Array(template.utf8)
    var out: [UInt8] = []
    out.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      if bytes[place] == .ascii("<"),
        let name = placeholders.first(where: { bytes.has($0, at: place) })
      {
        out += filler.utf8
        place += name.utf8.count
      } else {
        out.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static let placeholders = [
    "<time>", "<num>", "<id>", "<ip>", "<mac>", "<dur>", "<size>", "<region>", "<path>", "<query>",
    "<email>", "<val>",
  ]

  static func of(_ line: [UInt8]) -> [UInt8] {
    var writer = TemplateWriter(line)
    return writer.run()
  }
}

/// Walks over a line once, from token to token.
struct TemplateWriter {
  let line: [UInt8]
  var out: [UInt8] = []
  var place = 0
  /// No path begins before this place: the run of bytes up to it was looked at.
  var pathless = 0
  /// The same for addresses of groups and colons.
  var addressless = 0
  private let isQuoted: Bool

  init(_ line: [UInt8], isQuoted: Bool = false) {
    self.line = line
    self.isQuoted = isQuoted
    out.reserveCapacity(line.count)
  }

  mutating func run() -> [UInt8] {
    while place < line.count {
      let byte = line[place]
      if byte.isBlank {
        writeBlank()
      } else if byte == .ascii("<"), let end = placeholderEnd() {
        copy(to: end)
      } else if byte.isQuote, !isQuoted, let close = quoteEnd() {
        writeQuoted(close)
      } else if byte.isWord || "/~.\\".utf8.contains(byte) || byte == .ascii(":") {
        writeToken()
      } else {
        copy(to: place + 1)
      }
    }
    while out.last?.isBlank == true { out.removeLast() }
    return out
  }

  // MARK: Writing

  mutating func copy(to end: Int) {
    out += line[place..<min(end, line.count)]
    place = end
  }

  mutating func write(_ placeholder: String, to end: Int) {
    out += Array(placeholder.utf8)
    place = end
  }

  private mutating func writeBlank() {
    place = line.skippingBlanks(from: place)
    if !out.isEmpty, out.last != 0x20 { out.append(0x20) }
  }

  private mutating func writeToken() {
    if let time = Timestamp.end(in: line, from: place), !line.byte(time).isAlphanumeric {
      return write("<time>", to: time)
    }
    if isUUID { return write("<id>", to: place + 36) }
    if line.hasFolded("x86_64", at: place) { return copy(to: place + 6) }
    if writeAddress() || writeURL() || writeARN() || writePath() || writeRegion() { return }
    let byte = line[place]
    if byte.isDigit || byte.isLetter { return writeWord() }
    copy(to: place + 1)
  }

  private var isUUID: Bool {
    guard line.byte(place).isHex, line.byte(place + 8) == .ascii("-"), place + 36 <= line.count,
      !line.byte(place + 36).isAlphanumeric
    else { return false }
    return (0..<36).allSatisfy { offset in
      let byte = line[place + offset]
      return [8, 13, 18, 23].contains(offset) ? byte == .ascii("-") : byte.isHex
    }
  }

  // MARK: Words and numbers

  /// A run of letters and digits.
  private mutating func writeWord() {
    let end = line.end(from: place) { $0.isAlphanumeric }
    let word = line[place..<end]
    guard word.contains(where: { $0.isDigit }) else { return copy(to: end) }
    if word[place].isDigit {
      return writeNumber(end)
    }
    if word.count == 2, word[place] | 0x20 == .ascii("v"), line.byte(end) == .ascii(".") {
      copy(to: place + 1)
      return write("<num>", to: numberEnd())
    }
    isIdentifier(word) ? write("<id>", to: end) : copy(to: end)
  }

  /// Mixed like no word is: `7be1f0c2`, `F9651EF7`, `t1xZbqJd9Q`, not `E0308`, `sha256`, `x7`.
  private func isIdentifier(_ word: ArraySlice<UInt8>) -> Bool {
    if word.count >= 6, word.allSatisfy({ $0.isHex }) { return true }
    guard word.count >= 8 else { return false }
    var changes = 0
    for (one, next) in zip(word, word.dropFirst()) where one.isDigit != next.isDigit {
      changes += 1
    }
    return changes >= 3
  }

  /// A number, with a unit or without, or an identifier that begins with a digit.
  private mutating func writeNumber(_ end: Int) {
    if line.byte(place) == 0x30, line.byte(place + 1) | 0x20 == 0x78 {
      return end - place <= 10 ? copy(to: end) : write("<id>", to: end)
    }
    let number = numberEnd()
    let letters = line.end(from: number) { $0.isLetter }
    if letters == number, !line.byte(number).isWord {
      return isCode(number) ? copy(to: number) : write("<num>", to: number)
    }
    if !line.byte(letters).isAlphanumeric, let unit = unit(from: number, to: letters) {
      return write(unit, to: letters)
    }
    if number > end { return write("<num>", to: number) }
    if isDuration(place, end) { return write("<dur>", to: end) }
    let word = line[place..<end]
    let isHex = word.count >= 4 && word.allSatisfy { $0.isHex }
    if isHex || isIdentifier(word) { return write("<id>", to: end) }
    word.allSatisfy { $0.isDigit } ? write("<num>", to: end) : copy(to: end)
  }

  /// The place after the number with its decimals and thousands: `1,234.5`, `3.12.1`.
  private func numberEnd() -> Int {
    var end = line.end(from: place) { $0.isDigit }
    while line.byte(end) == .ascii(".") || line.byte(end) == .ascii(","), line.byte(end + 1).isDigit
    {
      end = line.end(from: end + 1) { $0.isDigit }
    }
    return end
  }

  private func unit(from start: Int, to end: Int) -> String? {
    let units = [
      ("ns", "<dur>"), ("us", "<dur>"), ("ms", "<dur>"), ("s", "<dur>"), ("sec", "<dur>"),
      ("secs", "<dur>"), ("m", "<dur>"), ("min", "<dur>"), ("h", "<dur>"), ("d", "<dur>"),
      ("b", "<size>"), ("k", "<size>"), ("kb", "<size>"), ("mb", "<size>"), ("gb", "<size>"),
      ("kib", "<size>"), ("mib", "<size>"), ("gib", "<size>"), ("ki", "<size>"), ("mi", "<size>"),
      ("gi", "<size>"), ("tb", "<size>"), ("g", "<size>"),
    ]
    return units.first { $0.0.utf8.count == end - start && line.hasFolded($0.0, at: start) }?.1
  }

  /// `1h2m3s`, `00m10s`, `11m04s`.
  private func isDuration(_ start: Int, _ end: Int) -> Bool {
    var at = start
    var parts = 0
    while at < end {
      let digits = line.end(from: at) { $0.isDigit }
      let letters = line.end(from: digits) { $0.isLetter }
      guard digits > at, letters > digits, unit(from: digits, to: letters) == "<dur>" else {
        return false
      }
      at = letters
      parts += 1
    }
    return parts > 1 && at == end
  }

  /// A number that says what went wrong: a status, or what follows `error`, `code`, `exit`.
  private func isCode(_ end: Int) -> Bool {
    guard end - place <= 6, !line.byte(place - 1).isWord else { return false }
    if end - place == 3, StatusCodes.isFailedStatus(line, place, end) { return true }
    var before = place
    while before > 0, " (:=#'\"[-".utf8.contains(line[before - 1]) { before -= 1 }
    guard place - before <= 3 else { return false }
    return [
      "error", "code", "errno", "exit", "exit status", "signal", "http", "errcode", "with status",
    ]
    .contains { line.hasFolded($0, at: before - $0.utf8.count) }
  }

  // MARK: Quotes

  private func placeholderEnd() -> Int? {
    let end = line.end(from: place + 1, upTo: 8) { $0.isLower }
    return end > place + 1 && line.byte(end) == .ascii(">") ? end + 1 : nil
  }

  /// The closing quote of a value without blanks, near by.
  private func quoteEnd() -> Int? {
    guard !line.byte(place - 1).isWord else { return nil }
    let end = line.end(from: place + 1, upTo: 120) { !$0.isBlank && !$0.isQuote }
    return line.byte(end) == line[place] && end > place + 1 && !line.byte(end + 1).isLetter
      ? end : nil
  }

  /// A quoted value of which a part is volatile belongs to the user as a whole.
  private mutating func writeQuoted(_ close: Int) {
    let value = Array(line[place + 1..<close])
    // Of a URL the host says something.
    if value.find("://") != nil { return copy(to: place + 1) }
    var inner = TemplateWriter(value, isQuoted: true)
    let isCodeNumber = value.allSatisfy { $0.isDigit } && value.count <= 6 && followsError()
    if inner.run() == value || isCodeNumber { return copy(to: close + 1) }
    out.append(line[place])
    write("<val>", to: close)
    copy(to: close + 1)
  }

  private func followsError() -> Bool {
    let before = max(0, place - 7)
    return ["error", "code", "errno"].contains { word in
      (before..<place).contains { line.hasFolded(word, at: $0) }
    }
  }
}
