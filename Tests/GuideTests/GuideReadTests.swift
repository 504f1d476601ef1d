import Guide
import Testing

func guide(_ text: String, name: String = "x.md") throws -> GuideFile {
  let file = try GuideFile.read(Array(text.utf8), name: name)
  #expect(file.bytes == Array(text.utf8))
  return file
}

/// "Section[issue, issue]" for each section.
func outline(_ file: GuideFile) -> [String] {
  file.sections.map { "\($0.title)[\($0.issues.map(\.title).joined(separator: ", "))]" }
}

struct GuideReadTests {
  @Test func `sections and issues are cut at their headings`() throws {
    let file = try guide(
      """
      # Printer trouble

      About our printers.

      ## Contents
      - Paper
      - Ink

      ## Paper

      ### Paper jam
      - The tray is stuck
      - **Fix**: Pull it

      ### Wrong size

      - **Fix**: Use A4


      ## Ink
      Who knows ink: Ada.

      ### Dry
      - **Fix**: Shake
      """)
    #expect(file.layout == .sections)
    #expect(file.title == "Printer trouble")
    #expect(file.introduction == "About our printers.")
    #expect(outline(file) == ["Paper[Paper jam, Wrong size]", "Ink[Dry]"])
    let jam = file.sections[0].issues[0]
    #expect(jam.lead == "### Paper jam\n")
    #expect(jam.markdown == "- The tray is stuck\n- **Fix**: Pull it")
    #expect(jam.trail == "\n\n")
    #expect(jam.line == 12)
    #expect(file.sections[0].issues[1].trail == "\n\n\n")
    #expect(file.sections[1].lead == "## Ink\nWho knows ink: Ada.\n\n")
  }

  /// As wikis export it: numbered headings, parts named in bold type.
  @Test func `problems whose parts are named in bold type are issues of their own`() throws {
    let file = try guide(
      """
      # Payments runbook

      Contact: #payments

      ## 1. Known problems

      ### 1.1 Timeouts

      **Symptoms**

      * `PSPTimeout` in the log

      **Resolution**

      Restart it.

      ### 1.2 Lag

      **Symptoms**

      * balances are stale

      **Resolution**

      Skip the message.

      ## 2. People

      | Team | Room |
      |---|---|
      | Payments | 12 |
      """)
    #expect(outline(file) == ["1. Known problems[1.1 Timeouts, 1.2 Lag]", "2. People[]"])
    #expect(file.owner == "#payments")
    let issue = file.sections[0].issues[1]
    #expect(
      IssueReadTests.parts(issue.markdown) == ["S balances are stale", "F Skip the message."])
  }

  @Test func `headings in code, HTML, lists and quotes cut nothing`() throws {
    let file = try guide(
      """
      # G

      ## S

      ### One
      - **Fix**: run this

      ```sh
      # not a title
      ## not a section
      ~~~
      ### no issue
      ```

      ~~~~text
      ### no issue
      ~~~
      ### still none
      ~~~~

          ### indented code

      <!--
      ### commented out
      -->

      <div>
      ### in HTML
      </div>

      - item

        ### inside the item
      - ```
        ### fenced inside the item
        ```

      > ### quoted

      ####### seven signs
      #no space
      \\### escaped

      ### Two
      - **Fix**: nothing
      """)
    #expect(outline(file) == ["S[One, Two]"])
  }

  @Test(arguments: [
    ("### Title", "Title"), ("### Title ###", "Title"), ("### Title {#anchor}", "Title"),
    ("   ###   Title  \t", "Title"), ("### C#", "C#"), ("### C \\#", "C #"),
    ("### A\\_B", "A_B"), ("###\tTab", "Tab"), ("### `code` {#code-x}", "code"),
    ("### {braces}", "{braces}"), ("### a {b} c", "a {b} c"),
  ])
  func `a title is read from its heading`(heading: String, title: String) throws {
    let file = try guide("# G\n\n## S\n\n\(heading)\n- **Fix**: x\n")
    #expect(file.sections.first?.issues.first?.title == title)
  }

  @Test(arguments: ["\u{FEFF}", ""], ["\n", "\r\n"])
  func `BOM and CRLF are kept, a missing last newline too`(bom: String, newline: String) throws {
    let lines = [
      "---", "title: From the front", "owner: ops", "---", "", "## S", "", "### I", "",
      "- **Fix**: x",
    ]
    let file = try guide(bom + lines.joined(separator: newline))
    #expect(file.title == "From the front")
    #expect(file.owner == "ops")
    #expect(outline(file) == ["S[I]"])
    #expect(file.sections[0].issues[0].markdown == "- **Fix**: x")
    #expect(file.sections[0].issues[0].line == 10)
  }

  @Test(
    arguments: [
      ([0x61, 0x0A, 0x62, 0xFF, 0x0A], 2), ([0xFF], 1), ([0x0A, 0xC3], 2),
      ([0x61, 0x0D, 0x0A, 0x0D, 0x0A, 0xED, 0xA0, 0x80], 3), ([0x0A, 0x61, 0xC0, 0x80], 2),
    ] as [([UInt8], Int)])
  func `invalid UTF-8 is refused with its line`(bytes: [UInt8], line: Int) {
    let error = #expect(throws: GuideError.self) { try GuideFile.read(bytes, name: "x.md") }
    #expect(error?.line == line)
  }

  @Test func `front matter is read as properties`() throws {
    let file = try guide(
      """
      ---
      title: "A \\"quoted\\" title"
      tags: [one, 'two, three', "four"]
      keywords:
        - alpha
        - beta
      list:
      - gamma
      license: CC-BY-4.0 # a remark
      menu:
        main:
          weight: 2
      description: |-
        First line
        second line
      folded: >
        one
        two
      empty:
      ---

      # Heading wins

      - **Fix**: x
      """)
    #expect(file.title == "Heading wins")
    #expect(
      file.frontMatter == [
        Property("title", "A \"quoted\" title"), Property("tags", "one, two, three, four"),
        Property("keywords", "alpha, beta"), Property("list", "gamma"),
        Property("license", "CC-BY-4.0"), Property("menu", ""),
        Property("description", "First line\nsecond line"), Property("folded", "one two"),
        Property("empty", ""),
      ])
    #expect(file.license == "CC-BY-4.0")
    #expect(file.layout == .single)
  }

  @Test func `three hyphens without an end are no front matter`() throws {
    let file = try guide("---\ntitle: x\n\n# G\n\ntext\n")
    #expect(file.frontMatter.isEmpty)
    #expect(file.title == "G")
  }

  @Test(arguments: [
    (
      "known-issues.md", "# Known issues\n\n## A breaks\n\ntext\n\n## B breaks\n\ntext\n",
      "[A breaks, B breaks]"
    ),
    (
      "errors.md", "## first_code\n\n> message\n\n## second_code\n\n> other\n",
      "[first_code, second_code]"
    ),
    (
      "x.md",
      "# X\n\n## A\n\n### Symptoms\n\ns\n\n### Solution\n\nf\n\n## B\n\n### Symptoms\n\ns\n",
      "[A, B]"
    ),
    (
      "x.md",
      "# X\n\n- [A](#a)\n- [B](#b)\n\n## Contents\n\n* [A](#a)\n* [B](#b)\n\n## A\n\nt\n\n## B\n\nt\n",
      "[A, B]"
    ),
    ("x.md", "# X\n\n### A\n- **Fix**: a\n\n### B\n- **Fix**: b\n", "[A, B]"),
    ("x.md", "# X\n\n### A\n- s\n", "[A]"),
    ("x.md", "# X\n\nWhat we met.\n\n### A\n- **Fix**: a\n", "[A]"),
  ])
  func `a file with one issue per heading is recognised`(
    name: String, text: String, expected: String
  ) throws {
    let file = try guide(text, name: name)
    #expect(file.layout == .issues)
    #expect(outline(file) == [expected])
  }

  @Test func `issues below a second title are issues too`() throws {
    let text = "# G\n\n## S\n\n### A\n- s\n\n# H\n\n## T\n\n### B\n- **Fix**: f\n\n### C\n- t\n"
    let file = try guide(text)
    #expect(outline(file) == ["G[]", "S[A]", "H[]", "T[B, C]"])
    #expect(file.text == text)
  }

  @Test(arguments: [
    "# X fails\n\n### Remedy\n\nOne text.\n",
    "# X fails\n\n## Symptoms\n\ns\n\n## Cause\n\nc\n\n## Resolution\n\nr\n",
    "# X fails\n\n## Problem\n\n- p\n\n## Solution\n\n### First step\n\na\n\n### Second step\n\nb\n",
    "---\ntitle: X fails\n---\n\n## Meaning\n\nm\n\n## Impact\n\ni\n\n## Diagnosis\n\nd\n\n## Mitigation\n\nf\n",
    "---\ntitle: X fails\n---\n\n# Symptoms\n\ns\n\n# Cause\n\nc\n",
    "# X fails\n\n#### Why This Error Occurred\n\nw\n\n#### Possible Ways to Fix It\n\np\n\n### Useful Links\n\nl\n",
    "# X fails\n\n**Symptoms**\n\ns\n\n**Fix**\n\nf\n",
    "# X fails\n\n> 'x' is broken\n\n## Remarks\n\nr\n\n## Example\n\ne\n",
    "# X fails\n\nOnly text.\n",
    "# X fails\n\n## Install the tool\n\ntext\n\n## Run it\n\ntext\n",
  ])
  func `an article is one issue`(text: String) throws {
    let file = try guide(text)
    #expect(file.layout == .single)
    #expect(outline(file) == ["[X fails]"])
    #expect(file.sections[0].issues[0].trail == "\n")
  }

  @Test func `a file without a title takes its name`() throws {
    #expect(try guide("text\n", name: "a/b/Disk-is_full.md").title == "Disk is full")
    #expect(try guide("", name: "").title == "Untitled")
  }

  @Test func `a section of one paragraph is an introduction, one with more is an issue`() throws {
    let file = try guide(
      """
      # Common trouble

      ## Casks

      ### One
      text

      ### Two
      text

      ## Loose issue

      It fails.

      ```sh
      repair
      ```

      ## Later
      Nothing here yet.

      ## Other

      ### Three
      text
      """)
    #expect(file.layout == .sections)
    #expect(outline(file) == ["Casks[One, Two]", "[Loose issue]", "Later[]", "Other[Three]"])
  }

  @Test func `owner and escalation of guide and section are read`() throws {
    let file = try guide(
      """
      # G

      - **Owner**: team A
      - **License**: CC0-1.0

      ## S
      - **Escalate:** call B

      ### I
      - **Fix**: x
      """)
    #expect(file.owner == "team A")
    #expect(file.license == "CC0-1.0")
    #expect(file.sections[0].escalate == "call B")
  }

  @Test func `an importer can say what it understood of an issue`() throws {
    let file = try guide(
      "---\nlabels: a, b\ntags: [b, c]\n---\n# X\n\n- s\n- t\n- **Fix**: f\n- **Note**: n\n\n## More information\n\nm\n"
    )
    let issue = file.sections[0].issues[0]
    let content = try IssueContent.read(markdown: issue.markdown, title: issue.title)
    let note = issue.note(on: content)
    #expect(note.line == 7)
    #expect(note.text == "“X”: 2 symptoms, 1 fix, 2 lines kept as plain text")
  }

  @Test func `notes name what was understood and what was kept as text`() throws {
    let file = try guide(
      "# G\n\n## S\n\n#### too deep\n\n### I\n- **Fix**: x\n\nUnder\n-----\n\n```\nopen\n")
    #expect(
      file.notes.map { "\($0.line) \($0.text)" } == [
        "10 underlined heading is kept as text; only # headings are read",
        "13 this code fence is not closed; what follows it is read as code",
        "3 section “S”",
        "5 “too deep” stands too deep for an issue and is kept as plain text",
      ])
  }
}
