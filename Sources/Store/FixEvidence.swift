import Glibc

/// What happened when a fix was tried.
package enum OutcomeResult: String, Sendable, CaseIterable {
  case worked, partly
  case noEffect = "no_effect"
  case madeWorse = "made_worse"
  case notApplicable = "not_applicable"
  case recurred

  /// How much of a success it is; nil: not tried.
  var success: Double? {
    switch self {
    case .worked: 1
    case .partly: 0.5
    case .noEffect, .madeWorse, .recurred: 0
    case .notApplicable: nil
    }
  }
}

/// Who an outcome or report comes from.
package enum SourceKind: String, Sendable, CaseIterable {
  case person, agent, automation, anonymous
}

/// One outcome as counting needs it.
struct CountedOutcome {
  let reporter: String
  let report: String
  let result: OutcomeResult
  let source: SourceKind
  /// Other fixes had failed for this report before.
  let afterOthers: Bool
  /// The fix's command or code block has changed since.
  let beforeEdit: Bool
  let createdAt: Time
  /// It says what was seen: the command that checked it, and what it printed.
  var isObserved = true

  /// A program's success that nobody saw is kept, but not counted.
  var counts: Bool {
    result != .worked || isObserved || (source != .agent && source != .automation)
  }
}

/// The recorded attempts with one fix.
///
/// All outcomes of one reporter weigh together as one attempt, their mean; the order of fixes is
/// by the mean of the posterior Beta(1,1) over members' attempts, to which anonymous ones add a third
/// each, but together no more than the members. So agents and anonymous people alone do not move a
/// fix, and no crowd turns a member's success into a step down (docs/evidence.md).
package struct FixEvidence: Sendable, Equatable {
  /// Outcomes of people where this fix was tried first.
  package var worked = 0
  package var tried = 0
  package var reporters = 0
  /// The central 90 % of the posterior.
  package var low: Double
  package var high: Double
  /// What fixes are ordered by; ½ when no member has tried.
  package var mean = 0.5
  package var lastWorkedAt: Time?
  /// Where other fixes had failed first: shown apart, since hard cases come late.
  package var workedAfterOthers = 0
  package var triedAfterOthers = 0
  /// Outcomes of agents and automation.
  package var workedByMachines = 0
  package var triedByMachines = 0
  /// Outcomes from before a command or code block changed.
  package var workedBeforeEdit = 0
  package var triedBeforeEdit = 0

  package static let none = FixEvidence([])

  /// Outcomes in the order they were recorded, which a clock that goes back does not change.
  init(_ outcomes: [CountedOutcome]) {
    // The latest outcome of a reporter for a report counts.
    var latest: [String: CountedOutcome] = [:]
    for outcome in outcomes where outcome.counts {
      latest[outcome.reporter + "\u{0}" + outcome.report] = outcome
    }
    var attempts: [String: (sum: Double, count: Double, source: SourceKind)] = [:]
    for outcome in latest.values {
      guard let success = outcome.result.success else { continue }
      let worked = outcome.result == .worked
      if worked { lastWorkedAt = max(lastWorkedAt ?? outcome.createdAt, outcome.createdAt) }
      if outcome.beforeEdit {
        triedBeforeEdit += 1
        workedBeforeEdit += worked ? 1 : 0
      } else if outcome.source == .agent || outcome.source == .automation {
        triedByMachines += 1
        workedByMachines += worked ? 1 : 0
      } else if outcome.afterOthers {
        triedAfterOthers += 1
        workedAfterOthers += worked ? 1 : 0
      } else {
        tried += 1
        self.worked += worked ? 1 : 0
        var attempt = attempts[outcome.reporter] ?? (0, 0, outcome.source)
        attempt.sum += success
        attempt.count += 1
        attempts[outcome.reporter] = attempt
      }
    }
    reporters = attempts.count
    var member = (successes: 0.0, failures: 0.0)
    var anonymous = (successes: 0.0, failures: 0.0)
    // In an order of their own, since sums of fractions depend on it.
    for (share, isAnonymous) in attempts.values.map({ ($0.sum / $0.count, $0.source == .anonymous) }
    )
    .sorted(by: { $0.0 < $1.0 }) {
      if isAnonymous {
        anonymous.successes += share
        anonymous.failures += 1 - share
      } else {
        member.successes += share
        member.failures += 1 - share
      }
    }
    let members = member.successes + member.failures
    let others = anonymous.successes + anonymous.failures
    if members > 0 {
      let weight = min(1.0 / 3, others > 0 ? members / others : 0)
      mean = (member.successes + weight * anonymous.successes + 1) / (members + weight * others + 2)
    }
    let all = (
      successes: member.successes + anonymous.successes,
      failures: member.failures + anonymous.failures
    )
    low = betaQuantile(0.05, all.successes + 1, all.failures + 1)
    high = betaQuantile(0.95, all.successes + 1, all.failures + 1)
  }
}

/// Quantile of the Beta distribution by bisection on the regularised incomplete beta function.
func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
  if a == 1, b == 1 { return probability }
  var low = 0.0
  var high = 1.0
  for _ in 0..<50 {
    let middle = (low + high) / 2
    if incompleteBeta(middle, a, b) < probability { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// I_x(a, b) by Lentz's continued fraction (DLMF 8.17.22).
func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
  if x <= 0 { return 0 }
  if x >= 1 { return 1 }
  if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
  let beta: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
  let power: Double = a * log(x) + b * log(1 - x)
  let front = exp(beta + power) / a
  var c = 1.0
  var d = 1 - (a + b) * x / (a + 1)
  if abs(d) < 1e-30 { d = 1e-30 }
  d = 1 / d
  var fraction = d
  for step in 1..<300 {
    let m = Double(step)
    let even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / nonZero(1 + even * d)
    c = nonZero(1 + even / c)
    fraction *= d * c
    let odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / nonZero(1 + odd * d)
    c = nonZero(1 + odd / c)
    let change = d * c
    fraction *= change
    if abs(change - 1) < 1e-12 { break }
  }
  return front * fraction
}

private func nonZero(_ value: Double) -> Double { abs(value) < 1e-30 ? 1e-30 : value }
