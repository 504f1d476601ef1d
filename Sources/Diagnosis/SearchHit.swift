/// An issue that a search found, with the parts of its score.
package struct SearchHit: Sendable {
  /// A word of the question that the issue has.
  package struct Word: Sendable {
    /// As it was asked.
    package let written: String
    /// The related word that was found in its place.
    package let related: String?
    /// Where the issue has it.
    package let fields: Field
    package let value: Double
  }

  package let issueID: Int
  /// The sum of the parts.
  package let score: Double
  /// The most telling first.
  package let words: [Word]
  /// What words in the same order add.
  package let runs: Double
  /// What a sample, or a value that a check refuses, adds.
  package let sample: Double
  /// What resolved reports say, where they point to the issue.
  package var learned: String?

  /// An issue that reports alone point to.
  package init(issueID: Int, score: Double, learned: String) {
    self.issueID = issueID
    self.score = score
    self.learned = learned
    words = []
    runs = 0
    sample = 0
  }

  init(_ candidate: Candidate, _ query: Query) {
    issueID = candidate.issueID
    score = candidate.score
    sample = candidate.sampleScore
    runs = candidate.score - candidate.wordScore - candidate.sampleScore
    let hits = candidate.hits.sorted {
      $0.value != $1.value ? $0.value > $1.value : $0.term < $1.term
    }
    words = hits.map {
      Word(
        written: query.terms[$0.term].written, related: $0.via.map(Thesaurus.word),
        fields: $0.fields, value: $0.value)
    }
  }

  /// Why the issue was found, in words: `title: exec, format; fix: image`.
  package var reason: String {
    var groups: [(place: String, words: [String])] = []
    var named: Set<String> = []
    for word in words where named.count < 8 {
      let name = word.related.map { "\(word.written) (as \($0))" } ?? word.written
      guard named.insert(name.lowercased()).inserted else { continue }
      let place = word.fields.place
      if let index = groups.firstIndex(where: { $0.place == place }) {
        groups[index].words.append(name)
      } else {
        groups.append((place, [name]))
      }
    }
    var reasons = groups.map { "\($0.place): \($0.words.joined(separator: ", "))" }
    if let learned { reasons.append("seen in reports: \(learned)") }
    return reasons.joined(separator: "; ")
  }
}

extension Field {
  private static let names: [(field: Field, name: String)] = [
    (.title, "title"), (.alias, "also seen as"), (.sample, "sample"), (.symptom, "symptom"),
    (.cause, "cause"), (.fix, "fix"), (.other, "text"),
  ]

  /// The fields' names, the most telling first.
  package var names: [String] {
    Field.names.filter { contains($0.field) }.map(\.name)
  }

  /// The most telling of the fields.
  var place: String { names.first ?? "text" }
}
