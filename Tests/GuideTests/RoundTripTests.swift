import Guide
import TestSupport
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
}
