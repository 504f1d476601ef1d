/// The level of the heading that a section's or issue's lead begins with; nil for other text.
package func headingLevel(ofLead lead: String) -> Int? {
  let signs = lead.utf8.prefix { $0 == Byte.hash }.count
  return signs > 0 ? signs : Outline(Array(lead.utf8)).leadHeading?.level
}

/// Titles as they stand in headings: `{#anchor}` is no part of them, a backslash guards a sign.
enum Heading {
  /// The title that a heading's text names.
  static func title(_ text: some Sequence<UInt8>) -> String {
    let bytes = Array(text)
    var result: [UInt8] = []
    var index = 0
    let end = titleEnd(bytes)
    while index < end {
      if bytes[index] == Byte.backslash, index + 1 < end, bytes[index + 1].isPunctuation {
        index += 1
      }
      result.append(bytes[index])
      index += 1
    }
    return result.text.trimmed
  }

  /// Where the title ends in a heading's text: before a `{#anchor}` at its end.
  static func titleEnd(_ bytes: some RandomAccessCollection<UInt8>) -> Int {
    let bytes = Array(bytes)
    let count = bytes.count
    guard bytes.last == Byte.closeBrace, let open = bytes.lastIndex(of: Byte.openBrace),
      open > 0, bytes[open - 1].isSpaceOrTab, open + 1 < count,
      bytes[open + 1] == Byte.hash || bytes[open + 1] == Byte.colon
        || bytes[open + 1] == Byte.dot
    else { return count }
    var end = open
    while end > 0, bytes[end - 1].isSpaceOrTab { end -= 1 }
    return end == 0 ? count : end
  }

  /// The text of a heading that `title(_:)` reads back as `title`.
  ///
  /// White space becomes single spaces, and only what would be lost gets a backslash.
  static func text(_ title: String) -> String {
    let bytes = Array(oneLine(title).utf8)
    var result: [UInt8] = []
    let closing = bytes.count - bytes.reversed().prefix { $0 == Byte.hash }.count
    let anchor = titleEnd(bytes) < bytes.count ? bytes.lastIndex(of: Byte.openBrace) : nil
    for (index, byte) in bytes.enumerated() {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      let guarded =
        (byte == Byte.backslash && next.isPunctuation) || index == anchor
        || (index == closing && byte == Byte.hash
          && (closing == 0 || bytes[closing - 1] == Byte.space))
      if guarded { result.append(Byte.backslash) }
      result.append(byte)
    }
    return result.text
  }

  /// Whether a text with a line of hyphens below it reads as a title: no sentence, list or label.
  static func mayBeUnderlined(_ text: String) -> Bool {
    guard let last = text.last, text.count <= 120 else { return false }
    return ![".", ":", ",", ";", "!", "|"].contains(last) && !text.hasPrefix("|")
      && Label(text) == nil
  }

  /// The title on one line, without white space at its ends or twice inside.
  static func oneLine(_ title: String) -> String {
    title.utf8.split(whereSeparator: { $0.isWhitespace }).map { Substring($0) }
      .joined(separator: " ")
  }
}
