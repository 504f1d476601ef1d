import Glibc

/// What is known of the indexed issues. The store implements it; tests use one in memory.
package protocol Corpus {
  /// Issues that may be seen.
  func issueCount() throws -> Int
  /// Mean of `IssueVector.length`.
  func averageLength() throws -> Double
  /// In how many issues each token occurs; absent tokens are left out.
  func frequencies(_ tokens: [String]) throws -> [String: Int]
  /// Ids of issues that have the token, at most `limit`.
  func postings(_ token: String, limit: Int) throws -> [Int]
  /// Vectors of those of the issues that may be seen.
  func vectors(_ ids: [Int]) throws -> [(id: Int, vector: IssueVector)]
  /// Samples that share a key of `Shingles`.
  func samples(sharing keys: [Int64]) throws -> [CorpusSample]
}

package struct CorpusSample: Sendable {
  package let issueID: Int
  package let text: String
  package let negative: Bool

  package init(issueID: Int, text: String, negative: Bool) {
    self.issueID = issueID
    self.text = text
    self.negative = negative
  }
}

/// One thing asked for: a token and the words that may stand for it.
struct QueryTerm {
  /// The token as written, for explanations.
  let token: Token
  /// How much it matters: by line weight and kind.
  var weight: Double
  /// Inverse document frequency: rare tokens tell more.
  var idf: Double = 0
  /// Whether any issue has the token itself.
  var isKnown = false
  /// The token itself (factor 1), then related words.
  var alternatives: [(hash: UInt32, factor: Double, text: String)]
  /// Indexes of the signal lines that have it.
  var lines: [Int]

  var mass: Double { weight * idf }
}

/// The question put to the index: weighted terms of the signal lines.
struct Query {
  /// Terms scored; more add time and little else.
  static let termLimit = 64

  var terms: [QueryTerm] = []
  let lines: [SignalLine]

  /// Builds the terms of a pasted text and weighs them by the corpus.
  init(_ text: PastedText, corpus: some Corpus) throws {
    lines = text.lines
    var places: [Token: Int] = [:]
    for (index, line) in lines.enumerated() {
      for token in Analyzer.tokens(of: Query.wording(line.text, isLog: text.isLog)) where Query.matters(token) {
        if let place = places[token] {
          terms[place].weight = max(terms[place].weight, line.weight)
          if terms[place].lines.last != index { terms[place].lines.append(index) }
        } else {
          places[token] = terms.count
          terms.append(
            QueryTerm(
              token: token, weight: line.weight,
              alternatives: Query.alternatives(token), lines: [index]))
        }
      }
    }
    try weigh(corpus)
  }

  /// Log lines lose their volatile parts; a question or message is taken as it is.
  private static func wording(_ line: String, isLog: Bool) -> String {
    isLog ? Template.of(line) : line
  }

  private static func matters(_ token: Token) -> Bool {
    token.kind == .code || (!stopWords.contains(token.text) && token.text.utf8.count > 1)
  }

  private static func alternatives(
    _ token: Token
  ) -> [(hash: UInt32, factor: Double, text: String)] {
    var alternatives = [(hash: IssueVector.hash(token.text), factor: 1.0, text: token.text)]
    if token.kind == .word {
      for related in Thesaurus.related(to: token.text) {
        alternatives.append((IssueVector.hash(related), Thesaurus.weight, related))
      }
    }
    return alternatives
  }

  private mutating func weigh(_ corpus: some Corpus) throws {
    let count = Double(max(try corpus.issueCount(), 1))
    // Many lines may give thousands of tokens: look only the heaviest up.
    if terms.count > 600 {
      terms.sort { $0.weight > $1.weight }
      terms.removeLast(terms.count - 600)
    }
    let frequencies = try corpus.frequencies(terms.flatMap { $0.alternatives.map(\.text) })
    for index in terms.indices {
      let own = Double(frequencies[terms[index].token.text] ?? 0)
      terms[index].isKnown = own > 0
      terms[index].idf = log(1 + (count - own + 0.5) / (own + 0.5))
      terms[index].alternatives.removeAll { frequencies[$0.text] == nil }
      if terms[index].token.kind == .code {
        // An unknown code token says little by itself; its parts are asked for too.
        terms[index].weight *= own > 0 ? 1.5 : 0.3
      }
    }
    terms.sort { ($0.mass, $1.token.text) > ($1.mass, $0.token.text) }
    if terms.count > Query.termLimit { terms.removeLast(terms.count - Query.termLimit) }
  }

  /// What all terms together weigh.
  var mass: Double { terms.reduce(0) { $0 + $1.mass } }
}
