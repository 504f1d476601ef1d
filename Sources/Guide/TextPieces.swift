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

/// Blocks that are neither symptom, cause nor fix, in the order of the text.
struct Leftovers {
  private struct Piece {
    var text: String
    var lines: Range<Int>
    var isOpening: Bool
  }

  private var pieces: [Piece] = []

  var isEmpty: Bool { pieces.isEmpty }

  /// - Parameters:
  ///   - isOpening: A paragraph above everything else.
  mutating func append(_ text: String, lines: Range<Int>, isOpening: Bool = false) {
    if !text.isEmpty { pieces.append(Piece(text: text, lines: lines, isOpening: isOpening)) }
  }

  /// Takes out the opening paragraphs: they are the symptoms of an article that names none.
  mutating func takeOpening() -> [Passage] {
    let opening = pieces.filter(\.isOpening)
    pieces.removeAll(where: \.isOpening)
    return opening.map { Passage(text: $0.text, line: $0.lines.lowerBound + 1) }
  }

  var text: String {
    var result = TextPieces()
    for piece in pieces { result.append(piece.text, lines: piece.lines) }
    return result.text.trimmedLines
  }
}
