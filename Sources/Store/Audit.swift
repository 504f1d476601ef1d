import SQLite

/// One line of the audit log: who did what, to what, from where, when.
package struct AuditEntry: Sendable, Equatable {
  package let id: Int
  /// Name of the account or token; "anonymous", "fixbook" or "import" else.
  package let actor: String
  /// "account:3", "token:5"; empty for the program itself.
  package let identity: String
  /// The method of a request, or words: "sign in", "create token".
  package let action: String
  /// The path of a request, or a name.
  package let subject: String
  /// An address, or a digest of it for people without an account.
  package let peer: String
  package let at: Time
}

/// Which lines are asked for; nil: all.
package struct AuditFilter: Sendable, Equatable {
  package var actor: String?
  package var action: String?
  /// What the subject begins with.
  package var subject: String?
  package var since: Time?
  package var until: Time?

  package init(
    actor: String? = nil, action: String? = nil, subject: String? = nil, since: Time? = nil,
    until: Time? = nil
  ) {
    self.actor = actor
    self.action = action
    self.subject = subject
    self.since = since
    self.until = until
  }
}

extension Reading {
  /// Newest first, by the order of recording, which a clock that goes back does not change.
  package func auditEntries(
    _ filter: AuditFilter = AuditFilter(), before: Int = .max, limit: Int
  ) throws -> [AuditEntry] {
    var condition: SQL = "id < \(before)"
    if let actor = filter.actor { condition = condition + " AND actor = \(actor) COLLATE NOCASE" }
    if let action = filter.action { condition = condition + " AND action = \(action)" }
    if let subject = filter.subject {
      condition = condition + " AND substr(subject, 1, length(\(subject))) = \(subject)"
    }
    if let since = filter.since {
      condition = condition + " AND created_at >= \(since.milliseconds)"
    }
    if let until = filter.until {
      condition = condition + " AND created_at < \(until.milliseconds)"
    }
    return try connection.rows(
      """
      SELECT id, actor, identity, action, subject, peer, created_at FROM audit
      WHERE \(condition) ORDER BY id DESC LIMIT \(limit)
      """
    ) { row in
      AuditEntry(
        id: row.int(0), actor: row.text(1), identity: row.text(2), action: row.text(3),
        subject: row.text(4), peer: row.text(5), at: Time(milliseconds: row.int(6)))
    }
  }
}

extension Writing {
  /// A line in the audit log.
  package func audit(_ action: String, subject: String, peer: String = "") throws {
    try connection.execute(
      """
      INSERT INTO audit (actor, identity, action, subject, peer, created_at)
      VALUES (\(author.name), \(author.identity), \(action), \(subject), \(peer),
        \(now.milliseconds))
      """)
  }
}
