import TestSupport

/// Markdown at its nastiest: pieces that open, close and almost open every kind of block.
enum Nasty {
  static let pieces = [
    "# T", "## S", "### I", "#### H", "# ", "#", "### x ###", "### {#a}", "\\# x", "- a", "- ", "-",
    "* b", "1. c", "2) d", "  - e", "    f", "\tg", "> q", "> # h", ">", "```", "````", "~~~",
    "```sample", "  ```", "   ~~~~ info", "---", "===", "***", "<!--", "-->", "<div>", "</div>",
    "<?", "?>", "<script>", "</script>", "<a href=x>", "| a | b |", "|-|-|", "[a]: b", "text",
    "**Fix**: x", "- **Fix**: y", "- **Fix:**", "- **Risk**: safe", "- **Verify**: z",
    "- **Check**: n: length 1..2", "- **Cause**: c", "**Symptoms**", "## Symptoms", "### Cause",
    "## Contents", "- [a](#a)", "é", "\u{FEFF}", "\u{0}", "日本", "\u{2028}", "  ", "\t", "",
    "title: x", "...", "{:toc}", "[TOC]", "## Resolution", "### Method 1",
  ]
  static let newlines = ["\n", "\n", "\n", "\n\n", "\r\n", "\r", "\n\n\n", ""]

  static func text(_ random: inout Seeded, lines: Int = 30) -> String {
    var text = Bool.random(using: &random) ? "" : "---\ntitle: t\n---\n"
    for _ in 0..<Int.random(in: 0...lines, using: &random) {
      text += pieces.randomElement(using: &random)!
      text += newlines.randomElement(using: &random)!
    }
    return text
  }

  /// Deletes, doubles and moves pieces of a text, at bytes that do not break UTF-8.
  static func mutate(_ bytes: [UInt8], _ random: inout Seeded) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      let cuts = bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
      let from = cuts.randomElement(using: &random)!
      let to = cuts.filter { $0 >= from && $0 <= from + 80 }.randomElement(using: &random)!
      let piece = Array(bytes[from..<to])
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes.removeSubrange(from..<to)
      case 1: bytes.insert(contentsOf: piece, at: to)
      case 2: bytes.insert(contentsOf: pieces.randomElement(using: &random)!.utf8, at: from)
      default: bytes.insert(contentsOf: newlines.randomElement(using: &random)!.utf8, at: from)
      }
    }
    return bytes
  }
}
