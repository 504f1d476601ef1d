/// The blocks of an issue, or of one of its list items, with the lines they have in the issue.
struct BlockWalk {
  let outline: Outline
  /// Lines of the issue above this outline's first.
  let lineOffset: Int
  /// Lines that are taken away already (samples).
  let hidden: Set<Int>
  /// How many list items stand around this.
  let depth: Int

  /// The block's first line in the issue, counted from 1.
  func line(_ index: Int) -> Int { outline.blocks[index].lines.lowerBound + lineOffset + 1 }

  /// The block's lines in the issue, counted from 0.
  func lines(_ index: Int) -> Range<Int> {
    let lines = outline.blocks[index].lines
    return lines.lowerBound + lineOffset..<lines.upperBound + lineOffset
  }

  /// The block as written, without samples.
  func text(_ index: Int) -> String {
    outline.blocks[index].lines.filter { !hidden.contains($0) }
      .map { outline.text(ofLine: $0) }.joined(separator: "\n").trimmedLines
  }

  /// The block's text for a passage: an item without marker, a quote without its signs.
  func passage(_ index: Int) -> String {
    switch outline.blocks[index].kind {
    case .item: itemText(index)
    case .quote: unquoted(index)
    case .paragraph: text(index).trimmed
    default: text(index)
    }
  }

  /// A list item's text without marker and indentation.
  func itemText(_ index: Int) -> String {
    let block = outline.blocks[index]
    guard case .item(let item) = block.kind else { return text(index) }
    var result: [String] = []
    for line in block.lines where !hidden.contains(line) {
      let span = outline.lines[line]
      if line == block.lines.lowerBound {
        result.append(outline.bytes[item.content..<max(item.content, span.end)].text)
      } else {
        var cursor = Cursor(outline.bytes, from: span.start, to: span.end)
        cursor.skip(columns: item.width)
        result.append(outline.bytes[cursor.position..<span.end].text)
      }
    }
    return result.joined(separator: "\n").trimmedLines
  }

  func unquoted(_ index: Int) -> String {
    outline.blocks[index].lines.filter { !hidden.contains($0) }.map { line in
      var text = outline.text(ofLine: line).trimmed[...]
      if text.hasPrefix(">") { text = text.dropFirst() }
      return text.hasPrefix(" ") ? String(text.dropFirst()) : String(text)
    }.joined(separator: "\n").trimmed
  }

  func isCode(_ index: Int) -> Bool {
    switch outline.blocks[index].kind {
    case .fence, .indentedCode, .quote: true
    default: false
    }
  }

  func isParagraph(_ index: Int) -> Bool { outline.blocks[index].kind == .paragraph }

  func nextIsItem(_ index: Int) -> Bool {
    guard index + 1 < outline.blocks.count else { return false }
    if case .item = outline.blocks[index + 1].kind { return true }
    return false
  }
}
