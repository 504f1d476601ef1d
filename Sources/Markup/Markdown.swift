import Threads

/// Markdown as cmark-gfm reads it (tables, strikethrough, autolinks, task lists), made safe.
package enum Markdown {
  /// Renders Markdown for a page.
  ///
  /// Raw HTML is shown as text; links lead only to `http`, `https`, `mailto` and relative
  /// addresses, with `rel="nofollow noopener"`; images become links to them, so that a page
  /// asks no third party for anything.
  ///
  /// - Parameters:
  ///   - idPrefix: Headings get ids that begin with it, and `#anchor` links lead to those; nil
  ///     for no ids.
  ///   - topHeading: The level at which the text's outermost headings are shown; deeper ones
  ///     follow without a gap, down to 6.
  package static func html(
    _ markdown: String, idPrefix: String? = nil, topHeading: Int = 4
  ) -> HTML {
    remembered(markdown, .blocks(idPrefix, topHeading)) {
      rendered(markdown, idPrefix, topHeading)
    }
  }

  private static func rendered(_ markdown: String, _ idPrefix: String?, _ topHeading: Int) -> HTML {
    guard let tree = Tree(markdown) else { return verbatim(markdown) }
    var renderer = HTMLRenderer(idPrefix: idPrefix, headingRanks: ranks(tree, top: topHeading))
    tree.walk { node, entering in
      if entering { renderer.enter(node) } else { renderer.leave(node) }
    }
    return renderer.html
  }

  /// Renders text of one line, such as a title: code and emphasis, no blocks and no links.
  package static func inline(_ markdown: String) -> HTML {
    remembered(markdown, .line) { renderedInline(markdown) }
  }

  /// Renders text of one line with its links; images are links too.
  ///
  /// - Parameter definitions: What `[name]` links in it may name, as `definitions(in:)` gives it.
  package static func line(_ markdown: String, definitions: String = "") -> HTML {
    let source =
      definitions.isEmpty || !markdown.utf8.contains(UInt8(ascii: "["))
      ? markdown : "\(markdown)\n\n\(definitions)"
    return remembered(source, .linkedLine) { renderedInline(source, or: markdown, links: true) }
  }

  /// The link reference definitions of a text, one a line (CommonMark §4.7).
  package static func definitions(in markdown: String) -> String {
    // Byte by byte, since every issue's page asks this and hardly a text has one.
    var last: UInt8 = 0
    let hasOne = markdown.utf8.contains { byte in
      defer { last = byte }
      return byte == UInt8(ascii: ":") && last == UInt8(ascii: "]")
    }
    guard hasOne else { return "" }
    return markdown.split(whereSeparator: \.isNewline).filter { line in
      let start = line.prefix { $0 == " " }
      return start.count <= 3 && line.dropFirst(start.count).hasPrefix("[") && line.contains("]:")
    }.joined(separator: "\n")
  }

  private static func renderedInline(
    _ markdown: String, or plain: String? = nil, links: Bool = false
  ) -> HTML {
    let plain = plain ?? markdown
    guard let tree = Tree(markdown) else { return .text(plain) }
    var renderer = HTMLRenderer(idPrefix: nil, headingRanks: [:])
    renderer.allowsLinks = links
    var isParagraph = true
    tree.walk { node, entering in
      switch node.kind {
      case .document: return
      case .paragraph where node.parent?.kind == .document && node.isFirst && node.isLast: return
      case .text, .softBreak, .code, .emphasis, .strong, .strikethrough, .link, .htmlInline: break
      case .image where links: break
      default: isParagraph = false
      }
      if entering { renderer.enter(node) } else { renderer.leave(node) }
    }
    return isParagraph ? renderer.html : .text(plain)
  }

  /// All that an output depends on.
  private struct Source: Hashable {
    enum Kind: Hashable {
      case line, linkedLine
      case blocks(_ idPrefix: String?, _ topHeading: Int)
    }

    let text: ExactText
    let kind: Kind
  }

  private static let memo = Memo<Source, HTML>(limit: 4 * 1_024 * 1_024)

  /// A page has dozens of texts, which are the same the next time.
  private static func remembered(
    _ markdown: String, _ kind: Source.Kind, _ render: () -> HTML
  ) -> HTML {
    memo(
      Source(text: ExactText(markdown), kind: kind),
      size: { markdown.utf8.count + $0.bytes.count }, make: render)
  }

  /// The code blocks of a text, in order, with the first word of their info strings.
  package static func codeBlocks(_ markdown: String) -> [(language: String, text: String)] {
    guard let tree = Tree(markdown) else { return [] }
    var blocks: [(language: String, text: String)] = []
    tree.walk { node, entering in
      guard entering, node.kind == .codeBlock else { return }
      let language = node.info.split(separator: " ").first.map(String.init) ?? ""
      blocks.append((language, node.literal))
    }
    return blocks
  }

  /// Whether an address may stand in a link: relative, or of a scheme that runs nothing.
  package static func isSafe(url: String) -> Bool { Link.isSafe(url) }

  private static func verbatim(_ markdown: String) -> HTML {
    "<pre tabindex=\"0\">\(markdown)</pre>\n"
  }

  /// The level to show for each level that occurs.
  private static func ranks(_ tree: borrowing Tree, top: Int) -> [Int: Int] {
    var levels: Set<Int> = []
    tree.walk { node, entering in
      if entering, node.kind == .heading { levels.insert(node.headingLevel) }
    }
    var ranks: [Int: Int] = [:]
    for (rank, level) in levels.sorted().enumerated() {
      ranks[level] = min(max(top, 1) + rank, 6)
    }
    return ranks
  }
}
