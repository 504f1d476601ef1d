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

/// Turns scores into probabilities and a verdict.
///
/// Two questions, two logistic functions of the same features: is the best issue the right one
/// (its confidence), and is the right one among the first at all (else the text is not known)? They
/// differ where issues are near to each other: then the first may be wrong, and the answer is still
/// there.
///
/// Weights come from `fixbook eval --fit` over labelled queries; they are data, versioned with
/// `Matcher.version`.
package struct Judge: Sendable {
  /// For "the best issue is right".
  package let weights: [Double]
  /// For "the right issue is among the first three".
  package let answerWeights: [Double]
  /// At and above, for the confidence of the best: known.
  package let knownThreshold: Double
  /// Below, for the probability that there is an answer: unknown.
  package let possibleThreshold: Double

  package init(
    weights: [Double], answerWeights: [Double], knownThreshold: Double, possibleThreshold: Double
  ) {
    self.weights = weights
    self.answerWeights = answerWeights
    self.knownThreshold = knownThreshold
    self.possibleThreshold = possibleThreshold
  }

  func judge(
    _ all: [Candidate], query: Query, limit: Int, keepsAll: Bool = false
  ) -> Judgement {
    let count = max(limit, 3)
    let reader = FeatureReader(all, query: query, count: count)
    let candidates = reader.inScope
    var matches: [Match] = []
    var bestFeatures: [Double] = []
    var answered = 0.0
    for (rank, candidate) in candidates.prefix(count).enumerated() {
      let features = reader.features(rank)
      let bonus = (candidate.check?.telling(of: query.issueCount) ?? 0) * Judge.brokenCheck
      if rank == 0 {
        bestFeatures = features
        answered = Judge.probability(features, answerWeights, plus: bonus)
        // The author says that this very line is another problem: no answer.
        if Judge.isRuledOut(candidate, query) { answered = min(answered, possibleThreshold - 0.01) }
      }
      // What is not there can't be right.
      var confidence = min(Judge.probability(features, weights, plus: bonus), answered)
      // The same message of another service may have another cause.
      if candidate.sample?.isOtherService == true {
        confidence = min(confidence, Judge.otherService)
      }
      matches.append(
        Match(
          issueID: candidate.issueID, score: candidate.score,
          confidence: rank == 0 ? confidence : min(confidence, matches[rank - 1].confidence),
          evidence: Evidence.of(candidate, query: query)))
    }
    let verdict: Verdict =
      answered < possibleThreshold
      ? .unknown : matches[0].confidence >= knownThreshold ? .known : .possible
    if keepsAll { return Judgement(verdict: verdict, matches: matches, features: bestFeatures) }
    if verdict == .unknown {
      matches = Array(matches.prefix(min(3, limit)))
    } else {
      // What is far behind the best is no answer.
      matches = Array(matches.prefix(limit)).filter { $0.score >= candidates[0].score * 0.35 }
    }
    return Judgement(verdict: verdict, matches: matches, features: bestFeatures)
  }

  /// Whether the line that an issue explains best is one of its `not-sample`s.
  private static func isRuledOut(_ candidate: Candidate, _ query: Query) -> Bool {
    guard let sample = candidate.sample, sample.negative, sample.overlap >= 0.95,
      let line = candidate.line
    else { return false }
    return query.lines[line].number == sample.line
  }

  /// How sure an answer may be that rests on a sample of another service, set by hand: as likely right as wrong.
  private static let otherService = 0.5

  /// What a value that a check refuses adds to the sum: set by hand, since the labelled queries
  /// have too few of them to learn it.
  private static let brokenCheck = 5.0

  package static func probability(
    _ features: [Double], _ weights: [Double], plus bonus: Double = 0
  ) -> Double {
    var sum = bonus
    for (weight, feature) in zip(weights, features) { sum += weight * feature }
    return 1 / (1 + exp(-sum))
  }
}
