import SQLite

/// An issue that is at its address no more: deleted, or merged into another one. Both can be undone.
package struct RemovedIssue: Sendable, Equatable {
  package let id: Int
  /// Its last slug; that of a merged issue leads to the other one.
  package let slug: String
  package let title: String
  package let guideTitle: String
  package let section: String
  /// Its last text.
  package let markdown: String
  package let by: String
  package let at: Time
  package let isMerged: Bool
  /// The slug of the issue that has its reports, outcomes and addresses now, if it may be seen.
  package let mergedInto: String?
}

extension Reading {
  /// Who deleted it stands in the change stream, who merged it in the other issue's history.
  private var removed: SQL {
    """
    SELECT i.id, i.slug, i.title, g.title, s.title, i.markdown, i.deleted_at,
      i.merged_into IS NOT NULL,
      (SELECT t.slug FROM issue t WHERE t.id = i.merged_into AND \(visible("t.guide_id"))),
      CASE WHEN i.merged_into IS NULL THEN
        (SELECT c.author FROM change c WHERE c.issue_id = i.id AND c.kind = 'issue deleted'
          ORDER BY c.sequence DESC LIMIT 1)
      ELSE
        (SELECT r.author FROM merge m JOIN revision r
          ON r.issue_id = m.target_id AND r.number = m.after_revision
          WHERE m.source_id = i.id AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 1)
      END
    FROM issue i JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id
    """
  }

  private static func removed(_ row: Row) -> RemovedIssue {
    RemovedIssue(
      id: row.int(0), slug: row.text(1), title: row.text(2), guideTitle: row.text(3),
      section: row.text(4), markdown: row.text(5), by: row.optionalText(9) ?? "",
      at: Time(milliseconds: row.int(6)), isMerged: row.bool(7), mergedInto: row.optionalText(8))
  }

  /// Deleted and merged issues, newest first, from the first or behind the one with the id `last`.
  package func removedIssues(after last: Int? = nil, limit: Int) throws -> [RemovedIssue] {
    let behind: SQL =
      last.map {
        "(i.deleted_at, i.id) < (SELECT l.deleted_at, l.id FROM issue l WHERE l.id = \($0))"
      } ?? "1"
    return try connection.rows(
      """
      \(removed) WHERE i.deleted_at IS NOT NULL AND \(behind) AND \(visible("i.guide_id"))
      ORDER BY i.deleted_at DESC, i.id DESC LIMIT \(limit)
      """, Reading.removed)
  }

  /// What was merged into an issue and can be taken apart again, newest first.
  package func issuesMerged(into target: Int) throws -> [RemovedIssue] {
    try connection.rows(
      """
      \(removed) WHERE i.id IN (SELECT m.source_id FROM merge m
          WHERE m.target_id = \(target) AND m.undone_at IS NULL)
        AND i.merged_into = \(target) AND \(visible("i.guide_id"))
      ORDER BY i.deleted_at DESC, i.id DESC LIMIT 100
      """, Reading.removed)
  }

  /// The deleted issue that an id, its slug or a former slug names.
  package func deletedIssue(named name: String) throws -> RemovedIssue? {
    try connection.first(
      """
      \(removed) WHERE i.id = \(issue(named: name)) AND i.deleted_at IS NOT NULL
        AND i.merged_into IS NULL AND \(visible("i.guide_id"))
      """, Reading.removed)
  }

  /// The merged issue that an id or the slug it had at last names.
  package func mergedIssue(named name: String) throws -> RemovedIssue? {
    let id: SQL =
      Reading.issueID(name).map { "\($0)" } ?? "(SELECT n.id FROM issue n WHERE n.slug = \(name))"
    return try connection.first(
      "\(removed) WHERE i.id = \(id) AND i.merged_into IS NOT NULL AND \(visible("i.guide_id"))",
      Reading.removed)
  }

  private func issue(named name: String) -> SQL {
    Reading.issueID(name).map { "\($0)" }
      ?? "(SELECT n.issue_id FROM slug n WHERE n.slug = \(name))"
  }

  /// A name that is an id, as ids are written.
  static func issueID(_ name: String) -> Int? {
    Int(name).flatMap { String($0) == name ? $0 : nil }
  }
}

extension Writing {
  /// Takes an issue from lists and search; its history stays, and it can be restored.
  package func deleteIssue(_ id: Int, base: WriteBase, comment: String) throws {
    guard
      let row = try connection.first(
        """
        SELECT revision, guide_id, confidence = 'archived', title FROM issue
        WHERE id = \(id) AND deleted_at IS NULL AND \(reading.visible("guide_id"))
        """, { ($0.int(0), $0.int(1), isArchived: $0.bool(2), title: $0.text(3)) })
    else { throw IssueWriteError.notFound }
    switch base {
    case .any: break
    case .exactly(let revision), .merging(let revision):
      guard revision == row.0 else { throw IssueWriteError.stale(current: row.0) }
    }
    if !row.isArchived { try takeOut(id, ofGuide: row.1) }
    try connection.execute(
      "UPDATE issue SET deleted_at = \(now.milliseconds) WHERE id = \(id)")
    try unindex(issueID: id)
    // Its check names become free for others.
    try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
    try connection.execute(
      """
      DELETE FROM sample_shingle WHERE sample_id IN (SELECT id FROM sample WHERE issue_id = \(id))
      """)
    // The stream shows no issue for it any more, so it says which one that was.
    try change(
      "issue deleted", issueID: id, guideID: row.1, revision: row.0,
      summary: comment.isEmpty ? row.title : "\(row.title): \(comment)")
  }
}
