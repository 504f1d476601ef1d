import Diagnosis
import HTTP
import Markup

/// A piece of an issue's text around the words that were asked for: a glimpse of it, without the
/// marks of Markdown, not a rendering.
///
/// A search shows twenty of these, so the text is looked through as bytes, and only the piece that
/// is shown becomes words.
struct Excerpt: Sendable {
  let parts: [(text: String, isHit: Bool)]

  /// Words shown, and looked through.
  private static let size = 30
  private static let wordLimit = 1_500

  init(of markdown: String, words: Set<String>) {
    self.init(of: markdown, wanted: WantedWords(words))
  }

  init(of markdown: String, wanted: WantedWords) {
    var markdown = markdown
    self = markdown.withUTF8 { Excerpt(of: $0, wanted: wanted) }
  }

  /// Of the text's bytes, which are UTF-8.
  init(of bytes: UnsafeBufferPointer<UInt8>, wanted: WantedWords) {
    let found = Excerpt.words(bytes, wanted)
    let size = min(Excerpt.size, found.count)
    let start = Excerpt.bestWindow(found, size)
    var parts: [(text: String, isHit: Bool)] = []
    parts.reserveCapacity(2 * size + 2)
    if start > 0 { parts.append(("… ", false)) }
    var link = LinkMarks()
    for word in found[start..<start + size] {
      let text = word.isCode ? String(bytes, word.range) : link.plain(bytes, word.range)
      if text.isEmpty { continue }
      parts.append((text, word.mayHit && wanted.contains(String(bytes, word.range))))
      parts.append((" ", false))
    }
    if start + size < found.count { parts.append(("…", false)) }
    self.parts = parts
  }

  var plain: String {
    var text = ""
    for part in parts { text += part.text }
    return text
  }

  var html: HTML {
    let pieces: [HTML] = parts.map { $0.isHit ? "<mark>\($0.text)</mark>" : "\($0.text)" }
    return "\(pieces)"
  }

  private struct Word {
    let range: Range<Int>
    let mayHit: Bool
    let isCode: Bool
  }

  /// The words of a text in order, without lines that say nothing: fences, addresses of sources.
  private static func words(
    _ bytes: UnsafeBufferPointer<UInt8>, _ wanted: WantedWords
  ) -> [Word] {
    wanted.withLook { look in
      var words: [Word] = []
      words.reserveCapacity(min(bytes.count / 5, wordLimit))
      var inFence = false
      var start = 0
      while start < bytes.count, words.count < wordLimit {
        var first = start
        while first < bytes.count, bytes[first] == 0x20 || bytes[first] == 0x09 { first += 1 }
        let isFence = bytes.has("```", at: first) || bytes.has("~~~", at: first)
        if isFence { inFence.toggle() }
        let isSilent = isFence || bytes.has("- **Source**", at: first)
        var index = first
        while index < bytes.count, bytes[index] != 0x0A {
          while index < bytes.count, bytes[index] != 0x0A, isBlank(bytes[index]) { index += 1 }
          let begin = index
          var mayHit = false
          while index < bytes.count {
            let byte = bytes[index]
            if isBlank(byte) { break }
            // A token begins after what is no small letter, or with a capital.
            if !mayHit, look.begins(byte) { mayHit = look.begins(bytes, index) }
            let isLower = byte &- 0x61 < 26
            index += 1
            if isLower { while index < bytes.count, bytes[index] &- 0x61 < 26 { index += 1 } }
          }
          if isSilent || begin == index { continue }
          if !inFence, isMark(bytes, begin..<index) { continue }
          words.append(Word(range: begin..<index, mayHit: mayHit, isCode: inFence))
        }
        start = index + 1
      }
      return words
    }
  }

  /// The window with the most hits; of equal ones the first.
  private static func bestWindow(_ words: [Word], _ size: Int) -> Int {
    var best = 0
    var count = words.prefix(size).count { $0.mayHit }
    var bestCount = count
    for start in 1..<max(1, words.count - size + 1) {
      count += (words[start + size - 1].mayHit ? 1 : 0) - (words[start - 1].mayHit ? 1 : 0)
      if count > bestCount {
        best = start
        bestCount = count
      }
    }
    return best
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }

  /// A word that is a mark: of a list, a heading, a quote, a table, a rule.
  private static func isMark(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
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
}

/// Takes the marks of emphasis, code and links off words; code and links reach over several.
private struct LinkMarks {
  private var inCode = false
  private var inLink = false
  private var inAddress = false

  mutating func plain(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
    if !inAddress, !inLink, !range.contains(where: { isMark(bytes[$0]) }) {
      return String(bytes, range)
    }
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = bytes[index]
      let next = index + 1 < range.upperBound ? bytes[index + 1] : 0
      let isEdge = index == range.lowerBound || next == 0
      index += 1
      if inAddress {
        inAddress = byte != UInt8(ascii: ")")
        continue
      }
      switch byte {
      case UInt8(ascii: "`"): inCode.toggle()
      case _ where inCode: result.append(byte)
      case UInt8(ascii: "\\") where next > 0x20 && next < 0x7F && !isLetterOrDigit(next):
        result.append(next)
        index += 1
      case UInt8(ascii: "*") where next == UInt8(ascii: "*"): index += 1
      case UInt8(ascii: "*") where isEdge: break
      case UInt8(ascii: "!") where next == UInt8(ascii: "[") && isLink(bytes, index): break
      case UInt8(ascii: "[") where isLink(bytes, index - 1): inLink = true
      case UInt8(ascii: "]") where inLink:
        inLink = false
        inAddress = true
      default: result.append(byte)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func isMark(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "`"), UInt8(ascii: "\\"), UInt8(ascii: "*"), UInt8(ascii: "!"),
      UInt8(ascii: "["):
      true
    default: false
    }
  }

  /// Whether `[` at `start` begins "[text](address)", in one line.
  private func isLink(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
    var index = start + 1
    while index < bytes.count, index < start + 300, bytes[index] != 0x0A {
      if bytes[index] == UInt8(ascii: "]") { return bytes.has("](", at: index) }
      index += 1
    }
    return false
  }

  private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
  }
}

/// The tokens asked for. Knows quickly of most words that they hold none of them. For the excerpts
/// of one search, which share words.
final class WantedWords {
  private let tokens: Set<String>
  /// What tokens begin with. Stemming may change the last letter of a word, which therefore does
  /// not count; nor does the "_" before a code token, which is not in the text.
  private let beginnings: [Beginning]
  private let letters: [UInt8]
  /// The same by the first letter, five bits of it, so that most bytes are asked once.
  private let firsts: UInt32
  /// What the analyzer said of words.
  private var known: [String: Bool] = [:]

  /// Up to eight bytes as a number, and the place of all in `letters`.
  fileprivate struct Beginning {
    let head: UInt64
    let mask: UInt64
    let place: Int
    let count: Int
  }

  init(_ tokens: Set<String>) {
    self.tokens = tokens
    var beginnings: [Beginning] = []
    var letters: [UInt8] = []
    var firsts: UInt32 = 0
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
        Beginning(head: head, mask: mask, place: letters.count, count: bytes.count))
      letters += bytes
      firsts |= 1 << UInt32(bytes[0] & 31)
    }
    self.beginnings = beginnings
    self.letters = letters
    self.firsts = firsts
  }

  /// Whether one of the word's tokens was asked for.
  func contains(_ word: String) -> Bool {
    if let answer = known[word] { return answer }
    let answer = Analyzer.tokens(of: word).contains { tokens.contains($0.text) }
    known[word] = answer
    return answer
  }

  fileprivate func withLook<T>(_ body: (Look) -> T) -> T {
    beginnings.withUnsafeBufferPointer { beginnings in
      letters.withUnsafeBufferPointer { letters in
        body(
          Look(
            beginnings: beginnings, letters: letters, firsts: firsts, isEmpty: tokens.isEmpty))
      }
    }
  }

  /// Tells of places in a text whether a token that was asked for may begin there.
  fileprivate struct Look {
    let beginnings: UnsafeBufferPointer<Beginning>
    let letters: UnsafeBufferPointer<UInt8>
    let firsts: UInt32
    let isEmpty: Bool

    /// False only for bytes that none of them begins with.
    @inline(__always)
    func begins(_ byte: UInt8) -> Bool {
      // Beyond ASCII the analyzer folds and pairs characters.
      byte >= 0x80 ? !isEmpty : firsts >> UInt32(byte & 31) & 1 == 1
    }

    /// False only where none of them begins.
    func begins(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) -> Bool {
      if bytes[start] >= 0x80 { return true }
      let rest = bytes.count - start
      var head: UInt64 = 0
      if rest >= 8 {
        head = UInt64(
          littleEndian: UnsafeRawPointer(bytes.baseAddress! + start).loadUnaligned(as: UInt64.self))
      } else {
        for index in 0..<rest { head |= UInt64(bytes[start + index]) << UInt64(index * 8) }
      }
      // Capitals become small, and nothing else becomes a letter or a digit.
      head |= 0x2020_2020_2020_2020
      // No beginning has a blank in it, so none reaches beyond the word.
      for beginning in beginnings
      where head & beginning.mask == beginning.head | beginning.mask & 0x2020_2020_2020_2020
        && beginning.count <= rest && isWhole(beginning, bytes, start)
      {
        return true
      }
      return false
    }

    private func isWhole(
      _ beginning: Beginning, _ bytes: UnsafeBufferPointer<UInt8>, _ start: Int
    ) -> Bool {
      for offset in 0..<beginning.count {
        let byte = bytes[start + offset]
        let small = byte &- 0x41 < 26 ? byte | 0x20 : byte
        if small != letters[beginning.place + offset] { return false }
      }
      return true
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  fileprivate func has(_ text: StaticString, at index: Int) -> Bool {
    guard index + text.utf8CodeUnitCount <= count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where self[index + offset] != text.utf8Start[offset] {
      return false
    }
    return true
  }
}

extension String {
  fileprivate init(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) {
    self.init(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
  }
}
