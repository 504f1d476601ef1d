/// Titles that are no headings: the questions of a list of questions (`**Q: …?**`), and the summaries of
/// blocks that fold (`<details><summary>`).
struct AskedHeadings {
  /// As an issue's heading, which may stand beside them.
  static let level = 3

  struct Title {
    var block: Int
    /// The first line that is no part of it.
    var end: Int
    var text: Range<Int>
    var title: String
  }

  let outline: Outline

  /// The titles among blocks that stand below one heading. One alone is part of a text.
  func titles(in blocks: Range<Int>) -> [Title] {
    let folded = folds(blocks)
    if folded.count >= 2 { return folded }
    let asked = blocks.compactMap(question)
    return asked.count >= 2 ? asked : []
  }

  /// The title that an issue's lead consists of.
  func title(ofLead blocks: Range<Int>) -> Title? {
    blocks.lazy.compactMap { question($0) ?? summary($0) }.first
  }

  // MARK: Questions

  private func question(_ index: Int) -> Title? {
    let block = outline.blocks[index]
    guard block.kind == .paragraph else { return nil }
    let lines = block.lines
    let answer = lines.dropFirst().first { Label(outline.text(ofLine: $0).trimmed)?.name == .fix }
    let end = answer ?? lines.upperBound
    let first = outline.lines[lines.lowerBound]
    guard let start = Self.start(of: outline.bytes[first.start..<first.end]) else { return nil }
    var last = outline.lines[end - 1].end
    while last > start, Self.dresses(outline.bytes[last - 1]) { last -= 1 }
    guard start < last else { return nil }
    let title = Heading.title(outline.bytes[start..<last])
    return Title(block: index, end: end, text: start..<last, title: title)
  }

  /// Where the question begins behind "Q:", "**Q1.**", "Question 2:".
  private static func start(of line: ArraySlice<UInt8>) -> Int? {
    let bare = line.drop(while: dresses)
    let word = bare.prefix(while: \.isLetter).text.lowercased()
    guard word == "q" || word == "question" else { return nil }
    var rest = bare.dropFirst(word.utf8.count).drop { $0 == Byte.space }.drop(while: \.isDigit)
    rest = rest.drop(while: { $0 == Byte.asterisk || $0 == Byte.underscore })
    guard let mark = rest.first,
      mark == Byte.colon || mark == Byte.dot || mark == Byte.closeParenthesis
    else { return nil }
    return rest.dropFirst().drop(while: dresses).startIndex
  }

  private static func dresses(_ byte: UInt8) -> Bool {
    byte.isSpaceOrTab || byte == Byte.asterisk || byte == Byte.underscore
  }

  // MARK: Blocks that fold

  /// Blocks that fold, where nothing but an introduction stands beside them: elsewhere they hold what is
  /// too long for the text around them.
  private func folds(_ blocks: Range<Int>) -> [Title] {
    var titles: [Title] = []
    var depth = 0
    var beside = 0
    for index in blocks {
      let tags = foldTags(index)
      if depth == 0 {
        if let title = summary(index) {
          titles.append(title)
        } else if tags.opening == 0, !isComment(index) {
          beside += 1
          if !titles.isEmpty || beside > 1 { return [] }
        } else {
          return []
        }
      }
      depth += tags.opening - tags.closing
      if depth < 0 { return [] }
    }
    return depth == 0 ? titles : []
  }

  /// The title of a block that begins with `<details>` and its summary.
  private func summary(_ index: Int) -> Title? {
    let block = outline.blocks[index]
    guard block.kind == .html, foldTags(index).opening == 1 else { return nil }
    var place = outline.lines[block.lines.lowerBound].start
    let end = outline.lines[block.lines.upperBound - 1].end
    func find(_ word: StaticString) -> Bool {
      while place < end, !outline.bytes[place..<end].hasPrefix(word) { place += 1 }
      return place < end
    }
    guard find("<summary"), find(">") else { return nil }
    let start = place + 1
    guard find("</summary>") else { return nil }
    let text = start..<place
    let title = Heading.oneLine(HeadingText.plain(outline.bytes[text], isMarkdown: false).text)
    let line = block.lines.first { outline.lines[$0].end > place } ?? block.lines.lowerBound
    // What stands behind the summary on its line would be lost to the title.
    let rest = outline.bytes[place..<outline.lines[line].end].dropFirst("</summary>".utf8.count)
    // Tags that do more than dress words stay as they are.
    guard !title.isEmpty, rest.allSatisfy(\.isSpaceOrTab),
      !FoldTags.plain(outline.bytes[text].text[...]).contains("<")
    else { return nil }
    return Title(block: index, end: line + 1, text: text, title: title)
  }

  private func foldTags(_ index: Int) -> (opening: Int, closing: Int) {
    guard outline.blocks[index].kind == .html else { return (0, 0) }
    let text = outline.blocks[index].lines.map { outline.text(ofLine: $0) }.joined(separator: "\n")
    return (text.count(of: "<details"), text.count(of: "</details"))
  }

  private func isComment(_ index: Int) -> Bool {
    outline.text(ofLine: outline.blocks[index].lines.lowerBound).trimmed.hasPrefix("<!--")
  }
}

extension String {
  fileprivate func count(of word: String) -> Int { ranges(of: word).count }
}
