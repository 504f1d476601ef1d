import Glibc
package import Guide

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
package struct CountedOutcome: Sendable {
  package var reporter: String
  package var report: String
  package var result: OutcomeResult
  package var source: SourceKind
  /// Other fixes had failed for this report before.
  package var afterOthers = false
  package var wording = Wording.same
  package var createdAt: Time
  /// It says what was seen: the command that checked it, and what it printed.
  package var isObserved = true
  package var environment: [Property] = []

  /// What the fix's text was when it was recorded, beside what it is.
  package enum Wording: Sendable {
    case same
    /// Other words, the same commands.
    case reworded
    /// Another command or code block.
    case replaced
  }

  package init(
    reporter: String, report: String, result: OutcomeResult, source: SourceKind,
    afterOthers: Bool = false, wording: Wording = .same, createdAt: Time, isObserved: Bool = true,
    environment: [Property] = []
  ) {
    self.reporter = reporter
    self.report = report
    self.result = result
    self.source = source
    self.afterOthers = afterOthers
    self.wording = wording
    self.createdAt = createdAt
    self.isObserved = isObserved
    self.environment = environment
  }

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
/// fix, and no crowd turns a member's success into a step down (docs/evidence.md). What members recorded
/// before a command changed is a prior: together it weighs half an attempt.
package struct FixEvidence: Sendable, Equatable {
  /// Outcomes of people where this fix was tried first.
  package var worked = 0
  package var tried = 0
  package var reporters = 0
  /// Attempts of all people, each reporter one, as far as they speak for the reader's environment.
  private(set) var successes = 0.0
  private(set) var failures = 0.0
  /// The central 90 % of the posterior over them.
  package var low: Double { betaQuantile(0.05, successes + 1, failures + 1) }
  package var high: Double { betaQuantile(0.95, successes + 1, failures + 1) }
  /// What fixes are ordered by; ½ when no member has ever tried.
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
  /// Of `worked` and `tried`, those from before the words changed, with the commands as they are.
  package var workedReworded = 0
  package var triedReworded = 0
  /// When the text became what it is; nil where no outcome is older.
  package var editedAt: Time?

  /// Something was recorded for an earlier text.
  var isOlderThanText: Bool { triedBeforeEdit + triedReworded > 0 }

  package static let none = FixEvidence([])

  /// Outcomes in the order they were recorded, which a clock that goes back does not change.
  ///
  /// For a reader's `environment` an attempt in the same one weighs 1, one that says nothing of it
  /// ½, one in another ¼; of a reporter only those nearest to the reader's count.
  package init(_ outcomes: [CountedOutcome], environment: [Property] = []) {
    // The latest outcome of a reporter for a report counts.
    var latest: [String: CountedOutcome] = [:]
    for outcome in outcomes where outcome.counts {
      latest[outcome.reporter + "\u{0}" + outcome.report] = outcome
    }
    var first: [String: Attempt] = [:]
    var all: [String: Attempt] = [:]
    var former: [String: Attempt] = [:]
    for outcome in latest.values {
      guard let success = outcome.result.success else { continue }
      let worked = outcome.result == .worked
      if worked { lastWorkedAt = max(lastWorkedAt ?? outcome.createdAt, outcome.createdAt) }
      if outcome.wording == .replaced {
        triedBeforeEdit += 1
        workedBeforeEdit += worked ? 1 : 0
        if outcome.source == .person, !outcome.afterOthers {
          former[outcome.reporter, default: Attempt(source: .person)].add(success, weight: 1)
        }
      } else if outcome.source == .agent || outcome.source == .automation {
        triedByMachines += 1
        workedByMachines += worked ? 1 : 0
      } else {
        let weight = EnvironmentMatch.weight(outcome.environment, for: environment)
        all[outcome.reporter, default: Attempt(source: outcome.source)]
          .add(success, weight: weight)
        if outcome.afterOthers {
          triedAfterOthers += 1
          workedAfterOthers += worked ? 1 : 0
        } else {
          tried += 1
          self.worked += worked ? 1 : 0
          if outcome.wording == .reworded {
            triedReworded += 1
            workedReworded += worked ? 1 : 0
          }
          first[outcome.reporter, default: Attempt(source: outcome.source)]
            .add(success, weight: weight)
        }
      }
    }
    reporters = first.count
    let sums = Sums(first.values)
    // Where others had failed the cases are harder: what they say for the fix counts, what they say
    // against it does not.
    let prior = FixEvidence.prior(former.values.map(\.share))
    mean = max(sums.mean(prior), Sums(all.values).mean(prior))
    successes = sums.member.successes + sums.anonymous.successes * Sums.share
    failures = sums.member.failures + sums.anonymous.failures * Sums.share
  }
}

/// Attempts added up.
private struct Sums {
  /// What an anonymous attempt weighs beside a member's.
  static let share = 1.0 / 3

  var member = (successes: 0.0, failures: 0.0)
  var anonymous = (successes: 0.0, failures: 0.0)

  init(_ attempts: some Sequence<Attempt>) {
    // In an order of their own, since sums of fractions depend on it.
    for attempt in attempts.sorted(by: { ($0.weight, $0.share) < ($1.weight, $1.share) }) {
      if attempt.source == .anonymous {
        anonymous.successes += attempt.weight * attempt.share
        anonymous.failures += attempt.weight * (1 - attempt.share)
      } else {
        member.successes += attempt.weight * attempt.share
        member.failures += attempt.weight * (1 - attempt.share)
      }
    }
  }

  /// The mean of the posterior; without a member's attempt that of the prior.
  func mean(_ prior: (successes: Double, weight: Double)) -> Double {
    let members = member.successes + member.failures
    let others = anonymous.successes + anonymous.failures
    let weight = min(Sums.share, others > 0 ? members / others : 0)
    return (member.successes + weight * anonymous.successes + prior.successes + 1)
      / (members + weight * others + prior.weight + 2)
  }
}

extension FixEvidence {
  /// Half an attempt that succeeds as often as the fix did with its former commands.
  fileprivate static func prior(_ shares: [Double]) -> (successes: Double, weight: Double) {
    guard !shares.isEmpty else { return (0, 0) }
    let worked = shares.sorted().reduce(0, +)
    return (0.5 * (worked + 1) / (Double(shares.count) + 2), 0.5)
  }
}

/// What one reporter says of one fix: the mean of the outcomes nearest to the reader's environment.
private struct Attempt {
  let source: SourceKind
  private(set) var weight = 0.0
  private var sum = 0.0
  private var count = 0.0

  init(source: SourceKind) { self.source = source }

  var share: Double { count > 0 ? sum / count : 0 }

  mutating func add(_ success: Double, weight: Double) {
    if weight < self.weight { return }
    if weight > self.weight { (self.weight, sum, count) = (weight, 0, 0) }
    sum += success
    count += 1
  }
}

/// How much an outcome of one environment says to a reader in another.
enum EnvironmentMatch {
  /// 1 when what both name is equal, ¼ when something differs, ½ when the outcome says nothing of what
  /// the reader names; 1 for a reader who names nothing.
  static func weight(_ outcome: [Property], for reader: [Property]) -> Double {
    var isComplete = true
    for wanted in reader {
      let own = outcome.filter { $0.key.lowercased() == wanted.key.lowercased() }
      if own.isEmpty {
        isComplete = false
      } else if !own.contains(where: { isSame($0.value, wanted.value) }) {
        return 0.25
      }
    }
    return isComplete ? 1 : 0.5
  }

  /// Equal, or one names a version of the other: `node22` and `node22.9`.
  static func isSame(_ one: String, _ other: String) -> Bool {
    let (one, other) = (one.lowercased(), other.lowercased())
    if one == other { return true }
    let (short, long) = one.utf8.count < other.utf8.count ? (one, other) : (other, one)
    return !short.isEmpty && long.hasPrefix(short)
      && ".-_+ ".contains(long.dropFirst(short.count).first ?? "x")
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
