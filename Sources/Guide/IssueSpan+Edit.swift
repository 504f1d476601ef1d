extension IssueSpan {
  /// A new issue in the guide format, ending with one newline.
  package static func new(
    title: String, markdown: String, level: Int = 3, newline: String = "\n"
  ) -> IssueSpan {
    let heading = String(repeating: "#", count: level) + " " + Heading.text(title) + newline
    var issue = IssueSpan(
      title: Heading.oneLine(title), lead: heading, markdown: "", trail: "", line: 0)
    issue.markdown = markdown.trimmedLines.withNewlines(newline)
    issue.trail = issue.markdown.isEmpty ? "" : newline
    return issue
  }

  /// Replaces the text under the heading and nothing else: blank lines around it stay, line
  /// endings are the file's, also those of lines that do not change in a file with both kinds.
  ///
  /// - Parameters:
  ///   - newline: The file's newline, for an issue that shows none of its own.
  package mutating func replaceMarkdown(_ text: String, newline: String = "\n") {
    let text = text.trimmedLines
    let newline = ownNewline ?? newline
    if markdown.isEmpty, !text.isEmpty { openForText(newline) }
    markdown = Self.merge(text, into: markdown, newline: newline)
    // HTML ends at a blank line: without one it would swallow the next heading.
    let lines = trail.utf8.count { $0 == Byte.lineFeed }
    if lines == 1, Outline(Array(text.utf8)).blocks.last?.kind == .html { trail += newline }
  }

  /// Gives the issue another title, in the heading and in `title`; the rest of the line (its
  /// number signs, a `{#anchor}`) stays.
  ///
  /// Where the title stands in front matter it is changed there; where the file's name is the
  /// title, the text stays as it is.
  package mutating func rename(_ title: String) {
    self.title = Heading.oneLine(title)
    var bytes = Array(lead.utf8)
    let bom = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let frontMatter = FrontMatter(bytes, from: bom)
    let outline = Outline(bytes, from: frontMatter?.end ?? bom)
    if let heading = outline.leadHeading {
      Self.rename(heading, title, outline, &bytes)
      lead = bytes.text
    } else if let frontMatter, let range = frontMatter.titleRange(bytes, from: bom) {
      bytes.replaceSubrange(range, with: FrontMatter.quoted(self.title).utf8)
      lead = bytes.text
    }
  }

  private static func rename(
    _ heading: HeadingLine, _ title: String, _ outline: Outline, _ bytes: inout [UInt8]
  ) {
    let text = heading.text
    let range = text.lowerBound..<text.lowerBound + Heading.titleEnd(bytes[text])
    if outline.blocks[heading.block].kind == .html {
      return bytes.replaceSubrange(text, with: Entity.escaped(Heading.oneLine(title)).utf8)
    }
    let new = Heading.text(title)
    guard case .underlined(let level) = outline.blocks[heading.block].kind else {
      return bytes.replaceSubrange(range, with: new.utf8)
    }
    let line = outline.lines[heading.end - 1]
    let trial = Outline(Array((new + "\n----\n").utf8))
    guard trial.blocks.count == 1, trial.blocks[0].kind == .underlined(level: 2),
      level == 1 || Heading.mayBeUnderlined(new)
    else {
      // Such a title would read as a sentence above a line.
      let signs = String(repeating: "#", count: level) + " "
      return bytes.replaceSubrange(text.lowerBound..<line.end, with: (signs + new).utf8)
    }
    let sign = level == 1 ? Byte.equals : Byte.hyphen
    bytes.replaceSubrange(
      line.start..<line.end, with: repeatElement(sign, count: max(4, new.count)))
    bytes.replaceSubrange(range, with: new.utf8)
  }

  /// The newline that the issue's own lines end with.
  var ownNewline: String? {
    for text in [markdown, lead, trail] {
      guard let end = text.utf8.firstIndex(where: \.isLineEnd) else { continue }
      if text.utf8[end] == Byte.lineFeed { return "\n" }
      let next = text.utf8.index(after: end)
      return next < text.utf8.endIndex && text.utf8[next] == Byte.lineFeed ? "\r\n" : "\r"
    }
    return nil
  }

  /// The blank lines below a heading without text go behind the text that comes.
  private mutating func openForText(_ newline: String) {
    let bytes = Array(lead.utf8)
    var end = bytes.count
    while end > 0, bytes[end - 1].isWhitespace { end -= 1 }
    guard end > 0 else { return }
    trail = bytes[end...].text + trail
    lead = bytes[..<end].text + newline
  }

  /// The new text; lines it shares with the old one at both ends keep their line endings.
  private static func merge(_ text: String, into old: String, newline: String) -> String {
    let lines = text.lines
    let oldLines = linesWithEnds(old)
    let common = min(lines.count, oldLines.count)
    var first = 0
    while first < common, same(lines[first], oldLines[first].text) { first += 1 }
    var last = 0
    while last < common - first,
      same(lines[lines.count - 1 - last], oldLines[oldLines.count - 1 - last].text)
    {
      last += 1
    }
    var result = ""
    for (index, line) in lines.enumerated() {
      result += line
      guard index + 1 < lines.count else { break }
      let fromEnd = lines.count - index
      if index < first, index + 1 < oldLines.count {
        result += oldLines[index].end
      } else if fromEnd <= last {
        result += oldLines[oldLines.count - fromEnd].end
      } else {
        result += newline
      }
    }
    return result
  }

  private static func same(_ first: Substring, _ second: Substring) -> Bool {
    first.utf8.elementsEqual(second.utf8)
  }

  private static func linesWithEnds(_ text: String) -> [(text: Substring, end: Substring)] {
    var result: [(Substring, Substring)] = []
    let lines = text.lines
    for (index, line) in lines.enumerated() {
      let next = index + 1 < lines.count ? lines[index + 1].startIndex : text.endIndex
      result.append((line, text[line.endIndex..<next]))
    }
    return result
  }
}

extension FrontMatter {
  /// Where the value of `title:` stands, when it is on one line.
  func titleRange(_ bytes: [UInt8], from start: Int) -> Range<Int>? {
    let outline = Outline(bytes, from: start)
    for line in outline.lines where line.end <= end {
      let text = bytes[line.start..<line.end]
      guard text.holds("title:"), text.prefix(6).count == 6,
        text.prefix(6).text.lowercased() == "title:"
      else { continue }
      var from = line.start + 6
      while from < line.end, bytes[from].isSpaceOrTab { from += 1 }
      return from..<max(from, line.end)
    }
    return nil
  }

  /// A value in double quotation marks.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for character in text {
      if character == "\"" || character == "\\" { result.append("\\") }
      result.append(character)
    }
    return result + "\""
  }
}
