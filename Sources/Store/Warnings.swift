package import Guide
import JSON
import SQLite

/// People without an account, agents or automation say that a fix made things worse. It moves no fix,
/// so that nobody can bury one; an editor is to look.
package struct Warning: Sendable, Equatable {
  /// One of the outcomes that say so.
  package struct Word: Sendable, Equatable {
    package let id: Int
    package let reportID: String
    package let source: SourceKind
    /// Masked.
    package let note: String
    package let environment: [Property]
    package let createdAt: Time
  }

  package let issue: IssueSummary
  package let fixID: Int
  /// Markdown.
  package let fixText: String
  /// How many say so.
  package let reporters: Int
  /// Newest first, at most `Reading.wordLimit`; never empty.
  package let words: [Word]

  /// The newest outcome's: what came later is another warning.
  package var id: Int { words[0].id }
}

extension Reading {
  /// Outcomes looked at, the newest: however many come, editors get an answer.
  private static let warningLimit = 1_000
  private static let wordLimit = 5

  /// What no editor has looked at, one for each fix, the newest first; of one issue when named. What its
  /// reporter has taken back since, and what is said of a fix that is gone, is none.
  package func warnings(ofIssue issue: Int? = nil) throws -> [Warning] {
    var found: [(word: Warning.Word, fix: Int, text: String, issue: Int, reporter: String)] = []
    try connection.each(
      """
      SELECT o.id, o.report_id, o.source, o.note, o.environment, o.created_at, o.fix_id, f.text,
        f.issue_id, o.reporter
      FROM outcome o INDEXED BY outcome_alert JOIN fix f ON f.id = o.fix_id
        JOIN issue i ON i.id = f.issue_id
      WHERE o.result = 'made_worse' AND o.source <> 'person' AND o.seen_by IS NULL
        AND f.position IS NOT NULL AND i.deleted_at IS NULL
        AND \(issue.map { "f.issue_id = \($0)" } ?? "1" as SQL) AND \(visible("i.guide_id"))
        AND NOT EXISTS (SELECT 1 FROM outcome l WHERE l.report_id = o.report_id
          AND l.fix_id = o.fix_id AND l.reporter = o.reporter AND l.id > o.id)
      ORDER BY o.id DESC LIMIT \(Reading.warningLimit)
      """
    ) { row in
      let word = Warning.Word(
        id: row.int(0), reportID: row.text(1),
        source: SourceKind(rawValue: row.text(2)) ?? .anonymous, note: row.text(3),
        environment: decodedProperties(row.text(4)), createdAt: Time(milliseconds: row.int(5)))
      found.append((word, row.int(6), row.text(7), row.int(8), row.text(9)))
      return true
    }
    if found.isEmpty { return [] }
    let issues = Dictionary(
      uniqueKeysWithValues: try summaries(Array(Set(found.map(\.issue)))).map { ($0.id, $0) })
    return Dictionary(grouping: found, by: \.fix).values.compactMap { said in
      issues[said[0].issue].map { issue in
        Warning(
          issue: issue, fixID: said[0].fix, fixText: said[0].text,
          reporters: Set(said.map(\.reporter)).count,
          words: said.prefix(Reading.wordLimit).map(\.word))
      }
    }.sorted { $0.id > $1.id }
  }
}

extension Writing {
  /// An editor has looked at what is said of a fix, up to that outcome. False where there is no such
  /// outcome to be seen.
  package func see(warning id: Int) throws -> Bool {
    guard
      let fix = try connection.first(
        """
        SELECT o.fix_id FROM outcome o JOIN fix f ON f.id = o.fix_id
          JOIN issue i ON i.id = f.issue_id
        WHERE o.id = \(id) AND \(reading.visible("i.guide_id"))
        """, { $0.int(0) })
    else { return false }
    try connection.execute(
      """
      UPDATE outcome SET seen_by = \(author.name)
      WHERE fix_id = \(fix) AND id <= \(id) AND result = 'made_worse' AND source <> 'person'
        AND seen_by IS NULL
      """)
    return true
  }

  /// Tells of an outcome that is a warning, once until somebody has seen it.
  func warn(outcome id: Int, _ outcome: NewOutcome, report: String, issue: Int) throws {
    guard outcome.result == .madeWorse, outcome.source != .person,
      try connection.first(
        """
        SELECT 1 FROM outcome INDEXED BY outcome_alert
        WHERE fix_id = \(outcome.fixID) AND id < \(id) AND result = 'made_worse'
          AND source <> 'person' AND seen_by IS NULL LIMIT 1
        """, { _ in true }) == nil
    else { return }
    try notify(
      .fixMadeWorse, report: report, issue: issue, [.init("fix", .integer(outcome.fixID))])
  }
}
