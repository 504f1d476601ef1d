import Guide
import SQLite

/// That someone found an issue right.
package struct Verification: Sendable, Equatable {
  package let by: String
  package let at: Time
  package let against: String
  package let revision: Int
}

extension Reading {
  /// The newest verification of an issue.
  package func verification(ofIssue id: Int) throws -> Verification? {
    try connection.first(
      """
      SELECT author, created_at, against, revision FROM verification
      WHERE issue_id = \(id) AND \(mayBeSeen(issue: id)) ORDER BY id DESC LIMIT 1
      """
    ) { row in
      Verification(
        by: row.text(0), at: Time(milliseconds: row.int(1)), against: row.text(2),
        revision: row.int(3))
    }
  }

  /// The sections of a guide by name, in order, also empty ones.
  package func sectionTitles(ofGuide slug: String) throws -> [String] {
    try connection.rows(
      """
      SELECT s.title FROM section s JOIN guide g ON g.id = s.guide_id
      WHERE g.slug = \(slug) AND s.position >= 0 AND \(visible("g.id")) ORDER BY s.position
      """
    ) { $0.text(0) }
  }
}

extension Writing {
  /// Records that the issue, as it is now, was found right.
  package func verify(issue id: Int, against: String) throws -> Verification {
    guard
      let row = try connection.first(
        """
        SELECT revision, guide_id FROM issue
        WHERE id = \(id) AND deleted_at IS NULL AND \(reading.visible("guide_id"))
        """, { ($0.int(0), $0.int(1)) })
    else { throw IssueWriteError.notFound }
    try connection.execute(
      """
      INSERT INTO verification (issue_id, revision, author, against, created_at)
      VALUES (\(id), \(row.0), \(author.name), \(against), \(now.milliseconds))
      """)
    try connection.execute("UPDATE issue SET confidence = 'verified' WHERE id = \(id)")
    try change(
      "issue verified", issueID: id, guideID: row.1, revision: row.0,
      summary: against.isEmpty ? "verified" : "verified against \(against)")
    return try reading.verification(ofIssue: id)!
  }

  /// Gives an issue one of KCS's states; archived ones leave lists and search.
  package func setConfidence(_ confidence: Confidence, ofIssue id: Int) throws {
    guard
      let row = try connection.first(
        """
        SELECT confidence, guide_id, title, markdown, revision, given FROM issue
        WHERE id = \(id) AND deleted_at IS NULL AND \(reading.visible("guide_id"))
        """,
        { ($0.text(0), $0.int(1), $0.text(2), $0.text(3), $0.int(4), $0.optionalText(5)) })
    else { throw IssueWriteError.notFound }
    guard row.0 != confidence.rawValue else { return }
    if confidence == .archived { try takeOut(id, ofGuide: row.1) }
    try connection.execute(
      """
      UPDATE issue SET confidence = \(confidence.rawValue), archived_from = NULL,
        updated_at = \(now.milliseconds) WHERE id = \(id)
      """)
    if confidence == .archived {
      try unindex(issueID: id)
      // As with deleted ones, its check names become free for others.
      try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
    } else if row.0 == Confidence.archived.rawValue {
      let content = try read(
        row.3, title: row.2, given: GivenContent(stored: row.5), isStrict: false)
      try save(content, issueID: id, guideID: row.1, title: row.2, revision: row.4)
      try putBack(id, ofGuide: row.1)
    }
    try change(
      "issue \(confidence.rawValue)", issueID: id, guideID: row.1, revision: nil, summary: "")
  }

  /// Brings a deleted issue back as it was.
  package func restoreIssue(_ id: Int) throws -> SavedIssue {
    guard
      let row = try connection.first(
        """
        SELECT i.title, s.title, i.markdown, i.revision, i.guide_id, i.slug, i.given,
          i.confidence = 'archived'
        FROM issue i
        JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id) AND i.deleted_at IS NOT NULL AND i.merged_into IS NULL
          AND \(reading.visible("i.guide_id"))
        """,
        { row in
          (
            row.text(0), row.text(1), row.text(2), row.int(3), row.int(4), row.text(5),
            given: row.optionalText(6), isArchived: row.bool(7)
          )
        })
    else { throw IssueWriteError.notFound }
    try connection.execute("UPDATE issue SET deleted_at = NULL WHERE id = \(id)")
    if !row.isArchived { try putBack(id, ofGuide: row.4) }
    let content = try read(
      row.2, title: row.0, given: GivenContent(stored: row.given), isStrict: false)
    let revision = row.3 + 1
    try connection.execute(
      """
      UPDATE issue SET revision = \(revision), updated_at = \(now.milliseconds) WHERE id = \(id)
      """)
    try save(content, issueID: id, guideID: row.4, title: row.0, revision: revision)
    if row.isArchived {
      try unindex(issueID: id)
      try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
    }
    try record(revision: revision, ofIssue: id, comment: "restored")
    try change(
      "issue restored", issueID: id, guideID: row.4, revision: revision, summary: "restored")
    return SavedIssue(id: id, slug: row.5, revision: revision, merged: false)
  }
}
