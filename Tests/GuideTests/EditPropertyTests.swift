import Guide
import TestSupport
import Testing

struct EditPropertyTests {
  static let newlines = ["\n", "\r\n"]
  /// Between the issues: one blank line, none, two.
  static let gaps = ["\n\n", "\n", "\n\n\n"]

  /// A text that passes `validate` may be anything; the guide around it must not notice.
  @Test(arguments: 0..<40)
  func `an edit that is accepted changes its issue alone`(seed: UInt64) throws {
    var random = Seeded(seed &+ 5000)
    var accepted = 0
    for _ in 0..<60 {
      let newline = Self.newlines.randomElement(using: &random)!
      let gap = Self.gaps.randomElement(using: &random)!
      let text =
        "# G\n\n## S\n\n### One\n- **Fix**: 1\(gap)### Two\n- a\n- **Fix**: 2\(gap)"
        + "### Three\n- **Fix**: 3\n\n## T\n\n### Four\n- **Fix**: 4\n"
      let before = try guide(text.replacing("\n", with: newline))
      let typed = Nasty.text(&random, lines: 8)
      guard IssueContent.validate(markdown: typed).isEmpty else { continue }
      accepted += 1
      var edited = before
      edited.sections[0].issues[1].replaceMarkdown(typed, newline: newline)
      let after = try guide(edited.text)
      #expect(after.layout == .sections)
      #expect(
        outline(after) == ["S[One, Two, Three]", "T[Four]"], "\(typed.debugDescription)")
      guard outline(after) == outline(before) else { continue }
      let issue = after.sections[0].issues[1]
      #expect(issue.markdown == edited.sections[0].issues[1].markdown, "\(typed.debugDescription)")
      #expect(after.sections[0].issues[0] == before.sections[0].issues[0])
      #expect(after.sections[1].issues.map(\.markdown) == ["- **Fix**: 4"])
    }
    #expect(accepted > 5)
  }

  @Test(arguments: 0..<20)
  func `writing what was read settles at once`(seed: UInt64) {
    var random = Seeded(seed &+ 9000)
    for _ in 0..<60 {
      let content = IssueContent.reading(Nasty.text(&random, lines: 10)).content
      let first = IssueContent.reading(content.markdown).content
      let second = IssueContent.reading(first.markdown).content
      #expect(second.markdown == first.markdown, "\(content.markdown.debugDescription)")
      #expect(second.fixes.count == first.fixes.count)
      #expect(second.samples.map(\.text) == first.samples.map(\.text))
    }
  }
}
