import Testing

@testable import Diagnosis

@Suite("Matcher")
struct MatcherTests {
  private func match(_ text: String, limit: Int = 3) throws -> Judgement {
    try Matcher().match(Intake.read(text), corpus: MemoryCorpus.bakery, limit: limit)
  }

  @Test(
    "The right issue comes first",
    arguments: [
      ("[oven] ERROR E17: door sensor not seen for 45 s", 1),
      ("upload of recipe wheat failed: deadline exceeded after 20 s", 2),
      ("ignition-timeout-error at the burner", 3),
      ("ovenctl push never answers when I send a recipe", 2),
      ("the signature of the firmware is refused", 4),
    ])
  func ranks(text: String, issue: Int) throws {
    #expect(try match(text).matches.first?.issueID == issue)
  }

  @Test(
    "A sample is known; what no issue speaks of is not",
    arguments: [
      ("[burner] FATAL IgnitionTimeoutError: no flame after 3 attempts", Verdict.known),
      ("psycopg2.OperationalError: remaining connection slots are reserved", .unknown),
      ("how do I bake bread without flour?", .unknown), ("", .unknown), ("the and of", .unknown),
    ])
  func verdicts(text: String, verdict: Verdict) throws {
    #expect(try match(text).verdict == verdict)
  }

  @Test(
    "What logging puts before a line changes nothing",
    arguments: [
      "2026-11-25T01:00:09Z ", "2026-11-25 01:00:09,123 ", "Nov 25 01:00:09 oven-7 bake[412]: ",
      "[25/Nov/2026:01:00:09 +0000] ", "1795569609.123 ",
    ])
  func prefix(_ prefix: String) throws {
    let message = "door sensor of the oven is not seen"
    let plain = try #require(try match(message).matches.first)
    let logged = try #require(try match(prefix + message).matches.first)
    #expect(plain.issueID == logged.issueID && plain.confidence == logged.confidence)
  }

  @Test("The most telling line of a short log is the error")
  func mostTelling() {
    let log = """
      2026-11-25T01:00:00Z INFO  ledger starting
      2026-11-25T01:00:03Z INFO  connected to db ledger-prod-3
      2026-11-25T01:00:09Z ERROR ledger: reconcile aborted: checksum mismatch in batch 88213
      2026-11-25T01:00:09Z INFO  retrying in 5s
      """
    #expect(Intake.read(log).mostTelling?.number == 3)
    #expect(Intake.read("why is it slow?\nsince Monday").mostTelling?.number == 1)
    #expect(Intake.read("").mostTelling == nil)
  }

  @Test("Issues of other guides are no answers")
  func scope() throws {
    let judgement = try match("steam valve blocked, flow 0.0 l/min")
    #expect(!judgement.matches.contains { $0.issueID == 5 })
    #expect(judgement.verdict == .unknown)
  }

  @Test("Evidence names the line and its words as they are written")
  func evidence() throws {
    let log = """
      2026-01-01T00:00:00Z INFO  fan at 1200 rpm
      2026-01-01T00:00:01Z INFO  temperature 180
      2026-01-01T00:00:02Z FATAL IgnitionTimeoutError: no flame after 9 attempts
      2026-01-01T00:00:03Z INFO  fan at 900 rpm
      """
    let match = try #require(try match(log).matches.first)
    #expect(match.issueID == 3)
    #expect(match.evidence.first?.line == 3)
    let words = try Matcher().match(
      Intake.read("Why is IgnitionTimeoutError thrown?"), corpus: MemoryCorpus.bakery, limit: 1)
    #expect(words.matches.first?.evidence.first?.reason == .code)
    #expect(words.matches.first?.evidence.first?.detail.contains("IgnitionTimeoutError") == true)
  }

  @Test("Related words are named as such")
  func related() throws {
    let match = try #require(try match("recipe push is stuck").matches.first)
    #expect(match.issueID == 2)
    #expect(match.evidence.contains { $0.detail.contains("stuck (as ") })
  }

  @Test("The same text gives the same answer, however often")
  func deterministic() throws {
    let first = try match("oven door recipe valve burner E17 deadline")
    for _ in 0..<5 {
      let again = try match("oven door recipe valve burner E17 deadline")
      #expect(again.matches.map(\.confidence) == first.matches.map(\.confidence))
      #expect(again.matches.map(\.evidence) == first.matches.map(\.evidence))
    }
  }

  @Test("A not-sample speaks against its issue")
  func negative() throws {
    let corpus = MemoryCorpus.bakery
    let positive = try Matcher().match(
      Intake.read("[oven] ERROR E17: door sensor not seen for 30 s"), corpus: corpus, limit: 1)
    let negative = try Matcher().match(
      Intake.read("[proofer] ERROR E17: steam valve not seen for 30 s"), corpus: corpus, limit: 1)
    #expect(
      negative.matches.first { $0.issueID == 1 }?.confidence ?? 0
        < positive.matches.first { $0.issueID == 1 }?.confidence ?? 0)
  }

  @Test("Confidence falls with rank and stays within 0…1")
  func confidence() throws {
    let confidences = try match("oven door error recipe timeout", limit: 5).matches.map(
      \.confidence)
    #expect(confidences == confidences.sorted(by: >))
    #expect(confidences.allSatisfy { (0...1).contains($0) })
  }

  @Test("Taking the right issue away leaves less to be sure of")
  func without() throws {
    let text = Intake.read("[oven] ERROR E17: door sensor not seen for 45 s")
    let corpus = MemoryCorpus.bakery
    let judgement = try Matcher().match(text, corpus: corpus, limit: 3, without: [1])
    #expect(!judgement.matches.contains { $0.issueID == 1 })
    #expect(judgement.verdict != .known)
  }
}
