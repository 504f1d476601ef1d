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
  private let words: [LineWord]
  private let square: Double
  /// Words that may stand for one of the line's.
  private let related: WordTable<(place: Int, weight: Double)>
  /// For each word of the line, the place of its first occurrence; the next ones are chained.
  private let first: WordTable<Int>
  private var next: [Int]

  init(_ query: Query, line: Int) {
    self.line = line
    let words = Array(query.words[line].prefix(RunFinder.wordLimit))
    var first: [UInt32: Int] = [:]
    var related: [UInt32: (place: Int, weight: Double)] = [:]
    next = [Int](repeating: -1, count: words.count)
    for place in words.indices.reversed() {
      if let later = first[words[place].hash] { next[place] = later }
      first[words[place].hash] = place
    }
    let places = first.values.sorted()
    square = places.reduce(0) { $0 + words[$1].weight * words[$1].weight }
    for place in places {
      for other in words[place].related where first[other.hash] == nil {
        let weight = other.factor * other.idf
        if related[other.hash]?.weight ?? 0 < weight { related[other.hash] = (place, weight) }
      }
    }
    self.words = words
    self.first = WordTable(first)
    self.related = WordTable(related)
  }

  func find(in issue: IssueWords) -> RunMatch {
    var match = RunMatch()
    match.line = line
    guard !words.isEmpty else { return match }
    var isPair = [Bool](repeating: false, count: words.count)
    // Weight and count of the run that ends at each place of the line, and the text before.
    var ends = [(text: Int, weight: Double, count: Int)](
      repeating: (-1, 0, 0), count: words.count)
    var position = 0
    issue.forEachText { field, text in
      position += 2
      // Places of the line, a bit each.
      var seen: UInt128 = 0
      func isNew(_ place: Int) -> Bool {
        let bit = UInt128(1) << UInt128(place)
        defer { seen |= bit }
        return seen & bit == 0
      }
      // Of the text's words: what they weigh, squared; of those shared, the product.
      var texts = 0.0
      var mass = 0.0
      var shared = 0.0
      var sharedMass = 0.0
      var ownMass = 0.0
      let isTelling = !field.isDisjoint(with: .telling)
      for index in 0..<text.count {
        position += 1
        let hash = text[index]
        guard var place = first[hash] else {
          if isTelling {
            let weight = Rarity.inProse(hash)
            texts += weight * weight
            mass += weight
            if let other = related[hash], isNew(other.place) {
              shared += other.weight * other.weight
              sharedMass += min(other.weight, weight)
            }
          }
          continue
        }
        if isTelling {
          let weight = words[place].weight
          texts += weight * weight
          mass += weight
          if isNew(place) { shared += weight * weight }
          sharedMass += weight
          ownMass += weight
        }
        // From the end of the line, so that a run's former end is still the former word's.
        var places = [place]
        while next[place] >= 0 {
          place = next[place]
          places.append(place)
        }
        for place in places.reversed() {
          var run = (text: position, weight: words[place].weight, count: 1)
          if place > 0, ends[place - 1].text == position - 1 {
            run.weight += ends[place - 1].weight
            run.count += ends[place - 1].count
            isPair[place] = true
          }
          ends[place] = run
          if run.count > 1, run.weight > match.longest {
            match.longest = run.weight
            match.longestCount = run.count
            match.longestEnd = place
            match.field = field
          }
        }
      }
      if isTelling, shared > 0 {
        match.likeness = max(match.likeness, shared / (texts * square).squareRoot())
        match.contained = max(match.contained, sharedMass / max(mass, 8))
        if field == .title { match.title = max(match.title, ownMass / max(mass, 4)) }
      }
    }
    for place in words.indices.dropFirst() where isPair[place] {
      match.pairs += min(words[place - 1].weight, words[place].weight)
    }
    return match
  }
}
