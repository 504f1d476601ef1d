import SQLite
import Testing

@testable import Store

/// What is told of the content's state is never older than the content.
struct ContentStateTests {
  private static func base() throws -> Base {
    let base = try Base()
    try base.load(
      """
      # Guide

      ## S

      ### One
      - a symptom
      - **Fix**: plain words
      - **Tags**: net
      - **Applies to**: os=linux
      - **Check**: c: length 1..2

      ```sample
      plain words went wrong here
      ```
      """)
    return base
  }

  @Test func `it stays while nothing is written, and while others are`() throws {
    let base = try Self.base()
    let before = base.store.content?.state
    #expect(before != nil)
    #expect(base.store.content?.state == before)
    for table in ["setting", "idempotency", "session"] {
      try base.run(SQL(trusted: "DELETE FROM \(table)"))
    }
    #expect(base.store.content?.state == before)
  }

  @Test(arguments: [
    ("guide", "slug"), ("section", "title"), ("issue", "title"), ("slug", "issue_id"),
    ("revision", "comment"), ("verification", "against"), ("passage", "text"),
    ("environment", "value"), ("sample", "text"), ("check", "rule"), ("fix", "text"),
    ("outcome", "note"), ("wording", "words"),
  ])
  func `a change of any kind in a table of the content changes it`(
    table: String, column: String
  ) throws {
    let base = try Self.base()
    try base.run(
      """
      INSERT INTO verification (issue_id, revision, author, against, created_at)
      VALUES (1, 1, 'x', 'y', 1)
      """)
    try base.run(
      """
      INSERT INTO report (id, text, environment, state, reporter, source, created_at, updated_at)
      VALUES ('r', '', '', 'open', 'x', 'person', 1, 1)
      """)
    try base.run(
      """
      INSERT INTO outcome (report_id, fix_id, fix_revision, result, environment, tried_before, note,
        observed, reporter, source, created_at)
      VALUES ('r', 1, 1, 'worked', '', '[]', '', '', 'x', 'person', 1)
      """)
    try base.run(
      """
      INSERT INTO wording (issue_id, report_id, voice, member, terms, words, state, created_at)
      VALUES (1, 'r', 'x', 1, '', '', 'learned', 1)
      """)
    let before = try #require(base.store.content?.state)
    #expect(base.store.content?.state == before)
    try base.run(SQL(trusted: "UPDATE \"\(table)\" SET \(column) = \(column)"))
    let after = try #require(base.store.content?.state)
    #expect(!after.equals(before, in: .everything))
    // What reports say is apart from what is written down.
    #expect(after.equals(before, in: .knowledge) == ["outcome", "wording"].contains(table))
    let triggers = try base.store.read(as: .system) { reading in
      try reading.connection.rows(
        "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = \(table)"
      ) { $0.text(0) }
    }
    for kind in ["INSERT", "UPDATE", "DELETE"] {
      #expect(triggers.contains { $0.contains(" AFTER \(kind) ON ") }, "\(kind)")
    }
  }

  /// A number that was counted could come back after a restored backup, with other content.
  @Test func `no state comes again`() throws {
    let base = try Self.base()
    var seen: Set<Int> = []
    for _ in 0..<100 {
      try base.run("UPDATE issue SET title = title")
      #expect(seen.insert(try #require(base.store.content?.state).knowledge).inserted)
    }
  }

  @Test func `another process's write is seen at once`() throws {
    let base = try Self.base()
    let other = try Store(path: base.folder + "/fixbook.db")
    defer { other.close() }
    for _ in 0..<20 {
      let before = try #require(base.store.content?.state)
      try other.write(as: .system) { try $0.connection.execute("UPDATE issue SET title = title") }
      let after = try #require(base.store.content?.state)
      #expect(after != before)
      #expect(other.content?.state == after)
    }
  }

  @Test func `an issue that is kept is the one that stands there, to those who may see it`() throws
  {
    let base = try Self.base()
    let account = try base.store.write(as: .system) {
      try $0.createAccount(name: "edna", role: .reader).id
    }
    func title(_ viewer: Viewer) throws -> String? {
      try base.store.read(as: viewer) { try $0.issue(1)?.summary.title }
    }
    for _ in 0..<2 { #expect(try title(.anyone) == "One") }
    try base.run("UPDATE issue SET title = 'Two'")
    for _ in 0..<2 { #expect(try title(.anyone) == "Two") }
    try base.run("UPDATE guide SET audience = 'named'")
    for _ in 0..<2 { #expect(try title(.anyone) == nil) }
    #expect(try title(.member(account: account)) == nil)
    try base.run("INSERT INTO guide_reader (guide_id, account_id) VALUES (1, \(account))")
    for _ in 0..<2 { #expect(try title(.member(account: account)) == "Two") }
    try base.run("DELETE FROM guide_reader")
    for _ in 0..<2 { #expect(try title(.member(account: account)) == nil) }
    try base.run("INSERT INTO guide_role (guide_id, role) VALUES (1, 'reader')")
    for _ in 0..<2 { #expect(try title(.member(account: account)) == "Two") }
    try base.run("UPDATE account SET role = 'reporter'")
    for _ in 0..<2 { #expect(try title(.member(account: account)) == nil) }
    #expect(try title(.system) == "Two")
  }

  @Test func `without its row nothing is told`() throws {
    let base = try Self.base()
    try base.run("DELETE FROM content_state")
    #expect(base.store.content?.state == nil)
  }
}
