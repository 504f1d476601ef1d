/// An issue with its score and what it rests on.
///
/// A class, since the best of hundreds are sorted, and what they rest on need not be moved for that.
final class Candidate {
  let issueID: Int
  let isInScope: Bool
  var sample: SampleHit?
  /// A value in the text that a check of the issue refuses.
  var check: BrokenCheck?
  var hits: [TermHit] = []
  /// The sum that ranks: words, sample and runs.
  var score = 0.0
  /// What the words alone come to.
  var wordScore = 0.0
  /// What samples add.
  var sampleScore = 0.0
  /// The line the issue explains most of; an index of the query's lines.
  var line: Int?
  /// Runs of words shared with one line; known for the best candidates only.
  var runs = RunMatch()

  init(issueID: Int, isInScope: Bool) {
    self.issueID = issueID
    self.isInScope = isInScope
  }
}

/// One query term found in an issue.
struct TermHit {
  let term: Int
  var value: Double
  let factor: Double
  let fields: Field
  /// Which of the term's alternatives was found instead of the term itself.
  let via: Int?
}

/// A sample found in a line.
struct SampleHit {
  let line: Int
  /// 0…1: how much of the sample the line has, its words weighed by rarity.
  let overlap: Double
  let words: Int
  let text: String
  let negative: Bool
  /// Whether the line names services by their ports, and none of those that the sample names.
  let isOtherService: Bool

  /// 0…1: a sample of few words says less.
  var strength: Double { overlap * min(1, Double(words) / 5) }

  /// 0…1: nothing for two thirds of a sample, which half the messages of a program share.
  var closeness: Double {
    let above = max(0, overlap - 0.6) / 0.4
    return above * above * min(1, Double(words) / 4)
  }

  func isBetter(than other: SampleHit?) -> Bool {
    guard let other else { return true }
    return (strength, Double(words)) > (other.strength, Double(other.words))
  }
}
