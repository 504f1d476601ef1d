/// The bytes HTTP gives a meaning to, by name.
package enum ASCII {
  package static let tab: UInt8 = 0x09
  package static let lineFeed: UInt8 = 0x0A
  package static let carriageReturn: UInt8 = 0x0D
  package static let space: UInt8 = 0x20
  package static let quote: UInt8 = 0x22
  package static let percent: UInt8 = 0x25
  package static let asterisk: UInt8 = 0x2A
  package static let comma: UInt8 = 0x2C
  package static let dot: UInt8 = 0x2E
  package static let slash: UInt8 = 0x2F
  package static let zero: UInt8 = 0x30
  package static let colon: UInt8 = 0x3A
  package static let semicolon: UInt8 = 0x3B
  package static let equals: UInt8 = 0x3D
  package static let question: UInt8 = 0x3F
  package static let openBracket: UInt8 = 0x5B
  package static let backslash: UInt8 = 0x5C
  package static let closeBracket: UInt8 = 0x5D
  package static let delete: UInt8 = 0x7F

  @inline(__always)
  package static func isDigit(_ byte: UInt8) -> Bool { byte &- zero < 10 }

  /// The value of a hexadecimal digit, or nil.
  @inline(__always)
  package static func hexValue(_ byte: UInt8) -> UInt8? {
    if isDigit(byte) { return byte &- zero }
    let letter = lowerASCII(byte) &- 0x61
    return letter < 6 ? letter + 10 : nil
  }
}

/// A set of ASCII bytes as two words, so that asking costs a shift and a mask.
package struct ByteSet: Sendable {
  private let low: UInt64
  private let high: UInt64

  private init(_ low: UInt64, _ high: UInt64) {
    self.low = low
    self.high = high
  }

  @inline(__always)
  package func contains(_ byte: UInt8) -> Bool {
    guard byte < 128 else { return false }
    return (byte < 64 ? low &>> UInt64(byte) : high &>> UInt64(byte &- 64)) & 1 == 1
  }

  // The words are spelled as numbers to be constants; a test derives them from the grammar.

  /// tchar of RFC 9110 §5.6.2: methods, field names, codings.
  package static let token = ByteSet(0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)
  /// pchar and "/" of RFC 3986 §3.3, "%" included.
  package static let path = ByteSet(0x2FFF_FFF2_0000_0000, 0x47FF_FFFE_87FF_FFFF)
  /// `path`, "?", and the characters that browsers leave as they are in a
  /// query although RFC 3986 §3.4 does not list them: [ ] \ ^ ` { | }
  package static let query = ByteSet(0xAFFF_FFF2_0000_0000, 0x7FFF_FFFF_FFFF_FFFF)
  /// reg-name of RFC 3986 §3.2.2 without "%": no server of ours has such a name.
  package static let registeredName = ByteSet(0x2BFF_7FD2_0000_0000, 0x47FF_FFFE_87FF_FFFE)
}

extension Span<UInt8> {
  /// The index of the first control character (below 0x20, or 0x7F) at or
  /// after `start`; `count` when there is none. Looks at eight bytes at a time.
  @inline(__always)
  func firstControl(from start: Int) -> Int {
    var index = start
    let raw = self.bytes
    while index &+ 8 <= count {
      let word = raw.unsafeLoadUnaligned(fromUncheckedByteOffset: index, as: UInt64.self)
      let found = controlBits(UInt64(littleEndian: word))
      if found != 0 { return index &+ found.trailingZeroBitCount / 8 }
      index &+= 8
    }
    while index < count {
      let byte = self[index]
      if byte < 0x20 || byte == ASCII.delete { return index }
      index &+= 1
    }
    return count
  }

  /// Those bytes as text; what is not UTF-8 becomes U+FFFD.
  @inline(__always)
  func text(_ range: Range<Int>) -> String {
    extracting(range).withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
  }

  /// Whether those bytes are `word` (given in lower case), ignoring case.
  @inline(__always)
  func matches(_ word: StaticString, in range: Range<Int>) -> Bool {
    guard range.count == word.utf8CodeUnitCount else { return false }
    for offset in 0..<range.count
    where lowerASCII(self[range.lowerBound + offset]) != word.utf8Start[offset] {
      return false
    }
    return true
  }

  /// `range` without spaces and tabs at its ends (OWS, RFC 9110 §5.6.3).
  @inline(__always)
  func trimmed(_ range: Range<Int>) -> Range<Int> {
    var start = range.lowerBound
    var end = range.upperBound
    while start < end, self[start] == ASCII.space || self[start] == ASCII.tab { start &+= 1 }
    while end > start, self[end &- 1] == ASCII.space || self[end &- 1] == ASCII.tab { end &-= 1 }
    return start..<end
  }

  /// The first place of `byte` in that range, or nil.
  @inline(__always)
  func first(_ byte: UInt8, in range: Range<Int>) -> Int? {
    var index = range.lowerBound
    while index < range.upperBound {
      if self[index] == byte { return index }
      index &+= 1
    }
    return nil
  }
}

/// Marks (by its top bit) the first byte of a word that is a control character;
/// bytes after that one may be marked wrongly.
@inline(__always)
private func controlBits(_ word: UInt64) -> UInt64 {
  let tops: UInt64 = 0x8080_8080_8080_8080
  let below = (word &- 0x2020_2020_2020_2020) & ~word
  let delete = word ^ 0x7F7F_7F7F_7F7F_7F7F
  return (below | ((delete &- 0x0101_0101_0101_0101) & ~delete)) & tops
}
