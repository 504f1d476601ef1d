import SQLite

/// Who asks, to tell people apart in one day.
package enum Asker {
  /// A digest of a reporter's name and the day, so that one day's cannot be held against the next one's.
  package static func digest(_ reporter: String, at time: Time) -> String {
    Secrets.digest(Array("asks \(time.date) \(reporter)".utf8))
  }
}

extension Reading {
  /// Diagnoses looked at, the newest, so that a storm of them costs no more.
  private static let metLimit = 5_000

  /// How many others than the asker of a diagnosis were led to the issue in the hour before it. Around
  /// midnight (UTC) somebody may be two.
  package func othersMet(issue id: Int, before diagnosis: StoredDiagnosis) throws -> Int {
    let end = diagnosis.createdAt
    return try connection.integer(
      """
      SELECT count(DISTINCT asker) FROM (
        SELECT asker FROM diagnosis_issue
        WHERE issue_id = \(id) AND created_at > \((end + -3_600).milliseconds)
          AND created_at <= \(end.milliseconds) AND \(mayBeSeen(issue: id))
        ORDER BY created_at DESC LIMIT \(Reading.metLimit))
      WHERE asker <> \(diagnosis.asker)
      """)
  }

  /// Issues most often met since then.
  package func mostMet(since time: Time, limit: Int) throws -> [(issue: IssueSummary, times: Int)] {
    let rows = try connection.rows(
      """
      SELECT x.issue_id, count(*) AS times FROM diagnosis d INDEXED BY diagnosis_created
      JOIN diagnosis_issue x ON x.diagnosis_id = d.id
        JOIN issue i ON i.id = x.issue_id
      WHERE d.created_at >= \(time.milliseconds) AND i.deleted_at IS NULL
        AND \(visible("i.guide_id"))
      GROUP BY x.issue_id ORDER BY times DESC, x.issue_id LIMIT \(limit)
      """
    ) { ($0.int(0), $0.int(1)) }
    let times = Dictionary(uniqueKeysWithValues: rows)
    return try summaries(rows.map(\.0)).map { ($0, times[$0.id] ?? 0) }
  }
}
