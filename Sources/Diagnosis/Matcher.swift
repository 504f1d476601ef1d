import Glibc

/// Finds the issues that explain a pasted text, and says why and how surely.
///
/// Explainable line by line: an issue's score is a sum over tokens, its confidence a logistic
/// function of a few features (`Judge`). Deterministic; linear in the text.
package struct Matcher: Sendable {
  /// Stands in every answer: another version may answer differently.
  package static let version = "m1"

  package let judge: Judge

  package init(judge: Judge = .standard) { self.judge = judge }

  /// Postings read for one question at most; rare tokens are read first.
  private static let postingBudget = 20_000
  /// Issues scored with their vectors at most.
  private static let candidateLimit = 300

  /// The best issues for a text, at most `limit`, best first. With `keepsAll` far ones too, for
  /// measuring ranks.
  package func match(
    _ text: PastedText, corpus: some Corpus, limit: Int, keepsAll: Bool = false
  ) throws -> Judgement {
    let query = try Query(text, corpus: corpus)
    return judge.judge(
      try scored(query, text, corpus: corpus), query: query, text: text, limit: limit,
      keepsAll: keepsAll)
  }

  /// Issues ranked for a search box: the same scores, without a verdict.
  package func search(
    _ text: PastedText, corpus: some Corpus, limit: Int
  ) throws -> [(issueID: Int, score: Double, matched: [String])] {
    let query = try Query(text, corpus: corpus)
    return try scored(query, text, corpus: corpus).prefix(limit).filter { $0.score > 0 }.map {
      ($0.issueID, $0.score, $0.hits.map { query.terms[$0.term].token.text })
    }
  }

  private func scored(
    _ query: Query, _ text: PastedText, corpus: some Corpus
  ) throws -> [Candidate] {
    let samples = try sampleHits(text.lines, corpus: corpus)
    var ids = try candidates(query, corpus: corpus)
    for id in samples.keys where !ids.contains(id) { ids.append(id) }
    let average = try corpus.averageLength()
    var scored = try corpus.vectors(ids).map { id, vector in
      score(id, vector, query, average: average, sample: samples[id])
    }
    scored.sort { $0.score != $1.score ? $0.score > $1.score : $0.issueID < $1.issueID }
    return scored
  }

  /// Issues that share rare tokens with the question.
  private func candidates(_ query: Query, corpus: some Corpus) throws -> [Int] {
    var sums: [Int: Double] = [:]
    var budget = Matcher.postingBudget
    for term in query.terms where budget > 0 {
      for alternative in term.alternatives where budget > 0 {
        let ids = try corpus.postings(alternative.text, limit: budget)
        budget -= ids.count
        for id in ids { sums[id, default: 0] += term.mass * alternative.factor }
      }
    }
    if sums.count <= Matcher.candidateLimit { return sums.keys.sorted() }
    return sums.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
      .prefix(Matcher.candidateLimit).map(\.key)
  }

  /// Samples found in the lines, the best for each issue.
  private func sampleHits(
    _ lines: [SignalLine], corpus: some Corpus
  ) throws -> [Int: SampleHit] {
    var hits: [Int: SampleHit] = [:]
    let heavy = lines.sorted { ($0.weight, $1.number) > ($1.weight, $0.number) }.prefix(80)
    for line in heavy {
      let keys = Shingles.keys(ofLine: line.text)
      guard !keys.isEmpty else { continue }
      var words: [String]?
      for sample in try corpus.samples(sharing: keys) {
        let lineWords = words ?? Analyzer.words(of: Template.of(line.text))
        words = lineWords
        let sampleWords = Analyzer.words(of: Template.of(sample.text))
        let overlap = Shingles.overlap(sample: sampleWords, line: lineWords)
        guard overlap >= 0.7 else { continue }
        let hit = SampleHit(
          line: line.number, overlap: overlap, words: sampleWords.count,
          text: sample.text, negative: sample.negative)
        if hit.isBetter(than: hits[sample.issueID]) { hits[sample.issueID] = hit }
      }
    }
    return hits
  }

  private func score(
    _ id: Int, _ vector: IssueVector, _ query: Query, average: Double, sample: SampleHit?
  ) -> Candidate {
    var candidate = Candidate(issueID: id, sample: sample)
    let norm = 0.7 + 0.3 * Double(vector.length) / max(average, 1)
    for (index, term) in query.terms.enumerated() {
      var best: TermHit?
      for alternative in term.alternatives {
        guard let entry = vector.entry(alternative.hash) else { continue }
        let saturated = entry.weight * 2.6 / (entry.weight + 1.6 * norm)
        let value = term.mass * alternative.factor * saturated
        if value > best?.value ?? 0 {
          best = TermHit(
            term: index, value: value, factor: alternative.factor, fields: entry.fields,
            via: alternative.factor < 1 ? alternative.text : nil)
        }
      }
      guard let best else { continue }
      candidate.hits.append(best)
      candidate.score += best.value
      candidate.covered += term.mass * best.factor
      if !best.fields.isDisjoint(with: .telling) {
        candidate.telling += term.mass * best.factor
      }
    }
    if let sample {
      // A sample is the author's word that this line belongs here.
      candidate.score +=
        (sample.negative ? -0.6 : 1) * query.mass * 0.5 * sample.overlap
        * min(1, Double(sample.words) / 5)
    }
    return candidate
  }
}

/// A sample found in a line.
struct SampleHit {
  let line: Int
  /// 0…1: how much of the sample's words the line has.
  let overlap: Double
  let words: Int
  let text: String
  let negative: Bool

  func isBetter(than other: SampleHit?) -> Bool {
    guard let other else { return true }
    return overlap * Double(min(words, 12)) > other.overlap * Double(min(other.words, 12))
  }
}

/// One query term found in an issue.
struct TermHit {
  let term: Int
  let value: Double
  let factor: Double
  let fields: Field
  /// The related word that was found instead of the term itself.
  let via: String?
}

/// An issue with its score and what it rests on.
struct Candidate {
  let issueID: Int
  let sample: SampleHit?
  var score = 0.0
  /// Mass of the question's terms that the issue has.
  var covered = 0.0
  /// The same, in title, aliases, samples and symptoms only.
  var telling = 0.0
  var hits: [TermHit] = []

  init(issueID: Int, sample: SampleHit?) {
    self.issueID = issueID
    self.sample = sample
  }
}
