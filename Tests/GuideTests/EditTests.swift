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
    "line\nbreak", "\\", "a \\#", "tick `x`", "C#", "*all*", "a **b", "2 * 3 * 4", "_a_ and __b__",
    "__init__ missing", "[x](y)", "[error][pump] down", "[`x`][y]", "no field <name>",
    "a <b>bold</b> one",
    "&amp; is &#38;", "a & b", "`", "``x`", "<!-- x -->", "![a](b)", "~~gone~~ ~~", "\\*a*",
    "<https://x.example>",
    "*_`[<&~!\\]>*_`", "***a** b*", "a*b*c {#x}",
  ])
  func `a title in a new heading is read back`(title: String) throws {
    let new = IssueSpan.new(title: title, markdown: "- **Fix**: y", level: 3, newline: "\n")
    let read = try guide("# G\n\n## S\n\n" + new.text)
    #expect(read.sections[0].issues.map(\.title) == [new.title])
    var renamed = IssueSpan.new(title: "One", markdown: "- **Fix**: x", level: 3, newline: "\n")
    renamed.rename(title)
    #expect(renamed.lead.hasSuffix("\n"))
    #expect(
      try guide("# G\n\n## S\n\n" + renamed.text).sections[0].issues[0].title == renamed.title)
  }

  @Test func `a guide is built from nothing`() throws {
    let file = GuideFile.new(title: "New guide", introduction: "What it is for.")
    #expect(file.text == "# New guide\n\nWhat it is for.\n")
    #expect(try guide(file.text + "\n## First\n\n### It fails\n").title == "New guide")
  }
}
