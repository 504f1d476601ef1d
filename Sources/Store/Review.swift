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
  private static let reviewLimit = 100

  /// Issues that are due for review, the most urgent reason first, each once: a fix stopped working,
  /// edited since it was verified, verified long ago, never verified and untouched for long.
  package func reviewsDue(now: Time) throws -> [ReviewDue] {
    let long = now + -Reading.reviewDays * 86_400
    var found: [(issue: Int, reason: String, since: Time)] = try connection.rows(
      """
      SELECT f.issue_id, f.regression, f.regressed_at FROM fix f
      WHERE f.regressed_at IS NOT NULL AND f.position IS NOT NULL
      ORDER BY f.regressed_at DESC LIMIT \(Reading.reviewLimit)
      """
    ) { row in
      (
        row.int(0), "A fix stopped working: \(row.optionalText(1) ?? "the last attempts failed").",
        Time(milliseconds: row.int(2))
      )
    }
    // The newest verification of each issue; there are as many rows as somebody made by hand.
    found += try connection.rows(
      """
      SELECT v.issue_id, v.revision, v.created_at, i.revision, i.updated_at, v.against
      FROM verification v JOIN issue i ON i.id = v.issue_id
      WHERE v.id = (SELECT max(id) FROM verification WHERE issue_id = v.issue_id)
        AND (v.revision < i.revision OR v.created_at < \(long.milliseconds))
      ORDER BY v.revision >= i.revision, v.created_at LIMIT \(Reading.reviewLimit)
      """
    ) { row in
      let (verified, current) = (row.int(1), row.int(3))
      let at = Time(milliseconds: row.int(2))
      let against = row.text(5).isEmpty ? "" : " against \(row.text(5))"
      return verified < current
        ? (
          row.int(0), "Edited since it was verified: revision \(verified), now \(current).",
          Time(milliseconds: row.int(4))
        )
        : (row.int(0), "Verified\(against) more than \(Reading.reviewDays) days ago.", at)
    }
    found += try connection.rows(
      """
      SELECT i.id, i.updated_at FROM issue i INDEXED BY issue_updated
      WHERE i.updated_at < \(long.milliseconds) AND i.confidence IN ('draft', 'unverified')
        AND i.deleted_at IS NULL ORDER BY i.updated_at LIMIT \(Reading.reviewLimit)
      """
    ) { row in
      (
        row.int(0), "Never verified, and untouched for more than \(Reading.reviewDays) days.",
        Time(milliseconds: row.int(1))
      )
    }
    let issues = Dictionary(
      uniqueKeysWithValues: try summaries(Array(Set(found.map(\.issue)))).map { ($0.id, $0) })
    var listed: Set<Int> = []
    return found.compactMap { item in
      guard let issue = issues[item.issue], issue.confidence != .archived,
        listed.insert(item.issue).inserted
      else { return nil }
      return ReviewDue(issue: issue, reason: item.reason, since: item.since)
    }
  }
}
