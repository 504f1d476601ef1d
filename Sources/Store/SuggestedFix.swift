import Guide
import SQLite

/// What else fixed a report, as the fix that an issue's text would have.
package enum SuggestedFix {
  /// The issue's text with one more fix at its end. A line stands as it is; more of them stand in a
  /// block, so that nothing in them is read as a part of the issue.
  package static func markdown(_ text: String, after markdown: String) -> String {
    var issue = markdown[...]
    while issue.last?.isWhitespace == true { issue.removeLast() }
    let lines = text.split(whereSeparator: \.isNewline).filter { !$0.allSatisfy(\.isWhitespace) }
    let start = issue.isEmpty ? "" : issue + "\n\n"
    if lines.count == 1 { return start + "- **Fix**: \(lines[0])" }
    let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return start + "- **Fix**: As a report says:\n\n\(fence)text\n"
      + lines.joined(separator: "\n") + "\n\(fence)"
  }
}

extension Writing {
  /// Puts what else fixed a report into the editors' queue, as a fix of its issue. Another text for the
  /// same report takes the place of the one before.
  func suggestFix(_ text: String, from report: Report) throws {
    try connection.execute(
      "DELETE FROM suggestion WHERE report_id = \(report.id) AND state = 'open'")
    guard text.contains(where: { !$0.isWhitespace }), let id = report.issueID,
      let issue = try reading.issue(id), !issue.isDeleted
    else { return }
    let markdown = SuggestedFix.markdown(text, after: issue.markdown)
    guard IssueContent.validate(markdown: markdown).isEmpty else { return }
    let suggestion = try suggest(
      issue: id, guide: issue.summary.guide,
      IssueText(
        title: issue.summary.title, section: issue.summary.section, markdown: markdown,
        revision: issue.summary.revision),
      comment: "Something else fixed it, says a report", reporter: report.reporter)
    try connection.execute(
      "UPDATE suggestion SET report_id = \(report.id) WHERE id = \(suggestion)")
  }
}
