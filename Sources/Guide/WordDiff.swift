/// The difference of two texts by words.
package enum WordDiff {
  package enum Kind: Sendable, Equatable { case same, removed, added }

  /// Words, or lines of a long text, with the white space between them.
  package struct Piece: Sendable, Equatable {
    package let kind: Kind
    package let text: String
  }

  /// Words compared at most; longer texts are compared by lines.
  private static let limit = 6_000

  /// Pieces in order; joining the same and added ones gives `new`.
  package static func pieces(from old: String, to new: String) -> [Piece] {
    var oldParts = words(old)
    var newParts = words(new)
    if oldParts.count + newParts.count > limit {
      oldParts = lines(old)
      newParts = lines(new)
    }
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in newParts.difference(from: oldParts) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var pieces: [Piece] = []
    func add(_ kind: Kind, _ text: Substring) {
      if let last = pieces.last, last.kind == kind {
        pieces[pieces.count - 1] = Piece(kind: kind, text: last.text + text)
      } else {
        pieces.append(Piece(kind: kind, text: String(text)))
      }
    }
    var i = 0
    var j = 0
    while i < oldParts.count || j < newParts.count {
      if i < oldParts.count, removed.contains(i) {
        add(.removed, oldParts[i])
        i += 1
      } else if j < newParts.count, inserted.contains(j) {
        add(.added, newParts[j])
        j += 1
      } else {
        add(.same, newParts[j])
        i += 1
        j += 1
      }
    }
    return pieces
  }

  /// Words, and the white space between them, each by itself.
  private static func words(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var index = start
    while index < text.endIndex {
      let next = text.index(after: index)
      let isEnd =
        next == text.endIndex || text[index].isWhitespace || text[next].isWhitespace
      if isEnd {
        parts.append(text[start..<next])
        start = next
      }
      index = next
    }
    return parts
  }

  private static func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { [$0, "\n"] }.dropLast()
  }
}
