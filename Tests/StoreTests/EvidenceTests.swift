import TestSupport
import Testing

@testable import Store

/// One outcome, as a short line of a table.
private func outcome(
  _ reporter: String, _ result: OutcomeResult, report: String? = nil,
  _ source: SourceKind = .person,
  afterOthers: Bool = false, wording: CountedOutcome.Wording = .same, at time: Int = 0
) -> CountedOutcome {
  CountedOutcome(
    reporter: reporter, report: report ?? reporter, result: result, source: source,
    afterOthers: afterOthers, wording: wording, createdAt: Time(milliseconds: time))
}

private func members(_ worked: Int, of tried: Int) -> [CountedOutcome] {
  (0..<tried).map { outcome("account:\($0)", $0 < worked ? .worked : .noEffect) }
}

private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

struct EvidenceTests {
  @Test func `untested stands at one half and says nothing`() {
    let evidence = FixEvidence([])
    #expect((evidence.worked, evidence.tried, evidence.reporters) == (0, 0, 0))
    #expect(evidence.mean == 0.5)
    #expect(evidence.lastWorkedAt == nil)
    #expect((rounded(evidence.low), rounded(evidence.high)) == (0.05, 0.95))
  }

  // Ends of the central 90 % of Beta(1 + successes, 1 + failures), to two digits.
  private static let intervals: [(Int, Int, Double, Double)] = [
    (14, 15, 0.74, 0.98), (1, 1, 0.22, 0.97), (0, 1, 0.03, 0.78), (1, 2, 0.14, 0.86),
    (5, 10, 0.27, 0.73), (0, 10, 0.0, 0.24), (10, 10, 0.76, 1.0), (100, 100, 0.97, 1.0),
  ]

  @Test(arguments: intervals)
  func `counts come with the central ninety percent`(
    worked: Int, tried: Int, low: Double, high: Double
  ) {
    let evidence = FixEvidence(members(worked, of: tried))
    #expect((evidence.worked, evidence.tried, evidence.reporters) == (worked, tried, tried))
    #expect(rounded(evidence.low) == low)
    #expect(rounded(evidence.high) == high)
    #expect(abs(evidence.mean - Double(worked + 1) / Double(tried + 2)) < 1e-12)
  }

  private static let single: [(OutcomeResult, Double)] = [
    (.worked, 2 / 3), (.partly, 0.5), (.noEffect, 1 / 3), (.madeWorse, 1 / 3), (.recurred, 1 / 3),
    (.notApplicable, 0.5),
  ]

  @Test(arguments: single)
  func `a member's single result moves a fix`(result: OutcomeResult, mean: Double) {
    let evidence = FixEvidence([outcome("account:1", result)])
    #expect(abs(evidence.mean - mean) < 1e-12)
    #expect(evidence.tried == (result == .notApplicable ? 0 : 1))
  }

  @Test(
    arguments: [SourceKind.agent, .automation, .anonymous], [OutcomeResult.worked, .madeWorse])
  func `agents and anonymous people alone reorder nothing`(
    source: SourceKind, result: OutcomeResult
  ) {
    let evidence = FixEvidence((0..<50).map { outcome("x:\($0)", result, source) })
    #expect(evidence.mean == 0.5)
  }

  @Test func `agents are counted apart`() {
    let evidence = FixEvidence(
      members(1, of: 1) + [
        outcome("token:1", .worked, .agent), outcome("token:2", .noEffect, .automation),
      ])
    #expect((evidence.worked, evidence.tried, evidence.reporters) == (1, 1, 1))
    #expect((evidence.workedByMachines, evidence.triedByMachines) == (1, 2))
    #expect(evidence.mean == FixEvidence(members(1, of: 1)).mean)
  }

  @Test func `three anonymous people count as one member`() {
    let mixed = FixEvidence(
      members(2, of: 2) + (0..<3).map { outcome("cookie:\($0)", .noEffect, .anonymous) })
    #expect(abs(mixed.mean - FixEvidence(members(2, of: 3)).mean) < 1e-12)
  }

  @Test func `one loud reporter counts as one`() {
    let loud = (0..<100).map { outcome("account:9", .noEffect, report: "r\($0)", at: $0) }
    let evidence = FixEvidence(members(3, of: 3) + loud)
    #expect(evidence.reporters == 4)
    #expect(abs(evidence.mean - FixEvidence(members(3, of: 4)).mean) < 1e-12)
    #expect(evidence.low == FixEvidence(members(3, of: 4)).low)
  }

  @Test func `a reporter's outcomes weigh as their mean`() {
    let evidence = FixEvidence([
      outcome("account:1", .worked, report: "a"), outcome("account:1", .noEffect, report: "b"),
    ])
    #expect(evidence.mean == 0.5)
    #expect((evidence.worked, evidence.tried, evidence.reporters) == (1, 2, 1))
  }

  @Test func `a later outcome of the same reporter for the same report replaces the earlier`() {
    let changed = FixEvidence([
      outcome("account:1", .worked, report: "r", at: 1),
      outcome("account:1", .recurred, report: "r", at: 2),
    ])
    #expect(changed == FixEvidence([outcome("account:1", .recurred, report: "r", at: 2)]))
    let withdrawn = FixEvidence([
      outcome("account:1", .worked, report: "r", at: 1),
      outcome("account:1", .notApplicable, report: "r", at: 2),
    ])
    #expect(withdrawn == FixEvidence([]))
  }

  @Test func `cases where others had failed first and those before an edit stand apart`() {
    let evidence = FixEvidence([
      outcome("account:1", .worked), outcome("account:2", .noEffect, afterOthers: true),
      outcome("account:3", .worked, afterOthers: true),
      outcome("account:4", .noEffect, wording: .replaced),
      outcome("account:5", .worked, wording: .replaced),
    ])
    #expect((evidence.worked, evidence.tried) == (1, 1))
    #expect((evidence.workedAfterOthers, evidence.triedAfterOthers) == (1, 2))
    #expect((evidence.workedBeforeEdit, evidence.triedBeforeEdit) == (1, 2))
    // One of two before the edit: half an attempt that half succeeds.
    #expect(evidence.mean == 2.25 / 3.5)
  }

  @Test func `what later attempts say for a fix counts, what they say against it does not`() {
    let late = { (result: OutcomeResult) in
      (0..<4).map { outcome("account:\($0)", result, afterOthers: true) }
    }
    #expect(FixEvidence(late(.noEffect)).mean == 0.5)
    #expect(abs(FixEvidence(late(.worked)).mean - 5.0 / 6) < 1e-12)
    let first = [outcome("account:9", .worked)]
    #expect(FixEvidence(first + late(.noEffect)).mean == FixEvidence(first).mean)
    #expect(FixEvidence(late(.worked)).tried == 0)
  }

  @Test func `three anonymous people count as one member in the interval, too`() {
    let anonymous = (0..<9).map { outcome("cookie:\($0)", .worked, .anonymous) }
    #expect(abs(FixEvidence(anonymous).low - FixEvidence(members(3, of: 3)).low) < 1e-12)
    #expect(abs(FixEvidence(anonymous).high - FixEvidence(members(3, of: 3)).high) < 1e-12)
  }

  // MARK: Properties

  private func random(_ seed: Int) -> [CountedOutcome] {
    var random = Seeded(UInt64(seed))
    return (0..<Int.random(in: 0...30, using: &random)).map { index in
      let source = SourceKind.allCases.randomElement(using: &random)!
      return outcome(
        "\(source.rawValue):\(Int.random(in: 0..<8, using: &random))",
        OutcomeResult.allCases.randomElement(using: &random)!,
        report: "r\(Int.random(in: 0..<6, using: &random))", source,
        afterOthers: Int.random(in: 0..<5, using: &random) == 0,
        wording: [.same, .same, .same, .reworded, .replaced].randomElement(using: &random)!,
        at: index)
    }
  }

  @Test(arguments: 0..<200)
  func `the order of arrival does not matter`(seed: Int) {
    var order = Seeded(UInt64(seed) + 1_000)
    // But for a reporter's later word on the same report, which replaces the earlier one.
    var seen = Set<String>()
    let outcomes = random(seed).filter { seen.insert($0.reporter + " " + $0.report).inserted }
    let evidence = FixEvidence(outcomes)
    for _ in 0..<5 { #expect(FixEvidence(outcomes.shuffled(using: &order)) == evidence) }
  }

  @Test(arguments: 0..<200)
  func `who the reporters are does not matter`(seed: Int) {
    // Equal evidence must be equal to the last bit, or equal fixes change places.
    let outcomes = random(seed)
    let renamed = outcomes.map {
      outcome(
        "other-" + $0.reporter, $0.result, report: $0.report, $0.source,
        afterOthers: $0.afterOthers,
        wording: $0.wording, at: $0.createdAt.milliseconds)
    }
    #expect(FixEvidence(renamed) == FixEvidence(outcomes))
  }

  @Test(arguments: 0..<300)
  func `more success never ranks lower`(seed: Int) {
    let outcomes = random(seed)
    let before = FixEvidence(outcomes)
    for source in SourceKind.allCases {
      let more = outcomes + [outcome("new", .worked, report: "new", source, at: 1_000)]
      #expect(FixEvidence(more).mean >= before.mean - 1e-12, "\(source)")
    }
    for index in outcomes.indices where outcomes[index].result == .noEffect {
      var better = outcomes
      let old = better[index]
      better[index] = outcome(
        old.reporter, .worked, report: old.report, old.source, afterOthers: old.afterOthers,
        wording: old.wording, at: old.createdAt.milliseconds)
      #expect(FixEvidence(better).mean >= before.mean - 1e-12)
    }
  }

  @Test(arguments: 1...40)
  func `a member's success does not sink under any number of anonymous failures`(count: Int) {
    let anonymous = (0..<count).map { outcome("cookie:\($0)", .noEffect, .anonymous) }
    #expect(FixEvidence(anonymous + members(1, of: 1)).mean >= 0.5)
  }

  @Test(arguments: 0..<200)
  func `everything stays between nothing and one`(seed: Int) {
    let evidence = FixEvidence(random(seed))
    #expect(0 <= evidence.low && evidence.low < evidence.high && evidence.high <= 1)
    #expect(0 < evidence.mean && evidence.mean < 1)
    #expect(evidence.worked <= evidence.tried && evidence.reporters <= evidence.tried)
  }

  private static let shapes: [(Double, Double)] = [
    (2, 5), (1, 1), (16, 2), (0.5, 0.5), (3.5, 1.25), (1_000, 2),
  ]

  @Test(arguments: shapes)
  func `a quantile is the inverse of the distribution`(a: Double, b: Double) {
    for probability in [0.01, 0.05, 0.25, 0.5, 0.9, 0.95, 0.999] {
      let x = betaQuantile(probability, a, b)
      #expect(abs(incompleteBeta(x, a, b) - probability) < 1e-6)
    }
    #expect(incompleteBeta(0, a, b) == 0)
    #expect(incompleteBeta(1, a, b) == 1)
  }

  // MARK: Through the store

  @Test func `fixes stand in the order of their evidence, else the author's`() throws {
    let base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: a\n- **Fix**: b\n- **Fix**: c")]))
    let ids = try base.issue("one").fixes.map(\.id)
    #expect(ids == ids.sorted())
    func record(
      _ fix: Int, _ result: OutcomeResult, by reporter: String, _ source: SourceKind = .person
    ) throws {
      let issue = try base.issue("one").summary.id
      try base.store.write(as: Base.editor) { writing in
        let report = try writing.openReport(
          NewReport(text: "x", issueID: issue, reporter: reporter, source: source))
        _ = try writing.record(
          NewOutcome(fixID: fix, result: result, reporter: reporter, source: source),
          forReport: report.id)
      }
    }
    try record(ids[2], .worked, by: "token:1", .agent)
    try record(ids[2], .worked, by: "cookie:1", .anonymous)
    #expect(try base.issue("one").fixes.map(\.id) == ids)
    try record(ids[1], .worked, by: "account:1")
    #expect(try base.issue("one").fixes.map(\.id) == [ids[1], ids[0], ids[2]])
    try record(ids[0], .noEffect, by: "account:1")
    #expect(try base.issue("one").fixes.map(\.id) == [ids[1], ids[2], ids[0]])
    #expect(try base.issue("one").fixes[0].evidence.worked == 1)
    #expect(try base.store.read(as: .anyone) { try $0.fix(ids[1]) }?.evidence.tried == 1)
  }

  @Test func `outcomes from before a change of code do not count, of words they do`() throws {
    let base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: Run `make all` now")]))
    let fix = try base.issue("one").fixes[0].id
    try base.store.write(as: Base.editor) { writing in
      let report = try writing.openReport(
        NewReport(text: "x", reporter: "account:1", source: .person))
      _ = try writing.record(
        NewOutcome(fixID: fix, result: .worked, reporter: "account:1", source: .person),
        forReport: report.id)
    }
    #expect(try base.issue("one").fixes[0].evidence.editedAt == nil)
    try base.edit("one", markdown: "- **Fix**: Please run `make all` now")
    let reworded = try base.issue("one").fixes[0].evidence
    #expect((reworded.worked, reworded.workedReworded, reworded.triedReworded) == (1, 1, 1))
    #expect(reworded.editedAt != nil)
    try base.edit("one", markdown: "- **Fix**: Please run `rm -rf all` now")
    let evidence = try base.issue("one").fixes[0].evidence
    #expect((evidence.worked, evidence.tried) == (0, 0))
    #expect((evidence.workedBeforeEdit, evidence.triedBeforeEdit) == (1, 1))
    // A prior: less than what one success would say, more than nothing.
    #expect(0.5 < evidence.mean && evidence.mean < 0.55)
    // The text they were recorded for has them again.
    try base.edit("one", markdown: "- **Fix**: Run `make all` now")
    let again = try base.issue("one").fixes[0].evidence
    #expect((again.worked, again.triedReworded, again.triedBeforeEdit) == (1, 0, 0))
    #expect(again.editedAt == nil && again.mean == 2.0 / 3)
  }
}
