import Diagnosis
import JSON
import Store

/// How well one question's words lead to another one's issue, over the thresholds of likeness: each
/// labelled question is asked in a base that all the others of its file have taught, as resolved
/// reports of members would.
struct LessonMeasure {
  let crowd = Int(EnvX.get("CROWD") ?? "99")!
  /// What a threshold would answer.
  struct Row {
    let threshold: Double
    /// One member taught each issue: "possible".
    var possible = Count()
    /// Each question was another member's: "known".
    var known = Count()
  }

  struct Count {
    var right = 0
    var wrong = 0

    var precision: Double? { right + wrong == 0 ? nil : Double(right) / Double(right + wrong) }
  }

  private(set) var rows = stride(from: 30, through: 95, by: 5).map {
    Row(threshold: Double($0) / 100)
  }
  private(set) var questions = 0
  /// Those with another question about the same issue, and with two others: what could be found.
  private(set) var findable = (possible: 0, known: 0)

  init(_ paths: [String], in store: Store) throws {
    defer { store.close() }
    try store.read(as: .system, deadline: 600_000) { reading in
      guard let corpus = try reading.corpus(guide: nil) else { return }
      for path in paths { try add(try LabelledQuery.read(path), corpus) }
    }
  }

  private mutating func add(_ queries: [LabelledQuery], _ corpus: StoredCorpus) throws {
    var numbers: [String: Int] = [:]
    for name in queries.flatMap(\.relevant) where numbers[name] == nil {
      numbers[name] = numbers.count
    }
    func issue(_ query: LabelledQuery) -> Int? { query.relevant.first.flatMap { numbers[$0] } }
    let wordings = queries.map { Wording.read($0.text) }
    // Only what teaches at all can be found by it.
    let teachers = queries.indices.filter { issue(queries[$0]) != nil && !wordings[$0].isEmpty }
    for (index, query) in queries.enumerated() {
      let right = Set(query.relevant.compactMap { numbers[$0] })
      let others = teachers.filter { $0 != index }
      questions += 1
      let alike = others.count { right.contains(issue(queries[$0])!) }
      findable.possible += alike > 0 ? 1 : 0
      findable.known += alike > 1 ? 1 : 0
      func taught(voice: (Int) -> String) -> [LearnedWording] {
        others.flatMap { other in
          wordings[other].map {
            LearnedWording(
              issueID: issue(queries[other])!, voice: voice(other), isMember: true,
              isAccepted: false, terms: $0.terms)
          }
        }
      }
      let text = Intake.read(query.text)
      // What the issues' own words answer is never asked of reports.
      let own = try Matcher().match(text, corpus: corpus, limit: 5).verdict
      if own == .known { continue }
      let least = rows[0].threshold
      let one = try LessonTrial.hits(
        text, taught: taught { _ in "one" }, corpus: corpus, least: least)
      let many = try LessonTrial.hits(
        text, taught: taught { "\($0)" }, corpus: corpus, least: least
      ).filter(\.counts)
      for place in rows.indices {
        let threshold = rows[place].threshold
        if own == .unknown, let best = one.first, best.likeness >= threshold,
          one.count(where: { $0.likeness >= threshold }) <= crowd
        {
          rows[place].possible.add(right.contains(best.issueID))
        }
        // Where two issues are taught the same words, none is known.
        let contested = min(threshold, LessonTrial.thresholds.possible)
        let near = many.filter { $0.likeness >= contested }
        if near.count == 1, near[0].likeness >= threshold {
          rows[place].known.add(right.contains(near[0].issueID))
        }
      }
    }
  }

  var table: String {
    var text =
      "\(questions) questions; another one about the same issue: \(findable.possible), two others: \(findable.known)\n\n"
    text +=
      "likeness  possible: right wrong precision recall   known: right wrong precision recall\n"
    for row in rows {
      text += "\(percentage(row.threshold))".padded(to: 10)
      text += LessonMeasure.columns(row.possible, of: findable.possible, from: 10)
      text += LessonMeasure.columns(row.known, of: findable.known, from: 7)
      if row.threshold == LessonTrial.thresholds.possible { text += " <- possible" }
      if row.threshold == LessonTrial.thresholds.known { text += " <- known" }
      text += "\n"
    }
    return text
  }

  private static func columns(_ count: Count, of findable: Int, from start: Int) -> String {
    let recall = findable == 0 ? "-" : percentage(Double(count.right) / Double(findable))
    return String(repeating: " ", count: start) + "\(count.right)".padded(to: 6)
      + "\(count.wrong)".padded(to: 6)
      + (count.precision.map(percentage) ?? "-").padded(to: 10) + recall.padded(to: 9)
  }

  var json: JSON {
    [
      "questions": .integer(questions),
      "findable": [
        "possible": .integer(findable.possible), "known": .integer(findable.known),
      ],
      "rows": .array(
        rows.map {
          [
            "likeness": .number($0.threshold), "possible": LessonMeasure.json($0.possible),
            "known": LessonMeasure.json($0.known),
          ]
        }),
    ]
  }

  private static func json(_ count: Count) -> JSON {
    ["right": .integer(count.right), "wrong": .integer(count.wrong)]
  }
}

extension LessonMeasure.Count {
  fileprivate mutating func add(_ isRight: Bool) {
    if isRight { right += 1 } else { wrong += 1 }
  }
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

import Glibc
enum EnvX { static func get(_ n: String) -> String? { getenv(n).map { String(cString: $0) } } }
