/// Three-way merge by lines: what `ours` and `theirs` changed in `base`.
///
/// Conflict when changed ranges overlap, or when both insert at one point; touching is none.
/// The same change on both sides is one change.
package enum Merge: Sendable, Equatable {
  case merged(String)
  case conflict

  /// Lines are compared with their ends, so that a file keeps its own.
  package static func lines(base: String, ours: String, theirs: String) -> Merge {
    if ours == theirs || base == theirs { return .merged(ours) }
    if base == ours { return .merged(theirs) }
    let baseLines = keepingEnds(base)
    let left = changes(from: baseLines, to: keepingEnds(ours))
    let right = changes(from: baseLines, to: keepingEnds(theirs))
    var result: [Substring] = []
    var place = 0
    var i = 0
    var j = 0
    while i < left.count || j < right.count {
      let next: Change
      if i < left.count, j < right.count, left[i] == right[j] {
        next = left[i]
        i += 1
        j += 1
      } else if j >= right.count || (i < left.count && left[i].isBefore(right[j])) {
        if j < right.count, left[i].collides(with: right[j]) { return .conflict }
        next = left[i]
        i += 1
      } else {
        if i < left.count, right[j].collides(with: left[i]) { return .conflict }
        next = right[j]
        j += 1
      }
      result += baseLines[place..<next.range.lowerBound]
      result += next.lines
      place = next.range.upperBound
    }
    result += baseLines[place...]
    return .merged(result.joined())
  }

  /// Lines with their ends, so that joining them gives the text.
  private static func keepingEnds(_ text: String) -> [Substring] {
    var lines: [Substring] = []
    var start = text.startIndex
    var index = start
    let bytes = text.utf8
    while index < bytes.endIndex {
      let next = bytes.index(after: index)
      if bytes[index] == 0x0a {
        lines.append(text[start..<next])
        start = next
      }
      index = next
    }
    if start < text.endIndex { lines.append(text[start...]) }
    return lines
  }

  private struct Change: Equatable {
    /// Lines of the base that are replaced; empty for an insertion.
    let range: Range<Int>
    let lines: [Substring]

    func isBefore(_ other: Change) -> Bool {
      (range.lowerBound, range.upperBound) < (other.range.lowerBound, other.range.upperBound)
    }

    func collides(with other: Change) -> Bool {
      if range.isEmpty && other.range.isEmpty { return range.lowerBound == other.range.lowerBound }
      if range.isEmpty {
        return other.range.lowerBound < range.lowerBound
          && range.lowerBound < other.range.upperBound
      }
      if other.range.isEmpty { return other.collides(with: self) }
      return range.overlaps(other.range)
    }
  }

  /// The ranges of `old` that differ in `new`, in order.
  private static func changes(from old: [Substring], to new: [Substring]) -> [Change] {
    let difference = new.difference(from: old)
    var removed = Set<Int>()
    var inserted = Set<Int>()
    for change in difference {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): inserted.insert(offset)
      }
    }
    var changes: [Change] = []
    var i = 0
    var j = 0
    while i < old.count || j < new.count {
      let start = i
      let firstNew = j
      while i < old.count, removed.contains(i) { i += 1 }
      while j < new.count, inserted.contains(j) { j += 1 }
      if i > start || j > firstNew {
        changes.append(Change(range: start..<i, lines: Array(new[firstNew..<j])))
      } else {
        i += 1
        j += 1
      }
    }
    return changes
  }
}
