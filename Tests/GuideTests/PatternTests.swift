import Guide
import Testing

struct PatternTests {
  @Test(arguments: [
    (
      "^[a-zA-Z][a-zA-Z0-9_]{0,47}$", ["a", "Ab_9", "a" + String(repeating: "x", count: 47)],
      ["", "9a", "a-b", "a" + String(repeating: "x", count: 48)]
    ),
    ("^([0-9a-zA-Z][-]?){1,48}$", ["a-b", "a-"], ["-a", "a--b", "a_b"]),
    ("a.c", ["abc", "xa.cx", "aéc"], ["ac", "a\nc"]),
    ("^a|b$", ["ax", "xb"], ["xa", "bx"]),
    ("^(?:ab)+$", ["ab", "abab"], ["aba"]),
    ("^a{2,}$", ["aa", "aaaa"], ["a"]),
    ("^a{0}$", [""], ["a"]),
    ("^\\d{3}-\\w+\\s$", ["123-a_b "], ["12-a ", "123-é "]),
    ("^[^a-c]$", ["d", "é"], ["a", "c", ""]),
    ("^[]a]$", ["]", "a"], ["b"]),
    ("^[a\\-z]$", ["a", "-", "z"], ["b"]),
    ("^[a-]$", ["a", "-"], ["b"]),
    ("^[\\d\\D]$", ["1", "x"], [""]),
    ("^[^\\W_]+$", ["ab1"], ["a_b"]),
    ("\\bcat\\b", ["a cat.", "cat"], ["cats", "concat"]),
    ("^\\x41\\u0042\\u{43}$", ["ABC"], ["abc"]),
    ("(?i)^straße$", ["STRAßE", "straße"], ["strasse"]),
    ("^a{x}$", ["a{x}"], ["a"]),
    ("^(a|ab)(c|bcd)$", ["abcd", "ac", "abc"], ["ab"]),
    ("^(|a)+$", ["", "aaa"], ["b"]),
    ("^(a*)*$", ["", "aaaa"], ["aab"]),
    ("^(?<name>x)$", ["x"], ["y"]),
    ("", [], []),
  ])
  func `a pattern matches what it should`(pattern: String, yes: [String], no: [String]) throws {
    if pattern.isEmpty { return }
    let pattern = try Pattern(pattern)
    for value in yes { #expect(pattern.matches(value), "\(value)") }
    for value in no { #expect(!pattern.matches(value), "\(value)") }
  }

  @Test(arguments: [
    ("(?=a)", "lookahead"), ("(?!a)", "lookahead"), ("(?<=a)", "lookbehind"),
    ("(a)\\1", "back reference"),
    ("\\p{L}", "Unicode property"), ("(?>a)", "atomic"), ("a++", "possessive"),
    ("[[:alpha:]]", "POSIX"),
    ("a**", "two quantifiers"), ("*a", "nothing before it"), ("(a", "without “)”"),
    ("a)", "without “(”"),
    ("[a", "without “]”"), ("a{3,2}", "m above n"), ("a{1,5000}", "more than 1000"),
    ("[z-a]", "backwards"),
    ("\\", "backslash at its end"), ("(?x)a", "group of the kind"), ("\\q", "not supported"),
    ("((a{1000}){1000}){1000}", "too much"), (String(repeating: "(", count: 100), "nested"),
    ("^*", "anchor"),
  ])
  func `what is not supported is named`(pattern: String, reason: String) {
    let error = #expect(throws: RuleError.self) { try Pattern(pattern) }
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      "^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(x+x+)+y", "^(.*)*$b", "(a*)*b",
    ])
  func `no pattern runs away`(pattern: String) throws {
    let value = String(repeating: "a", count: 20_000) + "!"
    #expect(try !Pattern(pattern).matches(value))
  }
}
