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

  /// The file's bytes.
  package var bytes: [UInt8] { Array(text.utf8) }
}

extension IssueSpan {
  /// The issue as it stands in its file.
  package var text: String { lead + markdown + trail }
}
