import CCmark

extension Node {
  /// The text inside, without markup.
  var plainText: String {
    guard let iterator = cmark_iter_new(pointer) else { return "" }
    defer { cmark_iter_free(iterator) }
    var text = ""
    while true {
      let event = cmark_iter_next(iterator)
      if event == CMARK_EVENT_DONE { return text }
      guard event == CMARK_EVENT_ENTER, let next = cmark_iter_get_node(iterator) else { continue }
      let node = Node(pointer: next)
      switch node.kind {
      case .text, .code, .htmlInline: text += node.literal
      case .softBreak, .lineBreak: text += " "
      default: break
      }
    }
  }
}

/// A code block of a Markdown text.
package struct CodeBlock: Sendable, Equatable {
  /// The info string, such as "bash" or "sample"; empty for indented code.
  package var info: String
  package var text: String

  package init(info: String, text: String) {
    self.info = info
    self.text = text
  }
}

extension Markdown {
  /// The code blocks at any depth, in order, without fences and the newline before them.
  package static func codeBlocks(_ markdown: String) -> [CodeBlock] {
    guard let tree = Tree(markdown) else { return [] }
    var blocks: [CodeBlock] = []
    tree.walk { node, entering in
      guard entering, node.kind == .codeBlock else { return }
      let text = node.literal
      blocks.append(
        CodeBlock(info: node.info, text: text.hasSuffix("\n") ? String(text.dropLast()) : text))
    }
    return blocks
  }

  /// The first sentence as plain text on one line, at most `limit` characters, cut at a word.
  package static func summary(_ markdown: String, limit: Int = 160) -> String {
    guard let tree = Tree(markdown) else { return shortened(TerminalText.cleaned(markdown), limit) }
    var paragraph: String?
    var fallback: String?
    tree.walk { node, entering in
      guard entering, paragraph == nil else { return }
      switch node.kind {
      case .paragraph: paragraph = node.plainText
      case .heading, .tableCell: fallback = fallback ?? node.plainText
      case .codeBlock, .htmlBlock: fallback = fallback ?? node.literal
      default: break
      }
    }
    let text = TerminalText.cleaned(paragraph ?? fallback ?? "")
    return shortened(firstSentence(text), limit)
  }

  private static func firstSentence(_ text: String) -> String {
    let words = text.split(whereSeparator: { $0.isWhitespace })
    var sentence: [Substring] = []
    for word in words {
      sentence.append(word)
      let bare = word.drop { "\"'(“".contains($0) }
      let ends =
        word.hasSuffix(".") || word.hasSuffix("!") || word.hasSuffix("?")
        || word.hasSuffix(".)") || word.hasSuffix("。")
      if ends, !abbreviations.contains(bare.lowercased()) { break }
    }
    return sentence.joined(separator: " ")
  }

  private static let abbreviations: Set<String> = [
    "e.g.", "i.e.", "etc.", "cf.", "vs.", "approx.", "no.", "incl.", "resp.", "ca.",
  ]

  private static func shortened(_ text: String, _ limit: Int) -> String {
    let text = text.split(whereSeparator: { $0.isWhitespace }).joined(separator: " ")
    guard text.count > limit else { return text }
    let cut = text.prefix(max(limit - 1, 0))
    let word = cut.lastIndex(of: " ").map { cut[..<$0] } ?? cut
    return (word.count * 2 < limit ? cut : word) + "…"
  }
}
