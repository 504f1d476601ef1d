import Guide
import Testing

struct EditTests {
  static let text = "# G\n\n## S\n\n### One\n- a\n- **Fix**: x\n\n### Two\n\n- **Fix**: y\n\n## T\n"

  @Test(arguments: ["\n", "\r\n"])
  func `a replaced text keeps newlines and blank lines around it`(newline: String) throws {
    let text = Self.text.replacing("\n", with: newline)
    var file = try guide(text)
    file.sections[0].issues[0].replaceMarkdown("\r\n- b\n- **Fix**: z\r\n\n")
    let expected = Self.text.replacing("- a\n- **Fix**: x", with: "- b\n- **Fix**: z")
    #expect(file.text == expected.replacing("\n", with: newline))
  }

  @Test func `unchanged lines keep their own line endings in a file with both kinds`() throws {
    var issue = IssueSpan(
      title: "T", lead: "### T\n", markdown: "a\r\nb\nc\r\nd", trail: "\n", line: 2)
    issue.replaceMarkdown("a\nb2\nb3\nc\nd")
    #expect(issue.markdown == "a\r\nb2\r\nb3\r\nc\r\nd")
    issue.markdown = "a\nb\r\nc"
    issue.replaceMarkdown("a\nb\nx")
    #expect(issue.markdown == "a\nb\r\nx")
  }

  @Test(arguments: ["### T", "### T\n", "### T\n\n\n## Next\n\n### U\n- **Fix**: x\n"])
  func `an empty issue takes text`(tail: String) throws {
    let text = "# G\n\n## S\n\n### A\n- **Fix**: a\n\n" + tail
    var file = try guide(text)
    #expect(file.sections[0].issues[1].markdown == "")
    file.sections[0].issues[1].replaceMarkdown("- **Fix**: b")
    #expect(file.text == text.replacing("### T", with: "### T\n- **Fix**: b"))
    #expect(try guide(file.text).sections[0].issues[1].markdown == "- **Fix**: b")
  }

  @Test(arguments: [
    ("### Old", "### New"), ("### Old ###", "### New ###"), ("### Old {#old}", "### New {#old}"),
    ("  ###  Old  ", "  ###  New  "),
  ])
  func `renaming changes the title and nothing else`(old: String, new: String) throws {
    var file = try guide("# G\n\n## S\n\n\(old)\n- **Fix**: x\n")
    file.sections[0].issues[0].rename("New")
    #expect(file.text == "# G\n\n## S\n\n\(new)\n- **Fix**: x\n")
    #expect(file.sections[0].issues[0].title == "New")
  }

  @Test func `an article is renamed in its heading or its front matter`() throws {
    var file = try guide("---\ntitle: Old\nx: y\n---\n\n# Old head\n\nText.\n")
    file.sections[0].issues[0].rename("New")
    #expect(file.text == "---\ntitle: Old\nx: y\n---\n\n# New\n\nText.\n")
    file = try guide("---\ntitle: 'Old'\nx: y\n---\n\nText.\n")
    file.sections[0].issues[0].rename("A \"new\" one")
    #expect(file.text == "---\ntitle: \"A \\\"new\\\" one\"\nx: y\n---\n\nText.\n")
    #expect(try guide(file.text).title == "A \"new\" one")
  }

  @Test(arguments: [
    "Plain", "C #", "#", "# #", "a\\b", "a\\*b", "ends {#x}", "{#x}", "  spaced   out ", "a ##",
    "line\nbreak", "\\", "a \\#", "tick `x`", "C#",
  ])
  func `a title in a new heading is read back`(title: String) throws {
    var file = try guide("# G\n\n## S\n\n### One\n- **Fix**: x\n")
    try file.append(issue: title, markdown: "- **Fix**: y", toSection: 0)
    let read = try guide(file.text)
    #expect(read.sections[0].issues.count == 2)
    #expect(read.sections[0].issues.last?.title == file.sections[0].issues.last?.title)
    var renamed = file.sections[0].issues[0]
    renamed.rename(title)
    #expect(renamed.lead.hasSuffix("\n"))
    #expect(
      try guide("# G\n\n## S\n\n" + renamed.text).sections[0].issues[0].title == renamed.title)
  }

  @Test func `a new issue stands at its section's end after one blank line`() throws {
    var file = try guide(Self.text)
    try file.append(issue: "Three", markdown: "- **Fix**: z\n", toSection: 0)
    #expect(
      file.text == Self.text.replacing("\n## T", with: "\n### Three\n- **Fix**: z\n\n## T"))
    try file.append(issue: "Four", markdown: "- **Fix**: 4", toSection: 1)
    #expect(file.text.hasSuffix("## T\n\n### Four\n- **Fix**: 4\n"))
  }

  @Test func `a guide is built from nothing`() throws {
    var file = GuideFile.new(title: "New guide", introduction: "What it is for.")
    #expect(file.text == "# New guide\n\nWhat it is for.\n")
    file.appendSection("First")
    try file.append(issue: "It fails", markdown: "- **Fix**: mend it", toSection: 0)
    file.appendSection("Second", introduction: "Intro.")
    #expect(
      file.text == """
        # New guide

        What it is for.

        ## First

        ### It fails
        - **Fix**: mend it

        ## Second

        Intro.

        """)
    let read = try guide(file.text)
    #expect(outline(read) == ["First[It fails]", "Second[]"])
  }

  @Test func `a file of one issue takes no second one`() throws {
    var file = try guide("# X fails\n\n## Symptoms\n\ns\n\n## Cause\n\nc\n")
    #expect(throws: GuideError.self) { try file.append(issue: "B", markdown: "b", toSection: 0) }
  }
}
