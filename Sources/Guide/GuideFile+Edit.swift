extension GuideFile {
  /// A new guide: its title and, below it, an introduction.
  package static func new(
    title: String, introduction: String = "", newline: String = "\n"
  ) -> GuideFile {
    let introduction = introduction.trimmedLines
    var head = "# " + Heading.text(title) + newline
    if !introduction.isEmpty {
      head += newline + introduction.withNewlines(newline) + newline
    }
    return GuideFile(
      layout: .sections, title: Heading.oneLine(title), head: head, introduction: introduction)
  }

  /// The newline most of the file's lines end with; "\n" for a file of one line.
  package var newline: String {
    var (pairs, feeds, returns) = (0, 0, 0)
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if byte == Byte.lineFeed {
        if previous == Byte.carriageReturn { pairs += 1 } else { feeds += 1 }
      }
      if byte != Byte.lineFeed, previous == Byte.carriageReturn { returns += 1 }
      previous = byte
    }
    return pairs > feeds && pairs >= returns ? "\r\n" : returns > feeds ? "\r" : "\n"
  }

  /// Adds a section behind the last, after one blank line.
  package mutating func appendSection(_ title: String, introduction: String = "") {
    let newline = newline
    let level = layout == .sections ? sectionLevel : 2
    let introduction = introduction.trimmedLines
    var lead = String(repeating: "#", count: level) + " " + Heading.text(title) + newline
    if !introduction.isEmpty { lead += newline + introduction.withNewlines(newline) + newline }
    let space = makeRoom(behind: sections.count - 1, newline: newline)
    var text = lead
    while let last = text.utf8.last, last.isLineEnd { text.removeLast() }
    sections.append(
      GuideSection(title: Heading.oneLine(title), lead: text + (space ?? newline)))
    if layout == .single { layout = .sections }
  }

  /// Adds an issue to the end of a section, after one blank line.
  ///
  /// - Throws: `GuideError` for a file that is one issue: a second one has its own file.
  package mutating func append(
    issue title: String, markdown: String, toSection index: Int
  ) throws(GuideError) {
    guard layout != .single else {
      throw GuideError(
        line: 1, reason: "This file is one issue; give the new issue a file of its own.")
    }
    let newline = newline
    var issue = IssueSpan.new(
      title: title, markdown: markdown, level: issueLevel(in: index), newline: newline)
    let space = makeRoom(behind: index, newline: newline) ?? newline
    if issue.markdown.isEmpty {
      issue.lead = "#" + issue.lead.dropFirst().trimmed + space
    } else {
      issue.trail = space
    }
    sections[index].issues.append(issue)
  }

  /// Takes an issue out, with the blank lines behind it.
  @discardableResult
  package mutating func remove(issue: Int, fromSection index: Int) -> IssueSpan {
    let removed = sections[index].issues.remove(at: issue)
    let space = removed.markdown.isEmpty ? Self.space(at: removed.lead) : removed.trail
    _ = exchangeSpace(behind: index, upTo: issue, for: space)
    return removed
  }

  /// Level of the headings of sections: that of the first one.
  private var sectionLevel: Int {
    for section in sections where !section.title.isEmpty {
      return section.lead.utf8.prefix { $0 == Byte.hash }.count
    }
    return 2
  }

  private func issueLevel(in index: Int) -> Int {
    for issue in sections[index].issues + sections.flatMap(\.issues) {
      let level = issue.lead.utf8.prefix { $0 == Byte.hash }.count
      if level > 0 { return level }
    }
    return layout == .issues ? 2 : sectionLevel + 1
  }

  /// Puts one blank line behind a section's last text; gives the white space that stood there.
  private mutating func makeRoom(behind index: Int, newline: String) -> String? {
    let last = index < 0 ? 0 : sections[index].issues.count
    return exchangeSpace(behind: index, upTo: last, for: newline + newline)
  }

  /// Exchanges the white space behind the last text before issue `count` of section `index`.
  /// Nil when there is no text before it.
  private mutating func exchangeSpace(
    behind index: Int, upTo count: Int, for space: String
  ) -> String? {
    if index < 0 { return Self.exchange(&head, for: space) }
    if count > 0 {
      let last = count - 1
      let issue = sections[index].issues[last]
      if issue.markdown.isEmpty {
        return Self.exchange(&sections[index].issues[last].lead, for: space)
      }
      sections[index].issues[last].trail = space
      return issue.trail
    }
    if !sections[index].lead.isEmpty { return Self.exchange(&sections[index].lead, for: space) }
    return exchangeSpace(
      behind: index - 1, upTo: index > 0 ? sections[index - 1].issues.count : 0, for: space)
  }

  private static func exchange(_ text: inout String, for space: String) -> String? {
    let old = Self.space(at: text)
    guard old.utf8.count < text.utf8.count else { return nil }
    text = String(decoding: text.utf8.dropLast(old.utf8.count), as: UTF8.self) + space
    return old
  }

  /// The white space at a text's end.
  private static func space(at text: String) -> String {
    String(decoding: text.utf8.suffix(while: \.isWhitespace), as: UTF8.self)
  }
}

extension BidirectionalCollection {
  /// The longest run at the end whose elements satisfy the condition.
  fileprivate func suffix(while condition: (Element) -> Bool) -> SubSequence {
    var start = endIndex
    while start > startIndex, condition(self[index(before: start)]) { formIndex(before: &start) }
    return self[start...]
  }
}
