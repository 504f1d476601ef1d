/// Reads the features on which the judge's confidence rests.
///
/// Most are about the one line that the issue explains best, because a log has many lines that no
/// issue speaks of. They are shares of what the line's words weigh, by rarity.
struct FeatureReader {
  /// The names of the features, in order.
  static let names = [
    "bias", "covered", "unknown", "everyday", "margin", "rival guide", "sample", "not-sample",
    "likeness", "contained", "title", "topic", "agreement",
  ]

  /// Candidates of the guide that was asked, best first.
  let inScope: [Candidate]
  private let query: Query
  /// The best score of an issue elsewhere.
  private let elsewhere: Double
  /// Terms that some candidate in scope has.
  private let explained: Set<Int>
  /// How close the text comes to a line that an issue's author says is something else.
  private let contradiction: Double

  init(_ candidates: [Candidate], query: Query) {
    self.query = query
    inScope = candidates.filter(\.isInScope)
    elsewhere = candidates.first { !$0.isInScope }?.score ?? 0
    var explained: Set<Int> = []
    for candidate in inScope {
      for hit in candidate.hits where hit.via == nil { explained.insert(hit.term) }
    }
    self.explained = explained
    contradiction =
      inScope.compactMap(\.sample).filter(\.negative).map(\.closeness).max() ?? 0
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
    let isPositive = candidate.sample?.negative == false
    return [
      1,
      line.covered,
      line.unknown,
      line.everyday,
      (score - rival) / max(score, rival),
      max(0, elsewhere - score) / max(score, elsewhere),
      isPositive ? strength : 0,
      isPositive ? max(0, contradiction - strength) : contradiction,
      candidate.runs.likeness,
      min(candidate.runs.contained, 1),
      min(candidate.runs.title, 1),
      min(Double(query.topics) / 2, 1),
      agreement(candidate),
    ]
  }
}

/// Of the line that an issue explains best: what share of its words' weight is what.
private struct LineShares {
  /// Words that the issue has.
  var covered = 0.0
  /// Words that no issue has and other prose neither.
  var unknown = 0.0
  /// Words of any troubleshooting prose.
  var everyday = 0.0

  init(_ candidate: Candidate, query: Query, explained: Set<Int>) {
    guard let line = candidate.line else { return }
    var factors: [Int: Double] = [:]
    for hit in candidate.hits { factors[hit.term] = hit.factor }
    var total = 0.0
    for (index, term) in query.terms.enumerated() where term.weight > 0 && term.lines.contains(line)
    {
      let share = CommonWords.share(term.token.text)
      total += term.idf
      if let share, share > 0.01 { everyday += term.idf }
      if let factor = factors[index] {
        covered += term.idf * factor
      } else if !explained.contains(index), share == nil {
        unknown += term.idf
      }
    }
    guard total > 0 else { return }
    covered /= total
    unknown /= total
    everyday /= total
  }
}
