import Guide
import Testing

struct RuleTests {
  @Test(arguments: [
    ("length 33..256", "short", false, "length 5 is below 33"),
    ("length ..3", "🏳️‍🌈", false, "length 4 is above 3"),
    ("length 3", "日本語", true, "length 3 is within 3"),
    ("matches ^[a-z]{2}$", "ab", true, "matches ^[a-z]{2}$"),
    ("matches `^[a-z]{2}$`", "abc", false, "does not match ^[a-z]{2}$"),
    ("integer 3..365", "30", true, "value 30 is within 3..365"),
    ("integer 3..365", "30.5", false, "“30.5” is not an integer"),
    ("integer 3..365", "", false, "“” is not an integer"),
    (
      "integer 3..365", "99999999999999999999", false,
      "“99999999999999999999” is too large a number"
    ),
    ("integer", "-7", true, "-7 is an integer"),
    (
      "integer 3..3650 days", "2592000", false,
      "value 2592000 is above 3650; looks like seconds, the unit is days: 2592000 seconds are 30 days"
    ),
    (
      "integer 1..30 seconds", "5000", false,
      "value 5000 is above 30; looks like milliseconds, the unit is seconds: 5000 milliseconds are 5 seconds"
    ),
    (
      "integer 900..28800 seconds", "30", false,
      "value 30 is below 900; looks like minutes, the unit is seconds: 30 minutes are 1800 seconds"
    ),
    ("number 0..1", "0.5", true, "value 0.5 is in range"),
    ("number 0..1", "1.5", false, "value 1.5 is above 1"),
    ("number", "0x10", false, "“0x10” is not a number"),
    ("number", "nan", false, "“nan” is not a number"),
    ("one of a, b", "b", true, "is one of a, b"),
    ("one of `a,1`, b", "a,1", true, "is one of a,1, b"),
    ("one of A, b", "a", false, "“a” is written “A”"),
    ("one of a, b", "c", false, "“c” is not one of a, b"),
    ("base64", "YWI=", true, "base64 of 2 bytes"),
    ("base64", "YWJ=", false, "its last characters are not what an encoder writes"),
    (
      "base64", "YWI", false,
      "its length, 3, is no multiple of 4: it is cut or lacks “=” at its end"
    ),
    ("base64", "YW I=", false, "character 3 is white space; base64 is one line without it"),
    ("base64", "_w==", false, "character 1, “_”, is base64url; write + and / instead of - and _"),
    ("base64", "a===", false, "character 2, “=”, is not base64"),
    ("base64 of JSON", "eyJhIjoxfQ==", true, "base64 of JSON"),
    (
      "base64 of json", "YWI=", false,
      "it is base64, but what it encodes is not JSON: a value is due at byte 1"
    ),
    ("base64 of JSON", "{\"a\":1}", false, "the value is JSON itself, not base64; encode it first"),
    ("json", "[1,{\"a\":[]}]", true, "JSON"),
    ("JSON", "[1,]", false, "not JSON: a value is due at byte 4"),
    ("starts with arn:", "arn:x", true, "does start with “arn:”"),
    ("ends with `.md`", "a.txt", false, "does not end with “.md”"),
    ("contains -", "a_b", false, "does not contain “-”"),
    ("not contains -", "a_b", true, "does not contain “-”"),
    ("not starts with x", "xy", false, "does start with “x”"),
    ("not true", "true", false, "is “true”"),
    ("not length 3..4", "abc", false, "length 3 is within 3..4"),
    ("equals x", "x", true, "is “x”"),
  ])
  func `a rule judges a value and says why`(
    rule: String, value: String, pass: Bool, detail: String
  ) throws {
    let result = try Rule.parse(rule).evaluate(value)
    #expect(result.pass == pass)
    #expect(result.detail == detail)
  }

  @Test func `a unit in the check's name helps too`() throws {
    let rule = try Rule.parse("integer 3..365", name: "event-expiry-days")
    #expect(rule.evaluate("7776000").detail.contains("looks like seconds, the unit is days"))
  }

  @Test(arguments: [
    ("lenght 3..4", "is no rule"), ("", "is no rule"), ("length", "has no range"),
    ("length 9..3", "runs backwards"), ("length a..b", "has no range"),
    ("length ..", "has no range"),
    ("integer 1..2 lightyears", "is no unit"), ("one of", "separated by commas"),
    ("one of a,,b", ""), ("starts with", "needs a value"), ("not", "needs a value"),
    ("matches", "empty"), ("not not not not not x", "too often"),
    ("length 1..2..3", "has no range"),
  ])
  func `a broken rule names the way out`(rule: String, reason: String) {
    if reason.isEmpty { return }
    let error = #expect(throws: RuleError.self) { try Rule.parse(rule) }
    #expect(error?.reason.contains(reason) == true)
  }

  @Test(arguments: [
    "null", "true", "0", "-0.5e+10", "\"\\u00e9\\n\"", "[]", "{}", " [ 1 , 2 ] ",
    "{\"a\":{\"b\":[null]}}",
    "[[[[]]]]", "\"\u{7F}é\"",
  ])
  func `JSON is recognised`(text: String) throws {
    #expect(try Rule.parse("json").evaluate(text).pass)
  }

  @Test(arguments: [
    "", " ", "nul", "01", "1.", ".5", "1e", "+1", "'a'", "\"a", "\"\\x\"", "\"\\u12g4\"", "[1 2]",
    "[,1]", "{a:1}", "{\"a\" 1}", "{\"a\":1,}", "[1", "{\"a\":[}", "1 2", "\"\n\"", "NaN",
    String(repeating: "[", count: 100_000),
  ])
  func `what is not JSON is not`(text: String) throws {
    #expect(try !Rule.parse("json").evaluate(text).pass)
  }
}
