import Diagnosis
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
    let wanted = WantedWords(words)
    var markdown = markdown
    parts = markdown.withUTF8 { bytes in
      let found = Excerpt.words(bytes, wanted)
      let size = min(Excerpt.size, found.count)
      let start = Excerpt.bestWindow(found, size)
      var parts: [(text: String, isHit: Bool)] = start > 0 ? [("… ", false)] : []
      var link = LinkMarks()
      for word in found[start..<start + size] {
        let text = word.isCode ? String(bytes, word.range) : link.plain(bytes, word.range)
        if text.isEmpty { continue }
        parts.append((text, word.isHit))
        parts.append((" ", false))
      }
      if start + size < found.count { parts.append(("…", false)) }
      return parts
    }
  }

  var plain: String { parts.map(\.text).joined() }

  var html: HTML {
    let pieces: [HTML] = parts.map { $0.isHit ? "<mark>\($0.text)</mark>" : "\($0.text)" }
    return "\(pieces)"
  }

  private struct Word {
    let range: Range<Int>
    let isHit: Bool
    let isCode: Bool
  }

  /// The words of a text in order, without lines that say nothing: fences, addresses of sources.
  private static func words(
    _ bytes: UnsafeBufferPointer<UInt8>, _ wanted: WantedWords
  ) -> [Word] {
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
        while index < bytes.count, !isBlank(bytes[index]) { index += 1 }
        if isSilent || begin == index { continue }
        if !inFence, isMark(bytes, begin..<index) { continue }
        words.append(
          Word(
            range: begin..<index, isHit: wanted.contains(bytes, begin..<index), isCode: inFence))
      }
      start = index + 1
    }
    return words
  }

  /// The window with the most hits; of equal ones the first.
  private static func bestWindow(_ words: [Word], _ size: Int) -> Int {
    var best = 0
    var count = words.prefix(size).count { $0.isHit }
    var bestCount = count
    for start in 1..<max(1, words.count - size + 1) {
      count += (words[start + size - 1].isHit ? 1 : 0) - (words[start - 1].isHit ? 1 : 0)
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
    range.allSatisfy { index in
      switch bytes[index] {
      case UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "*"), UInt8(ascii: "#"),
        UInt8(ascii: ">"), UInt8(ascii: "|"), UInt8(ascii: ":"), UInt8(ascii: "="):
        true
      default: false
      }
    }
  }
}

/// Takes the marks of emphasis, code and links off words; code and links reach over several.
private struct LinkMarks {
  private var inCode = false
  private var inLink = false
  private var inAddress = false

  mutating func plain(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> String {
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

/// Knows quickly of most words that none of their tokens was asked for.
private struct WantedWords {
  private let tokens: Set<String>
  /// Pairs of bytes that tokens begin with, by a hash of ten bits.
  private var beginnings: [UInt64]

  init(_ tokens: Set<String>) {
    self.tokens = tokens
    beginnings = [UInt64](repeating: 0, count: 16)
    for token in tokens {
      // A code token begins with "_", which is not in the text.
      let letters = token.utf8.drop { $0 == UInt8(ascii: "_") }
      guard let first = letters.first else { continue }
      let second = letters.dropFirst().first
      for other in second.map({ [$0] }) ?? Array(0...255) {
        let place = WantedWords.place(first, other)
        beginnings[place / 64] |= 1 << UInt64(place % 64)
      }
    }
  }

  private static func place(_ first: UInt8, _ second: UInt8) -> Int {
    Int(first & 31) << 5 | Int(second & 31)
  }

  func contains(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    guard !tokens.isEmpty, mayContain(bytes, range) else { return false }
    return Analyzer.tokens(of: String(bytes, range)).contains { tokens.contains($0.text) }
  }

  private func mayContain(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
    for index in range {
      // Beyond ASCII the analyzer folds and pairs characters.
      if bytes[index] >= 0x80 { return true }
      let next = index + 1 < range.upperBound ? bytes[index + 1] : 0
      let place = WantedWords.place(bytes[index], next)
      if beginnings[place / 64] >> UInt64(place % 64) & 1 == 1 { return true }
    }
    return false
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
