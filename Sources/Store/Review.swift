import SQLite

/// An issue that someone should look at again, and why.
package struct ReviewDue: Sendable, Equatable {
  package let issue: IssueSummary
  /// One sentence.
  package let reason: String
  package let since: Time
}

extension Reading {
  /// After so many days without anybody's yes a text is not taken for right any more.
  private static let reviewDays = 180

  private typealias Due = (issue: Int, reason: String, since: Time)

  /// A fix of the issue `i` worked and stopped.
  private static let hasRegressed: SQL = """
    EXISTS (SELECT 1 FROM fix f WHERE f.issue_id = i.id AND f.regressed_at IS NOT NULL
      AND f.position IS NOT NULL)
    """

  /// Issues that are due for review, the most urgent reason first, each once: a fix stopped working,
  /// edited since it was verified, verified long ago, never verified and untouched for long.
  ///
  /// - Parameter start: How many are left out at the beginning.
  package func reviewsDue(
    now: Time, from start: Int = 0, limit: Int = 100
  ) throws -> [ReviewDue] {
    let end = start + limit
    let isThere: SQL = """
      i.deleted_at IS NULL AND i.confidence <> 'archived' AND \(visible("i.guide_id"))
      """
    let long = now + -Reading.reviewDays * 86_400
    var found = try regressed(isThere, limit: end)
    if found.count < end { found += try outdated(isThere, long, limit: end - found.count) }
    if found.count < end { found += try neverVerified(isThere, long, limit: end - found.count) }
    let page = found.dropFirst(start)
    let issues = Dictionary(
      uniqueKeysWithValues: try summaries(page.map(\.issue)).map { ($0.id, $0) })
    return page.compactMap { due in
      issues[due.issue].map { ReviewDue(issue: $0, reason: due.reason, since: due.since) }
    }
  }

  private func regressed(_ isThere: SQL, limit: Int) throws -> [Due] {
    // Of several fixes the one that stopped last speaks (https://www.sqlite.org/lang_select.html#bareagg).
    try connection.rows(
      """
      SELECT f.issue_id, f.regression, max(f.regressed_at) FROM fix f INDEXED BY fix_regressed
      CROSS JOIN issue i ON i.id = f.issue_id
      WHERE f.regressed_at IS NOT NULL AND f.position IS NOT NULL AND \(isThere)
      GROUP BY f.issue_id ORDER BY max(f.regressed_at) DESC, f.issue_id LIMIT \(limit)
      """
    ) { row in
      (
        row.int(0), "A fix stopped working: \(row.optionalText(1) ?? "the last attempts failed").",
        Time(milliseconds: row.int(2))
      )
    }
  }

  private func outdated(_ isThere: SQL, _ long: Time, limit: Int) throws -> [Due] {
    // The newest verification of each issue; there are as many rows as somebody made by hand.
    try connection.rows(
      """
      SELECT v.issue_id, v.revision, v.created_at, i.revision, i.updated_at, v.against
      FROM verification v JOIN issue i ON i.id = v.issue_id
      WHERE v.id = (SELECT max(id) FROM verification WHERE issue_id = v.issue_id)
        AND (v.revision < i.revision OR v.created_at < \(long.milliseconds))
        AND \(isThere) AND NOT \(Reading.hasRegressed)
      ORDER BY v.revision >= i.revision, v.created_at, v.id LIMIT \(limit)
      """
    ) { row in
      let (verified, current) = (row.int(1), row.int(3))
      let against = row.text(5).isEmpty ? "" : " against \(row.text(5))"
      return verified < current
        ? (
          row.int(0), "Edited since it was verified: revision \(verified), now \(current).",
          Time(milliseconds: row.int(4))
        )
        : (
          row.int(0), "Verified\(against) more than \(Reading.reviewDays) days ago.",
          Time(milliseconds: row.int(2))
        )
    }
  }

  private func neverVerified(_ isThere: SQL, _ long: Time, limit: Int) throws -> [Due] {
    try connection.rows(
      """
      SELECT i.id, i.updated_at FROM issue i INDEXED BY issue_updated
      WHERE i.updated_at < \(long.milliseconds) AND i.confidence IN ('draft', 'unverified')
        AND \(isThere) AND NOT \(Reading.hasRegressed)
        AND NOT EXISTS (SELECT 1 FROM verification v WHERE v.issue_id = i.id)
      ORDER BY i.updated_at, i.id LIMIT \(limit)
      """
    ) { row in
      (
        row.int(0), "Never verified, and untouched for more than \(Reading.reviewDays) days.",
        Time(milliseconds: row.int(1))
      )
    }
  }
}
