/// Says whether bytes are one JSON text (RFC 8259), and if not, where it breaks.
struct JSONCheck {
  private let bytes: [UInt8]
  private var position = 0
  /// Open arrays (`[`) and objects (`{`), the innermost last.
  private var open: [UInt8] = []

  private static let depthLimit = 512

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Nil when the bytes are JSON.
  static func error(in bytes: [UInt8]) -> String? {
    guard String(validating: bytes, as: UTF8.self) != nil else { return "it is not UTF-8" }
    var check = JSONCheck(bytes)
    do throws(RuleError) {
      try check.run()
      return nil
    } catch {
      return error.reason
    }
  }

  private func wrong(_ wanted: String) -> RuleError {
    guard position < bytes.count else { return RuleError("it ends where \(wanted) is due") }
    return RuleError("\(wanted) is due at byte \(position + 1)")
  }

  private mutating func skipSpace() {
    while position < bytes.count, bytes[position].isWhitespace { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == byte else { return false }
    position += 1
    return true
  }

  private mutating func run() throws(RuleError) {
    repeat {
      try value()
      try closeAndContinue()
    } while !open.isEmpty
    skipSpace()
    guard position == bytes.count else { throw wrong("the end") }
  }

  /// Reads one value, or opens arrays and objects down to their first value.
  private mutating func value() throws(RuleError) {
    while true {
      skipSpace()
      guard position < bytes.count else { throw wrong("a value") }
      let byte = bytes[position]
      guard byte == Byte.openBrace || byte == Byte.openBracket else { return try scalar(byte) }
      guard open.count < Self.depthLimit else { throw RuleError("it is nested too deep") }
      position += 1
      open.append(byte)
      skipSpace()
      if take(byte == Byte.openBrace ? Byte.closeBrace : Byte.closeBracket) {
        open.removeLast()
        return
      }
      if byte == Byte.openBrace { try key() }
    }
  }

  /// Behind a value: closes what ends there, or passes the comma before the next value.
  private mutating func closeAndContinue() throws(RuleError) {
    while let last = open.last {
      skipSpace()
      let isObject = last == Byte.openBrace
      if take(UInt8(ascii: ",")) {
        if isObject { try key() }
        return
      }
      guard take(isObject ? Byte.closeBrace : Byte.closeBracket) else {
        throw wrong(isObject ? "“,” or “}”" : "“,” or “]”")
      }
      open.removeLast()
    }
  }

  private mutating func key() throws(RuleError) {
    skipSpace()
    guard position < bytes.count, bytes[position] == Byte.quote else {
      throw wrong("a name in quotation marks")
    }
    try string()
    skipSpace()
    guard take(Byte.colon) else { throw wrong("“:”") }
  }

  private mutating func scalar(_ byte: UInt8) throws(RuleError) {
    if byte == Byte.quote { return try string() }
    if byte == Byte.hyphen || byte.isDigit { return try number() }
    for word in ["true", "false", "null"] where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return
    }
    throw wrong("a value")
  }

  private mutating func string() throws(RuleError) {
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      if byte < 0x20 {
        throw RuleError("a control character stands in a string at byte \(position + 1)")
      }
      position += 1
      if byte == Byte.quote { return }
      guard byte == Byte.backslash else { continue }
      guard position < bytes.count else { break }
      let escape = bytes[position]
      position += 1
      if escape == UInt8(ascii: "u") {
        for _ in 0..<4 {
          guard position < bytes.count, isHexadecimal(bytes[position]) else {
            throw wrong("a hexadecimal digit")
          }
          position += 1
        }
      } else if !"\"\\/bfnrt".utf8.contains(escape) {
        position -= 1
        throw wrong("a known escape")
      }
    }
    throw wrong("the end of a string")
  }

  private func isHexadecimal(_ byte: UInt8) -> Bool {
    byte.isDigit || (byte.isLetter && byte | 0x20 <= UInt8(ascii: "f"))
  }

  private mutating func number() throws(RuleError) {
    _ = take(Byte.hyphen)
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(Byte.dot) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(Byte.plus) { _ = take(Byte.hyphen) }
      try digits()
    }
  }

  private mutating func digits() throws(RuleError) {
    guard position < bytes.count, bytes[position].isDigit else { throw wrong("a digit") }
    while position < bytes.count, bytes[position].isDigit { position += 1 }
  }
}
