import Glibc

/// Reads the features on which the judge's confidence rests.
///
/// Most are about the one line that the issue explains best, because a log has many lines that no
/// issue speaks of. They are shares of what the line's words weigh, by rarity.
struct FeatureReader {
  /// The names of the features, in order.
  static let names = [
    "bias", "covered", "telling", "unknown", "depth", "margin", "rival guide", "sample",
    "negative sample", "code", "run", "likeness", "title", "topic", "line weight", "log",
  ]

  /// Candidates of the guide that was asked, best first.
  let inScope: [Candidate]
  private let query: Query
  /// The best score of an issue elsewhere.
  private let elsewhere: Double
  /// Terms that some candidate in scope has.
  private let explained: Set<Int>

  init(_ candidates: [Candidate], query: Query) {
    self.query = query
    inScope = candidates.filter(\.isInScope)
    elsewhere = candidates.first { !$0.isInScope }?.score ?? 0
    var explained: Set<Int> = []
    for candidate in inScope {
      for hit in candidate.hits where hit.via == nil { explained.insert(hit.term) }
    }
    self.explained = explained
  }

  func features(_ rank: Int) -> [Double] {
    let candidate = inScope[rank]
    let rival = rank == 0 ? inScope.dropFirst().first?.score ?? 0 : inScope[0].score
    let line = LineShares(candidate, query: query, explained: explained)
    let score = max(candidate.score, 0.001)
    let strength = candidate.sample?.strength ?? 0
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
      candidate.line.map { query.lines[$0].weight } ?? 0,
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

  init(_ candidate: Candidate, query: Query, explained: Set<Int>) {
    guard let line = candidate.line else { return }
    var hits: [Int: TermHit] = [:]
    for hit in candidate.hits { hits[hit.term] = hit }
    var total = 0.0
    for (index, term) in query.terms.enumerated() where term.lines.contains(line) {
      let weight = term.weight > 0 ? term.idf : 0
      total += weight
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
  }
}
