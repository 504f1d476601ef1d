import Markup
import Testing

struct PlainTextTests {
  @Test(arguments: [
    ("a *b* **c** ~~d~~ `e  f`", "a b c d `e  f`\n"),
    ("one two three four five six", "one two three four\nfive six\n"),
    ("日本語 日本語 日本語 日本語", "日本語 日本語 日本語\n日本語\n"),
    ("a  \nb\nc", "a\nb c\n"),
    (
      "- one two three four five\n- b\n  - c\n\nd",
      "- one two three four\n  five\n- b\n  - c\n\nd\n"
    ),
    ("9. a\n10. b", "9. a\n10. b\n"),
    ("- a\n\n- b\n\n  c", "- a\n\n- b\n\n  c\n"),
    ("> a\n>\n> b", "> a\n>\n> b\n"),
    (
      "x\n\n```sh\nlong line that is never wrapped\n\n  y\n```",
      "x\n\n    long line that is never wrapped\n\n      y\n"
    ),
    ("- a\n\n  ```\n  c\n  ```", "- a\n\n      c\n"),
    ("# Title\n\ntext", "Title\n-----\n\ntext\n"),
    ("[a](https://x.org)", "a <https://x.org>\n"), ("https://x.org", "<https://x.org>\n"),
    ("<a@x.org>", "<a@x.org>\n"), ("[a](javascript:x)", "a\n"), ("![alt](i.png)", "alt <i.png>\n"),
    ("- [x] a\n- [ ] b", "- [x] a\n- [ ] b\n"),
    ("|a|bb|\n|-|-:|\n|ccc日|d|", "a       bb\n-----  ---\nccc日    d\n"),
    ("<b>a</b>", "<b>a</b>\n"), ("---", "----------------------------------------\n"),
    ("", ""), ("-", "-\n"),
  ])
  func `Markdown becomes text for a terminal`(markdown: String, text: String) {
    #expect(Markdown.plainText(markdown, width: 20) == text)
  }

  @Test(arguments: [
    "a\u{1B}[31mb", "a\u{1B}]0;title\u{7}b", "a\u{1B}]8;;https://x.org\u{1B}\\b", "a\u{9B}31mb",
    "a\u{8}b",
    "a&#27;b", "`a&#27;\u{1B}[2Jb`", "```\na\u{1B}[2Jb\n```", "[a](https://x.org/&#27;)b",
    "a\u{202E}b", "a\u{0}b",
    "a\rb", "a\u{1B}", "a\u{1B}[", "a\u{1B}(0b", "|a&#27;|\n|-|\n|&#7;|", "# a&#155;b",
    "<a\u{1B}c>",
  ])
  func `no escape sequence reaches a terminal`(markdown: String) {
    let text = Markdown.plainText(markdown)
    #expect(text.hasPrefix("a") || text.contains("a"))
    for scalar in text.unicodeScalars {
      #expect(scalar == "\n" || !(scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)))
      #expect(!(0x202A...0x202E).contains(scalar.value))
    }
    let sequence = Markdown.plainText("a\u{1B}[31mb\u{1B}]0;t\u{7}c")
    #expect(sequence == "abc\n")
  }

  @Test func `code blocks are listed`() {
    let blocks: [CodeBlock] = Markdown.codeBlocks(
      "```sh\na\nb\n```\n\n- x\n\n  ~~~sample y\n  c\n  ~~~\n\n    d\n\n>     e\n")
    #expect(
      blocks == [
        CodeBlock(info: "sh", text: "a\nb"), CodeBlock(info: "sample y", text: "c"),
        CodeBlock(info: "", text: "e"),
      ])
  }

  @Test(arguments: [
    ("First *one*. Second.", "First one."), ("No end", "No end"),
    ("See e.g. this. That.", "See e.g. this."),
    ("# H\n\n`Code` is v1.2 now! Yes", "Code is v1.2 now!"), ("- **Fix**: a b. c", "Fix: a b."),
    ("```\ncode line\n```", "code line"), ("", ""),
    ("one two three four five six seven", "one two three four five six…"),
    (String(repeating: "x", count: 60), String(repeating: "x", count: 29) + "…"),
  ])
  func `a summary is the first sentence`(markdown: String, summary: String) {
    #expect(Markdown.summary(markdown, limit: 30) == summary)
  }
}
