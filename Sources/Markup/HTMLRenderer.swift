/// Writes a tree as HTML through the `HTML` type: everything that came from the text is escaped.
struct HTMLRenderer {
  private(set) var html = HTML()
  let idPrefix: String?
  let headingRanks: [Int: Int]
  var allowsLinks = true

  /// Lists and quotes nested deeper than this are shown flat: no reader needs them, and a
  /// browser has trouble with thousands.
  private static let depthLimit = 40

  private var depth = 0
  /// For each open link or image, whether it wrote a tag.
  private var openLinks: [Bool] = []
  private var usedIDs: [String: Int] = [:]
  private var alignments: [UInt8] = []
  private var column = 0
  private var inTableHeader = false
  private var hasBody = false

  init(idPrefix: String?, headingRanks: [Int: Int]) {
    self.idPrefix = idPrefix
    self.headingRanks = headingRanks
  }

  mutating func enter(_ node: Node) {
    switch node.kind {
    case .text: html.append(text: node.literal)
    case .softBreak: html += "\n"
    case .lineBreak: html += "<br>\n"
    case .code: html += "<code>\(node.literal)</code>"
    case .htmlInline: html.append(text: node.literal)
    case .emphasis: html += "<em>"
    case .strong: html += "<strong>"
    case .strikethrough: html += "<del>"
    case .link, .image: openLink(node)
    case .paragraph: if !isFlat(node) { html += "<p>" }
    case .heading: openHeading(node)
    case .quote, .list, .item: openContainer(node)
    case .codeBlock: codeBlock(node)
    case .htmlBlock: html += "<pre tabindex=\"0\"><code>\(node.literal)</code></pre>\n"
    case .rule: html += "<hr>\n"
    case .table, .tableHeader, .tableRow, .tableCell: openTable(node)
    case .document, .other: break
    }
  }

  mutating func leave(_ node: Node) {
    switch node.kind {
    case .emphasis: html += "</em>"
    case .strong: html += "</strong>"
    case .strikethrough: html += "</del>"
    case .link, .image: if openLinks.popLast() == true { html += "</a>" }
    case .paragraph: if isFlat(node) { html += node.isLast ? "" : "\n" } else { html += "</p>\n" }
    case .heading: html += "</h\(rank(node))>\n"
    case .quote, .list, .item: closeContainer(node)
    case .table, .tableHeader, .tableRow, .tableCell: closeTable(node)
    default: break
    }
  }

  private func isFlat(_ node: Node) -> Bool { node.isInTightList }

  // MARK: Headings, lists, quotes

  private func rank(_ node: Node) -> Int { headingRanks[node.headingLevel] ?? 6 }

  private mutating func openHeading(_ node: Node) {
    guard let idPrefix else {
      html += "<h\(rank(node))>"
      return
    }
    let anchor = Link.anchor(node.plainText)
    let count = usedIDs[anchor, default: 0]
    usedIDs[anchor] = count + 1
    let id = idPrefix + (anchor.isEmpty ? "section" : anchor) + (count == 0 ? "" : "-\(count)")
    html += "<h\(rank(node)) id=\"\(id)\">"
  }

  private mutating func openContainer(_ node: Node) {
    depth += 1
    guard depth <= Self.depthLimit else { return }
    switch node.kind {
    case .quote: html += "<blockquote>\n"
    case .list:
      if !node.isOrdered {
        html += "<ul>\n"
      } else if node.listStart == 1 {
        html += "<ol>\n"
      } else {
        html += "<ol start=\"\(node.listStart)\">\n"
      }
    default:
      html += "<li>"
      if let isDone = node.isDone {
        html +=
          isDone
          ? "<span role=\"img\" aria-label=\"done\">☑</span> "
          : "<span role=\"img\" aria-label=\"to do\">☐</span> "
      }
    }
  }

  private mutating func closeContainer(_ node: Node) {
    depth -= 1
    guard depth < Self.depthLimit else { return }
    switch node.kind {
    case .quote: html += "</blockquote>\n"
    case .list: html += node.isOrdered ? "</ol>\n" : "</ul>\n"
    default: html += "</li>\n"
    }
  }

  // MARK: Code

  private mutating func codeBlock(_ node: Node) {
    let word = node.info.split(whereSeparator: { $0 == " " || $0 == "\t" }).first ?? ""
    switch word.lowercased() {
    case "sample":
      html += "<figure class=\"sample\">\n<figcaption>Sample</figcaption>\n"
      html += "<pre tabindex=\"0\"><code>\(node.literal)</code></pre>\n</figure>\n"
    case "not-sample":
      html += "<figure class=\"sample not\">\n<figcaption>Not this issue</figcaption>\n"
      html += "<pre tabindex=\"0\"><code>\(node.literal)</code></pre>\n</figure>\n"
    case "": html += "<pre tabindex=\"0\"><code>\(node.literal)</code></pre>\n"
    default:
      let language = word.filter {
        $0.isASCII && ($0.isLetter || $0.isNumber || "+#.-_".contains($0))
      }
      html += "<pre tabindex=\"0\"><code class=\"language-\(language)\">"
      html += "\(node.literal)</code></pre>\n"
    }
  }

  // MARK: Links

  private mutating func openLink(_ node: Node) {
    let url = node.url
    let isInside = openLinks.contains(true)
    let opens = allowsLinks && !isInside && !url.isEmpty && Link.isSafe(url)
    openLinks.append(opens)
    if opens {
      if let idPrefix, url.hasPrefix("#") {
        html += "<a href=\"#\(idPrefix)\(Link.encoded(String(url.dropFirst())))\""
      } else {
        html += "<a href=\"\(Link.encoded(url))\" rel=\"nofollow noopener\""
      }
      if !node.title.isEmpty { html += " title=\"\(node.title)\"" }
      if node.kind == .image { html += " class=\"image\"" }
      html += ">"
    }
    if node.plainText.isEmpty {
      html.append(text: node.kind == .image ? "image" : opens ? url : "")
    }
  }

  // MARK: Tables

  private mutating func openTable(_ node: Node) {
    switch node.kind {
    case .table:
      alignments = node.alignments
      hasBody = false
      html += "<div class=\"scroll\" tabindex=\"0\">\n<table>\n"
    case .tableHeader:
      inTableHeader = true
      column = 0
      html += "<thead>\n<tr>\n"
    case .tableRow:
      if !hasBody { html += "<tbody>\n" }
      hasBody = true
      column = 0
      html += "<tr>\n"
    default: openCell()
    }
  }

  private mutating func openCell() {
    let alignment = column < alignments.count ? alignments[column] : 0
    column += 1
    let position: HTML =
      switch alignment {
      case UInt8(ascii: "r"): " class=\"right\""
      case UInt8(ascii: "c"): " class=\"center\""
      default: ""
      }
    html += inTableHeader ? "<th scope=\"col\"\(position)>" : "<td\(position)>"
  }

  private mutating func closeTable(_ node: Node) {
    switch node.kind {
    case .table: html += hasBody ? "</tbody>\n</table>\n</div>\n" : "</table>\n</div>\n"
    case .tableHeader:
      inTableHeader = false
      html += "</tr>\n</thead>\n"
    case .tableRow: html += "</tr>\n"
    default: html += inTableHeader ? "</th>\n" : "</td>\n"
    }
  }
}
