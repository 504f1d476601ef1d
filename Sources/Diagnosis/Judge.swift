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

/// Why an issue matches: a line and what in it.
package struct Evidence: Sendable, Equatable {
  package enum Reason: String, Sendable {
    case sample, template, code, words, alias, learned, check
  }

  /// Line of the input, counted from 1.
  package let line: Int
  /// The line, masked.
  package let text: String
  package let reason: Reason
  package let detail: String

  package init(line: Int, text: String, reason: Reason, detail: String) {
    self.line = line
    self.text = text
    self.reason = reason
    self.detail = detail
  }
}

/// Turns scores into a probability and a verdict.
///
/// Weights come from `fixbook eval --fit` over labelled queries; they are data, versioned with
/// `Matcher.version`.
package struct Judge: Sendable {
  /// The names of the features, in order, for `explain` and docs.
  package static let featureNames = [
    "bias", "coverage", "telling", "strength", "margin", "sample", "negative sample", "code",
    "best line", "unknown words", "log", "terms",
  ]

  package let weights: [Double]
  /// At and above: known, possible.
  package let knownThreshold: Double
  package let possibleThreshold: Double

  package init(weights: [Double], knownThreshold: Double, possibleThreshold: Double) {
    self.weights = weights
    self.knownThreshold = knownThreshold
    self.possibleThreshold = possibleThreshold
  }

  package static let standard = Judge(
    weights: [-2.5, 1.5, 1.5, 0.6, 2.0, 2.0, -2.0, 0.8, 1.5, -1.5, 0.3, 0.0],
    knownThreshold: 0.75, possibleThreshold: 0.35)

  func judge(
    _ candidates: [Candidate], query: Query, text: PastedText, limit: Int,
    keepsAll: Bool = false
  ) -> Judgement {
    var matches: [Match] = []
    var bestFeatures: [Double] = []
    for (rank, candidate) in candidates.prefix(max(limit, 3)).enumerated() {
      let rival = rank == 0 ? candidates.dropFirst().first?.score ?? 0 : candidates[0].score
      let features = features(candidate, rival: rival, query: query, text: text)
      if rank == 0 { bestFeatures = features }
      let confidence = probability(features)
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

  private func probability(_ features: [Double]) -> Double {
    var sum = 0.0
    for (weight, feature) in zip(weights, features) { sum += weight * feature }
    return 1 / (1 + exp(-sum))
  }

  private func features(
    _ candidate: Candidate, rival: Double, query: Query, text: PastedText
  ) -> [Double] {
    let mass = max(query.mass, 0.001)
    var unknown = 0.0
    var code = 0.0
    for term in query.terms where !term.isKnown && term.token.kind == .word { unknown += term.mass }
    for hit in candidate.hits where query.terms[hit.term].token.kind == .code {
      code = max(code, query.terms[hit.term].mass)
    }
    let sample = candidate.sample
    let strength = sample.map { $0.overlap * min(1, Double($0.words) / 5) } ?? 0
    return [
      1,
      candidate.covered / mass,
      candidate.telling / mass,
      log(1 + candidate.score) / 3,
      candidate.score > 0 ? (candidate.score - rival) / max(candidate.score, rival) : 0,
      sample?.negative == false ? strength : 0,
      sample?.negative == true ? strength : 0,
      min(code / 4, 1),
      bestLine(candidate, query),
      unknown / mass,
      text.isLog ? 1 : 0,
      min(Double(query.terms.count) / 20, 2),
    ]
  }

  /// How much of its best line the issue explains.
  private func bestLine(_ candidate: Candidate, _ query: Query) -> Double {
    var have: [Int: Double] = [:]
    var total: [Int: Double] = [:]
    for term in query.terms {
      for line in term.lines { total[line, default: 0] += term.mass }
    }
    for hit in candidate.hits {
      for line in query.terms[hit.term].lines {
        have[line, default: 0] += query.terms[hit.term].mass * hit.factor
      }
    }
    // A line of one common word explains nothing: short lines count less.
    return have.map { line, mass in mass / (total[line, default: 0] + 4) * query.lines[line].weight }
      .max() ?? 0
  }
}

extension Evidence {
  /// The lines an issue rests on, at most three, in the order of their share.
  static func of(_ candidate: Candidate, query: Query) -> [Evidence] {
    var evidence: [Evidence] = []
    if let sample = candidate.sample, !sample.negative,
      let line = query.lines.first(where: { $0.number == sample.line })
    {
      evidence.append(
        Evidence(
          line: line.number, text: line.text, reason: .sample,
          detail: "like the sample: \(shortened(sample.text))"))
    }
    var shares: [Int: Double] = [:]
    for hit in candidate.hits {
      // A token of many lines is credited to the weightiest of them.
      let lines = query.terms[hit.term].lines
      if let line = lines.max(by: { query.lines[$0].weight < query.lines[$1].weight }) {
        shares[line, default: 0] += hit.value
      }
    }
    let order = shares.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    for (index, _) in order where evidence.count < 3 {
      let line = query.lines[index]
      if evidence.contains(where: { $0.line == line.number }) { continue }
      evidence.append(words(candidate, query, index))
    }
    return evidence
  }

  private static func words(_ candidate: Candidate, _ query: Query, _ index: Int) -> Evidence {
    let hits = candidate.hits.filter { query.terms[$0.term].lines.contains(index) }
      .sorted { $0.value > $1.value }
    let best = hits.first
    let reason: Reason =
      best.map { hit in
        if query.terms[hit.term].token.kind == .code { return .code }
        return hit.fields.contains(.alias) && !hit.fields.contains(.title) ? .alias : .words
      } ?? .words
    let names = hits.prefix(6).map { hit in
      let name = query.terms[hit.term].token.text
      let shown = name.hasPrefix("_") ? String(name.dropFirst()) : name
      return hit.via.map { "\(shown) (\($0))" } ?? shown
    }
    return Evidence(
      line: query.lines[index].number, text: query.lines[index].text, reason: reason,
      detail: names.joined(separator: ", "))
  }

  private static func shortened(_ text: String) -> String {
    let line = text.split(separator: "\n").first.map(String.init) ?? ""
    return line.count > 100 ? String(line.prefix(100)) + "…" : line
  }
}
