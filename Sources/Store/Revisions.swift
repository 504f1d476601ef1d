import SQLite

extension Reading {
  /// One text an issue had.
  package struct Revision: Sendable, Equatable {
    package let number: Int
    package let title: String
    package let section: String
    package let markdown: String
    package let author: String
    package let comment: String
    package let createdAt: Time
  }

  private static func revision(_ row: Row) -> Revision {
    Revision(
      number: row.int(0), title: row.text(1), section: row.text(2), markdown: row.text(3),
      author: row.text(4), comment: row.text(5), createdAt: Time(milliseconds: row.int(6)))
  }

  /// The revisions of an issue, newest first.
  package func revisions(ofIssue id: Int, before: Int = .max, limit: Int) throws -> [Revision] {
    try connection.rows(
      """
      SELECT number, title, section, markdown, author, comment, created_at FROM revision
      WHERE issue_id = \(id) AND number < \(before) AND \(mayBeSeen(issue: id))
      ORDER BY number DESC LIMIT \(limit)
      """, Reading.revision)
  }

  package func revision(_ number: Int, ofIssue id: Int) throws -> Revision? {
    try connection.first(
      """
      SELECT number, title, section, markdown, author, comment, created_at FROM revision
      WHERE issue_id = \(id) AND number = \(number) AND \(mayBeSeen(issue: id))
      """, Reading.revision)
  }
}

extension Writing {
  func record(revision: Int, ofIssue id: Int, comment: String) throws {
    try connection.execute(
      """
      INSERT INTO revision (issue_id, number, title, section, markdown, author, comment, created_at)
      SELECT i.id, \(revision), i.title, s.title, i.markdown, \(author.name), \(comment),
        \(now.milliseconds)
      FROM issue i JOIN section s ON s.id = i.section_id WHERE i.id = \(id)
      """)
  }

  /// Records a text that is not the issue's current one.
  func record(_ text: IssueText, revision: Int, ofIssue id: Int, comment: String) throws {
    try connection.execute(
      """
      INSERT INTO revision (issue_id, number, title, section, markdown, author, comment, created_at)
      VALUES (\(id), \(revision), \(text.title), \(text.section), \(text.markdown), \(author.name),
        \(comment), \(now.milliseconds))
      """)
  }
}
