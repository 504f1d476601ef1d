import Guide
import JSON
import SQLite
import Testing

@testable import Store

/// The outbox: what gets into it, and who takes what out.
struct WebhookTests {
  private static func base(
    events: [WebhookEvent] = [], audience: Webhook.Audience = .members
  ) throws -> Base {
    let base = try Base()
    try base.load(guideText("Guide", [("One", "- seen\n- **Fix**: push it")]))
    _ = try base.store.write(as: .system) {
      try $0.createWebhook(
        url: "https://example.com/", format: .json, secret: MessageKey.make(), events: events,
        audience: audience)
    }
    return base
  }

  private static func claim(_ base: Base, busy: Set<Int> = []) throws -> OutgoingDelivery? {
    try base.store.write(as: .system) { try $0.claimDelivery(without: busy, lease: 60) }
  }

  @Test func `a fix that stopped working is told once`() throws {
    let base = try Self.base(events: [.fixRegressed])
    for (number, result) in [
      OutcomeResult.worked, .worked, .worked, .noEffect, .noEffect, .noEffect,
    ].enumerated() {
      try base.store.write(as: Base.editor) { writing in
        let who = "account:\(number)"
        let report = try writing.openReport(
          NewReport(text: "x", issueID: 1, reporter: who, source: .person))
        _ = try writing.record(
          NewOutcome(fixID: 1, result: result, reporter: who, source: .person),
          forReport: report.id)
      }
    }
    let told = try #require(try Self.claim(base))
    #expect(told.delivery.event == .fixRegressed)
    #expect(told.delivery.subject["issue"]?["slug"]?.text == "one")
    #expect(told.delivery.subject["summary"]?.text?.hasPrefix("fix 1: ") == true)
    #expect(try base.count("SELECT count(*) FROM delivery") == 1)
  }

  @Test func `what waits is taken back when its guide is closed or its issue moved there`() throws {
    let base = try Self.base()
    try base.edit("one", markdown: "- two")
    try base.store.write(as: .system) { try $0.setAudience(Audience(.named), ofGuide: "guide") }
    #expect(try Self.claim(base) == nil)
    let log = try base.store.read(as: .system) {
      try $0.deliveries(ofWebhook: 1, limit: 9, offset: 0)
    }
    #expect(log.map(\.error) == ["its guide is no longer for this webhook"])
    #expect(log.map(\.dueAt) == [nil] && log.map(\.subject) == [[:]])
    try base.store.write(as: .system) { try $0.setAudience(Audience(.members), ofGuide: "guide") }
    try base.edit("one", markdown: "- three")
    #expect(try Self.claim(base)?.delivery.subject["issue"]?["slug"]?.text == "one")
  }

  @Test func `a gap of a guide is told to those who may see the guide`() throws {
    let base = try Self.base()
    try base.store.write(as: .system) { writing in
      try writing.setAudience(Audience(.named), ofGuide: "guide")
      for (text, guide) in [("of the guide", "guide"), ("of all", nil)] {
        try writing.insert(
          Question(
            kind: .search, text: text, template: text, guide: guide, source: "api", reporter: "a",
            verdict: nil, results: 0, milliseconds: 1))
      }
    }
    #expect(try base.rows("SELECT subject FROM delivery") == [#"{"gap":2}"#])
  }

  @Test func `what is taken is nobody else's until its time is up`() throws {
    let base = try Self.base()
    try base.edit("one", markdown: "- two")
    let first = try #require(try Self.claim(base))
    #expect(first.delivery.attempts == 1)
    #expect(try Self.claim(base) == nil)
    try base.run("UPDATE delivery SET due_at = 1")
    #expect(try Self.claim(base)?.delivery.attempts == 2)
    try base.run("UPDATE delivery SET due_at = 1")
    #expect(try Self.claim(base, busy: [1]) == nil)
  }

  @Test func `a change that is undone tells nobody`() throws {
    struct Undone: Error {}
    let base = try Self.base()
    #expect(throws: Undone.self) {
      try base.store.write(as: Base.editor) { writing in
        _ = try writing.verify(issue: 1, against: "x")
        throw Undone()
      }
    }
    #expect(try base.count("SELECT count(*) FROM delivery") == 0)
  }

  @Test func `of a report no word stands in the outbox`() throws {
    let base = try Self.base()
    try base.store.write(as: Base.editor) { writing in
      let report = try writing.openReport(
        NewReport(text: "zanzibar", issueID: 1, reporter: "a", source: .person))
      _ = try writing.closeReport(report.id, by: "other", text: "madagascar")
    }
    #expect(try base.count("SELECT count(*) FROM delivery") == 3)
    let words = try base.rows("SELECT group_concat(subject) FROM delivery")
    #expect(!words[0].contains("zanzibar") && !words[0].contains("madagascar"))
  }

  @Test func `gaps are told ten an hour at most`() throws {
    let base = try Self.base()
    for number in 0..<30 {
      try base.store.write(as: .system) {
        try $0.insert(
          Question(
            kind: .search, text: "q\(number)", template: "q\(number)", source: "api", reporter: "a",
            verdict: nil, results: 0, milliseconds: 1))
      }
    }
    #expect(try base.count("SELECT count(*) FROM delivery") == 10)
  }

  @Test func `nothing is sent to a webhook that was deleted or stopped, and its key goes`() throws {
    let base = try Self.base()
    try base.edit("one", markdown: "- two")
    try base.store.write(as: .system) { try $0.stopWebhook(1, reason: "gone") }
    try base.edit("one", markdown: "- three")
    #expect(try Self.claim(base) == nil)
    #expect(try base.store.read(as: .system) { try $0.webhook(1)?.stopped } == "gone")
    try base.store.write(as: .system) { try $0.deleteWebhook(1) }
    #expect(try base.rows("SELECT secret FROM webhook") == [""])
    #expect(try base.store.read(as: .system) { try $0.webhooks() } == [])
  }

  @Test func `the log forgets after thirty days`() throws {
    let base = try Self.base()
    for number in 0..<3 { try base.edit("one", markdown: "- \(number)") }
    let taken = try #require(try Self.claim(base))
    try base.run(
      "UPDATE delivery SET due_at = NULL, created_at = 1 WHERE id <> \(taken.delivery.id)")
    try base.store.write(as: .system) {
      try $0.finish(taken.delivery, status: 200, error: nil, retry: nil)
    }
    #expect(try base.rows("SELECT id FROM delivery") == [taken.delivery.id])
  }

  /// Computed with OpenSSL: printf 'msg_1.1674087231.{"a":1}' | openssl dgst -sha256 -mac HMAC
  /// -macopt hexkey:<the key in hexadecimal> -binary | base64
  @Test func `a signature is the one that others compute`() {
    #expect(
      MessageKey.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", id: "msg_1", timestamp: 1_674_087_231,
        body: Array(#"{"a":1}"#.utf8)) == "v1,ufv45WIonjonlsB4RtxC24Ig4CisWfbJI1o6/4Uarps=")
    #expect(MessageKey.signature("secret", id: "m", timestamp: 1, body: []) == nil)
    #expect(MessageKey.isOne(MessageKey.make()))
    #expect(!MessageKey.isOne("whsec_c2hvcnQ=") && !MessageKey.isOne("whsec_!"))
  }
}
