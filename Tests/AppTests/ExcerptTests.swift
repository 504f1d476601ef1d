import Diagnosis
import Testing

@testable import App

@Suite struct ExcerptTests {
  private func plain(_ markdown: String, _ words: String = "") -> String {
    Excerpt(of: markdown, words: SearchQuery(words).wanted).plain
  }

  private func hits(_ markdown: String, _ words: String) -> [String] {
    Excerpt(of: markdown, words: SearchQuery(words).wanted).marked
  }

  @Test(arguments: [
    ("- **Cause**: the *door* is `open --all`", "Cause: the door is open --all "),
    ("see [the manual](https://x.example/a b) first", "see the manual first "),
    ("![crane](crane.png) stuck", "crane stuck "),
    ("slewd[312]: E-4410 [ERROR] open", "slewd[312]: E-4410 [ERROR] open "),
    ("## What to do\n> quoted\n\n| a | b |\n|---|:-:|\n", "What to do quoted a b "),
    ("```sh\necho **x** `y` [z](w)\n```\nend", "echo **x** `y` [z](w) end "),
    ("- **Source**: https://x.example/\n- text", "text "),
    (#"2 \* 3, a_b, `a*b`, x\_y \[z\]"#, "2 * 3, a_b, a*b, x_y [z] "),
    ("", ""), ("   \n\n", ""), ("caf\u{e9} \u{1F6A2}", "caf\u{e9} \u{1F6A2} "),
  ])
  func marksAreTakenOff(_ markdown: String, _ expected: String) {
    #expect(plain(markdown) == expected)
  }

  @Test(arguments: [
    ("the gates were opened by hand", "opening gate", ["gates", "opened"]),
    (
      "`CannotPullContainerError`: pull failed", "CannotPullContainerError",
      ["CannotPullContainerError:", "pull"]
    ),
    ("Café geschlossen", "cafe", ["Café"]),
    ("nothing of it", "crane", []),
    ("x86 and ipv6", "ipv6", ["ipv6"]),
    ("a b c", "b", ["b"]),
  ])
  func hitsAreMarked(_ markdown: String, _ words: String, _ expected: [String]) {
    #expect(hits(markdown, words) == expected)
  }

  @Test func theQuickTestLosesNoHit() {
    let text =
      "- `ecr:BatchGetImage` denied for runtime_session_id, InvokeAgentRuntime; IDs, URLs and "
      + "tries, trying, dies, HTTPServer botocore.exceptions.UnknownServiceError --payload 504"
    for word in text.split(separator: " ") {
      let wanted = Set(Analyzer.tokens(of: String(word)).map(\.text))
      let expected = text.split(separator: " ").filter { other in
        Analyzer.tokens(of: String(other)).contains { wanted.contains($0.text) }
      }
      let found = Excerpt(of: text, words: wanted).marked
      #expect(found.count == expected.count, "\(word)")
    }
  }

  @Test func theWindowIsWhereTheWordsAre() {
    let filler = String(repeating: "filler ", count: 100)
    let found = plain(filler + "the crane is stuck " + filler, "crane stuck")
    #expect(found.contains("the crane is stuck"))
    #expect(found.hasPrefix("… "))
    #expect(found.hasSuffix("…"))
    #expect(found.split(separator: " ").count <= 32)
    #expect(plain("short text", "none") == "short text ")
  }
}

extension Excerpt {
  init(of markdown: String, words: Set<String>) {
    var wanted = WantedWords(words)
    self.init(of: ExcerptText(markdown), wanted: &wanted)
  }
}
