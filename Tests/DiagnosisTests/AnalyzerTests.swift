import Testing

@testable import Diagnosis

@Suite("Analyzer")
struct AnalyzerTests {
  private func tokens(_ text: String) -> [String] { Analyzer.tokens(of: text).map(\.text) }

  @Test(
    "Code is kept whole and split",
    arguments: [
      ("ecr:BatchGetImage", ["ecr", "batch", "get", "imag", "_ecrbatchgetimage"]),
      ("runtime_session_id", ["runtim", "sess", "id", "_runtimesessionid"]),
      ("--payload", ["payload"]),
      ("CannotPullContainerError", ["pull", "contain", "_cannotpullcontainererror"]),
      ("LNK2019", ["lnk2019"]),
      ("504", ["504"]),
    ])
  func code(text: String, wanted: [String]) {
    let found = tokens(text)
    for token in wanted {
      #expect(found.contains { $0.hasPrefix(token) }, "\(token) in \(found)")
    }
  }

  @Test("Spellings of one name are one token")
  func spellings() {
    let whole = tokens("InvokeAgentRuntime").last
    #expect(tokens("invoke-agent-runtime").last == whole)
    #expect(tokens("invoke_agent_runtime").last == whole)
  }

  @Test(
    "Hexadecimal codes have one form",
    arguments: [
      ("0x0000000A", ["0xa"]), ("0x133", ["0x133"]), ("0x00000133", ["0x133"]),
      ("0x80070005", ["0x80070005"]), ("0x0", ["0x0"]), ("0xfffff800234dc1b9", []),
    ])
  func hexadecimal(text: String, wanted: [String]) {
    #expect(tokens(text) == wanted)
  }

  @Test("Accents fold, scripts without spaces become pairs")
  func scripts() {
    #expect(tokens("Gerät") == tokens("gerat"))
    #expect(tokens("无法连接") == ["无法", "法连", "连接"])
    #expect(tokens("超时504") == ["超时", "504"])
  }

  @Test("Segments hold a code token with its parts")
  func segments() {
    let segments = Analyzer.segments(of: "call InvokeAgent now")
    #expect(segments.map(\.written) == ["call", "InvokeAgent", "now"])
    #expect(segments[1].tokens.contains { $0.kind == .code })
  }

  @Test("Any input is read", arguments: ["", " ", "\0", "\"*^:()-", "\u{1F600}", "a\u{301}"])
  func anything(text: String) {
    _ = Analyzer.tokens(of: text)
    #expect(Analyzer.segments(of: text).allSatisfy { !$0.tokens.isEmpty })
  }

  @Test(
    "The stemmer joins forms and leaves other words apart",
    arguments: [
      ("extraction", "extracted", true), ("stopped", "stop", true), ("failed", "fails", true),
      ("missing", "miss", true), ("policies", "policy", true), ("class", "clay", false),
      ("status", "state", false), ("string", "str", false),
    ])
  func stems(one: String, other: String, same: Bool) {
    #expect((tokens(one) == tokens(other)) == same, "\(tokens(one)) \(tokens(other))")
  }
}
