import Glibc

/// Whether the knowledge base knows the problem.
package enum Verdict: String, Sendable {
  case known, possible, unknown
}

/// What a diagnosis comes to, before issues are looked up.
package struct Judgement: Sendable {
  package let verdict: Verdict
  /// Best first. For `unknown` at most the three nearest.
  package let matches: [Match]
  /// Features of the best match, for fitting and for `explain`.
  package let features: [Double]
}

package struct Match: Sendable {
  package let issueID: Int
  package let score: Double
  /// Calibrated: of matches with 0.9, nine of ten are right.
  package let confidence: Double
  package let evidence: [Evidence]
}

/// Turns scores into a probability and a verdict.
///
/// Weights come from `fixbook eval --fit` over labelled queries; they are data, versioned with
/// `Matcher.version`.
package struct Judge: Sendable {
  package let weights: [Double]
  /// At and above: known, possible.
  package let knownThreshold: Double
  package let possibleThreshold: Double

  package init(weights: [Double], knownThreshold: Double, possibleThreshold: Double) {
    self.weights = weights
    self.knownThreshold = knownThreshold
    self.possibleThreshold = possibleThreshold
  }

  func judge(
    _ all: [Candidate], query: Query, limit: Int, keepsAll: Bool = false
  ) -> Judgement {
    let reader = FeatureReader(all, query: query)
    let candidates = reader.inScope
    var matches: [Match] = []
    var bestFeatures: [Double] = []
    for (rank, candidate) in candidates.prefix(max(limit, 3)).enumerated() {
      let features = reader.features(rank)
      if rank == 0 { bestFeatures = features }
      var confidence = probability(
        features, plus: (candidate.check?.telling(of: query.issueCount) ?? 0) * Judge.brokenCheck)
      if let sample = candidate.sample, sample.negative, sample.overlap >= 0.95 {
        // The author says that this very line is another problem: never called known.
        confidence = min(confidence, knownThreshold - 0.01)
      }
      matches.append(
        Match(
          issueID: candidate.issueID, score: candidate.score,
          confidence: rank == 0 ? confidence : min(confidence, matches[rank - 1].confidence),
          evidence: Evidence.of(candidate, query: query)))
    }
    let top = matches.first?.confidence ?? 0
    let verdict: Verdict =
      top >= knownThreshold ? .known : top >= possibleThreshold ? .possible : .unknown
    if keepsAll { return Judgement(verdict: verdict, matches: matches, features: bestFeatures) }
    if verdict == .unknown {
      matches = Array(matches.prefix(min(3, limit)))
    } else {
      // What is far behind the best is no answer.
      matches = Array(matches.prefix(limit)).filter { $0.score >= candidates[0].score * 0.35 }
    }
    return Judgement(verdict: verdict, matches: matches, features: bestFeatures)
  }

  /// What a value that a check refuses adds to the sum: set by hand, since the labelled queries
  /// have too few of them to learn it.
  private static let brokenCheck = 5.0

  package func probability(_ features: [Double], plus bonus: Double = 0) -> Double {
    var sum = bonus
    for (weight, feature) in zip(weights, features) { sum += weight * feature }
    return 1 / (1 + exp(-sum))
  }
}
