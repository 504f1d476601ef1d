import Testing

@testable import Diagnosis

@Suite("Names in a line")
struct LineNamesTests {
  @Test(
    "Names of errors are found, whole and each once",
    arguments: [
      ("KMSAccessDeniedException: access was denied", ["_kmsaccessdeniedexception"]),
      ("a.b.UnknownServiceError: Unknown service", ["_unknownserviceerror"]),
      ("stack web is in UPDATE_IN_PROGRESS state", ["_updateinprogress"]),
      ("connect ECONNREFUSED 10.0.0.1:6379, again ECONNREFUSED", ["econnrefus"]),
      ("bin/app.ts(3,1): error TS2307: Cannot find module", ["ts2307"]),
      ("ERROR the job failed, EXCEPTION below", []), ("see HTTP and ECS", []),
      ("the error is in getItem of user_id", []), ("terror and Default", []), ("", []),
    ])
  func errors(line: String, tokens: [String]) {
    #expect(LineNames(line).errors == tokens)
  }

  @Test(
    "A plain line is a sentence without names",
    arguments: [
      ("why does the oven stop after an hour?", true), ("oven stops", false),
      ("why does getRecipe stop after an hour?", false),
      ("why does recipe_id get lost after an hour?", false),
      ("why do I get E_DOOR after an hour of work?", false),
    ])
  func plain(line: String, isPlain: Bool) {
    #expect(LineNames(line).isPlain == isPlain)
  }

  @Test("Every feature has its weight")
  func weights() {
    #expect(Judge.standard.weights.count == Judge.featureNames.count)
    #expect(Judge.standard.answerWeights.count == Judge.featureNames.count)
  }

  @Test("The name of an error that the issue has not makes it less sure")
  func otherError() throws {
    let corpus = MemoryCorpus.bakery
    func confidence(_ text: String) throws -> Double {
      let judgement = try Matcher().match(Intake.read(text), corpus: corpus, limit: 1)
      return judgement.matches.first { $0.issueID == 3 }?.confidence ?? 0
    }
    let other = try confidence("FlameSensorError: no flame is seen after three attempts")
    let none = try confidence("no flame is seen after three attempts")
    #expect(other < none)
  }

  @Test("What stands for a value in a log's line is no word of it")
  func placeholders() {
    let line = "2026-03-01T10:00:00Z worker 48211 wrote 20 MB to 10.0.0.7 in 35 ms"
    #expect(Template.of(line).contains("<ip>"))
    let words = Analyzer.words(of: Query.wording(line, isLog: true))
    for placeholder in ["time", "num", "ip", "dur", "size"] {
      #expect(!words.contains(placeholder))
    }
    #expect(words.contains("worker"))
    #expect(Template.withoutPlaceholders("set <name> and <b") == "set <name> and <b")
  }
}
