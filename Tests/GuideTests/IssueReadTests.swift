import Guide
import Testing

struct IssueReadTests {
  @Test func `every label of the guide format is read`() throws {
    let content = try IssueContent.read(
      markdown: """
        - Doors stay shut
          although the light is green
        - **Cause**: the relay is stuck
        - **Symptom**: a humming noise
        - **Check**: relay-id: length 3..8
        - **Fix**: Knock on the relay:

        ```sh
        knock --twice
        ```

        Then wait.
        - **Verify**: the humming stops
        - **Risk**: disruptive
        - **Workaround:** use the stairs
        - **risk**: SAFE
        - **Applies to**: model=A4, site=north
        - **Also seen as**: door stuck; `a;b` closed; no entry
        - **Owner**: hall team
        - **Escalate**: 555-0100
        - **Source**: https://example.org/a, <https://example.org/b>
        - **License**: CC0-1.0
        - **Attribution**: Ada
        - **Tags**: doors, relays

        ```sample
        E42 relay timeout
        E43 relay gone
        ```

        ~~~not-sample
        E42 lamp timeout
        ~~~
        """)
    #expect(
      content.symptoms == [
        Passage(text: "Doors stay shut\nalthough the light is green", line: 1),
        Passage(text: "a humming noise", line: 4),
      ])
    #expect(content.causes == [Passage(text: "the relay is stuck", line: 3)])
    #expect(content.checks == [Check(name: "relay-id", rule: "length 3..8", line: 5)])
    #expect(
      content.fixes == [
        FixText(
          kind: .fix, text: "Knock on the relay:\n\n```sh\nknock --twice\n```\n\nThen wait.",
          verify: "the humming stops", risk: .disruptive, line: 6),
        FixText(kind: .workaround, text: "use the stairs", risk: .safe, line: 15),
      ])
    #expect(content.environment == [Property("model", "A4"), Property("site", "north")])
    #expect(content.aliases == ["door stuck", "`a;b` closed", "no entry"])
    #expect(content.owner == "hall team")
    #expect(content.escalate == "555-0100")
    #expect(content.sources == ["https://example.org/a", "https://example.org/b"])
    #expect(content.license == "CC0-1.0")
    #expect(content.attribution == "Ada")
    #expect(content.tags == ["doors", "relays"])
    #expect(
      content.samples == [
        Sample(text: "E42 relay timeout\nE43 relay gone", negative: false, line: 26),
        Sample(text: "E42 lamp timeout", negative: true, line: 31),
      ])
    #expect(content.other == "")
  }

  @Test(arguments: [
    ("- 🔎 **Symptom**: hums\n- 🛠️ **Fix**: oil it", ["S hums", "F oil it"]),
    ("⚠️ **Root cause:** dust\n\n✅ **Resolution:** wipe", ["C dust", "F wipe"]),
    ("Cause: dust\n\nFix: wipe it\n", ["C dust", "F wipe it"]),
    (
      "- hums\n  - Cause: dust\n  - Workaround: wait\n- rattles",
      ["S hums", "S rattles", "C dust", "W wait"]
    ),
    ("**Why it happens:** dust\n\n**How to fix:** wipe", ["C dust", "F wipe"]),
    ("**Ursache:** Staub\n\n**Lösung:** abwischen", ["C Staub", "F abwischen"]),
    ("**原因：** 埃\n\n**解決方法**：拭く", ["C 埃", "F 拭く"]),
    ("Ursache: Staub\n\nLo\u{308}sung: abwischen", ["C Staub", "F abwischen"]),
    (
      "#### 1. Symptome\n- brummt\n\n#### 2) Ursache\nStaub\n\n#### 🛠 Lösung\nabwischen",
      ["S brummt", "C Staub", "F abwischen"]
    ),
    // Commits, messages and sentences are none.
    ("- fix: typo in the manual", ["S fix: typo in the manual"]),
    ("- Error: no route", ["S Error: no route"]),
    ("- Cause:no space", ["S Cause:no space"]),
    ("- 2 causes: dust", ["S 2 causes: dust"]),
    ("- **Note**: dust", ["O - **Note**: dust"]),
  ])
  func `labels as other people write them are read`(markdown: String, parts: [String]) {
    #expect(Self.parts(markdown) == parts)
  }

  /// Symptoms, causes, fixes and the rest, each on one line.
  static func parts(_ markdown: String) -> [String] {
    let content = IssueContent.reading(markdown).content
    var parts = content.symptoms.map { "S \($0.text)" } + content.causes.map { "C \($0.text)" }
    parts += content.fixes.map { "\($0.kind == .fix ? "F" : "W") \($0.text)" }
    parts += content.fixes.compactMap { $0.verify.map { "V \($0)" } }
    if !content.other.isEmpty { parts.append("O \(content.other)") }
    return parts.map { $0.replacing("\n", with: "⏎") }
  }

  @Test(arguments: [
    // A label needs bold type: a plain "Check:" is a symptom.
    (
      "- Check: is the tank full?\n- **Fix**: fill it", ["S Check: is the tank full?", "F fill it"]
    ),
    ("- **fix:** a\n- b\n- c", ["F a⏎⏎- b⏎- c"]),
    ("- **Fix**: a\n- **Fix**: b", ["F a", "F b"]),
    ("- **Fix**: a\n\n  more\n\n  ```\n  code\n  ```\n", ["F a⏎⏎more⏎⏎```⏎code⏎```"]),
    ("- **Fix**: a\n  goes on\n- **Cause**: c", ["C c", "F a⏎goes on"]),
    ("- **Fix**: a\n\n1. one\n2. two\n\ntext", ["F a⏎⏎1. one⏎2. two⏎⏎text"]),
    ("- **Fix**: a\n- **Verify**: v\n\n```\nx\n```\n- b", ["S b", "F a", "V v⏎⏎```⏎x⏎```"]),
    ("- **Fix**: a\n- **Verify**: v\n- b", ["S b", "F a", "V v"]),
    ("- **Fix**: a\n- **Source**: https://x.example\n- b", ["S b", "F a"]),
    ("- **Fix**: a\n- b", ["F a⏎⏎- b"]),
    ("- **Fix**: a\n  - **Verify**: v\n  - **Risk**: safe\n  - step", ["F a⏎⏎- step", "V v"]),
    ("**Fix**: a\n\nb", ["F a⏎⏎b"]),
    ("**Cause**: c\n**Fix**: a\nand b", ["C c", "F a⏎and b"]),
    ("Text.\n\n- s\n\n**Workaround**: w", ["S s", "W w", "O Text."]),
    ("- **Fix**:\n\n```\ncode\n```", ["F ```⏎code⏎```"]),
    ("- s:\n\n```\ncode\n```\n- **Fix**: a", ["S s:⏎⏎```⏎code⏎```", "F a"]),
    (
      "- s\n- **Applies to**: old models\n- **Fix**: a",
      ["S s", "F a", "O **Applies to**: old models"]
    ),
    (
      "- **Note**: n\n- s\n- **Fix**: f\n- **Tip**: t",
      ["S s", "F f⏎⏎- **Tip**: t", "O - **Note**: n"]
    ),
    ("1. first\n2. second", ["O 1. first⏎2. second"]),
    ("It has these causes:\n\n- a\n- b", ["C a", "C b", "O It has these causes:"]),
    ("Known trouble:\n- a\n- b", ["S a", "S b", "O Known trouble:"]),
    ("- s\n- **Source**: see the book\n- t", ["S s", "S t"]),
    ("- __Fix__: a", ["F a"]),
    ("- s\n- Suggested actions:\n  - a\n  - b", ["S s", "F - a⏎- b"]),
    ("It stops.\n\nPossible causes:\n\n- a\n- b", ["C a", "C b", "O It stops."]),
    ("It stops.\n\nPossible resolution:\n\n```c\nx\n```", ["F ```c⏎x⏎```", "O It stops."]),
    ("- s\n- Possible problem: a\n- Action: b", ["S s", "S Possible problem: a", "S Action: b"]),
    ("- s\n- **Recommendation**: a", ["S s", "F a"]),
    ("- **Fixing**: a", ["S **Fixing**: a"]),
    ("* **Fix** : a", ["F a"]),
    ("+ s\n\n  second paragraph", ["S s⏎⏎second paragraph"]),
    ("- s\nlazy", ["S s⏎lazy"]),
    ("- **Fix**: a\n\n#### Notes\n\nn\n\n- b", ["F a", "O #### Notes⏎⏎n⏎⏎- b"]),
    ("", []),
  ])
  func `bullets, labels and what follows them are told apart`(
    markdown: String, expected: [String]
  ) {
    #expect(Self.parts(markdown) == expected)
    #expect(Self.parts(markdown.replacing("\n", with: "\r\n")) == expected)
  }

  @Test(arguments: [
    (
      "## Symptoms\n\nYou see this:\n\n> Error 5\n\n- a\n- b\n\n## Cause\n\nc\n\n## Resolution\n\nr1\n\nr2\n",
      ["S You see this:⏎⏎> Error 5", "S a", "S b", "C c", "F r1⏎⏎r2"]
    ),
    (
      "#### Meaning\n\nm\n\n#### Impact\n\ni\n\n#### Diagnosis\n\n- d\n\n#### Mitigation\n\n1. f\n2. g\n",
      ["S m", "S i", "F 1. f⏎2. g", "O #### Diagnosis⏎⏎- d"]
    ),
    (
      "### Why This Error Occurred\n\nw\n\n### Possible Ways to Fix It\n\np\n\n#### On Mac\n\nq\n",
      ["C w", "F p⏎⏎#### On Mac⏎⏎q"]
    ),
    (
      "## Resolution\n\nUse one of the following methods:\n\n### Method 1\n\na\n\n### Method 2: by hand\n\nb\n\n## More information\n\nm",
      ["F a", "F **by hand**⏎⏎b", "O Use one of the following methods:⏎⏎## More information⏎⏎m"]
    ),
    ("**Symptoms**\n\ns\n\n**Cause:**\n\nc\n\n__Solution__\n\nf\n", ["S s", "C c", "F f"]),
    ("Problem:\n\np\n\nSolution:\n\nf", ["S p", "F f"]),
    (
      "> %name% is not valid\n\n> other wording\n\nProse.\n\n> quote",
      [
        "S %name% is not valid", "S other wording", "O Prose.⏎⏎> quote",
      ]
    ),
    ("> [!NOTE]\n> n\n\ntext", ["O > [!NOTE]⏎> n⏎⏎text"]),
    (
      "## Issue: it stops\n\nx\n\n## Root cause\n\nc\n\n## To resolve this issue, do\n\nf",
      [
        "S it stops", "S x", "C c", "F **To resolve this issue, do**⏎⏎f",
      ]
    ),
    ("## Workaround 2\n\nw", ["W w"]),
    (
      "## Symptoms\u{202F}\n\ns\n\n## [Cause]\n\nc\n\n## The Workaround\n\nw\n\n## Long-term fix\n\nf",
      ["S s", "C c", "W w", "F f"]
    ),
    (
      "## Other causes\n\nc\n\n## Remediation steps\n\nf\n\n## Temporary solution\n\nw\n\n## Quick\u{3000}fix\n\ng",
      ["C c", "F f", "W w", "F g"]
    ),
    (
      "## Cause for error 1\n\nc\n\n## Resolution for Cause 2\n\nf\n\n## More information for symptom 1\n\nm",
      ["C c", "F **Resolution for Cause 2**⏎⏎f", "O ## More information for symptom 1⏎⏎m"]
    ),
    (
      "## Error steps\n\na\n\n## Possible problem\n\nb\n\n## The term\n\nc\n\n## Steps\n\nd",
      ["O ## Error steps⏎⏎a⏎⏎## Possible problem⏎⏎b⏎⏎## The term⏎⏎c⏎⏎## Steps⏎⏎d"]
    ),
    ("## Symptoms\n\ns\n\n### Steps\n\nt\n\n## Cause\n\nc", ["S s", "C c", "O ### Steps⏎⏎t"]),
    ("## Solution\n\n- **Fix**: a\n- **Verify**: v", ["F a", "V v"]),
    ("## Details\n\nd\n\n### Solution {#solution}\n\nf", ["F f", "O ## Details⏎⏎d"]),
    ("Symptoms\n--------\n\ntext", ["S text"]),
    ("Afterwards\n----------\n\ntext", ["O Afterwards⏎----------⏎⏎text"]),
  ])
  func `an article's headings name its parts`(markdown: String, expected: [String]) {
    #expect(Self.parts(markdown) == expected)
  }

  @Test func `samples are found inside items and leave no trace there`() throws {
    let content = try IssueContent.read(
      markdown: """
        - s

          ```sample
          first
            second
          ```
        - **Fix**: f

          ````not-sample extra words
          ```
          ````

          g
        """)
    #expect(content.symptoms.map(\.text) == ["s"])
    #expect(content.fixes.map(\.text) == ["f\n\ng"])
    #expect(content.samples.map(\.text) == ["first\n  second", "```"])
    #expect(content.samples.map(\.negative) == [false, true])
  }

  @Test(arguments: [
    ("- **Fix**: a\n- **Risk**: maybe", 2, "safe, disruptive or destructive"),
    ("- **Risk**: safe\n- **Fix**: a", 1, "below the fix"),
    ("- a\n- **Check**: n: lenght 3..4", 2, "is no rule"),
    ("- **Check**: n", 1, "name: rule"),
    ("- **Check**: n: matches ^(a", 1, "without “)”"),
    ("- a\n- **Fix**:", 2, "empty"),
    ("- **Fix**:\n- **Fix**: b", 1, "empty"),
  ])
  func `what cannot be meant is an error with its line`(
    markdown: String, line: Int, reason: String
  ) {
    let error = #expect(throws: GuideError.self) { try IssueContent.read(markdown: markdown) }
    #expect(error?.line == line)
    #expect(error?.reason.contains(reason) == true)
    #expect(IssueContent.validate(markdown: markdown).first?.line == line)
  }

  @Test(arguments: [
    ("# a", [1]), ("x\n\n### b\n\n#### c", [3]), ("```\n# a\n```", []), ("- # a", []),
    ("- **Fix**: a\n\n```sh\nx", [3]), ("a\n\n<!-- x", [3]),
  ])
  func `what would cut the guide or swallow the next issue is refused in typed text`(
    markdown: String, lines: [Int]
  ) {
    #expect(IssueContent.validate(markdown: markdown).map(\.line) == lines)
  }

  @Test(
    arguments: [
      // In a file of its own every heading is text.
      ("## Cause\n\nx", 0, nil, []), ("# a", 0, nil, []),
      ("## b\n\n### c", 2, nil, [1]), ("#### b", 4, nil, [1]),
      // What stood there already is nobody's mistake now.
      ("## a\n\nnew\n\n## b", 3, "## a", [5]), ("```\nx y", 0, "```\nx", []),
      ("```\nx y", 0, "x", [1]),
      ("- **Risk**: odd\n- **Risk**: odd", 3, "- **Risk**: odd", [2]),
    ] as [(String, Int, String?, [Int])])
  func `what a text must keep to depends on where it stands`(
    markdown: String, level: Int, before: String?, lines: [Int]
  ) {
    let place = IssuePlace(headingLevel: level, before: before)
    #expect(IssueContent.validate(markdown: markdown, at: place).map(\.line) == lines)
  }

  @Test func `parts written out are read again`() throws {
    var content = IssueContent()
    content.symptoms = [
      Passage(text: "plain", line: 0), Passage(text: "two\nlines:\n\n```\ncode\n```", line: 0),
      Passage(text: "**Fix**: looks like a label", line: 0),
    ]
    content.causes = [Passage(text: "a cause", line: 0)]
    content.fixes = [
      FixText(
        kind: .fix, text: "Do:\n\n```sh\nx\n\ny\n```\n\n- a\n- b", verify: "it works",
        risk: .destructive, line: 0),
      FixText(kind: .workaround, text: "```\nonly code\n```", line: 0),
      FixText(kind: .fix, text: "1. one\n2. two", line: 0),
    ]
    content.samples = [
      Sample(text: "a\n```\nb", negative: false, line: 0),
      Sample(text: "c", negative: true, line: 0),
    ]
    content.checks = [Check(name: "id", rule: "matches ^a+$", line: 0)]
    content.aliases = ["x", "y z"]
    content.environment = [Property("k", "v"), Property("l", "w=1")]
    content.owner = "o"
    content.escalate = "e"
    content.sources = ["https://example.org/1", "a book"]
    content.license = "MIT"
    content.attribution = "A"
    content.tags = ["t", "u"]
    content.other = "Some text.\n\nMore of it."
    let read = try IssueContent.read(markdown: content.markdown)
    #expect(withoutLines(read) == withoutLines(content))
    #expect(try IssueContent.read(markdown: read.markdown).markdown == read.markdown)
  }

  private func withoutLines(_ content: IssueContent) -> IssueContent {
    var content = content
    for index in content.symptoms.indices { content.symptoms[index].line = 0 }
    for index in content.causes.indices { content.causes[index].line = 0 }
    for index in content.fixes.indices { content.fixes[index].line = 0 }
    for index in content.samples.indices { content.samples[index].line = 0 }
    for index in content.checks.indices { content.checks[index].line = 0 }
    return content
  }
}
