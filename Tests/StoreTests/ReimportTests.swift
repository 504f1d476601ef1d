import SQLite
import Testing

@testable import Store

struct ReimportTests {
  private let base: Base

  init() throws { base = try Base() }

  private let one = "- seen\n- **Cause**: a\n- **Fix**: do x\n\nfirst\n\nmiddle\n\nlast"

  private func guide(_ markdown: String, more: [(title: String, markdown: String)] = []) -> String {
    guideText("Guide", [("One", markdown), ("Two", "- two")] + more)
  }

  @Test func `what changed upstream is taken over as a new revision`() throws {
    try base.load(guide(one))
    let fix = try base.issue("one").fixes[0].id
    let changed = guide(one.replacing("do x", with: "do x twice"))
    let summary = try base.load(changed)
    #expect((summary.changed, summary.unchanged, summary.added, summary.archived) == (1, 1, 0, 0))
    let issue = try base.issue("one")
    #expect(issue.summary.revision == 2)
    #expect(issue.fixes.map(\.text) == ["do x twice\n\nfirst\n\nmiddle\n\nlast"])
    #expect(issue.fixes[0].id == fix)
    #expect(try base.exportedText("guide") == changed)
    try base.checkIntegrity()
  }

  @Test
  func
    `titles that an earlier version stored with their markup become text, and nothing else moves`()
    throws
  {
    let text = """
      # The `pump`

      ## About [valves](https://x.example/v)

      Turn them.

      ### `V1` is **stuck**
      - seen

      ### [V2](https://x.example/v2) leaks
      - drops

      """
    try base.load(text)
    #expect(try base.titles() == ["V1 is stuck", "V2 leaks"])
    try base.store.write(as: .system) { writing in
      for table in ["guide", "section", "issue", "revision"] {
        let column = "title"
        for (new, old) in [
          ("The pump", "The `pump`"), ("About valves", "About [valves](https://x.example/v)"),
          ("V1 is stuck", "`V1` is **stuck**"), ("V2 leaks", "[V2](https://x.example/v2) leaks"),
        ] {
          try writing.connection.execute(
            SQL(
              trusted: "UPDATE \"\(table)\" SET \(column) = $1 WHERE \(column) = $2",
              values: [.text(old), .text(new)]))
        }
      }
      try writing.connection.execute(
        """
        UPDATE section SET imported_title = title;
        """)
      try writing.connection.execute(
        "UPDATE revision SET section = (SELECT title FROM section LIMIT 1)")
      try writing.connection.execute(
        """
        UPDATE issue SET slug = 'v2-https-x-example-v2-leaks' WHERE slug = 'v2-leaks'
        """)
      try writing.connection.execute(
        """
        UPDATE slug SET slug = 'v2-https-x-example-v2-leaks' WHERE slug = 'v2-leaks'
        """)
    }
    let ids = try ["v1-is-stuck", "v2-https-x-example-v2-leaks"].map {
      try base.issue($0).summary.id
    }
    try base.edit("v1-is-stuck", markdown: "- seen here")
    let summary = try base.load(text.replacing("- drops", with: "- many drops"))
    #expect(summary.conflicts == [] && summary.added == 0 && summary.archived == 0)
    #expect(try base.titles() == ["V1 is stuck", "V2 leaks"])
    let issues = try ["v1-is-stuck", "v2-https-x-example-v2-leaks"].map { try base.issue($0) }
    #expect(issues.map(\.summary.id) == ids)
    #expect(issues.map(\.summary.section) == ["About valves", "About valves"])
    #expect(issues.map(\.markdown) == ["- seen here", "- many drops"])
    #expect(
      try base.exportedText("the-pump")
        == text.replacing("- drops", with: "- many drops").replacing("- seen", with: "- seen here"))
    try base.checkIntegrity()
  }

  @Test func `an edit made here stays when upstream did not change`() throws {
    try base.load(guide(one))
    let edited = one.replacing("seen", with: "seen here")
    try base.edit("one", markdown: edited)
    let summary = try base.load(guide(one))
    #expect((summary.changed, summary.unchanged, summary.merged) == (0, 2, 0))
    #expect(try base.issue("one").markdown == edited)
    #expect(try base.exportedText("guide") == guide(edited))
  }

  @Test func `edits on both sides are merged, and stay merged`() throws {
    try base.load(guide(one))
    try base.edit("one", markdown: one.replacing("seen", with: "seen here"))
    let upstream = guide(one.replacing("last", with: "last of all"))
    let both = one.replacing("seen", with: "seen here").replacing("last", with: "last of all")
    let summary = try base.load(upstream)
    #expect((summary.changed, summary.merged, summary.conflicts) == (1, 1, []))
    #expect(try base.issue("one").markdown == both)
    // The same file once more must not undo the edit made here.
    let again = try base.load(upstream)
    #expect((again.changed, again.merged, again.unchanged) == (0, 0, 2))
    #expect(try base.issue("one").markdown == both)
    // And the next change upstream merges with it, too.
    let next = try base.load(
      guide(one.replacing("last", with: "last of all").replacing("middle", with: "centre")))
    #expect(next.merged == 1)
    #expect(try base.issue("one").markdown == both.replacing("middle", with: "centre"))
    try base.checkIntegrity()
  }

  @Test func `a conflict is listed each time and stays as it is here`() throws {
    try base.load(guide(one))
    let here = one.replacing("seen", with: "seen here")
    try base.edit("one", markdown: here)
    let upstream = guide(one.replacing("seen", with: "seen there"))
    for _ in 0..<2 {
      let summary = try base.load(upstream)
      #expect(summary.conflicts == ["One"])
      #expect((summary.changed, summary.unchanged) == (0, 1))
      #expect(try base.issue("one").markdown == here)
    }
    // Solved here by taking upstream's line.
    try base.edit("one", markdown: one.replacing("seen", with: "seen there"))
    #expect(try base.load(upstream).conflicts == [])
    #expect(try base.issue("one").markdown == one.replacing("seen", with: "seen there"))
    try base.checkIntegrity()
  }

  @Test func `removed upstream is archived, and comes back with its id and fixes`() throws {
    try base.load(guide(one))
    let before = try base.issue("one")
    let without = guideText("Guide", [("Two", "- two")])
    let summary = try base.load(without)
    #expect((summary.archived, summary.unchanged) == (1, 1))
    #expect(try base.issue("one").summary.confidence == .archived)
    #expect(try base.titles() == ["Two"])
    #expect(try base.exportedText("guide") == without)
    try base.checkIntegrity()
    // Not archived once more.
    #expect(try base.load(without).archived == 0)
    let back = try base.load(guide(one))
    #expect(back.added == 0)
    let after = try base.issue("one")
    #expect(after.summary.id == before.summary.id)
    #expect(after.fixes.map(\.id) == before.fixes.map(\.id))
    #expect(after.summary.confidence != .archived)
    #expect(try base.titles() == ["One", "Two"])
    #expect(try base.exportedText("guide") == guide(one))
    try base.checkIntegrity()
  }

  @Test func `back with a text that conflicts, it is found as it is here`() throws {
    try base.load(guide(one))
    try base.edit("one", markdown: one.replacing("seen", with: "seen here"))
    try base.load(guideText("Guide", [("Two", "- two")]))
    let summary = try base.load(guide(one.replacing("seen", with: "seen there")))
    #expect(summary.conflicts == ["One"])
    #expect(try base.titles() == ["One", "Two"])
    try base.checkIntegrity()
  }

  @Test func `sections that went upstream leave no line behind, and come back`() throws {
    let two = "# Guide\n\n## A\nOn A.\n\n### One\n- 1\n\n## B\nOn B.\n\n### Two\n- 2\n"
    let first = "# Guide\n\n## A\nOn A.\n\n### One\n- 1\n"
    let turned = "# Guide\n\n## B\nOn B.\n\n### Two\n- 2\n\n## A\nOn A.\n\n### One\n- 1\n"
    for text in [two, first, two, turned, first, turned, two] {
      try base.load(text)
      #expect(try base.exportedText("guide") == text)
      try base.checkIntegrity()
    }
  }

  @Test func `an issue that moved upstream keeps its id and moves`() throws {
    let two = "# Guide\n\n## A\n\n### One\n- 1\n\n## B\n\n### Two\n- 2\n"
    let moved = "# Guide\n\n## A\n\n## B\n\n### Two\n- 2\n\n### One\n- 1\n"
    try base.load(two)
    let id = try base.issue("one").summary.id
    let summary = try base.load(moved)
    #expect((summary.added, summary.archived) == (0, 0))
    #expect(try base.issue("one").summary.id == id)
    #expect(try base.issue("one").summary.section == "B")
    #expect(try base.exportedText("guide") == moved)
  }

  @Test func `a title changed here leads on to the same issue`() throws {
    try base.load(guide(one))
    let id = try base.issue("one").summary.id
    try base.edit("one", title: "Number one")
    let summary = try base.load(guide(one))
    #expect((summary.added, summary.archived, summary.unchanged) == (0, 0, 2))
    let issue = try base.issue("number-one")
    #expect(issue.summary.id == id)
    #expect(issue.summary.title == "Number one")
    #expect(
      try base.exportedText("guide") == guide(one).replacing("### One", with: "### Number one"))
    try base.checkIntegrity()
  }

  @Test func `a title changed upstream reaches the issue of that external id`() throws {
    try base.load(records: #"{"id":"k1","guide":"KB","title":"Old name","body":"- x"}"#)
    let id = try base.issue("old-name").summary.id
    try base.load(records: #"{"id":"k1","guide":"KB","title":"New name","body":"- x"}"#)
    let issue = try base.issue("new-name")
    #expect(issue.summary.id == id)
    #expect(issue.summary.title == "New name")
    // The old address still leads here.
    #expect(try base.issue("old-name").summary.id == id)
    #expect(try base.exported("kb").map(\.text) == ["# New name\n\n- x\n"])
    try base.checkIntegrity()
  }

  @Test func `records that change only in their arrays are taken over`() throws {
    try base.load(
      records: #"{"id":"k1","guide":"KB","title":"One","body":"- x","aliases":["uno"]}"#)
    let same = try base.load(
      records: #"{"id":"k1","guide":"KB","title":"One","body":"- x","aliases":["uno"]}"#)
    #expect((same.changed, same.unchanged) == (0, 1))
    let summary = try base.load(
      records: #"{"id":"k1","guide":"KB","title":"One","body":"- x","aliases":["uno","eins"]}"#)
    #expect(summary.changed == 1)
    #expect(try base.issue("one").aliases == ["uno", "eins"])
    try base.checkIntegrity()
  }

  @Test func `what was deleted here does not come back with the same file`() throws {
    try base.load(guide(one))
    try base.delete("one")
    let summary = try base.load(guide(one))
    #expect(summary.added == 0)
    #expect(try base.titles() == ["Two"])
    #expect(try base.find("one-2") == nil)
    try base.checkIntegrity()
  }

  @Test func `issues of one title in one guide keep apart`() throws {
    let text = "# Guide\n\n## A\n\n### Timeout\n- a\n\n## B\n\n### Timeout\n- b\n"
    try base.load(text)
    #expect(try base.issue("timeout").markdown == "- a")
    #expect(try base.issue("timeout-2").markdown == "- b")
    #expect(try base.load(text).unchanged == 2)
    #expect(try base.exportedText("guide") == text)
  }

  @Test func `a check may move from one issue to another`() throws {
    func text(_ first: String, _ second: String) -> String {
      guideText("Guide", [("One", "- 1" + first), ("Two", "- 2" + second)])
    }
    let check = "\n- **Check**: id: length 33..256"
    try base.load(text("", check))
    try base.load(text(check, ""))
    #expect(try base.issue("one").checks.map(\.name) == ["id"])
    #expect(try base.issue("two").checks == [])
    try base.load(text("", check))
    #expect(try base.issue("two").checks.map(\.name) == ["id"])
    // And to a new issue, while the old one goes.
    try base.load(guideText("Guide", [("Three", "- 3" + check), ("Two", "- 2")]))
    #expect(try base.issue("three").checks.map(\.name) == ["id"])
    try base.load(guideText("Guide", [("Four", "- 4" + check)]))
    #expect(try base.issue("four").checks.map(\.name) == ["id"])
    try base.checkIntegrity()
  }

  @Test func `one name for checks of two issues is refused and nothing lands`() throws {
    let check = "\n- **Check**: id: length 33..256"
    #expect(throws: IssueWriteError.self) {
      try base.load(guideText("Guide", [("One", "- 1" + check), ("Two", "- 2" + check)]))
    }
    #expect(try base.count("SELECT count(*) FROM issue") == 0)
    #expect(try base.count("SELECT count(*) FROM guide") == 0)
    #expect(try base.indexTrouble() == [])
  }

  @Test func `a folder's file that was moved keeps its issue`() throws {
    let text = "## Symptoms\n- x\n\n## Resolution\nz\n"
    try base.load(folder: "kb", ["a/disk.md": text, "b/other.md": text])
    let id = try base.issue("disk").summary.id
    let summary = try base.load(folder: "kb", ["b/disk.md": text, "b/other.md": text])
    #expect((summary.added, summary.archived) == (0, 0))
    #expect(try base.issue("disk").summary.id == id)
    #expect(try base.exported("kb").compactMap(\.path) == ["b/disk.md", "b/other.md"])
  }

  @Test func `an account named like the importer does not pass for it`() throws {
    try base.load(guide(one))
    let edited = one.replacing("seen", with: "seen here")
    try base.edit("one", markdown: edited, as: Author(viewer: .member(account: 1), name: "import"))
    try base.load(guide(one))
    #expect(try base.issue("one").markdown == edited)
  }
}
