/// What a byte is, in ASCII. Bytes of longer UTF-8 sequences are none of these.
extension UInt8 {
  var isDigit: Bool { self &- 0x30 < 10 }
  var isLower: Bool { self &- 0x61 < 26 }
  var isUpper: Bool { self &- 0x41 < 26 }
  var isLetter: Bool { (self | 0x20) &- 0x61 < 26 }
  var isAlphanumeric: Bool { isDigit || isLetter }
  /// A letter, a digit or `_`.
  var isWord: Bool { isAlphanumeric || self == 0x5F }
  var isHex: Bool { isDigit || (self | 0x20) &- 0x61 < 6 }
  var isBlank: Bool { self == 0x20 || self == 0x09 }
  var isQuote: Bool { self == 0x22 || self == 0x27 || self == 0x60 }
  /// The byte of the lower-case letter for an upper-case one, else itself.
  var lowered: UInt8 { isUpper ? self | 0x20 : self }
}

extension UInt8 {
  /// A byte by its ASCII character: `.ascii("=")`.
  static func ascii(_ scalar: Unicode.Scalar) -> UInt8 { UInt8(truncatingIfNeeded: scalar.value) }
}

/// Reading bytes by place; a place outside reads as 0, so that scanners need no bounds of their own.
extension [UInt8] {
  func byte(_ index: Int) -> UInt8 { index >= 0 && index < count ? self[index] : 0 }

  /// Whether `literal` stands at `index`.
  func has(_ literal: String, at index: Int) -> Bool {
    var place = index
    for byte in literal.utf8 {
      guard place >= 0, place < count, self[place] == byte else { return false }
      place += 1
    }
    return true
  }

  /// Whether `literal` (in lower case) stands at `index`, in any case.
  func hasFolded(_ literal: String, at index: Int) -> Bool {
    var place = index
    for byte in literal.utf8 {
      guard place >= 0, place < count, self[place].lowered == byte else { return false }
      place += 1
    }
    return true
  }

  /// The first place at or after `index` whose byte is not accepted.
  func end(from index: Int, while accepts: (UInt8) -> Bool) -> Int {
    var place = index
    while place < count, accepts(self[place]) { place += 1 }
    return place
  }

  /// The same, passing at most so many bytes.
  func end(from index: Int, upTo most: Int, while accepts: (UInt8) -> Bool) -> Int {
    let limit = Swift.min(count, index + most)
    var place = index
    while place < limit, accepts(self[place]) { place += 1 }
    return place
  }

  func skippingBlanks(from index: Int) -> Int { end(from: index) { $0.isBlank } }

  /// The first place of `literal` in a range, or nil.
  func find(_ literal: String, from index: Int = 0, to limit: Int = .max) -> Int? {
    let last = Swift.min(count, limit) - literal.utf8.count
    guard let first = literal.utf8.first, index <= last else { return nil }
    var place = index
    while place <= last {
      if self[place] == first, has(literal, at: place) { return place }
      place += 1
    }
    return nil
  }

  /// The bytes from `start` to `end` as text; broken sequences become U+FFFD.
  func text(_ start: Int, _ end: Int) -> String {
    String(decoding: self[start..<Swift.max(start, end)], as: UTF8.self)
  }
}

/// FNV-1a, 64 bits: the same value in every run, unlike `Hasher`.
struct StableHash {
  private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

  mutating func add(_ byte: UInt8) {
    value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
  }

  mutating func add(_ text: String) {
    for byte in text.utf8 { add(byte) }
  }

  static func of(_ text: String) -> UInt64 {
    var hash = StableHash()
    hash.add(text)
    return hash.value
  }
}
