import Diagnosis
import Glibc
import JSON

/// Measures over many queries.
enum Evaluation {
  struct Row {
    let name: String
    let results: [EvaluatedQuery]

    private var answerable: [EvaluatedQuery] { results.filter(\.isAnswerable) }
    private var unanswerable: [EvaluatedQuery] { results.filter { !$0.isAnswerable } }

    func recall(_ k: Int) -> Double? {
      share(answerable) { $0.rank.map { $0 <= k } ?? false }
    }

    var meanReciprocalRank: Double? {
      answerable.isEmpty
        ? nil
        : answerable.reduce(0) { $0 + ($1.rank.map { 1 / Double($0) } ?? 0) }
          / Double(answerable.count)
    }

    /// Of questions without an answer, those that were refused.
    var refusal: Double? { share(unanswerable, \.isRefused) }
    /// Of questions with an answer, those that were refused.
    var falseRefusal: Double? { share(answerable, \.isRefused) }
    /// Of answers called known, those that were right.
    var knownPrecision: Double? { share(results.filter { $0.verdict == .known }, \.isRight) }
    var known: Int { results.count { $0.verdict == .known } }

    /// Mean squared error of the confidence.
    var brier: Double? {
      results.isEmpty
        ? nil
        : results.reduce(0) { sum, result in
          let error = result.confidence - (result.isRight ? 1 : 0)
          return sum + error * error
        } / Double(results.count)
    }

    /// Expected calibration error over ten bins of equal width.
    var calibrationError: Double? {
      guard !results.isEmpty else { return nil }
      var error = 0.0
      for bin in 0..<10 {
        let members = results.filter { min(Int($0.confidence * 10), 9) == bin }
        guard !members.isEmpty else { continue }
        let confidence = members.reduce(0) { $0 + $1.confidence } / Double(members.count)
        let right = Double(members.count { $0.isRight }) / Double(members.count)
        error += abs(confidence - right) * Double(members.count) / Double(results.count)
      }
      return error
    }

    /// The greatest share of all questions that can be answered with 95 % of the answers right.
    var coverageAt95: Double? {
      guard !results.isEmpty else { return nil }
      var right = 0
      var best = 0
      for (index, result) in results.sorted(by: { $0.confidence > $1.confidence }).enumerated() {
        if result.isRight { right += 1 }
        if Double(right) / Double(index + 1) >= 0.95 { best = index + 1 }
      }
      return Double(best) / Double(results.count)
    }

    var medianMilliseconds: Double {
      let sorted = results.map(\.milliseconds).sorted()
      return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
  }

  static func rows(_ results: [EvaluatedQuery]) -> [Row] {
    var kinds: [String] = []
    for result in results where !kinds.contains(result.query.kind) {
      kinds.append(result.query.kind)
    }
    return kinds.sorted().map { kind in
      Row(name: kind, results: results.filter { $0.query.kind == kind })
    } + [Row(name: "overall", results: results)]
  }

  static func table(_ results: [EvaluatedQuery]) -> String {
    var text = padded("kind", 16) + "    n    R@1    R@3  MRR@10  refused  false refusal"
    text += "  Brier    ECE  cover95\n"
    for row in rows(results) {
      text += padded(row.name, 16) + leading("\(row.results.count)", 5)
      text += leading(decimal(row.recall(1)), 7) + leading(decimal(row.recall(3)), 7)
      text += leading(decimal(row.meanReciprocalRank), 8) + leading(decimal(row.refusal), 9)
      text += leading(decimal(row.falseRefusal), 15) + leading(decimal(row.brier), 7)
      text += leading(decimal(row.calibrationError), 7)
      text += leading(decimal(row.coverageAt95), 9) + "\n"
    }
    let all = Row(name: "", results: results)
    text += "\nR@1 \(decimal(all.recall(1)))  R@3 \(decimal(all.recall(3)))  "
    text += "MRR@10 \(decimal(all.meanReciprocalRank))\n"
    text += "refusal of unanswerable \(decimal(all.refusal))  "
    text += "false refusal \(decimal(all.falseRefusal))\n"
    text += "known: \(all.known), of them right \(decimal(all.knownPrecision))\n"
    text += "Brier \(decimal(all.brier))  ECE \(decimal(all.calibrationError))  "
    text += "coverage at 95 % precision \(decimal(all.coverageAt95))\n"
    text += "median \(decimal(all.medianMilliseconds)) ms\n"
    return text
  }

  /// `{"overall": {…}, "kinds": {"log": {…}, …}}`
  static func json(_ results: [EvaluatedQuery]) -> JSON {
    let rows = rows(results)
    return [
      "overall": json(rows[rows.count - 1]),
      "kinds": .object(rows.dropLast().map { .init($0.name, json($0)) }),
    ]
  }

  private static func json(_ row: Row) -> JSON {
    [
      "n": .integer(row.results.count), "recall_at_1": row.recall(1).json,
      "recall_at_3": row.recall(3).json, "recall_at_10": row.recall(10).json,
      "mrr_at_10": row.meanReciprocalRank.json, "refused": row.refusal.json,
      "false_refusal": row.falseRefusal.json, "known": .integer(row.known),
      "known_precision": row.knownPrecision.json, "brier": row.brier.json,
      "ece": row.calibrationError.json, "coverage_at_95": row.coverageAt95.json,
      "median_ms": .number(row.medianMilliseconds),
    ]
  }
}

private func share<T>(_ items: [T], _ isTrue: (T) -> Bool) -> Double? {
  items.isEmpty ? nil : Double(items.count { isTrue($0) }) / Double(items.count)
}

func decimal(_ value: Double?) -> String {
  guard let value else { return "-" }
  let scaled = Int((value * 1_000).rounded())
  let rest = String(scaled % 1_000)
  return "\(scaled / 1_000)." + String(repeating: "0", count: 3 - rest.count) + rest
}

func percentage(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

func leading(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
