/// The text with every heading `levels` deeper, at most level 6: for showing a file inside a page that
/// has a title of its own.
package func demotedHeadings(_ markdown: String, by levels: Int = 1) -> String {
  let outline = Outline(Array(markdown.utf8))
  var result: [UInt8] = []
  var place = 0
  for block in outline.blocks {
    guard case .heading(let level, _) = block.kind else { continue }
    let line = outline.lines[block.lines.lowerBound]
    result += outline.bytes[place..<line.content]
    result += repeatElement(UInt8(ascii: "#"), count: min(levels, 6 - level))
    place = line.content
  }
  result += outline.bytes[place...]
  return String(decoding: result, as: UTF8.self)
}
