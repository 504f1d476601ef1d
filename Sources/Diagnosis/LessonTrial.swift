/// What reports would teach, tried on labelled questions: for measuring the thresholds.
package struct LessonTrial {
  /// The thresholds that hold: for "possible", and for "known".
  package static let thresholds = (possible: Lessons.same, known: Lessons.surely)

  private let hits: [Lessons.Hit]

  /// Asks a text where these wordings were taught, from a likeness of `least` on.
  package init(
    _ text: PastedText, taught: [LearnedWording], corpus: some Corpus, least: Double
  ) throws {
    hits = try Lessons.near(
      text, corpus: corpus, learned: Taught(wordings: taught), least: least)
  }

  /// The issue that one member's word would make possible, were `same` the threshold.
  package func possible(same: Double) -> Int? {
    Lessons.telling(hits.filter { $0.likeness >= same }).first?.issueID
  }

  /// The issue that two members' words would make known, were `surely` the threshold. Where two issues are
  /// taught the same words, none is.
  package func known(surely: Double) -> Int? {
    let near = hits.filter { $0.counts && $0.likeness >= min(surely, Lessons.same) }
    return near.count == 1 && near[0].likeness >= surely ? near[0].issueID : nil
  }

  private struct Taught: LearnedCorpus {
    let wordings: [LearnedWording]

    func wordings(sharing terms: [String]) -> [LearnedWording] {
      let asked = Set(terms)
      return wordings.filter { !asked.isDisjoint(with: $0.terms) }
    }
  }
}
