import TestSupport
import Testing

@testable import Guide

struct HeadingTests {
  @Test(arguments: [
    ("Plain title", "Plain title"), ("`x` is missing", "x is missing"),
    ("``a `b` c``", "a `b` c"), ("an ` alone", "an ` alone"), ("` x `", "x"),
    ("**Bold** and *soft* and ***both***", "Bold and soft and both"),
    ("_soft_ and __strong words__", "soft and strong words"),
    ("snake_case_name", "snake_case_name"),
    ("__init__ is missing", "__init__ is missing"),
    ("KERNEL\\_SECURITY\\_CHECK", "KERNEL_SECURITY_CHECK"),
    ("*.example.com and *.example.org", "*.example.com and *.example.org"),
    ("SELECT * FROM t", "SELECT * FROM t"), ("f(*args, **kwargs)", "f(*args, **kwargs)"),
    ("~~Old~~ new", "Old new"), ("~/.config", "~/.config"),
    ("[Pump](https://x.example/a_(b)) stops", "Pump stops"), ("[a](b \"c d\") e", "a e"),
    ("[`Unpack`][typing.Unpack] used", "Unpack used"), ("[error][pump] down", "[error][pump] down"),
    ("The [!UICONTROL CSP] page [!DNL a `b`]", "The CSP page a b"),
    ("[!TIP] and [!]", "[!TIP] and [!]"),
    ("array[0][1] and f[](x)", "array[0][1] and f[](x)"), ("[ERROR] (code 3)", "[ERROR] (code 3)"),
    ("![red lamp](lamp.png) on", "red lamp on"), ("**[a](b)** `[c](d)`", "a [c](d)"),
    ("R&amp;D &lt;5&gt; &#39;x&#x27; &nope; a & b", "R&D <5> 'x' &nope; a & b"),
    ("Press <kbd>Ctrl</kbd> <a name=\"x\"></a>now<!-- here -->", "Press Ctrl now"),
    ("Cannot find field <name>", "Cannot find field <name>"), ("a < b > c", "a < b > c"),
    ("<https://x.example/a>", "https://x.example/a"), ("a<br>b", "a b"),
    ("![](a.png)", "![](a.png)"),
    ("Größe *ändern*", "Größe ändern"), ("**a*", "*a"), ("Title `x` {#anchor}", "Title x"),
  ])
  func `a title is what a viewer shows of the heading`(text: String, title: String) {
    #expect(Heading.title(text.utf8) == title)
  }

  @Test(arguments: ["[", "*a ", "`` ` ", "[`x`](", "<a ", "&a", "_", "![a](b"])
  func `a heading of any length is read, and written so that it is read back`(sign: String) {
    let title = Heading.oneLine(String(repeating: sign, count: 20_000))
    #expect(Heading.title(Heading.text(title).utf8) == title)
    let short = Heading.oneLine(String(title.prefix(390)))
    #expect(Heading.title(Heading.text(short).utf8) == short)
  }

  @Test func `any title is read back from the heading that is written for it`() {
    var random = Seeded(7)
    let pieces = [
      "*", "**", "_", "__", "`", "``", "[", "]", "(", ")", "<", ">", "b", "a", " ", "&amp;", "&",
      ";", "\\",
      "~~", "!", "#", "{#x}", "é", "<b>", "</b>", "<x>", "1",
    ]
    for _ in 0..<3_000 {
      let title = Heading.oneLine(
        (0..<Int.random(in: 1...9, using: &random)).map { _ in
          pieces.randomElement(using: &random)!
        }.joined())
      guard !title.isEmpty else { continue }
      let text = Heading.text(title)
      #expect(Heading.title(text.utf8) == title, "\(text)")
    }
  }
}
