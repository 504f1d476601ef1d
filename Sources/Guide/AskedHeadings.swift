/// Titles that are no headings: the questions of a list of questions (`**Q: …?**`, `**Why …?**`), problems that
/// stand in bold type (`**Issue: …**`, `**Problem**: …` above its solution), and the summaries of blocks
/// that fold (`<details><summary>`).
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
  ///
  /// - Parameter isOfQuestions: The heading says that questions follow, which a text may have, too.
  func titles(in blocks: Range<Int>, isOfQuestions: Bool) -> [Title] {
    let folded = folds(blocks)
    if folded.count >= 2 { return folded }
    let asked = blocks.compactMap(question)
    if asked.count >= 2 { return asked }
    let bold = isOfQuestions ? blocks.compactMap(boldQuestion) : []
    return bold.count >= 2 ? bold : problems(in: blocks)
  }

  /// The titles that say of themselves that they are problems. Those of a line alone need no more; a label
  /// names an issue where each of them has a solution of its own.
  func problems(in blocks: Range<Int>) -> [Title] {
    let alone = blocks.compactMap(boldProblem)
    if alone.count >= 2 { return alone }
    let labelled = blocks.compactMap(labelledProblem)
    guard labelled.count >= 2 else { return [] }
    let ends = labelled.dropFirst().map(\.block) + [blocks.upperBound]
    let areSolved = zip(labelled, ends).allSatisfy { title, end in
      title.end < outline.blocks[title.block].lines.upperBound
        || (title.block + 1..<end).contains(where: isFix)
    }
    return areSolved ? labelled : []
  }

  /// The title that an issue's lead consists of.
  func title(ofLead blocks: Range<Int>) -> Title? {
    blocks.lazy.compactMap {
      question($0) ?? boldQuestion($0) ?? boldProblem($0) ?? labelledProblem($0) ?? summary($0)
    }.first
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

  // MARK: Problems in bold type

  /// `**Why is the image not found?**`, alone on its line.
  private func boldQuestion(_ index: Int) -> Title? {
    guard let text = boldLine(index), outline.bytes[text].last == UInt8(ascii: "?") else {
      return nil
    }
    return title(text, index)
  }

  /// `**Issue: the build hangs**`, `**Problem 2: no sound**`, alone on its line.
  private func boldProblem(_ index: Int) -> Title? {
    guard let text = boldLine(index) else { return nil }
    let bytes = outline.bytes[text]
    let word = bytes.prefix(while: \.isLetter)
    guard Self.problemWords.contains(word.text.lowercased()) else { return nil }
    let mark = bytes[word.endIndex...].drop { $0 == Byte.space || $0 == Byte.hash || $0.isDigit }
    guard mark.first == Byte.colon else { return nil }
    let rest = mark.dropFirst().drop(while: \.isSpaceOrTab)
    return rest.isEmpty ? nil : title(rest.indices, index)
  }

  /// `**Problem**: the build hangs`; its solution may stand in the same paragraph.
  private func labelledProblem(_ index: Int) -> Title? {
    let block = outline.blocks[index]
    guard block.kind == .paragraph, let label = outline.label(ofBlock: index),
      label.isBold, Self.problemWords.contains(label.word), !label.value.isEmpty
    else { return nil }
    let line = outline.lines[block.lines.lowerBound]
    var end = line.end
    while outline.bytes[end - 1].isSpaceOrTab { end -= 1 }
    let start = end - label.value.utf8.count
    guard start > line.start, label.value.utf8.count <= Self.longest else { return nil }
    return title(start..<end, index)
  }

  private static let problemWords: Set = ["issue", "problem", "error", "problema", "问题", "問題"]
  /// What is longer tells a story.
  private static let longest = 160

  private func title(_ text: Range<Int>, _ index: Int) -> Title {
    Title(
      block: index, end: outline.blocks[index].lines.lowerBound + 1, text: text,
      title: Heading.title(outline.bytes[text]))
  }

  /// What stands between the signs of a paragraph that is one line in bold type.
  private func boldLine(_ index: Int) -> Range<Int>? {
    let block = outline.blocks[index]
    guard block.kind == .paragraph, block.lines.count == 1 else { return nil }
    let line = outline.lines[block.lines.lowerBound]
    let bytes = outline.bytes[line.start..<line.end]
    guard let first = bytes.firstIndex(where: { !$0.isSpaceOrTab }),
      let last = bytes.lastIndex(where: { !$0.isSpaceOrTab }), last - first >= 5,
      bytes[first...].hasPrefix("**"), bytes[...last].suffix(2).elementsEqual("**".utf8)
    else { return nil }
    let inner = first + 2..<last - 1
    return outline.bytes[inner].text.contains("**") ? nil : inner
  }

  private func isFix(_ index: Int) -> Bool {
    switch outline.label(ofBlock: index)?.name {
    case .fix, .workaround: true
    default: outline.boldPart(ofBlock: index)?.isFix ?? false
    }
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
