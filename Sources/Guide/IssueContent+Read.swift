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

  /// What must be put right before a text is saved where it stands: the problems of
  /// `reading(_:title:)`, and what would cut the guide in other places.
  ///
  /// Imported articles are taken as they are; this is for text that someone typed. What the text it
  /// replaces has already is no mistake of whoever typed.
  package static func validate(markdown: String, at place: IssuePlace = .book) -> [GuideError] {
    var old = place.before.map { faults($0, at: place).map(\.reason) } ?? []
    return faults(markdown, at: place).filter { fault in
      guard let known = old.firstIndex(of: fault.reason) else { return true }
      old.remove(at: known)
      return false
    }
  }

  private static func faults(_ markdown: String, at place: IssuePlace) -> [GuideError] {
    var problems = reading(markdown).problems
    let outline = Outline(Array(markdown.utf8))
    for block in outline.blocks {
      guard case .heading(let level, _) = block.kind, level <= place.headingLevel else { continue }
      problems.append(
        GuideError(
          line: block.lines.lowerBound + 1,
          reason: "A heading of level \(level) would end the issue; "
            + "use \(String(repeating: "#", count: place.headingLevel + 1)) or deeper inside an issue."
        ))
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

/// Where an issue's text stands, which says what it must keep to.
package struct IssuePlace: Sendable, Equatable {
  /// Headings up to this level would end the issue; 0 where every issue is a file of its own.
  package var headingLevel: Int
  /// The text that a new one replaces.
  package var before: String?

  package init(headingLevel: Int, before: String? = nil) {
    self.headingLevel = headingLevel
    self.before = before
  }

  /// Below a `###` heading.
  package static let book = IssuePlace(headingLevel: 3)
}
