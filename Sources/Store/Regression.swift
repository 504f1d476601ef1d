import Guide
import SQLite

/// A fix that used to work and stopped, as the outcomes say.
package struct Regression: Sendable, Equatable {
  /// The first of the failures.
  package let since: Time
  /// "3 of the last 4 attempts failed since runtime=node22.9".
  package let reason: String

  package init(since: Time, reason: String) {
    self.since = since
    self.reason = reason
  }
}

extension Regression {
  /// Attempts looked at, and how many of them must have failed.
  private static let window = 4
  private static let failures = 3

  /// Looks at members' attempts where the fix was tried first, in the order of recording: at least
  /// three of the last four failed, for two reporters or more, and before them it worked twice or more,
  /// and at least as often as not. One person, anonymous people and agents flag nothing.
  init?(_ outcomes: [CountedOutcome]) {
    var latest: [String: Int] = [:]
    for (index, outcome) in outcomes.enumerated() {
      latest[outcome.reporter + "\u{0}" + outcome.report] = index
    }
    let attempts = latest.values.sorted().map { outcomes[$0] }.filter {
      $0.source == .person && $0.wording != .replaced && !$0.afterOthers && $0.result.success != nil
    }
    let recent = attempts.suffix(Regression.window)
    let failed = recent.filter { $0.result.success == 0 }
    let former = attempts.dropLast(recent.count)
    let worked = former.filter { $0.result == .worked }
    guard failed.count >= Regression.failures, Set(failed.map(\.reporter)).count > 1,
      worked.count > 1, worked.count * 2 >= former.count, let first = failed.first
    else { return nil }
    since = first.createdAt
    let what = Regression.change(failed, worked) ?? first.createdAt.date
    reason = "\(failed.count) of the last \(recent.count) attempts failed since \(what)"
  }

  /// A statement of all failures that no success makes, though one says something else there.
  private static func change(
    _ failed: [CountedOutcome], _ worked: [CountedOutcome]
  ) -> String? {
    for property in failed[0].environment {
      let isNew = !worked.contains { $0.environment.contains(property) }
      let wasOther = worked.contains { outcome in
        outcome.environment.contains { $0.key == property.key }
      }
      if isNew, wasOther, failed.allSatisfy({ $0.environment.contains(property) }) {
        return "\(property.key)=\(property.value)"
      }
    }
    return nil
  }
}

extension Writing {
  static let regressed = "fix stopped working"
  static let recovered = "fix works again"

  /// Flags a fix that stopped working, or takes the flag back, after an outcome came or went. Both
  /// stand in the change stream.
  func watch(fix id: Int) throws {
    guard
      let fix = try connection.first(
        """
        SELECT f.regressed_at, f.issue_id, i.guide_id, i.revision FROM fix f
        JOIN issue i ON i.id = f.issue_id WHERE f.id = \(id)
        """,
        { (flagged: $0.optionalInt(0), issue: $0.int(1), guide: $0.int(2), revision: $0.int(3)) })
    else { return }
    // The newest ones tell; a fix with very many is not read from its beginning at each click.
    let outcomes = try reading.countedOutcomes(
      """
      f.id = \(id) AND o.id IN (
        SELECT id FROM outcome WHERE fix_id = \(id) ORDER BY created_at DESC, id DESC LIMIT 400)
      """)
    let found = Regression(outcomes[id] ?? [])
    guard found != nil || fix.flagged != nil else { return }
    try connection.execute(
      """
      UPDATE fix SET regressed_at = \(found?.since.milliseconds), regression = \(found?.reason)
      WHERE id = \(id)
      """)
    guard (found == nil) != (fix.flagged == nil) else { return }
    // The evidence says so, not the one whose outcome was the last.
    let writing = Writing(
      connection: connection, author: Author(viewer: .system, name: "evidence"), now: now,
      terms: terms, told: told)
    try writing.change(
      found == nil ? Writing.recovered : Writing.regressed, issueID: fix.issue,
      guideID: fix.guide, revision: fix.revision,
      summary: "fix \(id): " + (found?.reason ?? "the last attempts worked"))
  }
}
