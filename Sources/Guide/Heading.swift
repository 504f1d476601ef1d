/// The level of the heading that a section's or issue's lead begins with; nil for other text.
package func headingLevel(ofLead lead: String) -> Int? {
  let signs = lead.utf8.prefix { $0 == Byte.hash }.count
  return signs > 0 ? signs : Outline(Array(lead.utf8)).leadHeading?.level
}

/// The text of a heading that is read back as that title, for one that is written into Markdown.
package func headingText(_ title: String) -> String { Heading.text(title) }

/// The title that a heading's text names, or that an earlier version, which kept inline markup, took from it.
package func headingTitle(_ text: String) -> String { Heading.title(text.utf8) }

/// Titles as they stand in headings: `{#anchor}` is no part of them, inline markup only dresses them.
enum Heading {
  /// The title that a heading's text names.
  static func title(_ text: some Sequence<UInt8>) -> String {
    let bytes = Array(text)
    let named = bytes[..<titleEnd(bytes)]
    let title = oneLine(HeadingText.plain(named).text)
    // A picture without words is still a heading.
    return title.isEmpty ? named.text.trimmed : title
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
  /// White space becomes single spaces, and only what would be lost or read as markup gets a backslash.
  static func text(_ title: String) -> String {
    let wanted = oneLine(title)
    var signs: Set<UInt8> = []
    let plain = text(wanted, guarding: signs)
    if Self.title(plain.utf8) == wanted { return plain }
    signs = [
      Byte.backslash, Byte.ampersand, Byte.less, Byte.backtick, Byte.openBracket, Byte.asterisk,
      Byte.underscore, Byte.tilde,
    ]
    for sign in signs.sorted() {
      let fewer = text(wanted, guarding: signs.subtracting([sign]))
      if Self.title(fewer.utf8) == wanted { signs.remove(sign) }
    }
    return text(wanted, guarding: signs)
  }

  private static func text(_ title: String, guarding signs: Set<UInt8>) -> String {
    let bytes = Array(title.utf8)
    var result: [UInt8] = []
    let closing = bytes.count - bytes.reversed().prefix { $0 == Byte.hash }.count
    let anchor = titleEnd(bytes) < bytes.count ? bytes.lastIndex(of: Byte.openBrace) : nil
    for (index, byte) in bytes.enumerated() {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 0
      let guarded =
        (byte == Byte.backslash && next.isPunctuation) || index == anchor || signs.contains(byte)
        // Other viewers take any such tag for HTML, which they do not show.
        || (byte == Byte.less && (next.isLetter || next == Byte.slash))
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
