// What other people's pages put around a fix: tables, callouts, blocks that fold.
extension IssueReader {
  // MARK: Tables

  /// Reads a table of problems and fixes, row by row; false when the paragraph is none.
  mutating func table(_ index: Int, _ walk: BlockWalk) -> Bool {
    guard let table = Table(walk.outline, paragraph: index) else { return false }
    if table.saysMore { other.append(walk.text(index), lines: walk.lines(index)) }
    let isAlone = table.rows.count == 1
    for row in table.rows {
      let line = row.line + walk.lineOffset + 1
      let seen = table.text([.symptom], of: row)
      let cause = table.text([.cause], of: row)
      let key = (seen.isEmpty ? cause : seen).replacing("\n\n", with: ", ")
      addSymptom(seen, line: line)
      // Which row it belongs to must be seen where causes and fixes stand in lists of their own.
      let prefix = isAlone || key.isEmpty ? "" : Self.strong(key) + ": "
      if !cause.isEmpty { addCause((seen.isEmpty ? "" : prefix) + cause, line: line) }
      for role in [Table.Role.fix, .workaround] {
        let text = table.text([role], of: row)
        guard !text.isEmpty, !text.saysNothing else { continue }
        addFix(role == .workaround ? .workaround : .fix, prefix + text, line: line)
      }
    }
    awaitsCode = nil
    (part, partLevel) = (.other, 0)
    return true
  }

  static func strong(_ text: String) -> String {
    let line = text.replacing("\n", with: " ").replacing("**", with: "")
    return line.contains("*") ? line : "**\(line)**"
  }

  // MARK: Callouts

  /// Reads what stands in a quote that is no quotation: `> **Fix**: text`, `> [!TIP]` with such lines.
  mutating func callout(_ index: Int, _ walk: BlockWalk) -> Bool {
    guard part != .fix || partLevel == 0, walk.depth == 0 else { return false }
    var text = walk.unquoted(index)
    var offset = walk.line(index) - 1
    if text.hasPrefix("[!"), let end = text.firstIndex(of: "]") {
      let rest = text[text.index(after: end)...]
      let title = rest.prefix { !$0.isNewline }
      text = String(rest.dropFirst(title.count + (title.count < rest.count ? 1 : 0)))
      offset += 1
      if let name = PartName(String(title)), name.isPart, name.isExact {
        return inside(text, offset: offset, walk, named: name)
      }
    }
    let outline = Outline(Array(text.utf8))
    let says = outline.blocks.indices.contains {
      switch outline.label(ofBlock: $0)?.name {
      case .symptom, .cause, .fix, .workaround: true
      default: outline.boldPart(ofBlock: $0)?.isPart ?? false
      }
    }
    return says && inside(text, offset: offset, walk, named: nil)
  }

  /// Reads a text that stood inside something else.
  private mutating func inside(
    _ text: String, offset: Int, _ walk: BlockWalk, named name: PartName?
  ) -> Bool {
    if let name { openBold(name, line: offset) }
    var inner = BlockWalk(
      outline: Outline(Array(text.utf8)), lineOffset: offset, hidden: [], depth: walk.depth + 1)
    readBlocks(&inner)
    if part == .fix || name != nil { (part, partLevel) = (.other, 0) }
    return true
  }

  /// `!!! tip "Solution"` and `:::tip Solution` that name a part: what follows is that part.
  mutating func admonition(_ index: Int, _ walk: BlockWalk) -> Bool {
    var lines = walk.text(index).lines.map(String.init)
    guard let first = lines.first, let name = Self.admonition(first) else { return false }
    openBold(name, line: walk.line(index))
    lines.removeFirst()
    let isClosed = lines.last?.trimmed == ":::"
    if isClosed { lines.removeLast() }
    let text = lines.map { $0.hasPrefix("    ") ? String($0.dropFirst(4)) : $0 }
    var inner = BlockWalk(
      outline: Outline(Array(text.joined(separator: "\n").utf8)), lineOffset: walk.line(index),
      hidden: [], depth: walk.depth + 1)
    readBlocks(&inner)
    if isClosed { (part, partLevel) = (.other, 0) }
    return true
  }

  private static func admonition(_ line: String) -> PartName? {
    guard let mark = line.first, mark == "!" || mark == "?" || mark == ":",
      line.prefix(3) == String(repeating: mark, count: 3)
    else { return nil }
    let words = line.drop { $0 == mark || $0 == "+" }.trimmed
    let title = words.drop { !$0.isWhitespace }.filter { !"\"[]".contains($0) }.trimmed
    guard let name = PartName(title.isEmpty ? words : title), name.isExact, name.isPart else {
      return nil
    }
    return name
  }

  // MARK: HTML

  /// Tags that only fold their content say nothing; their summary is a heading.
  mutating func html(_ index: Int, _ walk: BlockWalk) {
    guard let fold = FoldTags(walk.text(index)) else { return place(index, walk) }
    for (offset, line) in fold.lines.enumerated() {
      for said in line { self.fold(said, line: walk.line(index) + offset) }
    }
  }

  private mutating func fold(_ said: FoldTags.Line, line: Int) {
    switch said {
    case .summary(let text):
      if let name = PartName(text), name.isPart, name.isExact {
        openBold(name, line: line)
      } else {
        placeLine(text.isEmpty ? "" : "**\(text)**", line: line)
      }
    case .text(let text): placeLine(text, line: line)
    case .closing: if partLevel == 7 { (part, partLevel) = (.other, 0) }
    case .opening: break
    }
  }

  /// A line of text that is no block of its own.
  private mutating func placeLine(_ text: String, line: Int) {
    guard !text.isEmpty else { return }
    if part == .fix, let last = fixTexts.indices.last {
      fixTexts[last].append(text, lines: line - 1..<line)
    } else if part == .symptoms || part == .causes {
      add(part == .symptoms ? .symptom : .cause, text, line: line)
    } else {
      other.append(text, lines: line - 1..<line)
    }
  }
}
