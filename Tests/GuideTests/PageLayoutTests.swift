import Guide
import Testing

/// Where other people's pages put their issues, and what they put beside them.
struct PageLayoutTests {
  private func contents(_ file: GuideFile) throws -> [IssueContent] {
    try file.sections.flatMap(\.issues).map {
      try IssueContent.read(markdown: $0.markdown, title: $0.title)
    }
  }

  private func content(_ markdown: String, title: String = "") throws -> IssueContent {
    try IssueContent.read(markdown: markdown, title: title)
  }

  // MARK: Groups of groups

  @Test func `issues below groups of groups are found`() throws {
    let file = try guide(
      """
      # Pump Guide

      ## Common issues

      ### 1. Pressure

      #### Problem: "pressure low"

      **Symptoms:**
      - the needle falls

      **Solutions:**
      1. Open the valve

      #### Problem: "pressure high"

      **Solution:** close it

      ### 2. Noise

      It hums at night. Oil it.

      ## Power

      ### No current

      **Fix:** plug it in

      """)
    #expect(
      outline(file) == [
        "Common issues[]", "1. Pressure[Problem: \"pressure low\", Problem: \"pressure high\"]",
        "[2. Noise]", "Power[No current]",
      ])
    #expect(try contents(file)[0].fixes.map(\.text) == ["1. Open the valve"])
  }

  @Test func `issues may stand two levels below their section`() throws {
    let file = try guide(
      "# Errors\n\n## Install\n\n#### E1\n\n**Fix:** a\n\n#### E2\n\n**Fix:** b\n\n## Run\n\n#### E3\n\n**Fix:** c\n"
    )
    #expect(outline(file) == ["Install[E1, E2]", "Run[E3]"])
  }

  @Test func `a page of headings of the first level is a list of issues`() throws {
    let file = try guide(
      "# No paper\n\nAdd some.\n\n# No ink\n\nAdd some.\n\n# No current\n\nPlug it in.\n")
    #expect(outline(file) == ["[No paper, No ink, No current]"])
    let titled = try guide("# Known issues\n\nOf 2.1.\n\n# No ink\n\nx\n\n# No current\n\ny\n")
    #expect(titled.title == "Known issues")
    #expect(outline(titled) == ["[No ink, No current]"])
  }

  // MARK: Manuals

  private let manual = """
    # Fjord

    Syncs calendars.

    ## Features

    - Fast
    - Small

    ## Installation

    ```sh
    npm install fjord
    ```

    ## Troubleshooting

    ### Port 5432 in use

    Stop the other server.

    ### `relation "user" does not exist`

    **Solution**: migrate

    ## License

    MIT

    """

  @Test func `of a manual only the chapter on troubles holds issues`() throws {
    let file = try guide(manual)
    #expect(
      outline(file) == [
        "Troubleshooting[Port 5432 in use, relation \"user\" does not exist]", "License[]",
      ])
    #expect(file.bytes == Array(manual.utf8))
    #expect(file.introduction.hasPrefix("Syncs calendars.\n\n## Features"))
  }

  @Test func `a page about troubles has no manual's chapters`() throws {
    let file = try guide(manual.replacing("# Fjord\n", with: "# Fjord problems\n"))
    #expect(file.sections.flatMap(\.issues).map(\.title).contains("Installation"))
  }

  // MARK: Problems in bold type

  @Test func `problems in bold type are issues`() throws {
    let file = try guide(
      """
      # Loom

      ## Common issues

      ### Install

      **Issue: "command not found"**

      ```
      loom: command not found
      ```

      **Solutions:**
      - install it

      **Issue 2: permission denied**

      **Solutions:**
      - use a version manager

      ### Slow

      **Possible causes:**
      - much data

      """)
    #expect(
      outline(file) == [
        "Common issues[]", "Install[\"command not found\", permission denied]", "[Slow]",
      ])
    #expect(try contents(file).map(\.fixes.count) == [1, 1, 0])
  }

  @Test func `a labelled problem with a solution of its own is an issue`() throws {
    let pairs =
      "**Problem**: no sound\n\n**Solution**: unmute\n\n**Problem:** no picture\n**Solution:** plug it in\n"
    var file = try guide("# TV\n\n## Help\n\n" + pairs)
    #expect(outline(file) == ["Help[no sound, no picture]"])
    #expect(try contents(file).map { $0.fixes.map(\.text) } == [["unmute"], ["plug it in"]])
    file.sections[0].issues[0].rename("silence")
    #expect(file.sections[0].issues[0].lead == "**Problem**: silence\n\n")
    let one = try guide(
      "# TV\n\n## No sound\n\n**Problem**: mute\n\n**Problem**: cable\n\n**Solution**: look\n\n## No picture\n\n**Fix**: x\n"
    )
    #expect(outline(one) == ["[No sound, No picture]"])
  }

  @Test func `questions in bold type are issues where questions are announced`() throws {
    let list = "**Why one?**\n\nBecause.\n\n**Why two?**\n\nSo.\n"
    #expect(outline(try guide("# FAQ\n\n" + list)) == ["[Why one?, Why two?]"])
    #expect(outline(try guide("# Move a mailbox\n\n" + list)) == ["[Move a mailbox]"])
  }

  // MARK: Lists of problems

  @Test(arguments: [
    "- **Port in use**: stop the *other* one\n- **No data** - check `URL`\n",
    "- **Port in use:** stop the *other* one\n- **No data** → check `URL`\n",
    "1. **Port in use**\n\n   stop the *other* one\n\n2. **No data**\n   check `URL`\n",
  ])
  func `a list of problems names each with its fix`(list: String) throws {
    let content = try content(list, title: "Troubleshooting")
    #expect(content.symptoms.map(\.text) == ["Port in use", "No data"])
    #expect(
      content.fixes.map(\.text)
        == ["**Port in use**: stop the *other* one", "**No data**: check `URL`"])
  }

  @Test func `elsewhere bold words in a list are symptoms`() throws {
    let content = try content("- **Port**: 80\n- **Host**: a\n", title: "Server hangs")
    #expect(content.symptoms.count == 2)
    #expect(content.fixes.isEmpty)
  }

  // MARK: Parts

  @Test func `what a fix is checked with is no fix`() throws {
    let content = try content(
      "### How to identify\n\nIt hums.\n\n### How to solve\n\n1. Oil it\n\n### Verification\n\n- it is quiet\n"
    )
    #expect(content.symptoms.map(\.text) == ["It hums."])
    #expect(content.fixes.map(\.text) == ["1. Oil it"])
    #expect(content.fixes.map(\.verify) == ["- it is quiet"])
    let bold = try self.content("**Fix**: oil it\n\n**Verification**: it is quiet\n")
    #expect(bold.fixes.map(\.verify) == ["it is quiet"])
  }

  @Test func `headings below the symptoms group them`() throws {
    let content = try content(
      "## Symptoms\n\n### Primary indicators\n\n- it hums\n\n### Signs in the log\n\n- it is warm\n\n## Fix\n\nOil it.\n"
    )
    #expect(content.symptoms.map(\.text) == ["it hums", "it is warm"])
  }

  @Test func `what is recorded about an issue ends the part above it`() throws {
    let content = try content(
      "**Status**: open\n**Description**: it hums\n**Resolution**: oil it\n**Date**: 2026-01-23\n")
    #expect(content.symptoms.map(\.text) == ["it hums"])
    #expect(content.fixes.map(\.text) == ["oil it"])
    #expect(content.other == "**Status**: open\n\n**Date**: 2026-01-23")
  }

  @Test(arguments: ["None", "n/a", "None yet.", "-"])
  func `a workaround that says there is none is none`(word: String) throws {
    let content = try content("- it hums\n- **Workaround**: \(word)\n")
    #expect(content.fixes.isEmpty)
    #expect(content.other == "**Workaround**: \(word)")
  }

  @Test func `the line between two issues is part of neither`() throws {
    #expect(
      try content("**Fix**: oil it\n\nThen wait.\n\n---\n").fixes.map(\.text) == [
        "oil it\n\nThen wait."
      ])
    #expect(try content("## Symptoms\n\nIt hums.\n\n---\n").symptoms.map(\.text) == ["It hums."])
  }

  @Test func `labels in emphasis are read`() throws {
    let content = try content("*Symptom:* it hums\n\n_Cause_: no oil\n\n*Solution:* oil it\n")
    #expect(content.symptoms.map(\.text) == ["it hums"])
    #expect(content.causes.map(\.text) == ["no oil"])
    #expect(content.fixes.map(\.text) == ["oil it"])
  }

  @Test func `a tag for a new line is no part of a label's text`() throws {
    let content = try content("**Problem:** <br>\nit hums\n\n**Resolution:**<br/>oil it\n")
    #expect(content.symptoms.map(\.text) == ["it hums"])
    #expect(content.fixes.map(\.text) == ["oil it"])
  }

  @Test func `a table about the page is no symptom`() throws {
    let content = try content(
      "| Severity | high |\n|---|---|\n| Team | Ada |\n\n## Fix\n\nOil it.\n")
    #expect(content.symptoms.isEmpty)
  }

  @Test func `the column that names the error is what is seen`() throws {
    let content = try content(
      "| Error pattern | Symptom | Possible fix |\n|---|---|---|\n| `E7` | it stops | reload |\n| `E8` | it hums | oil |\n"
    )
    #expect(content.symptoms.map(\.text) == ["`E7`\n\nit stops", "`E8`\n\nit hums"])
    #expect(content.fixes.map(\.text) == ["**`E7`, it stops**: reload", "**`E8`, it hums**: oil"])
    #expect(content.other.isEmpty)
  }
}
