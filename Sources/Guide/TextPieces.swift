/// Collects blocks of one text and keeps the blank lines that stood between neighbours.
struct TextPieces {
  private(set) var text = ""
  private var lastLine = -1
  /// The text so far is a label's own line, which any block behind it must not join.
  private var isLabelText = false

  var isEmpty: Bool { text.isEmpty }

  mutating func start(_ value: String, line: Int) {
    text = value
    lastLine = line
    isLabelText = true
  }

  mutating func append(_ piece: String, lines: Range<Int>) {
    guard !piece.isEmpty else { return }
    if !text.isEmpty {
      let gap = lines.lowerBound - lastLine
      let joins = gap == 1 && !isLabelText
      text += joins ? "\n" : "\n\n"
    }
    text += piece
    lastLine = lines.upperBound - 1
    isLabelText = false
  }
}
