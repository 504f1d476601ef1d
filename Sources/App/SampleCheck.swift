import Diagnosis
import Guide
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

  /// Texts of an issue's samples that are wrong now.
  static func wrong(ofIssue id: Int, _ writing: Writing) throws -> [String: GuideError] {
    let samples = try writing.reading.samples(ofIssue: id)
    guard !samples.isEmpty else { return [:] }
    try writing.flushTerms()
    guard let corpus = try writing.reading.corpus(guide: nil) else { return [:] }
    var wrong: [String: GuideError] = [:]
    for sample in samples {
      if let fault = try fault(of: sample, corpus: corpus, writing.reading) {
        wrong[(sample.negative ? "not " : "") + sample.text] = GuideError(
          line: sample.line,
          reason: "The sample \"\(sample.text.prefix(200))\" would be broken: \(fault). "
            + "Change the sample, or say in the issue what tells it apart.")
      }
    }
    return wrong
  }

  /// Refuses a write after which a sample of the issue is wrong that was not before.
  static func guardSamples(
    ofIssue id: Int, before: [String: GuideError], _ writing: Writing
  ) throws {
    let broken = try wrong(ofIssue: id, writing).filter { before[$0.key] == nil }.values
      .sorted { $0.line < $1.line }
    if !broken.isEmpty { throw BrokenSamples(mistakes: broken) }
  }
}
