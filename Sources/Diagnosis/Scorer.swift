import Glibc

/// Gives issues their scores for one question: a sum over its terms, samples and runs.
struct Scorer {
  /// What lines beside the best one add.
  private static let otherLines = 0.3
  /// What the parts of a code token add when the issue has it whole.
  private static let parts = 0.7
  /// BM25's `k1` (saturation) and `b` (length): a word in the title alone, weight 3, is half-way.
  private static let saturation = 2.0
  private static let lengthShare = 0.45
  /// What runs add, in shares of what they weigh; likeness and the title in shares of the line.
  private static let pairs = 0.7
  private static let longestRun = 0.2
  private static let likeness = 0.3
  private static let title = 0.3

  let query: Query
  let averageLength: Double
  /// For each term the terms it is a part of.
  private let wholes: [[Int]]

  init(query: Query, averageLength: Double) {
    self.query = query
    self.averageLength = averageLength
    var places: [String: Int] = [:]
    for (index, term) in query.terms.enumerated() where term.token.kind == .code {
      places[term.token.text] = index
    }
    wholes = query.terms.map { term in term.wholes.compactMap { places[$0] } }
  }

  func score(
    _ stored: CorpusVector, sample: SampleHit?, check: BrokenCheck? = nil
  ) -> Candidate {
    var candidate = Candidate(issueID: stored.issueID, isInScope: stored.isInScope)
    let norm =
      1 - Scorer.lengthShare + Scorer.lengthShare * Double(stored.vector.length)
      / max(averageLength, 1)
    var found = Set<Int>()
    for (index, term) in query.terms.enumerated() where term.weight > 0 {
      guard let hit = hit(index, term, stored.vector, norm) else { continue }
      candidate.hits.append(hit)
      if hit.via == nil { found.insert(index) }
    }
    for index in candidate.hits.indices
    where wholes[candidate.hits[index].term].contains(where: found.contains) {
      candidate.hits[index].value *= Scorer.parts
    }
    sum(&candidate)
    if let sample {
      candidate.sample = sample
      candidate.sampleScore = self.sample(sample)
      if !sample.negative, let line = query.lines.firstIndex(where: { $0.number == sample.line }) {
        candidate.line = line
      }
    }
    if let check {
      // What a check refuses explains the line that has it like a sample would.
      let line = check.assignment.line
      candidate.check = check
      candidate.line = line
      candidate.sampleScore +=
        query.words[line].reduce(0) { $0 + $1.weight } * query.lines[line].weight
        * check.telling(of: query.issueCount)
    }
    candidate.score = candidate.wordScore + candidate.sampleScore
    return candidate
  }

  /// BM25 with fields (S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 extension to multiple
  /// weighted fields", 2004): the fields' weights are in the vector.
  private func hit(
    _ index: Int, _ term: QueryTerm, _ vector: IssueVector, _ norm: Double
  ) -> TermHit? {
    var best: TermHit?
    for alternative in term.alternatives {
      guard let entry = vector.entry(alternative.hash) else { continue }
      let saturated =
        entry.weight * (1 + Scorer.saturation) / (entry.weight + Scorer.saturation * norm)
      let value = term.weight * alternative.idf * alternative.factor * saturated
      if value > best?.value ?? 0 {
        best = TermHit(
          term: index, value: value, factor: alternative.factor, fields: entry.fields,
          via: alternative.factor < 1 ? alternative.text : nil)
      }
    }
    return best
  }

  /// The best line counts fully, the others in part: an issue that explains one line beats one
  /// that has a word in each of many.
  private func sum(_ candidate: inout Candidate) {
    var sums: [Int: Double] = [:]
    var total = 0.0
    for hit in candidate.hits {
      total += hit.value
      let term = query.terms[hit.term]
      let heaviest = term.lines.map { query.lines[$0].weight }.max() ?? 1
      for line in term.lines {
        sums[line, default: 0] += hit.value * query.lines[line].weight / max(heaviest, 0.001)
      }
    }
    let best = sums.max { ($0.value, $1.key) < ($1.value, $0.key) }
    candidate.line = best?.key
    let own = best?.value ?? 0
    candidate.wordScore = own + Scorer.otherLines * (total - own)
  }

  /// A sample is the author's word that this line belongs here.
  private func sample(_ sample: SampleHit) -> Double {
    guard let line = query.lines.firstIndex(where: { $0.number == sample.line }) else { return 0 }
    var mass = 0.0
    for word in query.words[line] { mass += word.weight }
    return (sample.negative ? -0.6 : 1) * mass * query.lines[line].weight * sample.strength
  }

  /// What runs of words add, and that one text of the issue is like the line, or its title in it.
  static func runs(_ runs: RunMatch, _ query: Query) -> Double {
    let line = query.words[runs.line].reduce(0) { $0 + $1.weight }
    let sum =
      pairs * runs.pairs + longestRun * runs.longest
      + (likeness * runs.likeness + title * min(runs.title, 1)) * line
    return sum * query.lines[runs.line].weight
  }
}
