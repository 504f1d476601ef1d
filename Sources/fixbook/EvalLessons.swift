import Diagnosis
import JSON
import Store

/// What the labelled questions of a file would teach each other, over the thresholds of likeness: each is
/// asked where all the others have been taught, as resolved reports of members would.
struct LessonMeasure {
  struct Row {
    let threshold: Double
    /// One member taught: "possible". Of all questions, and of those which the issues' own words leave
    /// unknown.
    var possible = (all: Count(), unknown: Count())
    /// Each question was another member's: "known". Of those which the issues' own words do not make known.
    var known = Count()
    /// The same question again with other numbers in it, where it was taught itself.
    var again = Count()
  }

  struct Count {
    private(set) var right = 0
    private(set) var wrong = 0

    mutating func add(_ isRight: Bool) {
      if isRight { right += 1 } else { wrong += 1 }
    }

    var json: JSON { ["right": .integer(right), "wrong": .integer(wrong)] }
    var text: String { "\(right)/\(wrong)" }
  }

  private(set) var rows = stride(from: 30, through: 95, by: 5).map {
    Row(threshold: Double($0) / 100)
  }
  private(set) var questions = 0
  /// What could be found: with another question about the same issue; taught and asked again.
  private(set) var findable = (other: 0, again: 0)

  init(_ paths: [String], in store: Store) throws {
    defer { store.close() }
    try store.read(as: .system, deadline: 3_600_000) { reading in
      guard let corpus = try reading.corpus(guide: nil) else { return }
      for path in paths { try add(try LabelledQuery.read(path), corpus) }
    }
  }

  private mutating func add(_ queries: [LabelledQuery], _ corpus: StoredCorpus) throws {
    var numbers: [String: Int] = [:]
    for name in queries.flatMap(\.relevant) where numbers[name] == nil {
      numbers[name] = numbers.count
    }
    let issues = queries.map { query in query.relevant.compactMap { numbers[$0] } }
    let wordings = queries.map { Wording.read($0.text) }
    let teachers = queries.indices.filter { !issues[$0].isEmpty && !wordings[$0].isEmpty }
    func taught(_ teachers: [Int], voice: (Int) -> String) -> [LearnedWording] {
      teachers.flatMap { teacher in
        wordings[teacher].map {
          LearnedWording(
            issueID: issues[teacher][0], voice: voice(teacher), isMember: true, isAccepted: false,
            terms: $0.terms)
        }
      }
    }
    let least = rows[0].threshold
    for (index, query) in queries.enumerated() {
      questions += 1
      let others = teachers.filter { $0 != index }
      if others.contains(where: { issues[index].contains(issues[$0][0]) }) { findable.other += 1 }
      let text = Intake.read(query.text)
      let own = try Matcher().match(text, corpus: corpus, limit: 5).verdict
      let one = try LessonTrial(
        text, taught: taught(others) { _ in "one" }, corpus: corpus, least: least)
      let many = try LessonTrial(
        text, taught: taught(others) { "\($0)" }, corpus: corpus, least: least)
      var again: LessonTrial?
      if others.count < teachers.count {
        findable.again += 1
        again = try LessonTrial(
          Intake.read(LessonMeasure.renumbered(query.text)),
          taught: taught(teachers) { _ in "one" }, corpus: corpus, least: least)
      }
      for place in rows.indices {
        let threshold = rows[place].threshold
        if let found = one.possible(same: threshold) {
          let isRight = issues[index].contains(found)
          rows[place].possible.all.add(isRight)
          if own == .unknown { rows[place].possible.unknown.add(isRight) }
        }
        if own != .known, let found = many.known(surely: threshold) {
          rows[place].known.add(issues[index].contains(found))
        }
        if let found = again?.possible(same: threshold) {
          rows[place].again.add(issues[index].contains(found))
        }
      }
    }
  }

  /// The same with other numbers: counts, addresses, times. Those of three digits stay, since they are
  /// statuses and exit codes as often.
  private static func renumbered(_ text: String) -> String {
    var bytes = Array(text.utf8)
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, (0x30...0x39).contains(bytes[end]) { end += 1 }
      if end - start != 3 {
        for place in start..<end { bytes[place] = 0x30 + (bytes[place] - 0x30 + 3) % 10 }
      }
      start = max(end, start + 1)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  var table: String {
    var text = """
      \(questions) questions, \(findable.other) with another one about the same issue; \
      \(findable.again) asked again with other numbers. Right/wrong:

      likeness  possible  of unknown  known   again

      """
    for row in rows {
      var line = percentage(row.threshold)
      func column(_ text: String, at place: Int) {
        line += String(repeating: " ", count: max(1, place - line.count)) + text
      }
      column(row.possible.all.text, at: 10)
      column(row.possible.unknown.text, at: 20)
      column(row.known.text, at: 32)
      column(row.again.text, at: 40)
      if row.threshold == LessonTrial.thresholds.possible { column("<- possible", at: 50) }
      if row.threshold == LessonTrial.thresholds.known { column("<- known", at: 50) }
      text += line + "\n"
    }
    return text
  }

  var json: JSON {
    [
      "questions": .integer(questions), "with_another": .integer(findable.other),
      "asked_again": .integer(findable.again),
      "thresholds": [
        "possible": .number(LessonTrial.thresholds.possible),
        "known": .number(LessonTrial.thresholds.known),
      ],
      "rows": .array(
        rows.map {
          [
            "likeness": .number($0.threshold), "possible": $0.possible.all.json,
            "possible_of_unknown": $0.possible.unknown.json, "known": $0.known.json,
            "again": $0.again.json,
          ]
        }),
    ]
  }
}
