import SQLite

/// What happened with a fix in one week or month.
package struct FixSpan: Sendable, Equatable {
  package let start: Time
  /// Members' attempts: what worked (½ for a part), and how many there were.
  package var successes = 0.0
  package var tried = 0
  /// Attempts of people without an account, agents and automation.
  package var others = 0

  /// The central 90 % of the posterior Beta(1,1) over members' attempts.
  package var interval: (low: Double, high: Double) { shareInterval(successes, of: tried) }
}

/// A fix's evidence over time, from its first recorded attempt to its last.
package struct FixHistory: Sendable, Equatable {
  package enum Unit: String, Sendable { case week, month }

  package let unit: Unit
  /// In order, without a hole; those of long ago left out.
  package let spans: [FixSpan]

  /// So many of a picture can be told apart.
  private static let limit = 60

  /// The latest outcome of a reporter for a report is one attempt, at the time when it was recorded.
  init(_ outcomes: [CountedOutcome]) {
    var latest: [String: CountedOutcome] = [:]
    for outcome in outcomes where outcome.counts {
      latest[outcome.reporter + "\u{0}" + outcome.report] = outcome
    }
    let attempts = latest.values.filter { $0.result.success != nil }
    let times = attempts.map(\.createdAt)
    guard let first = times.min(), let last = times.max() else {
      unit = .week
      spans = []
      return
    }
    let unit: Unit =
      FixHistory.week(last) - FixHistory.week(first) < FixHistory.limit ? .week : .month
    func number(_ time: Time) -> Int {
      unit == .week ? FixHistory.week(time) : FixHistory.month(time)
    }
    let end = number(last)
    let begin = max(number(first), end - FixHistory.limit + 1)
    var spans = (begin...end).map { FixSpan(start: FixHistory.start($0, unit)) }
    // In an order of their own, since sums of fractions depend on it.
    for attempt in attempts.sorted(by: { $0.createdAt < $1.createdAt }) {
      let place = number(attempt.createdAt) - begin
      guard place >= 0, let success = attempt.result.success else { continue }
      if attempt.source == .person {
        spans[place].successes += success
        spans[place].tried += 1
      } else {
        spans[place].others += 1
      }
    }
    self.unit = unit
    self.spans = spans
  }

  private static let day = 86_400_000

  /// Weeks begin on Mondays; 1970-01-01 was a Thursday.
  private static func week(_ time: Time) -> Int {
    Int((Double(time.milliseconds) / Double(day) + 3).rounded(.down)) / 7
  }

  private static func month(_ time: Time) -> Int {
    let parts = time.date.split(separator: "-").compactMap { Int($0) }
    return parts.count == 3 ? parts[0] * 12 + parts[1] - 1 : 0
  }

  private static func start(_ number: Int, _ unit: Unit) -> Time {
    switch unit {
    case .week: return Time(milliseconds: (number * 7 - 3) * day)
    case .month:
      let month = number % 12 + 1
      return Time(text: "\(number / 12)-\(month < 10 ? "0" : "")\(month)-01")
        ?? Time(milliseconds: 0)
    }
  }
}

/// The central 90 % of the posterior Beta(1,1) of a share.
func shareInterval(_ successes: Double, of tried: Int) -> (low: Double, high: Double) {
  let failures = max(Double(tried) - successes, 0)
  return (
    betaQuantile(0.05, successes + 1, failures + 1),
    betaQuantile(0.95, successes + 1, failures + 1)
  )
}

extension Reading {
  /// What was recorded of a fix over time, for each of its texts; nothing of one that may not be seen.
  package func history(ofFix id: Int) throws -> FixHistory {
    FixHistory(
      try countedOutcomes(
        """
        f.id = \(id) AND EXISTS (SELECT 1 FROM issue i WHERE i.id = f.issue_id
          AND \(visible("i.guide_id")))
        """)[id] ?? [])
  }
}
