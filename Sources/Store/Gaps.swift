import SQLite

/// A question the knowledge base could not answer, with all that are alike.
package struct Gap: Sendable, Equatable {
  /// The newest question of the group.
  package let id: Int
  /// Masked.
  package let text: String
  package let template: String
  package let times: Int
  /// Different people (or addresses) that asked.
  package let people: Int
  package let lastAskedAt: Time
}

extension Reading {
  /// Unanswered questions since then, grouped by template, those that most people met first.
  package func gaps(since time: Time, from start: Int = 0, limit: Int) throws -> [Gap] {
    try connection.rows(
      """
      SELECT max(id), text, template, count(*), count(DISTINCT reporter) AS people, max(created_at)
      FROM question INDEXED BY question_gap
      WHERE (results = 0 OR verdict = 'unknown') AND template > ''
        AND created_at >= \(time.milliseconds) AND \(mayBeSeen)
      GROUP BY template ORDER BY people DESC, max(id) DESC LIMIT \(limit) OFFSET \(start)
      """, Reading.gap)
  }

  /// The group that a question belongs to; nil when it was answered, or may not be seen.
  package func gap(_ id: Int) throws -> Gap? {
    try connection.first(
      """
      SELECT max(id), text, template, count(*), count(DISTINCT reporter), max(created_at)
      FROM question WHERE (results = 0 OR verdict = 'unknown') AND \(mayBeSeen)
        AND template = (SELECT template FROM question WHERE id = \(id) AND \(mayBeSeen))
      GROUP BY template
      """, Reading.gap)
  }

  /// A question that was limited to a guide is for those who may see the guide.
  private var mayBeSeen: SQL { "(guide_id IS NULL OR \(visible("guide_id")))" }

  private static func gap(_ row: Row) -> Gap {
    Gap(
      id: row.int(0), text: row.text(1), template: row.text(2), times: row.int(3),
      people: row.int(4), lastAskedAt: Time(milliseconds: row.int(5)))
  }
}
