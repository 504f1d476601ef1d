import Diagnosis
import Glibc
import JSON
import Store

/// One line of a file of labelled queries.
struct LabelledQuery {
  let id: String
  let text: String
  let kind: String
  /// Titles or external ids, best first; empty: there is no answer.
  let relevant: [String]
  /// The guide to look in, where the file says so for each query.
  let guide: String?

  static func read(_ path: String) throws -> [LabelledQuery] {
    var number = 0
    return try readFile(path).split(separator: 0x0a).map { line in
      number += 1
      guard let json = try? JSON.read(Array(line)), let text = json["query"]?.text else {
        throw CommandError("\(path):\(number): needs a JSON object with \"query\"")
      }
      return LabelledQuery(
        id: json["id"]?.text ?? "\(number)", text: text, kind: json["kind"]?.text ?? "all",
        relevant: json["relevant"]?.items?.compactMap(\.text) ?? [], guide: json["guide"]?.text)
    }
  }
}

extension LabelledQuery {
  /// Queries out of "This was another problem": with the right issue (`feedback`), or where none was
  /// named, as questions that nothing here answers (`rejected`).
  static func feedback(_ reading: Reading) throws -> [LabelledQuery] {
    try reading.feedbackLabels().map {
      LabelledQuery(
        id: "feedback-\($0.id)", text: $0.text, kind: $0.right == nil ? "rejected" : "feedback",
        relevant: $0.right.map { [$0] } ?? [], guide: nil)
    }
  }
}

/// A query with what came of it.
struct EvaluatedQuery {
  let query: LabelledQuery
  /// Place of the first relevant issue, from 1; nil when it is not among the first ten.
  let rank: Int?
  let verdict: Verdict
  let confidence: Double
  let milliseconds: Double
  let best: [(title: String, confidence: Double, evidence: [Evidence])]
  let features: [Double]
  /// Features of the best issue when the relevant ones are taken away: an answer would be wrong.
  let featuresWithout: [Double]

  /// Diagnoses every query of a file.
  static func all(_ path: String, guide: String?, in store: Store) throws -> [EvaluatedQuery] {
    let queries = try LabelledQuery.read(path)
    return try all(guide: guide, in: store) { _ in queries }
  }

  static func all(
    guide: String?, in store: Store, _ queries: (Reading) throws -> [LabelledQuery]
  ) throws -> [EvaluatedQuery] {
    defer { store.close() }
    return try store.read(as: .system, deadline: 600_000) { reading in
      try queries(reading).map { try EvaluatedQuery($0, guide: guide, reading) }
    }
  }

  init(_ query: LabelledQuery, guide: String?, _ reading: Reading) throws {
    self.query = query
    let started = now()
    guard let corpus = try reading.corpus(guide: query.guide ?? guide) else {
      throw CommandError("there is no guide \(query.guide ?? guide ?? "")")
    }
    // Ranks count for `unknown` too, so all ten are asked for.
    let text = Intake.read(query.text)
    let judgement = try Matcher().match(text, corpus: corpus, limit: 10, keepsAll: true)
    milliseconds = now() - started
    verdict = judgement.verdict
    confidence = judgement.matches.first?.confidence ?? 0
    features = judgement.features
    let summaries = try reading.summaries(judgement.matches.map(\.issueID))
    let byID = Dictionary(uniqueKeysWithValues: summaries.map { ($0.id, $0) })
    let wanted = Set(query.relevant)
    func isWanted(_ id: Int) -> Bool {
      guard let issue = byID[id] else { return false }
      return wanted.contains(issue.title) || issue.externalID.map { wanted.contains($0) } ?? false
    }
    rank = judgement.matches.firstIndex { isWanted($0.issueID) }.map { $0 + 1 }
    let right = Set(judgement.matches.map(\.issueID).filter(isWanted))
    featuresWithout =
      right.isEmpty
      ? []
      : try Matcher().match(text, corpus: corpus, limit: 1, keepsAll: true, without: right).features
    best = judgement.matches.prefix(3).map {
      (byID[$0.issueID]?.title ?? "", $0.confidence, $0.evidence)
    }
  }

  /// The query with what came of it, for work with other tools.
  var json: JSON {
    [
      "id": .string(query.id), "kind": .string(query.kind), "query": .string(query.text),
      "answerable": .bool(isAnswerable), "rank": rank.map { .integer($0) } ?? .null,
      "verdict": .string(verdict.rawValue), "confidence": .number(confidence),
      "best": .array(best.map { .string($0.title) }),
      "features": .object(zip(Judge.featureNames, features).map { .init($0, .number($1)) }),
      "features_without": .object(
        zip(Judge.featureNames, featuresWithout).map { .init($0, .number($1)) }),
    ]
  }

  var isAnswerable: Bool { !query.relevant.isEmpty }
  var isRefused: Bool { verdict == .unknown }
  var isRight: Bool { rank == 1 }
  var isMiss: Bool { isAnswerable ? !isRight || isRefused : !isRefused }

  var explanation: String {
    var text =
      "\n\(query.id) (\(query.kind)) \(verdict.rawValue) \(percentage(confidence)), rank \(rank.map(String.init) ?? "-")\n"
    text += "  " + query.text.prefix(200).split(separator: "\n").joined(separator: " | ") + "\n"
    text +=
      "  wanted: " + (query.relevant.isEmpty ? "nothing" : query.relevant.joined(separator: "; "))
      + "\n"
    for match in best {
      text += "  \(percentage(match.confidence)) \(match.title)\n"
      for evidence in match.evidence.prefix(2) {
        text += "      \(evidence.line) \(evidence.reason.rawValue): \(evidence.detail)\n"
      }
    }
    return text
  }
}

private func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) * 1_000 + Double(time.tv_nsec) / 1_000_000
}
