import Diagnosis
import Glibc

/// One file of queries, and what its rows count.
struct FitSet {
  let name: String
  let queries: [EvaluatedQuery]
  /// Whether it is of the same base as the first set: the goals are set for that.
  let isOfMainBase: Bool

  /// Questions of other products are many and easy; those of other bases keep the weights from
  /// knowing one base only.
  var rowWeight: Double {
    if !queries.contains(where: \.isAnswerable) { return 0.3 }
    return isOfMainBase ? 1 : 0.5
  }
}

/// Fits the judge, and says what the fit is worth on queries about issues that it has not seen.
struct JudgeFit {
  static let folds = 5

  private let sets: [FitSet]
  private let rows: [FitRow]
  private let taken: [FitRow]

  init(_ sets: [FitSet]) {
    self.sets = sets
    var rows: [FitRow] = []
    var taken: [FitRow] = []
    for (number, set) in sets.enumerated() {
      for query in set.queries {
        // A query for which nothing at all was found is refused whatever the weights.
        let features =
          query.features.isEmpty
          ? [1] + [Double](repeating: 0, count: Judge.featureNames.count - 1) : query.features
        let fold = JudgeFit.fold(query.query)
        rows.append(
          FitRow(
            query: query, set: number, features: features, rank: query.rank,
            weight: set.rowWeight, fold: fold))
        if !query.featuresWithout.isEmpty {
          taken.append(
            FitRow(
              query: query, set: number, features: query.featuresWithout, rank: nil,
              weight: set.rowWeight, fold: fold))
        }
      }
    }
    self.rows = JudgeFit.scaled(rows, sets)
    self.taken = taken
  }

  /// By the issue, so that no fold is judged by weights that know its issues; queries without one by
  /// their id, without what stands behind its last number.
  private static func fold(_ query: LabelledQuery) -> Int {
    var key = query.relevant.first ?? query.id
    if query.relevant.isEmpty {
      while let last = key.utf8.last, last &- 0x30 >= 10, key.contains(where: \.isNumber) {
        key.removeLast()
      }
    }
    return Int(IssueVector.hash(key) >> 8) % folds
  }

  /// Scale and bias are for questions as they come: like the first set, and a little the others of
  /// its base, with as large a share of unanswerable ones as it has.
  private static func scaled(_ rows: [FitRow], _ sets: [FitSet]) -> [FitRow] {
    func part(_ set: Int, _ isAnswerable: Bool) -> Double {
      Double(rows.count { $0.set == set && $0.query.isAnswerable == isAnswerable })
    }
    let none = part(0, false) / max(part(0, false) + part(0, true), 1)
    return rows.map { row in
      var row = row
      let set = sets[row.set]
      let some = part(row.set, true)
      guard some > 0 else { return row }
      let without = part(row.set, false)
      let total = row.set == 0 ? 1 : set.isOfMainBase ? 0.5 : 0
      let share = row.set == 0 || without > 0 ? none : 0
      row.scaleWeight =
        row.query.isAnswerable ? total * (1 - share) / some : total * share / without
      return row
    }
  }

  var report: String {
    var right = [Double](repeating: 0, count: rows.count)
    var answered = right
    var models: [FitTarget: [LogisticModel]] = [:]
    for fold in 0..<JudgeFit.folds {
      let known = (rows + taken).filter { $0.fold != fold }
      let (first, second) = (LogisticModel(known, .right), LogisticModel(known, .answered))
      models[.right, default: []].append(first)
      models[.answered, default: []].append(second)
      for (index, row) in rows.enumerated() where row.fold == fold {
        answered[index] = second.probability(row.features)
        right[index] = min(first.probability(row.features), answered[index])
      }
    }
    let thresholds = Thresholds(rows, sets, right: right, answered: answered)
    var text = "\(rows.count) queries of \(sets.count) sets, and \(taken.count) of them with their "
    text +=
      "issue taken away; \(JudgeFit.folds) folds by issue, penalty \(LogisticModel.penalty)\n\n"
    text += padded("cross-validated", 24) + FitMeasures.header
    for (number, set) in sets.enumerated() {
      let members = rows.indices.filter { rows[$0].set == number }
      text += padded(set.name, 24) + measures(members, right, answered, thresholds).line
      for fold in 0..<JudgeFit.folds {
        let part = members.filter { rows[$0].fold == fold }
        text += padded("  fold \(fold + 1)", 24) + measures(part, right, answered, thresholds).line
      }
    }
    let final = FitTarget.allCases.map { LogisticModel(rows + taken, $0) }
    let fittedAnswered = rows.map { final[1].probability($0.features) }
    let fitted = zip(rows, fittedAnswered).map { min(final[0].probability($0.features), $1) }
    text += "\n" + padded("on what it learned", 24) + "\n"
    for (number, set) in sets.enumerated() {
      let members = rows.indices.filter { rows[$0].set == number }
      text += padded(set.name, 24) + measures(members, fitted, fittedAnswered, thresholds).line
    }
    for (target, model) in zip(FitTarget.allCases, final) {
      text += target == .right ? "\nweights: [" : "\nanswerWeights: ["
      text += "  // fitted, then least and most of the folds\n"
      for (index, name) in Judge.featureNames.enumerated() {
        let values = models[target]!.map { $0.weights[index] }
        text += "      \(signed(model.weights[index])),  // \(name): "
        text += "\(signed(values.min()!)) … \(signed(values.max()!))\n"
      }
      text += "    ],"
    }
    text += "\n    knownThreshold: \(decimal(thresholds.known)), "
    return text + "possibleThreshold: \(decimal(thresholds.possible)))\n"
  }

  private func measures(
    _ members: [Int], _ right: [Double], _ answered: [Double], _ thresholds: Thresholds
  ) -> FitMeasures {
    FitMeasures(
      members.map { rows[$0] }, right: members.map { right[$0] },
      answered: members.map { answered[$0] }, thresholds)
  }
}

/// Where the verdicts begin, chosen on predictions for queries that the weights have not seen.
struct Thresholds {
  let known: Double
  let possible: Double

  /// Sets of fewer queries say too little about the few that are called known.
  private static let smallest = 100

  /// `possible`: the most refusal of unanswerable queries at a false refusal of 7.5 % in every set of
  /// the main base (the goal is 8). `known`: the least value for which 96 % of the answers from it
  /// on are right in every set of some size of the main base, and 95 % (the goal) in the others.
  init(_ rows: [FitRow], _ sets: [FitSet], right: [Double], answered: [Double]) {
    var possible = 0.0
    var known = 1.0
    for step in 1..<200 {
      let value = Double(step) / 200
      var isMild = true
      var isSure = true
      for (number, set) in sets.enumerated() where set.queries.contains(where: \.isAnswerable) {
        let members = rows.indices.filter { rows[$0].set == number }
        let answerable = members.filter { rows[$0].query.isAnswerable }
        let refused = answerable.count { answered[$0] < value }
        if set.isOfMainBase, Double(refused) > 0.075 * Double(answerable.count) { isMild = false }
        let sure = members.filter { right[$0] >= value }
        let isRight = sure.count { rows[$0].isRight }
        let goal = set.isOfMainBase ? 0.96 : 0.95
        if set.queries.count >= Thresholds.smallest, Double(isRight) < goal * Double(sure.count) {
          isSure = false
        }
      }
      if isMild { possible = value }
      if isSure { known = min(known, value) }
    }
    self.possible = possible
    self.known = known
  }
}

struct FitMeasures {
  static let header = "    n  log loss  Brier    ECE  refused  false refusal  known  right\n"
  let line: String

  init(
    _ rows: [FitRow], right predicted: [Double], answered: [Double], _ thresholds: Thresholds
  ) {
    var loss = 0.0
    var brier = 0.0
    var bins = [(count: Double, sum: Double, right: Double)](repeating: (0, 0, 0), count: 10)
    for (row, value) in zip(rows, predicted) {
      loss -= log(max(row.isRight ? value : 1 - value, 1e-9))
      let target = row.isRight ? 1.0 : 0.0
      brier += (value - target) * (value - target)
      let bin = min(Int(value * 10), 9)
      bins[bin].count += 1
      bins[bin].sum += value
      bins[bin].right += target
    }
    let all = Double(max(rows.count, 1))
    let error = bins.reduce(0) { $0 + abs($1.sum - $1.right) } / all
    let pairs = Array(zip(rows, answered))
    let none = pairs.filter { !$0.0.query.isAnswerable }
    let some = pairs.filter { $0.0.query.isAnswerable }
    let known = zip(rows, predicted).filter { $0.1 >= thresholds.known }
    func part(_ count: Int, _ of: Int) -> Double? { of == 0 ? nil : Double(count) / Double(of) }
    line =
      leading("\(rows.count)", 5) + leading(decimal(loss / all), 10)
      + leading(decimal(brier / all), 7)
      + leading(decimal(error), 7)
      + leading(decimal(part(none.count { $0.1 < thresholds.possible }, none.count)), 9)
      + leading(decimal(part(some.count { $0.1 < thresholds.possible }, some.count)), 15)
      + leading("\(known.count)", 7)
      + leading(decimal(part(known.count { $0.0.isRight }, known.count)), 7) + "\n"
  }
}

private func signed(_ value: Double) -> String {
  (value < 0 ? "-" : "") + decimal(abs(value))
}
