import Guide
import Testing

struct RoundTripTests {
  @Test(arguments: 0..<40)
  func `whatever is read comes out as it went in`(seed: UInt64) throws {
    var random = Seeded(seed)
    for _ in 0..<50 {
      let bytes = Array(Nasty.text(&random).utf8)
      let file = try GuideFile.read(bytes, name: "x.md")
      #expect(file.bytes == bytes)
      for issue in file.sections.flatMap(\.issues) {
        #expect(issue.markdown.utf8.last.map { !" \t\r\n".utf8.contains($0) } ?? true)
        #expect(issue.trail.utf8.allSatisfy { " \t\r\n".utf8.contains($0) })
        _ = IssueContent.reading(issue.markdown, title: issue.title)
      }
    }
  }

  @Test(arguments: 0..<20)
  func `an appended issue is read back and the rest stays`(seed: UInt64) throws {
    var random = Seeded(seed &+ 1000)
    for _ in 0..<50 {
      let text =
        "# G\n\n## S\n\n### I\n- **Fix**: x" + ["", "\n", "\n\n\n"].randomElement(using: &random)!
        + "\n\n## T\n\n### J\n- **Fix**: y" + ["", "\n", "\n\n"].randomElement(using: &random)!
      let before = try guide(text)
      var file = before
      let section = Int.random(in: 0..<2, using: &random)
      try file.append(issue: "New one", markdown: "- **Fix**: z", toSection: section)
      let after = try guide(file.text)
      #expect(after.sections[section].issues.map(\.title).last == "New one")
      #expect(after.sections.flatMap(\.issues).count == 3)
      file.remove(issue: file.sections[section].issues.count - 1, fromSection: section)
      #expect(file.text == text)
    }
  }
}
