import Diagnosis
package import Guide
import JSON
import SQLite
import Threads

/// One occurrence of a problem that someone met.
package struct Report: Sendable, Equatable {
  package enum State: String, Sendable { case open, resolved, unresolved }

  package let id: String
  package let state: State
  /// Masked.
  package let text: String
  package let environment: [Property]
  package let issueID: Int?
  package let diagnosisID: String?
  package let reporter: String
  package let source: SourceKind
  package let closedBy: String?
  package let closingText: String?
  package let createdAt: Time
}

/// What happened when one fix was tried for one report.
package struct Outcome: Sendable, Equatable {
  package let id: Int
  package let reportID: String
  package let fixID: Int
  package let fixRevision: Int
  package let result: OutcomeResult
  package let environment: [Property]
  package let note: String
  package let onBehalfOf: String?
  package let source: SourceKind
  package let createdAt: Time
}

/// A report to be opened. Its text is masked already.
package struct NewReport: Sendable {
  package let text: String
  package let environment: [Property]
  package var issueID: Int? { didSet { if issueID != nil { gap = nil } } }
  package var diagnosisID: String? { didSet { if diagnosisID != nil { gap = nil } } }
  package let reporter: String
  package let source: SourceKind
  /// The line that tells most and its template, when it is a question that nobody answered: one that
  /// names no issue (of one with a diagnosis that is counted already). Read here, since the
  /// writer has better things to do.
  private(set) var gap: Gap?

  struct Gap: Sendable {
    let line: String
    let template: String

    init(_ line: String) {
      self.line = line.utf8.count <= 300 ? line : String(line.prefix(300))
      template = Template.of(self.line)
    }

    /// Nil where no line of the text tells anything.
    static func of(_ text: String) -> Gap? {
      // Read sooner than looked up.
      if let line = Intake.onlyLine(of: text) { return Gap(line) }
      return read(ExactText(text)) {
        text.utf8.count + ($0.map { $0.line.utf8.count + $0.template.utf8.count } ?? 0)
      } make: {
        Intake.read(text).mostTelling.map { Gap($0.text) }
      }
    }

    /// What was met once is often met again, with the same words, by many at the same time.
    private static let read = Memo<ExactText, Gap?>(limit: 256 * 1_024)
  }

  package init(
    text: String, environment: [Property] = [], issueID: Int? = nil, diagnosisID: String? = nil,
    reporter: String, source: SourceKind
  ) {
    if issueID == nil, diagnosisID == nil {
      gap = Gap.of(text)
    }
    self.text = text
    self.environment = environment
    self.issueID = issueID
    self.diagnosisID = diagnosisID
    self.reporter = reporter
    self.source = source
  }
}

/// An outcome to be recorded. Its texts are masked already.
package struct NewOutcome: Sendable {
  package var fixID: Int
  package var result: OutcomeResult
  package var note: String
  package var observed: String
  package var environment: [Property]
  package var reporter: String
  package var onBehalfOf: String?
  package var source: SourceKind

  package init(
    fixID: Int, result: OutcomeResult, note: String = "", observed: String = "",
    environment: [Property] = [], reporter: String, onBehalfOf: String? = nil, source: SourceKind
  ) {
    self.fixID = fixID
    self.result = result
    self.note = note
    self.observed = observed
    self.environment = environment
    self.reporter = reporter
    self.onBehalfOf = onBehalfOf
    self.source = source
  }
}

package enum OutcomeError: Error, Sendable, Equatable {
  case reportNotFound
  case diagnosisNotFound
  case fixNotFound(Int)
  /// The fix belongs to another issue than the report.
  case fixOfOtherIssue(fix: Int, issue: String)
}

package struct RecordedOutcome: Sendable, Equatable {
  package let id: Int
  package let report: Report
  package let fixID: Int
  package let result: OutcomeResult
}

extension Reading {
  private static func report(_ row: Row) -> Report {
    Report(
      id: row.text(0), state: Report.State(rawValue: row.text(1)) ?? .open, text: row.text(2),
      environment: decodedProperties(row.text(3)), issueID: row.optionalInt(4),
      diagnosisID: row.optionalText(5), reporter: row.text(6),
      source: SourceKind(rawValue: row.text(7)) ?? .anonymous, closedBy: row.optionalText(8),
      closingText: row.optionalText(9), createdAt: Time(milliseconds: row.int(10)))
  }

  private static let reportColumns: SQL = """
    id, state, text, environment, issue_id, diagnosis_id, reporter, source, closed_by,
    closing_text, created_at
    """

  package func report(_ id: String) throws -> Report? {
    try connection.first(
      "SELECT \(Reading.reportColumns) FROM report WHERE id = \(id)", Reading.report)
  }

  /// Newest first: by the order of recording, which a clock that goes back does not change.
  /// From the newest, or from the one recorded before the place `last`.
  package func reports(
    before last: Int? = nil, limit: Int
  ) throws -> [(place: Int, report: Report)] {
    try connection.rows(
      """
      SELECT \(Reading.reportColumns), rowid FROM report
      WHERE rowid < \(last ?? .max)
        AND (+issue_id IS NULL OR EXISTS (
          SELECT 1 FROM issue i WHERE i.id = report.issue_id AND \(visible("i.guide_id"))))
        AND (+diagnosis_id IS NULL OR NOT EXISTS (
          SELECT 1 FROM diagnosis d WHERE d.id = report.diagnosis_id AND d.guide_id IS NOT NULL
            AND NOT \(visible("d.guide_id"))))
      ORDER BY rowid DESC LIMIT \(limit)
      """
    ) { (place: $0.int(11), report: Reading.report($0)) }
  }

  package func outcomes(ofReport id: String) throws -> [Outcome] {
    try connection.rows(
      """
      SELECT id, report_id, fix_id, fix_revision, result, environment, note, on_behalf_of, source,
        created_at
      FROM outcome WHERE report_id = \(id) AND EXISTS (SELECT 1 FROM fix f
        JOIN issue i ON i.id = f.issue_id WHERE f.id = fix_id AND \(visible("i.guide_id")))
      ORDER BY id
      """
    ) { row in
      Outcome(
        id: row.int(0), reportID: row.text(1), fixID: row.int(2), fixRevision: row.int(3),
        result: OutcomeResult(rawValue: row.text(4)) ?? .notApplicable,
        environment: decodedProperties(row.text(5)), note: row.text(6),
        onBehalfOf: row.optionalText(7), source: SourceKind(rawValue: row.text(8)) ?? .anonymous,
        createdAt: Time(milliseconds: row.int(9)))
    }
  }
}

extension Writing {
  package func openReport(_ report: NewReport) throws -> Report {
    if let id = report.issueID {
      guard
        try connection.first(
          """
          SELECT 1 FROM issue WHERE id = \(id) AND deleted_at IS NULL
            AND \(reading.visible("guide_id"))
          """, { _ in true }) != nil
      else { throw IssueWriteError.notFound }
    }
    if let id = report.diagnosisID {
      guard try connection.first("SELECT 1 FROM diagnosis WHERE id = \(id)", { _ in true }) != nil
      else { throw OutcomeError.diagnosisNotFound }
    }
    let id = Secrets.identifier(at: now)
    try connection.execute(
      """
      INSERT INTO report (id, text, environment, state, issue_id, diagnosis_id, reporter, source,
        created_at, updated_at)
      VALUES (\(id), \(report.text), \(encoded(report.environment)), 'open', \(report.issueID),
        \(report.diagnosisID), \(report.reporter), \(report.source.rawValue),
        \(now.milliseconds), \(now.milliseconds))
      """)
    if let gap = report.gap {
      try insert(
        Question(
          kind: .report, text: gap.line, template: gap.template, source: report.source.rawValue,
          reporter: report.reporter, verdict: .unknown, results: 0, milliseconds: 0, subject: id))
    }
    try notify(.reportOpened, report: id, issue: report.issueID)
    return Report(
      id: id, state: .open, text: report.text, environment: report.environment,
      issueID: report.issueID, diagnosisID: report.diagnosisID, reporter: report.reporter,
      source: report.source, closedBy: nil, closingText: nil, createdAt: now)
  }

  /// The report this reporter has of the diagnosis, opened when there is none.
  package func report(
    ofDiagnosis diagnosis: StoredDiagnosis, reporter: String, source: SourceKind
  ) throws -> Report {
    if let id = try reportID(ofDiagnosis: diagnosis.id, reporter: reporter),
      let report = try reading.report(id)
    {
      return report
    }
    return try openReport(
      NewReport(
        text: diagnosis.kept ?? diagnosis.excerpt, environment: diagnosis.environment,
        diagnosisID: diagnosis.id, reporter: reporter, source: source))
  }

  /// Records an outcome; the report takes the fix's issue when it has none.
  package func record(_ outcome: NewOutcome, forReport id: String) throws -> RecordedOutcome {
    guard let report = try reading.report(id) else { throw OutcomeError.reportNotFound }
    guard let fix = try reading.fix(outcome.fixID) else {
      throw OutcomeError.fixNotFound(outcome.fixID)
    }
    if let issue = report.issueID, issue != fix.issueID {
      let slug = try connection.first("SELECT slug FROM issue WHERE id = \(issue)") { $0.text(0) }
      throw OutcomeError.fixOfOtherIssue(fix: outcome.fixID, issue: slug ?? "")
    }
    // What came between a first click and a second one was not tried before.
    let triedBefore = try connection.rows(
      """
      SELECT DISTINCT fix_id FROM outcome WHERE report_id = \(id) AND fix_id <> \(outcome.fixID)
        AND result IN ('no_effect', 'made_worse', 'partly', 'recurred')
        AND id < (SELECT coalesce(min(id), \(Int.max)) FROM outcome
          WHERE report_id = \(id) AND fix_id = \(outcome.fixID))
      ORDER BY fix_id
      """
    ) { $0.int(0) }
    try connection.execute(
      """
      INSERT INTO outcome (report_id, fix_id, fix_revision, text_id, result, environment, tried_before, note,
        observed, reporter, on_behalf_of, source, created_at)
      VALUES (\(id), \(outcome.fixID), \(fix.textRevision),
        (SELECT max(id) FROM fix_text WHERE fix_id = \(outcome.fixID)), \(outcome.result.rawValue),
        \(encoded(outcome.environment.isEmpty ? report.environment : outcome.environment)),
        \(idList(triedBefore)), \(outcome.note), \(outcome.observed), \(outcome.reporter),
        \(outcome.onBehalfOf), \(outcome.source.rawValue), \(now.milliseconds))
      """)
    let outcomeID = connection.lastInsertedID
    // What else fixed it still fixed it, whatever is said later of a fix; unless it came back.
    let isClosed =
      report.state == .resolved && report.closedBy != nil && outcome.result != .recurred
    let state = isClosed ? report.state : try stateOfReport(id)
    try connection.execute(
      """
      UPDATE report SET issue_id = \(fix.issueID), state = \(state.rawValue),
        updated_at = \(now.milliseconds),
        resolved_at = CASE WHEN \(state == .resolved) THEN coalesce(resolved_at, \(now.milliseconds)) END
      WHERE id = \(id)
      """)
    try learn(fromReport: id)
    try watch(fix: outcome.fixID)
    try warn(outcome: outcomeID, outcome, report: id, issue: fix.issueID)
    if state == .resolved, report.state != .resolved {
      try notify(.reportResolved, report: id, issue: fix.issueID)
    }
    return RecordedOutcome(
      id: outcomeID, report: try reading.report(id)!, fixID: outcome.fixID,
      result: outcome.result)
  }

  /// Resolved when the latest outcome of some fix is a success; unresolved when all were tried in
  /// vain; else open.
  private func stateOfReport(_ id: String) throws -> Report.State {
    let latest = try connection.rows(
      """
      SELECT result FROM outcome o WHERE report_id = \(id) AND id = (
        SELECT max(id) FROM outcome l WHERE l.report_id = o.report_id AND l.fix_id = o.fix_id
          AND l.reporter = o.reporter)
      """
    ) { OutcomeResult(rawValue: $0.text(0)) }
    if latest.contains(.worked) { return .resolved }
    return latest.contains { $0 == .noEffect || $0 == .madeWorse || $0 == .recurred }
      ? .unresolved : .open
  }

  /// Closes a report that no fix of the issue resolved.
  package func closeReport(_ id: String, by: String, text: String) throws -> Report {
    guard let before = try reading.report(id) else { throw OutcomeError.reportNotFound }
    try connection.execute(
      """
      UPDATE report SET state = 'resolved', closed_by = \(by), closing_text = \(text),
        updated_at = \(now.milliseconds), resolved_at = coalesce(resolved_at, \(now.milliseconds))
      WHERE id = \(id)
      """)
    try learn(fromReport: id)
    if by == "other" { try suggestFix(text, from: before) }
    if before.state != .resolved {
      try notify(.reportResolved, report: id, issue: before.issueID)
    }
    return try reading.report(id)!
  }

  /// Opens a report again: what closed it did not last. Its outcomes say what it is now.
  package func reopenReport(_ id: String) throws -> Report {
    guard try reading.report(id) != nil else { throw OutcomeError.reportNotFound }
    let state = try stateOfReport(id)
    try connection.execute(
      """
      UPDATE report SET state = \(state == .resolved ? "open" : state.rawValue), closed_by = NULL,
        closing_text = NULL, updated_at = \(now.milliseconds), resolved_at = NULL WHERE id = \(id)
      """)
    try learn(fromReport: id)
    return try reading.report(id)!
  }

  /// Deletes a report for privacy, with all that has its words: outcomes, what search learned of it,
  /// a suggestion that nobody decided on, its diagnosis when no other report cites that. The
  /// question stays counted, without its text.
  package func deleteReport(_ id: String) throws {
    guard let report = try reading.report(id) else { throw OutcomeError.reportNotFound }
    // Freed pages are overwritten and the log is emptied, so that the text is gone from the disk.
    try connection.execute("PRAGMA secure_delete = ON")
    connection.emptiesLogAfterCommit = true
    let fixes = try connection.rows(
      "SELECT DISTINCT fix_id FROM outcome WHERE report_id = \(id) ORDER BY fix_id"
    ) { $0.int(0) }
    try connection.execute("DELETE FROM wording WHERE report_id = \(id)")
    try connection.execute("DELETE FROM suggestion WHERE report_id = \(id) AND state = 'open'")
    try connection.execute("DELETE FROM outcome WHERE report_id = \(id)")
    try connection.execute("DELETE FROM report WHERE id = \(id)")
    try forgetAnswers(about: id)
    try forgetQuestions(of: id)
    for fix in fixes { try watch(fix: fix) }
    guard let diagnosis = report.diagnosisID,
      try connection.integer("SELECT count(*) FROM report WHERE diagnosis_id = \(diagnosis)") == 0
    else { return }
    try connection.execute("DELETE FROM diagnosis WHERE id = \(diagnosis)")
    try forgetQuestions(of: diagnosis)
  }

  private func forgetQuestions(of subject: String) throws {
    try connection.execute(
      "UPDATE question SET text = '', template = '' WHERE subject = \(subject)")
  }
}

func encoded(_ properties: [Property]) -> String {
  JSON.object(properties.map { JSON.Member($0.key, .string($0.value)) }).string
}

func decodedProperties(_ text: String) -> [Property] {
  guard let members = try? JSON.read(text).members else { return [] }
  return members.map { Property($0.name, $0.value.text ?? "") }
}
