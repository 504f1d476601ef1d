/// A cheap hash of a raw line that overlooks what is volatile, found together with its end.
///
/// Runs of letters and digits count by their letters; a run with a digit counts as one mark,
/// unless it may be a status (`404`) or an error code (`E0308`).
enum LineShapeHash {
  /// What one byte is to the hash: 0 none, 1 letter, 2 digit, 3 capital.
  private static let classes: [UInt8] = (0..<256).map { value in
    let byte = UInt8(value)
    if byte.isDigit { return 2 }
    if byte.isUpper { return 3 }
    return byte.isLower || byte >= 0x80 ? 1 : 0
  }

  /// The place of the newline at or after `start` (or the end), and the hash up to there.
  static func scan(_ bytes: Span<UInt8>, from start: Int) -> (end: Int, hash: UInt64) {
    let table = classes.span
    let prime: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var place = start
    while place < bytes.count {
      let byte = bytes[unchecked: place]
      if byte == 0x0A { break }
      let kind = table[unchecked: Int(byte)]
      if kind == 0 {
        hash = (hash ^ UInt64(byte)) &* prime
        place += 1
        continue
      }
      // A word: its own hash, and which kinds of byte it has.
      let first = place
      var word: UInt64 = 0
      var seen: UInt8 = 0
      while place < bytes.count {
        let byte = bytes[unchecked: place]
        let kind = table[unchecked: Int(byte)]
        if kind == 0 { break }
        seen |= 1 << kind
        word = (word &+ UInt64(byte)) &* 0x0000_0100_0000_01b3
        place += 1
      }
      let isVolatile = seen & 4 != 0 && !isCode(bytes, first, place, seen) || place - first > 40
      hash = (hash ^ (isVolatile ? 0x23 : word | 0x100)) &* prime
      hash ^= hash >> 29
    }
    return (place, hash)
  }

  /// `404`, `503`, or capitals and then digits, short.
  private static func isCode(_ bytes: Span<UInt8>, _ start: Int, _ end: Int, _ seen: UInt8) -> Bool
  {
    let count = end - start
    if count == 3, seen == 4 { return bytes[start] == 0x34 || bytes[start] == 0x35 }
    guard count <= 7, count >= 3, seen == 4 | 8, bytes[start].isUpper else { return false }
    var place = start
    while place < end, bytes[place].isUpper { place += 1 }
    while place < end, bytes[place].isDigit { place += 1 }
    return place == end
  }
}
