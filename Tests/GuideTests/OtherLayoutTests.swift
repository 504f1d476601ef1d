import Guide
import Testing

/// Layouts of pages that were not written for Fixbook.
struct OtherLayoutTests {
  private func content(_ markdown: String) throws -> IssueContent {
    try IssueContent.read(markdown: markdown)
  }

  // MARK: Underlined headings

  private let underlined = """
    Mail Runbook
    ============

    Notes of the crew.

    Queue grows
    -----------

    - `deferred: connect timed out`
    - **Fix**: restart the relay

    Login fails
    -----------

    The page answers 502. Restart it.
    ---------------------------------
    More text.

    """

  @Test func `a file that begins with an underlined heading is cut at those`() throws {
    let file = try guide(underlined)
    #expect(file.title == "Mail Runbook")
    #expect(file.introduction == "Notes of the crew.")
    #expect(outline(file) == ["[Queue grows, Login fails]"])
    #expect(file.sections[0].issues[1].markdown.hasPrefix("The page answers 502."))
    #expect(file.notes.map(\.text).contains("underlined heading is kept as text"))
  }

  @Test func `an issue with an underlined heading is renamed with its line`() throws {
    var file = try guide(underlined)
    file.sections[0].issues[0].rename("Queue grows without an end")
    #expect(
      file.sections[0].issues[0].lead
        == "Queue grows without an end\n--------------------------\n\n")
    file.sections[0].issues[1].rename("Login fails.")
    #expect(file.sections[0].issues[1].lead == "## Login fails.\n\n")
    let again = try guide(String(decoding: file.bytes, as: UTF8.self))
    #expect(outline(again) == ["[Queue grows without an end, Login fails.]"])
  }

  @Test func `an article's parts may be underlined`() throws {
    let file = try guide(
      "Pump stops\n==========\n\nSymptoms\n--------\n\n- it is quiet\n\nResolution\n----------\n\nPlug it in.\n\nMore\n----\n\nx\n"
    )
    #expect(file.layout == .single)
    let content = try content(file.sections[0].issues[0].markdown)
    #expect(content.symptoms.map(\.text) == ["it is quiet"])
    #expect(content.fixes.map(\.text) == ["Plug it in."])
  }

  // MARK: Tables

  @Test func `a table of errors and actions is read row by row`() throws {
    let content = try content(
      """
      | Error | Meaning | Action |
      |-------|:-------:|--------|
      | `E101` | disk full | Delete logs |
      | `E102` | a \\| b | Reload<br>Then wait |
      | `E103` | odd | - |
      """)
    #expect(content.symptoms.map(\.text) == ["`E101`", "`E102`", "`E103`"])
    #expect(content.causes.map(\.text).prefix(2) == ["**`E101`**: disk full", "**`E102`**: a | b"])
    #expect(
      content.fixes.map(\.text)
        == ["**`E101`**: Delete logs", "**`E102`**: Reload\nThen wait"])
    #expect(content.fixes.map(\.line) == [3, 4])
    #expect(content.other.isEmpty)
  }

  @Test func `a table with columns that say something else stays whole, too`() throws {
    let table = "| Symptom | Fix | Owner |\n|---|---|---|\n| it hums | oil it | Ada |"
    let content = try content(table)
    #expect(content.fixes.map(\.text) == ["oil it"])
    #expect(content.other == table)
  }

  @Test(arguments: [
    "| Flag | Meaning |\n|---|---|\n| -v | verbose |",
    "| Error | Fix |\n| a | b |",
    "| Error | Fix |\n|---|\n| a | b |",
  ])
  func `other tables are text`(table: String) throws {
    let content = try content(table)
    #expect(content.fixes.isEmpty)
    #expect(content.other == table)
  }

  // MARK: Questions

  @Test(arguments: [
    "**Q: Why does it blink?**\n\nA: Out of paper.\n\n**Q: How do I reset it?**\nA: Hold it.\n",
    "**Q:** Why does it blink?\n\n**A:** Out of paper.\n\n**Q:** How do I reset it?\n\n**A:** Hold it.\n",
    "Q1: Why does it blink?\nA: Out of paper.\n\nQ2: How do I reset it?\nAnswer: Hold it.\n",
    "**Question**: Why does it blink?\n\n**Answer**: Out of paper.\n\n**Question**: How do I\nreset it?\n\n**Answer**: Hold it.\n",
  ])
  func `each question of a list is an issue with its answer`(list: String) throws {
    let file = try guide("# Printers\n\n" + list)
    #expect(outline(file) == ["[Why does it blink?, How do I reset it?]"])
    let fixes = try file.sections[0].issues.map { try content($0.markdown).fixes.map(\.text) }
    #expect(fixes == [["Out of paper."], ["Hold it."]])
  }

  @Test func `a question is renamed where it stands`() throws {
    var file = try guide("# P\n\n**Q: Why one?**\n\nA: x\n\n**Q: Why two?**\n\nA: y\n")
    file.sections[0].issues[1].rename("Why three?")
    #expect(file.sections[0].issues[1].lead == "**Q: Why three?**\n\n")
  }

  @Test func `parts of several errors do not make issues of their own`() throws {
    let file = try guide(
      "# Guests cannot join\n\nThey see an error.\n\n## Error 1: Sign in\n\n### Cause for error 1\n\na\n\n"
        + "## Error 2: Other account\n\n### Cause for error 2\n\nb\n\n## Resolution\n\n### Allow all\n\nc\n\n"
        + "### Allow some\n\nd\n")
    #expect(outline(file) == ["[Guests cannot join]"])
    let content = try content(file.sections[0].issues[0].markdown)
    #expect(content.causes.map(\.text) == ["a", "b"])
    #expect(content.fixes.count == 1)
  }

  // MARK: Blocks that fold

  private let folded = """
    # Problems

    <details>
    <summary>Build fails with <code>E77</code></summary>

    - **Fix**: clean the cache:

    ```sh
    make clean
    ```

    </details>

    <details><summary><b>Tests hang</b></summary>
    Kill the daemon.
    </details>

    """

  @Test func `blocks that fold are issues where nothing else stands`() throws {
    var file = try guide(folded)
    #expect(outline(file) == ["[Build fails with E77, Tests hang]"])
    let contents = try file.sections[0].issues.map { try content($0.markdown) }
    #expect(contents[0].fixes.map(\.text) == ["clean the cache:\n\n```sh\nmake clean\n```"])
    #expect(contents[1].other == "Kill the daemon.")
    file.sections[0].issues[1].rename("Tests wait")
    #expect(file.sections[0].issues[1].lead == "<details><summary>Tests wait</summary>\n")
    file.sections[0].issues[1].rename("Tests & <all> wait")
    #expect(
      file.sections[0].issues[1].lead
        == "<details><summary>Tests &amp; &lt;all&gt; wait</summary>\n")
    #expect(outline(try guide(file.text)) == ["[Build fails with E77, Tests & <all> wait]"])
  }

  @Test func `blocks that fold inside an issue are its text`() throws {
    let file = try guide(
      "# G\n\n## Pump stops\n\nSee the log.\n\n<details><summary>Log</summary>\n\nx\n\n</details>\n\n"
        + "<details><summary>More</summary>\n\ny\n\n</details>\n\nThe end.\n\n## Pump hums\n\n- **Fix**: oil\n"
    )
    #expect(outline(file) == ["[Pump stops, Pump hums]"])
    #expect(
      try content(file.sections[0].issues[0].markdown).other
        == "See the log.\n\n**Log**\n\nx\n\n**More**\n\ny\n\nThe end.")
  }

  @Test func `a summary may name a part`() throws {
    let content = try content(
      "- it hums\n\n<details>\n<summary>Solution</summary>\n\nOil it.\n\n</details>\n\nThe end.")
    #expect(content.fixes.map(\.text) == ["Oil it."])
    #expect(content.other == "The end.")
  }

  @Test func `a text is shown without the tags that fold it`() {
    #expect(
      unfolded("a\n\n<details>\n<summary>Log</summary>\n\n`x`\n\n</details>\n\n<p>b</p>\n")
        == "a\n\n\n**Log**\n\n\n`x`\n\n\n\n<p>b</p>")
  }

  // MARK: Callouts

  @Test(arguments: [
    "> [!TIP]\n> **Fix**: oil it\n\nThe end.",
    "> [!IMPORTANT] Solution\n> oil it\n\nThe end.",
    "> **Fix**: oil it\n\nThe end.",
    ":::tip Solution\noil it\n:::\n\nThe end.",
  ])
  func `a fix may stand in a callout`(markdown: String) throws {
    let content = try content("- it hums\n\n" + markdown)
    #expect(content.symptoms.map(\.text) == ["it hums"])
    #expect(content.fixes.map(\.text) == ["oil it"])
    #expect(content.other == "The end.")
  }

  @Test func `a callout may name the part in quotation marks`() throws {
    let content = try content("- it hums\n\n!!! warning \"Workaround\"\n    run it by hand")
    #expect(content.fixes.map(\.text) == ["run it by hand"])
    #expect(content.fixes.map(\.kind) == [.workaround])
  }

  @Test func `a remark in a callout is text`() throws {
    let note = "> [!NOTE]\n> It is loud."
    let content = try content("- it hums\n\n" + note)
    #expect(content.symptoms.map(\.text) == ["it hums"])
    #expect(content.other == note)
  }

  // MARK: What is not read

  @Test func `a section with commands of its own is named, since they are no issue`() throws {
    let file = try guide(
      "# G\n\n## One\n\nIntroduction.\n\n### A\n\n- **Fix**: x\n\n## Two\n\n```sh\nrun\n```\n\n### B\n\n- **Fix**: y\n"
    )
    #expect(file.notes.map(\.text).filter { $0.contains("found by no search") }.count == 1)
    #expect(file.notes.contains { $0.line == 11 && $0.text.hasPrefix("section “Two”, whose own") })
    let table = try guide(
      "# G\n\n## One\n\nWords.\n\n### A\n\n- **Fix**: x\n\n## Two\n\n| Error | Fix |\n|---|---|\n| e | f |\n\n"
        + "### B\n\n- **Fix**: y\n")
    #expect(table.notes.filter { $0.text.contains("found by no search") }.map(\.line) == [11])
  }

  // MARK: HTML

  @Test func `a page in HTML is said to be one`() throws {
    let file = try guide("<h1>Errors</h1>\n\n<h2>Disk full</h2>\n<p>Delete logs.</p>\n")
    #expect(file.notes.contains { $0.line == 1 && $0.text.contains("page in HTML") })
    #expect(try guide("<h1>Errors</h1>\n\n## Disk full\n\nx\n").notes.isEmpty)
  }
}
