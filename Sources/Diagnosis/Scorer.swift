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
  /// What may stand for terms, term by term.
  private let alternatives: [Alternative]
  /// From a hash to the first of the alternatives that have it.
  private let places: WordTable
  private let lineWeights: [Double]
  /// For each term the weight of its heaviest line.
  private let heaviest: [Double]

  // Room for one issue's score, kept for the next issue.
  private var found: [(fields: Field, weight: Double)]
  /// Alternatives that the issue has, a bit each.
  private var present: [UInt64]
  /// Whether the issue has the term itself.
  private var isDirect: [Bool]
  private var lineSums: [Double]

  private struct Alternative {
    let term: Int
    /// Its place among the term's.
    let index: Int
    let factor: Double
    /// What it adds when it is found everywhere in an issue.
    let worth: Double
    /// The next one with the same hash, or -1.
    var next = -1
  }

  init(query: Query, averageLength: Double) {
    self.query = query
    self.averageLength = averageLength
    var codes: [String: Int] = [:]
    for (index, term) in query.terms.enumerated() where term.token.kind == .code {
      codes[term.token.text] = index
    }
    wholes = query.terms.map { term in
      term.wholes.isEmpty ? [] : term.wholes.compactMap { codes[$0] }
    }
    var alternatives: [Alternative] = []
    var first: [UInt32: Int] = [:]
    var last: [UInt32: Int] = [:]
    for (index, term) in query.terms.enumerated() where term.weight > 0 {
      for (place, alternative) in term.alternatives.enumerated() {
        if let other = last[alternative.hash] {
          alternatives[other].next = alternatives.count
        } else {
          first[alternative.hash] = alternatives.count
        }
        last[alternative.hash] = alternatives.count
        alternatives.append(
          Alternative(
            term: index, index: place, factor: alternative.factor,
            worth: term.weight * alternative.idf * alternative.factor))
      }
    }
    self.alternatives = alternatives
    places = WordTable(first)
    lineWeights = query.lines.map(\.weight)
    heaviest = query.terms.map { term in
      max(term.lines.map { query.lines[$0].weight }.max() ?? 1, 0.001)
    }
    found = Array(repeating: ([], 0), count: alternatives.count)
    present = Array(repeating: 0, count: alternatives.count / 64 + 1)
    isDirect = Array(repeating: false, count: query.terms.count)
    lineSums = Array(repeating: 0, count: query.lines.count)
  }

  mutating func score(
    _ stored: CorpusVector, sample: SampleHit?, check: BrokenCheck? = nil
  ) -> Candidate {
    let candidate = Candidate(issueID: stored.issueID, isInScope: stored.isInScope)
    find(in: stored.vector)
    candidate.hits = hits(
      norm: 1 - Scorer.lengthShare + Scorer.lengthShare * Double(stored.vector.length)
        / max(averageLength, 1))
    for index in candidate.hits.indices
    where wholes[candidate.hits[index].term].contains(where: { isDirect[$0] }) {
      candidate.hits[index].value *= Scorer.parts
    }
    for hit in candidate.hits { isDirect[hit.term] = false }
    sum(candidate)
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

  /// How much of a token's worth an issue gets for a weighted count, by the issue's length.
  @inline(__always)
  static func saturated(_ weight: Double, norm: Double) -> Double {
    weight * (1 + saturation) / (weight + saturation * norm)
  }

  /// Notes which alternatives an issue has.
  private mutating func find(in vector: IssueVector) {
    places.withView { places in
      vector.forEachEntry { hash, fields, weight in
        guard var place = places[hash] else { return }
        while place >= 0 {
          let bit = UInt64(1) << UInt64(place & 63)
          // Of two tokens with one hash the first.
          if present[place >> 6] & bit == 0 {
            present[place >> 6] |= bit
            found[place] = (fields, weight)
          }
          place = alternatives[place].next
        }
      }
    }
  }

  /// The terms that an issue has, each by the alternative that says most, and forgets what `find`
  /// noted. Notes which terms it has themselves.
  ///
  /// BM25 with fields (S. Robertson, H. Zaragoza, M. Taylor, "Simple BM25 extension to multiple
  /// weighted fields", 2004): the fields' weights are in the vector.
  private mutating func hits(norm: Double) -> [TermHit] {
    var hits: [TermHit] = []
    for word in present.indices where present[word] != 0 {
      var bits = present[word]
      present[word] = 0
      while bits != 0 {
        let place = word << 6 + bits.trailingZeroBitCount
        bits &= bits - 1
        let alternative = alternatives[place]
        let (fields, weight) = found[place]
        let value = alternative.worth * Scorer.saturated(weight, norm: norm)
        let isBetter = hits.last?.term == alternative.term
        guard value > (isBetter ? hits[hits.count - 1].value : 0) else { continue }
        if isBetter { hits.removeLast() }
        hits.append(
          TermHit(
            term: alternative.term, value: value, factor: alternative.factor, fields: fields,
            via: alternative.factor < 1 ? alternative.index : nil))
      }
    }
    for hit in hits where hit.via == nil { isDirect[hit.term] = true }
    return hits
  }

  /// The best line counts fully, the others in part: an issue that explains one line beats one
  /// that has a word in each of many.
  private mutating func sum(_ candidate: Candidate) {
    var total = 0.0
    for hit in candidate.hits {
      total += hit.value
      for line in query.terms[hit.term].lines {
        lineSums[line] += hit.value * lineWeights[line] / heaviest[hit.term]
      }
    }
    var own = 0.0
    for line in lineSums.indices where lineSums[line] != 0 {
      if lineSums[line] > own {
        own = lineSums[line]
        candidate.line = line
      }
      lineSums[line] = 0
    }
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
