import Glibc

/// How much a word tells by being rare.
enum Rarity {
  /// The inverse document frequency of Robertson and Spärck Jones as BM25 has it, never more than
  /// the word's rarity in troubleshooting prose at large.
  static func idf(_ token: String, in count: Int, of issues: Int) -> Double {
    // A few issues cannot tell rare words from common ones, and theirs would weigh next to nothing:
    // they are counted as if there were more, with a word in as many of those as the square root says.
    let all = max(Double(issues), Rarity.smallBase)
    let own = Double(count) * (all / max(Double(issues), 1)).squareRoot()
    let among = log(1 + (max(all - own, 0) + 0.5) / (own + 0.5))
    return CommonWords.share(token).map { min(among, -log($0)) } ?? among
  }

  /// The same with little for words that say nothing.
  static func weight(_ token: String, in count: Int, of issues: Int) -> Double {
    stopWords.contains(token) ? stopWord : idf(token, in: count, of: issues)
  }

  static let stopWord = 0.3
  /// Below so many issues their counts alone say too little.
  private static let smallBase = 8.0

  /// Words' weights by their hashes alone, for words of issues that were not asked for.
  static let inProse = ProseWeights()
}

/// What the words of troubleshooting prose weigh, by their hashes.
struct ProseWeights: Sendable {
  /// Of words that prose does not have, and of those it has a little more often.
  static let rare = 4.0

  let table: WordTable
  let weights: [Double]

  fileprivate init() {
    var prose: [UInt32: Double] = [:]
    for (stem, share) in CommonWords.all {
      prose[IssueVector.hash(stem)] = min(ProseWeights.rare, -log(share))
    }
    for word in stopWords { prose[IssueVector.hash(word)] = Rarity.stopWord }
    var places: [UInt32: Int] = [:]
    var weights: [Double] = []
    for (hash, weight) in prose {
      places[hash] = weights.count
      weights.append(weight)
    }
    self.weights = weights
    table = WordTable(places)
  }
}
