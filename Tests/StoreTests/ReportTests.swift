import Diagnosis
import Foundation
import Guide
import SQLite
import Testing

@testable import Store

struct ReportTests {
  private let base: Base

  init() throws {
    base = try Base()
    try base.load(
      guideText("Guide", [("One", "- **Fix**: a\n- **Fix**: b"), ("Two", "- **Fix**: c")]))
  }

  private func fixes(_ slug: String) throws -> [Int] {
    try base.issue(slug).fixes.map(\.id).sorted()
  }

  private func open(
    _ text: String = "it broke", issue: String? = nil, by reporter: String = "account:1"
  ) throws -> Report {
    let id = try issue.map { try base.issue($0).summary.id }
    return try base.store.write(as: Base.editor) {
      try $0.openReport(NewReport(text: text, issueID: id, reporter: reporter, source: .person))
    }
  }

  @discardableResult
  private func record(
    _ fix: Int, _ result: OutcomeResult, for report: Report, by reporter: String = "account:1"
  ) throws -> RecordedOutcome {
    try base.store.write(as: Base.editor) {
      try $0.record(
        NewOutcome(fixID: fix, result: result, note: "noted", reporter: reporter, source: .person),
        forReport: report.id)
    }
  }

  private func state(_ report: Report) throws -> Report.State? {
    try base.store.read(as: .system) { try $0.report(report.id) }?.state
  }

  @Test func `a report begins open and is found by its id alone`() throws {
    let report = try open()
    #expect(report.state == .open)
    #expect(report.issueID == nil)
    #expect(report.id.count == 24)
    #expect(try open().id != report.id)
    #expect(try base.store.read(as: .anyone) { try $0.report(report.id) } == report)
    #expect(try base.store.read(as: .system) { try $0.report("nothing") } == nil)
  }

  @Test func `an outcome gives a report its issue, and the state follows the outcomes`() throws {
    let report = try open()
    let (a, b) = (try fixes("one")[0], try fixes("one")[1])
    #expect(try record(a, .noEffect, for: report).report.state == .unresolved)
    #expect(
      try base.store.read(as: .system) { try $0.report(report.id) }?.issueID
        == base.issue("one").summary.id)
    #expect(try record(b, .worked, for: report).report.state == .resolved)
    #expect(try record(b, .recurred, for: report).report.state == .unresolved)
    #expect(try record(b, .worked, for: report).report.state == .resolved)
    let log = try base.store.read(as: .system) { try $0.outcomes(ofReport: report.id) }
    #expect(log.map(\.result) == [.noEffect, .worked, .recurred, .worked])
    #expect(log.map(\.note) == ["noted", "noted", "noted", "noted"])
  }

  @Test func `helped a little and did not apply leave a report open`() throws {
    let report = try open()
    #expect(try record(try fixes("one")[0], .partly, for: report).report.state == .open)
    #expect(try record(try fixes("one")[1], .notApplicable, for: report).report.state == .open)
  }

  @Test func `a fix of another issue is refused and nothing is stored`() throws {
    let report = try open(issue: "one")
    let other = try fixes("two")[0]
    #expect(throws: OutcomeError.fixOfOtherIssue(fix: other, issue: "one")) {
      try record(other, .worked, for: report)
    }
    #expect(throws: OutcomeError.fixNotFound(999)) { try record(999, .worked, for: report) }
    #expect(throws: OutcomeError.reportNotFound) {
      try base.store.write(as: Base.editor) {
        try $0.record(
          NewOutcome(fixID: other, result: .worked, reporter: "x", source: .person),
          forReport: "nothing")
      }
    }
    #expect(try base.count("SELECT count(*) FROM outcome") == 0)
    #expect(try state(report) == .open)
  }

  @Test func `what was tried before is kept with the outcome`() throws {
    let report = try open()
    let (a, b) = (try fixes("one")[0], try fixes("one")[1])
    try record(a, .noEffect, for: report)
    try record(b, .worked, for: report)
    #expect(try base.rows("SELECT tried_before FROM outcome ORDER BY id") == ["[]", "[\(a)]"])
    let evidence = try #require(try base.issue("one").fixes.first { $0.id == b }).evidence
    #expect((evidence.tried, evidence.triedAfterOthers, evidence.workedAfterOthers) == (0, 1, 1))
  }

  @Test func `the first fix tried stays the first when its reporter clicks again`() throws {
    let report = try open()
    let (a, b) = (try fixes("one")[0], try fixes("one")[1])
    try record(a, .worked, for: report)
    try record(b, .noEffect, for: report)
    try record(a, .worked, for: report)
    let evidence = try #require(try base.issue("one").fixes.first { $0.id == a }).evidence
    #expect((evidence.worked, evidence.tried, evidence.triedAfterOthers) == (1, 1, 0))
  }

  @Test func `a report closed by something else stays closed when a failed fix is added`() throws {
    let report = try open(issue: "one")
    let closed = try base.store.write(as: Base.editor) {
      try $0.closeReport(report.id, by: "other", text: "turned it off and on")
    }
    #expect(closed.state == .resolved)
    #expect(closed.closedBy == "other")
    #expect(closed.closingText == "turned it off and on")
    try record(try fixes("one")[0], .noEffect, for: report)
    #expect(try state(report) == .resolved)
    #expect(throws: OutcomeError.reportNotFound) {
      try base.store.write(as: Base.editor) {
        _ = try $0.closeReport("nothing", by: "itself", text: "")
      }
    }
  }

  @Test func `a report about an issue or a diagnosis that is not there is refused`() throws {
    #expect(throws: IssueWriteError.notFound) {
      try base.store.write(as: Base.editor) {
        try $0.openReport(NewReport(text: "x", issueID: 999, reporter: "a", source: .person))
      }
    }
    #expect(throws: OutcomeError.diagnosisNotFound) {
      try base.store.write(as: Base.editor) {
        try $0.openReport(
          NewReport(text: "x", diagnosisID: "nothing", reporter: "a", source: .person))
      }
    }
    #expect(try base.count("SELECT count(*) FROM report") == 0)
  }

  @Test func `reports are listed newest first and pages leave none out`() throws {
    for number in 0..<7 { _ = try open("number \(number)") }
    let all = try base.store.read(as: .system) {
      try $0.reports(limit: 100).map(\.report)
    }
    #expect(all.count == 7)
    #expect(all.map(\.createdAt) == all.map(\.createdAt).sorted(by: >))
    var paged: [String] = []
    var last: Int?
    for _ in 0..<3 {
      let page = try base.store.read(as: .system) { try $0.reports(before: last, limit: 3) }
      paged += page.map(\.report.id)
      last = page.last?.place
    }
    #expect(paged == all.map(\.id))
  }

  @Test func `a deleted report takes its outcomes along and is gone from the file`() throws {
    let report = try open(
      "the-secret-of-the-requester " + String(repeating: "and more ", count: 2_000))
    try base.store.write(as: Base.editor) { writing in
      _ = try writing.record(
        NewOutcome(
          fixID: 1, result: .worked, note: "another-secret-in-the-note", reporter: "a",
          source: .person),
        forReport: report.id)
    }
    try base.store.write(as: Base.editor) { try $0.deleteReport(report.id) }
    #expect(try state(report) == nil)
    #expect(try base.count("SELECT count(*) FROM outcome") == 0)
    #expect(throws: OutcomeError.reportNotFound) {
      try base.store.write(as: Base.editor) { try $0.deleteReport(report.id) }
    }
    try base.expectGone(["the-secret-of-the-requester", "another-secret-in-the-note"])
  }

  @Test func `environment statements come back as they went in`() throws {
    let environment = [Property("region", "us-east-1"), Property("a\"b", "ü=,\n")]
    let report = try base.store.write(as: Base.editor) {
      try $0.openReport(
        NewReport(text: "x", environment: environment, reporter: "a", source: .agent))
    }
    #expect(report.environment == environment)
    #expect(report.source == .agent)
    // An outcome that says nothing of it happened in the report's environment.
    try record(try fixes("one")[0], .worked, for: report)
    let outcome = try base.store.read(as: .system) { try $0.outcomes(ofReport: report.id)[0] }
    #expect(outcome.environment == environment)
  }

  // MARK: Diagnoses

  private func diagnosis(_ verdict: Verdict = .known, issue: String = "one", age days: Int = 0)
    throws -> StoredDiagnosis
  {
    StoredDiagnosis(
      id: Secrets.identifier(), verdict: verdict, matcher: "m1", guide: "guide",
      excerpt: "the line",
      kept: nil, redacted: 2,
      matches: [
        StoredMatch(
          issueID: try base.issue(issue).summary.id, revision: 1, confidence: 0.9,
          evidence: [Evidence(line: 3, text: "te\"xt", reason: .code, detail: "détail")])
      ], source: .agent, createdAt: .now() + -days * 86_400)
  }

  /// Waits until everything before has been written.
  private func settle() throws { try base.store.write(as: .system) { _ in } }

  @Test func `a diagnosis is stored soon and comes back whole`() throws {
    let diagnosis = try diagnosis()
    #expect(base.store.remember(diagnosis))
    try settle()
    #expect(base.store.pending.diagnosis(diagnosis.id) == nil)
    let stored = try base.store.read(as: .anyone) { try $0.diagnosis(diagnosis.id) }
    #expect(stored == diagnosis)
    #expect(try base.store.read(as: .anyone) { try $0.diagnosis("nothing") } == nil)
  }

  @Test func `only the best match of an answer that is no guess counts as met`() throws {
    for verdict in [Verdict.known, .possible, .unknown] {
      #expect(base.store.remember(try diagnosis(verdict)))
    }
    try settle()
    let met = try base.store.read(as: .anyone) { try $0.mostMet(since: .now() + -3_600, limit: 5) }
    #expect(met.map(\.issue.slug) == ["one"])
    #expect(met.map(\.times) == [2])
    #expect(
      try base.store.read(as: .anyone) { try $0.mostMet(since: .now() + 60, limit: 5) }.isEmpty)
  }

  @Test func `old diagnoses go unless a report cites them`() throws {
    let (old, young, cited) = (
      try diagnosis(age: 91), try diagnosis(age: 89), try diagnosis(age: 91)
    )
    for one in [old, young, cited] { #expect(base.store.remember(one)) }
    try base.store.write(as: .system) { writing in
      let report = try writing.report(ofDiagnosis: cited, reporter: "a", source: .person)
      #expect(report.text == "the line")
      // The same reporter has one report of it.
      #expect(
        try writing.report(ofDiagnosis: cited, reporter: "a", source: .person).id == report.id)
      #expect(
        try writing.report(ofDiagnosis: cited, reporter: "b", source: .person).id != report.id)
      try writing.addFeedback(diagnosis: old.id, rightIssue: nil, reporter: "a")
    }
    try base.store.write(as: .system) { try $0.keep(trustedTime: .now()) }
    _ = try base.store.keepUp(Retention(questions: 30))
    try base.store.read(as: .anyone) { reading throws in
      #expect(try reading.diagnosis(old.id) == nil)
      #expect(try reading.diagnosis(young.id) == young)
      #expect(try reading.diagnosis(cited.id) == cited)
    }
    try base.checkIntegrity()
  }

  @Test func `deleting an issue leaves its reports and diagnoses readable`() throws {
    let report = try open(issue: "one")
    let diagnosis = try diagnosis()
    #expect(base.store.remember(diagnosis))
    try settle()
    try base.delete("one")
    #expect(try state(report) == .open)
    #expect(try base.store.read(as: .anyone) { try $0.diagnosis(diagnosis.id) } != nil)
    #expect(
      try base.store.read(as: .anyone) { try $0.mostMet(since: Time(milliseconds: 0), limit: 5) }
        .isEmpty)
    try base.checkIntegrity()
  }
}
