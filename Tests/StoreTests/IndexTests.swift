import Diagnosis
import Guide
import SQLite
import TestSupport
import Testing

@testable import Store

struct IndexTests {
  /// Words with traps: both forms of one letter, case, scripts, code, punctuation, odd white space.
  private static let words = [
    "timeout", "Timeout", "ENETUNREACH", "café", "cafe\u{301}", "İstanbul", "straße", "ΣΊΣΥΦΟΣ",
    "日本語",
    "runtime_session_id", "--payload", "ecr:BatchGetImage", "a\u{a0}b", "a\u{2028}b", "x\u{200b}y",
    "😀",
    "\"quoted\"", "don't", "504", "1.2.3", "C++", "c#", "\u{301}alone", "ﬁne", "K", "ſtop",
    "a\u{0}b",
    "tab\tbed", "NEAR", "AND", "*", "한국어", "ได้", "\u{feff}bom", "…", "e\u{301}\u{327}", "ａｂｃ",
  ]

  private func text(_ random: inout Seeded) -> String {
    let words = (0..<Int.random(in: 1...8, using: &random)).map { _ in
      Self.words.randomElement(using: &random)!
    }
    return "- **Fix**: " + words.joined(separator: " ")
  }

  @Test(arguments: 0..<25)
  func `index and term counts stay in step with any sequence of writes`(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    let base = try Base()
    try base.load(guideText("Guide", (0..<4).map { ("Title \($0)", text(&random)) }))
    for step in 0..<12 {
      let issues = try base.store.read(as: .system) {
        try $0.issues(.init(), limit: 100)
      }
      switch (Int.random(in: 0..<6, using: &random), issues.randomElement(using: &random)) {
      case (0, let issue?): try base.delete(issue.slug)
      case (1, let issue?): try base.edit(issue.slug, markdown: text(&random))
      case (2, let issue?):
        try base.edit(
          issue.slug, title: "Renamed \(step) " + Self.words.randomElement(using: &random)!)
      case (3, _):
        try base.load(
          guideText(
            "Guide",
            (0..<Int.random(in: 1...4, using: &random)).map { ("Title \($0)", text(&random)) }))
      case (4, _):
        // A write that fails must leave the counts as they are.
        #expect(throws: (any Error).self) {
          try base.store.write(as: Base.editor) { [markdown = text(&random)] writing in
            _ = try writing.createIssue(
              guide: "guide", IssueText(title: "Never", section: "", markdown: markdown),
              comment: "")
            throw OutcomeError.reportNotFound
          }
        }
      default: try base.create("Made \(step)", in: "guide", markdown: text(&random))
      }
    }
    try base.checkIntegrity()
    try expectEveryTokenFindsItsIssue(base)
  }

  @Test func `issues of every range are found by their words`() throws {
    let base = try Base()
    try base.load(guideText("Guide", [("Near", "- **Fix**: grommets")]))
    var ids: Set<Int> = [1]
    for last in [PostingBlock.span - 2, 3 * PostingBlock.span + 5] {
      try base.run("UPDATE sqlite_sequence SET seq = \(last) WHERE name = 'issue'")
      for title in ["Far", "Farther"] {
        ids.insert(
          try base.create("\(title) \(last)", in: "guide", markdown: "- **Fix**: grommets").id)
      }
    }
    #expect(ids.max() == 3 * PostingBlock.span + 7)
    try base.checkIntegrity()
    let hits = try base.store.read(as: .anyone) {
      try Matcher().search(
        Intake.read("grommets"), corpus: try $0.corpus(guide: nil)!, limit: 9)
    }
    #expect(Set(hits.map(\.issueID)) == ids)
  }

  private func expectEveryTokenFindsItsIssue(_ base: Base) throws {
    let rows = try base.store.read(as: .system) { reading in
      try reading.connection.rows("SELECT issue_id, tokens FROM issue_index") {
        ($0.int(0), $0.text(1))
      }
    }
    for (id, tokens) in rows {
      for token in Set(tokens.split(separator: " ")) {
        let found = try base.store.read(as: .system) {
          try $0.corpus(guide: nil)!.issues(with: String(token), limit: 1_000)
        }
        #expect(found.contains(id), "\(String(reflecting: token))")
      }
    }
  }

  @Test(arguments: [
    "\"", "\"\"", "a\"b", "*", "AND", "NEAR(a b)", "tokens:x", "^a", "-a", "(", "", "a OR b", "\0",
  ])
  func `no phrase is an operator or an error`(phrase: String) throws {
    let base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: plain words here")]))
    _ = try base.store.read(as: .anyone) { try $0.issues(withPhrase: phrase, limit: 10) }
    _ = try base.store.read(as: .anyone) {
      try $0.corpus(guide: nil)!.issues(with: phrase, limit: 10)
    }
    _ = try base.store.read(as: .anyone) { try $0.corpus(guide: nil)!.frequencies([phrase]) }
  }

  @Test func `a phrase is words one after another`() throws {
    let base = try Base()
    try base.load(
      guideText(
        "Guide",
        [
          ("One", "- **Fix**: restart the quick server"),
          ("Two", "- **Fix**: server restart quick"),
        ]))
    let found = try base.store.read(as: .anyone) {
      try $0.issues(withPhrase: "quick server", limit: 10)
    }
    #expect(found == [try base.issue("one").summary.id])
  }

  @Test(arguments: 0..<6)
  func `the file stays sound after random work of every kind`(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    let base = try Base()
    try base.load(traps)
    for step in 0..<25 {
      let issues = try base.store.read(as: .system) {
        try $0.issues(.init(), limit: 100)
      }
      let reports = try base.store.read(as: .system) {
        try $0.reports(limit: 100).map(\.report)
      }
      let fixes = try base.rows("SELECT id FROM fix").compactMap(Int.init)
      switch Int.random(in: 0..<8, using: &random) {
      case 0: if let issue = issues.randomElement(using: &random) { try base.delete(issue.slug) }
      case 1:
        try base.create(
          "Made \(step)", in: "field-guide",
          markdown: text(&random) + "\n- **Check**: c\(step): length 1..2")
      case 2:
        if let issue = issues.randomElement(using: &random) {
          try base.edit(issue.slug, markdown: text(&random))
        }
      case 3: try base.load(traps)
      case 4:
        let issue = issues.randomElement(using: &random)?.id
        _ = try base.store.write(as: .system) {
          try $0.openReport(NewReport(text: "x", issueID: issue, reporter: "r", source: .person))
        }
      case 5:
        if let report = reports.randomElement(using: &random),
          let fix = fixes.randomElement(using: &random)
        {
          // A fix of another issue or of a deleted one is refused, as it should be.
          _ = try? base.store.write(as: .system) {
            try $0.record(
              NewOutcome(fixID: fix, result: .worked, reporter: "r", source: .person),
              forReport: report.id)
          }
        }
      case 6:
        if let report = reports.randomElement(using: &random) {
          try base.store.write(as: .system) { try $0.deleteReport(report.id) }
        }
      default: _ = try base.store.keepUp(Retention(questions: 30))
      }
    }
    try base.checkIntegrity()
    // The copy is as sound as the file.
    let copy = base.folder + "/copy.db"
    try base.store.backup(to: copy)
    #expect(try Store.verify(path: copy) == [])
  }
}
