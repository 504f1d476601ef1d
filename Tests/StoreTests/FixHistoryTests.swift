import Testing

@testable import Store

/// A fix's evidence over time.
struct FixHistoryTests {
  private func outcome(
    _ day: String, _ result: OutcomeResult, by reporter: String = "account:1",
    report: String? = nil, _ source: SourceKind = .person
  ) -> CountedOutcome {
    CountedOutcome(
      reporter: reporter, report: report ?? "\(day) \(reporter)", result: result, source: source,
      createdAt: Time(text: day)!)
  }

  private func written(_ history: FixHistory) -> [String] {
    history.spans.map { "\($0.start.date) \($0.successes)/\($0.tried) \($0.others)" }
  }

  @Test func `weeks begin on Mondays and have no hole`() {
    let history = FixHistory([
      outcome("2026-05-03", .worked), outcome("2026-05-04", .partly),
      outcome("2026-05-10", .madeWorse), outcome("2026-05-19", .worked),
      outcome("2026-05-19", .notApplicable, by: "account:2"),
      outcome("2026-05-18", .worked, by: "x", .anonymous),
      outcome("2026-05-20", .noEffect, by: "y", .agent),
    ])
    #expect(history.unit == .week)
    #expect(
      written(history) == [
        "2026-04-27 1.0/1 0", "2026-05-04 0.5/2 0", "2026-05-11 0.0/0 0", "2026-05-18 1.0/1 2",
      ])
  }

  @Test func `of one reporter and one report the latest counts, at its time`() {
    let history = FixHistory([
      outcome("2026-05-03", .noEffect, report: "r"), outcome("2026-05-12", .worked, report: "r"),
    ])
    #expect(written(history) == ["2026-05-11 1.0/1 0"])
  }

  @Test func `what spans years is shown by months, the latest sixty`() {
    let history = FixHistory([
      outcome("2019-01-31", .worked), outcome("2024-12-31", .noEffect),
      outcome("2026-02-01", .worked),
    ])
    #expect(history.unit == .month)
    #expect(history.spans.count == 60)
    #expect(history.spans.first?.start.date == "2021-03-01")
    #expect(history.spans.last?.start.date == "2026-02-01")
    #expect(history.spans.map(\.tried).reduce(0, +) == 2)
    #expect(history.spans[45].start.date == "2024-12-01" && history.spans[45].tried == 1)
  }

  @Test func `nothing recorded is no history`() {
    #expect(FixHistory([]).spans == [])
    #expect(FixHistory([outcome("2026-05-03", .notApplicable)]).spans == [])
  }

  @Test func `the interval is that of the posterior`() {
    var span = FixSpan(start: Time(milliseconds: 0))
    span.tried = 15
    span.successes = 14
    // From R: qbeta(c(0.05, 0.95), 15, 2).
    #expect(abs(span.interval.low - 0.736) < 0.001)
    #expect(abs(span.interval.high - 0.977) < 0.001)
  }
}
