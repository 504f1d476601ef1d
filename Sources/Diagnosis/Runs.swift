/// Words of one line that stand side by side in an issue too.
struct RunMatch {
  /// The line, an index of the query's lines.
  var line = 0
  /// What pairs of neighbours weigh that are neighbours in one text of the issue.
  var pairs = 0.0
  /// The longest run: what its words weigh, how many they are, where it stands.
  var longest = 0.0
  var longestCount = 0
  /// Where it ends among the line's words.
  var longestEnd = 0
  var field: Field = []
  /// How alike the line and one of the title, aliases, samples and symptoms are, 0…1.
  var likeness = 0.0
  /// The greatest share of one of these texts that the line has, 0…1; short texts count less.
  var contained = 0.0
  /// The share of the title's words that the line has itself, 0…1.
  var title = 0.0
}

/// Finds runs: of a question's lines in the words of an issue.
///
/// Neighbouring pairs as evidence beside single words follow D. Metzler and W. B. Croft, "A Markov
/// random field model for term dependencies" (2005): the ordered pairs of its sequential
/// dependence model, with the rarer word's weight for each.
struct RunFinder {
  /// Words of a line that are looked at.
  private static let wordLimit = 100

  private let line: Int
  /// What each word of the line weighs.
  private let weights: [Double]
  private let square: Double
  /// For each word of the line, the place of its last occurrence; the ones before are chained.
  private let last: WordTable
  private var previous: [Int]
  /// Words that may stand for one of the line's: places in `relatives`.
  private let related: WordTable
  private let relatives: [(place: Int, weight: Double)]
  /// The run that ends at each place of the line; reused for each issue.
  private var ends: [RunEnd]

  /// A run that ends at a place: the text's word before, what it weighs, how many words it has.
  private struct RunEnd {
    var text = -1
    var weight = 0.0
    var count = 0
  }

  init(_ query: Query, line: Int) {
    self.line = line
    let words = query.words[line].prefix(RunFinder.wordLimit)
    var first: [UInt32: Int] = [:]
    var last: [UInt32: Int] = [:]
    previous = [Int](repeating: -1, count: words.count)
    for place in words.indices {
      if let earlier = last[words[place].hash] {
        previous[place] = earlier
      } else {
        first[words[place].hash] = place
      }
      last[words[place].hash] = place
    }
    weights = words.map(\.weight)
    let places = first.values.sorted()
    square = places.reduce(0) { $0 + words[$1].weight * words[$1].weight }
    var related: [UInt32: (place: Int, weight: Double)] = [:]
    for place in places {
      for other in words[place].related where first[other.hash] == nil {
        let weight = other.factor * other.idf
        if related[other.hash]?.weight ?? 0 < weight { related[other.hash] = (place, weight) }
      }
    }
    var relatives: [(place: Int, weight: Double)] = []
    var relativePlaces: [UInt32: Int] = [:]
    for (hash, relative) in related {
      relativePlaces[hash] = relatives.count
      relatives.append(relative)
    }
    self.relatives = relatives
    self.related = WordTable(relativePlaces)
    self.last = WordTable(last)
    ends = Array(repeating: RunEnd(), count: words.count)
  }

  mutating func find(in issue: IssueWords) -> RunMatch {
    var match = RunMatch()
    match.line = line
    guard !weights.isEmpty else { return match }
    for place in ends.indices { ends[place] = RunEnd() }
    // Pairs found, a bit for the place of each one's second word.
    var pairs: UInt128 = 0
    let prose = Rarity.inProse
    last.withView { last in
      related.withView { related in
        prose.table.withView { proseTable in
          prose.weights.withUnsafeBufferPointer { proseWeights in
            weights.withUnsafeBufferPointer { weights in
              ends.withUnsafeMutableBufferPointer { ends in
                var scan = Scan(
                  last: last, related: related, prose: proseTable, proseWeights: proseWeights,
                  weights: weights, ends: ends, previous: previous, relatives: relatives,
                  square: square)
                scan.read(issue, &match)
                pairs = scan.pairs
              }
            }
          }
        }
      }
    }
    for place in weights.indices.dropFirst() where pairs >> UInt128(place) & 1 == 1 {
      match.pairs += min(weights[place - 1], weights[place])
    }
    return match
  }

  /// One reading of an issue's words.
  private struct Scan {
    let last: WordTable.View
    let related: WordTable.View
    let prose: WordTable.View
    let proseWeights: UnsafeBufferPointer<Double>
    let weights: UnsafeBufferPointer<Double>
    let ends: UnsafeMutableBufferPointer<RunEnd>
    let previous: [Int]
    let relatives: [(place: Int, weight: Double)]
    let square: Double
    var pairs: UInt128 = 0
    private var position = 0

    init(
      last: WordTable.View, related: WordTable.View, prose: WordTable.View,
      proseWeights: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>,
      ends: UnsafeMutableBufferPointer<RunEnd>, previous: [Int],
      relatives: [(place: Int, weight: Double)], square: Double
    ) {
      self.last = last
      self.related = related
      self.prose = prose
      self.proseWeights = proseWeights
      self.weights = weights
      self.ends = ends
      self.previous = previous
      self.relatives = relatives
      self.square = square
    }

    mutating func read(_ issue: IssueWords, _ match: inout RunMatch) {
      issue.forEachText { field, text in
        position += 2
        let end = position + text.count
        if field.isDisjoint(with: .telling) {
          for index in 0..<text.count where last.mayHave(text[index]) {
            guard let place = last[text[index]] else { continue }
            position = end - text.count + index + 1
            noteRun(place, field, &match)
          }
        } else if sharesWords(text) {
          readTelling(text, field, &match)
        }
        position = end
      }
    }

    /// Whether a text has one of the line's words, or one that may stand for one: most have none, and
    /// nothing comes of them.
    @inline(__always)
    private func sharesWords(_ text: IssueWords.Text) -> Bool {
      for index in 0..<text.count {
        let hash = text[index]
        if last.mayHave(hash), last[hash] != nil { return true }
        if related.mayHave(hash), related[hash] != nil { return true }
      }
      return false
    }

    /// A text that tells what the problem is: how alike it is to the line counts, too.
    @inline(__always)
    private mutating func readTelling(
      _ text: IssueWords.Text, _ field: Field, _ match: inout RunMatch
    ) {
      // Places of the line that were met, a bit each.
      var seen: UInt128 = 0
      // Of the text's words: what they weigh, squared; of those shared, the product.
      var texts = 0.0
      var mass = 0.0
      var shared = 0.0
      var sharedMass = 0.0
      var ownMass = 0.0
      for index in 0..<text.count {
        position += 1
        let hash = text[index]
        guard let place = last[hash] else {
          let weight = prose[hash].map { proseWeights[$0] } ?? ProseWeights.rare
          texts += weight * weight
          mass += weight
          if let other = related[hash] {
            let relative = relatives[other]
            let bit = UInt128(1) << UInt128(relative.place)
            if seen & bit == 0 {
              seen |= bit
              shared += relative.weight * relative.weight
              sharedMass += min(relative.weight, weight)
            }
          }
          continue
        }
        var first = place
        while previous[first] >= 0 { first = previous[first] }
        let weight = weights[first]
        texts += weight * weight
        mass += weight
        let bit = UInt128(1) << UInt128(first)
        if seen & bit == 0 {
          seen |= bit
          shared += weight * weight
        }
        sharedMass += weight
        ownMass += weight
        noteRun(place, field, &match)
      }
      if shared > 0 {
        match.likeness = max(match.likeness, shared / (texts * square).squareRoot())
        match.contained = max(match.contained, sharedMass / max(mass, 8))
        if field == .title { match.title = max(match.title, ownMass / max(mass, 4)) }
      }
    }

    /// The text's word stands at `place` in the line, and perhaps at places before.
    private mutating func noteRun(_ place: Int, _ field: Field, _ match: inout RunMatch) {
      // From the end of the line, so that a run's former end is still the former word's.
      var place = place
      while place >= 0 {
        var run = RunEnd(text: position, weight: weights[place], count: 1)
        if place > 0, ends[place - 1].text == position - 1 {
          run.weight += ends[place - 1].weight
          run.count += ends[place - 1].count
          pairs |= UInt128(1) << UInt128(place)
        }
        ends[place] = run
        if run.count > 1, run.weight > match.longest {
          match.longest = run.weight
          match.longestCount = run.count
          match.longestEnd = place
          match.field = field
        }
        place = previous[place]
      }
    }
  }
}
