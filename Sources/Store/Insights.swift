import SQLite

/// What happened in one stretch of time.
package struct InsightBucket: Sendable, Equatable {
  package let start: Time
  package var answered = 0
  package var unanswered = 0
  /// Outcomes of members: the sum of what worked (½ for a part), and how many were tried.
  package var successes = 0.0
  package var tried = 0
  package var opened = 0
  package var resolved = 0
  /// Seconds from report to resolution, of those opened here that are resolved: the middle one.
  package var medianSeconds: Int?

  /// The central 90 % of the posterior Beta(1,1) over the outcomes.
  package var interval: (low: Double, high: Double) { shareInterval(successes, of: tried) }
}

/// An issue whose fix is in doubt, and why, in words.
package struct StaleIssue: Sendable, Equatable {
  package let issue: IssueSummary
  package let fixID: Int
  package let since: Time
  package let reason: String
}

/// How questions and reports went over a span of time.
package struct Insights: Sendable {
  package let since: Time
  package let until: Time
  /// How long each bucket is, in days.
  package let days: Int
  package let buckets: [InsightBucket]
  package let opened: OpenedResults
  package let stale: [StaleIssue]
}

extension Reading {
  /// At most this many reports are looked at for the middle time to resolution.
  private static let reportLimit = 100_000

  /// Counts of a range, in at most about fifty buckets of days, weeks or four weeks.
  package func insights(since: Time, until: Time) throws -> Insights {
    let seconds = (until.milliseconds - since.milliseconds) / 1_000
    let days = seconds <= 45 * 86_400 ? 1 : seconds <= 330 * 86_400 ? 7 : 28
    let width = days * 86_400_000
    let count = max(1, (until.milliseconds - since.milliseconds + width - 1) / width)
    var buckets = (0..<count).map {
      InsightBucket(start: Time(milliseconds: since.milliseconds + $0 * width))
    }
    let (from, to) = (since.milliseconds, until.milliseconds)
    try connection.each(
      """
      SELECT (created_at - \(from)) / \(width) AS bucket,
        sum(CASE WHEN kind = 'search' THEN results > 0 ELSE verdict IN ('known', 'possible') END),
        count(*)
      FROM question INDEXED BY question_created
      WHERE created_at >= \(from) AND created_at < \(to) GROUP BY bucket
      """
    ) { row in
      buckets[row.int(0)].answered = row.int(1)
      buckets[row.int(0)].unanswered = row.int(2) - row.int(1)
      return true
    }
    try connection.each(
      """
      SELECT (o.created_at - \(from)) / \(width) AS bucket,
        sum(CASE o.result WHEN 'worked' THEN 1.0 WHEN 'partly' THEN 0.5 ELSE 0.0 END), count(*)
      FROM outcome o INDEXED BY outcome_created
        JOIN fix f ON f.id = o.fix_id JOIN issue i ON i.id = f.issue_id
      WHERE o.created_at >= \(from) AND o.created_at < \(to) AND o.source = 'person'
        AND o.result <> 'not_applicable' AND \(visible("i.guide_id"))
      GROUP BY bucket
      """
    ) { row in
      buckets[row.int(0)].successes = row.double(1)
      buckets[row.int(0)].tried = row.int(2)
      return true
    }
    try countReports(from, to, width, &buckets)
    return Insights(
      since: since, until: until, days: days, buckets: buckets,
      opened: try openedResults(since: since, until: until),
      stale: try staleIssues(since: since, until: until))
  }

  private func countReports(
    _ from: Int, _ to: Int, _ width: Int, _ buckets: inout [InsightBucket]
  ) throws {
    var lasting: [Int: [Int]] = [:]
    try connection.each(
      """
      SELECT (r.created_at - \(from)) / \(width), r.resolved_at - r.created_at
      FROM report r INDEXED BY report_created
      WHERE r.created_at >= \(from) AND r.created_at < \(to) AND (r.issue_id IS NULL OR EXISTS (
        SELECT 1 FROM issue i WHERE i.id = r.issue_id AND \(visible("i.guide_id"))))
      LIMIT \(Reading.reportLimit)
      """
    ) { row in
      buckets[row.int(0)].opened += 1
      if let lasted = row.optionalInt(1) {
        buckets[row.int(0)].resolved += 1
        lasting[row.int(0), default: []].append(max(lasted, 0) / 1_000)
      }
      return true
    }
    for (bucket, times) in lasting {
      buckets[bucket].medianSeconds = times.sorted()[times.count / 2]
    }
  }

  /// Issues with a fix that stopped working, whenever that was, and those of which no attempt worked
  /// in the range; the newest doubt first.
  private func staleIssues(since: Time, until: Time) throws -> [StaleIssue] {
    let flagged = try connection.rows(
      """
      SELECT f.issue_id, f.id, f.regressed_at, f.regression FROM fix f INDEXED BY fix_regressed
      JOIN issue i ON i.id = f.issue_id
      WHERE f.regressed_at IS NOT NULL AND f.position IS NOT NULL AND i.deleted_at IS NULL
        AND \(visible("i.guide_id"))
      ORDER BY f.regressed_at DESC LIMIT 100
      """
    ) { (issue: $0.int(0), fix: $0.int(1), since: $0.int(2), reason: $0.text(3)) }
    let failing = try connection.rows(
      """
      SELECT f.issue_id, min(f.id), min(o.created_at),
        'none of ' || count(*) || ' attempts worked in this time'
      FROM outcome o INDEXED BY outcome_created
        JOIN fix f ON f.id = o.fix_id JOIN issue i ON i.id = f.issue_id
      WHERE o.created_at >= \(since.milliseconds) AND o.created_at < \(until.milliseconds)
        AND o.source = 'person' AND o.result <> 'not_applicable' AND i.deleted_at IS NULL
        AND f.position IS NOT NULL AND \(visible("i.guide_id"))
      GROUP BY f.issue_id
      HAVING count(*) > 2 AND count(DISTINCT o.reporter) > 1
        AND max(o.result IN ('worked', 'partly')) = 0
      ORDER BY 3 DESC LIMIT 100
      """
    ) { (issue: $0.int(0), fix: $0.int(1), since: $0.int(2), reason: $0.text(3)) }
    let known = Set(flagged.map(\.issue))
    let all = flagged + failing.filter { !known.contains($0.issue) }
    let issues = Dictionary(
      uniqueKeysWithValues: try summaries(Array(Set(all.map(\.issue)))).map { ($0.id, $0) })
    return all.compactMap { one in
      issues[one.issue].map {
        StaleIssue(
          issue: $0, fixID: one.fix, since: Time(milliseconds: one.since), reason: one.reason)
      }
    }
  }
}
