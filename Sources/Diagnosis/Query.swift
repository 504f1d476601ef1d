/// One thing asked for: a token and the words that may stand for it.
struct QueryTerm {
  /// The token as written, for explanations.
  let token: Token
  /// The segment it was read from, as written (`ecr:BatchGetImage`).
  let written: String
  /// How much it matters: by line weight and kind.
  var weight: Double
  /// Inverse document frequency: rare tokens tell more.
  var idf: Double = 0
  /// Whether any issue has the token itself.
  var isKnown = false
  /// The token itself (factor 1), then related words.
  var alternatives: [TermAlternative]
  /// Indexes of the lines that have it.
  var lines: [Int]
  /// Code tokens it is a part of; empty when it also stands alone.
  var wholes: Set<String>

  var mass: Double { weight * idf }
}

/// A token that may stand for a term.
struct TermAlternative {
  let hash: UInt32
  let text: String
  /// 1 for the token itself.
  let factor: Double
  var idf = 0.0
  /// In how many issues it is.
  var issues = 0
}

/// A word of a line with what it tells.
struct LineWord {
  let hash: UInt32
  var weight: Double
  /// Words that may stand for it.
  var related: [TermAlternative] = []
}

/// The question put to the index: weighted terms of the lines that matter.
struct Query {
  /// Terms scored; more add time and little else.
  static let termLimit = 64
  /// Lines read for terms, the heaviest first.
  static let lineLimit = 80

  private(set) var terms: [QueryTerm] = []
  let lines: [SignalLine]
  /// The words of each line in order, for runs.
  private(set) var words: [[LineWord]] = []
  let isLog: Bool
  /// Issues in the index.
  private(set) var issueCount = 0
  /// How many distinct words the text has that most issues of the base share and other prose has
  /// not: the product's own words.
  private(set) var topics = 0

  /// Builds the terms of a pasted text and weighs them by the corpus.
  init(_ text: PastedText, corpus: some Corpus) throws {
    isLog = text.isLog
    lines = Query.heaviest(text.lines)
    var places: [Token: Int] = [:]
    var lineTokens: [[String]] = []
    for (index, line) in lines.enumerated() {
      var words: [String] = []
      for segment in Analyzer.segments(of: Query.wording(line.text, isLog: isLog)) {
        let wholes = Set(segment.tokens.filter { $0.kind == .code }.map(\.text))
        for token in segment.tokens {
          if token.kind == .word { words.append(token.text) }
          guard Query.matters(token) else { continue }
          let isPart = token.kind == .word && !wholes.isEmpty
          if let place = places[token] {
            terms[place].weight = max(terms[place].weight, line.weight)
            if terms[place].lines.last != index { terms[place].lines.append(index) }
            if isPart, !terms[place].wholes.isEmpty {
              terms[place].wholes.formUnion(wholes)
            } else {
              terms[place].wholes = []
            }
          } else {
            places[token] = terms.count
            terms.append(
              QueryTerm(
                token: token, written: segment.written, weight: line.weight,
                alternatives: Query.alternatives(token, segment), lines: [index],
                wholes: isPart ? wholes : []))
          }
        }
      }
      lineTokens.append(words)
    }
    try weigh(corpus, lineTokens)
  }

  private static func heaviest(_ lines: [SignalLine]) -> [SignalLine] {
    if lines.count <= lineLimit { return lines }
    return lines.sorted { ($0.weight, $1.number) > ($1.weight, $0.number) }.prefix(lineLimit)
      .sorted { $0.number < $1.number }
  }

  /// Log lines lose their volatile parts; a question or message is taken as it is, but for a time before it
  /// and what else logging puts there; the packages of exceptions' classes (`Wrapping`) go from both.
  static func wording(_ line: String, isLog: Bool) -> String {
    if isLog { return Wrapping.removed(from: Template.withoutPlaceholders(Template.of(line))) }
    let stripped = LinePrefix.strip(line)
    return Wrapping.removed(from: stripped.hasTime ? stripped.message : line)
  }

  static func matters(_ token: Token) -> Bool {
    token.kind == .code || (!stopWords.contains(token.text) && token.text.utf8.count > 1)
  }

  private static func alternatives(
    _ token: Token, _ segment: (tokens: [Token], written: String)
  ) -> [TermAlternative] {
    var alternatives = [
      TermAlternative(hash: IssueVector.hash(token.text), text: token.text, factor: 1)
    ]
    // `eventexpiryduration` may be code whose parts were not told apart.
    if segment.tokens.count == 1, token.kind == .word, (9...60).contains(segment.written.utf8.count)
    {
      let code = "_" + segment.written.lowercased().filter { $0.isLetter || $0.isNumber }
      alternatives.append(
        TermAlternative(hash: IssueVector.hash(code), text: code, factor: 1))
    }
    if token.kind == .word {
      for related in Thesaurus.related(to: token.text) {
        alternatives.append(
          TermAlternative(
            hash: IssueVector.hash(related), text: related, factor: Thesaurus.weight))
      }
    }
    return alternatives
  }

  private mutating func weigh(_ corpus: some Corpus, _ lineTokens: [[String]]) throws {
    issueCount = max(try corpus.issueCount(), 1)
    // Many lines may give thousands of tokens: look only the heaviest up.
    if terms.count > 600 {
      terms.sort { ($0.weight, $1.token.text) > ($1.weight, $0.token.text) }
      terms.removeLast(terms.count - 600)
    }
    let frequencies = try corpus.frequencies(terms.flatMap { $0.alternatives.map(\.text) })
    var weights: [String: Double] = [:]
    var related: [String: [TermAlternative]] = [:]
    for index in terms.indices {
      let token = terms[index].token
      let own = frequencies[token.text] ?? 0
      terms[index].isKnown = own > 0
      terms[index].idf = Rarity.idf(token.text, in: own, of: issueCount)
      weights[token.text] = terms[index].idf
      terms[index].alternatives = terms[index].alternatives.compactMap { alternative in
        guard let count = frequencies[alternative.text] else { return nil }
        var alternative = alternative
        alternative.issues = count
        alternative.idf = min(
          Rarity.idf(alternative.text, in: count, of: issueCount), terms[index].idf)
        return alternative
      }
      if terms[index].alternatives.count > 1 {
        related[token.text] = terms[index].alternatives.filter { $0.factor < 1 }
      }
      terms[index].weight *= Query.kindWeight(token, isKnown: own > 0)
      if isTopic(token, in: own) { topics += 1 }
    }
    words = lineTokens.map { tokens in
      tokens.map {
        LineWord(
          hash: IssueVector.hash($0), weight: weights[$0] ?? Rarity.stopWord,
          related: related[$0] ?? [])
      }
    }
    terms.sort { ($0.mass, $1.token.text) > ($1.mass, $0.token.text) }
    if terms.count > Query.termLimit { terms.removeLast(terms.count - Query.termLimit) }
  }

  private static func kindWeight(_ token: Token, isKnown: Bool) -> Double {
    if token.kind == .code { return isKnown ? 1.4 : 0 }
    if token.isCode { return 1.3 }
    // A short number is a count or a part of an address more often than a code.
    if token.text.utf8.count <= 2, token.text.utf8.allSatisfy({ $0 &- 0x30 < 10 }) { return 0.3 }
    return 1
  }

  private func isTopic(_ token: Token, in count: Int) -> Bool {
    token.kind == .word && Double(count) >= max(3, 0.2 * Double(issueCount))
      && (CommonWords.share(token.text) ?? 0) < 0.03
  }

  /// The related word that was found instead of the term itself.
  func related(_ hit: TermHit) -> String? {
    hit.via.map { terms[hit.term].alternatives[$0].text }
  }

  /// What all terms together weigh.
  var mass: Double { terms.reduce(0) { $0 + $1.mass } }
}
