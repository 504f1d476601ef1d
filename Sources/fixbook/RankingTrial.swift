import App
import JSON
import Store

/// How many fixes people try in vain under several orders of the fixes, in a made-up world in which the
/// truth is known. Ours is the order that pages show: `FixEvidence`.
///
/// The same cases come to every order: which fix would work for whom, who says so, and how truly.
struct RankingTrial {
  enum Order: String, CaseIterable {
    case ours = "by evidence"
    case author = "author's order"
    case lastAccepted = "last accepted first"
    case rawRate = "raw success rate"
    /// What nobody has: for comparison only.
    case truth = "by the true rates"

    static let real = allCases.filter { $0 != .truth }
  }

  /// One row: failed attempts until the working fix, for each case that some fix resolves.
  struct Row {
    let reports: Int
    let replicates: Int
    let means: [Order: Double]
    /// Standard error of the difference to the best order, of pairs of the same cases.
    let errors: [Order: Double]
    let best: Order

    /// Ours is the best, or within two standard errors of it.
    var holds: Bool {
      means[.ours]! - means[best]! <= 2 * errors[.ours]!
    }
  }

  private static let issues = 31

  static func row(reports: Int, replicates: Int, seed: UInt64) -> Row {
    var results: [Order: [Double]] = [:]
    for replicate in 0..<replicates {
      var random = SplitMix(seed &+ UInt64(replicate) &* 7_919 &+ UInt64(reports))
      let world = (0..<issues).map { _ in Problem(&random) }
      let cases = (0..<reports).map { _ in
        let issue = Int.random(in: 0..<issues, using: &random)
        return (issue: issue, met: Case(world[issue], &random))
      }
      for order in Order.allCases {
        var desks = world.map { _ in Board() }
        var failed = 0
        var solvable = 0
        for (number, (issue, met)) in cases.enumerated() {
          let tried = desks[issue].serve(met, world[issue], order, number: number)
          if let tried {
            failed += tried
            solvable += 1
          }
        }
        results[order, default: []].append(Double(failed) / Double(max(solvable, 1)))
      }
    }
    let means = results.mapValues { $0.reduce(0, +) / Double(replicates) }
    let best = Order.real.min { means[$0]! < means[$1]! }!
    let errors = results.mapValues { values in
      standardError(zip(values, results[best]!).map { $0 - $1 })
    }
    return Row(
      reports: reports, replicates: replicates, means: means, errors: errors, best: best)
  }

  private static func standardError(_ values: [Double]) -> Double {
    guard values.count > 1 else { return 0 }
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1) / Double(values.count)).squareRoot()
  }
}

/// An issue: two to five fixes, in an order that knows nothing of their rates.
private struct Problem {
  /// How often each works in ordinary cases.
  let rates: [Double]
  /// The fix that dishonest people praise.
  let pet: Int

  init(_ random: inout SplitMix) {
    let count = Int.random(in: 2...5, using: &random)
    var rates = (0..<count).map { _ in Double.random(in: 0.05...0.95, using: &random) }
    // Somebody wrote the issue because something helped.
    if rates.max()! < 0.6 { rates[count - 1] = Double.random(in: 0.6...0.95, using: &random) }
    self.rates = rates.shuffled(using: &random)
    pet = Int.random(in: 0..<count, using: &random)
  }
}

/// One who met it: what would work for them, and what they say of it.
private struct Case {
  private static let hardShare = 0.2
  private static let dishonestShare = 0.25
  /// In hard cases a fix works this much as often.
  private static let hardFactor = 0.3

  let works: [Bool]
  let source: SourceKind
  let reporter: String
  /// Says that the pet fix worked and the others did not, several times, without trying.
  let isDishonest: Bool
  /// For each fix: records what happened, and takes it for what it was not.
  let records: [Double]
  let errs: [Bool]

  init(_ problem: Problem, _ random: inout SplitMix) {
    func chance(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &random) < share }
    let isHard = chance(Case.hardShare)
    works = problem.rates.map { chance(isHard ? $0 * Case.hardFactor : $0) }
    isDishonest = chance(Case.dishonestShare)
    let kind = Double.random(in: 0..<1, using: &random)
    if isDishonest {
      source = kind < 0.34 ? .person : kind < 0.67 ? .anonymous : .agent
    } else {
      source = kind < 0.75 ? .person : kind < 0.92 ? .anonymous : .agent
    }
    // A few report much; one dishonest account and one agent care for the issue, and a cookie is new
    // with each click.
    let people = source == .anonymous ? 1_000_000 : isDishonest ? 1 : source == .agent ? 4 : 150
    let luck = Double.random(in: 0..<1, using: &random)
    let who = Int(luck * luck * Double(people))
    reporter = "\(source.rawValue)\(isDishonest ? "!" : ""):\(who)"
    let error = source == .person ? 0.07 : source == .anonymous ? 0.15 : 0.25
    records = problem.rates.map { _ in Double.random(in: 0..<1, using: &random) }
    errs = problem.rates.map { _ in chance(error) }
  }
}

/// What was recorded for one issue, and the order that comes of it.
private struct Board {
  private var outcomes: [[CountedOutcome]] = []
  private var means: [Double] = []
  private var raw: [(worked: Int, tried: Int)] = []
  private var accepted: Int?

  /// How many fixes fail before the one that works; nil when none does, or for one who did not try.
  mutating func serve(
    _ met: Case, _ problem: Problem, _ order: RankingTrial.Order, number: Int
  ) -> Int? {
    let count = problem.rates.count
    if outcomes.isEmpty {
      outcomes = Array(repeating: [], count: count)
      means = Array(repeating: 0.5, count: count)
      raw = Array(repeating: (0, 0), count: count)
    }
    if met.isDishonest {
      // Praise for one, a word against another.
      let report = "r\(number)"
      record(problem.pet, .worked, met, report, afterOthers: false, order)
      let rival = (problem.pet + 1 + number % (count - 1)) % count
      record(rival, .noEffect, met, report, afterOthers: false, order)
      return nil
    }
    var failed = 0
    for fix in sequence(order, problem.rates) {
      let worked = met.works[fix]
      let says = worked != met.errs[fix]
      // People tell more often of what helped.
      if met.records[fix] < (says ? 0.6 : 0.4) {
        record(
          fix, says ? .worked : .noEffect, met, "r\(number)", afterOthers: failed > 0, order)
      }
      if worked { return failed }
      failed += 1
    }
    return nil
  }

  private func sequence(_ order: RankingTrial.Order, _ rates: [Double]) -> [Int] {
    let scores: [Double]
    let count = rates.count
    switch order {
    case .author: return Array(0..<count)
    case .lastAccepted: scores = (0..<count).map { $0 == accepted ? 1 : 0 }
    case .truth: scores = rates
    case .ours: scores = means
    case .rawRate: scores = raw.map { $0.tried == 0 ? 0.5 : Double($0.worked) / Double($0.tried) }
    }
    return (0..<count).sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }
  }

  private mutating func record(
    _ fix: Int, _ result: OutcomeResult, _ met: Case, _ report: String, afterOthers: Bool,
    _ order: RankingTrial.Order
  ) {
    switch order {
    case .author, .truth: return
    case .lastAccepted: if result == .worked { accepted = fix }
    case .rawRate:
      raw[fix].tried += 1
      raw[fix].worked += result == .worked ? 1 : 0
    case .ours:
      outcomes[fix].append(
        CountedOutcome(
          reporter: met.reporter, report: report, result: result, source: met.source,
          afterOthers: afterOthers, createdAt: Time(milliseconds: 0)))
      means[fix] = FixEvidence(outcomes[fix]).mean
    }
  }
}

extension RankingTrial {
  /// Prints the rows as a table; false when one does not hold.
  static func run(reports: [Int], replicates: Int?, seed: UInt64, asJSON: Bool) -> Bool {
    var rows: [Row] = []
    if !asJSON {
      let names = Order.allCases.map(\.rawValue).joined(separator: " | ")
      Console.out("| reports | \(names) |\n|---:|---:|---:|---:|---:|---:|\n")
    }
    for count in reports {
      let row = row(
        reports: count, replicates: replicates ?? max(60, min(1_000, 60_000 / count)), seed: seed)
      rows.append(row)
      if !asJSON {
        let cells = Order.allCases.map { order in
          let mean = fixed(row.means[order]!)
          if order == .truth { return mean }
          return order == row.best ? "**\(mean)**" : "\(mean) ± \(fixed(row.errors[order]!))"
        }
        Console.out("| \(count) | \(cells.joined(separator: " | ")) |\n")
      }
    }
    if asJSON {
      let json = JSON.array(
        rows.map { row in
          [
            "reports": .integer(row.reports), "replicates": .integer(row.replicates),
            "best": .string(row.best.rawValue), "holds": .bool(row.holds),
            "failed_attempts": .object(
              Order.allCases.map { JSON.Member($0.rawValue, .number(row.means[$0]!)) }),
            "standard_errors": .object(
              Order.allCases.map { JSON.Member($0.rawValue, .number(row.errors[$0]!)) }),
          ]
        })
      Console.out(json.string + "\n")
    }
    return rows.allSatisfy(\.holds)
  }

  /// Three decimals.
  private static func fixed(_ number: Double) -> String {
    let thousandths = Int((number * 1_000).rounded())
    let digits = String(thousandths % 1_000)
    return "\(thousandths / 1_000)." + String(repeating: "0", count: 3 - digits.count) + digits
  }
}
