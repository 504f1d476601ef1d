import Markup
import Testing

struct HTMLTests {
  @Test func `text is escaped, markup is not`() {
    let name = "<b a=\"1\" c='2'>&amp;"
    let inner: HTML = "<i>\(name)</i>"
    let html: HTML = "<p title=\"\(name)\">\(inner)\("<u>")</p>"
    #expect(
      html.string == "<p title=\"&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;\">"
        + "<i>&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;</i>&lt;u&gt;</p>")
  }

  @Test func `numbers, optionals, lists and conditions are taken`() {
    let none: String? = nil
    let some: String? = "<"
    let noHTML: HTML? = nil
    let items: [HTML] = ["<li>1</li>", "<li>2</li>"]
    let html: HTML =
      "\(1)\(UInt8(2))\(none)\(some)\(noHTML)\(items)\("<hr>" as HTML, if: true)\("x", if: false)\(Character("&"))\("a<b".dropFirst())"
    #expect(html.string == "12&lt;<li>1</li><li>2</li><hr>&amp;&lt;b")
  }

  @Test(arguments: [
    ("\u{0}", "\u{FFFD}"), ("a\u{1B}[31m", "a\u{FFFD}[31m"), ("\t\n", "\t\n"), ("\r", "\u{FFFD}"),
    ("\u{7F}\u{85}\u{9F}\u{A0}é", "\u{FFFD}\u{FFFD}\u{FFFD}\u{A0}é"), ("日本 👍", "日本 👍"),
  ])
  func `control characters do not reach a page`(text: String, expected: String) {
    #expect(HTML.text(text).string == expected)
  }

  @Test func `parts are joined`() {
    let parts: [HTML] = ["a", "<b>", "c"]
    #expect(parts.joined().string == "a<b>c")
    #expect(parts.joined(separator: ", ").string == "a, <b>, c")
    #expect([HTML]().joined().isEmpty)
    var html = HTML.raw("<x>")
    html += "y"
    #expect((html + .text("<")).string == "<x>y&lt;")
  }

  @Test func `a literal of several lines keeps its lines`() {
    let html: HTML = """
      <p>
        \("&")
      </p>
      """
    #expect(html.string == "<p>\n  &amp;\n</p>")
  }

  @Test(.timeLimit(.minutes(1)))
  func `a page of many fragments is built quickly`() {
    var rows: [HTML] = []
    for number in 0..<20_000 {
      rows.append("<tr><td>\(number)</td><td>\("name & \(number)")</td></tr>\n")
    }
    let page: HTML = "<table>\(rows)</table>"
    #expect(page.bytes.count > 500_000)
  }
}
