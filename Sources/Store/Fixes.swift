package import Guide
import SQLite

/// A fix as stored.
package struct Fix: Sendable, Equatable {
  package let id: Int
  package let issueID: Int
  /// Place in the author's order, from 0; nil when removed from the text.
  package let position: Int?
  package let kind: FixText.Kind
  /// Markdown.
  package let text: String
  package let verify: String?
  package let risk: FixText.Risk?
  package let textRevision: Int
  /// Set when it used to work and stopped.
  package var regression: Regression?
  package var evidence = FixEvidence.none
}

extension Reading {
  private static let fixColumns: SQL = """
    id, issue_id, position, kind, text, verify, risk, text_revision, regressed_at, regression
    """

  private static func fix(_ row: Row) -> Fix {
    Fix(
      id: row.int(0), issueID: row.int(1), position: row.optionalInt(2),
      kind: FixText.Kind(rawValue: row.text(3)) ?? .fix, text: row.text(4),
      verify: row.optionalText(5), risk: row.optionalText(6).flatMap(FixText.Risk.init),
      textRevision: row.int(7),
      regression: row.optionalInt(8).map {
        Regression(since: Time(milliseconds: $0), reason: row.text(9))
      })
  }

  /// The fixes that stand in an issue's text, best evidence first, else in the author's order; what
  /// happened in the reader's `environment` speaks more.
  package func rankedFixes(ofIssue id: Int, environment: [Property] = []) throws -> [Fix] {
    var fixes = try connection.rows(
      """
      SELECT \(Reading.fixColumns) FROM fix
      WHERE issue_id = \(id) AND position IS NOT NULL AND \(mayBeSeen(issue: id)) ORDER BY position
      """, Reading.fix)
    guard !fixes.isEmpty else { return [] }
    let outcomes = try countedOutcomes("f.issue_id = \(id) AND f.position IS NOT NULL")
    for index in fixes.indices {
      fixes[index].evidence = FixEvidence(
        outcomes[fixes[index].id] ?? [], environment: environment)
      if fixes[index].evidence.isOlderThanText {
        fixes[index].evidence.editedAt = try editedAt(fix: fixes[index].id)
      }
    }
    return fixes.enumerated().sorted { left, right in
      left.element.evidence.mean != right.element.evidence.mean
        ? left.element.evidence.mean > right.element.evidence.mean : left.offset < right.offset
    }.map(\.element)
  }

  /// The outcomes of fixes `f`, in the order of recording.
  func countedOutcomes(_ condition: SQL) throws -> [Int: [CountedOutcome]] {
    var outcomes: [Int: [CountedOutcome]] = [:]
    var old: [(fix: Int, index: Int, text: Int)] = []
    try connection.each(
      """
      SELECT o.fix_id, o.reporter, o.report_id, o.result, o.source, o.tried_before <> '[]',
        CASE WHEN t.text <> f.text THEN t.id END, o.created_at, o.observed <> '', o.environment
      FROM fix f JOIN outcome o ON o.fix_id = f.id LEFT JOIN fix_text t ON t.id = o.text_id
      WHERE \(condition) ORDER BY o.id
      """
    ) { row in
      let fix = row.int(0)
      if let text = row.optionalInt(6) { old.append((fix, outcomes[fix]?.count ?? 0, text)) }
      outcomes[fix, default: []].append(Reading.counted(row))
      return true
    }
    var isReworded: [Int: Bool] = [:]
    for (fix, index, text) in old {
      let same = try isReworded[text] ?? wasSameProcedure(fix: fix, text: text)
      isReworded[text] = same
      outcomes[fix]![index].wording = same ? .reworded : .replaced
    }
    return outcomes
  }

  /// Whether a former text of a fix told to do the same.
  private func wasSameProcedure(fix: Int, text: Int) throws -> Bool {
    try connection.first(
      """
      SELECT f.text, t.text FROM fix f JOIN fix_text t ON t.id = \(text) WHERE f.id = \(fix)
      """, { isSameProcedure($0.text(0), $0.text(1)) }) ?? false
  }

  /// When a fix got the text that it has.
  private func editedAt(fix id: Int) throws -> Time? {
    try connection.first(
      "SELECT since FROM fix_text WHERE fix_id = \(id) ORDER BY id DESC LIMIT 1",
      { $0.optionalInt(0) })?.map { Time(milliseconds: $0) }
  }

  private static func counted(_ row: Row) -> CountedOutcome {
    CountedOutcome(
      reporter: row.text(1), report: row.text(2),
      result: OutcomeResult(rawValue: row.text(3)) ?? .notApplicable,
      source: SourceKind(rawValue: row.text(4)) ?? .anonymous, afterOthers: row.bool(5),
      createdAt: Time(milliseconds: row.int(7)), isObserved: row.bool(8),
      environment: decodedProperties(row.text(9)))
  }

  /// A fix, also one that was removed from its issue's text.
  package func fix(_ id: Int, environment: [Property] = []) throws -> Fix? {
    guard
      let fix = try connection.first(
        """
        SELECT \(Reading.fixColumns) FROM fix f WHERE id = \(id) AND EXISTS (
          SELECT 1 FROM issue i WHERE i.id = f.issue_id AND i.deleted_at IS NULL
            AND \(visible("i.guide_id")))
        """, Reading.fix)
    else { return nil }
    return try rankedFixes(ofIssue: fix.issueID, environment: environment).first { $0.id == id }
      ?? fix
  }
}
