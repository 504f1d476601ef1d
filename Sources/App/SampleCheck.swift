import Diagnosis
import Guide
import JSON
import Store

/// A write would break samples of the issue.
struct BrokenSamples: Error {
  let mistakes: [GuideError]
}

/// Samples are tests: a sample must lead to its issue, a `not-sample` must not.
enum SampleCheck {
  /// What is wrong with a sample, or nil.
  static func fault(
    of sample: OwnedSample, corpus: StoredCorpus, _ reading: Reading
  ) throws -> String? {
    let judgement = try Matcher().match(Intake.read(sample.text), corpus: corpus, limit: 3)
    let first = judgement.matches.first
    let leadsHere = first?.issueID == sample.issueID && judgement.verdict != .unknown
    if sample.negative {
      return leadsHere && judgement.verdict == .known ? "a not-sample leads to this issue" : nil
    }
    if leadsHere { return nil }
    if judgement.verdict == .unknown { return "it is not known" }
    let other = try first.flatMap { try reading.summaries([$0.issueID]).first?.slug }
    return "it leads to \(other ?? "nothing")"
  }
}

/// A sample of another issue that a write has broken: told, not refused, since the other issue's
/// author may be the one to act.
struct BrokenSample: Sendable {
  let issue: String
  let text: String
  let what: String

  var json: JSON {
    ["issue": .string(issue), "sample": .string(text), "detail": .string(what)]
  }
}

/// Compares the samples before a write with those after it: of the issue, and of those nearest to
/// what it says.
struct SampleGuard {
  /// Issues whose samples are looked at, and samples of them: a write must not wait for all.
  private static let neighbours = 8
  private static let sampleLimit = 24

  private let issueID: Int?
  private let others: [OwnedSample]
  private let wrongBefore: Set<String>
  private let wrongOthersBefore: Set<String>

  /// Before the write. `id` is nil for a new issue.
  init(issue id: Int?, title: String, markdown: String, _ writing: Writing) throws {
    issueID = id
    let corpus = try SampleGuard.corpus(writing)
    wrongBefore = Set(
      try id.map {
        try SampleGuard.wrong(try writing.reading.samples(ofIssue: $0), corpus, writing).map(
          \.sample.key)
      } ?? [])
    let text = String((title + "\n" + markdown).prefix(6_000))
    let words = PastedText(
      lines: [SignalLine(number: 1, text: text, weight: 1)], lineCount: 1,
      byteCount: text.utf8.count, redacted: 0, isLog: false)
    var others: [OwnedSample] = []
    for hit in try Matcher().search(words, corpus: corpus, limit: SampleGuard.neighbours)
    where hit.issueID != id {
      others += try writing.reading.samples(ofIssue: hit.issueID)
    }
    self.others = Array(others.prefix(SampleGuard.sampleLimit))
    wrongOthersBefore = Set(
      try SampleGuard.wrong(self.others, corpus, writing).map(\.sample.key))
  }

  /// After the write: refuses it when a sample of the issue is wrong that was not; returns those
  /// of others.
  func check(saved id: Int, _ writing: Writing) throws -> [BrokenSample] {
    try writing.flushTerms()
    let corpus = try SampleGuard.corpus(writing)
    let own = try SampleGuard.wrong(try writing.reading.samples(ofIssue: id), corpus, writing)
      .filter { !wrongBefore.contains($0.sample.key) }
    if !own.isEmpty {
      throw BrokenSamples(
        mistakes: own.sorted { $0.sample.line < $1.sample.line }.map { sample, fault in
          GuideError(
            line: sample.line,
            reason: "The sample \"\(sample.text.prefix(200))\" would be broken: \(fault). "
              + "Change the sample, or say in the issue what tells it apart.")
        })
    }
    return try SampleGuard.wrong(others, corpus, writing)
      .filter { !wrongOthersBefore.contains($0.sample.key) }
      .map { BrokenSample(issue: $0.sample.slug, text: $0.sample.text, what: $0.fault) }
  }

  private static func corpus(_ writing: Writing) throws -> StoredCorpus {
    // Without a guide there is always one.
    try writing.reading.corpus(guide: nil)!
  }

  private static func wrong(
    _ samples: [OwnedSample], _ corpus: StoredCorpus, _ writing: Writing
  ) throws -> [(sample: OwnedSample, fault: String)] {
    try samples.compactMap { sample in
      try SampleCheck.fault(of: sample, corpus: corpus, writing.reading).map { (sample, $0) }
    }
  }
}

extension OwnedSample {
  /// The same sample before and after a write, whatever its line is then.
  fileprivate var key: String { "\(issueID) \(negative ? "not" : "is") \(text)" }
}
