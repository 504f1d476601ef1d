extension IssueContent {
  /// Reads an issue's Markdown.
  ///
  /// - Parameters:
  ///   - title: The issue's title; a heading that only repeats it is no part of the content.
  /// - Throws: The first of the problems that `reading(_:title:)` finds.
  package static func read(
    markdown: String, title: String = ""
  ) throws(GuideError) -> IssueContent {
    let reading = reading(markdown, title: title)
    if let problem = reading.problems.first { throw problem }
    return reading.content
  }

  /// What an issue's Markdown says, and what in it cannot be meant as written.
  package struct Reading: Sendable {
    package var content: IssueContent
    /// In line order. What such a line says is kept in `content.other`.
    package var problems: [GuideError]
  }

  /// Reads an issue's Markdown without refusing anything, for imports of foreign text.
  package static func reading(_ markdown: String, title: String = "") -> Reading {
    var reader = IssueReader(title: title)
    reader.read(Array(markdown.utf8))
    return Reading(
      content: reader.content, problems: reader.problems.sorted { $0.line < $1.line })
  }

  /// What must be put right before a text is saved: the problems of `reading(_:title:)`, and
  /// headings that would cut the guide in other places.
  ///
  /// Imported articles keep their headings; this is for text that someone typed.
  package static func validate(markdown: String) -> [GuideError] {
    var problems = reading(markdown).problems
    let outline = Outline(Array(markdown.utf8))
    for block in outline.blocks {
      guard case .heading(let level, _) = block.kind, level <= 3 else { continue }
      problems.append(
        GuideError(
          line: block.lines.lowerBound + 1,
          reason: "A heading of level \(level) would end the issue; "
            + "use #### or deeper inside an issue."))
    }
    // A file may end with an open block (CommonMark §4.5); a saved text would take the next issue in.
    for fence in outline.fences where fence.closing == nil {
      problems.append(
        GuideError(
          line: fence.opening + 1,
          reason: "This code block is not closed; end it with a line of the same signs."))
    }
    if let line = outline.unclosedHTML {
      problems.append(
        GuideError(
          line: line + 1,
          reason: "This HTML is not closed and would swallow what follows; close it, "
            + "or write &lt; for the sign."))
    }
    return problems.sorted { $0.line < $1.line }
  }
}
