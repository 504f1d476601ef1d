import App
import Guide
import SQLite
import TestSupport
import Testing

@testable import Store

struct IssueWritingTests {
  private let base: Base

  init() throws {
    base = try Base()
    try base.load(guideText("Guide", [("Old name", "- a\n\n1\n\n2\n\n3"), ("Other", "- b")]))
  }

  @Test func `a created issue stands at the end of its section after one blank line`() throws {
    let saved = try base.create("New", in: "guide", markdown: "- seen")
    #expect((saved.slug, saved.revision, saved.merged) == ("issue-new", 1, false))
    #expect(
      try base.exportedText("guide")
        == guideText(
          "Guide", [("Old name", "- a\n\n1\n\n2\n\n3"), ("Other", "- b"), ("New", "- seen")]))
    try base.checkIntegrity()
  }

  @Test func `an issue in a section that is not there makes it`() throws {
    try base.create("Third", in: "guide", section: "Next", markdown: "- c")
    #expect(
      try base.exportedText("guide")
        == guideText("Guide", [("Old name", "- a\n\n1\n\n2\n\n3"), ("Other", "- b")])
        + "\n## Next\n\n### Third\n- c\n")
  }

  @Test func `a write into a guide that is not there says so`() {
    #expect(throws: IssueWriteError.guideNotFound("nothing")) {
      try base.create("New", in: "nothing")
    }
  }

  // MARK: Slugs

  @Test func `a former slug leads to the issue for ever`() throws {
    let id = try base.issue("old-name").summary.id
    #expect(try base.edit("old-name", title: "Middle name").slug == "middle-name")
    #expect(try base.edit("middle-name", title: "New name").slug == "new-name")
    try base.store.read(as: .anyone) { reading throws in
      #expect(try reading.issueID(named: "old-name") == .moved(id, to: "new-name"))
      #expect(try reading.issueID(named: "middle-name") == .moved(id, to: "new-name"))
      #expect(try reading.issueID(named: "new-name") == .issue(id))
      #expect(try reading.issueID(named: "\(id)") == .moved(id, to: "new-name"))
      #expect(try reading.issueID(named: "0\(id)") == nil)
      #expect(try reading.issueID(named: "nothing") == nil)
    }
  }

  @Test func `a taken slug, also a former one, gets a number`() throws {
    try base.edit("old-name", title: "New name")
    #expect(try base.create("Old name", in: "guide").slug == "old-name-2")
    #expect(try base.create("Old, name!", in: "guide").slug == "old-name-3")
    #expect(try base.create("Other", in: "guide").slug == "other-2")
    // Its own former name is free for the issue itself.
    #expect(try base.edit("new-name", title: "Old name").slug == "old-name")
    #expect(try base.issue("new-name").summary.slug == "old-name")
  }

  @Test func `the first free number of a slug is taken, and an issue's own before it`() throws {
    let taken = ["Other 2", "Other 4"].map { (title: $0, markdown: "- x") }
    try base.load(guideText("More", taken + Array(repeating: ("Other", "- x"), count: 4)))
    var filter = Reading.IssueFilter()
    filter.guide = "more"
    let wanted = filter
    let slugs = try base.store.read(as: .system) { try $0.issues(wanted, limit: 10).map(\.slug) }
    #expect(
      Set(slugs) == ["other-2", "other-4", "other-3", "other-5", "other-6", "other-7"])
    try base.store.write(as: Base.editor) { writing in
      let id = try #require(
        try writing.connection.first(
          "SELECT issue_id FROM slug WHERE slug = 'other-6'", { $0.int(0) }))
      #expect(try writing.freeSlug("Other") == "other-8")
      #expect(try writing.freeSlug("Other", ofIssue: id) == "other-6")
      #expect(try writing.freeSlug("Other") == "other-8")
    }
  }

  @Test func `many issues of one title cost no more each than a few`() throws {
    func cost(_ count: Int) throws -> Int {
      let file = guideText(
        "Guide \(count)", Array(repeating: ("Same \(count)", "- x"), count: count))
      var importer = Importer()
      importer.add(file: Array(file.utf8), path: "guide.md")
      let prepared = importer
      return try base.store.write(as: .importer) { writing in
        var asked = 0
        writing.connection.trace = { if $0.contains("FROM slug WHERE slug") { asked += 1 } }
        defer { writing.connection.trace = nil }
        _ = try prepared.store(writing)
        return asked
      }
    }
    let (few, many) = (try cost(20), try cost(200))
    #expect(few > 0 && many <= 11 * few)
  }

  @Test func `the slug of a deleted issue is not given again`() throws {
    try base.delete("old-name")
    #expect(try base.create("Old name", in: "guide").slug == "old-name-2")
    #expect(try base.find("old-name") == nil)
  }

  @Test(arguments: [
    ("12", "issue-12"), ("new", "issue-new"), ("504 Gateway Timeout", "504-gateway-timeout"),
    ("ETIMEDOUT / ENETUNREACH", "etimedout-enetunreach"),
    ("Ça ne démarre pas", "ça-ne-démarre-pas"),
    ("!!!", "issue"),
  ])
  func `a slug is the title's words`(title: String, slug: String) throws {
    #expect(try base.create(title, in: "guide").slug == slug)
  }

  @Test func `ids are never given again`() throws {
    let first = try base.create("First", in: "guide").id
    try base.delete("first")
    #expect(try base.create("Second", in: "guide").id > first)
  }

  // MARK: Bases

  @Test func `a write from the newest revision is stored, from an older one refused`() throws {
    #expect(try base.edit("other", markdown: "- c", base: .exactly(1)).revision == 2)
    #expect(throws: IssueWriteError.stale(current: 2)) {
      try base.edit("other", markdown: "- d", base: .exactly(1))
    }
    #expect(throws: IssueWriteError.stale(current: 2)) {
      try base.edit("other", markdown: "- d", base: .exactly(3))
    }
    #expect(try base.edit("other", markdown: "- d", base: .any).revision == 3)
    #expect(try base.issue("other").markdown == "- d")
  }

  @Test func `changes of different lines are merged`() throws {
    try base.edit("old-name", markdown: "- a\n\n1\n\n2\n\n3 there", base: .merging(1))
    let saved = try base.edit("old-name", markdown: "- a here\n\n1\n\n2\n\n3", base: .merging(1))
    #expect(saved.merged)
    #expect(saved.revision == 3)
    #expect(try base.issue("old-name").markdown == "- a here\n\n1\n\n2\n\n3 there")
  }

  @Test func `changes of one line are a conflict with all three texts, and nothing is stored`()
    throws
  {
    try base.edit("other", markdown: "- there", base: .merging(1))
    let error = #expect(throws: IssueWriteError.self) {
      try base.edit("other", markdown: "- here", base: .merging(1))
    }
    guard case .conflict(let start, let current, let yours) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(start.markdown == "- b" && start.revision == 1)
    #expect(current.markdown == "- there" && current.revision == 2)
    #expect(yours.markdown == "- here")
    #expect(try base.issue("other").summary.revision == 2)
  }

  @Test func `title, section and text merge as fields`() throws {
    let id = try base.issue("other").summary.id
    func write(_ text: IssueText) throws -> SavedIssue {
      try base.store.write(as: Base.editor) {
        try $0.updateIssue(id, text, base: .merging(1), comment: "")
      }
    }
    _ = try write(IssueText(title: "Renamed", section: "Section", markdown: "- b"))
    _ = try write(IssueText(title: "Other", section: "Elsewhere", markdown: "- b"))
    _ = try write(IssueText(title: "Other", section: "Section", markdown: "- b\n- c"))
    let issue = try base.issue("renamed")
    #expect(issue.summary.title == "Renamed")
    #expect(issue.summary.section == "Elsewhere")
    #expect(issue.markdown == "- b\n- c")
    #expect(throws: IssueWriteError.self) {
      try write(IssueText(title: "Another name", section: "Section", markdown: "- b"))
    }
  }

  @Test func `a base that never was is said so`() throws {
    #expect(throws: IssueWriteError.unknownRevision(9)) {
      try base.edit("other", markdown: "- here", base: .merging(9))
    }
  }

  @Test func `saving what is there makes no revision`() throws {
    #expect(try base.edit("other").revision == 1)
    #expect(try base.count("SELECT count(*) FROM change WHERE kind = 'issue edited'") == 0)
  }

  @Test func `a text that breaks the format is refused with its line and nothing is stored`() throws
  {
    let before = try base.rows("SELECT quote(title) || quote(markdown) FROM issue")
    let error = #expect(throws: IssueWriteError.self) {
      try base.edit("other", markdown: "- b\n- **Check**: x: nonsense rule")
    }
    guard case .malformed(let mistakes) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(mistakes.map(\.line) == [2])
    #expect(try base.rows("SELECT quote(title) || quote(markdown) FROM issue") == before)
    try base.checkIntegrity()
  }

  @Test func `the name of a check is its issue's alone`() throws {
    try base.edit("other", markdown: "- b\n- **Check**: id: length 3..5")
    #expect(throws: IssueWriteError.checkNameTaken("id", by: "other")) {
      try base.create("Third", in: "guide", markdown: "- **Check**: id: length 3..5")
    }
    #expect(try base.titles() == ["Old name", "Other"])
    // The issue itself may keep it, and a deleted one gives it free.
    try base.edit("other", markdown: "- c\n- **Check**: id: length 3..6")
    try base.delete("other")
    try base.create("Third", in: "guide", markdown: "- **Check**: id: length 3..5")
    try base.checkIntegrity()
  }

  // MARK: Deleting, history

  @Test func `a deleted issue is in no list, index or check and keeps its history`() throws {
    try base.edit(
      "other",
      markdown:
        "- b zebra\n- **Check**: id: length 3..5\n\n```sample\nzebra crossed the line again\n```")
    let id = try base.issue("other").summary.id
    #expect(throws: IssueWriteError.stale(current: 2)) {
      try base.delete("other", base: .exactly(1))
    }
    try base.delete("other", base: .exactly(2))
    #expect(try base.titles() == ["Old name"])
    #expect(try base.find("other") == nil)
    try base.store.read(as: .system) { reading throws in
      #expect(try reading.issueID(named: "\(id)") == nil)
      #expect(try reading.summaries([id]) == [])
      #expect(try reading.check(named: "id") == nil)
      #expect(try reading.checks() == [])
      #expect(try reading.issues(withPhrase: "zebra", limit: 9) == [])
      #expect(try reading.revisions(ofIssue: id, limit: 9).map(\.number) == [2, 1])
      #expect(try reading.recentChanges(limit: 1).map(\.kind) == ["issue deleted"])
      #expect(try reading.allSamples(guide: nil).isEmpty)
    }
    #expect(throws: IssueWriteError.notFound) {
      try base.store.write(as: Base.editor) { try $0.deleteIssue(id, base: .any, comment: "") }
    }
    #expect(throws: IssueWriteError.notFound) {
      try base.store.write(as: Base.editor) {
        try $0.updateIssue(
          id, IssueText(title: "x", section: "", markdown: ""), base: .any, comment: "")
      }
    }
    try base.checkIntegrity()
  }

  @Test func `a delete that starts from an older revision is refused`() throws {
    try base.edit("other", markdown: "- c")
    #expect(throws: IssueWriteError.self) { try base.delete("other", base: .merging(1)) }
    #expect(try base.find("other") != nil)
  }

  @Test func `every change is a revision with who, when, why and the whole text`() throws {
    try base.edit("other", title: "Renamed", markdown: "- c")
    let id = try base.issue("renamed").summary.id
    let revisions = try base.store.read(as: .anyone) { try $0.revisions(ofIssue: id, limit: 9) }
    #expect(revisions.map(\.number) == [2, 1])
    #expect(revisions.map(\.title) == ["Renamed", "Other"])
    #expect(revisions.map(\.markdown) == ["- c", "- b"])
    #expect(revisions.map(\.author) == ["edna", "import"])
    #expect(revisions.map(\.comment) == ["edited", "imported"])
    try base.store.read(as: .anyone) { reading throws in
      #expect(try reading.revisions(ofIssue: id, before: 2, limit: 9).map(\.number) == [1])
      #expect(try reading.revisions(ofIssue: id, limit: 1).map(\.number) == [2])
      #expect(try reading.revision(1, ofIssue: id)?.markdown == "- b")
      #expect(try reading.revision(3, ofIssue: id) == nil)
    }
  }

  @Test func `the change stream has every change once, in order, and pages without gaps`() throws {
    try base.edit("other", markdown: "- c")
    try base.create("Third", in: "guide")
    try base.delete("old-name")
    let all = try base.store.read(as: .system) { try $0.changes(after: 0, limit: 100) }
    #expect(
      all.map(\.kind) == [
        "guide created", "issue created", "issue created", "issue edited", "issue created",
        "issue deleted",
      ])
    var paged: [Change] = []
    while true {
      let next = try base.store.read(as: .system) {
        try $0.changes(after: paged.last?.sequence ?? 0, limit: 2)
      }
      if next.isEmpty { break }
      paged += next
    }
    #expect(paged == all)
    let newest = try base.store.read(as: .system) { try $0.recentChanges(limit: 2) }
    #expect(newest == Array(all.reversed().prefix(2)))
    let older = try base.store.read(as: .system) {
      try $0.recentChanges(before: newest[1].sequence, limit: 100)
    }
    #expect(newest + older == all.reversed())
  }

  @Test
  func `an issue that leaves and comes back stands where it stood, in its file and its index`()
    throws
  {
    let check = "- **Fix**: a zebra\n- **Check**: id: length 3..5"
    let text = "# Guide\n\n## Section\n\n### One\n- **Fix**: x\n\n### Two\n" + check
    let without = "# Guide\n\n## Section\n\n### One\n- **Fix**: x"
    let base = try Base()
    try base.load(text)
    let id = try base.issue("two").summary.id
    func write(_ body: @escaping @Sendable (Writing) throws -> Void) throws {
      try base.store.write(as: Base.editor, body)
    }
    let ways: [(@Sendable (Writing) throws -> Void, @Sendable (Writing) throws -> Void)] = [
      ({ try $0.deleteIssue(id, base: .any, comment: "") }, { _ = try $0.restoreIssue(id) }),
      (
        { try $0.setConfidence(.archived, ofIssue: id) },
        { try $0.setConfidence(.verified, ofIssue: id) }
      ),
    ]
    for (leave, comeBack) in ways {
      try write(leave)
      #expect(try base.exportedText("guide") == without)
      #expect(try base.store.read(as: .anyone) { try $0.check(named: "id") } == nil)
      #expect(try base.titles() == ["One"])
      try base.checkIntegrity()
      try write(comeBack)
      #expect(try base.exportedText("guide") == text)
      #expect(try base.store.read(as: .anyone) { try $0.check(named: "id") } != nil)
      #expect(
        try base.store.read(as: .anyone) { try $0.issues(withPhrase: "zebra", limit: 9) } == [id])
      try base.checkIntegrity()
    }
  }

  @Test func `an issue restored after its section went stands in a section of that name`() throws {
    let base = try Base()
    try base.load("# Guide\n\n## A\n\n### One\n- **Fix**: x\n\n## B\n\n### Two\n- **Fix**: y\n")
    let id = try base.issue("two").summary.id
    try base.delete("two")
    try base.load("# Guide\n\n## A\n\n### One\n- **Fix**: x\n")
    #expect(try base.store.read(as: .anyone) { try $0.sectionTitles(ofGuide: "guide") } == ["A"])
    _ = try base.store.write(as: Base.editor) { try $0.restoreIssue(id) }
    #expect(
      try base.exportedText("guide")
        == "# Guide\n\n## A\n\n### One\n- **Fix**: x\n\n## B\n\n### Two\n- **Fix**: y\n")
    try base.checkIntegrity()
  }

  @Test func `a merge and its undoing leave the file whole`() throws {
    let base = try Base()
    let text = "# Guide\n\n## Section\n\n### One\n- **Fix**: x\n\n### Two\n- **Fix**: y"
    try base.load(text)
    let (one, two) = (try base.issue("one").summary.id, try base.issue("two").summary.id)
    _ = try base.store.write(as: Base.editor) { try $0.mergeIssue(two, into: one) }
    try expectExportMatches(base, "guide", "merged")
    _ = try base.store.write(as: Base.editor) { try $0.unmergeIssue(two) }
    #expect(try base.exportedText("guide") == text)
    try base.checkIntegrity()
  }

  @Test func `a record keeps what was given with it through deleting and restoring`() throws {
    let base = try Base()
    try base.load(
      records:
        #"{"id":"1","guide":"KB","title":"One","body":"- x","aliases":["uno"],"fixes":["f"]}"#)
    let before = try base.issue("one")
    try base.delete("one")
    _ = try base.store.write(as: Base.editor) { try $0.restoreIssue(before.summary.id) }
    #expect(try base.issue("one").aliases == ["uno"])
    #expect(try base.issue("one").fixes.map(\.id) == before.fixes.map(\.id))
    // An edit of something else leaves it, one of the same kind overtakes it.
    try base.edit("one", markdown: "- x\n- y")
    #expect(try base.issue("one").aliases == ["uno"])
    try base.edit("one", markdown: "- x\n- **Also seen as**: eins")
    #expect(try base.issue("one").aliases == ["eins"])
    #expect(try base.issue("one").fixes.map(\.text) == ["f"])
  }

  // MARK: The exported file after random writes

  @Test(arguments: 0..<40)
  func `after any edits the exported file says what the base says`(seed: Int) throws {
    var random = Seeded(UInt64(seed))
    let base = try Base()
    let start = [
      traps, String(traps.dropLast()), traps.replacing("\n", with: "\r\n"), "# Field Guide",
      "# Field Guide\n\n## Only\n\n### One\n- **Fix**: x\n\n### Exec format error",
      "# Field Guide\n\n## A\n\n## B",
      "# Known issues\n\n## One\n- **Fix**: x\n\n## Two\n- **Fix**: y",
    ][seed % 7]
    let guide = try base.load(start).guide
    for step in 0..<8 {
      let issues = try base.store.read(as: .system) {
        try $0.issues(.init(), limit: 100)
      }
      let section = ["Start", "Network", "Fresh", "Only", "A"].randomElement(using: &random)!
      // With a label, so that the file is read as a guide whatever else is in it.
      let markdown = [
        "- **Fix**: try \(step)", "- seen\n- **Fix**: try \(step)\n\n```sh\nrun \(step)\n```",
      ]
      .randomElement(using: &random)!
      switch (Int.random(in: 0..<5, using: &random), issues.randomElement(using: &random)) {
      case (0, let issue?): try base.delete(issue.slug)
      case (1, let issue?): try base.edit(issue.slug, markdown: markdown)
      case (2, let issue?): try base.edit(issue.slug, title: "Renamed \(step)")
      case (3, let issue?) where guide != "known-issues":
        try base.edit(issue.slug, section: section)
      default:
        try base.create(
          "Made \(step)", in: guide, section: guide == "known-issues" ? "" : section,
          markdown: markdown)
      }
      try expectExportMatches(base, guide, "step \(step)")
    }
    try base.checkIntegrity()
    // Such a file imported again is nothing new.
    let text = try base.exportedText(guide)
    let summary = try base.load(text)
    #expect((summary.added, summary.archived, summary.conflicts) == (0, 0, []))
    #expect(try base.exportedText(guide) == text)
  }

  private func expectExportMatches(_ base: Base, _ guide: String, _ comment: String) throws {
    let text = try base.exportedText(guide)
    guard text.contains("- **Fix**") else { return }
    let file = try GuideFile.read(Array(text.utf8), name: "guide.md")
    let exported = file.sections.flatMap { section in
      section.issues.map { [section.title, $0.title, $0.markdown] }
    }
    let stored = try base.store.read(as: .system) { reading throws in
      try reading.issues(.init(), limit: 100).map {
        [$0.section, $0.title, try reading.issueMarkdown($0.id)]
      }
    }
    #expect(exported == stored, "\(comment):\n\(text)")
  }
}
