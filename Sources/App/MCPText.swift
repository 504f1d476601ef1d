import Store

/// Words of this program alone: literals, numbers and ids made here. Text that others wrote can't
/// become part of it, so it can't leave the fence by mistake.
struct OwnWords: ExpressibleByStringInterpolation, Sendable, Equatable {
  let text: String

  init(stringLiteral value: String) { text = value }
  init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

  /// Counts in words.
  init(_ evidence: FixEvidence) { text = evidence.inWords }

  /// The advice of an error: handlers put nothing of a knowledge base into it, and names that a
  /// caller made up are refused before they get there.
  init(_ failure: Failure) { text = failure.detail }

  struct StringInterpolation: StringInterpolationProtocol {
    var text = ""

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { text += literal }
    mutating func appendInterpolation(_ number: Int) { text += String(number) }
    mutating func appendInterpolation(_ words: OwnWords) { text += words.text }

    /// An id made here: letters, digits and hyphens only.
    mutating func appendInterpolation(id: String) {
      text += id.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
  }
}

/// Text for a chat: what this program says, and apart from it, inside a fence, what others wrote.
struct MCPText {
  private(set) var text = ""

  /// A paragraph.
  mutating func say(_ words: OwnWords) {
    if !text.isEmpty { text += "\n" }
    text += words.text + "\n"
  }

  /// Another line of the same paragraph.
  mutating func add(_ words: OwnWords) { text += words.text + "\n" }

  /// What others wrote. The fence is longer than any run of backticks inside, so that the text can't
  /// close it (CommonMark §4.5).
  mutating func quote(_ data: String) {
    say(OwnWords(stringLiteral: MCPWords.fenceLabel))
    text += MCPText.fenced(data)
  }

  static func fenced(_ data: String) -> String {
    let data = visible(data)
    var longest = 0
    var run = 0
    for byte in data.utf8 {
      run = byte == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return "\(fence)data\n\(data)\(data.hasSuffix("\n") ? "" : "\n")\(fence)\n"
  }

  /// Without what a person would not see: control characters, marks that turn the direction of
  /// writing, and the invisible letters that smuggle text past them.
  static func visible(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isInvisible) else { return text }
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars where !isInvisible(scalar) { kept.append(scalar) }
    return String(kept)
  }

  private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09, 0x0a: false
    case 0..<0x20, 0x7f..<0xa0: true
    // Zero width space, direction marks and overrides, joiners of words, byte order mark. The two joiners
    // of letters (U+200C, U+200D) are part of scripts and emoji.
    case 0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff: true
    case 0xfff9...0xfffb: true
    // Tags and variation selectors of plane 14.
    case 0xe0000...0xe0fff: true
    default: false
    }
  }
}
