/// Names for the ASCII bytes that Markdown gives a meaning to.
enum Byte {
  static let tab = UInt8(ascii: "\t")
  static let lineFeed = UInt8(ascii: "\n")
  static let carriageReturn = UInt8(ascii: "\r")
  static let space = UInt8(ascii: " ")
  static let quote = UInt8(ascii: "\"")
  static let hash = UInt8(ascii: "#")
  static let apostrophe = UInt8(ascii: "'")
  static let ampersand = UInt8(ascii: "&")
  static let exclamation = UInt8(ascii: "!")
  static let openParenthesis = UInt8(ascii: "(")
  static let closeParenthesis = UInt8(ascii: ")")
  static let semicolon = UInt8(ascii: ";")
  static let asterisk = UInt8(ascii: "*")
  static let plus = UInt8(ascii: "+")
  static let hyphen = UInt8(ascii: "-")
  static let dot = UInt8(ascii: ".")
  static let slash = UInt8(ascii: "/")
  static let colon = UInt8(ascii: ":")
  static let less = UInt8(ascii: "<")
  static let equals = UInt8(ascii: "=")
  static let greater = UInt8(ascii: ">")
  static let backslash = UInt8(ascii: "\\")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let underscore = UInt8(ascii: "_")
  static let backtick = UInt8(ascii: "`")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let tilde = UInt8(ascii: "~")
}

extension UInt8 {
  var isSpaceOrTab: Bool { self == Byte.space || self == Byte.tab }
  var isLineEnd: Bool { self == Byte.lineFeed || self == Byte.carriageReturn }
  var isWhitespace: Bool { isSpaceOrTab || isLineEnd }
  var isDigit: Bool { self >= 0x30 && self <= 0x39 }
  var isLetter: Bool { (self | 0x20) >= 0x61 && (self | 0x20) <= 0x7A }
  var isPunctuation: Bool {
    (self >= 0x21 && self <= 0x2F) || (self >= 0x3A && self <= 0x40)
      || (self >= 0x5B && self <= 0x60) || (self >= 0x7B && self <= 0x7E)
  }
}

extension Collection where Element == UInt8 {
  /// The bytes as text. Callers cut at ASCII bytes of valid UTF-8 only, so nothing is repaired.
  var text: String { String(decoding: self, as: UTF8.self) }
}

extension StringProtocol where SubSequence == Substring {
  /// Without white space at both ends (ASCII only: what Markdown calls a space or line ending).
  var trimmed: String {
    let text = self[...]
    let bytes = text.utf8
    guard let first = bytes.firstIndex(where: { !$0.isWhitespace }) else { return "" }
    var last = bytes.endIndex
    while last > first, bytes[bytes.index(before: last)].isWhitespace {
      last = bytes.index(before: last)
    }
    return String(text[first..<last])
  }
}

extension String {
  /// Lines without their endings; `\n`, `\r\n` and `\r` end a line, as in CommonMark.
  var lines: [Substring] {
    var result: [Substring] = []
    var start = utf8.startIndex
    var index = start
    while index < utf8.endIndex {
      let byte = utf8[index]
      let next = utf8.index(after: index)
      guard byte.isLineEnd else {
        index = next
        continue
      }
      result.append(self[start..<index])
      index = next
      if byte == Byte.carriageReturn, next < utf8.endIndex, utf8[next] == Byte.lineFeed {
        index = utf8.index(after: next)
      }
      start = index
    }
    if start < utf8.endIndex { result.append(self[start...]) }
    return result
  }

  /// The same text with every line ending written as `newline`.
  func withNewlines(_ newline: String) -> String {
    var result = ""
    result.reserveCapacity(utf8.count)
    var previous: UInt8 = 0
    var rest = self[...]
    while let index = rest.utf8.firstIndex(where: { $0.isLineEnd }) {
      let byte = rest.utf8[index]
      let paired =
        byte == Byte.lineFeed && previous == Byte.carriageReturn && index == rest.startIndex
      if !paired {
        result += rest[..<index]
        result += newline
      }
      previous = byte
      rest = rest[rest.utf8.index(after: index)...]
    }
    result += rest
    return result
  }
}
