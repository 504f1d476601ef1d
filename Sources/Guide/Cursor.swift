/// A position in one line that counts columns as Markdown does: a tab reaches to the next
/// multiple of four, and may be eaten in part.
struct Cursor {
  let bytes: [UInt8]
  let end: Int
  private(set) var position: Int
  private(set) var column = 0
  /// Columns of the tab at `position` that are already eaten.
  private var eaten = 0

  init(_ bytes: [UInt8], from start: Int, to end: Int) {
    self.bytes = bytes
    self.position = start
    self.end = end
  }

  /// Columns of white space from here to the first other byte, and where that byte stands.
  var gap: (columns: Int, position: Int) {
    var place = position
    var width = column
    while place < end, bytes[place].isSpaceOrTab {
      width += bytes[place] == Byte.tab ? 4 - width % 4 : 1
      place += 1
    }
    return (width - column, place)
  }

  var indent: Int { gap.columns }
  var isBlank: Bool { gap.position == end }
  /// The first byte that is not a space or tab.
  var first: UInt8? {
    let place = gap.position
    return place < end ? bytes[place] : nil
  }

  /// Passes white space of that many columns, or to the end of the white space.
  mutating func skip(columns: Int) {
    var left = columns
    while left > 0, position < end, bytes[position].isSpaceOrTab {
      guard bytes[position] == Byte.tab else {
        position += 1
        column += 1
        left -= 1
        continue
      }
      let width = 4 - column % 4
      if width > left {
        column += left
        eaten += left
        return
      }
      column += width
      left -= width
      position += 1
      eaten = 0
    }
  }

  /// Passes white space and then `count` bytes that are no tabs.
  mutating func skipGap(andBytes count: Int) {
    let gap = gap
    column += gap.columns + count
    position = gap.position + count
    eaten = 0
  }
}
