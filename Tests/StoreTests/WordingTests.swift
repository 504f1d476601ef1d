import Diagnosis
import Foundation
import Guide
import SQLite
import Testing

@testable import Store

/// What resolved reports teach, through the store as people use it.
struct WordingTests {
  private let base: Base
  private static let question = "the payload vanishes behind the grey proxy at noon"

  init() throws {
    base = try Base()
    try base.load(
      guideText(
        "Guide",
        [
          (
            "Gateway gives up",
            "- `504 Gateway Timeout` after a minute\n- **Fix**: Raise the timeout"
          ),
          ("Disk is full", "- `No space left on device`\n- **Fix**: Delete old logs"),
          ("Name not found", "- `ENOTFOUND` for the host\n- **Fix**: Correct the name"),
        ]))
  }

  @discardableResult
  private func resolve(
    _ text: String = question, issue: String = "gateway-gives-up", by reporter: String,
    _ source: SourceKind = .person, result: OutcomeResult = .worked
  ) throws -> Report {
    let fix = try base.issue(issue).fixes[0].id
    return try base.store.write(as: Base.editor) { writing in
      let report = try writing.openReport(
        NewReport(text: text, reporter: reporter, source: source))
      return try writing.record(
        NewOutcome(
          fixID: fix, result: result, observed: "seen", reporter: reporter, source: source),
        forReport: report.id
      ).report
    }
  }

  private func answer(
    _ text: String = question, as viewer: Viewer = .anyone
  ) throws -> Judgement {
    try base.store.read(as: viewer) { reading in
      let corpus = try #require(try reading.corpus(guide: nil))
      return try Matcher().answer(Intake.read(text), corpus: corpus, limit: 5)
    }
  }

  private func best(_ judgement: Judgement) throws -> String? {
    guard let match = judgement.matches.first else { return nil }
    return try base.store.read(as: .system) { try $0.summaries([match.issueID]).first?.slug }
  }

  private func bestNow() throws -> String? {
    let judgement = try answer()
    return try best(judgement)
  }

  private func verdict(_ text: String = question, as viewer: Viewer = .anyone) throws -> Verdict {
    try answer(text, as: viewer).verdict
  }

  private func wordings(as viewer: Viewer) throws -> [StoredWording] {
    try base.store.read(as: viewer) { try $0.wordings(ofIssue: 1) }
  }

  private func decide(_ accepts: Bool, _ issue: String = "gateway-gives-up") throws {
    let id = try base.issue(issue).summary.id
    let wordings = try base.store.read(as: .system) { try $0.wordings(ofIssue: id) }
    let first = try #require(wordings.first).id
    let isDone = try base.store.write(as: Base.editor) {
      try $0.decide(onWording: first, ofIssue: id, accepts: accepts)
    }
    #expect(isDone)
  }

  @Test func `unknown before, possible after one member's report, known after two`() throws {
    #expect(try verdict() == .unknown)
    try resolve(by: "account:1")
    let possible = try answer()
    #expect(possible.verdict == .possible)
    #expect(try best(possible) == "gateway-gives-up")
    let evidence = try #require(possible.matches.first?.evidence.first)
    #expect(evidence.reason == .learned)
    #expect(evidence.detail.contains("payload") && evidence.detail.contains("one member"))
    try resolve("at noon the payload vanishes behind a grey proxy", by: "account:2")
    let known = try answer()
    #expect(known.verdict == .known)
    #expect(try best(known) == "gateway-gives-up")
    #expect(try verdict("the payload stays behind") == .unknown)
  }

  @Test func `an editor's yes counts fully, a no forgets for good`() throws {
    let report = try resolve(by: "account:1")
    try decide(true)
    #expect(try verdict() == .known)
    #expect(try wordings(as: .anyone).count == 1)
    try decide(false)
    #expect(try verdict() == .unknown)
    #expect(try wordings(as: .system) == [])
    // What the report says again, or again by the same person, stays forgotten.
    try base.store.write(as: Base.editor) { try $0.learn(fromReport: report.id) }
    try resolve(by: "account:1")
    #expect(try verdict() == .unknown)
  }

  @Test func `the public sees words after an editor's yes, members before`() throws {
    try resolve(by: "account:1")
    #expect(try wordings(as: .anyone) == [])
    let listed = try wordings(as: .member(account: 1))
    #expect(listed.map(\.words) == [["behind", "grey", "noon", "payload", "proxy", "vanishes"]])
  }

  @Test func `words with another status are another problem`() throws {
    let line = "slew bridge answered (418) to the harbour daemon"
    try resolve(line, by: "account:1")
    #expect(try verdict(line) == .possible)
    #expect(try verdict(line.replacing("418", with: "426")) == .unknown)
    // Without one, or with a number that says nothing, it is the same.
    #expect(try verdict(line.replacing("(418) ", with: "")) == .possible)
    #expect(try verdict(line.replacing("daemon", with: "daemon 31337")) == .possible)
  }

  @Test func `what more than two issues were taught tells nothing of any`() throws {
    try resolve(by: "account:1")
    try resolve(issue: "disk-is-full", by: "account:2")
    #expect(try answer().matches.count == 2)
    try resolve(issue: "name-not-found", by: "account:3")
    #expect(try verdict() == .unknown)
    // A second member's word counts apart from the noise.
    try resolve(by: "account:4")
    #expect(try verdict() == .known)
    #expect(try bestNow() == "gateway-gives-up")
  }

  // MARK: Poisoning

  @Test func `one account with many reports is one voice`() throws {
    for index in 0..<30 { try resolve(Self.question + " x\(index)", by: "account:1") }
    for index in 0..<30 {
      try resolve(Self.question + " y\(index)", by: "account:1/on_behalf:\(index)")
    }
    #expect(try verdict() == .possible)
    #expect(try base.count("SELECT count(*) FROM wording") == 20)
  }

  private static let others: [(SourceKind, String)] = [
    (.anonymous, "cookie"), (.agent, "token"), (.automation, "token"),
  ]

  @Test(arguments: others)
  func `any number of others teaches nothing`(source: SourceKind, name: String) throws {
    for index in 0..<60 { try resolve(by: "\(name):\(index)", source) }
    #expect(try verdict() == .unknown)
    // Nor do they keep members from teaching.
    try resolve(by: "account:1")
    #expect(try verdict() == .possible)
  }

  private static let answered = "504 Gateway Timeout after a minute"

  @Test func `what an issue's own words make known stays so, whoever says otherwise`() throws {
    let before = try answer(Self.answered)
    try #require(before.verdict != .unknown)
    for index in 0..<5 {
      try resolve(Self.answered, issue: "disk-is-full", by: "cookie:\(index)", .anonymous)
      try resolve(Self.answered, issue: "disk-is-full", by: "token:\(index)", .agent)
    }
    try resolve(Self.answered, issue: "disk-is-full", by: "account:1")
    let after = try answer(Self.answered)
    #expect(after.matches.map(\.issueID) == before.matches.map(\.issueID))
    #expect(after.matches.map(\.confidence) == before.matches.map(\.confidence))
    #expect(after.verdict == before.verdict)
  }

  @Test func `a long report is near nothing`() throws {
    let flood = (0..<30).map { "word\($0)" }.joined(separator: " ") + " " + Self.question
    try resolve(flood, by: "account:1")
    try resolve(flood, by: "account:2")
    #expect(try verdict() == .unknown)
  }

  @Test func `two members against two make nothing known`() throws {
    for (issue, voice) in [
      ("gateway-gives-up", 1), ("gateway-gives-up", 2), ("disk-is-full", 3), ("disk-is-full", 4),
    ] {
      try resolve(issue: issue, by: "account:\(voice)")
    }
    let contested = try answer()
    #expect(contested.verdict == .possible)
    #expect(contested.matches.count == 2)
  }

  // MARK: Taking back

  @Test func `a fix that came back teaches no longer`() throws {
    let report = try resolve(by: "account:1")
    let fix = try base.issue("gateway-gives-up").fixes[0].id
    try base.store.write(as: Base.editor) {
      _ = try $0.record(
        NewOutcome(fixID: fix, result: .recurred, reporter: "account:1", source: .person),
        forReport: report.id)
    }
    #expect(try verdict() == .unknown)
  }

  @Test(arguments: [OutcomeResult.noEffect, .madeWorse, .partly, .notApplicable])
  func `only what worked teaches`(result: OutcomeResult) throws {
    try resolve(by: "account:1", result: result)
    #expect(try base.count("SELECT count(*) FROM wording") == 0)
  }

  @Test func `what something else fixed teaches nothing about the issue`() throws {
    try base.store.write(as: Base.editor) { writing in
      let report = try writing.openReport(
        NewReport(text: Self.question, issueID: 1, reporter: "account:1", source: .person))
      _ = try writing.closeReport(report.id, by: "other", text: "rain")
    }
    #expect(try base.count("SELECT count(*) FROM wording") == 0)
  }

  @Test func `a click on the issue's page has no words of its own`() throws {
    try resolve("Gateway gives up", by: "account:1")
    #expect(try base.count("SELECT count(*) FROM wording") == 0)
  }

  @Test func `the words of a deleted report are gone from the file`() throws {
    let report = try resolve(
      "zyzzogeton quaxolotl brimbornian gorgonizes the proxy", by: "account:1")
    for index in 0..<200 { try resolve(Self.question + " n\(index)", by: "account:\(index + 5)") }
    try base.store.write(as: Base.editor) { try $0.deleteReport(report.id) }
    try base.expectGone(["zyzzogeton", "quaxolotl", "brimbornian", "zyzzoget", "gorgoniz"])
  }

  @Test func `a merge takes what was learned along, and gives it back`() throws {
    try resolve(by: "account:1")
    try resolve(by: "account:2")
    let (from, to) = (
      try base.issue("gateway-gives-up").summary.id, try base.issue("disk-is-full").summary.id
    )
    try base.store.write(as: Base.editor) { _ = try $0.mergeIssue(from, into: to) }
    #expect(try bestNow() == "disk-is-full")
    try base.store.write(as: Base.editor) { _ = try $0.unmergeIssue(from) }
    #expect(try bestNow() == "gateway-gives-up")
  }

  @Test func `words of a guide that one may not see lead nowhere`() throws {
    try resolve(by: "account:1")
    try resolve(by: "account:2")
    try base.run("UPDATE guide SET audience = 'named'")
    #expect(try verdict() == .unknown)
    #expect(try verdict(as: .member(account: 9)) == .unknown)
    #expect(try verdict(as: .system) == .known)
    #expect(try wordings(as: .member(account: 9)) == [])
  }
}
