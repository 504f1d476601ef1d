import Glibc

/// Reads the features on which the judge's confidence rests.
///
/// Most are about the one line that the issue explains best, because a log has many lines that no
/// issue speaks of. They are shares of what the line's words weigh, by rarity.
struct FeatureReader {
  /// The names of the features, in order.
  static let names = [
    "bias", "covered", "telling", "unknown", "depth", "margin", "rival guide", "sample",
    "negative sample", "code", "run", "likeness", "title", "topic",
    "foreign code", "agreement", "words", "elsewhere", "aside", "generic",
    "contained", "unexplained", "log",
  ]

  /// Candidates of the guide that was asked, best first.
  let inScope: [Candidate]
  private let query: Query
  /// The best score of an issue elsewhere.
  private let elsewhere: Double
  /// Terms that some candidate in scope has.
  private let explained: Set<Int>
  private let unexplained: Double

  init(_ candidates: [Candidate], query: Query) {
    self.query = query
    inScope = candidates.filter(\.isInScope)
    elsewhere = candidates.first { !$0.isInScope }?.score ?? 0
    var explained: Set<Int> = []
    for candidate in inScope {
      for hit in candidate.hits where hit.via == nil { explained.insert(hit.term) }
    }
    self.explained = explained
    unexplained = FeatureReader.unexplained(query, explained)
  }

  /// Of the heaviest lines' words, the share that no issue has and that other prose hasn't either.
  private static func unexplained(_ query: Query, _ explained: Set<Int>) -> Double {
    let heaviest = query.lines.map(\.weight).max() ?? 0
    var worst = 0.0
    var totals = [Double](repeating: 0, count: query.lines.count)
    var unknown = totals
    for (index, term) in query.terms.enumerated() where term.weight > 0 {
      let isUnknown = !explained.contains(index) && CommonWords.share(term.token.text) == nil
      for line in term.lines {
        totals[line] += term.idf
        if isUnknown { unknown[line] += term.idf }
      }
    }
    for (index, line) in query.lines.enumerated() where line.weight >= 0.6 * heaviest {
      // A few words more or less are no line.
      worst = max(worst, unknown[index] / (totals[index] + 8))
    }
    return worst
  }

  /// Whether the issue is also the best by other measures than the score.
  private func agreement(_ candidate: Candidate) -> Double {
    let others = inScope.prefix(40)
    var votes = 0.0
    if !others.contains(where: { $0.runs.likeness > candidate.runs.likeness }) { votes += 1 }
    if !others.contains(where: { $0.runs.pairs > candidate.runs.pairs }) { votes += 1 }
    if !others.contains(where: { $0.wordScore > candidate.wordScore }) { votes += 1 }
    return votes / 3
  }

  func features(_ rank: Int) -> [Double] {
    let candidate = inScope[rank]
    let rival = rank == 0 ? inScope.dropFirst().first?.score ?? 0 : inScope[0].score
    let line = LineShares(candidate, query: query, explained: explained)
    let score = max(candidate.score, 0.001)
    let strength = candidate.sample?.closeness ?? 0
    let isNegative = candidate.sample?.negative ?? false
    return [
      1,
      line.covered,
      line.telling,
      line.unknown,
      log(1 + line.tellingMass) / 3,
      (score - rival) / max(score, rival),
      max(0, elsewhere - score) / max(score, elsewhere),
      isNegative ? 0 : strength,
      isNegative ? strength : 0,
      min(line.code / 4, 1),
      min(candidate.runs.longest / 12, 1),
      candidate.runs.likeness,
      candidate.runs.title,
      min(Double(query.topics) / 2, 1),
      line.foreignCode,
      agreement(candidate),
      min(log(1 + line.count) / 3, 1),
      1 - line.covered - line.unknown,
      line.covered - line.telling,
      line.generic,
      min(candidate.runs.contained, 1),
      unexplained,
      query.isLog ? 1 : 0,
    ]
  }
}

/// Of the line that an issue explains best: what share of its words' weight is what.
private struct LineShares {
  var covered = 0.0
  var telling = 0.0
  var unknown = 0.0
  var tellingMass = 0.0
  var code = 0.0
  var foreignCode = 0.0
  var count = 0.0
  var generic = 0.0

  init(_ candidate: Candidate, query: Query, explained: Set<Int>) {
    guard let line = candidate.line else { return }
    var hits: [Int: TermHit] = [:]
    for hit in candidate.hits { hits[hit.term] = hit }
    var total = 0.0
    var codes = 0.0
    for (index, term) in query.terms.enumerated() where term.lines.contains(line) {
      let weight = term.weight > 0 ? term.idf : 0
      total += weight
      count += 1
      if term.token.isCode {
        codes += term.idf
        if hits[index] == nil { foreignCode += term.idf }
      }
      if let share = CommonWords.share(term.token.text), share > 0.01 { generic += weight }
      if let hit = hits[index] {
        covered += weight * hit.factor
        if !hit.fields.isDisjoint(with: .telling) {
          telling += weight * hit.factor
          if hit.via == nil, term.token.isCode { code = max(code, weight) }
        }
      } else if !explained.contains(index), CommonWords.share(term.token.text) == nil {
        unknown += weight
      }
    }
    tellingMass = telling
    guard total > 0 else { return }
    covered /= total
    telling /= total
    unknown /= total
    generic /= total
    foreignCode /= max(codes, 8)
  }
}
