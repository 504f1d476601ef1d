package import Diagnosis
import JSON
import SQLite

/// What resolved reports taught in the same words, as an issue's page lists it.
package struct StoredWording: Sendable, Equatable {
  package enum State: String, Sendable { case learned, accepted, removed }

  /// Of the newest of them; a decision on it holds for all.
  package let id: Int
  package let reports: [String]
  /// Sorted; nobody is quoted.
  package let words: [String]
  /// How many members say so.
  package let members: Int
  package let state: State
  package let decidedBy: String?
  package let createdAt: Time
}

extension Reading {
  /// Wordings of an issue, newest first; the public sees what an editor accepted.
  package func wordings(ofIssue id: Int, limit: Int = 50) throws -> [StoredWording] {
    let states = viewer == .anyone ? "accepted" : "learned"
    return try connection.rows(
      """
      SELECT max(id), group_concat(report_id, ' '), words,
        count(DISTINCT CASE WHEN member THEN voice END), max(state = 'accepted'),
        max(decided_by), max(created_at)
      FROM wording
      WHERE issue_id = \(id) AND state IN ('accepted', \(states)) AND \(mayBeSeen(issue: id))
      GROUP BY terms ORDER BY max(id) DESC LIMIT \(limit)
      """
    ) { row in
      StoredWording(
        id: row.int(0), reports: row.text(1).split(separator: " ").map(String.init),
        words: row.text(2).split(separator: " ").map(String.init), members: row.int(3),
        state: row.bool(4) ? .accepted : .learned, decidedBy: row.optionalText(5),
        createdAt: Time(milliseconds: row.int(6)))
    }
  }
}

extension StoredCorpus: LearnedCorpus {
  /// Of many wordings those that share most.
  private static let wordingLimit = 300

  package func wordings(sharing terms: [String]) throws -> [LearnedWording] {
    if !hasWordings { return [] }
    let list = JSON.array(terms.map { .string($0) }).string
    return try reading.connection.rows(
      """
      SELECT w.issue_id, w.voice, w.member, w.state, w.terms FROM (
          SELECT wording_id, count(*) AS shared FROM wording_term
          WHERE term IN (SELECT value FROM json_each(\(list)))
          GROUP BY wording_id HAVING shared > 2 ORDER BY shared DESC, wording_id LIMIT \(StoredCorpus.wordingLimit)
        ) f CROSS JOIN wording w ON w.id = f.wording_id JOIN issue_index x ON x.issue_id = w.issue_id
      WHERE w.state <> 'removed'
        AND \(guideID.map { "x.guide_id = \($0)" } ?? "1" as SQL) AND \(reading.visible("x.guide_id"))
      """
    ) { row in
      LearnedWording(
        issueID: row.int(0), voice: row.text(1), isMember: row.bool(2),
        isAccepted: row.text(3) == StoredWording.State.accepted.rawValue,
        terms: row.text(4).split(separator: " ").map(String.init))
    }
  }
}

extension Writing {
  /// Wordings kept of one voice for one issue, and of all members and of all others: nobody can flood
  /// an issue.
  private static let voiceLimit = 20
  private static let memberLimit = 400
  private static let otherLimit = 40

  /// Learns what a report says once a fix of its issue resolved it, and forgets it when that no
  /// longer holds. What an editor decided on stays.
  func learn(fromReport id: String) throws {
    try connection.execute("DELETE FROM wording WHERE report_id = \(id) AND state = 'learned'")
    guard try connection.integer("SELECT count(*) FROM wording WHERE report_id = \(id)") == 0,
      let report = try reading.report(id), report.state == .resolved, let issue = report.issueID,
      // A click on an issue's page says nothing in words of its own.
      try connection.first("SELECT title FROM issue WHERE id = \(issue)", { $0.text(0) })
        != report.text,
      let (voice, isMember) = try voice(of: report)
    else { return }
    let used = try connection.first(
      """
      SELECT (SELECT count(*) FROM wording WHERE issue_id = \(issue) AND voice = \(voice)),
        (SELECT count(*) FROM wording WHERE issue_id = \(issue) AND member = \(isMember))
      """, { (voice: $0.int(0), all: $0.int(1)) })!
    let limit = isMember ? Writing.memberLimit : Writing.otherLimit
    let room = min(Writing.voiceLimit - used.voice, limit - used.all)
    for wording in Wording.read(report.text).prefix(max(room, 0)) {
      try insert(wording, report: id, issue: issue, voice: voice, isMember: isMember)
    }
  }

  private func insert(
    _ wording: Wording, report: String, issue: Int, voice: String, isMember: Bool
  ) throws {
    let terms = wording.terms.joined(separator: " ")
    // The same words of the same voice say nothing more; a no to them is one to everybody's.
    try connection.execute(
      """
      INSERT INTO wording (issue_id, report_id, voice, member, terms, words, state, created_at)
      SELECT \(issue), \(report), \(voice), \(isMember), \(terms),
        \(wording.words.joined(separator: " ")), 'learned', \(now.milliseconds)
      WHERE NOT EXISTS (SELECT 1 FROM wording
        WHERE issue_id = \(issue) AND (voice = \(voice) OR state = 'removed') AND terms = \(terms))
      """)
    guard connection.changes > 0 else { return }
    try indexTerms(wording.terms, wording: connection.lastInsertedID)
  }

  func indexTerms(_ terms: [String], wording id: Int) throws {
    for term in terms {
      try connection.execute("INSERT INTO wording_term (term, wording_id) VALUES (\(term), \(id))")
    }
  }

  /// Whose word it is that a fix resolved the report: who says so, a member first. The people behind
  /// a shared token have one voice together here, since nobody can tell them apart from one who
  /// invents them.
  private func voice(of report: Report) throws -> (name: String, isMember: Bool)? {
    let said = try connection.first(
      """
      SELECT reporter, source FROM outcome o
      WHERE report_id = \(report.id) AND result = 'worked' AND id = (
        SELECT max(id) FROM outcome l WHERE l.report_id = o.report_id AND l.fix_id = o.fix_id
          AND l.reporter = o.reporter)
      ORDER BY source = 'person' DESC, id DESC LIMIT 1
      """, { ($0.text(0), $0.text(1)) })
    guard
      let (reporter, source) = said
        ?? (report.closedBy == "fix" ? (report.reporter, report.source.rawValue) : nil)
    else { return nil }
    let name = reporter.split(separator: "/").first.map(String.init) ?? reporter
    return (name, source == SourceKind.person.rawValue)
  }

  /// An editor's yes or no to a wording and all in the same words. False when the issue has no such
  /// wording. A removed row stays, so that no report teaches the same again.
  package func decide(onWording id: Int, ofIssue issue: Int, accepts: Bool) throws -> Bool {
    let same: SQL = """
      issue_id = \(issue) AND state <> 'removed' AND terms = (
        SELECT terms FROM wording WHERE id = \(id) AND issue_id = \(issue))
      """
    if !accepts {
      try connection.execute(
        "DELETE FROM wording_term WHERE wording_id IN (SELECT id FROM wording WHERE \(same))")
    }
    try connection.execute(
      """
      UPDATE wording SET state = \(accepts ? "accepted" : "removed"), decided_by = \(author.name)
      WHERE \(same)
      """)
    return connection.changes > 0
  }
}
