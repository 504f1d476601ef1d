/// The terms of a question, for all the issues found.
final class AskedTerms: Sendable {
  let terms: [QueryTerm]
  init(_ terms: [QueryTerm]) { self.terms = terms }
}

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
  /// What words in the same order add.
  package let runs: Double
  /// What a sample, or a value that a check refuses, adds.
  package let sample: Double
  /// What resolved reports say, where they point to the issue.
  package var learned: String?
  private let hits: [TermHit]
  private let asked: AskedTerms?

  /// An issue that reports alone point to.
  package init(issueID: Int, score: Double, learned: String) {
    self.issueID = issueID
    self.score = score
    self.learned = learned
    runs = 0
    sample = 0
    hits = []
    asked = nil
  }

  init(_ candidate: Candidate, _ asked: AskedTerms) {
    issueID = candidate.issueID
    score = candidate.score
    sample = candidate.sampleScore
    runs = candidate.score - candidate.wordScore - candidate.sampleScore
    hits = candidate.hits
    self.asked = asked
  }

  /// The most telling first. Made when asked for, since of hundreds of issues a page shows twenty.
  package var words: [Word] {
    guard let asked else { return [] }
    let hits = hits.sorted { $0.value != $1.value ? $0.value > $1.value : $0.term < $1.term }
    return hits.map { hit in
      let term = asked.terms[hit.term]
      return Word(
        written: term.written, related: hit.via.map { Thesaurus.word(term.alternatives[$0].text) },
        fields: hit.fields, value: hit.value)
    }
  }

  /// Why the issue was found, in words: `title: exec, format; fix: image`.
  package var reason: String {
    var groups: [(place: String, words: String)] = []
    var named: [String] = []
    for word in words where named.count < 8 {
      let name = word.related.map { "\(word.written) (as \($0))" } ?? word.written
      let lower = name.lowercased()
      if named.contains(lower) { continue }
      named.append(lower)
      let place = word.fields.place
      if let index = groups.firstIndex(where: { $0.place == place }) {
        groups[index].words += ", " + name
      } else {
        groups.append((place, name))
      }
    }
    var reason = ""
    for group in groups {
      if !reason.isEmpty { reason += "; " }
      reason += group.place
      reason += ": "
      reason += group.words
    }
    if let learned { reason += (reason.isEmpty ? "" : "; ") + "seen in reports: \(learned)" }
    return reason
  }
}

extension Field {
  /// In the order of their bits.
  private static let names: [(field: Field, name: String)] = [
    (.title, "title"), (.alias, "also seen as"), (.sample, "sample"), (.symptom, "symptom"),
    (.cause, "cause"), (.fix, "fix"), (.other, "text"),
  ]

  /// The fields' names, the most telling first.
  package var names: [String] {
    Field.names.filter { contains($0.field) }.map(\.name)
  }

  /// The most telling of the fields.
  var place: String {
    let place = rawValue.trailingZeroBitCount
    return place < Field.names.count ? Field.names[place].name : "text"
  }
}
