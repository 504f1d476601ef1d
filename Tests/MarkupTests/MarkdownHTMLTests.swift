import Markup
import Testing

struct MarkdownHTMLTests {
  @Test(arguments: [
    (
      "a *b* **c** ~~d~~ `e<`",
      "<p>a <em>b</em> <strong>c</strong> <del>d</del> <code>e&lt;</code></p>\n"
    ),
    ("takes ~4 minutes, ~5", "<p>takes ~4 minutes, ~5</p>\n"),
    ("a\nb  \nc", "<p>a\nb<br>\nc</p>\n"),
    ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
    ("- a\n\n- b", "<ul>\n<li><p>a</p>\n</li>\n<li><p>b</p>\n</li>\n</ul>\n"),
    ("3. a\n4. b", "<ol start=\"3\">\n<li>a</li>\n<li>b</li>\n</ol>\n"),
    ("- a\n  - b", "<ul>\n<li>a\n<ul>\n<li>b</li>\n</ul>\n</li>\n</ul>\n"),
    ("> q", "<blockquote>\n<p>q</p>\n</blockquote>\n"),
    ("---", "<hr>\n"),
    ("    code", "<pre tabindex=\"0\"><code>code\n</code></pre>\n"),
    (
      "```sh\na && b\n```",
      "<pre tabindex=\"0\"><code class=\"language-sh\">a &amp;&amp; b\n</code></pre>\n"
    ),
    ("```\" onload=x\na\n```", "<pre tabindex=\"0\"><code class=\"language-\">a\n</code></pre>\n"),
    (
      "```sample\n<E42>\n```",
      "<figure class=\"sample\">\n<figcaption>Sample</figcaption>\n<pre tabindex=\"0\"><code>&lt;E42&gt;\n</code></pre>\n</figure>\n"
    ),
    (
      "[a](https://x.org/?b=1&c=2 \"t\")",
      "<p><a href=\"https://x.org/?b=1&amp;c=2\" rel=\"nofollow noopener\" title=\"t\">a</a></p>\n"
    ),
    (
      "https://x.org",
      "<p><a href=\"https://x.org\" rel=\"nofollow noopener\">https://x.org</a></p>\n"
    ),
    ("<a@x.org>", "<p><a href=\"mailto:a@x.org\" rel=\"nofollow noopener\">a@x.org</a></p>\n"),
    ("[a](/b c)", "<p>[a](/b c)</p>\n"),
    ("[a](</b c>)", "<p><a href=\"/b%20c\" rel=\"nofollow noopener\">a</a></p>\n"),
    ("[a](/%zz%20é)", "<p><a href=\"/%25zz%20%C3%A9\" rel=\"nofollow noopener\">a</a></p>\n"),
    (
      "![alt *x*](https://x.org/i.png)",
      "<p><a href=\"https://x.org/i.png\" rel=\"nofollow noopener\" class=\"image\">alt <em>x</em></a></p>\n"
    ),
    (
      "![](i.png)", "<p><a href=\"i.png\" rel=\"nofollow noopener\" class=\"image\">image</a></p>\n"
    ),
    ("[![alt](i.png)](/x)", "<p><a href=\"/x\" rel=\"nofollow noopener\">alt</a></p>\n"),
    (
      "- [x] a\n- [ ] b",
      "<ul>\n<li><span role=\"img\" aria-label=\"done\">☑</span> a</li>\n<li><span role=\"img\" aria-label=\"to do\">☐</span> b</li>\n</ul>\n"
    ),
    (
      "|a|b|c|\n|-|-:|:-:|\n|1|2|3|",
      "<div class=\"scroll\" tabindex=\"0\">\n<table>\n<thead>\n<tr>\n<th scope=\"col\">a</th>\n<th scope=\"col\" class=\"right\">b</th>\n<th scope=\"col\" class=\"center\">c</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td class=\"right\">2</td>\n<td class=\"center\">3</td>\n</tr>\n</tbody>\n</table>\n</div>\n"
    ),
    ("", ""),
  ])
  func `Markdown becomes HTML`(markdown: String, html: String) {
    #expect(Markdown.html(markdown).string == html)
  }

  @Test func `headings begin at the level asked for and leave no gap`() {
    let html = Markdown.html("# a\n\n#### b\n\n# c\n\n###### d", topHeading: 3).string
    #expect(html == "<h3>a</h3>\n<h4>b</h4>\n<h3>c</h3>\n<h5>d</h5>\n")
    #expect(Markdown.html("#### a", topHeading: 6).string == "<h6>a</h6>\n")
    #expect(Markdown.html("# a\n\n## b", topHeading: 6).string == "<h6>a</h6>\n<h6>b</h6>\n")
  }

  @Test func `anchors and links to them get the prefix`() {
    let html = Markdown.html(
      "[x](#die-höhe) \n\n## Die Höhe!\n\n## Die Höhe\n\n## …", idPrefix: "i7-"
    ).string
    #expect(html.contains("<a href=\"#i7-die-h%C3%B6he\">"))
    #expect(html.contains("<h4 id=\"i7-die-höhe\">"))
    #expect(html.contains("<h4 id=\"i7-die-höhe-1\">"))
    #expect(html.contains("<h4 id=\"i7-section\">"))
  }

  @Test(arguments: [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "a <b onclick=x>c</b>",
    "<svg/onload=alert(1)>", "<!-- --><script>x</script>", "<iframe src=\"javascript:x\"></iframe>",
    "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](java&#10;script:alert(1))",
    "[a](&#106;avascript:alert(1))", "[a](javascript&colon;alert(1))",
    "[a](\u{1}javascript:alert(1))",
    "[a](data:text/html;base64,PHN2Zz4=)", "[a](vbscript:x)", "[a](file:///etc/passwd)",
    "![a](javascript:alert(1))", "![a\" onerror=\"x](https://x.org)", "<javascript:alert(1)>",
    "[a](<javascript:alert(1)>)", "[a]: javascript:alert(1)\n\n[a]",
    "[a](https://x.org/\"onclick=\"x)",
    "[a](https://x.org '\"><script>x</script>')", "`<script>`", "```\n</code></pre><script>x\n```",
    "```x\"><script>\n```", "# <script>x</script>", "|<script>|\n|-|\n|<img src=x>|",
    "<a href='javascript:x'>a</a>",
    "&lt;script&gt;x&lt;/script&gt;", "\\<script>x", "<style>*{}</style>", "<?php x ?>",
    "<![CDATA[<script>]]>",
    "[a](javascript:alert(1)", "<https://x.org/<script>>", "www.x.org/<script>",
    "[x](\u{202E}javascript:x)",
    "- <details open ontoggle=x>\n- <math><mi xlink:href=\"data:x\">", "<a\nhref=x>",
    "<textarea><script>",
    "[a](&#x09;javascript:x)", "[a](feed:javascript:x)", "[a](blob:x)", "[a](ms-x:y)",
    "<p/onclick=x>",
  ])
  func `nothing in Markdown becomes active`(markdown: String) {
    for markdown in [
      markdown, "- x\n\n  " + markdown, "> " + markdown, "# h\n" + markdown + "\n\ny",
    ] {
      let html = Markdown.html(markdown, idPrefix: "p-").string
      check(html)
      check(Markdown.inline(markdown).string)
    }
  }

  /// Only tags and attributes that the renderer writes may occur.
  private func check(_ html: String) {
    let allowed: Set = [
      "p", "em", "strong", "del", "code", "pre", "a", "ul", "ol", "li", "blockquote", "h3", "h4",
      "h5",
      "h6", "hr", "br", "div", "table", "thead", "tbody", "tr", "th", "td", "figure", "figcaption",
      "span",
    ]
    for tag in html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1) {
      let name = tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber }
      #expect(allowed.contains(String(name)), "<\(tag) in \(html)")
      let inside = tag.prefix { $0 != ">" }
      for part in inside.split(separator: "\"").enumerated() where part.offset % 2 == 0 {
        let attributes: Set = [
          "href=", "rel=", "title=", "class=", "tabindex=", "id=", "scope=", "role=", "aria-label=",
          "start=",
        ]
        let words = part.element.split(separator: " ").dropFirst(part.offset == 0 ? 1 : 0)
        for word in words { #expect(attributes.contains(String(word)), "\(word) in \(html)") }
      }
    }
    for piece in html.components(after: "href=\"") {
      let scheme = piece.prefix { $0 != "\"" }
      let fine =
        scheme.hasPrefix("http") || scheme.hasPrefix("mailto:") || scheme.hasPrefix("#")
        || !scheme.prefix { $0 != "/" && $0 != "?" && $0 != "#" }.contains(":")
      #expect(fine, "\(scheme)")
    }
  }

  @Test func `raw HTML is shown, not dropped`() {
    #expect(Markdown.html("a <b>c</b>").string == "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n")
    #expect(Markdown.html("<div>\nx\n</div>").string.contains("&lt;div&gt;\nx\n&lt;/div&gt;"))
  }

  @Test(arguments: [
    ("`a` & *b*", "<code>a</code> &amp; <em>b</em>"), ("[x](https://x.org)", "x"), ("# a", "# a"),
    ("1. a", "1. a"), ("a <b>", "a &lt;b&gt;"), ("", ""), ("a\n\nb", "a\n\nb"), ("C #", "C #"),
  ])
  func `a title is rendered without blocks and links`(title: String, html: String) {
    #expect(Markdown.inline(title).string == html)
  }

  @Test(
    .timeLimit(.minutes(1)),
    arguments: [
      ">", "- ", "* ", "1. ", "[", "![", "*a ", "_a ", "a**b", "`", "<", "<!A ", "<? ",
      "<![CDATA[ ", "[a](",
      "|", "|x\n|-\n", "~~a ", "www.a", "a@b.c ", "http://(", "&", "[a]: b\n", "  - a\n", "\\", "#",
      "a\n> ",
    ])
  func `much of anything is rendered in time`(unit: String) {
    let count = 150_000 / unit.utf8.count
    let text = String(repeating: unit, count: count)
    #expect(!Markdown.html(text).isEmpty || unit == "[a]: b\n")
    _ = Markdown.plainText(text)
    _ = Markdown.summary(text, limit: 100)
  }

  @Test(.timeLimit(.minutes(1)))
  func `a wide table does not fill the memory`() {
    let row = String(repeating: "|x", count: 2000) + "\n"
    let text = row + row.replacing("x", with: "-") + String(repeating: "|x\n", count: 20_000)
    #expect(Markdown.html(text).bytes.count < 2_000_000)
  }

  @Test func `many threads render at once`() async {
    await withTaskGroup(of: Bool.self) { group in
      let struck = String(repeating: "~~x~~ www.x.org ", count: 100)
      for number in 0..<200 {
        group.addTask {
          let html = Markdown.html("|a|\n|-|\n|\(number)|\n\n" + struck).string
          return html.contains("<td>\(number)</td>") && html.ranges(of: "<del>").count == 100
            && html.ranges(of: "http://www").count == 100
        }
      }
      for await good in group { #expect(good) }
    }
  }
}

extension String {
  /// What follows each occurrence of a word.
  fileprivate func components(after word: String) -> [Substring] {
    ranges(of: word).map { self[$0.upperBound...] }
  }
}
