extension GuideFile {
  /// The file's text: all spans in order. What was read comes out again byte for byte.
  package var text: String {
    var result = head
    for section in sections {
      result += section.lead
      for issue in section.issues { result += issue.text }
    }
    return result
  }

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

  /// The file's bytes.
  package var bytes: [UInt8] { Array(text.utf8) }
}

extension IssueSpan {
  /// The issue as it stands in its file.
  package var text: String { lead + markdown + trail }
}
