import Diagnosis
import Guide
import SQLite
import Testing

@testable import Store

struct UpkeepTests {
  private let base: Base
  private static let day = 86_400
  private static let start = Time(milliseconds: 1_800_000_000_000)

  init() throws {
    base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: a")]))
  }

  private func diagnosis(at time: Time) throws -> StoredDiagnosis {
    let stored = StoredDiagnosis(
      id: Secrets.checkedIdentifier(), verdict: .unknown, matcher: "m1", guide: nil,
      excerpt: "x", kept: nil, redacted: 0, matches: [], source: .person, createdAt: time)
    try base.store.write(as: .system) { try $0.insert(stored) }
    return stored
  }

  private func count(question text: String, at time: Time) throws {
    try base.store.write(as: .system) {
      try $0.insert(
        Question(
          kind: .search, text: text, template: text, source: "api", reporter: "a", verdict: nil,
          results: 0, milliseconds: 1))
    }
    try base.run("UPDATE question SET created_at = \(time.milliseconds) WHERE text = \(text)")
  }

  private var diagnoses: Int {
    get throws { try base.count("SELECT count(*) FROM diagnosis") }
  }

  @Test func `what is old goes, what is cited or young stays`() throws {
    let old = try diagnosis(at: Self.start + -100 * Self.day)
    let cited = try diagnosis(at: Self.start + -100 * Self.day)
    let named = try diagnosis(at: Self.start + -100 * Self.day)
    let young = try diagnosis(at: Self.start + -80 * Self.day)
    try base.store.write(as: Base.editor) { writing in
      _ = try writing.openReport(
        NewReport(text: "x", diagnosisID: cited.id, reporter: "a", source: .person))
    }
    try base.edit("one", markdown: "- **Fix**: as in http://x/diagnoses/\(named.id).html")
    try count(question: "old", at: Self.start + -31 * Self.day)
    try count(question: "young", at: Self.start + -29 * Self.day)
    try base.store.write(as: .system) { try $0.keep(trustedTime: Self.start) }
    let result = try base.store.keepUp(now: Self.start, Retention(questions: 30))
    #expect(result == UpkeepResult(diagnoses: 1, questions: 1))
    let left = Set(try base.rows("SELECT id FROM diagnosis"))
    #expect(left == [cited.id, named.id, young.id])
    #expect(!left.contains(old.id))
    #expect(try base.rows("SELECT text FROM question") == ["young"])
    #expect(
      try base.store.keepUp(now: Self.start, Retention(questions: 30)) == UpkeepResult())
  }

  @Test func `lines of the audit log go only where that is set`() throws {
    func note(_ subject: String, at time: Time) throws {
      try base.store.write(as: .system) { writing in
        try writing.audit("test", subject: subject)
        try writing.connection.execute(
          "UPDATE audit SET created_at = \(time.milliseconds) WHERE subject = \(subject)")
      }
    }
    try base.run("DELETE FROM audit")
    for number in 0..<600 { try note("old \(number)", at: Self.start + -31 * Self.day) }
    try note("young", at: Self.start + -29 * Self.day)
    try base.store.write(as: .system) { try $0.keep(trustedTime: Self.start) }
    let forEver = try base.store.keepUp(now: Self.start, Retention(questions: 30))
    #expect(forEver == UpkeepResult())
    let kept = try base.store.keepUp(now: Self.start, Retention(questions: 30, audit: 30))
    #expect(kept == UpkeepResult(audit: 600))
    #expect(try base.rows("SELECT subject FROM audit") == ["young"])
  }

  @Test func `more than one batch goes in one round`() throws {
    for index in 0..<1_100 { try count(question: "q\(index)", at: Self.start + -50 * Self.day) }
    try base.store.write(as: .system) { try $0.keep(trustedTime: Self.start) }
    #expect(try base.store.keepUp(now: Self.start, Retention(questions: 30)).questions == 1_100)
  }

  @Test func `a clock that jumps ahead takes nothing away`() throws {
    _ = try diagnosis(at: Self.start)
    try count(question: "new", at: Self.start)
    #expect(try base.store.keepUp(now: Self.start, Retention(questions: 30)) == UpkeepResult())
    let wrong = Self.start + 4_000 * Self.day
    // Hours of a wrong clock.
    for hour in 0..<24 {
      #expect(
        try base.store.keepUp(now: wrong + hour * 3_600, Retention(questions: 30)) == UpkeepResult()
      )
    }
    #expect(try diagnoses == 1)
    // Put right, it goes on from there.
    #expect(
      try base.store.keepUp(now: Self.start + 86_400, Retention(questions: 30)) == UpkeepResult())
    for day in 2...88 {
      _ = try base.store.keepUp(now: Self.start + day * Self.day, Retention(questions: 365))
    }
    #expect(try diagnoses == 1)
    for day in 89...92 {
      _ = try base.store.keepUp(now: Self.start + day * Self.day, Retention(questions: 365))
    }
    #expect(try diagnoses == 0)
  }

  @Test func `a base that was never kept up trusts its own newest entry`() throws {
    _ = try diagnosis(at: Self.start)
    let wrong = Self.start + 4_000 * Self.day
    #expect(try base.store.keepUp(now: wrong, Retention(questions: 30)) == UpkeepResult())
    #expect(try diagnoses == 1)
  }
}
