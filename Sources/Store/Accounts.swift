import Guide
import SQLite

/// What an account may do.
package enum Role: String, Sendable, CaseIterable, Comparable {
  case reader, reporter, editor, admin

  private var rank: Int { Role.allCases.firstIndex(of: self)! }
  package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }

  /// What its members may do, by page or with a token of their own.
  package var scopes: Set<Scope> {
    switch self {
    case .reader: [.read]
    case .reporter: [.read, .report]
    case .editor: [.read, .report, .edit]
    case .admin: [.read, .report, .edit, .admin]
    }
  }
}

/// A person who can sign in, without the password's hash.
package struct Account: Sendable, Equatable {
  package let id: Int
  package let name: String
  package var role: Role
  package let hasPassword: Bool
  package var disabledAt: Time?
  package let createdAt: Time

  package var isDisabled: Bool { disabledAt != nil }
}

/// Why an account is not made or changed.
package enum AccountError: Error, Sendable, Equatable {
  case nameTaken(String)
  /// One sentence: what a name may be.
  case badName(String)
  case notFound
  /// Nobody would be left to run the base.
  case lastAdmin
}

extension Account {
  /// Names that history uses for what no account did.
  private static let reserved: Set = ["anonymous", "import", "fixbook", "admin token"]

  /// What two names have in common that differ only in capitals or in how they are composed. By way of
  /// the capital, since several small letters may share one ("ς" and "σ").
  package static func folded(_ name: String) -> String { nfc(name.uppercased().lowercased()) }

  /// Whether a name has characters that show nothing, or change what is around them.
  package static func hidesCharacters(_ name: String) -> Bool {
    name.unicodeScalars.contains { scalar in
      // Joiners and selectors among them, which are marks by category and show nothing.
      if scalar.properties.isDefaultIgnorableCodePoint { return true }
      return switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
        .unassigned:
        true
      default: false
      }
    }
  }

  /// Why a text can't be an account's name; nil when it can. A name is shown beside what its owner
  /// wrote, so it must not look like another's.
  package static func objection(toName name: String) -> String? {
    if name.unicodeScalars.count > 100 { return "A name has at most 100 characters." }
    guard let first = name.first else { return "A name is not empty." }
    guard !first.isWhitespace, !name.last!.isWhitespace else {
      return "A name does not begin or end with a space."
    }
    if hidesCharacters(name) { return "A name has no invisible characters." }
    if reserved.contains(name.lowercased()) { return "\(name) is kept for the program itself." }
    return nil
  }
}

extension Reading {
  static let accountColumns: SQL = """
    a.id, a.name, a.role, a.password_hash IS NOT NULL, a.disabled_at, a.created_at
    """

  static func account(_ row: Row) -> Account {
    Account(
      id: row.int(0), name: row.text(1), role: Role(rawValue: row.text(2)) ?? .reader,
      hasPassword: row.bool(3), disabledAt: row.optionalInt(4).map { Time(milliseconds: $0) },
      createdAt: Time(milliseconds: row.int(5)))
  }

  /// Accounts by name, those that were disabled only if asked.
  package func accounts(
    includingDisabled: Bool = false, offset: Int = 0, limit: Int = .max
  ) throws -> [Account] {
    try connection.rows(
      """
      SELECT \(Reading.accountColumns) FROM account a
      WHERE \(includingDisabled ? "1" : "a.disabled_at IS NULL" as SQL)
      ORDER BY a.name LIMIT \(limit) OFFSET \(offset)
      """, Reading.account)
  }

  /// Whatever its state.
  package func account(_ id: Int) throws -> Account? {
    try connection.first(
      "SELECT \(Reading.accountColumns) FROM account a WHERE a.id = \(id)", Reading.account)
  }

  /// One that may sign in.
  package func account(named name: String) throws -> Account? {
    try anyAccount(named: name).flatMap { $0.isDisabled ? nil : $0 }
  }

  /// Whatever its state. Keyboards differ in how they write "é" (UAX #15), and people in where they
  /// write capitals: all are one name.
  package func anyAccount(named name: String) throws -> Account? {
    let found = try connection.first(
      """
      SELECT \(Reading.accountColumns) FROM account a WHERE a.name IN (\(name), \(nfc(name)))
      ORDER BY a.name = \(name) DESC LIMIT 1
      """, Reading.account)
    return try found ?? accountFolded(as: name)
  }

  /// SQLite's NOCASE knows the capitals of ASCII only (sqlite.org/datatype3.html §7), so that other
  /// letters are compared here: those names that go on with such a letter behind the same beginning.
  private func accountFolded(as name: String) throws -> Account? {
    let folded = Account.folded(name)
    let start = String(folded.unicodeScalars.prefix(while: \.isASCII))
    guard start.utf8.count < folded.utf8.count else { return nil }
    return try connection.rows(
      """
      SELECT \(Reading.accountColumns) FROM account a
      WHERE a.name > \(start + "\u{7F}") AND a.name < \(start + "\u{10FFFF}") ORDER BY a.name
      """, Reading.account
    ).first { Account.folded($0.name) == folded }
  }

  /// For `Secrets.verify`; nil for an account without a password, and for none.
  package func passwordHash(ofAccount id: Int) throws -> String? {
    try connection.first("SELECT password_hash FROM account WHERE id = \(id)") {
      $0.optionalText(0)
    } ?? nil
  }
}

extension Writing {
  /// Throws `AccountError` for a name that is taken or can't be one.
  package func createAccount(name: String, role: Role) throws -> Account {
    if let objection = Account.objection(toName: name) { throw AccountError.badName(objection) }
    let name = nfc(name)
    guard try reading.anyAccount(named: name) == nil else { throw AccountError.nameTaken(name) }
    try connection.execute(
      """
      INSERT INTO account (name, role, created_at)
      VALUES (\(name), \(role.rawValue), \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try audit("create account", subject: name)
    return Account(id: id, name: name, role: role, hasPassword: false, createdAt: now)
  }

  /// Gives an account another role, at once also in its sessions and tokens.
  package func setRole(_ role: Role, ofAccount id: Int) throws {
    let account = try known(id)
    guard account.role != role else { return }
    if account.role == .admin { try keepAnAdmin(besides: account) }
    try connection.execute("UPDATE account SET role = \(role.rawValue) WHERE id = \(id)")
    try audit("set role \(role.rawValue)", subject: account.name)
  }

  /// Disables an account: its sessions, links and tokens end. What it wrote stays.
  package func disable(account id: Int) throws {
    let account = try known(id)
    guard !account.isDisabled else { return }
    if account.role == .admin { try keepAnAdmin(besides: account) }
    try connection.execute(
      "UPDATE account SET disabled_at = \(now.milliseconds) WHERE id = \(id)")
    try connection.execute("DELETE FROM session WHERE account_id = \(id)")
    try connection.execute("DELETE FROM sign_in_link WHERE account_id = \(id)")
    try connection.execute(
      """
      UPDATE token SET revoked_at = \(now.milliseconds)
      WHERE account_id = \(id) AND revoked_at IS NULL
      """)
    try audit("disable account", subject: account.name)
  }

  /// Lets a disabled account sign in again. Its former tokens stay revoked.
  package func enable(account id: Int) throws {
    let account = try known(id)
    guard account.isDisabled else { return }
    try connection.execute("UPDATE account SET disabled_at = NULL WHERE id = \(id)")
    try audit("enable account", subject: account.name)
  }

  private func known(_ id: Int) throws -> Account {
    guard let account = try reading.account(id) else { throw AccountError.notFound }
    return account
  }

  /// The one writer of the file decides, so two admins can't remove each other at once.
  private func keepAnAdmin(besides account: Account) throws {
    let others = try connection.integer(
      """
      SELECT count(*) FROM account
      WHERE role = 'admin' AND disabled_at IS NULL AND id <> \(account.id)
      """)
    if others == 0, !account.isDisabled { throw AccountError.lastAdmin }
  }
}
