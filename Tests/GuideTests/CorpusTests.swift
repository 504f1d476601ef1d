import Guide
import Testing

@Suite(.enabled(if: Shared.exists))
struct CorpusTests {
  @Test(arguments: Shared.markdownFiles)
  func `a real file comes out as it went in`(path: String) throws {
    let bytes = try Shared.bytes("corpora/markdown/" + path)
    let file = try GuideFile.read(bytes, name: path)
    #expect(file.bytes == bytes)
    print("@@", path, file.layout.rawValue, "|", file.title, "|", file.sections.map { "\($0.title)[\($0.issues.count)]" })
  }
}
