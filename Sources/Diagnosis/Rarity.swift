import Glibc

/// How much a word tells by being rare.
enum Rarity {
  /// The inverse document frequency of Robertson and Spärck Jones as BM25 has it, never more than
  /// the word's rarity in troubleshooting prose at large.
  static func idf(_ token: String, in count: Int, of issues: Int) -> Double {
    let own = Double(count)
    let among = log(1 + (max(Double(issues) - own, 0) + 0.5) / (own + 0.5))
    return CommonWords.share(token).map { min(among, -log($0)) } ?? among
  }

  /// The same with little for words that say nothing.
  static func weight(_ token: String, in count: Int, of issues: Int) -> Double {
    stopWords.contains(token) ? stopWord : idf(token, in: count, of: issues)
  }

  static let stopWord = 0.3

  /// A word's weight by its hash alone, for words of issues that were not asked for.
  static func inProse(_ hash: UInt32) -> Double { prose[hash] ?? 4 }

  private static let prose: WordTable<Double> = {
    var prose: [UInt32: Double] = [:]
    for (stem, share) in CommonWords.all { prose[IssueVector.hash(stem)] = min(4, -log(share)) }
    for word in stopWords { prose[IssueVector.hash(word)] = stopWord }
    return WordTable(prose)
  }()
}
