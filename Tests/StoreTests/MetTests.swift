import Diagnosis
import SQLite
import Testing

@testable import Store

/// How many others met the same problem in the last hour.
struct MetTests {
  private let base: Base
  private let now = Time(text: "2026-05-03T12:00:00Z")!

  init() throws {
    base = try Base()
    try base.load(guideText("Guide", [("One", "- **Fix**: a"), ("Two", "- x")]))
  }

  private func diagnosis(
    by reporter: String, secondsAgo seconds: Int = 0, issue: Int = 1,
    _ verdict: Verdict = .known
  ) -> StoredDiagnosis {
    let time = now + -seconds
    return StoredDiagnosis(
      id: Secrets.identifier(), verdict: verdict, matcher: "m1", guide: nil, excerpt: "x",
      kept: nil, redacted: 0,
      matches: [StoredMatch(issueID: issue, revision: 1, confidence: 0.9, evidence: [])],
      source: .person, asker: Asker.digest(reporter, at: time), createdAt: time)
  }

  private func met(_ diagnosis: StoredDiagnosis) throws -> Int {
    try base.store.write(as: .system) { _ in }
    return try base.store.read(as: .anyone) { try $0.othersMet(issue: 1, before: diagnosis) }
  }

  @Test func `whoever asks again is no other`() throws {
    for ago in 0..<7 { #expect(base.store.remember(diagnosis(by: "a", secondsAgo: ago))) }
    #expect(try met(diagnosis(by: "a")) == 0)
    #expect(try met(diagnosis(by: "b")) == 1)
  }

  @Test func `others count once each, in the hour before`() throws {
    for (reporter, ago) in [
      ("b", 10), ("b", 20), ("c", 3_599), ("d", 3_600), ("e", -1), ("f", 7_200),
    ] {
      #expect(base.store.remember(diagnosis(by: reporter, secondsAgo: ago)))
    }
    #expect(base.store.remember(diagnosis(by: "g", issue: 2)))
    #expect(base.store.remember(diagnosis(by: "h", .unknown)))
    #expect(try met(diagnosis(by: "a")) == 2)
  }

  @Test func `a stored diagnosis says the same of its asker whoever reads it`() throws {
    let first = diagnosis(by: "a")
    for one in [first, diagnosis(by: "a", secondsAgo: 5), diagnosis(by: "b", secondsAgo: 9)] {
      #expect(base.store.remember(one))
    }
    try base.store.write(as: .system) { _ in }
    let stored = try base.store.read(as: .anyone) { try $0.diagnosis(first.id) }
    #expect(try met(try #require(stored)) == 1)
  }

  @Test func `the digest is another one the next day and names nobody`() {
    let today = Asker.digest("account:1", at: now)
    #expect(today == Asker.digest("account:1", at: now + 3_600))
    #expect(today != Asker.digest("account:1", at: now + 86_400))
    #expect(today != Asker.digest("account:2", at: now))
    #expect(!today.contains("account"))
  }
}
