import Guide

/// What an issue says, for an answer that has no fix of it to show: an article in free prose tells
/// what to do in its text.
struct ProseAnswer: Sendable, Equatable {
  /// Longer texts are cut at a line, since an answer should fit a screen or a model's attention.
  static let limit = 4_000

  /// Markdown, at most `limit` bytes and the end of a code block.
  let markdown: String
  /// There is more at the address.
  let isCut: Bool

  /// Nil for an issue that says nothing.
  init?(_ source: String) {
    let markdown = unfolded(source)
    guard markdown.contains(where: { !$0.isWhitespace }) else { return nil }
    guard markdown.utf8.count > Self.limit else {
      (self.markdown, isCut) = (markdown, false)
      return
    }
    var shown = ""
    var fence: Substring?
    for line in markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
      guard shown.utf8.count + line.utf8.count < Self.limit else { break }
      shown += line + "\n"
      let mark = line.drop { $0 == " " }.prefix { $0 == "`" || $0 == "~" }
      if let open = fence {
        if mark.hasPrefix(open) { fence = nil }
      } else if mark.count >= 3 {
        fence = mark
      }
    }
    // One line that is longer than everything that fits.
    if shown.isEmpty { shown = String(markdown.prefix(Self.limit / 4)) + "…\n" }
    if let fence { shown += fence + "\n" }
    (self.markdown, isCut) = (shown, true)
  }
}
