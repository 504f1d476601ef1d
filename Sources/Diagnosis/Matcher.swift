import Glibc

/// Finds the issues that explain a pasted text, and says why and how surely.
///
/// Explainable line by line: an issue's score is a sum over tokens, its confidence a logistic
/// function of a few features (`Judge`). Deterministic; linear in the text.
package struct Matcher: Sendable {
  /// Stands in every answer: another version may answer differently.
  package static let version = "m6"

  package let judge: Judge

  package init(judge: Judge = .standard) { self.judge = judge }

  /// Postings read for one question at most, those of the most telling tokens.
  private static let postingBudget = 1_200_000
  /// Issues scored with their vectors at most.
  private static let candidateLimit = 300
  /// Issues whose words are read in order.
  private static let rescoredLimit = 40

  /// The best issues for a text, at most `limit`, best first.
  ///
  /// For measuring: with `keepsAll` far ones too, and as if the issues of `without` were not there.
  package func match(
    _ text: PastedText, corpus: some Corpus, limit: Int, keepsAll: Bool = false,
    without: Set<Int> = []
  ) throws -> Judgement {
    let query = try Query(text, corpus: corpus)
    var candidates = try scored(query, text, corpus: corpus)
    if !without.isEmpty { candidates.removeAll { without.contains($0.issueID) } }
    return judge.judge(candidates, query: query, limit: limit, keepsAll: keepsAll)
  }

  /// Issues ranked for a search box: the same scores, without a verdict.
  package func search(
    _ text: PastedText, corpus: some Corpus, limit: Int
  ) throws -> [SearchHit] {
    let query = try Query(text, corpus: corpus)
    let asked = AskedTerms(query.terms)
    return try scored(query, text, corpus: corpus).lazy.filter { $0.isInScope && $0.score > 0 }
      .prefix(limit).map { SearchHit($0, asked) }
  }

  /// All candidates, best first.
  private func scored(
    _ query: Query, _ text: PastedText, corpus: some Corpus
  ) throws -> [Candidate] {
    let samples = try SampleSearch.hits(text.lines, corpus: corpus)
    let ids = try candidates(query, corpus: corpus)
    let checks = try brokenChecks(query, corpus)
    var scorer = Scorer(query: query, averageLength: try corpus.averageLength())
    var scored: [Candidate] = []
    func score(_ ids: some Collection<Int>) throws {
      for stored in try corpus.vectors(Array(ids)) {
        scored.append(
          scorer.score(stored, sample: samples[stored.issueID], check: checks[stored.issueID]))
      }
    }
    // Where issues are hidden, more are asked for until there are enough that may be seen.
    var rest = ids[...]
    while !rest.isEmpty, scored.count < Matcher.candidateLimit {
      try score(rest.prefix(Matcher.candidateLimit))
      rest = rest.dropFirst(Matcher.candidateLimit)
    }
    let found = Set(ids.prefix(ids.count - rest.count))
    try score(Set(samples.keys).union(checks.keys).subtracting(found).sorted())
    scored.sort(by: Matcher.isBefore)
    try rescore(scored, query, corpus)
    scored.sort(by: Matcher.isBefore)
    return scored
  }

  /// For each issue the most telling value that a check of it refuses.
  private func brokenChecks(
    _ query: Query, _ corpus: some Corpus
  ) throws -> [Int: BrokenCheck] {
    let assignments = Assignment.all(in: query.lines)
    if assignments.isEmpty { return [:] }
    var broken: [Int: BrokenCheck] = [:]
    for check in try corpus.brokenChecks(assignments) {
      if let other = broken[check.issueID], other.issues <= check.issues { continue }
      broken[check.issueID] = check
    }
    return broken
  }

  private static func isBefore(_ one: Candidate, _ other: Candidate) -> Bool {
    one.score != other.score ? one.score > other.score : one.issueID < other.issueID
  }

  /// Adds runs of words to the scores of the best.
  private func rescore(
    _ candidates: [Candidate], _ query: Query, _ corpus: some Corpus
  ) throws {
    var best: [Int: Candidate] = [:]
    for candidate in candidates where candidate.line != nil {
      best[candidate.issueID] = candidate
      if best.count == Matcher.rescoredLimit { break }
    }
    var finders: [Int: RunFinder] = [:]
    for (id, words) in try corpus.words(best.keys.sorted()) {
      guard let candidate = best[id], let line = candidate.line else { continue }
      candidate.runs = finders[line, default: RunFinder(query, line: line)].find(in: words)
      candidate.score += Scorer.runs(candidate.runs, query)
    }
  }

  /// Issues that have most of the question's tokens, by what these tell, the likeliest first.
  private func candidates(_ query: Query, corpus: some Corpus) throws -> [Int] {
    var worths: [UInt32: (worth: Double, issues: Int)] = [:]
    for term in query.terms where term.weight > 0 {
      for alternative in term.alternatives {
        worths[alternative.hash, default: (0, alternative.issues)].worth +=
          term.weight * alternative.idf * alternative.factor
      }
    }
    // The most telling first; what many issues have and that says little is left to the vectors.
    let tokens = worths.sorted {
      $0.value.worth != $1.value.worth ? $0.value.worth > $1.value.worth : $0.key < $1.key
    }
    var budget = Matcher.postingBudget
    var read: [(hash: UInt32, worth: Double)] = []
    for (hash, token) in tokens where token.issues <= budget {
      budget -= token.issues
      read.append((hash, token.worth))
    }
    var sums = CandidateSums(
      read, limit: Matcher.candidateLimit * (corpus.hidesIssues ? 10 : 1))
    try corpus.postings(read.map(\.hash)) { sums.add($0, base: $1, $2) }
    return sums.finish()
  }
}
