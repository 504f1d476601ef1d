import Diagnosis
import Guide
import SQLite
import Testing

@testable import Store

/// A row of attempts: "w" worked, "f" failed, "p" helped a little; each of another member unless a digit
/// says which.
private func attempts(
  _ text: String, before: [Property] = [], after: [Property] = [], source: SourceKind = .person
) -> [CountedOutcome] {
  var outcomes: [CountedOutcome] = []
  var pending: Character?
  func add(_ letter: Character, _ who: String) {
    let result: OutcomeResult = letter == "w" ? .worked : letter == "p" ? .partly : .noEffect
    outcomes.append(
      CountedOutcome(
        reporter: who, report: "r\(outcomes.count)", result: result, source: source,
        createdAt: Time(milliseconds: outcomes.count * 86_400_000),
        environment: result == .worked ? before : after))
  }
  for character in text + " " {
    if let letter = pending {
      add(letter, character.isNumber ? "account:\(character)" : "account:x\(outcomes.count)")
      pending = nil
    }
    if character.isLetter { pending = character }
  }
  return outcomes
}

struct RegressionTests {
  private static let cases: [(String, String?)] = [
    ("", nil), ("fff", nil), ("ffffff", nil), ("wwww", nil), ("wwff", nil),
    ("wwwfff", "3 of the last 4 attempts failed since 1970-01-04"),
    ("wwffff", "4 of the last 4 attempts failed since 1970-01-03"),
    ("wwfwff", "3 of the last 4 attempts failed since 1970-01-03"),
    // It failed as often before, or hardly ever worked.
    ("wffffff", nil), ("wwffffffff", nil), ("wffwfffff", nil),
    // It works again.
    ("wwwfffw", "3 of the last 4 attempts failed since 1970-01-04"), ("wwwfffww", nil),
    // One person alone flags nothing, however often.
    ("wwwwf1f1f1f1", nil), ("wwwwf1f1f1f2", "4 of the last 4 attempts failed since 1970-01-05"),
    // A part is no failure.
    ("wwwwpfff", "3 of the last 4 attempts failed since 1970-01-06"), ("wwwwppff", nil),
  ]

  @Test(arguments: cases)
  func `what used to work and stopped is told`(outcomes: String, reason: String?) {
    #expect(Regression(attempts(outcomes))?.reason == reason)
  }

  @Test func `what the failures share and the successes had otherwise is named`() {
    let (old, new) = ([Property("runtime", "node20")], [Property("runtime", "node22.9")])
    #expect(
      Regression(attempts("wwwfff", before: old, after: new))?.reason
        == "3 of the last 4 attempts failed since runtime=node22.9")
    // Said of all, or of no success: nothing that changed.
    for before in [new, []] {
      #expect(
        Regression(attempts("wwwfff", before: before, after: new))?.reason
          == "3 of the last 4 attempts failed since 1970-01-04")
    }
  }

  @Test(arguments: [SourceKind.anonymous, .agent, .automation])
  func `others flag nothing`(source: SourceKind) {
    #expect(Regression(attempts("wwwwffff", source: source)) == nil)
    #expect(Regression(attempts("wwww") + attempts("ffff", source: source)) == nil)
  }

  // MARK: Through the store

  private func record(
    _ result: OutcomeResult, _ fix: Int, by reporter: String, _ base: Base, runtime: String
  ) throws -> String {
    try base.store.write(as: Base.editor) { writing in
      let report = try writing.openReport(
        NewReport(
          text: "x", environment: [Property("runtime", runtime)], reporter: reporter,
          source: .person))
      _ = try writing.record(
        NewOutcome(fixID: fix, result: result, reporter: reporter, source: .person),
        forReport: report.id)
      return report.id
    }
  }

  @Test func `a flag comes with its change, and goes with its cause`() throws {
    let base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: Run `make all`")]))
    let fix = try base.issue("one").fixes[0].id
    for index in 0..<3 {
      _ = try record(.worked, fix, by: "account:\(index)", base, runtime: "node20")
    }
    var last = ""
    for index in 3..<6 {
      #expect(try base.issue("one").fixes[0].regression == nil)
      last = try record(.noEffect, fix, by: "account:\(index)", base, runtime: "node22.9")
    }
    let reason = "3 of the last 4 attempts failed since runtime=node22.9"
    #expect(try base.issue("one").fixes[0].regression?.reason == reason)
    let changes = try base.store.read(as: .anyone) { try $0.recentChanges(limit: 1) }
    #expect(changes.map(\.kind) == ["fix stopped working"])
    #expect(changes.map(\.summary) == ["fix \(fix): \(reason)"])
    #expect(changes.map(\.author) == ["evidence"])
    // Said once.
    _ = try record(.noEffect, fix, by: "account:7", base, runtime: "node22.9")
    #expect(try base.count("SELECT count(*) FROM change WHERE kind LIKE 'fix %'") == 1)
    let insights = try base.store.read(as: .anyone) {
      try $0.insights(since: .now() + -86_400, until: .now() + 60)
    }
    #expect(insights.stale.map(\.issue.slug) == ["one"])
    // Two reports less, and it is doubt no more.
    let deleted = last
    try base.store.write(as: Base.editor) { try $0.deleteReport(deleted) }
    for index in 8..<10 {
      _ = try record(.worked, fix, by: "account:\(index)", base, runtime: "node22.9")
    }
    #expect(try base.issue("one").fixes[0].regression == nil)
    #expect(try base.count("SELECT count(*) FROM change WHERE kind = 'fix works again'") == 1)
  }

  @Test func `a new command is not in doubt for what the old one did`() throws {
    let base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: Run `make all`")]))
    let fix = try base.issue("one").fixes[0].id
    for index in 0..<3 { _ = try record(.worked, fix, by: "account:\(index)", base, runtime: "a") }
    for index in 3..<6 {
      _ = try record(.noEffect, fix, by: "account:\(index)", base, runtime: "b")
    }
    #expect(try base.issue("one").fixes[0].regression != nil)
    try base.edit("one", markdown: "- **Fix**: Run `make everything`")
    #expect(try base.issue("one").fixes[0].regression == nil)
  }
}
