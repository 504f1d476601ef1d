import Guide
import SQLite

// A file that holds one article is a guide with one issue: the file's title names both. Were only one
// of them renamed, the exported file would come back as another guide beside this one.

extension Writing {
  /// Gives the guide of a renamed issue the issue's title.
  ///
  /// - Throws: `GuideWriteError.titleTaken` when another guide has that title's address.
  func renameGuide(_ id: Int, to title: String) throws {
    let row = try connection.first(
      "SELECT title FROM guide WHERE id = \(id)", { $0.text(0) })
    guard let former = row, former != title else { return }
    let slug = try freeGuideSlug(title, ofGuide: id)
    try connection.execute(
      "INSERT INTO guide_slug (slug, guide_id) VALUES (\(slug), \(id)) ON CONFLICT DO NOTHING")
    try connection.execute(
      """
      UPDATE guide SET title = \(title), slug = \(slug), updated_at = \(now.milliseconds)
      WHERE id = \(id)
      """)
    try change(
      "guide edited", issueID: nil, guideID: id, revision: nil,
      summary: "\(former) is called \(title) now")
  }

  /// After an import, which may have renamed the issue.
  func takeTitleOfIssue(_ id: Int, _ summary: inout ImportSummary) throws {
    let title = try connection.first(
      """
      SELECT title FROM issue
      WHERE guide_id = \(id) AND deleted_at IS NULL AND confidence <> 'archived' LIMIT 1
      """, { $0.text(0) })
    guard let title else { return }
    try renameGuide(id, to: title)
    (summary.guide, summary.title) = (Guide.slug(of: title), title)
  }

  /// Renames the issue of such a guide, and the guide with it; gives the guide's slug.
  func updateOneIssueGuide(_ row: GuideRow, _ text: TitledText) throws -> String {
    guard text.markdown.allSatisfy(\.isWhitespace) else {
      throw GuideWriteError.notHere(
        "This guide is one issue and has no introduction; write it into the issue's text.")
    }
    let title = Guide.oneLine(text.title)
    guard title != row.title else { return row.slug }
    // What is there is visible and one: the guide is.
    let issue = try connection.first(
      """
      SELECT i.id, i.markdown, s.title FROM issue i JOIN section s ON s.id = i.section_id
      WHERE i.guide_id = \(row.id) AND i.deleted_at IS NULL ORDER BY i.id LIMIT 1
      """,
      { ($0.int(0), IssueText(title: title, section: $0.text(2), markdown: $0.text(1))) })
    guard let (id, renamed) = issue else {
      throw GuideWriteError.notHere("The issue of this guide is deleted; bring it back first.")
    }
    _ = try updateIssue(id, renamed, base: .any, comment: "the guide is called so now")
    try renameGuide(row.id, to: title)
    return Guide.slug(of: title)
  }
}
