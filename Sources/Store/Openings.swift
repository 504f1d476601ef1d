import SQLite

/// Which result of an answer somebody went on to.
package struct Opening: Sendable, Equatable {
  /// The question's `subject`.
  package let subject: String
  package let issueID: Int
  /// From 1.
  package let place: Int

  package init(subject: String, issueID: Int, place: Int) {
    self.subject = subject
    self.issueID = issueID
    self.place = place
  }
}

/// What was opened from the answers of a range.
package struct OpenedResults: Sendable, Equatable {
  /// Searches and diagnoses that were answered, and those of them from which something was opened.
  package var answers = 0
  package var followed = 0
  /// How often the first, the second, the third and a later result was opened.
  package var places = [0, 0, 0, 0]
}

extension Store {
  /// Counts an opening soon, or not at all when too much waits.
  package func count(_ opening: Opening) {
    guard pending.addQuestion(alone: readOnlyReason != nil || faults.current != nil) else { return }
    submit(
      as: .system, isAwaited: false, { try $0.insert(opening) },
      finish: { [pending] _ in pending.removeQuestion() })
  }
}

extension Writing {
  /// Once for each question and issue; nothing where the question was not counted.
  func insert(_ opening: Opening) throws {
    try connection.execute(
      """
      INSERT OR IGNORE INTO opening (question_id, issue_id, place, created_at)
      SELECT id, \(opening.issueID), \(opening.place), \(now.milliseconds) FROM question
      WHERE subject = \(opening.subject) ORDER BY id DESC LIMIT 1
      """)
  }

  /// Who records an outcome for a diagnosis went on to the issue of that fix, whether its page was opened
  /// or not.
  package func open(fix id: Int, of diagnosis: StoredDiagnosis) throws {
    guard
      let issue = try connection.first(
        "SELECT issue_id FROM fix WHERE id = \(id)", { $0.int(0) }),
      let index = diagnosis.matches.firstIndex(where: { $0.issueID == issue })
    else { return }
    try insert(Opening(subject: diagnosis.id, issueID: issue, place: index + 1))
  }
}

extension Reading {
  func openedResults(since: Time, until: Time) throws -> OpenedResults {
    var opened = OpenedResults()
    let range: SQL =
      "q.created_at >= \(since.milliseconds) AND q.created_at < \(until.milliseconds)"
    try connection.each(
      """
      SELECT min(o.place, 4) AS place, count(*) FROM question q INDEXED BY question_created
        JOIN opening o ON o.question_id = q.id JOIN issue i ON i.id = o.issue_id
      WHERE \(range) AND \(visible("i.guide_id")) GROUP BY 1
      """
    ) { row in
      opened.places[max(row.int(0), 1) - 1] = row.int(1)
      return true
    }
    let counts = try connection.first(
      """
      SELECT count(*),
        sum(EXISTS (SELECT 1 FROM opening o JOIN issue i ON i.id = o.issue_id
          WHERE o.question_id = q.id AND \(visible("i.guide_id"))))
      FROM question q INDEXED BY question_created
      WHERE \(range)
        AND CASE WHEN q.kind = 'search' THEN q.results > 0 ELSE q.verdict IN ('known', 'possible') END
      """, { ($0.int(0), $0.optionalInt(1) ?? 0) })
    (opened.answers, opened.followed) = counts ?? (0, 0)
    return opened
  }
}
