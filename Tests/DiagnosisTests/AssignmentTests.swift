import Testing

@testable import Diagnosis

struct AssignmentTests {
  @Test(arguments: [
    ("eventExpiryDuration=2592000", ["eventExpiryDuration=2592000"]),
    (#"{"eventExpiryDuration": 2592000, "name": "x"}"#, ["eventExpiryDuration=2592000"]),
    ("event_expiry_duration: 7", ["event_expiry_duration=7"]),
    ("tool --event-expiry-duration 7 --dry-run", ["--event-expiry-duration=7"]),
    ("tool --session-id=abc,", ["--session-id=abc"]),
    ("call(session_id = 'a b', other_key=\"x\")", ["session_id=a b", "other_key=x"]),
    ("sessionId => 'abc'", ["sessionId=abc"]),
    ("Session-Id: \"abc\"", ["Session-Id=abc"]),
    // Names of values, marks and expressions are no values.
    ("sessionId: session.id, sessionId = other", []),
    ("--session-id $ID --session-id <id> --session-id ${ID}", []),
    ("session_id=\"user-{user}\" session_id=f(x)", []),
    ("sessionId=[secret:token] sessionId=abc...", []),
    ("sessionId == 'abc'", []),
    // One word alone names too much.
    ("name=x id: 7 --name y", []),
    ("\"sessionId\": \"never closed", []),
  ])
  func `values are found in the forms people write them`(line: String, expected: [String]) {
    let found = Assignment.all(in: [SignalLine(number: 1, text: line, weight: 1)])
    #expect(found.map { "\($0.name)=\($0.value)" } == expected)
  }

  @Test func `all spellings of a name are one`() {
    let lines = ["eventExpiryDuration=1", "--event-expiry-duration 2", "EVENT_EXPIRY_DURATION=3"]
    let found = Assignment.all(in: lines.map { SignalLine(number: 1, text: $0, weight: 1) })
    #expect(Set(found.map(\.code)).count == 1)
    #expect(found.map(\.line) == [0, 1, 2])
  }

  @Test func `a long text gives a bounded number of values`() {
    let text = (0..<5_000).map { "some_key_\($0)=\($0)" }.joined(separator: " ")
    #expect(Assignment.all(in: [SignalLine(number: 1, text: text, weight: 1)]).count == 64)
  }
}
