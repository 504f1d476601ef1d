/// The fields of a JSON or logfmt line that say something.
///
/// The reader is tolerant: a line that was cut, or an excerpt of one, still gives what it has.
struct LogFields {
  private(set) var message: [UInt8] = []
  private(set) var level: LogLevel?
  private(set) var hasTime = false
  private let line: [UInt8]
  private var place = 0
  /// What stands beside the message, for lines that have none.
  private var others: [UInt8] = []

  /// The fields of a line that is one JSON object or logfmt; nil for others. What stands before
  /// an object belongs to the message, unless a time stood before that and it is one name.
  static func read(_ line: [UInt8], isPrefixed: Bool) -> LogFields? {
    var fields = LogFields(line)
    guard let object = jsonStart(line) else {
      guard fields.readLogfmt() else { return nil }
      if fields.message.isEmpty { fields.message = fields.others }
      return fields
    }
    fields.message = Array(line[..<object])
    while let last = fields.message.last, last.isBlank { fields.message.removeLast() }
    if isPrefixed, !fields.message.contains(where: { $0.isBlank }) { fields.message = [] }
    let before = fields.message
    fields.place = object
    fields.readJSON()
    if fields.message == before { fields.message = line }
    return fields
  }

  private init(_ line: [UInt8]) {
    self.line = line
  }

  /// A `{"` that the line begins with, or that only names stand before.
  private static func jsonStart(_ line: [UInt8]) -> Int? {
    guard line.count > 12, let open = line.find("{", to: 160) else { return nil }
    let key = line.skippingBlanks(from: open + 1)
    let nameEnd = line.end(from: key + 1, upTo: 48) { $0.isWord || "-.@".utf8.contains($0) }
    guard line.byte(key) == .ascii("\""), !line.byte(open - 1).isQuote,
      line.byte(nameEnd) == .ascii("\""),
      line.byte(line.skippingBlanks(from: nameEnd + 1)) == .ascii(":")
    else { return nil }
    return open
  }

  // MARK: JSON

  /// Walks over `"key": value` pairs at any depth.
  private mutating func readJSON() {
    while place < line.count {
      guard line[place] == .ascii("\"") else {
        place += 1
        continue
      }
      let text = string()
      let colon = line.skippingBlanks(from: place)
      guard line.byte(colon) == .ascii(":") else {
        if isTrouble(text) { add(text) }
        continue
      }
      place = line.skippingBlanks(from: colon + 1)
      readValue(of: String(decoding: text, as: UTF8.self).lowercased())
    }
  }

  private mutating func readValue(of key: String) {
    let byte = line.byte(place)
    if byte == .ascii("\"") {
      take(key, string(), isText: true)
    } else if byte.isDigit || byte.isLetter || byte == .ascii("-") {
      let start = place
      place = line.end(from: place) { $0.isWord || "-.+".utf8.contains($0) }
      take(key, Array(line[start..<place]), isText: false)
    }
  }

  /// The string at the place, its escapes undone; the place moves behind it.
  private mutating func string() -> [UInt8] {
    var text: [UInt8] = []
    place += 1
    while place < line.count, line[place] != .ascii("\"") {
      if line[place] == .ascii("\\"), place + 1 < line.count {
        place += 1
        appendEscape(to: &text)
      } else {
        text.append(line[place])
      }
      place += 1
    }
    place += 1
    return text
  }

  private mutating func appendEscape(to text: inout [UInt8]) {
    switch line[place] {
    case .ascii("n"), .ascii("r"), .ascii("t"): text.append(0x20)
    case .ascii("u"):
      let code = UInt32(line.text(place + 1, min(place + 5, line.count)), radix: 16)
      let scalar = code.flatMap(Unicode.Scalar.init) ?? "\u{FFFD}"
      text += Array(String(scalar).utf8)
      place = min(place + 4, line.count)
    default: text.append(line[place])
    }
  }

  // MARK: Logfmt

  /// `time=… level=… msg="…"`: at least two pairs from the start, and nothing but pairs.
  private mutating func readLogfmt() -> Bool {
    var pairs = 0
    while place < line.count {
      place = line.skippingBlanks(from: place)
      let start = place
      place = line.end(from: place) { $0.isWord || "-.@/".utf8.contains($0) }
      if place == start || line.byte(place) != .ascii("=") {
        if pairs < 3 { return false }
        place = max(place, start + 1)
        continue
      }
      let key = line.text(start, place).lowercased()
      place += 1
      if line.byte(place) == .ascii("\"") {
        take(key, string(), isText: true)
      } else {
        let first = place
        place = line.end(from: place) { !$0.isBlank }
        take(key, Array(line[first..<place]), isText: false)
      }
      pairs += 1
    }
    return pairs >= 3 || pairs >= 2 && (hasTime || level != nil)
  }

  // MARK: Choosing

  private mutating func take(_ key: String, _ value: [UInt8], isText: Bool) {
    guard !value.isEmpty else { return }
    switch key {
    case "time", "timestamp", "ts", "@timestamp", "t", "datetime", "date", "eventtime",
      "event_timestamp", "asctime":
      hasTime = true
    case "level", "lvl", "severity", "loglevel", "levelname", "log.level", "@level":
      let number = Int(String(decoding: value, as: UTF8.self))
      level = level ?? LogLevel.named(value, 0, value.count) ?? number.flatMap(LogLevel.numbered)
    default:
      if Self.messageKeys.contains(key) || Self.messageEndings.contains(where: key.hasSuffix) {
        add(value)
      } else if isTrouble(value) || isFailedStatus(key, value) {
        add(Array(key.utf8) + [0x3D] + value)
      } else if others.count < 1000 {
        others += (others.isEmpty ? [] : [0x20]) + Array(key.utf8) + [0x3D] + value
      }
    }
  }

  private static let messageKeys: Set<String> = [
    "msg", "message", "error", "err", "exception", "reason", "detail", "details", "cause", "log",
    "stderr", "text", "description", "event", "body", "body.log", "title", "status_message",
  ]
  private static let messageEndings = ["message", "reason", "error", "_msg", "exception"]

  private func isFailedStatus(_ key: String, _ value: [UInt8]) -> Bool {
    value.count == 3 && (value[0] == .ascii("4") || value[0] == .ascii("5"))
      && value.allSatisfy { $0.isDigit }
      && (key.hasSuffix("status") || key.hasSuffix("code") || key == "http_status")
  }

  private func isTrouble(_ value: [UInt8]) -> Bool {
    value.count > 3 && Vocabulary.hasTrouble(value)
  }

  private mutating func add(_ text: [UInt8]) {
    guard !text.isEmpty,
      !["null", "true", "false"].contains(where: { text.elementsEqual($0.utf8) })
    else { return }
    if !message.isEmpty { message.append(0x20) }
    message += text
  }
}
