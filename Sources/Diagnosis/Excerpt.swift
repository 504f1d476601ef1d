/// Shortens a line to its head and the neighbourhood of the words that tell of trouble.
enum Excerpt {
  private static let gap = Array(" … ".utf8)

  /// At most `limit` bytes of a cleaned and masked line, cut between characters.
  static func of(_ line: [UInt8], limit: Int) -> [UInt8] {
    guard line.count > limit else { return line }
    var parts = ExcerptParts(limit: limit)
    parts.add(line)
    return parts.joined
  }

  /// The last place at or before `place` where a character begins.
  static func boundary(_ line: [UInt8], _ place: Int) -> Int {
    var place = min(place, line.count)
    while place > 0, place < line.count, line[place] & 0xC0 == 0x80 { place -= 1 }
    return place
  }

  /// Excerpts gathered over the pieces of a line that is longer than memory should hold.
  struct ExcerptParts: Sendable {
    private let limit: Int
    private var head: [UInt8] = []
    private var parts: [[UInt8]] = []
    private var size = 0
    private var wasCut = false

    init(limit: Int) {
      self.limit = limit
    }

    var isEmpty: Bool { head.isEmpty && parts.isEmpty }

    mutating func add(_ piece: [UInt8]) {
      var from = 0
      if head.isEmpty {
        from = Excerpt.boundary(piece, limit / 3)
        head = Array(piece[..<from])
        size = head.count
      }
      wasCut = wasCut || piece.count > from
      // Places are looked for in the whole piece, so that a word at the border of the head counts.
      for place in Vocabulary.places(in: piece, most: 8) where place + 240 > from {
        let start = Excerpt.boundary(piece, max(from, place - 120))
        let end = Excerpt.boundary(piece, place + 240)
        guard end > start, size + end - start + gap.count * 2 <= limit else { continue }
        parts.append(Array(piece[start..<end]))
        size += end - start + gap.count
        from = end
      }
    }

    var joined: [UInt8] {
      var text = head
      for part in parts { text += gap + part }
      if wasCut, text.count + gap.count <= limit { text += gap.dropLast() }
      return text
    }
  }
}
