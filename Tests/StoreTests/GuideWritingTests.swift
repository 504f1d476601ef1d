import Guide
import SQLite
import Testing

@testable import Store

private let harbour = """
  # Harbour

  What the night shift knows.

  - **Owner**: engineering

  ## Cranes

  Three of them.

  ### Jib
  - stuck
  - **Fix**: free it

  ### Hoist
  - hot
  - **Fix**: wait

  ## Quay

  ### Gate
  - dark
  - **Fix**: light it

  """

struct GuideWritingTests {
  private let base: Base

  init() throws {
    base = try Base()
    try base.load(harbour)
  }

  private func write(_ body: @escaping @Sendable (Writing) throws -> Void) throws {
    try base.store.write(as: .system, body)
    try base.checkIntegrity()
  }

  private func section(_ title: String) throws -> Int {
    try base.count("SELECT id FROM section WHERE title = \(title) AND position >= 0")
  }

  private func text(_ change: (inout TitledText) -> Void) throws -> TitledText {
    var text = try base.store.read(as: .system) { try $0.guideText(1)! }
    change(&text)
    return text
  }

  @Test func `a renamed guide changes its heading and keeps its former address`() throws {
    let text = try text { $0.title = "Port" }
    try write {
      let slug = try $0.updateGuide("harbour", text)
      #expect(slug == "port")
    }
    #expect(
      try base.exportedText("port") == harbour.replacing("# Harbour", with: "# Port"))
    #expect(try base.store.read(as: .system) { try $0.movedGuide("harbour") } == "port")
    // Its name is not given away.
    #expect(throws: GuideWriteError.titleTaken("harbour")) {
      try base.store.write(as: .system) {
        try $0.createGuide(TitledText(title: "Harbour", markdown: ""))
      }
    }
    // The file of the old title still is this guide.
    let summary = try base.load(harbour.replacing("wait", with: "wait long"))
    #expect((summary.guide, summary.added, summary.changed) == ("port", 0, 1))
    #expect(try base.exportedText("port").hasPrefix("# Port\n"))
  }

  private static let article =
    "# Stuck jib\n\n## Symptoms\n\nIt is stuck.\n\n## Resolution\n\nFree it.\n"

  /// A file of one article has one title, which is the guide's and the issue's.
  @Test(arguments: [true, false])
  func `an article and its guide are renamed together`(byGuide: Bool) throws {
    try base.load(Self.article)
    let issue = try base.count("SELECT id FROM issue WHERE title = 'Stuck jib'")
    try write { writing in
      if byGuide {
        let text = TitledText(title: "Jib does not move", markdown: "")
        #expect(try writing.updateGuide("stuck-jib", text) == "jib-does-not-move")
      } else {
        let markdown = "## Symptoms\n\nIt is stuck.\n\n## Resolution\n\nFree it."
        let text = IssueText(title: "Jib does not move", section: "", markdown: markdown)
        _ = try writing.updateIssue(issue, text, base: .any, comment: "")
      }
    }
    let renamed = Self.article.replacing("Stuck jib", with: "Jib does not move")
    #expect(try base.exportedText("jib-does-not-move") == renamed)
    #expect(
      try base.store.read(as: .system) { try $0.movedGuide("stuck-jib") } == "jib-does-not-move")
    // The file comes back as what it is, under its new title and its old one.
    for (text, slug) in [(renamed, "jib-does-not-move"), (Self.article, "stuck-jib")] {
      let summary = try base.load(text)
      #expect((summary.added, summary.archived) == (0, 0))
      #expect(try base.exportedText(slug) == text)
    }
  }

  @Test func `an article has no introduction beside its text`() throws {
    try base.load(Self.article)
    #expect(throws: GuideWriteError.self) {
      try base.store.write(as: .system) {
        try $0.updateGuide("stuck-jib", TitledText(title: "Stuck jib", markdown: "Hello."))
      }
    }
    #expect(try base.exportedText("stuck-jib") == Self.article)
  }

  @Test func `an introduction is changed and nothing else`() throws {
    let new = try text { $0.markdown = $0.markdown.replacing("night", with: "day") }
    try write { _ = try $0.updateGuide("harbour", new) }
    #expect(try base.exportedText("harbour") == harbour.replacing("night", with: "day"))
    let guide = try #require(try base.store.read(as: .system) { try $0.guide("harbour") })
    #expect(guide.owner == "engineering")
    #expect(guide.introduction.contains("day shift"))
  }

  @Test(arguments: ["## A section", "### An issue", "```\nopen", "<!-- open"])
  func `an introduction that would cut the guide is refused`(added: String) throws {
    let new = try text { $0.markdown += "\n\n" + added }
    #expect(throws: GuideWriteError.self) {
      try base.store.write(as: .system) { try $0.updateGuide("harbour", new) }
    }
    #expect(try base.exportedText("harbour") == harbour)
  }

  @Test func `a guide made here is one like any other`() throws {
    try write { writing in
      let slug = try writing.createGuide(
        TitledText(title: "Sea lanes", markdown: "Mind the ferry.\n\n- **Escalate**: the pilot"))
      #expect(slug == "sea-lanes")
      _ = try writing.createSection(ofGuide: slug, TitledText(title: "Fog", markdown: "Dense."))
      _ = try writing.createIssue(
        guide: slug, IssueText(title: "Horn", section: "Fog", markdown: "- silent"), comment: "")
    }
    #expect(
      try base.exportedText("sea-lanes") == """
        # Sea lanes

        Mind the ferry.

        - **Escalate**: the pilot

        ## Fog

        Dense.

        ### Horn
        - silent

        """)
    #expect(try base.issue("horn").escalate == "the pilot")
  }

  @Test func `a renamed section keeps its issues and its text`() throws {
    let id = try section("Cranes")
    try write {
      try $0.updateSection(
        id, ofGuide: "harbour", TitledText(title: "Lifts", markdown: "Three of them."))
    }
    #expect(try base.exportedText("harbour") == harbour.replacing("## Cranes", with: "## Lifts"))
    #expect(try base.issue("jib").summary.section == "Lifts")
    // The file that does not know of it changes nothing of that.
    let summary = try base.load(harbour)
    #expect((summary.unchanged, summary.changed, summary.conflicts) == (3, 0, []))
    #expect(try base.exportedText("harbour") == harbour.replacing("## Cranes", with: "## Lifts"))
  }

  @Test(arguments: [
    (["Quay", "Cranes"], "Quay", 0), (["Quay", "Cranes"], "Cranes", 1),
    (["Quay", "Cranes"], "Cranes", 99), (["Cranes", "Quay"], "Cranes", 0),
  ])
  func `sections change places with all that is in them`(
    order: [String], moved: String, place: Int
  ) throws {
    let id = try section(moved)
    try write { try $0.moveSection(id, ofGuide: "harbour", to: place) }
    let parts = harbour.split(separator: "\n## ").map(String.init)
    let head = parts[0]
    let sections = ["Cranes": parts[1], "Quay": parts[2]]
    let bodies = order.map { "## " + sections[$0]!.trimmingNewlines }
    #expect(
      try base.exportedText("harbour")
        == head.trimmingNewlines + "\n\n" + bodies.joined(separator: "\n\n") + "\n")
  }

  struct Move: Sendable {
    let issue: String
    let section: String
    let place: Int?
    let order: [String]
  }

  @Test(arguments: [
    Move(issue: "jib", section: "Cranes", place: 1, order: ["Hoist", "Jib", "Gate"]),
    Move(issue: "jib", section: "Quay", place: nil, order: ["Hoist", "Gate", "Jib"]),
    Move(issue: "jib", section: "Quay", place: 0, order: ["Hoist", "Jib", "Gate"]),
    Move(issue: "gate", section: "Cranes", place: 0, order: ["Gate", "Jib", "Hoist"]),
    Move(issue: "gate", section: "New", place: nil, order: ["Jib", "Hoist", "Gate"]),
  ])
  func `an issue moves within its guide`(move: Move) throws {
    let id = try base.issue(move.issue).summary.id
    let fix = try base.issue(move.issue).fixes[0].id
    try write {
      _ = try $0.moveIssue(id, toGuide: "harbour", section: move.section, place: move.place)
    }
    let text = try base.exportedText("harbour")
    let titles = text.split(separator: "\n").filter { $0.hasPrefix("### ") }.map { $0.dropFirst(4) }
    #expect(titles.map(String.init) == move.order)
    #expect(!text.contains("\n\n\n") && text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where line.hasPrefix("#") && index > 0 {
      #expect(lines[index - 1].isEmpty, "\(line)")
    }
    let after = try base.issue(move.issue)
    #expect(after.summary.id == id && after.fixes[0].id == fix)
    #expect(after.summary.section == move.section)
  }

  @Test func `an issue moves to another guide with its history`() throws {
    try base.load("# Other\r\n\r\n## S\r\n\r\n### First\r\n- **Fix**: x\r\n", name: "other.md")
    let before = try base.issue("jib")
    try write {
      _ = try $0.moveIssue(before.summary.id, toGuide: "other", section: "S", place: 0)
    }
    let after = try base.issue("jib")
    #expect(after.summary.guide == "other" && after.summary.id == before.summary.id)
    #expect(after.fixes.map(\.id) == before.fixes.map(\.id))
    #expect(
      try base.exportedText("other")
        == "# Other\r\n\r\n## S\r\n\r\n### Jib\r\n- stuck\r\n- **Fix**: free it\r\n\r\n"
        + "### First\r\n- **Fix**: x\r\n")
    #expect(try !base.exportedText("harbour").contains("Jib"))
    // The file it came from has it no more: it is not brought back as another issue's text.
    let summary = try base.load(harbour)
    #expect(summary.added == 1)
  }

  @Test func `an archived guide leaves lists and search and comes back as it was`() throws {
    try base.edit("hoist", title: "Hoist", as: .system)
    let exported = try base.exportedText("harbour")
    try write { try $0.archiveGuide("harbour") }
    #expect(try base.store.read(as: .system) { try $0.guides() }.isEmpty)
    #expect(try base.store.read(as: .system) { try $0.corpus(guide: nil)!.visibleIssues() } == 0)
    #expect(try base.exportedText("harbour") == exported)
    try write { try $0.restoreGuide("harbour") }
    #expect(try base.store.read(as: .system) { try $0.guides() }.count == 1)
    #expect(try base.store.read(as: .system) { try $0.corpus(guide: nil)!.visibleIssues() } == 3)
    #expect(try base.exportedText("harbour") == exported)
  }

  @Test func `an introduction changed here and one in the file are merged, or named`() throws {
    let mine = try text { $0.markdown = $0.markdown.replacing("engineering", with: "the crew") }
    try write { _ = try $0.updateGuide("harbour", mine) }
    let file = harbour.replacing("night", with: "day")
    #expect(try base.load(file).conflicts == [])
    #expect(
      try base.exportedText("harbour") == file.replacing("engineering", with: "the crew"))
    let again = try text { $0.markdown = $0.markdown.replacing("day", with: "late") }
    try write { _ = try $0.updateGuide("harbour", again) }
    #expect(try base.load(file.replacing("day", with: "early")).conflicts == ["Harbour"])
    #expect(try base.exportedText("harbour").contains("late shift"))
  }

  @Test func `only an empty section can be removed`() throws {
    let quay = try section("Quay")
    #expect(throws: GuideWriteError.self) {
      try base.store.write(as: .system) { try $0.removeSection(quay, ofGuide: "harbour") }
    }
    try write {
      let id = try $0.createSection(ofGuide: "harbour", TitledText(title: "New", markdown: "Text."))
      try $0.removeSection(id, ofGuide: "harbour")
    }
    #expect(try base.exportedText("harbour") == harbour)
  }
}

extension String {
  fileprivate var trimmingNewlines: String {
    var text = self[...]
    while text.first == "\n" { text.removeFirst() }
    while text.last == "\n" { text.removeLast() }
    return String(text)
  }
}
