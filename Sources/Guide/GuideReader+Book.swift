extension GuideReader {
  /// Where a span of a guide with several issues begins.
  private struct Boundary {
    enum Kind { case section, issue, plain }
    var kind: Kind
    var heading: HeadingLine
  }

  /// Cuts a guide at its headings; everything before the first is the head.
  mutating func readBook(into file: inout GuideFile, _ choice: LayoutChooser.Choice) {
    let boundaries = boundaries(choice)
    let first = boundaries.first?.heading
    let headEnd = first.map { outline.lines[$0.line].start } ?? bytes.count
    file.head = bytes[..<headEnd].text
    readHead(into: &file, blocks: 0..<(first?.block ?? outline.blocks.count))
    for (index, boundary) in boundaries.enumerated() {
      let start = outline.lines[boundary.heading.line].start
      let next = index + 1 < boundaries.count ? boundaries[index + 1].heading : nil
      let end = next.map { outline.lines[$0.line].start } ?? bytes.count
      add(boundary, from: start, to: end, nextBlock: next?.block, choice, into: &file)
    }
    noteDeepHeadings(boundaries.map(\.heading.block), choice)
  }

  private func boundaries(_ choice: LayoutChooser.Choice) -> [Boundary] {
    var result: [Boundary] = []
    let all = (headings + contents).sorted { $0.block < $1.block }
    let contentsBlocks = Set(contents.map(\.block))
    for (index, heading) in all.enumerated() {
      if contentsBlocks.contains(heading.block) {
        if !result.isEmpty { result.append(Boundary(kind: .plain, heading: heading)) }
      } else if choice.chapters.contains(heading.block) {
        if !result.isEmpty, result.last?.kind != .plain || heading.level <= choice.level {
          result.append(Boundary(kind: .plain, heading: heading))
        }
      } else if heading.level <= choice.level {
        let next = index + 1 < all.count ? all[index + 1] : nil
        let kind =
          choice.layout == .sections ? sectionKind(heading, next: next, choice) : issueKind(heading)
        if kind != .plain || !result.isEmpty {
          result.append(Boundary(kind: kind, heading: heading))
        }
      } else if choice.layout == .sections, heading.level == choice.level + 1 {
        result.append(Boundary(kind: .issue, heading: heading))
      }
    }
    return result
  }

  /// In a guide with sections, a heading of section level that has no issues below it but a
  /// text of its own is an issue too; one paragraph alone is a section's introduction.
  private func sectionKind(
    _ heading: HeadingLine, next: HeadingLine?, _ choice: LayoutChooser.Choice
  ) -> Boundary.Kind {
    if heading.isAsked { return .issue }
    if let next, next.level > heading.level { return .section }
    if heading.isArticlePart { return .section }
    if outline.hasIssueLabel(in: heading.body) { return .issue }
    let text = heading.body.filter { outline.blocks[$0].kind != .html }
      .filter { outline.label(ofBlock: $0) == nil }
    let onlyParagraph = text.count == 1 && outline.blocks[text[0]].kind == .paragraph
    // Among groups of groups, one without a group is an issue.
    let isDeep = choice.level > max(2, headings.map(\.level).min() ?? 2)
    let isIntroduction = onlyParagraph && !isDeep
    return text.isEmpty || isIntroduction ? .section : .issue
  }

  private func issueKind(_ heading: HeadingLine) -> Boundary.Kind {
    heading.isArticlePart && !outline.hasIssueLabel(in: heading.body) ? .plain : .issue
  }

  private mutating func add(
    _ boundary: Boundary, from start: Int, to end: Int, nextBlock: Int?,
    _ choice: LayoutChooser.Choice, into file: inout GuideFile
  ) {
    let heading = boundary.heading
    guard boundary.kind == .issue else {
      var section = GuideSection(title: heading.title, lead: bytes[start..<end].text)
      let blocks = heading.block..<(nextBlock ?? outline.blocks.count)
      section.owner = label(.owner, in: blocks)
      section.escalate = label(.escalate, in: blocks)
      file.sections.append(section)
      sectionLevel = heading.level
      note(
        heading.line,
        boundary.kind == .section
          ? "section “\(heading.title)”" + (hasOwnText(heading, to: nextBlock) ? Self.ownText : "")
          : "“\(heading.title)” is kept as plain text")
      return
    }
    let issue = issue(
      title: heading.title, from: start, firstLine: heading.end, to: end)
    let isBelow = heading.level > choice.level || 1..<heading.level ~= sectionLevel
    let joinsLast = choice.layout == .sections && isBelow
    if let last = file.sections.indices.last, joinsLast || file.sections[last].title.isEmpty {
      file.sections[last].issues.append(issue)
    } else {
      file.sections.append(GuideSection(title: "", issues: [issue]))
    }
  }

  private static let ownText =
    ", whose own text is shown with it and found by no search: an issue needs a heading below it"

  /// Commands, fixes and tables of them above a section's first issue are more than an introduction.
  private func hasOwnText(_ heading: HeadingLine, to end: Int?) -> Bool {
    let own = heading.block + 1..<(end ?? outline.blocks.count)
    return outline.hasIssueLabel(in: own)
      || own.contains { index in
        switch outline.blocks[index].kind {
        case .fence, .indentedCode: true
        default: false
        }
      }
  }

  private mutating func readHead(into file: inout GuideFile, blocks: Range<Int>) {
    var hidden: Set<Int> = []
    if let titleHeading { hidden.insert(titleHeading.block) }
    for heading in contents where blocks.contains(heading.block) {
      hidden.formUnion(finder.blocks(under: heading))
      note(heading.line, "table of contents, kept as it is")
    }
    let marks = finder.blocks(inIntroduction: blocks).filter { !hidden.contains($0) }
    if let first = marks.first {
      note(outline.blocks[first].lines.lowerBound, "table of contents, kept as it is")
    }
    hidden.formUnion(marks)
    hidden.formUnion(blocks.filter(isComment))
    file.introduction = text(of: blocks.filter { !hidden.contains($0) })
    file.owner = file.owner ?? label(.owner, in: blocks)
    file.escalate = file.escalate ?? label(.escalate, in: blocks)
    file.license = file.license ?? label(.license, in: blocks)
    file.attribution = file.attribution ?? label(.attribution, in: blocks)
  }

  private func isComment(_ block: Int) -> Bool {
    guard outline.blocks[block].kind == .html else { return false }
    let lines = outline.blocks[block].lines
    return outline.text(ofLine: lines.lowerBound).trimmed.hasPrefix("<!--")
      && outline.text(ofLine: lines.upperBound - 1).trimmed.hasSuffix("-->")
  }

  private func label(_ name: Label.Name, in blocks: Range<Int>) -> String? {
    for block in blocks {
      guard let label = outline.label(ofBlock: block), label.name == name else { continue }
      return label.value.isEmpty ? nil : label.value
    }
    return nil
  }

  /// The blocks' lines, with the blank lines between neighbours as they are.
  private func text(of blocks: [Int]) -> String {
    var result = ""
    var last: Int?
    for index in blocks {
      let range = outline.blocks[index].lines
      if let last {
        result +=
          index == last + 1
          ? String(
            repeating: "\n", count: range.lowerBound - outline.blocks[last].lines.upperBound + 1)
          : "\n\n"
      }
      result += range.map { outline.text(ofLine: $0) }.joined(separator: "\n")
      last = index
    }
    return result
  }

  private mutating func noteDeepHeadings(_ cuts: [Int], _ choice: LayoutChooser.Choice) {
    guard choice.layout == .sections, let first = cuts.first else { return }
    let cuts = Set(cuts)
    var inIssue = false
    for heading in headings where heading.block >= first {
      if cuts.contains(heading.block) {
        inIssue = heading.level > choice.level
      } else if !inIssue {
        note(
          heading.line, "“\(heading.title)” stands too deep for an issue and is kept as plain text")
      }
    }
  }
}
