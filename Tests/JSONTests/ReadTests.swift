import JSON
import TestSupport
import Testing

/// A text and what it comes to; nil: refused.
private struct Case: Sendable, CustomTestStringConvertible {
  let text: [UInt8]
  let value: JSON?
  var testDescription: String { String(decoding: text.prefix(60), as: UTF8.self) }

  init(_ text: String, _ value: JSON?) {
    self.text = Array(text.utf8)
    self.value = value
  }

  init(bytes: [UInt8], _ value: JSON?) {
    text = bytes
    self.value = value
  }
}

private let accepted: [Case] = [
  Case("null", .null), Case("true", true), Case("false", false), Case(" \t\r\n1 \t\r\n", 1),
  Case("0", 0), Case("-0", 0), Case("-12", -12), Case("9223372036854775807", .integer(.max)),
  Case("-9223372036854775808", .integer(.min)),
  Case("9223372036854775808", .number(9_223_372_036_854_775_808)),
  Case("1.5", 1.5), Case("-0.25e-2", -0.0025), Case("1E3", .number(1_000)),
  Case("1e+3", .number(1_000)), Case("1e-400", .number(0)),
  Case(#""""#, ""), Case(#""a\"\\\/\b\f\n\r\tz""#, "a\"\\/\u{8}\u{c}\n\r\tz"),
  Case(#""\u0041\u00e9\u20AC""#, "Aé€"), Case(#""\ud83d\ude00""#, "😀"),
  Case(#""\uD83D\uDE00x""#, "😀x"), Case(#""\udbff\udfff""#, "\u{10FFFF}"),
  Case(#""\u0000""#, "\0"), Case(#""\u2028""#, "\u{2028}"), Case("\"\u{7f}é😀\"", "\u{7f}é😀"),
  Case("[]", []), Case("[ ]", []), Case("[1,[2],{}]", [1, [2], [:]]),
  Case("{}", [:]), Case("{ }", [:]), Case(#"{"a":1,"b":{"a":2}}"#, ["a": 1, "b": ["a": 2]]),
  Case(#"{"":0}"#, ["": 0]), Case("\u{feff}[1]", [1]),
]

private let refused: [Case] =
  [
    "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-", "+1", "01", "-01", "1.", ".5", "1.e1",
    "1e", "1e+", "0x10", "1_000", "1e400", "-1e400", "1 2", "[1", "[1,", "[1,]", "[,1]", "[1 2]",
    "]", "{", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{a:1}"#, #"{1:1}"#, #"{'a':1}"#,
    #"{"a":1 "b":2}"#, #"{"a":1}}"#, "[1}", #"{"a":1]"#, "\"", "\"a", "'a'", "\"\n\"", "\"\t\"",
    "\"\u{0}\"", "\"\u{1f}\"", #""\x41""#, #""\u12""#, #""\u12g4""#, #""\u+123""#, #""\u-000""#,
    #""\u 123""#, #""\U0041""#, #""\"#, #""\ud800""#, #""\ud800x""#, #""\ud800\u0041""#,
    #""\ud800\ud800""#, #""\udc00""#, #""\udc00\ud800""#, #""\ud800\"#, #""\ud83d\u+e00""#,
    #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"[{"x":{"b":1,"c":2,"b":3}}]"#, "// x\n1",
    "/* */1", "1//", "\u{feff}\u{feff}1", "[\u{feff}1]", "\u{a0}1", "1\u{0}", "undefined",
  ].map { Case($0, nil) } + [
    Case(bytes: [0x22, 0xff, 0x22], nil), Case(bytes: [0x22, 0xc3, 0x22], nil),
    Case(bytes: [0x22, 0xc0, 0xaf, 0x22], nil), Case(bytes: [0x22, 0xed, 0xa0, 0x80, 0x22], nil),
    Case(bytes: [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], nil),
    Case(bytes: [0xff, 0xfe, 0x31, 0], nil),
    Case(bytes: [0xef, 0xbb, 0xbf], nil), Case(bytes: [0xef, 0xbb], nil),
  ]

struct ReadTests {
  @Test(arguments: accepted)
  private func `what RFC 8259 allows is read`(_ example: Case) throws {
    #expect(try JSON.read(example.text) == example.value)
  }

  @Test(arguments: refused)
  private func `what RFC 8259 does not allow is refused`(_ example: Case) {
    #expect(throws: JSONError.self) { try JSON.read(example.text) }
  }

  @Test(arguments: ["[", #"{"a":"#])
  func `nesting of 64 is read and of 65 is refused`(opening: String) throws {
    func nested(_ depth: Int) -> String {
      let innermost = opening == "[" ? "[]" : "{}"
      return String(repeating: opening, count: depth - 1) + innermost
        + String(repeating: opening == "[" ? "]" : "}", count: depth - 1)
    }
    #expect(throws: Never.self) { try JSON.read(nested(64)) }
    #expect(throws: JSONError.self) { try JSON.read(nested(65)) }
    #expect(throws: JSONError.self) { try JSON.read(nested(100_000)) }
    // Never closed, so that nothing but the depth can be the reason.
    #expect(throws: JSONError.self) { try JSON.read(String(repeating: opening, count: 1_000_000)) }
  }

  @Test(arguments: [
    (#"{"a":1,"a":2}"#, 10), ("[1,x]", 3), ("[1 2]", 3), ("1 2", 2), ("", 0), ("01", 2),
  ])
  func `an error says at which byte`(text: String, offset: Int) throws {
    let error = #expect(throws: JSONError.self) { try JSON.read(text) }
    #expect(error?.offset == offset)
    #expect(error?.reason.isEmpty == false)
  }

  @Test func `members keep their order and are found by name`() throws {
    let object = try JSON.read(#"{"b":1,"a":null,"c":[true]}"#)
    #expect(object.members?.map(\.name) == ["b", "a", "c"])
    #expect(object["b"]?.integer == 1)
    #expect(object["a"]?.isNull == true)
    #expect(object["missing"] == nil)
    #expect(object["c"]?.items == [true])
    #expect(JSON.string("x")["b"] == nil)
  }

  @Test func `every cut of a document is refused and none crashes`() {
    let text = Array(#"{"a":[1,-2.5e3,"\u00e9\ud83d\ude00",{"b":null}],"c":true}"#.utf8)
    for end in 0..<text.count {
      #expect(throws: JSONError.self, "cut at \(end)") { try JSON.read(Array(text[..<end])) }
    }
  }

  @Test func `random bytes never crash the reader`() {
    var random = Seeded(7)
    let alphabet = Array(#"{}[]":,\u0123456789eE+-.tfn ad"#.utf8) + [0xff, 0xc3, 0xa9, 0]
    for _ in 0..<5_000 {
      let count = Int.random(in: 0...24, using: &random)
      let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random)! }
      if let value = try? JSON.read(bytes) {
        #expect(throws: Never.self) { try JSON.read(value.bytes) }
      }
    }
  }
}
