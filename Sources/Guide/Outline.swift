/// The block structure of a Markdown text: its lines and its outermost blocks.
///
/// Only what cutting a guide needs: where top-level headings, paragraphs, list items,
/// quotes and code begin and end. Byte offsets are exact, which cmark's positions are not.
struct Outline {
  /// A line: its bytes without ending are `start..<end`; the next begins at `next`.
  struct Line {
    var start: Int
    var end: Int
    var next: Int
    /// Where the text begins behind the markers of lists and quotes.
    var content: Int
    var isBlank: Bool
  }

  struct Block {
    enum Kind: Equatable {
      case paragraph
      /// ATX heading: level and the text between the number signs.
      case heading(level: Int, text: Range<Int>)
      /// A paragraph that `===` (level 1) or `---` (level 2) makes a heading.
      case underlined(level: Int)
      /// Index in `fences`.
      case fence(Int)
      case indentedCode
      case html
      case quote
      case item(Item)
      case rule
    }
    var kind: Kind
    /// Without blank lines at the end.
    var lines: Range<Int>
  }

  struct Item: Equatable {
    var ordered: Bool
    /// Where the item's text begins on its first line.
    var content: Int
    /// Columns by which the item's further lines are indented.
    var width: Int
  }

  /// A fenced code block at any depth.
  struct Fence {
    var info: Range<Int>
    var opening: Int
    /// Lines between the fences.
    var content: Range<Int>
    /// Nil when the text or the surrounding list ends first.
    var closing: Int?
    /// Up to this many columns are taken off each line.
    var indent: Int
  }

  private(set) var bytes: [UInt8]
  var lines: [Line] = []
  var blocks: [Block] = []
  var fences: [Fence] = []
  /// The line of an HTML comment, script or such that has no end: all below it is part of it.
  var unclosedHTML: Int?

  init(_ bytes: [UInt8], from start: Int = 0) {
    self.bytes = bytes
    var scanner = BlockScanner(Outline(lines: bytes, from: start))
    scanner.run()
    self = scanner.outline
  }

  private init(lines bytes: [UInt8], from start: Int) {
    self.bytes = bytes
    var position = start
    while position < bytes.count {
      var end = position
      while end < bytes.count, !bytes[end].isLineEnd { end += 1 }
      var next = end
      if next < bytes.count {
        let pair = bytes[next] == Byte.carriageReturn && next + 1 < bytes.count
        next += pair && bytes[next + 1] == Byte.lineFeed ? 2 : 1
      }
      let isBlank = bytes[position..<end].allSatisfy(\.isSpaceOrTab)
      lines.append(
        Line(start: position, end: end, next: next, content: position, isBlank: isBlank))
      position = next
    }
  }

  /// A line's text without its ending.
  func text(ofLine index: Int) -> String {
    bytes[lines[index].start..<lines[index].end].text
  }

  /// The info string of a fence, without white space at its ends.
  func info(of fence: Fence) -> String { bytes[fence.info].text.trimmed }

  /// The code inside a fence, without the markers and indentation around it.
  func code(of fence: Fence) -> String {
    fence.content.map { index in
      var start = lines[index].content
      var left = fence.indent
      while left > 0, start < lines[index].end, bytes[start] == Byte.space {
        start += 1
        left -= 1
      }
      return bytes[start..<lines[index].end].text
    }.joined(separator: "\n")
  }
}
