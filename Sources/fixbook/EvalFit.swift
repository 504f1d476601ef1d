import Diagnosis
import Glibc

/// Logistic regression over the judge's features: which of them tell a right best issue from a
/// wrong one, and how much.
///
/// Ridge-penalised, on standardised features, every set of queries weighing the same; a feature may
/// only speak for what it is there for (`sign`), which keeps few rows from teaching nonsense.
///
/// Questions without an answer are few, so each answerable one serves a second time, with its issue
/// taken away: what is then best is wrong, and near. Since such rows are more than there are in life,
/// scale and bias are fitted once more on the real ones (J. Platt, "Probabilistic outputs for
/// support vector machines", 1999).
struct LogisticModel {
  var weights: [Double]

  /// How strongly weights are drawn to zero, per row of weight 1.
  static let penalty = 0.04

  /// 1: more of it must not make an answer less sure; -1 the reverse; 0: either.
  static func sign(_ feature: String) -> Double {
    switch feature {
    case "unknown", "everyday", "rival guide", "not-sample": -1
    case "bias": 0
    default: 1
    }
  }

  init(_ rows: [FitRow]) {
    let count = Judge.featureNames.count
    let total = rows.reduce(0) { $0 + $1.weight }
    var mean = [Double](repeating: 0, count: count)
    var deviation = [Double](repeating: 1, count: count)
    for feature in 1..<count {
      mean[feature] = rows.reduce(0) { $0 + $1.weight * $1.features[feature] } / total
      let variance = rows.reduce(0) {
        $0 + $1.weight * ($1.features[feature] - mean[feature])
          * ($1.features[feature] - mean[feature])
      }
      deviation[feature] = (variance / total).squareRoot()
    }
    let scaled = rows.map { row in
      row.features.indices.map { index in
        index == 0
          ? 1 : deviation[index] > 0 ? (row.features[index] - mean[index]) / deviation[index] : 0
      }
    }
    let found = LogisticModel.descend(scaled, rows, total)
    weights = found.indices.map { $0 == 0 || deviation[$0] == 0 ? 0 : found[$0] / deviation[$0] }
    weights[0] =
      found[0] - zip(weights.dropFirst(), mean.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    recalibrate(rows.filter(\.isReal))
  }

  /// Fits scale and bias alone, by Newton's method.
  private mutating func recalibrate(_ rows: [FitRow]) {
    let total = rows.reduce(0) { $0 + $1.weight }
    let sums = rows.map { zip(weights, $0.features).reduce(0) { $0 + $1.0 * $1.1 } }
    var (scale, bias) = (1.0, 0.0)
    for _ in 0..<30 {
      // A weak pull towards leaving all as it is keeps the system solvable.
      var (gScale, gBias) = (1e-3 * (scale - 1), 0.0)
      var (hScale, hBoth, hBias) = (1e-3, 0.0, 1e-9)
      for (sum, row) in zip(sums, rows) {
        let p = 1 / (1 + exp(-(scale * sum + bias)))
        let weight = row.weight / total
        let error = weight * (p - (row.isRight ? 1 : 0))
        let curve = weight * p * (1 - p)
        gScale += error * sum
        gBias += error
        hScale += curve * sum * sum
        hBoth += curve * sum
        hBias += curve
      }
      let determinant = hScale * hBias - hBoth * hBoth
      guard determinant > 1e-12 else { break }
      scale -= (hBias * gScale - hBoth * gBias) / determinant
      bias -= (hScale * gBias - hBoth * gScale) / determinant
    }
    weights = weights.map { $0 * scale }
    weights[0] += bias
  }

  /// Projected gradient descent with Nesterov's momentum; the loss is convex, so it finds the one
  /// minimum.
  private static func descend(_ scaled: [[Double]], _ rows: [FitRow], _ total: Double) -> [Double] {
    let signs = Judge.featureNames.map(sign)
    var weights = [Double](repeating: 0, count: signs.count)
    var ahead = weights
    let step = 1 / (0.25 * Double(signs.count) + penalty)
    for round in 0..<800 {
      var gradient = [Double](repeating: 0, count: signs.count)
      for (features, row) in zip(scaled, rows) {
        var sum = 0.0
        for index in features.indices { sum += ahead[index] * features[index] }
        let error = row.weight / total * (1 / (1 + exp(-sum)) - (row.isRight ? 1 : 0))
        for index in features.indices { gradient[index] += error * features[index] }
      }
      let momentum = Double(round) / Double(round + 3)
      for index in weights.indices {
        let penalty = index == 0 ? 0 : LogisticModel.penalty
        var next = ahead[index] - step * (gradient[index] + penalty * ahead[index])
        if signs[index] != 0, next * signs[index] < 0 { next = 0 }
        ahead[index] = next + momentum * (next - weights[index])
        weights[index] = next
      }
    }
    return weights
  }

  func probability(_ features: [Double]) -> Double {
    Judge(weights: weights, knownThreshold: 1, possibleThreshold: 1).probability(features)
  }
}

/// One labelled query as the fit sees it.
struct FitRow {
  let query: EvaluatedQuery
  let set: Int
  let features: [Double]
  let isRight: Bool
  let weight: Double
  let fold: Int
  /// False for a query whose issue was taken away.
  let isReal: Bool
}

/// Fits the judge, and says what the fit is worth on queries it has not seen.
struct JudgeFit {
  static let folds = 5

  private let rows: [FitRow]
  private let taken: [FitRow]
  private let sets: Int

  init(_ sets: [[EvaluatedQuery]]) {
    self.sets = sets.count
    var rows: [FitRow] = []
    var taken: [FitRow] = []
    for (number, set) in sets.enumerated() {
      // Fixed folds: every fifth of the answerable and every fifth of the others, in file order.
      var seen = [0, 0]
      for query in set {
        let group = query.isAnswerable ? 1 : 0
        // A query for which nothing at all was found is refused whatever the weights.
        let features =
          query.features.isEmpty
          ? [1] + [Double](repeating: 0, count: Judge.featureNames.count - 1) : query.features
        let weight = 100 / Double(set.count)
        let fold = seen[group] % JudgeFit.folds
        rows.append(
          FitRow(
            query: query, set: number, features: features, isRight: query.isRight, weight: weight,
            fold: fold, isReal: true))
        if !query.featuresWithout.isEmpty {
          taken.append(
            FitRow(
              query: query, set: number, features: query.featuresWithout, isRight: false,
              weight: weight, fold: fold, isReal: false))
        }
        seen[group] += 1
      }
    }
    self.rows = rows
    self.taken = taken
  }

  var report: String {
    var predicted = [Double](repeating: 0, count: rows.count)
    var models: [LogisticModel] = []
    for fold in 0..<JudgeFit.folds {
      let model = LogisticModel((rows + taken).filter { $0.fold != fold })
      models.append(model)
      for (index, row) in rows.enumerated() where row.fold == fold {
        predicted[index] = model.probability(row.features)
      }
    }
    let thresholds = Thresholds(rows, predicted)
    var text = "\(rows.count) queries of \(sets) sets, \(JudgeFit.folds) folds, "
    text += "penalty \(LogisticModel.penalty)\n\n"
    text += padded("cross-validated", 18) + FitMeasures.header
    for set in 0..<sets {
      let members = rows.indices.filter { rows[$0].set == set }
      text += padded("set \(set + 1)", 18) + measures(members, predicted, thresholds).line
      for fold in 0..<JudgeFit.folds {
        let part = members.filter { rows[$0].fold == fold }
        text += padded("  fold \(fold + 1)", 18) + measures(part, predicted, thresholds).line
      }
    }
    let model = LogisticModel(rows + taken)
    let fitted = rows.map { model.probability($0.features) }
    text += "\n" + padded("on what it learned", 18) + "\n"
    for set in 0..<sets {
      let members = rows.indices.filter { rows[$0].set == set }
      text += padded("set \(set + 1)", 18) + measures(members, fitted, thresholds).line
    }
    text += "\nweights: fitted, then least and most of the folds\n"
    for (index, name) in Judge.featureNames.enumerated() {
      let values = models.map { $0.weights[index] }
      text += "      \(signed(model.weights[index])),  // \(name): "
      text += "\(signed(values.min()!)) … \(signed(values.max()!))\n"
    }
    text += "    knownThreshold: \(decimal(thresholds.known)), "
    return text + "possibleThreshold: \(decimal(thresholds.possible)))\n"
  }

  private func measures(
    _ members: [Int], _ predicted: [Double], _ thresholds: Thresholds
  ) -> FitMeasures {
    FitMeasures(members.map { rows[$0] }, members.map { predicted[$0] }, thresholds)
  }
}

/// Where the verdicts begin, chosen on predictions for queries that the weights have not seen.
struct Thresholds {
  let known: Double
  let possible: Double

  /// `possible`: the most refusal of unanswerable queries at a false refusal of 8 %, the goal. `known`: the least value for which 96 % of
  /// the answers from it on are right in every set (the goal is 95).
  init(_ rows: [FitRow], _ predicted: [Double]) {
    let refusable = Set(rows.filter { !$0.query.isAnswerable }.map(\.set))
    var possible = 0.0
    var known = 1.0
    for step in 1..<100 {
      let value = Double(step) / 100
      var isMild = true
      var isSure = true
      for set in Set(rows.map(\.set)) {
        let members = rows.indices.filter { rows[$0].set == set }
        let answerable = members.filter { rows[$0].query.isAnswerable }
        let refused = answerable.count { predicted[$0] < value }
        if refusable.contains(set), Double(refused) > 0.08 * Double(answerable.count) {
          isMild = false
        }
        let sure = members.filter { predicted[$0] >= value }
        let right = sure.count { rows[$0].isRight }
        if Double(right) < 0.96 * Double(sure.count) { isSure = false }
      }
      if isMild { possible = value }
      if isSure { known = min(known, value) }
    }
    self.possible = min(possible, known)
    self.known = known
  }
}

struct FitMeasures {
  static let header = "    n  log loss  Brier    ECE  refused  false refusal  known  right\n"
  let line: String

  init(_ rows: [FitRow], _ predicted: [Double], _ thresholds: Thresholds) {
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
    let pairs = Array(zip(rows, predicted))
    let none = pairs.filter { !$0.0.query.isAnswerable }
    let some = pairs.filter { $0.0.query.isAnswerable }
    let known = pairs.filter { $0.1 >= thresholds.known }
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
