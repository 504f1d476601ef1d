import Foundation
import Guide
import SQLite
import Testing

@testable import Store

struct AccountTests {
  private let base: Base
  private let account: Account

  init() throws {
    base = try Base()
    account = try base.store.write(as: .system) {
      try $0.createAccount(name: "Edna", role: .editor)
    }
  }

  private func link() throws -> String {
    try base.store.write(as: .system) { [account] in try $0.createSignInLink(account: account.id) }
  }

  private func use(_ link: String) throws -> Account? {
    try base.store.write(as: .system) { try $0.useSignInLink(link) }
  }

  private func token(_ text: String, at time: Time = .now()) throws -> TokenInfo? {
    try base.store.read(as: .system) { try $0.token(text, now: time) }
  }

  /// macOS writes "é" as two characters where Windows and phones write one.
  @Test func `a name is the same however its accents are written`() throws {
    let (one, two) = ("\u{e9}milie", "e\u{301}milie")
    try base.store.write(as: .system) { _ = try $0.createAccount(name: two, role: .editor) }
    for name in [one, two] {
      #expect(try base.store.read(as: .system) { try $0.account(named: name) } != nil)
      #expect(throws: AccountError.nameTaken(one)) {
        try base.store.write(as: .system) { try $0.createAccount(name: name, role: .editor) }
      }
    }
  }

  @Test(arguments: [
    ("Jörg", "JÖRG"), ("Ömer", "ömer"), ("Ольга", "ольга"), ("ΝΙΚΟΣ", "νικος"),
    ("Zoë", "zoE\u{308}"),
  ])
  func `a name is the same in capitals of any script`(names: (String, String)) throws {
    try base.store.write(as: .system) { _ = try $0.createAccount(name: names.0, role: .editor) }
    #expect(try base.store.read(as: .system) { try $0.account(named: names.1) }?.name == names.0)
    #expect(throws: AccountError.nameTaken(nfc(names.1))) {
      try base.store.write(as: .system) { try $0.createAccount(name: names.1, role: .editor) }
    }
  }

  @Test func `names that differ in a letter are two`() throws {
    for name in ["Jorg", "Jörg", "Jörgen", "Jürg", "Östen"] {
      try base.store.write(as: .system) { _ = try $0.createAccount(name: name, role: .reader) }
    }
  }

  @Test func `a sign-in link works once`() throws {
    let link = try link()
    #expect(try use(link)?.name == "Edna")
    #expect(try use(link) == nil)
    #expect(try use("nothing") == nil)
    #expect(try use("") == nil)
  }

  @Test func `a sign-in link is good for fifteen minutes`() throws {
    let link = try link()
    let end = try base.count("SELECT expires_at FROM sign_in_link")
    #expect(abs(end - Time.now().milliseconds - 15 * 60_000) < 60_000)
    try base.run("UPDATE sign_in_link SET expires_at = \(Time.now().milliseconds - 1)")
    #expect(try use(link) == nil)
  }

  @Test func `a link of one account does not use up another's`() throws {
    let (first, second) = (try link(), try link())
    #expect(try use(first) != nil)
    #expect(try use(second) != nil)
  }

  @Test func `a disabled account signs in by nothing`() throws {
    let link = try link()
    let session = try base.store.write(as: .system) { [account] in
      try $0.createSession(account: account.id)
    }
    try base.run("UPDATE account SET disabled_at = 1")
    #expect(try use(link) == nil)
    try base.store.read(as: .system) { reading throws in
      #expect(try reading.account(session: session, now: .now()) == nil)
      #expect(try reading.account(named: "Edna") == nil)
      #expect(try reading.accounts() == [])
    }
  }

  @Test func `a session ends by itself, by signing out and by a new password`() throws {
    let session = try base.store.write(as: .system) { [account] in
      try $0.createSession(account: account.id)
    }
    func name(at time: Time = .now()) throws -> String? {
      try base.store.read(as: .system) { try $0.account(session: session, now: time) }?.name
    }
    #expect(try name() == "Edna")
    #expect(try name(at: .now() + 29 * 86_400) == "Edna")
    #expect(try name(at: .now() + 31 * 86_400) == nil)
    try base.store.write(as: .system) { try $0.deleteSession("another") }
    #expect(try name() == "Edna")
    try base.store.write(as: .system) { try $0.deleteSession(session) }
    #expect(try name() == nil)
    let second = try base.store.write(as: .system) { [account] in
      try $0.createSession(account: account.id)
    }
    try base.store.write(as: .system) { [account] in
      try $0.setPassword(hash: "x", ofAccount: account.id)
    }
    #expect(
      try base.store.read(as: .system) { try $0.account(session: second, now: .now()) } == nil)
    #expect(try base.store.read(as: .system) { try $0.account(named: "edna") }?.hasPassword == true)
  }

  /// One that went astray would sign its finder in for days, and let them choose a password.
  @Test func `a new password ends the links that sign in`() throws {
    let (used, astray) = (try link(), try link())
    #expect(try use(used) != nil)
    try base.store.write(as: .system) { [account] in
      try $0.setPassword(hash: "x", ofAccount: account.id)
    }
    #expect(try use(astray) == nil)
    #expect(try use(try link()) != nil)
  }

  @Test func `names of accounts are one whatever their case`() throws {
    #expect(throws: AccountError.nameTaken("EDNA")) {
      try base.store.write(as: .system) { try $0.createAccount(name: "EDNA", role: .reader) }
    }
    #expect(try base.store.read(as: .system) { try $0.accounts().map(\.name) } == ["Edna"])
  }

  @Test func `a token carries its kind and scopes until it expires or is revoked`() throws {
    let text = try base.store.write(as: .system) {
      try $0.createToken(
        name: "bot", kind: .agent, scopes: [.read, .report], expiresAt: .now() + 60)
    }
    let info = try #require(try token(text))
    #expect(info.kind == .agent)
    #expect(info.scopes == [.read, .report])
    #expect(info.name == "bot")
    #expect(try token(text, at: .now() + 61) == nil)
    #expect(try token(text + "x") == nil)
    #expect(try token(String(text.dropLast())) == nil)
    #expect(try base.store.write(as: .system) { try $0.revokeToken(info.id) })
    #expect(try token(text) == nil)
    #expect(try !base.store.write(as: .system) { try $0.revokeToken(info.id) })
    #expect(try base.store.read(as: .system) { try $0.tokens() } == [])
  }

  @Test func `no secret stands in the file`() throws {
    let secrets = try base.store.write(as: .system) { [account] writing in
      [
        try writing.createToken(name: "t", kind: .person, scopes: [.read]),
        try writing.createSession(account: account.id),
        try writing.createSignInLink(account: account.id),
      ]
    }
    base.store.close()
    let bytes = try fileBytes(base.store.path)
    for secret in secrets { #expect(!contains(bytes, Array(secret.utf8))) }
    #expect(contains(bytes, Array("Edna".utf8)))
  }

  @Test func `every account, token, password and sign-in is in the audit log`() throws {
    _ = try base.store.write(as: Base.editor) { [account] writing in
      _ = try writing.createToken(name: "ci", kind: .automation, scopes: [.read])
      try writing.setPassword(hash: "x", ofAccount: account.id)
      _ = try writing.createSession(account: account.id)
    }
    #expect(
      try base.rows("SELECT actor || ': ' || action || ' ' || subject FROM audit ORDER BY id") == [
        "fixbook: create account Edna", "edna: create token ci", "edna: set password Edna",
        "edna: sign in Edna",
      ])
  }

  @Test func `a password is verified and no other is`() throws {
    let hash = try #require(Secrets.passwordHash("correct horse"))
    #expect(hash.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(Secrets.verify("correct horse", hash: hash))
    #expect(!Secrets.verify("correct horse ", hash: hash))
    #expect(!Secrets.verify("", hash: hash))
    #expect(!Secrets.verify("correct horse", hash: "nonsense"))
    #expect(Secrets.passwordHash("correct horse") != hash)
  }

  @Test func `identifiers are long, plain and never the same`() {
    let all = (0..<2_000).map { _ in Secrets.identifier() }
    #expect(Set(all).count == all.count)
    #expect(
      all.allSatisfy {
        $0.utf8.count == 24 && $0.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) }
      })
    #expect(Set(all.joined()).count == 32)
    // Those made with a time sort by it.
    let times = [0, 1, 31, 32, 1_000_000, 1_795_569_918_435, 1_795_569_918_436, (1 << 40) - 1]
    let timed = times.map { Secrets.identifier(at: Time(milliseconds: $0)) }
    #expect(timed == timed.sorted() && timed.allSatisfy { $0.utf8.count == 24 })
    let now = (0..<2_000).map { _ in Secrets.identifier(at: Time(milliseconds: 7)) }
    #expect(Set(now).count == now.count && Set(now.map { $0.prefix(8) }).count == 1)
    #expect(Secrets.isEqual("a", "a") && !Secrets.isEqual("a", "b") && !Secrets.isEqual("a", "aa"))
  }
}

func fileBytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  Data(bytes).range(of: Data(part)) != nil
}

/// Roles, disabling, the last admin, sessions one by one.
struct PeopleTests {
  private let base: Base
  private let ada: Account
  private let bob: Account

  init() throws {
    base = try Base()
    (ada, bob) = try base.store.write(as: .system) { writing in
      (
        try writing.createAccount(name: "ada", role: .admin),
        try writing.createAccount(name: "bob", role: .editor)
      )
    }
  }

  private func write<T: Sendable>(_ body: @escaping @Sendable (Writing) throws -> T) throws -> T {
    try base.store.write(as: .system, body)
  }

  private func role(_ id: Int) throws -> Role? {
    try base.store.read(as: .system) { try $0.account(id)?.role }
  }

  @Test func `the last admin stays one`() throws {
    let (ada, bob) = (ada.id, bob.id)
    #expect(throws: AccountError.lastAdmin) { try write { try $0.disable(account: ada) } }
    for role in [Role.reader, .reporter, .editor] {
      #expect(throws: AccountError.lastAdmin) { try write { try $0.setRole(role, ofAccount: ada) } }
    }
    #expect(try role(ada) == .admin)
    try write { try $0.setRole(.admin, ofAccount: bob) }
    try write { try $0.setRole(.reader, ofAccount: ada) }
    #expect(throws: AccountError.lastAdmin) { try write { try $0.disable(account: bob) } }
    // One that is disabled runs nothing.
    try write { try $0.setRole(.admin, ofAccount: ada) }
    try write { try $0.disable(account: ada) }
    #expect(throws: AccountError.lastAdmin) { try write { try $0.disable(account: bob) } }
    try write { try $0.setRole(.editor, ofAccount: ada) }
    #expect(throws: AccountError.lastAdmin) {
      try write { try $0.setRole(.editor, ofAccount: bob) }
    }
  }

  @Test func `a disabled account has no session, link or token left`() throws {
    let bob = bob.id
    let (session, link, token) = try write { writing in
      (
        try writing.createSession(account: bob), try writing.createSignInLink(account: bob),
        try writing.createToken(name: "t", kind: .person, scopes: [.edit], account: bob)
      )
    }
    try write { try $0.disable(account: bob) }
    func ends() throws {
      try base.store.read(as: .system) { reading throws in
        #expect(try reading.account(session: session, now: .now()) == nil)
        #expect(try reading.token(token, now: .now()) == nil)
      }
      let account = try write { try $0.useSignInLink(link) }
      #expect(account == nil)
    }
    try ends()
    // Nor when it is let in again: it begins anew.
    try write { try $0.enable(account: bob) }
    try ends()
    #expect(try base.store.read(as: .system) { try $0.account(named: "bob") } != nil)
  }

  @Test func `a token does no more than its account's role allows now`() throws {
    let bob = bob.id
    let token = try write {
      try $0.createToken(name: "t", kind: .person, scopes: [.read, .edit, .admin], account: bob)
    }
    func scopes() throws -> Set<Scope>? {
      try base.store.read(as: .system) { try $0.token(token, now: .now())?.scopes }
    }
    #expect(try scopes() == [.read, .edit])
    try write { try $0.setRole(.reader, ofAccount: bob) }
    #expect(try scopes() == [.read])
    try write { try $0.setRole(.admin, ofAccount: bob) }
    #expect(try scopes() == [.read, .edit, .admin])
  }

  @Test(arguments: [
    "anonymous", "Import", "fixbook", "", " ada", "ada ", "a\nb", "a\u{202e}b", "a\u{200b}b",
    "a\u{0}b", "a\u{34f}", "a\u{fe0f}", "a\u{3164}b", String(repeating: "x", count: 101), "ada",
    "ADA",
  ])
  func `a name that could be mistaken for another is none`(name: String) throws {
    #expect(throws: AccountError.self) {
      try write { _ = try $0.createAccount(name: name, role: .reader) }
    }
  }

  @Test(arguments: ["Grace Hopper", "grace@example.org", "王小明", "o'brien", "x"])
  func `a name is what people are called`(name: String) throws {
    #expect(try write { try $0.createAccount(name: name, role: .reader) }.name == name)
  }

  @Test func `sessions are listed and ended one by one, only one's own`() throws {
    let (ada, bob) = (ada.id, bob.id)
    let secrets = try write { writing in
      try ["one", "two"].map { try writing.createSession(account: bob, client: $0) }
    }
    func sessions() throws -> [Session] {
      try base.store.read(as: .system) { try $0.sessions(ofAccount: bob, now: .now()) }
    }
    #expect(Set(try sessions().map(\.client)) == ["one", "two"])
    let first = try #require(
      try base.store.read(as: .system) { try $0.session(secrets[0], now: .now()) })
    #expect(try write { try $0.endSession(first.id, ofAccount: ada) } == false)
    #expect(try sessions().count == 2)
    #expect(try write { try $0.endSession(first.id, ofAccount: bob) })
    #expect(try sessions().map(\.client) == ["two"])
    // The id of a session does not open it.
    #expect(try base.store.read(as: .system) { try $0.session(first.id, now: .now()) } == nil)
  }

  @Test func `a browser that signs in again loses its former session`() throws {
    let bob = bob.id
    let former = try write { try $0.createSession(account: bob) }
    let next = try write { try $0.createSession(account: bob, replacing: former) }
    #expect(former != next)
    try base.store.read(as: .system) { reading throws in
      #expect(try reading.account(session: former, now: .now()) == nil)
      #expect(try reading.account(session: next, now: .now())?.id == bob)
    }
  }

  @Test func `the audit log is filtered and paged`() throws {
    let ada = Author(viewer: .system, name: "Ada", identity: "account:1")
    try base.store.write(as: ada) { writing in
      for number in 0..<5 { try writing.audit("test", subject: "/issues/\(number)", peer: "p") }
    }
    func found(_ filter: AuditFilter, before: Int = .max, limit: Int = 100) throws -> [AuditEntry] {
      try base.store.read(as: .system) {
        try $0.auditEntries(filter, before: before, limit: limit)
      }
    }
    let own = try found(AuditFilter(actor: "ada"))
    #expect(own.map(\.subject) == (0..<5).reversed().map { "/issues/\($0)" })
    #expect(own.allSatisfy { $0.identity == "account:1" && $0.peer == "p" })
    #expect(try found(AuditFilter(action: "create account")).map(\.subject) == ["bob", "ada"])
    #expect(try found(AuditFilter(subject: "/issues/3")).count == 1)
    #expect(try found(AuditFilter(subject: "/issues/%")).isEmpty)
    let page = try found(AuditFilter(actor: "Ada"), limit: 2)
    #expect(try found(AuditFilter(actor: "Ada"), before: page[1].id).count == 3)
    #expect(try found(AuditFilter(until: .now() + -60)).isEmpty)
    #expect(try found(AuditFilter(since: .now() + -60)).count == 7)
  }

  @Test func `the inventory counts what is there`() throws {
    let copy = base.folder + "/copy.db"
    try base.store.backup(to: copy)
    base.store.noteBackup(to: copy)
    let inventory = try base.store.inventory()
    #expect(inventory.counts.first { $0.noun == .accounts }?.number == 2)
    #expect(inventory.counts.first { $0.noun == .audit }?.number == 3)
    #expect(inventory.counts.allSatisfy { !$0.isMore })
    #expect(inventory.fileBytes > 100_000)
    #expect(inventory.lastBackup != nil)
  }

  @Test(arguments: [
    ("2026-05-03", 1_777_766_400), ("1970-01-01", 0), ("2000-02-29T23:59:59Z", 951_868_799),
  ])
  func `a time is read`(text: String, seconds: Int) {
    #expect(Time(text: text)?.milliseconds == seconds * 1_000)
  }

  @Test(arguments: [
    "", "2026", "2026-13-01", "2026-02-30", "2026-5-3", "2026-05-03T14:05:09",
    "2026-05-03T24:00:00Z",
    "+026-05-03", "２０２６-05-03",
  ])
  func `what is no time is refused`(text: String) {
    #expect(Time(text: text) == nil)
  }
}
