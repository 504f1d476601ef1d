/// Finds the table of contents, which is kept verbatim and is no section.
struct ContentsFinder {
  let outline: Outline
  let headings: [HeadingLine]

  /// Names that need no further sign.
  private static let names: Set<String> = ["table of contents", "toc", "in this article"]
  /// Names that need a list of links or of the file's headings below them.
  private static let weakNames: Set<String> = [
    "contents", "content", "topics", "index", "on this page",
  ]

  /// Headings that announce a table of contents, as indices of `headings`.
  ///
  /// A list of links makes one only above the first section, so that an issue may be a list.
  func headingIndices() -> [Int] {
    var isFirst = true
    return headings.indices.filter { index in
      let isContents = isContents(index, isFirst: isFirst)
      isFirst = isFirst && isContents
      return isContents
    }
  }

  private func isContents(_ index: Int, isFirst: Bool) -> Bool {
    let heading = headings[index]
    let next = index + 1 < headings.count ? headings[index + 1] : nil
    if let next, next.level > heading.level { return false }
    let name = heading.title.lowercased()
    if Self.names.contains(name) { return true }
    let items = leadingItems(heading.body)
    guard isFirst, !items.isEmpty else { return false }
    let isNamed = Self.weakNames.contains(name)
    if items.allSatisfy(isAnchorLink), items.count >= 2 || isNamed { return true }
    guard isNamed else { return false }
    let titles = Set(headings.map { $0.title.lowercased() })
    return items.count { titles.contains(text(ofItem: $0).lowercased()) } * 2 >= items.count
  }

  /// The blocks of a table of contents under that heading: the heading and its list.
  func blocks(under heading: HeadingLine) -> Range<Int> {
    heading.block..<(leadingItems(heading.body).last.map { $0 + 1 } ?? heading.body.lowerBound)
  }

  /// Lists of links and `[TOC]` marks that stand in an introduction without a heading.
  func blocks(inIntroduction range: Range<Int>) -> [Int] {
    var result: [Int] = []
    var index = range.lowerBound
    while index < range.upperBound {
      let items = leadingItems(index..<range.upperBound)
      if items.isEmpty {
        if isMark(index) { result.append(index) }
        index += 1
        continue
      }
      let named = Self.names.contains(text(ofItem: items[0]).lowercased())
      if named || (items.count >= 2 && items.allSatisfy(isAnchorLink)) { result += items }
      index = items.last! + 1
    }
    return result
  }

  private func leadingItems(_ range: Range<Int>) -> [Int] {
    Array(
      range.prefix {
        if case .item = outline.blocks[$0].kind { true } else { false }
      })
  }

  private func text(ofItem index: Int) -> String {
    guard case .item(let item) = outline.blocks[index].kind else { return "" }
    let line = outline.lines[outline.blocks[index].lines.lowerBound]
    return outline.bytes[item.content..<max(item.content, line.end)].text.trimmed
  }

  /// `- [Title](#anchor)`
  private func isAnchorLink(_ index: Int) -> Bool {
    let text = text(ofItem: index)
    return text.hasPrefix("[") && text.contains("](#")
  }

  private func isMark(_ index: Int) -> Bool {
    guard outline.blocks[index].kind == .paragraph else { return false }
    let text = outline.text(ofLine: outline.blocks[index].lines.lowerBound).trimmed.lowercased()
    return ["[toc]", "[[toc]]", "{:toc}", "{{toc}}", "[[_toc_]]"].contains(text)
  }
}
