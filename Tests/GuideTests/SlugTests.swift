import Guide
import Testing

struct SlugTests {
  @Test(arguments: [
    ("504 Gateway Timeout", "504-gateway-timeout"),
    ("ETIMEDOUT / ENETUNREACH", "etimedout-enetunreach"),
    ("CDK/CloudFormation", "cdk-cloudformation"), ("  a  ", "a"), ("", "issue"), ("—!?", "issue"),
    ("12", "issue-12"), ("١٢", "issue-١٢"), ("12 34", "12-34"), ("New", "issue-new"),
    ("new one", "new-one"),
    ("Größe ÄNDERN", "größe-ändern"), ("Cafe\u{301}", "café"), ("ΌΣΑ", "όσα"), ("日本 語", "日本-語"),
    ("हिन्दी", "हिन्दी"), ("a_b.c", "a-b-c"), ("İ", "i\u{307}"), ("don't", "don-t"), ("\u{301}x", "x"),
  ])
  func `a title becomes a slug`(title: String, expected: String) {
    #expect(Array(slug(of: title).unicodeScalars) == Array(expected.unicodeScalars))
  }

  @Test func `a slug is at most 100 characters and ends with a word`() {
    let words = (0..<40).map { "word\($0)" }.joined(separator: " ")
    let result = slug(of: words)
    #expect(result.count <= 100)
    #expect(words.replacing(" ", with: "-").hasPrefix(result + "-"))
    #expect(slug(of: String(repeating: "x", count: 300)).count == 100)
    #expect(slug(of: String(repeating: "1", count: 300)).count == 100)
    #expect(slug(of: String(repeating: "1", count: 300)).hasPrefix("issue-1"))
  }

  @Test func `composed and decomposed titles have one slug`() {
    #expect(slug(of: "Ünïcödé") == slug(of: "U\u{308}ni\u{308}co\u{308}de\u{301}"))
    let composed = slug(of: "Ü")
    let decomposed = slug(of: "U\u{308}")
    #expect(Array(composed.utf8) == Array(decomposed.utf8))
  }
}
