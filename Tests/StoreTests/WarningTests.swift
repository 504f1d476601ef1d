import SQLite
import Testing

@testable import Store

/// What people without an account, agents and automation say against a fix.
struct WarningTests {
  private let base: Base

  init() throws {
    base = try Base()
    try base.load(
      guideText("Guide", [("One", "- **Fix**: push it\n- **Fix**: pull it"), ("Two", "- x")]))
  }

  private func ids(_ slug: String = "one") throws -> [Int] {
    try base.issue(slug).fixes.map(\.id).sorted()
  }

  @discardableResult
  private func say(
    _ result: OutcomeResult = .madeWorse, of fix: Int, by reporter: String,
    _ source: SourceKind = .anonymous, note: String = "", report: String? = nil
  ) throws -> RecordedOutcome {
    try base.store.write(as: Author(viewer: .anyone, name: "anonymous")) { writing in
      let id =
        try report
        ?? writing.openReport(NewReport(text: "x", issueID: 1, reporter: reporter, source: source))
        .id
      return try writing.record(
        NewOutcome(fixID: fix, result: result, note: note, reporter: reporter, source: source),
        forReport: id)
    }
  }

  private func warnings() throws -> [Warning] {
    try base.store.read(as: .system) { try $0.warnings() }
  }

  private func see(_ id: Int) throws -> Bool {
    try base.store.write(as: Base.editor) { try $0.see(warning: id) }
  }

  @Test func `it moves no fix and is told, one warning for each fix`() throws {
    let fixes = try ids()
    for reporter in ["a", "a", "b"] {
      try say(of: fixes[0], by: reporter, note: "by \(reporter)")
    }
    try say(of: fixes[1], by: "bot", .agent)
    try say(of: fixes[1], by: "account:1", .person)
    #expect(try base.issue("one").fixes.first?.id == fixes[0])
    let found = try warnings()
    #expect(found.map(\.fixID) == [fixes[1], fixes[0]])
    #expect(found[1].reporters == 2)
    #expect(found[1].words.map(\.note) == ["by b", "by a", "by a"])
    #expect(found[0].words.map(\.source) == [.agent])
    #expect(found[0].issue.slug == "one")
    #expect(try base.store.read(as: .system) { try $0.warnings(ofIssue: 2) } == [])
  }

  @Test func `what was seen is off the list, and what comes later is on it again`() throws {
    let fix = try ids()[0]
    try say(of: fix, by: "a")
    let seen = try #require(try warnings().first)
    try say(of: fix, by: "b")
    #expect(try see(seen.id))
    let later = try warnings()
    #expect(later.map(\.reporters) == [1])
    #expect(later[0].id > seen.id)
    #expect(try base.rows("SELECT seen_by FROM outcome WHERE seen_by IS NOT NULL") == ["edna"])
    #expect(try see(later[0].id))
    #expect(try warnings() == [])
    #expect(try !see(999))
  }

  @Test(arguments: [OutcomeResult.worked, .noEffect])
  func `who takes it back warns of nothing`(result: OutcomeResult) throws {
    let fix = try ids()[0]
    let said = try say(of: fix, by: "a")
    try say(result, of: fix, by: "a", report: said.report.id)
    #expect(try warnings() == [])
  }

  @Test func `a fix that is gone needs no look`() throws {
    try say(of: try ids()[0], by: "a")
    try base.edit("one", markdown: "- **Fix**: pull it")
    #expect(try warnings() == [])
  }

  @Test func `a webhook is told once until somebody has looked, and the public never`() throws {
    let fix = try ids()[0]
    for audience in [Webhook.Audience.anyone, .members] {
      _ = try base.store.write(as: .system) {
        try $0.createWebhook(
          url: "https://example.com/", format: .json, secret: MessageKey.make(),
          events: [.fixMadeWorse], audience: audience)
      }
    }
    for reporter in ["a", "b"] { try say(of: fix, by: reporter, note: "zanzibar") }
    #expect(
      try base.rows("SELECT event || ' ' || webhook_id FROM delivery") == ["fix.made_worse 2"])
    let subject = try base.rows("SELECT subject FROM delivery")[0]
    #expect(subject.contains("\"fix\": \(fix)") || subject.contains("\"fix\":\(fix)"))
    #expect(!subject.contains("zanzibar"))
    #expect(try see(try warnings()[0].id))
    try say(of: fix, by: "a")
    #expect(try base.count("SELECT count(*) FROM delivery") == 2)
    try say(of: fix, by: "account:1", .person)
    #expect(try base.count("SELECT count(*) FROM delivery") == 2)
  }
}
