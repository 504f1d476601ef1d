/// `# text` up to `###### text`, with an optional closing run of number signs.
struct ATXHeading {
  var level: Int
  /// The text between opening and closing run, without white space at its ends.
  var text: Range<Int>

  init?(_ bytes: [UInt8], from start: Int, to end: Int) {
    var place = start
    while place < end, bytes[place] == Byte.hash { place += 1 }
    level = place - start
    guard (1...6).contains(level), place == end || bytes[place].isSpaceOrTab else { return nil }
    while place < end, bytes[place].isSpaceOrTab { place += 1 }
    var last = end
    while last > place, bytes[last - 1].isSpaceOrTab { last -= 1 }
    var closing = last
    while closing > place, bytes[closing - 1] == Byte.hash { closing -= 1 }
    if closing == place || (closing < last && bytes[closing - 1].isSpaceOrTab) {
      last = closing
      while last > place, bytes[last - 1].isSpaceOrTab { last -= 1 }
    }
    text = place..<last
  }
}

/// `-`, `+`, `*`, `1.` or `1)` that begins a list item.
struct ListMarker {
  var ordered: Bool
  /// Nothing but white space behind the marker.
  var isEmpty: Bool
  private var length: Int

  /// CommonMark §5.2: an item interrupts a paragraph only when it has text and, if ordered,
  /// the number 1.
  init?(_ cursor: Cursor, at place: Int, interruptsParagraph: Bool) {
    let bytes = cursor.bytes
    var end = place
    let first = bytes[place]
    if first == Byte.hyphen || first == Byte.plus || first == Byte.asterisk {
      ordered = false
      end += 1
    } else {
      while end < cursor.end, end - place < 10, bytes[end].isDigit { end += 1 }
      guard (1...9).contains(end - place), end < cursor.end else { return nil }
      guard bytes[end] == Byte.dot || bytes[end] == Byte.closeParenthesis else { return nil }
      let isOne = end - place == 1 && first == UInt8(ascii: "1")
      if interruptsParagraph, !isOne { return nil }
      ordered = true
      end += 1
    }
    guard end == cursor.end || bytes[end].isSpaceOrTab else { return nil }
    isEmpty = bytes[end..<cursor.end].allSatisfy(\.isSpaceOrTab)
    if interruptsParagraph, isEmpty { return nil }
    length = end - place
  }

  /// Moves behind the marker and the white space that belongs to it; gives the columns by which
  /// further lines of the item are indented.
  func pass(_ cursor: inout Cursor) -> Int {
    let before = cursor.indent
    cursor.skipGap(andBytes: length)
    let gap = cursor.indent
    if isEmpty { return before + length + 1 }
    let padding = gap >= 5 ? 1 : gap
    cursor.skip(columns: padding)
    return before + length + padding
  }
}

/// The seven ways in which CommonMark §4.6 lets raw HTML begin and end.
enum HTMLBlockKind: Equatable {
  case script, comment, instruction, declaration, data, block, any

  var endsAtBlankLine: Bool { self == .block || self == .any }

  init?(_ bytes: [UInt8], from start: Int, to end: Int, interruptsParagraph: Bool) {
    let rest = bytes[start..<end]
    func begins(_ word: StaticString) -> Bool { rest.hasPrefix(word) }
    if begins("<!--") {
      self = .comment
    } else if begins("<?") {
      self = .instruction
    } else if begins("<![CDATA[") {
      self = .data
    } else if begins("<!"), rest.count > 2, bytes[start + 2].isLetter {
      self = .declaration
    } else {
      guard let tag = HTMLTag(bytes, from: start, to: end) else { return nil }
      if !tag.isClosing, HTMLTag.verbatim.contains(tag.name) {
        self = .script
      } else if HTMLTag.blocks.contains(tag.name) {
        self = .block
      } else if !interruptsParagraph, tag.isWholeLine {
        self = .any
      } else {
        return nil
      }
    }
  }

  /// Whether a line holds the end of a block that does not end at a blank line.
  func ends(in line: ArraySlice<UInt8>) -> Bool {
    switch self {
    case .comment: line.holds("-->")
    case .instruction: line.holds("?>")
    case .declaration: line.contains(Byte.greater)
    case .data: line.holds("]]>")
    case .script: ["</script>", "</pre>", "</style>", "</textarea>"].contains { line.holds($0) }
    case .block, .any: false
    }
  }
}

extension ArraySlice where Element == UInt8 {
  func hasPrefix(_ word: StaticString) -> Bool {
    word.withUTF8Buffer { buffer in
      count >= buffer.count && prefix(buffer.count).elementsEqual(buffer)
    }
  }

  /// Whether the (lower-case) word occurs, in any case.
  func holds(_ word: StaticString) -> Bool {
    word.withUTF8Buffer { buffer in
      guard count >= buffer.count else { return false }
      return (startIndex...endIndex - buffer.count).contains { start in
        buffer.indices.allSatisfy { offset in
          let byte = self[start + offset]
          return (byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte) == buffer[offset]
        }
      }
    }
  }
}
