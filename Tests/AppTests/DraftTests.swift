import Testing

@testable import App

struct DraftTests {
  @Test(arguments: [
    (
      "2026-11-25T01:00:09Z ERROR ledger: checksum mismatch in batch 88213",
      "ledger: checksum mismatch in batch …"
    ),
    ("unit 7 says E-5521 hopper jam", "unit … says E-5521 hopper jam"),
    ("ORA-00942: table or view does not exist", "ORA-00942: table or view does not exist"),
    ("gave up after 12 tries (TS2307)", "gave up after … tries (TS2307)"),
    ("### 4711", "4711"),
  ])
  func `a title has the code and no value of the line`(line: String, title: String) {
    #expect(Draft.title(line) == title)
  }
}
