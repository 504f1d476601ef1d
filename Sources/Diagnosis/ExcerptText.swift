/// An issue's text laid out for excerpts: its words in order, and where tokens may begin in them.
///
/// Made once for as long as the text stays what it is, so that a search that shows a piece of twenty
/// texts reads none of them through.
package struct ExcerptText: Sendable {
  /// A word, from blank to blank.
  package struct Word: Sendable {
    private let start: UInt32
    private let end: UInt32
    /// Whether it stands in a block of code, where nothing is a mark.
    package let isCode: Bool

    fileprivate init(_ range: Range<Int>, isCode: Bool) {
      start = UInt32(truncatingIfNeeded: range.lowerBound)
      end = UInt32(truncatingIfNeeded: range.upperBound)
      self.isCode = isCode
    }

    /// Its place in `bytes`.
    package var range: Range<Int> { Int(start)..<Int(end) }
  }

  /// Words looked through: what a longer text has after the line of the last one is left out.
  private static let wordLimit = 1_500

  /// The text, UTF-8.
  package let bytes: [UInt8]
  /// Without lines that say nothing, fences and addresses of sources, and without marks of lists,
  /// headings and tables.
  package let words: [Word]
  /// A place where a token may begin, in groups by the first byte's low five bits, which a capital and
  /// its small letter share: the next eight bytes there, the place, and the word it is in.
  private let places: [(head: UInt64, position: UInt32, word: UInt32)]
  /// Where each group begins; one more than there are groups.
  private let groups: [UInt32]
  /// Words with characters beyond ASCII, which the analyzer folds and pairs: any token may be in them.
  private let foreign: [UInt32]

  package init(_ text: String) {
    var text = text
    self = text.withUTF8 { ExcerptText($0) }
  }

  /// Of the text's bytes, which are UTF-8.
  package init(_ text: UnsafeBufferPointer<UInt8>) {
    var reader = Reader(text)
    bytes = Array(text[..<reader.read()])
    words = reader.words
    foreign = reader.foreign
    // Sorted by counting.
    var groups = [UInt32](repeating: 0, count: 33)
    for place in reader.places { groups[Int(text[Int(place.position)] & 31) + 1] += 1 }
    for group in 0..<32 { groups[group + 1] += groups[group] }
    var next = groups
    var places = [(head: UInt64, position: UInt32, word: UInt32)](
      repeating: (0, 0, 0), count: reader.places.count)
    for place in reader.places {
      let group = Int(text[Int(place.position)] & 31)
      places[Int(next[group])] = (
        ExcerptText.head(text, Int(place.position)), place.position, place.word
      )
      next[group] += 1
    }
    self.places = places
    self.groups = groups
  }

  /// Bytes that it takes, about.
  package var size: Int {
    bytes.count + words.count * MemoryLayout<Word>.stride + places.count * 16
  }

  /// The words in which one of the tokens may begin, ascending; others have none of them.
  package func words(with tokens: TokenBeginnings) -> [Int] {
    if tokens.isEmpty { return [] }
    // A bit for each word.
    var found = [UInt64](repeating: 0, count: words.count / 64 + 1)
    for word in foreign { found[Int(word) >> 6] |= 1 << UInt64(word & 63) }
    bytes.withUnsafeBufferPointer { bytes in
      places.withUnsafeBufferPointer { places in
        for token in tokens.beginnings {
          let group = Int(token.first & 31)
          for index in Int(groups[group])..<Int(groups[group + 1])
          where places[index].head & token.mask == token.head {
            let place = places[index]
            if tokens.isWhole(token, bytes, Int(place.position)) {
              found[Int(place.word) >> 6] |= 1 << UInt64(place.word & 63)
            }
          }
        }
      }
    }
    var result: [Int] = []
    for index in found.indices {
      var bits = found[index]
      while bits != 0 {
        result.append(index << 6 + bits.trailingZeroBitCount)
        bits &= bits - 1
      }
    }
    return result
  }

  /// Eight bytes as a number, capitals as small letters; what is beyond the end is nothing.
  fileprivate static func head(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> UInt64 {
    let rest = bytes.count - start
    var head: UInt64 = 0
    if rest >= 8 {
      head = UInt64(
        littleEndian: UnsafeRawPointer(bytes.baseAddress! + start).loadUnaligned(as: UInt64.self))
    } else {
      for index in 0..<rest { head |= UInt64(bytes[start + index]) << UInt64(index * 8) }
    }
    // Capitals become small, and nothing else becomes a letter or a digit.
    return head | small
  }

  fileprivate static let small: UInt64 = 0x2020_2020_2020_2020
}

/// What tokens begin with. Stemming may change the last letter of a word, which therefore does not
/// count; nor does the "_" before a code token, which is not in the text.
package struct TokenBeginnings: Sendable {
  fileprivate struct Beginning: Sendable {
    let first: UInt8
    /// Up to eight bytes as a number, and which bits of it count.
    let head: UInt64
    let mask: UInt64
    /// The place of all of them in `letters`.
    let place: Int
    let count: Int
  }

  fileprivate let beginnings: [Beginning]
  private let letters: [UInt8]
  fileprivate let isEmpty: Bool

  package init(_ tokens: Set<String>) {
    var beginnings: [Beginning] = []
    var letters: [UInt8] = []
    for token in tokens {
      let whole = Array(token.utf8.drop { $0 == UInt8(ascii: "_") })
      guard !whole.isEmpty else { continue }
      let bytes = whole.prefix(max(1, whole.count - 1))
      var head: UInt64 = 0
      for (index, byte) in bytes.prefix(8).enumerated() {
        head |= UInt64(byte) << UInt64(index * 8)
      }
      let mask = bytes.count >= 8 ? UInt64.max : (1 << UInt64(bytes.count * 8)) - 1
      beginnings.append(
        Beginning(
          first: bytes[0], head: (head | ExcerptText.small) & mask, mask: mask,
          place: letters.count, count: bytes.count))
      letters += bytes
    }
    self.beginnings = beginnings
    self.letters = letters
    isEmpty = tokens.isEmpty
  }

  /// Whether the text has all of a beginning at that place. No beginning has a blank in it, so none
  /// reaches beyond its word.
  fileprivate func isWhole(
    _ beginning: Beginning, _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int
  ) -> Bool {
    guard beginning.count <= bytes.count - start else { return false }
    for offset in 0..<beginning.count {
      let byte = bytes[start + offset]
      let small = byte &- 0x41 < 26 ? byte | 0x20 : byte
      if small != letters[beginning.place + offset] { return false }
    }
    return true
  }
}

extension ExcerptText {
  /// Reads a text once, line by line.
  private struct Reader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var words: [Word] = []
    private(set) var places: [(position: UInt32, word: UInt32)] = []
    private(set) var foreign: [UInt32] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
      self.bytes = bytes
      words.reserveCapacity(min(bytes.count / 5, wordLimit))
      places.reserveCapacity(bytes.count / 4)
    }

    /// Returns where it stopped.
    mutating func read() -> Int {
      var inFence = false
      var start = 0
      while start < bytes.count, words.count < wordLimit {
        var first = start
        while first < bytes.count, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
        let isFence = has("```", at: first) || has("~~~", at: first)
        if isFence { inFence.toggle() }
        let isSilent = isFence || has("- **Source**", at: first)
        start = line(from: first, isCode: inFence, isSilent: isSilent) + 1
      }
      return min(start, bytes.count)
    }

    /// Reads a line's words; returns where it ends.
    private mutating func line(from first: Int, isCode: Bool, isSilent: Bool) -> Int {
      var index = first
      while index < bytes.count, bytes[index] != 0x0A {
        while index < bytes.count, bytes[index] != 0x0A, isBlank(bytes[index]) { index += 1 }
        let begin = index
        let before = places.count
        let word = UInt32(words.count)
        var isForeign = false
        while index < bytes.count {
          let byte = bytes[index]
          if isBlank(byte) { break }
          // A token begins after what is no small letter, or with a capital.
          places.append((UInt32(truncatingIfNeeded: index), word))
          if byte >= 0x80 { isForeign = true }
          let isLower = byte &- 0x61 < 26
          index += 1
          if isLower { while index < bytes.count, bytes[index] &- 0x61 < 26 { index += 1 } }
        }
        if isSilent || begin == index || !isCode && isMark(begin..<index) {
          places.removeLast(places.count - before)
          continue
        }
        words.append(Word(begin..<index, isCode: isCode))
        if isForeign { foreign.append(word) }
      }
      return index
    }

    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

    /// A word that is a mark: of a list, a heading, a quote, a table, a rule.
    private func isMark(_ range: Range<Int>) -> Bool {
      for index in range {
        switch bytes[index] {
        case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "#"),
          UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: "="):
          continue
        default: return false
        }
      }
      return true
    }

    private func has(_ text: StaticString, at index: Int) -> Bool {
      guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
      for offset in 0..<text.utf8CodeUnitCount
      where bytes[index + offset] != text.utf8Start[offset] {
        return false
      }
      return true
    }
  }
}
