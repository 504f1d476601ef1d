/// `<details>` and `<summary>` with nothing but text between them.
struct FoldTags {
  enum Line: Equatable {
    case opening, closing
    case summary(String)
    case text(String)
  }

  /// What each line says.
  private(set) var lines: [[Line]] = []

  /// Nil for other HTML, which stays as it is.
  init?(_ html: String) {
    guard html.contains("details>") || html.contains("<details") else { return nil }
    for line in html.lines {
      var rest = line.trimmed[...]
      var said: [Line] = []
      if Self.drop("<details", &rest) { said.append(.opening) }
      if Self.drop("<summary", &rest) {
        guard let end = rest.firstRange(of: "</summary>") else { return nil }
        said.append(.summary(Self.plain(rest[..<end.lowerBound])))
        rest = rest[end.upperBound...].trimmed[...]
      }
      let closes = rest.hasSuffix("</details>")
      if closes { rest = rest.dropLast("</details>".count).trimmed[...] }
      if ["<summary", "</summary", "<details", "</details"].contains(where: { rest.contains($0) }) {
        return nil
      }
      if !rest.isEmpty { said.append(.text(String(rest))) }
      if closes { said.append(.closing) }
      lines.append(said)
    }
  }

  /// Takes a tag with its attributes off; false when there is none.
  private static func drop(_ tag: String, _ rest: inout Substring) -> Bool {
    guard rest.hasPrefix(tag), let end = rest.firstIndex(of: ">") else { return false }
    rest = rest[rest.index(after: end)...].trimmed[...]
    return true
  }

  /// A summary's words without the tags that only dress them.
  static func plain(_ text: Substring) -> String {
    ["b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "em", "i"].reduce(text.trimmed) {
      $0.replacing("<\($1)>", with: "").replacing("</\($1)>", with: "")
    }
    .replacing("<code>", with: "`").replacing("</code>", with: "`").trimmed
  }
}

/// The text without the tags of blocks that fold, for showing it where HTML is not: their summaries
/// become bold lines.
package func unfolded(_ markdown: String) -> String {
  guard markdown.contains("details") else { return markdown }
  let outline = Outline(Array(markdown.utf8))
  var lines = outline.lines.indices.map { outline.text(ofLine: $0) }
  for block in outline.blocks where block.kind == .html {
    guard let fold = FoldTags(block.lines.map { lines[$0] }.joined(separator: "\n")) else {
      continue
    }
    for (line, said) in zip(block.lines, fold.lines) {
      lines[line] = said.compactMap { part in
        switch part {
        case .summary(let text): text.isEmpty ? nil : "**\(text)**\n"
        case .text(let text): text
        case .opening, .closing: nil
        }
      }.joined(separator: "\n")
    }
  }
  return lines.joined(separator: "\n").trimmedLines
}
