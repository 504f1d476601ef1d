import JSON
import TestSupport
import Testing

private let written: [(JSON, String)] = [
  (JSON.null, "null"), (true, "true"), (false, "false"), (0, "0"), (-7, "-7"),
  (.integer(.min), "-9223372036854775808"), (0.97, "0.97"), (.number(2), "2"),
  (.number(.nan), "null"), (.number(.infinity), "null"), (.number(-.infinity), "null"),
  ("", #""""#), ("a\"b\\c/d", #""a\"b\\c/d""#), ("\n\r\t", #""\n\r\t""#),
  ("\u{0}\u{8}\u{1f}\u{7f}", #""\u0000\u0008\u001f\u007f""#), ("é😀", "\"é😀\""),
  ([], "[]"), ([:], "{}"), ([1, "a", [nil]], #"[1,"a",[null]]"#),
  (["b": 1, "a": ["c": false]], #"{"b":1,"a":{"c":false}}"#),
]

struct WriteTests {
  @Test(arguments: written)
  private func `a value is written compactly`(value: JSON, text: String) {
    #expect(value.string == text)
  }

  @Test func `for people a value is indented and ends with a line end`() {
    let value: JSON = ["a": [1, ["b": nil]], "c": [], "d": [:]]
    let text = """
      {
        "a": [
          1,
          {
            "b": null
          }
        ],
        "c": [],
        "d": {}
      }

      """
    #expect(String(decoding: value.prettyBytes, as: UTF8.self) == text)
  }

  @Test(arguments: 0..<300)
  func `what was written reads the same`(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    let value = randomValue(depth: 0, &random)
    #expect(try JSON.read(value.bytes) == value)
    #expect(try JSON.read(value.prettyBytes) == value)
    // Writing what was read gives the same bytes: there is one way to write a value.
    #expect(try JSON.read(value.prettyBytes).bytes == value.bytes)
    #expect(value.bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
  }
}

private func randomValue(depth: Int, _ random: inout Seeded) -> JSON {
  switch Int.random(in: 0..<(depth < 4 ? 8 : 6), using: &random) {
  case 0: return .null
  case 1: return .bool(Bool.random(using: &random))
  case 2:
    return .integer(
      Int(truncatingIfNeeded: random.next() >> UInt64.random(in: 0..<64, using: &random)))
  case 3: return .number(randomDouble(&random))
  case 4, 5: return .string(randomText(&random))
  case 6:
    return .array(
      (0..<Int.random(in: 0..<5, using: &random)).map { _ in randomValue(depth: depth + 1, &random)
      })
  default:
    return .object(
      (0..<Int.random(in: 0..<5, using: &random)).map { index in
        JSON.Member("\(index)" + randomText(&random), randomValue(depth: depth + 1, &random))
      })
  }
}

/// Any finite double that is no whole number of 64 bits, which would be read as an integer.
private func randomDouble(_ random: inout Seeded) -> Double {
  while true {
    let number = Double(bitPattern: random.next())
    if number.isFinite, Int(exactly: number) == nil { return number }
  }
}

private func randomText(_ random: inout Seeded) -> String {
  var text = String.UnicodeScalarView()
  for _ in 0..<Int.random(in: 0..<12, using: &random) {
    let limit: UInt32 = [0x20, 0x80, 0x800, 0x11_0000].randomElement(using: &random)!
    if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &random)) {
      text.append(scalar)
    }
  }
  return String(text)
}
