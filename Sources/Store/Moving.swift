import Guide
import SQLite

extension Writing {
  /// Puts an issue into another guide or section, or at another place of its own.
  ///
  /// - Parameters:
  ///   - section: The section's title, made when the guide has none such.
  ///   - place: Counted from 0 among the section's issues; nil: behind the last.
  package func moveIssue(
    _ id: Int, toGuide slug: String, section title: String, place: Int?
  ) throws -> SavedIssue {
    guard
      let row = try connection.first(
        """
        SELECT i.guide_id, i.section_id, s.title, i.title, i.markdown, i.revision, i.slug,
          i.confidence = 'archived'
        FROM issue i JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id) AND i.deleted_at IS NULL AND \(reading.visible("i.guide_id"))
        """,
        {
          (
            guide: $0.int(0), section: $0.int(1), sectionTitle: $0.text(2), title: $0.text(3),
            markdown: $0.text(4), revision: $0.int(5), slug: $0.text(6), isArchived: $0.bool(7)
          )
        })
    else { throw IssueWriteError.notFound }
    let target = try guideRow(slug)
    guard !target.isArchived else { throw GuideWriteError.notHere("That guide is archived.") }
    let style = try style(ofGuide: target.id)
    guard style.shape != .single else {
      throw GuideWriteError.notHere("That guide is one issue.")
    }
    if !row.isArchived { try takeOut(id, ofGuide: row.guide) }
    let section = try self.section(title, ofGuide: target.id, style, without: [id])
    var revision = row.revision
    if target.id != row.guide {
      var span = IssueSpan.new(
        title: row.title, markdown: row.markdown.replacing("\r\n", with: "\n"),
        level: style.isOneFile ? style.issueLevel : 1, newline: style.newline)
      if !style.isOneFile, !span.markdown.isEmpty { span.lead += style.newline }
      try connection.execute(
        """
        UPDATE issue SET guide_id = \(target.id), lead = \(span.lead), markdown = \(span.markdown),
          trail = \(span.trail), path = NULL WHERE id = \(id)
        """)
      try connection.execute(
        "UPDATE suggestion SET guide_id = \(target.id) WHERE issue_id = \(id)")
    }
    try self.place(
      id, inSection: section, ofGuide: target.id, at: place, isArchived: row.isArchived)
    if section != row.section {
      revision += 1
      let comment = "moved to \(title.isEmpty ? target.title : title)"
      try connection.execute(
        """
        UPDATE issue SET revision = \(revision), updated_at = \(now.milliseconds) WHERE id = \(id)
        """)
      try saveAgain(id)
      if row.isArchived {
        try unindex(issueID: id)
        try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
      }
      try record(revision: revision, ofIssue: id, comment: comment)
    }
    try change(
      "issue moved", issueID: id, guideID: target.id, revision: revision,
      summary: "\(row.sectionTitle) › \(title)")
    return SavedIssue(id: id, slug: row.slug, revision: revision, merged: false)
  }

  /// Gives an issue that stands nowhere its place in a section.
  private func place(
    _ id: Int, inSection section: Int, ofGuide guide: Int, at place: Int?, isArchived: Bool
  ) throws {
    var order = try connection.rows(
      """
      SELECT id, deleted_at IS NULL AND (confidence <> 'archived' OR archived_from IS NOT NULL)
      FROM issue WHERE section_id = \(section) AND id <> \(id) ORDER BY position, id
      """
    ) { (id: $0.int(0), isShown: $0.bool(1)) }
    let shown = order.indices.filter { order[$0].isShown }
    let index = place.flatMap { shown.indices.contains($0) ? shown[$0] : nil } ?? order.count
    order.insert((id, true), at: index)
    try connection.execute("UPDATE issue SET section_id = \(section) WHERE id = \(id)")
    for (position, issue) in order.enumerated() {
      try connection.execute("UPDATE issue SET position = \(position) WHERE id = \(issue.id)")
    }
    if !isArchived { try putBack(id, ofGuide: guide) }
  }
}
