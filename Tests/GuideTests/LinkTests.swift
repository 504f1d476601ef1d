import Guide
import Testing

struct LinkTests {
  @Test(arguments: [
    ("[a](/issues/x-y)", "x-y"), ("/issues/x-y.md?a=b", "x-y"), ("[a](#x-y)", "x-y"),
    ("[a](https://wiki.example/issues/x-y#fixes)", "x-y"), ("X y", "x-y"),
    ("[a](https://wiki.example/other)", nil), ("https://wiki.example/x", nil), ("[a]()", nil),
  ])
  func `a link leads to a slug`(text: String, slug: String?) {
    #expect(IssueLink(kind: .related, text: text).slug == slug)
  }

  @Test func `labels and links in the text are read, but not those in code`() {
    let content = IssueContent.reading(
      """
      See [b](/issues/b), and [b](/issues/b) again.

      - **Related**: [c](/issues/c); Issue d
      - **Duplicate of**: e

      ```
      [f](/issues/f)
      ```
      """
    ).content
    #expect(content.links.filter { $0.kind == .related }.map(\.slug) == ["c", "issue-d"])
    #expect(content.links.filter { $0.kind == .duplicateOf }.map(\.slug) == ["e"])
    #expect(content.links.filter { $0.kind == .mention }.map(\.slug) == ["b", "c"])
  }
}
