/// Reads the features on which the judge's probabilities rest.
///
/// Most are about the one line that the issue explains best, because a log has many lines that no
/// issue speaks of. They are shares of what the line's words weigh, by rarity.
struct FeatureReader {
  /// The names of the features, in order.
  static let names = [
    "bias", "covered", "everyday", "margin", "lead", "rival guide", "sample", "not-sample",
    "likeness", "contained", "title", "topic", "missed code", "other product", "whole text",
    "score", "words", "other error", "other lines", "line weight", "plain score",
  ]

  /// Candidates of the guide that was asked, best first.
  let inScope: [Candidate]
  private let query: Query
  /// The best score of an issue elsewhere.
  private let elsewhere: Double
  /// Terms that are names of products.
  private let products: [Int]
  /// Names in the lines that the best candidates rest on.
  private var names: [Int: LineNames] = [:]

  /// For the features of the first `count` candidates.
  init(_ candidates: [Candidate], query: Query, count: Int) {
    self.query = query
    inScope = candidates.filter(\.isInScope)
    elsewhere = candidates.first { !$0.isInScope }?.score ?? 0
    products = query.terms.indices.filter {
      query.terms[$0].token.kind == .word && Products.names(query.terms[$0].token.text)
    }
    for candidate in inScope.prefix(count) {
      guard let line = candidate.line, names[line] == nil else { continue }
      names[line] = LineNames(Query.wording(query.lines[line].text, isLog: query.isLog))
    }
  }

  func features(_ rank: Int) -> [Double] {
    let candidate = inScope[rank]
    let rival = rank == 0 ? inScope.dropFirst().first?.score ?? 0 : inScope[0].score
    let line = LineShares(candidate, query: query)
    let score = max(candidate.score, 0.001)
    let names = candidate.line.flatMap { self.names[$0] }
    let strength = candidate.sample?.closeness ?? 0
    // Of the issue itself: what is not another issue's may well be this one's.
    let isNegative = candidate.sample?.negative == true
    return [
      1,
      line.covered,
      line.everyday,
      (score - rival) / max(score, rival),
      line.mass > 0 ? max(0, score - rival) / line.mass : 0,
      max(0, elsewhere - score) / max(score, elsewhere),
      isNegative ? 0 : strength,
      isNegative ? strength : 0,
      candidate.runs.likeness,
      min(candidate.runs.contained, 1),
      min(candidate.runs.title, 1),
      min(Double(query.topics) / 2, 1),
      line.missedCode,
      otherProducts(candidate),
      coverage(candidate),
      min(score / 30, 1),
      min(Double(line.tellingWords) / 6, 1),
      otherErrors(candidate, names),
      otherLines(candidate),
      candidate.line.map { query.lines[$0].weight } ?? 0,
      !query.isLog && names?.isPlain == true ? min(score / 30, 1) : 0,
    ]
  }

  /// Products that the text names and the issue does not, two at most, as a share: in a log those of
  /// the line that counts, since a log tells of many.
  private func otherProducts(_ candidate: Candidate) -> Double {
    let count = products.count { index in
      if query.isLog, let line = candidate.line, !query.terms[index].lines.contains(line) {
        return false
      }
      return !candidate.hits.contains { $0.term == index && $0.via == nil }
    }
    return min(Double(count) / 2, 1)
  }

  /// Names of errors in the line that counts and not in the issue, two at most, as a share. What the
  /// system says counts as two: it is the failure itself, where a name may be its wrapping.
  private func otherErrors(_ candidate: Candidate, _ names: LineNames?) -> Double {
    guard let names else { return 0 }
    // Of words that are so common that the text is not searched by them nothing is known.
    let hasOther = names.systemErrors.contains { tokens in
      tokens.contains { token in
        query.terms.contains { $0.token.text == token } && !hasItself(candidate, token)
      }
    }
    if !hasOther, hasWholeMessage(candidate, names) { return 0 }
    let count = names.errors.count { !hasItself(candidate, $0) }
    return hasOther ? 1 : min(Double(count) / 2, 1)
  }

  /// Whether everything behind the exception's name stands in the issue word by word: then the name is one
  /// that the message came in, as drivers have one class for all that a server says.
  private func hasWholeMessage(_ candidate: Candidate, _ names: LineNames) -> Bool {
    guard names.wrapping > 0, let line = candidate.line, candidate.runs.line == line else {
      return false
    }
    let count = query.words[line].count
    let message = count - names.wrapping
    return message >= 2 && candidate.runs.longestEnd == count - 1
      && candidate.runs.longestCount >= message
  }

  /// Whether the issue has that word of the text itself, not a related one.
  private func hasItself(_ candidate: Candidate, _ token: String) -> Bool {
    candidate.hits.contains { query.terms[$0.term].token.text == token && $0.via == nil }
  }

  /// How much of what words add comes from other lines than the one that counts.
  private func otherLines(_ candidate: Candidate) -> Double {
    guard candidate.wordScore > 0 else { return 0 }
    let all = candidate.hits.reduce(0) { $0 + $1.value }
    return min(all / candidate.wordScore - 1, 2) / 2
  }

  /// What share of all the text's words the issue has.
  private func coverage(_ candidate: Candidate) -> Double {
    let all = query.mass
    guard all > 0 else { return 0 }
    return candidate.hits.reduce(0) { $0 + query.terms[$1.term].mass * $1.factor } / all
  }
}

/// Of the line that an issue explains best: what share of its words' weight is what.
private struct LineShares {
  /// Words that the issue has.
  var covered = 0.0
  /// Words of any troubleshooting prose.
  var everyday = 0.0
  /// Code that the issue does not have.
  var missedCode = 0.0
  /// How many words the issue has that not every troubleshooting text has.
  var tellingWords = 0
  /// What the line's words weigh together, in their order.
  var mass = 0.0

  init(_ candidate: Candidate, query: Query) {
    guard let line = candidate.line else { return }
    mass = query.words[line].reduce(0) { $0 + $1.weight }
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
        if factor == 1, share ?? 0 < 0.05 { tellingWords += 1 }
      } else if term.token.isCode {
        missedCode += term.idf
      }
    }
    guard total > 0 else { return }
    covered /= total
    everyday /= total
    missedCode /= total
  }
}
