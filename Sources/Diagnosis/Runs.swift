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
  /// The share of the title's words that the line has, 0…1.
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
  /// What each word weighs in prose.
  private let prose: [Double]
  private let square: Double
  /// For each word of the line, the place of its last occurrence; earlier ones are chained.
  private var last: [UInt32: Int] = [:]
  private var earlier: [Int]
  /// Words that may stand for one of the line's.
  private var related: [UInt32: (place: Int, weight: Double)] = [:]
  /// Bits of the hashes in both: most words of an issue are in neither.
  private var filter = [UInt64](repeating: 0, count: 64)

  init(_ query: Query, line: Int) {
    self.line = line
    let words = Array(query.words[line].prefix(RunFinder.wordLimit))
    earlier = [Int](repeating: -1, count: words.count)
    for (place, word) in words.enumerated() {
      if let before = last[word.hash] { earlier[place] = before }
      last[word.hash] = place
    }
    let places = last.values.sorted()
    square = places.reduce(0) { $0 + words[$1].weight * words[$1].weight }
    prose = words.map { Rarity.inProse($0.hash) }
    self.words = words
    for place in places {
      for other in words[place].related where last[other.hash] == nil {
        let weight = other.factor * other.idf
        if related[other.hash]?.weight ?? 0 < weight { related[other.hash] = (place, weight) }
      }
    }
    for hash in last.keys { mark(hash) }
    for hash in related.keys { mark(hash) }
  }

  private mutating func mark(_ hash: UInt32) { filter[Int(hash >> 6 & 63)] |= 1 << UInt64(hash & 63) }

  private func mayHave(_ hash: UInt32) -> Bool {
    filter[Int(hash >> 6 & 63)] & 1 << UInt64(hash & 63) != 0
  }

  func find(in issue: IssueWords) -> RunMatch {
    var match = RunMatch()
    match.line = line
    guard !words.isEmpty else { return match }
    var state = RunState(count: words.count)
    issue.forEachText { text, hashes in
      state.begin()
      for index in 0..<hashes.count {
        state.position += 1
        if !mayHave(hashes[index]) { continue }
        if let place = last[hashes[index]] {
          extend(&state, &match, to: place, text.field)
        } else if let other = related[hashes[index]], !state.isSeen(other.place) {
          state.shared += other.weight * other.weight
          state.sharedMass += other.weight
        }
      }
      guard !text.field.isDisjoint(with: .telling), state.shared > 0 else { return }
      let likeness = state.shared / max(text.square * square, 1e-6).squareRoot()
      match.likeness = max(match.likeness, min(likeness, 1))
      match.contained = max(match.contained, min(state.sharedMass / max(text.mass, 8), 1))
      if text.field == .title {
        match.title = max(match.title, min(state.sharedMass / max(text.mass, 4), 1))
      }
    }
    for place in words.indices.dropFirst() where state.isPair[place] {
      match.pairs += min(words[place - 1].weight, words[place].weight)
    }
    return match
  }

  /// A word of the issue is one of the line's: runs that end before it grow.
  private func extend(
    _ state: inout RunState, _ match: inout RunMatch, to last: Int, _ field: Field
  ) {
    if !state.isSeen(last) { state.shared += words[last].weight * prose[last] }
    state.sharedMass += prose[last]
    // From the end of the line, so that a run's former end is still the former word's.
    var place = last
    while place >= 0 {
      var run = RunState.Run(position: state.position, weight: words[place].weight, count: 1)
      if place > 0, state.ends[place - 1].position == state.position - 1 {
        run.weight += state.ends[place - 1].weight
        run.count += state.ends[place - 1].count
        state.isPair[place] = true
      }
      state.ends[place] = run
      if run.count > 1, run.weight > match.longest {
        match.longest = run.weight
        match.longestCount = run.count
        match.longestEnd = place
        match.field = field
      }
      place = earlier[place]
    }
  }
}

/// What is known while an issue's words are gone through.
private struct RunState {
  /// A run that ends at a word of the line.
  struct Run {
    var position = -1
    var weight = 0.0
    var count = 0
  }

  var position = 0
  var ends: [Run]
  var isPair: [Bool]
  /// Of the text at hand: what shared words weigh.
  var shared = 0.0
  var sharedMass = 0.0
  private var text = 0
  private var seen: [Int]

  init(count: Int) {
    ends = [Run](repeating: Run(), count: count)
    isPair = [Bool](repeating: false, count: count)
    seen = [Int](repeating: 0, count: count)
  }

  /// A new text: no run goes over its border.
  mutating func begin() {
    position += 2
    text += 1
    shared = 0
    sharedMass = 0
  }

  /// Whether the word was met in this text; it is now.
  mutating func isSeen(_ place: Int) -> Bool {
    if seen[place] == text { return true }
    seen[place] = text
    return false
  }
}
