/// A top-level heading and what stands under it.
struct HeadingLine {
  /// Index of its block in the outline.
  var block: Int
  /// Index of its line in the outline.
  var line: Int
  /// The first line that is no part of the heading.
  var end: Int
  var level: Int
  var title: String
  /// Where the title stands, as it is written there.
  var text: Range<Int>
  var part: PartName?
  /// Blocks between this heading and the next of any level.
  var body: Range<Int>
  /// A question or the summary of a block that folds: it begins an issue.
  var isAsked = false

  /// The part is one that says: this file is one issue.
  var isIssuePart: Bool { part.map { $0.isExact && $0.isPart } ?? false }
  /// *References*, *Summary* and such.
  var isArticlePart: Bool { part.map { $0.isExact && !$0.isPart } ?? false }
  /// A name of its own, as an issue or a section has.
  var isPlain: Bool { !(part?.isExact ?? false) }
}

extension Outline {
  /// The top-level headings that have a title, in order, with what stands for them in lists of questions.
  var headings: [HeadingLine] {
    let headings = markedHeadings
    // An article's parts may hold questions and what folds; it is one issue all the same.
    if headings.contains(where: \.isIssuePart) { return headings }
    let finder = AskedHeadings(outline: self)
    var result: [HeadingLine] = []
    func add(_ blocks: Range<Int>, below level: Int, isOfQuestions: Bool) {
      let titles =
        level < AskedHeadings.level
        ? finder.titles(in: blocks, isOfQuestions: isOfQuestions) : finder.problems(in: blocks)
      for title in titles {
        var heading = asked(title, to: blocks.upperBound)
        heading.level = max(AskedHeadings.level, level + 1)
        result.append(heading)
        if result.count > 1 { result[result.count - 2].body.clip(to: title.block) }
      }
    }
    add(0..<(headings.first?.block ?? blocks.count), below: 0, isOfQuestions: true)
    for heading in headings {
      result.append(heading)
      guard heading.level < 6 else { continue }
      add(heading.body, below: heading.level, isOfQuestions: Heading.namesMany(heading.title))
    }
    return result
  }

  /// What names the issue whose lead this is.
  var leadHeading: HeadingLine? {
    markedHeadings.first
      ?? AskedHeadings(outline: self).title(ofLead: blocks.indices).map {
        asked($0, to: blocks.count)
      }
  }

  private func asked(_ title: AskedHeadings.Title, to end: Int) -> HeadingLine {
    HeadingLine(
      block: title.block, line: blocks[title.block].lines.lowerBound, end: title.end,
      level: AskedHeadings.level, title: title.title, text: title.text, part: nil,
      body: title.block + 1..<end, isAsked: true)
  }

  private var markedHeadings: [HeadingLine] {
    var result: [HeadingLine] = []
    let countsUnderlined = countsUnderlined
    for index in blocks.indices {
      guard let (level, text) = heading(index, countsUnderlined: countsUnderlined) else { continue }
      let title = Heading.title(bytes[text])
      guard !title.isEmpty else { continue }
      if let last = result.indices.last { result[last].body = result[last].block + 1..<index }
      result.append(
        HeadingLine(
          block: index, line: blocks[index].lines.lowerBound, end: blocks[index].lines.upperBound,
          level: level, title: title, text: text, part: PartName(title),
          body: index + 1..<blocks.count))
    }
    return result
  }

  private func heading(_ index: Int, countsUnderlined: Bool) -> (level: Int, text: Range<Int>)? {
    switch blocks[index].kind {
    case .heading(let level, let text): (level, text)
    case .underlined(let level) where countsUnderlined:
      underlinedText(index).map { (level, $0) }
    default: nil
    }
  }

  /// Whether headings are written with a line below them: the first one says so. Where it has number
  /// signs, `---` right below a paragraph was meant as a line between two texts more often.
  var countsUnderlined: Bool {
    for (index, block) in blocks.enumerated() {
      switch block.kind {
      case .heading: return false
      case .underlined where underlinedText(index) != nil: return true
      default: continue
      }
    }
    return false
  }

  /// The text of an underlined heading; nil for what is a sentence or label with a line drawn below it.
  func underlinedText(_ index: Int) -> Range<Int>? {
    let block = blocks[index]
    guard case .underlined(let level) = block.kind, block.lines.count == 2 else { return nil }
    let line = lines[block.lines.lowerBound]
    var (start, end) = (line.start, line.end)
    while start < end, bytes[start].isSpaceOrTab { start += 1 }
    while end > start, bytes[end - 1].isSpaceOrTab { end -= 1 }
    let range = start..<end
    guard level == 2 else { return range }
    let below = lines[block.lines.upperBound - 1]
    let underline = bytes[below.start..<below.end].count { $0 == Byte.hyphen }
    let text = bytes[range].text
    let isDrawn = underline >= 4 || underline >= text.count
    return isDrawn && Heading.mayBeUnderlined(text) ? range : nil
  }
}

extension Range<Int> {
  fileprivate mutating func clip(to end: Int) {
    self = lowerBound..<Swift.max(lowerBound, Swift.min(upperBound, end))
  }
}
