import Foundation
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

  @Test func `names of accounts are one whatever their case`() throws {
    #expect(throws: DatabaseError.self) {
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
        "fixbook: create account Edna", "edna: create token ci", "edna: set password account 1",
        "edna: sign in account 1",
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
    #expect(Secrets.isEqual("a", "a") && !Secrets.isEqual("a", "b") && !Secrets.isEqual("a", "aa"))
  }
}

func fileBytes(_ path: String) throws -> [UInt8] {
  [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
  Data(bytes).range(of: Data(part)) != nil
}
