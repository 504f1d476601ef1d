import Guide
import TestSupport
import Testing

@Suite(.enabled(if: Shared.exists("corpora/markdown")))
struct CorpusTests {
  @Test(arguments: Shared.markdownFiles)
  func `a real file comes out as it went in, and its issues are read`(path: String) throws {
    let bytes = try Shared.bytes("corpora/markdown/" + path)
    let file = try GuideFile.read(bytes, name: path)
    #expect(file.bytes == bytes)
    for issue in file.sections.flatMap(\.issues) {
      _ = try IssueContent.read(markdown: issue.markdown, title: issue.title)
    }
  }

  @Test(arguments: Shared.markdownFiles)
  func `a damaged real file comes out as it went in`(path: String) throws {
    let bytes = try Shared.bytes("corpora/markdown/" + path)
    var random = Seeded(UInt64(bytes.count))
    for _ in 0..<10 {
      let damaged = Nasty.mutate(bytes, &random)
      #expect(try GuideFile.read(damaged, name: path).bytes == damaged)
    }
  }

  @Test(arguments: [
    ("kind/known-issues.md", "issues", 20), ("rook/ceph-common-issues.md", "issues", 18),
    ("pydantic/usage_errors.md", "issues", 48), ("svelte/template.md", "issues", 111),
    ("svelte/errors.md", "issues", 9), ("homebrew/Common-Issues.md", "sections", 12),
    ("adobe-commerce/storefront-checkout-page-in-csp-restricted-mode.md", "issues", 3),
  ])
  func `a real file of several issues is cut into them`(
    path: String, layout: String, count: Int
  ) throws {
    let file = try GuideFile.read(Shared.bytes("corpora/markdown/" + path), name: path)
    #expect(file.layout.rawValue == layout)
    #expect(file.sections.flatMap(\.issues).count == count)
  }

  @Test func `every other real file is one issue`() throws {
    let guides = ["kind", "rook", "pydantic", "svelte", "homebrew"]
    for path in Shared.markdownFiles {
      if guides.contains(where: path.hasPrefix) || path.contains("storefront-checkout") { continue }
      let file = try GuideFile.read(Shared.bytes("corpora/markdown/" + path), name: path)
      #expect(file.layout == .single, "\(path)")
      #expect(file.sections.flatMap(\.issues).count == 1, "\(path)")
    }
  }

  @Test func `the first guide has its sections and issues`() throws {
    let bytes = try Shared.bytes("guides/agentcore-original.md")
    let file = try GuideFile.read(bytes, name: "agentcore-original.md")
    #expect(file.bytes == bytes)
    #expect(file.layout == .sections)
    #expect(file.sections.map(\.issues.count) == [5, 5, 4, 3, 3, 5, 4, 2])
    #expect(file.introduction == "")
    let issues = file.sections.flatMap(\.issues)
    let contents = try issues.map {
      try IssueContent.read(markdown: $0.markdown, title: $0.title)
    }
    #expect(contents.map(\.fixes.count).reduce(0, +) == 30)
    #expect(contents.allSatisfy { $0.causes.isEmpty && $0.checks.isEmpty })
    #expect(contents.map(\.symptoms.count).reduce(0, +) == 59)
  }
}
