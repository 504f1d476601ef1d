/// Text that is not JSON: where and why.
package struct JSONError: Error, Sendable, Equatable {
  /// Byte offset, counted from 0.
  package let offset: Int
  package let reason: String
}

extension JSON {
  /// Reads strict JSON (RFC 8259): no comments, no trailing commas, UTF-8 only, each name once in an
  /// object, nesting at most 64.
  package static func read(_ bytes: [UInt8]) throws(JSONError) -> JSON {
    var reader = Reader(bytes: bytes)
    reader.skipByteOrderMark()
    reader.skipSpace()
    let value = try reader.value(depth: 0)
    reader.skipSpace()
    guard reader.index == bytes.count else { throw reader.error("text after the value") }
    return value
  }

  /// Reads strict JSON from text.
  package static func read(_ text: String) throws(JSONError) -> JSON {
    try read(Array(text.utf8))
  }
}

private struct Reader {
  let bytes: [UInt8]
  var index = 0

  func error(_ reason: String) -> JSONError { JSONError(offset: index, reason: reason) }

  var current: UInt8? { index < bytes.count ? bytes[index] : nil }

  // RFC 8259 §8.1 lets a parser ignore it.
  mutating func skipByteOrderMark() {
    if bytes.starts(with: [0xef, 0xbb, 0xbf]) { index = 3 }
  }

  mutating func skipSpace() {
    while index < bytes.count {
      switch bytes[index] {
      case 0x20, 0x09, 0x0a, 0x0d: index += 1
      default: return
      }
    }
  }

  mutating func value(depth: Int) throws(JSONError) -> JSON {
    guard let byte = current else { throw error("ends where a value should begin") }
    if byte == 0x7b || byte == 0x5b, depth >= 64 { throw error("nested more than 64 deep") }
    switch byte {
    case 0x7b: return try object(depth: depth)
    case 0x5b: return try array(depth: depth)
    case 0x22: return .string(try string())
    case 0x74: return try word("true", .bool(true))
    case 0x66: return try word("false", .bool(false))
    case 0x6e: return try word("null", .null)
    case 0x2d, 0x30...0x39: return try number()
    default: throw error("not the beginning of a value")
    }
  }

  private mutating func word(_ word: String, _ value: JSON) throws(JSONError) -> JSON {
    guard bytes[index...].starts(with: word.utf8) else { throw error("unknown word") }
    index += word.utf8.count
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSON {
    var members: [JSON.Member] = []
    var names: Set<String> = []
    index += 1
    skipSpace()
    if current == 0x7d {
      index += 1
      return .object([])
    }
    while true {
      skipSpace()
      guard current == 0x22 else { throw error("a member needs a name in quotes") }
      let name = try string()
      guard names.insert(name).inserted else { throw error("a name occurs twice") }
      skipSpace()
      guard current == 0x3a else { throw error("':' expected") }
      index += 1
      skipSpace()
      members.append(JSON.Member(name, try value(depth: depth + 1)))
      skipSpace()
      if try closes(with: 0x7d) { return .object(members) }
    }
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSON {
    var items: [JSON] = []
    index += 1
    skipSpace()
    if current == 0x5d {
      index += 1
      return .array([])
    }
    while true {
      skipSpace()
      items.append(try value(depth: depth + 1))
      skipSpace()
      if try closes(with: 0x5d) { return .array(items) }
    }
  }

  /// Steps over a comma (false) or the closing byte (true).
  private mutating func closes(with close: UInt8) throws(JSONError) -> Bool {
    guard let byte = current, byte == close || byte == 0x2c else {
      throw error("',' or '\(Character(Unicode.Scalar(close)))' expected")
    }
    index += 1
    return byte == close
  }

  private mutating func number() throws(JSONError) -> JSON {
    let start = index
    if current == 0x2d { index += 1 }
    let whole = digits()
    guard whole > 0 else { throw error("digit expected") }
    guard whole == 1 || bytes[index - whole] != 0x30 else { throw error("leading zero") }
    var isInteger = true
    if current == 0x2e {
      isInteger = false
      index += 1
      guard digits() > 0 else { throw error("digit expected") }
    }
    if current == 0x65 || current == 0x45 {
      isInteger = false
      index += 1
      if current == 0x2b || current == 0x2d { index += 1 }
      guard digits() > 0 else { throw error("digit expected") }
    }
    let text = String(decoding: bytes[start..<index], as: UTF8.self)
    if isInteger, let number = Int(text) { return .integer(number) }
    guard let number = Double(text), number.isFinite else { throw error("number out of range") }
    return .number(number)
  }

  private mutating func digits() -> Int {
    let start = index
    while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
    return index - start
  }

  private mutating func string() throws(JSONError) -> String {
    index += 1
    var text: [UInt8] = []
    var start = index
    while true {
      guard let byte = current else { throw error("a string is not closed") }
      switch byte {
      case 0x22:
        text += bytes[start..<index]
        guard let string = String(validating: text, as: UTF8.self) else {
          throw error("a string is not UTF-8")
        }
        index += 1
        return string
      case 0x5c:
        text += bytes[start..<index]
        try escape(into: &text)
        start = index
      case 0..<0x20:
        throw error("a control character in a string must be escaped")
      default: index += 1
      }
    }
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
    index += 1
    guard let byte = current else { throw error("a string is not closed") }
    index += 1
    switch byte {
    case 0x22, 0x5c, 0x2f: text.append(byte)
    case 0x62: text.append(0x08)
    case 0x66: text.append(0x0c)
    case 0x6e: text.append(0x0a)
    case 0x72: text.append(0x0d)
    case 0x74: text.append(0x09)
    case 0x75: text += Array(String(Character(try unicodeEscape())).utf8)
    default: throw error("unknown escape")
    }
  }

  private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let first = try hexadecimal()
    if (0xd800..<0xdc00).contains(first) {
      guard bytes[index...].starts(with: "\\u".utf8) else { throw error("half a surrogate pair") }
      index += 2
      let second = try hexadecimal()
      guard (0xdc00..<0xe000).contains(second) else { throw error("half a surrogate pair") }
      let value = 0x10000 + (first - 0xd800) << 10 + (second - 0xdc00)
      guard let scalar = Unicode.Scalar(value) else { throw error("half a surrogate pair") }
      return scalar
    }
    guard let scalar = Unicode.Scalar(first) else { throw error("half a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONError) -> UInt32 {
    // Swift's own reading takes a sign, also of an unsigned number.
    guard index + 4 <= bytes.count, bytes[index] != 0x2b, bytes[index] != 0x2d,
      let value = UInt32(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
    else { throw error("four hexadecimal digits expected") }
    index += 4
    return value
  }
}
