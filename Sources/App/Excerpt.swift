import Diagnosis
import HTTP
import Markup
import Synchronization

/// A piece of an issue's text around the words that were asked for: a glimpse of it, without the
/// marks of Markdown, not a rendering.
struct Excerpt: Sendable {
  /// As plain text.
  let plain: String
  /// Where in it, by bytes, the words stand that were asked for.
  private let hits: [Range<Int>]

  /// Words shown.
  private static let size = 30

  init(of text: ExcerptText, wanted: inout WantedWords) {
    let found = text.words(with: wanted.beginnings)
    let size = min(Excerpt.size, text.words.count)
    let start = Excerpt.bestWindow(found, size)
    var output: [UInt8] = []
    output.reserveCapacity(10 * size)
    var hits: [Range<Int>] = []
    text.bytes.withUnsafeBufferPointer { bytes in
      if start > 0 { output += "… ".utf8 }
      var link = LinkMarks()
      var next = found.firstIndex { $0 >= start } ?? found.count
      for index in start..<start + size {
        let range = text.words[index].range
        let mayHit = next < found.count && found[next] == index
        if mayHit { next += 1 }
        let before = output.count
        if text.words[index].isCode {
          output.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
        } else {
          link.append(bytes, range, to: &output)
        }
        if output.count == before { continue }
        if mayHit, wanted.contains(UnsafeBufferPointer(rebasing: bytes[range])) {
          hits.append(before..<output.count)
        }
        output.append(UInt8(ascii: " "))
      }
      if start + size < text.words.count { output += "…".utf8 }
    }
    plain = String(decoding: output, as: UTF8.self)
    self.hits = hits
  }

  /// The words that were asked for, as they stand there.
  var marked: [String] { hits.map { part($0) } }

  var html: HTML {
    var html = HTML()
    var place = 0
    for hit in hits {
      html.append(text: part(place..<hit.lowerBound))
      html += "<mark>\(part(hit))</mark>"
      place = hit.upperBound
    }
    html.append(text: part(place..<plain.utf8.count))
    return html
  }

  private func part(_ range: Range<Int>) -> String {
    let bytes = plain.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    return String(plain[start..<bytes.index(start, offsetBy: range.count)])
  }

  /// Where the window of that many words begins that has the most of the words found; of equal ones
  /// the first.
  private static func bestWindow(_ found: [Int], _ size: Int) -> Int {
    var best = 0
    var bestCount = 0
    // The window that ends with each of them, and that has those from `first` on.
    var first = 0
    for (index, word) in found.enumerated() {
      let start = max(0, word - size + 1)
      while found[first] < start { first += 1 }
      if index - first + 1 > bestCount {
        bestCount = index - first + 1
        best = start
      }
    }
    return best
  }
}

/// Takes the marks of emphasis, code and links off words; code and links reach over several.
private struct LinkMarks {
  private var inCode = false
  private var inLink = false
  private var inAddress = false

  /// Appends a word without its marks.
  mutating func append(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, to result: inout [UInt8]
  ) {
    if !inAddress, !inLink, !range.contains(where: { isMark(bytes[$0]) }) {
      result.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[range]))
      return
    }
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
      if bytes[index] == UInt8(ascii: "]") {
        return index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "(")
      }
      index += 1
    }
    return false
  }

  private func isLetterOrDigit(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26
  }
}

/// The tokens asked for. For the excerpts of one search, which share words.
struct WantedWords {
  private let tokens: Set<String>
  let beginnings: TokenBeginnings
  /// Whether words have one of them.
  private var known: [String: Bool] = [:]

  init(_ tokens: Set<String>) {
    self.tokens = tokens
    beginnings = TokenBeginnings(tokens)
    known.reserveCapacity(64)
  }

  /// Whether one of the word's tokens was asked for.
  mutating func contains(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let word = String(decoding: bytes, as: UTF8.self)
    if let answer = known[word] { return answer }
    let answer = AnalysedWords.tokens(of: word).contains { tokens.contains($0) }
    known[word] = answer
    return answer
  }
}

/// The tokens of words that excerpts showed lately: what the analyzer says of a word is always the same.
///
/// A table of its own, since a search asks it for dozens of words: `Memo` takes as long as analysing them.
private enum AnalysedWords {
  /// A few thousand words of at most so many bytes, so about a megabyte.
  private static let limit = 4_096
  private static let longest = 64

  /// Two halves: when the younger is full, the older goes.
  private struct Tables {
    var young: [String: [String]] = [:]
    var old: [String: [String]] = [:]
  }

  private static let tables = Mutex(Tables())

  static func tokens(of word: String) -> [String] {
    if let known = tables.withLock({ $0.young[word] ?? $0.old[word] }) { return known }
    let tokens = Analyzer.tokens(of: word).map(\.text)
    guard word.utf8.count <= longest else { return tokens }
    tables.withLock { tables in
      if tables.young.count >= limit {
        tables.old = tables.young
        tables.young = [:]
      }
      tables.young[word] = tokens
    }
    return tokens
  }
}
