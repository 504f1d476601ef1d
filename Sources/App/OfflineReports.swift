import Diagnosis
import Guide
package import JSON
package import Store

extension Offline {
  /// Opens a report or records an outcome.
  package static func report(
    text: String, issue: String?, report: String?, diagnosis: String? = nil, fix: Int?,
    result: OutcomeResult?, note: String, reporter: String, store: Store
  ) throws -> (text: String, json: JSON) {
    if (fix == nil) != (result == nil) {
      throw Failure.missing(fix == nil ? "fix" : "result")
    }
    var issueID: Int?
    if let issue {
      switch try store.read(as: .system, { try $0.issueID(named: issue) }) {
      case .issue(let id), .moved(let id, _): issueID = id
      case nil: throw Failure.invalid("issue", "There is no issue \(issue).")
      }
    }
    let hasText = text.contains { !$0.isWhitespace }
    guard hasText || issueID != nil || report != nil || diagnosis != nil else {
      throw Failure.missing("text")
    }
    let masked = SecretMasker.mask(hasText ? text : issue ?? "").text
    let maskedNote = SecretMasker.mask(note).text
    let issueOfReport = issueID
    return try store.write(as: Author(viewer: .system, name: reporter)) { writing in
      let id: String
      if let report {
        id = report
      } else if let diagnosis {
        guard let cited = try writing.reading.diagnosis(diagnosis) else {
          throw Failure.invalid("diagnosis", "There is no diagnosis \(diagnosis).")
        }
        id = try writing.report(ofDiagnosis: cited, reporter: reporter, source: .person).id
      } else {
        id = try writing.openReport(
          NewReport(text: masked, issueID: issueOfReport, reporter: reporter, source: .person)
        ).id
      }
      guard let fix, let result else {
        return ("opened report \(id)\n", ["report": .string(id)])
      }
      let recorded = try writing.record(
        NewOutcome(
          fixID: fix, result: result, note: maskedNote, reporter: reporter, source: .person),
        forReport: id)
      let evidence = try writing.reading.fix(fix)?.evidence ?? .none
      return (
        "recorded for report \(id): fix \(fix) \(evidence.inWords)\n",
        [
          "report": .string(id), "id": .integer(recorded.id),
          "state": .string(recorded.report.state.rawValue),
        ]
      )
    }
  }

  /// Records what a fix did for a diagnosis, as its page does.
  package static func record(
    diagnosis id: String, fix: Int, result: OutcomeResult, observed: String, reporter: String,
    store: Store
  ) throws {
    let observed = SecretMasker.mask(observed).text
    try store.write(as: Author(viewer: .system, name: reporter)) { writing in
      guard let diagnosis = try writing.reading.diagnosis(id) else {
        throw Failure.notFound("diagnosis")
      }
      let report = try writing.report(
        ofDiagnosis: diagnosis, reporter: reporter, source: .person)
      _ = try writing.record(
        NewOutcome(
          fixID: fix, result: result, observed: observed, reporter: reporter, source: .person),
        forReport: report.id)
    }
  }

  /// Tells that something else fixed what was diagnosed.
  package static func close(
    diagnosis id: String, issue slug: String?, text: String, reporter: String, store: Store
  ) throws {
    let text = SecretMasker.mask(text).text
    try store.write(as: Author(viewer: .system, name: reporter)) { writing in
      guard let diagnosis = try writing.reading.diagnosis(id) else {
        throw Failure.notFound("diagnosis")
      }
      var issueID: Int?
      if let slug {
        switch try writing.reading.issueID(named: slug) {
        case .issue(let id), .moved(let id, _): issueID = id
        case nil: break
        }
      }
      let report = try writing.openReport(
        NewReport(
          text: diagnosis.kept ?? diagnosis.excerpt, issueID: issueID, diagnosisID: id,
          reporter: reporter, source: .person))
      _ = try writing.closeReport(report.id, by: "other", text: text)
    }
  }

  /// A sample that does not do what it should.
  package struct WrongSample: Sendable {
    package let issue: String
    package let line: String
    package let what: String
  }

  /// Whether each sample leads to its issue, and each `not-sample` does not.
  package struct SampleTest: Sendable {
    package var issues = 0
    package var samples = 0
    package var wrong: [WrongSample] = []

    package var json: JSON {
      [
        "issues": .integer(issues), "samples": .integer(samples),
        "wrong": .array(
          wrong.map {
            ["issue": .string($0.issue), "line": .string($0.line), "what": .string($0.what)]
          }),
      ]
    }
  }

  /// Diagnoses every sample: it must lead to its issue first, a `not-sample` must not.
  package static func testSamples(guide: String?, store: Store) throws -> SampleTest {
    try store.read(as: .system, deadline: 600_000) { reading in
      guard let corpus = try reading.corpus(guide: guide) else {
        throw Failure.invalid("guide", "There is no guide \(guide ?? "").")
      }
      var test = SampleTest()
      for sample in try reading.allSamples(guide: guide) {
        test.samples += 1
        if let what = try SampleCheck.fault(of: sample, corpus: corpus, reading) {
          test.wrong.append(WrongSample(issue: sample.slug, line: sample.text, what: what))
        }
      }
      test.issues = try reading.corpus(guide: guide)?.visibleIssues() ?? 0
      return test
    }
  }
}
