/// Finds samples of issues in the lines of a text.
enum SampleSearch {
  /// Lines looked at, the heaviest first.
  private static let lineLimit = 80

  /// What is left of a likeness when the line speaks of another service than the sample.
  private static let otherService = 0.75

  /// The best sample for each issue.
  static func hits(_ lines: [SignalLine], corpus: some Corpus) throws -> [Int: SampleHit] {
    let heavy = lines.sorted { ($0.weight, $1.number) > ($1.weight, $0.number) }.prefix(lineLimit)
    var pairs: [(line: Int, words: [String], sample: CorpusSample)] = []
    for line in heavy {
      let words = Array(Analyzer.words(of: Template.of(line.text)).prefix(120))
      let keys = Shingles.keys(ofLine: words)
      if keys.isEmpty { continue }
      for sample in try corpus.samples(sharing: keys) { pairs.append((line.number, words, sample)) }
    }
    if pairs.isEmpty { return [:] }
    let issues = try corpus.issueCount()
    let sampleWords = pairs.map { Analyzer.words(of: Template.of($0.sample.text)) }
    let frequencies = try corpus.frequencies(Array(Set(sampleWords.joined())))
    var ports: [Int: Set<Int>] = [:]
    for line in heavy { ports[line.number] = ServicePorts.of(line.text) }
    var hits: [Int: SampleHit] = [:]
    for (pair, words) in zip(pairs, sampleWords) {
      let weights = words.map { Rarity.weight($0, in: frequencies[$0] ?? 0, of: issues) }
      let overlap = Shingles.overlap(sample: words, weights: weights, line: pair.words)
      guard overlap >= 0.6 else { continue }
      let isOther = ServicePorts.differ(
        ServicePorts.of(pair.sample.text), ports[pair.line] ?? [])
      let hit = SampleHit(
        line: pair.line, overlap: isOther ? overlap * otherService : overlap, words: words.count,
        text: pair.sample.text, negative: pair.sample.negative, isOtherService: isOther)
      if hit.isBetter(than: hits[pair.sample.issueID]) { hits[pair.sample.issueID] = hit }
    }
    return hits
  }
}
