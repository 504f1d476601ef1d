import SQLite

/// What a token may do.
package enum Scope: String, Sendable, CaseIterable {
  case read, report, edit, admin
}

/// A token without its text, which is stored nowhere.
package struct TokenInfo: Sendable, Equatable {
  package enum State: String, Sendable { case active, expired, revoked }

  package let id: Int
  package let name: String
  package let kind: SourceKind
  package var scopes: Set<Scope>
  package let accountID: Int?
  package let account: String?
  package let createdAt: Time
  package let expiresAt: Time?
  /// To within ten minutes.
  package let usedAt: Time?
  package let revokedAt: Time?

  /// What the token is worth at that moment.
  package func state(at now: Time) -> State {
    if revokedAt != nil { return .revoked }
    return expiresAt.map { $0 <= now } == true ? .expired : .active
  }
}

extension Reading {
  private static let tokenColumns: SQL = """
    t.id, t.name, t.kind, t.scopes, t.account_id, a.name, t.created_at, t.expires_at,
    t.last_used_at, t.revoked_at
    """

  private static func token(_ row: Row) -> TokenInfo {
    func time(_ column: Int32) -> Time? { row.optionalInt(column).map { Time(milliseconds: $0) } }
    return TokenInfo(
      id: row.int(0), name: row.text(1), kind: SourceKind(rawValue: row.text(2)) ?? .automation,
      scopes: Set(row.text(3).split(separator: ",").compactMap { Scope(rawValue: String($0)) }),
      accountID: row.optionalInt(4), account: row.optionalText(5),
      createdAt: Time(milliseconds: row.int(6)), expiresAt: time(7), usedAt: time(8),
      revokedAt: time(9))
  }

  /// The token of that text, with the scopes that hold: its own, as far as its account's role has
  /// them. Nil when it is unknown, revoked or expired, or its account is disabled.
  package func token(_ text: String, now: Time) throws -> TokenInfo? {
    try connection.first(
      """
      SELECT \(Reading.tokenColumns), a.role FROM token t LEFT JOIN account a ON a.id = t.account_id
      WHERE t.hash = \(Secrets.hash(text)) AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > \(now.milliseconds))
        AND a.disabled_at IS NULL
      """
    ) { row in
      var token = Reading.token(row)
      if let role = row.optionalText(10).flatMap({ Role(rawValue: $0) }) {
        token.scopes.formIntersection(role.scopes)
      }
      return token
    }
  }

  /// Newest first, those of one account if it is given.
  package func tokens(
    ofAccount account: Int? = nil, includingRevoked: Bool = false, before: Int = .max,
    limit: Int = .max
  ) throws -> [TokenInfo] {
    try connection.rows(
      """
      SELECT \(Reading.tokenColumns) FROM token t LEFT JOIN account a ON a.id = t.account_id
      WHERE t.id < \(before) AND \(includingRevoked ? "1" : "t.revoked_at IS NULL" as SQL)
        AND \(account.map { "t.account_id = \($0)" } ?? "1" as SQL)
      ORDER BY t.id DESC LIMIT \(limit)
      """, Reading.token)
  }

  /// A token in any state.
  package func token(_ id: Int) throws -> TokenInfo? {
    try connection.first(
      """
      SELECT \(Reading.tokenColumns) FROM token t LEFT JOIN account a ON a.id = t.account_id
      WHERE t.id = \(id)
      """, Reading.token)
  }
}

extension Writing {
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

  /// Notes that the token was used now; callers do so at most every ten minutes.
  package func tokenUsed(_ id: Int) throws {
    try connection.execute("UPDATE token SET last_used_at = \(now.milliseconds) WHERE id = \(id)")
  }

  /// False when there is no such token that holds, or it is another account's than the one given.
  package func revokeToken(_ id: Int, ofAccount account: Int? = nil) throws -> Bool {
    try connection.execute(
      """
      UPDATE token SET revoked_at = \(now.milliseconds) WHERE id = \(id) AND revoked_at IS NULL
        AND \(account.map { "account_id = \($0)" } ?? "1" as SQL)
      """)
    let found = connection.changes > 0
    if found { try audit("revoke token", subject: "token \(id)") }
    return found
  }
}
