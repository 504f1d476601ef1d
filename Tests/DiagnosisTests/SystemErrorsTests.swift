import Testing

@testable import Diagnosis

@Suite("What the system says of a failure")
struct SystemErrorsTests {
  @Test(
    "Its texts are found in whatever case, each by its words",
    arguments: [
      (
        "java.net.ConnectException: Connection refused (Connection refused)",
        [["connect", "refus"]]
      ),
      ("open /x: Permission denied", [["permiss", "deni"]]),
      (
        "dial tcp: connect: connection refused; write: broken pipe",
        [["connect", "refus"], ["broken", "pipe"]]
      ),
      ("the connection was refused", []), ("connection refuse", []), ("", []),
    ])
  func texts(line: String, tokens: [[String]]) {
    #expect(SystemErrors.texts(in: line) == tokens)
  }

  /// An issue about one failure is not about another because both speak of a connection.
  @Test("Another text than the issue's makes it less sure")
  func confidence() throws {
    func confidence(_ text: String) throws -> Double {
      let judgement = try Matcher().match(
        Intake.read(text), corpus: MemoryCorpus.bakery, limit: 1)
      return judgement.matches.first { $0.issueID == 2 }?.confidence ?? 0
    }
    let other = try confidence("upload of recipe rye-dark failed: connection refused")
    let none = try confidence("upload of recipe rye-dark failed: connection refuses")
    #expect(other < none)
  }
}
