/// What reports would teach, tried on labelled questions: for measuring and for fitting thresholds.
package enum LessonTrial {
  /// An issue that the taught wordings point to.
  package struct Hit: Sendable {
    package let issueID: Int
    package let likeness: Double
    /// Two voices or more say so; then `likeness` is the second one's.
    package let counts: Bool
  }

  /// The thresholds that hold: for "possible", and for "known".
  package static let thresholds = (possible: Lessons.same, known: Lessons.surely)

  /// What a text is near to, the best first, from a likeness of `least` on.
  package static func hits(
    _ text: PastedText, taught: [LearnedWording], corpus: some Corpus, least: Double
  ) throws -> [Hit] {
    try Lessons(text, corpus: corpus, learned: Taught(wordings: taught), least: least).hits.map {
      Hit(issueID: $0.issueID, likeness: $0.likeness, counts: $0.counts)
    }
  }

  private struct Taught: LearnedCorpus {
    let wordings: [LearnedWording]

    func wordings(sharing terms: [String]) -> [LearnedWording] {
      let asked = Set(terms)
      return wordings.filter { !asked.isDisjoint(with: $0.terms) }
    }
  }
}
