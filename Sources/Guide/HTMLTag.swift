extension Outline {
  /// The first line of a text that is HTML and nothing else, with headings in it.
  var htmlPage: Int? {
    var first: Int?
    for block in blocks {
      switch block.kind {
      case .html: break
      // What is indented inside HTML stands behind its blank lines.
      case .indentedCode, .paragraph: continue
      default: return nil
      }
      let isHeading = block.lines.contains { line in
        let text = bytes[lines[line].start..<lines[line].end]
        return ["<h1", "<h2", "<h3", "<title", "<dt"].contains { text.holds($0) }
      }
      if isHeading { first = first ?? block.lines.lowerBound }
    }
    return first
  }
}

/// The tag at the beginning of a line, as far as block structure needs it.
struct HTMLTag {
  /// Lower-case.
  var name: String
  var isClosing: Bool
  /// A complete tag with nothing but white space behind it.
  var isWholeLine: Bool

  static let verbatim: Set<String> = ["script", "pre", "style", "textarea"]
  static let blocks: Set<String> = [
    "address", "article", "aside", "base", "basefont", "blockquote", "body", "caption", "center",
    "col", "colgroup", "dd", "details", "dialog", "dir", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5",
    "h6", "head", "header", "hr", "html", "iframe", "legend", "li", "link", "main", "menu",
    "menuitem", "nav", "noframes", "ol", "optgroup", "option", "p", "param", "section", "source",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "title", "tr", "track", "ul",
  ]

  init?(_ bytes: [UInt8], from start: Int, to end: Int) {
    var place = start + 1
    isClosing = place < end && bytes[place] == Byte.slash
    if isClosing { place += 1 }
    let nameStart = place
    guard place < end, bytes[place].isLetter else { return nil }
    while place < end, bytes[place].isLetter || bytes[place].isDigit || bytes[place] == Byte.hyphen
    {
      place += 1
    }
    name = bytes[nameStart..<place].text.lowercased()
    let closes =
      place == end || bytes[place].isSpaceOrTab || bytes[place] == Byte.greater
      || (bytes[place] == Byte.slash && place + 1 < end && bytes[place + 1] == Byte.greater)
    if !closes { name = "" }
    isWholeLine = Self.isWholeTag(bytes[place..<end], isClosing: isClosing)
    if name.isEmpty, !isWholeLine { return nil }
  }

  /// Attributes, then `>` or `/>`, then only white space (CommonMark's kind 7).
  private static func isWholeTag(_ rest: ArraySlice<UInt8>, isClosing: Bool) -> Bool {
    var rest = rest
    func blank() -> Bool { rest.allSatisfy(\.isSpaceOrTab) }
    while true {
      let before = rest.count
      rest = rest.drop { $0.isSpaceOrTab }
      guard let byte = rest.first else { return false }
      if byte == Byte.greater {
        rest = rest.dropFirst()
        return blank()
      }
      if isClosing { return false }
      if rest.hasPrefix("/>") {
        rest = rest.dropFirst(2)
        return blank()
      }
      guard rest.count < before, dropAttribute(&rest) else { return false }
    }
  }

  private static func dropAttribute(_ rest: inout ArraySlice<UInt8>) -> Bool {
    guard let first = rest.first, first.isLetter || first == Byte.underscore || first == Byte.colon
    else { return false }
    rest = rest.drop {
      $0.isLetter || $0.isDigit || $0 == Byte.underscore || $0 == Byte.colon || $0 == Byte.dot
        || $0 == Byte.hyphen
    }
    let value = rest.drop { $0.isSpaceOrTab }
    guard value.first == Byte.equals else { return true }
    rest = value.dropFirst().drop { $0.isSpaceOrTab }
    guard let quote = rest.first else { return false }
    if quote == Byte.quote || quote == Byte.apostrophe {
      rest = rest.dropFirst().drop { $0 != quote }
      guard !rest.isEmpty else { return false }
      rest = rest.dropFirst()
      return true
    }
    let bare = rest.prefix {
      !$0.isSpaceOrTab && $0 != Byte.quote && $0 != Byte.apostrophe && $0 != Byte.equals
        && $0 != Byte.less && $0 != Byte.greater && $0 != Byte.backtick
    }
    rest = rest.dropFirst(bare.count)
    return !bare.isEmpty
  }
}
