extension IssueSpan {
  /// A guide's head or a section's lead: the title's line, and what stands below it as Markdown.
  package init(titled text: String, title: String) {
    let bytes = Array(text.utf8)
    let bom = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    let start = FrontMatter(bytes, from: bom)?.end ?? bom
    let outline = Outline(bytes, from: start)
    var cut = start
    if let first = outline.blocks.first, first.isTitle {
      cut = outline.lines[first.lines.upperBound - 1].next
    }
    while cut < bytes.count, bytes[cut].isWhitespace { cut += 1 }
    // White space without a text below it belongs to the end.
    var end = bytes.count
    while end > cut, bytes[end - 1].isWhitespace { end -= 1 }
    if cut == bytes.count {
      while cut > 0, bytes[cut - 1].isWhitespace { cut -= 1 }
      self.init(
        title: title, lead: bytes[..<cut].text, markdown: "", trail: bytes[cut...].text, line: 1)
    } else {
      self.init(
        title: title, lead: bytes[..<cut].text, markdown: bytes[cut..<end].text,
        trail: bytes[end...].text, line: 1)
    }
  }

  /// Puts another text below the title, with a blank line between them.
  package mutating func replaceTitledText(_ text: String, newline: String) {
    let text = text.trimmedLines
    if markdown.isEmpty, !text.isEmpty, !lead.isEmpty {
      lead += newline + newline
      markdown = text.withNewlines(newline)
    } else if text.isEmpty, !markdown.isEmpty {
      markdown = ""
      while let last = lead.utf8.last, last.isWhitespace { lead.unicodeScalars.removeLast() }
    } else {
      replaceMarkdown(text, newline: newline)
    }
  }
}

extension Outline.Block {
  fileprivate var isTitle: Bool {
    switch kind {
    case .heading, .underlined: true
    default: false
    }
  }
}

extension GuideFile {
  /// Reads a guide's head, for a guide that is one file.
  ///
  /// - Throws: `GuideError` when the text would begin a section, or end in an open block.
  package static func read(head: String, name: String) throws(GuideError) -> GuideFile {
    try check(head)
    let file = try read(Array((head + probe(section: true)).utf8), name: name)
    guard file.sections.count == 1, file.sections[0].title == probeTitle,
      file.sections[0].issues.count == 1
    else {
      throw GuideError(
        line: 1, reason: "A heading in it would begin a section or an issue; use bold type.")
    }
    return file
  }

  /// Reads a section's lead, its heading line and introduction.
  package static func read(sectionLead lead: String) throws(GuideError) -> GuideSection {
    try check(lead)
    let file = try read(Array(("# G\n\n" + lead + probe(section: false)).utf8), name: "")
    guard file.sections.count == 1, file.sections[0].issues.count == 1 else {
      throw GuideError(
        line: 1, reason: "A heading in it would begin a section or an issue; use bold type.")
    }
    return file.sections[0]
  }

  /// An open code block or HTML would take in what follows.
  private static func check(_ text: String) throws(GuideError) {
    let outline = Outline(Array(text.utf8))
    for fence in outline.fences where fence.closing == nil {
      throw GuideError(
        line: fence.opening + 1,
        reason: "This code block is not closed; end it with a line of the same signs.")
    }
    if let line = outline.unclosedHTML {
      throw GuideError(line: line + 1, reason: "This HTML is not closed; close it.")
    }
  }

  private static let probeTitle = "A section"

  private static func probe(section: Bool) -> String {
    "\n\n" + (section ? "## \(probeTitle)\n\n" : "") + "### An issue\n- **Fix**: none\n"
  }
}

/// A title without line ends, and without white space at its ends or twice inside.
package func oneLine(_ title: String) -> String { Heading.oneLine(title) }
