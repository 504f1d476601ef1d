package import Diagnosis
package import Guide
import JSON
import SQLite
import Synchronization
import Threads

/// A diagnosis as stored: what matched, not what was pasted.
package struct StoredDiagnosis: Sendable, Equatable {
  package let id: String
  package var verdict: Verdict
  package let matcher: String
  /// Slug of the guide it was limited to.
  package var guide: String?
  /// The masked lines that matched, for a report made of it.
  package let excerpt: String
  /// The whole masked text, where the sender asked to keep it.
  package let kept: String?
  /// What it ran on, as the asker said; values masked.
  package let environment: [Property]
  package let redacted: Int
  package var matches: [StoredMatch]
  package let source: SourceKind
  /// `Asker.digest` of who asked; empty where nobody is told apart.
  package let asker: String
  package let createdAt: Time

  package init(
    id: String, verdict: Verdict, matcher: String, guide: String?, excerpt: String, kept: String?,
    environment: [Property] = [], redacted: Int, matches: [StoredMatch], source: SourceKind,
    asker: String = "", createdAt: Time
  ) {
    self.id = id
    self.verdict = verdict
    self.matcher = matcher
    self.guide = guide
    self.excerpt = excerpt
    self.kept = kept
    self.environment = environment
    self.redacted = redacted
    self.matches = matches
    self.source = source
    self.asker = asker
    self.createdAt = createdAt
  }
}

package struct StoredMatch: Sendable, Equatable {
  package let issueID: Int
  /// The issue's revision that was judged.
  package let revision: Int
  package let confidence: Double
  package let evidence: [Evidence]

  package init(issueID: Int, revision: Int, confidence: Double, evidence: [Evidence]) {
    self.issueID = issueID
    self.revision = revision
    self.confidence = confidence
    self.evidence = evidence
  }
}

/// A search, diagnosis or report, for gaps and insights; masked.
package struct Question: Sendable {
  package enum Kind: String, Sendable { case search, diagnosis, report }

  package let kind: Kind
  package let text: String
  package let template: String
  /// Slug of the guide it was limited to.
  package let guide: String?
  package let source: String
  package let reporter: String
  package let verdict: Verdict?
  package let results: Int
  package let milliseconds: Double
  /// The id of the diagnosis or report; of a search on a page, a name that nothing else has.
  package let subject: String?

  package init(
    kind: Kind, text: String, template: String, guide: String? = nil, source: String,
    reporter: String, verdict: Verdict?, results: Int, milliseconds: Double,
    subject: String? = nil
  ) {
    self.kind = kind
    self.text = text
    self.template = template
    self.guide = guide
    self.source = source
    self.reporter = reporter
    self.verdict = verdict
    self.results = results
    self.milliseconds = milliseconds
    self.subject = subject
  }
}

/// Diagnoses and questions that wait to be stored, off the answer's path. Bounded: when full,
/// a diagnosis gets no id and a question is not counted.
package final class PendingDiagnoses: Sendable {
  private struct State {
    var diagnoses: [String: StoredDiagnosis] = [:]
    /// Those of them whose write failed; they are tried again when writes are stored again.
    var failed: Set<String> = []
    var questions = 0
    var onRecovery: (@Sendable () -> Void)?
  }

  private static let limit = 2_000
  private let state = Mutex(State())

  init() {}

  func add(_ diagnosis: StoredDiagnosis) -> Bool {
    state.withLock { state in
      guard state.diagnoses.count < PendingDiagnoses.limit else { return false }
      state.diagnoses[diagnosis.id] = diagnosis
      return true
    }
  }

  /// While writes fail one question at a time goes on being tried: it finds out when they work again.
  func addQuestion(alone: Bool) -> Bool {
    state.withLock { state in
      guard state.questions < (alone ? 1 : PendingDiagnoses.limit) else { return false }
      state.questions += 1
      return true
    }
  }

  func remove(_ id: String) { state.withLock { $0.diagnoses[id] = nil } }
  func fail(_ id: String) { state.withLock { _ = $0.failed.insert(id) } }
  var hasQuestions: Bool { state.withLock { $0.questions > 0 } }
  func removeQuestion() { state.withLock { $0.questions -= 1 } }
  func diagnosis(_ id: String) -> StoredDiagnosis? {
    state.withLock { $0.diagnoses[id] }
  }

  func takeFailed() -> [StoredDiagnosis] {
    state.withLock { state in
      defer { state.failed = [] }
      return state.failed.compactMap { state.diagnoses[$0] }
    }
  }

  func whenRecovered(_ body: @escaping @Sendable () -> Void) {
    state.withLock { $0.onRecovery = body }
  }

  func recovered() { state.withLock { $0.onRecovery }?() }
}

extension Store {
  /// Stores a diagnosis soon. False when too many wait or nothing can be written now: then it
  /// has no id.
  package func remember(_ diagnosis: StoredDiagnosis) -> Bool {
    guard readOnlyReason == nil, faults.current == nil, pending.add(diagnosis) else {
      return false
    }
    insert(diagnosis)
    return true
  }

  /// One whose write meets a fault has its id already: it stays at hand and is stored later.
  private func insert(_ diagnosis: StoredDiagnosis) {
    submit(
      as: .system, isAwaited: false, { try $0.insert(diagnosis) },
      finish: { [self] result in
        guard case .failure(let error) = result, Fault(error) != nil else {
          return pending.remove(diagnosis.id)
        }
        pending.fail(diagnosis.id)
        pending.whenRecovered { [weak self] in self?.storeFailed() }
      })
  }

  private func storeFailed() {
    for diagnosis in pending.takeFailed() { insert(diagnosis) }
  }

  /// Counts a question soon, or not at all when too many wait.
  package func count(_ question: Question) {
    guard pending.addQuestion(alone: readOnlyReason != nil || faults.current != nil) else { return }
    submit(
      as: .system, isAwaited: false, { try $0.insert(question) },
      finish: { [pending] _ in pending.removeQuestion() })
  }

  /// Waits until what was counted before the call is stored, so that who was just answered finds the
  /// question; not on an event loop. A second at most, since another process may hold the file; not at all
  /// while nothing can be written.
  package func settle() {
    guard pending.hasQuestions, readOnlyReason == nil, faults.current == nil else { return }
    let isStored = Monitor(false)
    // It stands behind them, and their commit is its own.
    submit(as: .system, { _ in }, finish: { _ in isStored.change { $0 = true } })
    _ = isStored.wait(milliseconds: 1_000) { $0 ? () : nil }
  }
}

extension Writing {
  func insert(_ diagnosis: StoredDiagnosis) throws {
    try connection.execute(
      """
      INSERT INTO diagnosis (id, verdict, matcher, guide_id, excerpt, kept, environment, answer,
        redacted, source, created_at)
      VALUES (\(diagnosis.id), \(diagnosis.verdict.rawValue), \(diagnosis.matcher),
        (SELECT id FROM guide WHERE slug = \(diagnosis.guide)), \(diagnosis.excerpt),
        \(diagnosis.kept), \(encoded(diagnosis.environment)), \(encoded(diagnosis.matches)),
        \(diagnosis.redacted), \(diagnosis.source.rawValue), \(diagnosis.createdAt.milliseconds))
      """)
    guard diagnosis.verdict != .unknown else { return }
    for match in diagnosis.matches.prefix(1) {
      try connection.execute(
        """
        INSERT INTO diagnosis_issue (issue_id, created_at, diagnosis_id, asker)
        SELECT id, \(diagnosis.createdAt.milliseconds), \(diagnosis.id), \(diagnosis.asker) FROM issue
        WHERE id = \(match.issueID)
        """)
    }
  }

  func insert(_ question: Question) throws {
    let isGap =
      (question.results == 0 || question.verdict == .unknown) && !question.template.isEmpty
    let isNew = try isGap && isFirst(question)
    try connection.execute(
      """
      INSERT INTO question (kind, text, template, guide_id, source, reporter, verdict, results,
        milliseconds, subject, created_at)
      VALUES (\(question.kind.rawValue), \(question.text), \(question.template),
        (SELECT id FROM guide WHERE slug = \(question.guide)), \(question.source),
        \(question.reporter), \(question.verdict?.rawValue), \(question.results), \(question.milliseconds),
        \(question.subject), \(now.milliseconds))
      """)
    if isNew {
      let id = connection.lastInsertedID
      let guide = try connection.first(
        "SELECT guide_id FROM question WHERE id = \(id)", { $0.optionalInt(0) })
      try notify(.gapFirstSeen, guide: guide ?? nil) { ["gap": .integer(id)] }
    }
  }

  /// Whether nobody asked the like of it in vain before.
  private func isFirst(_ question: Question) throws -> Bool {
    try connection.first(
      """
      SELECT 1 FROM question INDEXED BY question_gap
      WHERE (results = 0 OR verdict = 'unknown') AND template = \(question.template) LIMIT 1
      """, { _ in true }) == nil
  }

  /// "This was another problem."
  package func addFeedback(diagnosis id: String, rightIssue: Int?, reporter: String) throws {
    try connection.execute(
      """
      INSERT INTO feedback (diagnosis_id, right_issue_id, reporter, created_at)
      VALUES (\(id), \(rightIssue), \(reporter), \(now.milliseconds))
      """)
  }
}

/// What people said of answers: "This was another problem".
package struct FeedbackLabel: Sendable {
  package let id: Int
  /// The masked text, whole where it was kept, else the lines that mattered.
  package let text: String
  /// Title of the issue that would have been right; nil when none was named.
  package let right: String?
}

extension Reading {
  /// Labels of diagnoses that are still there, oldest first. For measuring only: visibility is not
  /// asked, so the system alone may.
  package func feedbackLabels() throws -> [FeedbackLabel] {
    guard viewer == .system else { return [] }
    return try connection.rows(
      """
      SELECT f.id, coalesce(d.kept, d.excerpt), i.title FROM feedback f
      JOIN diagnosis d ON d.id = f.diagnosis_id LEFT JOIN issue i ON i.id = f.right_issue_id
      ORDER BY f.id
      """
    ) { FeedbackLabel(id: $0.int(0), text: $0.text(1), right: $0.optionalText(2)) }
  }

  /// A diagnosis, perhaps one that waits to be stored, without what the viewer may not see.
  package func diagnosis(_ id: String, pending: PendingDiagnoses) throws -> StoredDiagnosis? {
    guard var waiting = pending.diagnosis(id) else { return try diagnosis(id) }
    if let guide = waiting.guide, try guideID(guide) == nil { waiting.guide = nil }
    return try withoutHidden(waiting)
  }

  /// A diagnosis without what the viewer may not see.
  package func diagnosis(_ id: String) throws -> StoredDiagnosis? {
    let stored = try connection.first(
      """
      SELECT d.verdict, d.matcher, g.slug, d.excerpt, d.kept, d.redacted, d.answer, d.source,
        d.created_at, d.environment,
        (SELECT x.asker FROM diagnosis_issue x WHERE x.diagnosis_id = d.id)
      FROM diagnosis d LEFT JOIN guide g ON g.id = d.guide_id AND \(visible("g.id"))
      WHERE d.id = \(id)
      """
    ) { row in
      StoredDiagnosis(
        id: id, verdict: Verdict(rawValue: row.text(0)) ?? .unknown, matcher: row.text(1),
        guide: row.optionalText(2), excerpt: row.text(3), kept: row.optionalText(4),
        environment: decodedProperties(row.text(9)), redacted: row.int(5),
        matches: decodedMatches(row.text(6)),
        source: SourceKind(rawValue: row.text(7)) ?? .anonymous,
        asker: row.optionalText(10) ?? "", createdAt: Time(milliseconds: row.int(8)))
    }
    return try stored.map { try withoutHidden($0) }
  }

  private func withoutHidden(_ diagnosis: StoredDiagnosis) throws -> StoredDiagnosis {
    if viewer == .system { return diagnosis }
    var stored = diagnosis
    let ids = stored.matches.map(\.issueID)
    let visible = Set(
      try connection.rows(
        """
        SELECT id FROM issue
        WHERE id IN (SELECT value FROM json_each(\(idList(ids)))) AND \(visible("guide_id"))
        """
      ) { $0.int(0) })
    let first = stored.matches.first?.issueID
    stored.matches.removeAll { !visible.contains($0.issueID) }
    // That something is known here would tell of the issue that may not be seen.
    if stored.matches.first?.issueID != first { stored.verdict = .unknown }
    return stored
  }
}
