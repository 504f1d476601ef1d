import SQLite

/// What an account may do.
package enum Role: String, Sendable, CaseIterable, Comparable {
  case reader, reporter, editor, admin

  private var rank: Int { Role.allCases.firstIndex(of: self)! }
  package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

package struct Account: Sendable, Equatable {
  package let id: Int
  package let name: String
  package let role: Role
  package let hasPassword: Bool
}

/// What a token may do.
package enum Scope: String, Sendable, CaseIterable {
  case read, report, edit, admin
}

/// A token that was found by its text.
package struct TokenInfo: Sendable, Equatable {
  package let id: Int
  package let name: String
  package let kind: SourceKind
  package let scopes: Set<Scope>
  package let accountID: Int?

  package init(id: Int, name: String, kind: SourceKind, scopes: Set<Scope>, accountID: Int?) {
    self.id = id
    self.name = name
    self.kind = kind
    self.scopes = scopes
    self.accountID = accountID
  }
}

extension Reading {
  private static func account(_ row: Row) -> Account {
    Account(
      id: row.int(0), name: row.text(1), role: Role(rawValue: row.text(2)) ?? .reader,
      hasPassword: row.bool(3))
  }

  package func accounts() throws -> [Account] {
    try connection.rows(
      """
      SELECT id, name, role, password_hash IS NOT NULL FROM account
      WHERE disabled_at IS NULL ORDER BY name
      """, Reading.account)
  }

  package func account(named name: String) throws -> Account? {
    try connection.first(
      """
      SELECT id, name, role, password_hash IS NOT NULL FROM account
      WHERE name = \(name) AND disabled_at IS NULL
      """, Reading.account)
  }

  package func passwordHash(ofAccount id: Int) throws -> String? {
    try connection.first("SELECT password_hash FROM account WHERE id = \(id)") {
      $0.optionalText(0)
    } ?? nil
  }

  /// The account of a session that has not expired.
  package func account(session: String, now: Time) throws -> Account? {
    try connection.first(
      """
      SELECT a.id, a.name, a.role, a.password_hash IS NOT NULL FROM session s
      JOIN account a ON a.id = s.account_id
      WHERE s.hash = \(Secrets.hash(session)) AND s.expires_at > \(now.milliseconds)
        AND a.disabled_at IS NULL
      """, Reading.account)
  }

  /// A token that is neither revoked nor expired.
  package func token(_ text: String, now: Time) throws -> TokenInfo? {
    try connection.first(
      """
      SELECT id, name, kind, scopes, account_id FROM token
      WHERE hash = \(Secrets.hash(text)) AND revoked_at IS NULL
        AND (expires_at IS NULL OR expires_at > \(now.milliseconds))
      """
    ) { row in
      TokenInfo(
        id: row.int(0), name: row.text(1), kind: SourceKind(rawValue: row.text(2)) ?? .automation,
        scopes: Set(row.text(3).split(separator: ",").compactMap { Scope(rawValue: String($0)) }),
        accountID: row.optionalInt(4))
    }
  }
}

extension Writing {
  package func createAccount(name: String, role: Role) throws -> Account {
    try connection.execute(
      """
      INSERT INTO account (name, role, created_at)
      VALUES (\(name), \(role.rawValue), \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try audit("create account", subject: name)
    return Account(id: id, name: name, role: role, hasPassword: false)
  }

  package func setPassword(hash: String, ofAccount id: Int) throws {
    try connection.execute("UPDATE account SET password_hash = \(hash) WHERE id = \(id)")
    // Other sessions end: whoever had the old password is out.
    try connection.execute("DELETE FROM session WHERE account_id = \(id)")
    try audit("set password", subject: "account \(id)")
  }

  /// A link that signs in once, good for 15 minutes.
  package func createSignInLink(account id: Int) throws -> String {
    let secret = Secrets.identifier(length: 32)
    try connection.execute(
      """
      INSERT INTO sign_in_link (hash, account_id, expires_at)
      VALUES (\(Secrets.hash(secret)), \(id), \((now + 15 * 60).milliseconds))
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
        """, { $0.int(0) })
    else { return nil }
    return try reading.accounts().first { $0.id == id }
  }

  /// A session, good for 30 days.
  package func createSession(account id: Int) throws -> String {
    let secret = Secrets.identifier(length: 32)
    try connection.execute(
      """
      INSERT INTO session (hash, account_id, created_at, used_at, expires_at)
      VALUES (\(Secrets.hash(secret)), \(id), \(now.milliseconds), \(now.milliseconds),
        \((now + 30 * 86_400).milliseconds))
      """)
    try connection.execute("DELETE FROM session WHERE expires_at < \(now.milliseconds)")
    try audit("sign in", subject: "account \(id)")
    return secret
  }

  package func deleteSession(_ secret: String) throws {
    try connection.execute("DELETE FROM session WHERE hash = \(Secrets.hash(secret))")
  }

  /// Makes a token and returns its text, which is stored nowhere.
  package func createToken(
    name: String, kind: SourceKind, scopes: [Scope], account: Int? = nil, expiresAt: Time? = nil
  ) throws -> String {
    let text = "fxb_" + Secrets.identifier(length: 40)
    try connection.execute(
      """
      INSERT INTO token (name, hash, kind, scopes, account_id, created_at, expires_at)
      VALUES (\(name), \(Secrets.hash(text)), \(kind.rawValue),
        \(scopes.map(\.rawValue).joined(separator: ",")), \(account), \(now.milliseconds),
        \(expiresAt?.milliseconds))
      """)
    try audit("create token", subject: name)
    return text
  }

  package func tokenUsed(_ id: Int) throws {
    try connection.execute("UPDATE token SET last_used_at = \(now.milliseconds) WHERE id = \(id)")
  }

  /// A line in the audit log.
  package func audit(_ action: String, subject: String, peer: String = "") throws {
    try connection.execute(
      """
      INSERT INTO audit (actor, action, subject, peer, created_at)
      VALUES (\(author.name), \(action), \(subject), \(peer), \(now.milliseconds))
      """)
  }
}
