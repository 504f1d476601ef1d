/// Finds the blocks of an `Outline`, line by line, as CommonMark §Appendix describes phase 1.
///
/// Work per line is bounded by its length and the depth of open lists and quotes.
struct BlockScanner {
  enum Container {
    case quote
    /// `isEmpty` while nothing but the marker was seen.
    case item(width: Int, isEmpty: Bool)
  }

  enum Leaf: Equatable {
    case none
    case paragraph
    case fence(index: Int, byte: UInt8, length: Int)
    case indentedCode
    case html(HTMLBlockKind)
  }

  /// Deeper lists and quotes than anyone writes are read as text, so that work stays linear.
  static let depthLimit = 64

  var outline: Outline
  private var containers: [Container] = []
  private var leaf = Leaf.none
  /// The outermost block that is still open.
  private var current: Int?
  private var line = 0

  init(_ outline: Outline) { self.outline = outline }

  mutating func run() {
    for index in outline.lines.indices {
      line = index
      scanLine()
    }
    if case .html(let kind) = leaf, !kind.endsAtBlankLine, containers.isEmpty {
      outline.unclosedHTML = current.map { outline.blocks[$0].lines.lowerBound }
    }
  }

  private mutating func scanLine() {
    let span = outline.lines[line]
    var cursor = Cursor(outline.bytes, from: span.start, to: span.end)
    let matched = matchContainers(&cursor)
    outline.lines[line].content = cursor.position
    if matched == containers.count, continueLeaf(cursor) { return }
    if cursor.isBlank { return closeForBlank(matched) }
    openBlocks(&cursor, matched: matched)
  }

  /// How many of the open lists and quotes this line continues.
  private mutating func matchContainers(_ cursor: inout Cursor) -> Int {
    for (index, container) in containers.enumerated() {
      switch container {
      case .quote:
        guard cursor.indent <= 3, cursor.first == Byte.greater else { return index }
        passQuoteMarker(&cursor)
      case .item(let width, let isEmpty):
        // In this order, as cmark: also white space alone continues an item without text.
        if cursor.indent >= width {
          cursor.skip(columns: width)
        } else if cursor.isBlank, !isEmpty {
          cursor.skip(columns: width)
        } else {
          return index
        }
      }
    }
    return containers.count
  }

  private func passQuoteMarker(_ cursor: inout Cursor) {
    cursor.skipGap(andBytes: 1)
    cursor.skip(columns: 1)
  }

  /// Lines inside an open fence or HTML block; true when this line is done.
  private mutating func continueLeaf(_ cursor: Cursor) -> Bool {
    switch leaf {
    case .fence(let index, let byte, let length):
      if closesFence(cursor, byte: byte, length: length) {
        outline.fences[index].closing = line
        leaf = .none
      } else {
        outline.fences[index].content =
          outline.fences[index].content.lowerBound..<line + 1
      }
      extendCurrent()
      return true
    case .html(let kind):
      if kind.endsAtBlankLine {
        guard !cursor.isBlank else {
          leaf = .none
          return false
        }
      } else if kind.ends(in: cursor.bytes[cursor.position..<cursor.end]) {
        leaf = .none
      }
      extendCurrent()
      return true
    case .indentedCode:
      guard !cursor.isBlank, cursor.indent >= 4 else {
        if !cursor.isBlank { leaf = .none }
        return false
      }
      extendCurrent()
      return true
    case .none, .paragraph:
      return false
    }
  }

  private func closesFence(_ cursor: Cursor, byte: UInt8, length: Int) -> Bool {
    let gap = cursor.gap
    guard gap.columns <= 3 else { return false }
    var end = gap.position
    while end < cursor.end, cursor.bytes[end] == byte { end += 1 }
    guard end - gap.position >= length else { return false }
    return cursor.bytes[end..<cursor.end].allSatisfy(\.isSpaceOrTab)
  }

  private mutating func closeForBlank(_ matched: Int) {
    close(to: matched)
    if leaf == .paragraph { leaf = .none }
    if containers.isEmpty, leaf == .none { current = nil }
  }

  /// Closes the lists and quotes that the line does not continue.
  private mutating func close(to matched: Int) {
    guard containers.count > matched else { return }
    containers.removeLast(containers.count - matched)
    leaf = .none
    if containers.isEmpty { current = nil }
  }

  /// Opens what the rest of the line begins; else it is a paragraph's text.
  private mutating func openBlocks(_ cursor: inout Cursor, matched: Int) {
    let continuesAll = matched == containers.count
    if !continuesAll, leaf != .paragraph { close(to: matched) }
    var opened = false
    while true {
      let inParagraph = leaf == .paragraph && continuesAll && !opened
      let gap = cursor.gap
      guard gap.position < cursor.end else {
        // The marker of an item or quote with nothing behind it.
        leaf = .none
        return
      }
      if gap.columns >= 4 {
        if leaf == .paragraph, !opened { break }
        begin(.indentedCode, leaf: .indentedCode, matched: opened ? containers.count : matched)
        return
      }
      let level = opened ? containers.count : matched
      if openLeaf(cursor, at: gap.position, inParagraph: inParagraph, matched: level) { return }
      guard containers.count < Self.depthLimit,
        openContainer(&cursor, at: gap.position, inParagraph: inParagraph, matched: level)
      else { break }
      opened = true
    }
    if leaf == .paragraph, !opened {  // also the lazy continuation of an unmatched list or quote
      extendCurrent()
    } else {
      begin(.paragraph, leaf: .paragraph, matched: opened ? containers.count : matched)
    }
  }

  private mutating func openContainer(
    _ cursor: inout Cursor, at place: Int, inParagraph: Bool, matched: Int
  ) -> Bool {
    if cursor.bytes[place] == Byte.greater {
      close(to: matched)
      leaf = .none
      if containers.isEmpty { current = nil }
      beginBlock(.quote)
      passQuoteMarker(&cursor)
      fillItem()
      containers.append(.quote)
      outline.lines[line].content = cursor.position
      return true
    }
    guard let marker = ListMarker(cursor, at: place, interruptsParagraph: inParagraph) else {
      return false
    }
    let width = marker.pass(&cursor)
    close(to: matched)
    leaf = .none
    let item = Outline.Item(ordered: marker.ordered, content: cursor.position, width: width)
    if containers.isEmpty { current = nil }
    beginBlock(.item(item))
    fillItem()
    containers.append(.item(width: width, isEmpty: marker.isEmpty))
    outline.lines[line].content = cursor.position
    return true
  }

  private mutating func openLeaf(
    _ cursor: Cursor, at place: Int, inParagraph: Bool, matched: Int
  ) -> Bool {
    let bytes = cursor.bytes
    switch bytes[place] {
    case Byte.hash:
      guard let heading = ATXHeading(bytes, from: place, to: cursor.end) else { return false }
      begin(
        .heading(level: heading.level, text: heading.text), leaf: .none, matched: matched)
    case Byte.backtick, Byte.tilde:
      return openFence(cursor, at: place, matched: matched)
    case Byte.less:
      guard
        let kind = HTMLBlockKind(
          bytes, from: place, to: cursor.end, interruptsParagraph: inParagraph)
      else { return false }
      let ended = !kind.endsAtBlankLine && kind.ends(in: bytes[place..<cursor.end])
      begin(.html, leaf: ended ? .none : .html(kind), matched: matched)
    case Byte.equals, Byte.hyphen, Byte.asterisk, Byte.underscore:
      if inParagraph, isUnderline(bytes[place..<cursor.end]) {
        if containers.isEmpty, let current {
          outline.blocks[current].kind = .underlined(level: bytes[place] == Byte.equals ? 1 : 2)
        }
        extendCurrent()
        leaf = .none
        return true
      }
      guard isRule(bytes[place..<cursor.end]) else { return false }
      begin(.rule, leaf: .none, matched: matched)
    default:
      return false
    }
    return true
  }

  private mutating func openFence(_ cursor: Cursor, at place: Int, matched: Int) -> Bool {
    let byte = cursor.bytes[place]
    var end = place
    while end < cursor.end, cursor.bytes[end] == byte { end += 1 }
    guard end - place >= 3 else { return false }
    if byte == Byte.backtick, cursor.bytes[end..<cursor.end].contains(byte) { return false }
    let index = outline.fences.count
    outline.fences.append(
      Outline.Fence(
        info: end..<cursor.end, opening: line, content: line + 1..<line + 1, closing: nil,
        indent: cursor.indent))
    begin(
      .fence(index), leaf: .fence(index: index, byte: byte, length: end - place),
      matched: matched)
    return true
  }

  /// Opens a leaf inside the first `matched` containers.
  private mutating func begin(_ kind: Outline.Block.Kind, leaf newLeaf: Leaf, matched: Int) {
    close(to: matched)
    leaf = newLeaf
    if containers.isEmpty { current = nil }
    beginBlock(kind)
    fillItem()
  }

  /// The innermost open item has text now, also when that is another list or a quote.
  private mutating func fillItem() {
    if let last = containers.indices.last, case .item(let width, true) = containers[last] {
      containers[last] = .item(width: width, isEmpty: false)
    }
  }

  /// At the outermost level begins a block, deeper inside only extends the open one.
  private mutating func beginBlock(_ kind: Outline.Block.Kind) {
    if current == nil {
      current = outline.blocks.count
      outline.blocks.append(Outline.Block(kind: kind, lines: line..<line + 1))
    }
    extendCurrent()
  }

  private mutating func extendCurrent() {
    guard let current else { return }
    outline.blocks[current].lines = outline.blocks[current].lines.lowerBound..<line + 1
  }

  private func isUnderline(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let byte = rest.first, byte == Byte.equals || byte == Byte.hyphen else { return false }
    let run = rest.prefix { $0 == byte }
    return rest.dropFirst(run.count).allSatisfy(\.isSpaceOrTab)
  }

  private func isRule(_ rest: ArraySlice<UInt8>) -> Bool {
    guard let byte = rest.first, byte != Byte.equals else { return false }
    var count = 0
    for next in rest where !next.isSpaceOrTab {
      guard next == byte else { return false }
      count += 1
    }
    return count >= 3
  }
}
