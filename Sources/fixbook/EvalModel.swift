import Diagnosis
import Glibc

/// Logistic regression over the judge's features: which of them tell a right best issue from a
/// wrong one, and how much.
///
/// Ridge-penalised, on standardised features; a feature may only speak for what it is there for
/// (`sign`), which keeps few rows from teaching nonsense.
///
/// Questions without an answer are few, so each answerable one serves a second time, with its issue
/// taken away: what is then best is wrong, and near. Since such rows are more than there are in life,
/// scale and bias are fitted once more on the real ones (J. Platt, "Probabilistic outputs for
/// support vector machines", 1999).
struct LogisticModel {
  var weights: [Double]

  /// How strongly weights are drawn to zero, per row of weight 1.
  static let penalty = 0.003

  /// 1: more of it must not make an answer less sure; -1 the reverse; 0: either.
  static func sign(_ feature: String) -> Double {
    switch feature {
    case "everyday", "rival guide", "not-sample", "missed code", "other product", "other error": -1
    case "bias", "other lines", "line weight", "plain score": 0
    default: 1
    }
  }

  init(_ rows: [FitRow], _ target: FitTarget) {
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
    let found = LogisticModel.descend(scaled, rows, target, total)
    weights = found.indices.map { $0 == 0 || deviation[$0] == 0 ? 0 : found[$0] / deviation[$0] }
    weights[0] =
      found[0] - zip(weights.dropFirst(), mean.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    recalibrate(rows.filter { $0.scaleWeight > 0 }, target)
  }

  /// Fits scale and bias alone, by Newton's method.
  private mutating func recalibrate(_ rows: [FitRow], _ target: FitTarget) {
    let total = rows.reduce(0) { $0 + $1.scaleWeight }
    let sums = rows.map { zip(weights, $0.features).reduce(0) { $0 + $1.0 * $1.1 } }
    var (scale, bias) = (1.0, 0.0)
    func loss(_ scale: Double, _ bias: Double) -> Double {
      var loss = 5e-4 * (scale - 1) * (scale - 1)
      for (sum, row) in zip(sums, rows) {
        let p = 1 / (1 + exp(-(scale * sum + bias)))
        loss -= row.scaleWeight / total * log(max(row.holds(target) ? p : 1 - p, 1e-12))
      }
      return loss
    }
    for _ in 0..<50 {
      // A weak pull towards leaving all as it is keeps the system solvable.
      var (gScale, gBias) = (1e-3 * (scale - 1), 0.0)
      var (hScale, hBoth, hBias) = (1e-3, 0.0, 1e-9)
      for (sum, row) in zip(sums, rows) {
        let p = 1 / (1 + exp(-(scale * sum + bias)))
        let weight = row.scaleWeight / total
        let error = weight * (p - (row.holds(target) ? 1 : 0))
        let curve = weight * p * (1 - p)
        gScale += error * sum
        gBias += error
        hScale += curve * sum * sum
        hBoth += curve * sum
        hBias += curve
      }
      let determinant = hScale * hBias - hBoth * hBoth
      guard determinant > 1e-12 else { break }
      let scaleStep = (hBias * gScale - hBoth * gBias) / determinant
      let biasStep = (hScale * gBias - hBoth * gScale) / determinant
      // Far from the minimum a whole step may lead away from it.
      var share = 1.0
      let before = loss(scale, bias)
      while share > 1e-6, loss(scale - share * scaleStep, bias - share * biasStep) > before {
        share /= 2
      }
      scale -= share * scaleStep
      bias -= share * biasStep
    }
    weights = weights.map { $0 * scale }
    weights[0] += bias
  }

  /// Projected gradient descent with Nesterov's momentum; the loss is convex, so it finds the one
  /// minimum.
  private static func descend(
    _ scaled: [[Double]], _ rows: [FitRow], _ target: FitTarget, _ total: Double
  ) -> [Double] {
    let signs = Judge.featureNames.map(sign)
    var weights = [Double](repeating: 0, count: signs.count)
    var ahead = weights
    let step = 1 / (0.25 * Double(signs.count) + penalty)
    for round in 0..<800 {
      var gradient = [Double](repeating: 0, count: signs.count)
      for (features, row) in zip(scaled, rows) {
        var sum = 0.0
        for index in features.indices { sum += ahead[index] * features[index] }
        let error = row.weight / total * (1 / (1 + exp(-sum)) - (row.holds(target) ? 1 : 0))
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
    Judge.probability(features, weights)
  }
}

/// What is predicted of a query.
enum FitTarget: CaseIterable {
  /// The best issue is right.
  case right
  /// The right issue is among the first three.
  case answered
}

/// One labelled query as the fit sees it.
struct FitRow {
  let query: EvaluatedQuery
  let set: Int
  let features: [Double]
  /// Place of the right issue.
  let rank: Int?
  /// What it counts when weights are fitted.
  let weight: Double
  /// What it counts for scale and bias.
  var scaleWeight = 0.0
  let fold: Int

  var isRight: Bool { holds(.right) }

  func holds(_ target: FitTarget) -> Bool {
    guard let rank else { return false }
    return target == .right ? rank == 1 : rank <= 3
  }
}
