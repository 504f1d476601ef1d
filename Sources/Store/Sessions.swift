import SQLite

/// One browser that is signed in.
package struct Session: Sendable, Equatable {
  /// Part of the stored hash: names the session, opens nothing.
  package let id: String
  package let accountID: Int
  /// How the browser names itself.
  package let client: String
  /// A link signed it in, less than 15 minutes ago: it may choose a password without the old one.
  package let isFreshByLink: Bool
  package let createdAt: Time
  /// To within ten minutes.
  package let usedAt: Time
}

/// How long things hold, in seconds.
package enum Lifetime {
  package static let session = 30 * 86_400
  /// Of the link that the command line prints.
  package static let signInLink = 15 * 60
  /// Of an invitation made by page or API, unless another time is asked for.
  package static let invitation = 3 * 86_400
  /// After a sign-in by link a password may be chosen without the old one.
  static let choosingPassword = 15 * 60
  /// "Last used" is written at most so often, for each commit has a price.
  package static let usePrecision = 600
}

extension Reading {
  private static let sessionColumns: SQL = """
    lower(hex(substr(s.hash, 1, 8))), s.account_id, s.client, s.by_link, s.created_at, s.used_at
    """

  private static func session(now: Time) -> (Row) -> Session {
    { row in
      let created = Time(milliseconds: row.int(4))
      return Session(
        id: row.text(0), accountID: row.int(1), client: row.text(2),
        isFreshByLink: row.bool(3) && now < created + Lifetime.choosingPassword,
        createdAt: created, usedAt: Time(milliseconds: row.int(5)))
    }
  }

  /// The account of a session that has not expired.
  package func account(session: String, now: Time) throws -> Account? {
    try connection.first(
      """
      SELECT \(Reading.accountColumns) FROM session s JOIN account a ON a.id = s.account_id
      WHERE s.hash = \(Secrets.hash(session)) AND s.expires_at > \(now.milliseconds)
        AND a.disabled_at IS NULL
      """, Reading.account)
  }

  /// The session of that cookie, if it has not expired.
  package func session(_ secret: String, now: Time) throws -> Session? {
    try connection.first(
      """
      SELECT \(Reading.sessionColumns) FROM session s
      WHERE s.hash = \(Secrets.hash(secret)) AND s.expires_at > \(now.milliseconds)
      """, Reading.session(now: now))
  }

  /// The account's sessions, the one used last first.
  package func sessions(ofAccount id: Int, now: Time) throws -> [Session] {
    try connection.rows(
      """
      SELECT \(Reading.sessionColumns) FROM session s
      WHERE s.account_id = \(id) AND s.expires_at > \(now.milliseconds)
      ORDER BY s.used_at DESC, s.hash
      """, Reading.session(now: now))
  }
}

extension Writing {
  /// Sets the password and ends all sessions and links that sign in: whoever had the old one, or an
  /// invitation that went astray, is out.
  package func setPassword(hash: String, ofAccount id: Int) throws {
    try connection.execute("UPDATE account SET password_hash = \(hash) WHERE id = \(id)")
    try connection.execute("DELETE FROM session WHERE account_id = \(id)")
    try connection.execute("DELETE FROM sign_in_link WHERE account_id = \(id)")
    try audit("set password", subject: try accountName(id))
  }

  private func accountName(_ id: Int) throws -> String {
    try reading.account(id)?.name ?? "account \(id)"
  }

  /// A link that signs in once.
  package func createSignInLink(
    account id: Int, seconds: Int = Lifetime.signInLink
  ) throws -> String {
    let secret = Secrets.identifier(length: 32)
    try connection.execute("DELETE FROM sign_in_link WHERE expires_at < \(now.milliseconds)")
    try connection.execute(
      """
      INSERT INTO sign_in_link (hash, account_id, expires_at)
      VALUES (\(Secrets.hash(secret)), \(id), \((now + seconds).milliseconds))
      """)
    return secret
  }

  /// The account of a link, which is used up.
  package func useSignInLink(_ secret: String) throws -> Account? {
    let hash = Secrets.hash(secret)
    guard
      let id = try connection.first(
        """
        UPDATE sign_in_link SET used_at = \(now.milliseconds)
        WHERE hash = \(hash) AND used_at IS NULL AND expires_at > \(now.milliseconds)
        RETURNING account_id
        """, { $0.int(0) }),
      let account = try reading.account(id), !account.isDisabled
    else { return nil }
    return account
  }

  /// A session, good for 30 days. `former` is what the browser had before: it ends.
  package func createSession(
    account id: Int, client: String = "", byLink: Bool = false, replacing former: String? = nil,
    peer: String = ""
  ) throws -> String {
    if let former { try deleteSession(former) }
    let secret = Secrets.identifier(length: 32)
    try connection.execute(
      """
      INSERT INTO session (hash, account_id, client, by_link, created_at, used_at, expires_at)
      VALUES (\(Secrets.hash(secret)), \(id), \(String(client.prefix(200))), \(byLink ? 1 : 0),
        \(now.milliseconds), \(now.milliseconds), \((now + Lifetime.session).milliseconds))
      """)
    try connection.execute("DELETE FROM session WHERE expires_at < \(now.milliseconds)")
    try audit("sign in", subject: try accountName(id), peer: peer)
    return secret
  }

  /// Notes that the session was used now.
  package func sessionUsed(_ secret: String) throws {
    try connection.execute(
      "UPDATE session SET used_at = \(now.milliseconds) WHERE hash = \(Secrets.hash(secret))")
  }

  /// Signs out: the cookie is worth nothing from then on.
  package func deleteSession(_ secret: String) throws {
    try connection.execute("DELETE FROM session WHERE hash = \(Secrets.hash(secret))")
  }

  /// Ends the sessions of an account but for the one of that cookie.
  package func endSessions(ofAccount account: Int, butFor kept: String?) throws {
    try connection.execute(
      """
      DELETE FROM session
      WHERE account_id = \(account) AND hash IS NOT \(kept.map { Secrets.hash($0) })
      """)
    guard connection.changes > 0 else { return }
    try audit("end other sessions", subject: try accountName(account))
  }

  /// Ends one session of an account; false when it has none of that id.
  package func endSession(_ id: String, ofAccount account: Int) throws -> Bool {
    try connection.execute(
      """
      DELETE FROM session
      WHERE account_id = \(account) AND lower(hex(substr(hash, 1, 8))) = \(id)
      """)
    guard connection.changes > 0 else { return false }
    try audit("end session", subject: try accountName(account))
    return true
  }
}
