import Testing

@testable import Diagnosis

@Suite("What stands before the message of an error")
struct WrappingTests {
  @Test(
    "The package of an exception and “Caused by” go, the class and the message stay",
    arguments: [
      ("Caused by: org.db.util.DBException: ERROR: no rows", "DBException: ERROR: no rows"),
      ("  app.errors.OvenError: too hot", "OvenError: too hot"),
      ("a.b.C$Inner: x", "C$Inner: x"), ("Caused by: too hot", "too hot"),
      ("app.errors.OvenError", "OvenError"),
      ("bakery.OvenError: too hot", "bakery.OvenError: too hot"),
      ("see app.errors.OvenError: too hot", "see app.errors.OvenError: too hot"),
      ("www.example.com: no such host", "www.example.com: no such host"),
      ("1.2.Three: x", "1.2.Three: x"), ("", ""),
    ])
  func removed(line: String, rest: String) {
    #expect(Wrapping.removed(from: line) == rest)
  }

  private static let corpus = MemoryCorpus([
    MemoryCorpus.Issue(
      title: "Two bakers block each other",
      symptoms: ["`ERROR: deadlock detected` in the log of the oven, state 40P01"],
      fixes: ["Bake again"]),
    MemoryCorpus.Issue(
      title: "Oven is too hot", symptoms: ["`ERROR: heat above limit` on the panel"],
      fixes: ["Wait"]),
  ])

  private func otherError(_ text: String) throws -> Double {
    let features = try Matcher().match(Intake.read(text), corpus: Self.corpus, limit: 1).features
    let place = try #require(Judge.featureNames.firstIndex(of: "other error"))
    return features[place]
  }

  /// A driver has one class for all that its server says.
  @Test("The class that a whole message came in is no other error")
  func wholeMessage() throws {
    let message = "Caused by: org.db.util.DBException: ERROR: deadlock "
    #expect(try otherError(message + "detected") == 0)
    #expect(try otherError(message + "here") > 0)
    #expect(try otherError("org.db.util.DBException: too many, ERROR: deadlock detected") > 0)
  }
}
