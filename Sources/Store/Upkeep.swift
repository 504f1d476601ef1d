import JSON
import SQLite

/// How long what runs out is kept, in days.
package struct Retention: Sendable, Equatable {
  package var questions: Int
  /// 0: for ever.
  package var audit: Int

  package init(questions: Int, audit: Int = 0) {
    self.questions = questions
    self.audit = audit
  }
}

/// What one round of upkeep removed.
package struct UpkeepResult: Sendable, Equatable {
  package var diagnoses = 0
  package var questions = 0
  package var audit = 0
}

extension Store {
  /// Days that a diagnosis lives which nothing cites.
  private static let diagnosisDays = 90
  /// Rows of one transaction, so that nobody waits for long.
  private static let batch = 500

  /// Removes diagnoses, counted questions and lines of the audit log that have run out, a few at a
  /// time, and gives way to any other write. To be called now and then; does nothing where nothing
  /// can be written.
  package func keepUp(now: Time = .now(), _ retention: Retention) throws -> UpkeepResult {
    var result = UpkeepResult()
    guard readOnlyReason == nil, faults.current == nil else { return result }
    let (time, isNew) = try read(as: .system) { try $0.trustedTime(now) }
    if isNew { try write(as: .system) { try $0.keep(trustedTime: time) } }
    let before = time + -Store.diagnosisDays * 86_400
    let citing = try read(as: .system, deadline: 60_000) { try $0.citedDiagnoses(before: before) }
    if let cited = citing {
      while waitingWrites == 0 {
        let gone = try write(as: .system) {
          try $0.expireDiagnoses(before: before, cited: cited, limit: Store.batch)
        }
        result.diagnoses += gone
        if gone < Store.batch { break }
      }
    }
    let since = time + -retention.questions * 86_400
    let hasOld = try read(as: .system) { try $0.hasQuestions(before: since) }
    while hasOld, waitingWrites == 0 {
      let gone = try write(as: .system) {
        try $0.expireQuestions(before: since, limit: Store.batch)
      }
      result.questions += gone
      if gone < Store.batch { break }
    }
    guard retention.audit > 0 else { return result }
    let noted = time + -retention.audit * 86_400
    let hasOldLines = try read(as: .system) { try $0.hasAudit(before: noted) }
    while hasOldLines, waitingWrites == 0 {
      let gone = try write(as: .system) { try $0.expireAudit(before: noted, limit: Store.batch) }
      result.audit += gone
      if gone < Store.batch { break }
    }
    return result
  }
}

extension Reading {
  static let trustedTimeName = "trusted time"

  /// The time by which things run out: the clock's, but it never gains more than a day from one round
  /// to the next. A clock that jumps ahead takes nothing away before somebody can put it right.
  /// It is worth keeping when it has moved by half a day, or back.
  func trustedTime(_ clock: Time) throws -> (time: Time, isNew: Bool) {
    let stored = try connection.first(
      "SELECT value FROM setting WHERE name = \(Reading.trustedTimeName)"
    ) { Int($0.text(0)) }
    if let stored = stored ?? nil {
      let time = min(clock.milliseconds, stored + 86_400_000)
      return (Time(milliseconds: time), time < stored || time - stored >= 43_200_000)
    }
    // A base that has none yet: the newest thing in it says when it was last in use.
    let newest = try connection.integer(
      """
      SELECT max(coalesce((SELECT max(created_at) FROM diagnosis), 0),
        coalesce((SELECT max(created_at) FROM question), 0),
        coalesce((SELECT max(created_at) FROM audit), 0))
      """)
    if newest == 0 { return (clock, false) }
    return (Time(milliseconds: min(clock.milliseconds, newest + 86_400_000)), true)
  }

  func hasQuestions(before time: Time) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM question WHERE created_at < \(time.milliseconds) LIMIT 1", { _ in true })
      ?? false
  }

  func hasAudit(before time: Time) throws -> Bool {
    try connection.first(
      "SELECT 1 FROM audit WHERE created_at < \(time.milliseconds) LIMIT 1", { _ in true })
      ?? false
  }

  /// Ids of diagnoses that issues name in their text; nil when no diagnosis is that old anyway.
  func citedDiagnoses(before time: Time) throws -> Set<String>? {
    guard
      try connection.first(
        "SELECT 1 FROM diagnosis WHERE created_at < \(time.milliseconds) LIMIT 1", { _ in true })
        != nil
    else { return nil }
    var cited: Set<String> = []
    try connection.each("SELECT markdown FROM issue WHERE instr(markdown, '/diagnoses/') > 0") {
      row in
      for piece in row.text(0).split(separator: "/diagnoses/").dropFirst() {
        cited.insert(String(piece.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }))
      }
      return true
    }
    return cited
  }
}

extension Writing {
  func keep(trustedTime time: Time) throws {
    try connection.execute(
      """
      INSERT INTO setting (name, value)
      VALUES (\(Reading.trustedTimeName), \(String(time.milliseconds)))
      ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """)
  }

  /// Deletes diagnoses that no report and no issue cites; they answer 410 from then on.
  func expireDiagnoses(before time: Time, cited: Set<String>, limit: Int) throws -> Int {
    let list = JSON.array(cited.sorted().map { .string($0) }).string
    try connection.execute(
      """
      DELETE FROM diagnosis WHERE id IN (
        SELECT d.id FROM diagnosis d INDEXED BY diagnosis_created
        WHERE d.created_at < \(time.milliseconds)
          AND NOT EXISTS (SELECT 1 FROM report r WHERE r.diagnosis_id = d.id)
          AND d.id NOT IN (SELECT value FROM json_each(\(list)))
        ORDER BY d.created_at LIMIT \(limit))
      """)
    return connection.changes
  }

  func expireQuestions(before time: Time, limit: Int) throws -> Int {
    try connection.execute(
      """
      DELETE FROM question WHERE id IN (
        SELECT id FROM question INDEXED BY question_created
        WHERE created_at < \(time.milliseconds) ORDER BY created_at LIMIT \(limit))
      """)
    return connection.changes
  }

  func expireAudit(before time: Time, limit: Int) throws -> Int {
    try connection.execute(
      """
      DELETE FROM audit WHERE id IN (
        SELECT id FROM audit INDEXED BY audit_created
        WHERE created_at < \(time.milliseconds) ORDER BY created_at LIMIT \(limit))
      """)
    return connection.changes
  }
}
