import JSON
import SQLite

/// An edit proposed by someone who may not edit.
package struct Suggestion: Sendable, Equatable {
  /// What an editor decided.
  package enum State: String, Sendable, CaseIterable { case open, accepted, rejected }

  package let id: Int
  /// nil: a new issue.
  package let issueID: Int?
  package let guide: String
  package let text: IssueText
  package let comment: String
  package let author: String
  package let state: State
  package let reason: String
  package let decidedBy: String?
  package let createdAt: Time

  /// What the history of the issue says about it.
  package var acceptance: String {
    "suggested by \(author)" + (comment.isEmpty ? "" : ": \(comment)")
  }
}

extension Reading {
  private static func suggestion(_ row: Row) -> Suggestion {
    Suggestion(
      id: row.int(0), issueID: row.optionalInt(1), guide: row.text(2),
      text: IssueText(
        title: row.text(3), section: row.text(4), markdown: row.text(5), revision: row.int(6)),
      comment: row.text(7), author: row.text(8),
      state: Suggestion.State(rawValue: row.text(9)) ?? .open, reason: row.text(10),
      decidedBy: row.optionalText(11), createdAt: Time(milliseconds: row.int(12)))
  }

  private static let suggestionColumns: SQL = """
    x.id, x.issue_id, g.slug, x.title, x.section, x.markdown, x.base_revision, x.comment, x.author,
    x.state, x.reason, x.decided_by, x.created_at
    """

  /// Newest first.
  package func suggestions(
    state: Suggestion.State, before: Int = .max, limit: Int
  ) throws -> [Suggestion] {
    try connection.rows(
      """
      SELECT \(Reading.suggestionColumns) FROM suggestion x JOIN guide g ON g.id = x.guide_id
      WHERE x.state = \(state.rawValue) AND x.id < \(before) AND \(visible("g.id"))
      ORDER BY x.id DESC LIMIT \(limit)
      """, Reading.suggestion)
  }

  /// The title of the guide of that slug, if it may be seen.
  package func guideTitle(_ slug: String) throws -> String? {
    try connection.first("SELECT title FROM guide g WHERE slug = \(slug) AND \(visible("g.id"))") {
      $0.text(0)
    }
  }

  /// A suggestion in any state, if its guide may be seen.
  package func suggestion(_ id: Int) throws -> Suggestion? {
    try connection.first(
      """
      SELECT \(Reading.suggestionColumns) FROM suggestion x JOIN guide g ON g.id = x.guide_id
      WHERE x.id = \(id) AND \(visible("g.id"))
      """, Reading.suggestion)
  }
}

extension Writing {
  /// Adds a suggestion: for an issue, or a new one for the guide.
  package func suggest(
    issue: Int?, guide slug: String, _ text: IssueText, comment: String, reporter: String
  ) throws -> Int {
    guard let guide = try reading.guideID(slug) else {
      throw IssueWriteError.guideNotFound(slug)
    }
    if let issue, try reading.summaries([issue]).first?.guide != slug {
      throw IssueWriteError.notFound
    }
    try connection.execute(
      """
      INSERT INTO suggestion (issue_id, guide_id, base_revision, title, section, markdown, comment,
        author, reporter, state, reason, created_at)
      VALUES (\(issue), \(guide), \(issue == nil ? nil : text.revision), \(text.title),
        \(text.section), \(text.markdown), \(comment), \(author.name), \(reporter), 'open', '',
        \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try notify(.suggestionMade, guide: guide) {
      [
        "suggestion": .integer(id), "title": .string(text.title), "guide": .string(slug),
        "author": .string(author.name), "comment": .string(comment),
      ]
    }
    return id
  }

  /// Makes the edit that was proposed, merging it with what changed since.
  package func accept(_ suggestion: Suggestion) throws -> SavedIssue {
    let comment = suggestion.acceptance
    let saved: SavedIssue
    if let issue = suggestion.issueID {
      saved = try updateIssue(
        issue, suggestion.text, base: .merging(suggestion.text.revision), comment: comment)
    } else {
      saved = try createIssue(guide: suggestion.guide, suggestion.text, comment: comment)
    }
    try decide(suggestion.id, .accepted, reason: "")
    return saved
  }

  /// Closes a suggestion that an editor saved with changes of their own.
  package func settle(suggestion id: Int) throws {
    guard let suggestion = try reading.suggestion(id), suggestion.state == .open else { return }
    try decide(id, .accepted, reason: "with changes")
  }

  /// Closes a suggestion; the reason is shown to who made it.
  package func reject(_ suggestion: Suggestion, reason: String) throws {
    try decide(suggestion.id, .rejected, reason: reason)
  }

  private func decide(_ id: Int, _ state: Suggestion.State, reason: String) throws {
    try connection.execute(
      """
      UPDATE suggestion SET state = \(state.rawValue), reason = \(reason),
        decided_by = \(author.name), decided_at = \(now.milliseconds) WHERE id = \(id)
      """)
  }
}
