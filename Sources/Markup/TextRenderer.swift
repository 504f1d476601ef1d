extension Markdown {
  /// Renders Markdown as text for a terminal.
  ///
  /// Paragraphs are wrapped at `width` columns, code is indented by four and never wrapped,
  /// links are `text <address>`, emphasis is dropped, inline code keeps its backticks. Control
  /// characters and escape sequences are taken away, however they were written.
  package static func plainText(_ markdown: String, width: Int = 80) -> String {
    let cleaned = TerminalText.cleaned(markdown)
    guard let tree = Tree(cleaned) else { return cleaned }
    var renderer = TextRenderer(width: max(width, 20))
    tree.walk { node, entering in
      if entering { renderer.enter(node) } else { renderer.leave(node) }
    }
    return renderer.text
  }
}

/// Writes a tree as plain text.
struct TextRenderer {
  private(set) var text = ""
  let width: Int

  /// What stands before the lines of a list item or quote.
  private struct Prefix {
    /// Before the first line; then `rest`.
    var first: String?
    var rest: String
  }

  /// Stand for a space that no line is broken at, and for a line break; neither can occur in
  /// cleaned text.
  private static let hardSpace = "\u{1}"
  private static let hardBreak = "\u{2}"
  private static let depthLimit = 20

  private var prefixes: [Prefix] = []
  /// The paragraph, heading or cell that is being read.
  private var inline = ""
  private var linkStarts: [String.Index] = []
  private var counters: [Int?] = []
  /// The next block follows its list's item marker, or a tight item before it.
  private var joins = true
  private var rows: [[String]] = []
  private var alignments: [UInt8] = []

  init(width: Int) { self.width = width }

  mutating func enter(_ node: Node) {
    switch node.kind {
    case .text, .htmlInline: inline += TerminalText.cleaned(node.literal)
    case .code: code(node.literal)
    case .softBreak: inline += " "
    case .lineBreak: inline += Self.hardBreak
    case .link, .image: linkStarts.append(inline.endIndex)
    case .quote: push(first: nil, rest: "> ")
    case .list: counters.append(node.isOrdered ? node.listStart : nil)
    case .item: openItem(node)
    case .codeBlock, .htmlBlock: verbatim(node)
    case .rule:
      startBlock(tight: false)
      emit(String(repeating: "-", count: 40))
    case .table:
      rows = []
      alignments = node.alignments
    case .tableHeader, .tableRow: rows.append([])
    default: break
    }
  }

  mutating func leave(_ node: Node) {
    switch node.kind {
    case .link, .image: closeLink(node)
    case .paragraph: paragraph(tight: node.isInTightList)
    case .heading: heading()
    case .quote: pop()
    case .list: counters.removeLast()
    case .item:
      if prefixes.last?.first != nil { emit("") }  // an empty item
      pop()
    case .tableCell:
      rows[rows.count - 1].append(plain(inline))
      inline = ""
    case .table: table()
    default: break
    }
  }

  // MARK: Inline

  private mutating func code(_ literal: String) {
    let cleaned = TerminalText.cleaned(literal)
    let body = String(cleaned.map { $0 == " " ? Character(Self.hardSpace) : $0 })
    inline += cleaned.contains("`") ? "`` \(body) ``" : "`\(body)`"
  }

  private mutating func closeLink(_ node: Node) {
    guard let start = linkStarts.popLast() else { return }
    let url = TerminalText.cleaned(node.url)
    let text = plain(String(inline[start...]))
    guard !url.isEmpty, Link.isSafe(url), !url.hasPrefix("#") else { return }
    let address = Link.encoded(url)
    let shown = url.hasPrefix("mailto:") ? String(url.dropFirst(7)) : url
    if text == url || text == shown || "http://" + text == url {
      inline.removeSubrange(start...)
      inline += "<\(text == shown ? shown : address)>"
    } else {
      inline += (text.isEmpty ? "" : " ") + "<\(address)>"
    }
  }

  private func plain(_ inline: String) -> String {
    String(
      inline.map { $0 == Character(Self.hardSpace) || $0 == Character(Self.hardBreak) ? " " : $0 })
  }

  // MARK: Blocks

  private mutating func paragraph(tight: Bool) {
    startBlock(tight: tight)
    let room = max(width - prefixWidth, 20)
    for part in inline.split(separator: Character(Self.hardBreak), omittingEmptySubsequences: false)
    {
      for line in TerminalText.wrap(part, width: room) { emit(plain(line)) }
    }
    inline = ""
  }

  private mutating func heading() {
    startBlock(tight: false)
    let title = plain(inline)
    emit(title)
    emit(String(repeating: "-", count: min(TerminalText.width(title), width - prefixWidth)))
    inline = ""
  }

  private mutating func verbatim(_ node: Node) {
    startBlock(tight: false)
    var literal = TerminalText.cleaned(node.literal)
    if literal.hasSuffix("\n") { literal.removeLast() }
    let indent = node.kind == .codeBlock ? "    " : ""
    for line in literal.split(separator: "\n", omittingEmptySubsequences: false) {
      emit(line.isEmpty ? "" : indent + line)
    }
  }

  private mutating func openItem(_ node: Node) {
    var marker = "- "
    if let last = counters.indices.last, let number = counters[last] {
      marker = "\(number). "
      counters[last] = number + 1
    }
    if let isDone = node.isDone { marker += isDone ? "[x] " : "[ ] " }
    let isTight = node.parent.map { $0.isTightList } ?? true
    if !(isTight && !node.isFirst) { startBlock(tight: isTight && counters.count > 1) }
    push(first: marker, rest: String(repeating: " ", count: TerminalText.width(marker)))
    joins = true
  }

  private mutating func push(first: String?, rest: String) {
    if first == nil { startBlock(tight: false) }
    let isTooDeep = prefixes.count >= Self.depthLimit
    prefixes.append(Prefix(first: isTooDeep ? nil : first, rest: isTooDeep ? "" : rest))
    joins = true
  }

  private mutating func pop() {
    prefixes.removeLast()
    joins = false
  }

  /// Puts a blank line before a block, unless the block is the first in its item or tight.
  private mutating func startBlock(tight: Bool) {
    if !joins, !tight, !text.isEmpty { emit("") }
    joins = false
  }

  private var prefixWidth: Int {
    prefixes.reduce(0) { $0 + TerminalText.width($1.first ?? $1.rest) }
  }

  private mutating func emit(_ line: String) {
    var whole = ""
    for index in prefixes.indices {
      whole += prefixes[index].first ?? prefixes[index].rest
      prefixes[index].first = nil
    }
    whole += line
    while whole.hasSuffix(" ") { whole.removeLast() }
    text += whole + "\n"
  }

  // MARK: Tables

  private mutating func table() {
    startBlock(tight: false)
    let columns = rows.map(\.count).max() ?? 0
    var widths = Array(repeating: 3, count: columns)
    for row in rows {
      for (index, cell) in row.enumerated() {
        widths[index] = min(max(widths[index], TerminalText.width(cell)), width)
      }
    }
    for (index, row) in rows.enumerated() {
      emit(line(row, widths))
      if index == 0 {
        emit(widths.map { String(repeating: "-", count: $0) }.joined(separator: "  "))
      }
    }
    rows = []
  }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    row.enumerated().map { index, cell in
      let space = String(repeating: " ", count: max(widths[index] - TerminalText.width(cell), 0))
      let isRight = index < alignments.count && alignments[index] == UInt8(ascii: "r")
      return isRight ? space + cell : cell + space
    }.joined(separator: "  ")
  }
}
