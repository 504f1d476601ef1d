/// The difference of two texts as rows of two columns, changed lines beside each other.
package enum SideBySide {
  /// A line of one side.
  package struct Line: Sendable, Equatable {
    /// Counted from 1.
    package let number: Int
    /// Its words, those that only this side has marked as removed or added.
    package let pieces: [WordDiff.Piece]

    package var isChanged: Bool { pieces.contains { $0.kind != .same } }
  }

  /// What stands beside each other.
  package enum Row: Sendable, Equatable {
    /// nil: that side has no such line.
    case lines(old: Line?, new: Line?)
    /// So many equal lines that are left out.
    case skipped(Int)
  }

  /// - Parameters:
  ///   - context: Equal lines shown around a change.
  package static func rows(from old: String, to new: String, context: Int = 3) -> [Row] {
    let oldLines = old.lines.map(String.init)
    let newLines = new.lines.map(String.init)
    var removed = Set<Int>()
    var added = Set<Int>()
    for change in newLines.difference(from: oldLines) {
      switch change {
      case .remove(let offset, _, _): removed.insert(offset)
      case .insert(let offset, _, _): added.insert(offset)
      }
    }
    var rows: [Row] = []
    var i = 0
    var j = 0
    while i < oldLines.count || j < newLines.count {
      let (firstOld, firstNew) = (i, j)
      while i < oldLines.count, removed.contains(i) { i += 1 }
      while j < newLines.count, added.contains(j) { j += 1 }
      if i == firstOld, j == firstNew {
        let piece = [WordDiff.Piece(kind: .same, text: newLines[j])]
        rows.append(
          .lines(old: Line(number: i + 1, pieces: piece), new: Line(number: j + 1, pieces: piece)))
        i += 1
        j += 1
        continue
      }
      for offset in 0..<max(i - firstOld, j - firstNew) {
        let left = firstOld + offset < i ? oldLines[firstOld + offset] : nil
        let right = firstNew + offset < j ? newLines[firstNew + offset] : nil
        let pieces = WordDiff.pieces(from: left ?? "", to: right ?? "")
        rows.append(
          .lines(
            old: left.map { _ in
              Line(number: firstOld + offset + 1, pieces: pieces.filter { $0.kind != .added })
            },
            new: right.map { _ in
              Line(number: firstNew + offset + 1, pieces: pieces.filter { $0.kind != .removed })
            }))
      }
    }
    return shortened(rows, context: context)
  }

  /// Without the long runs of equal lines.
  private static func shortened(_ rows: [Row], context: Int) -> [Row] {
    let changes = rows.indices.filter { rows[$0].isChange }
    guard !changes.isEmpty else { return rows.isEmpty ? [] : [.skipped(rows.count)] }
    var result: [Row] = []
    var skipped = 0
    var next = 0
    for index in rows.indices {
      while next < changes.count, changes[next] + context < index { next += 1 }
      let isNear = next < changes.count && abs(changes[next] - index) <= context
      if isNear {
        if skipped > 0 { result.append(.skipped(skipped)) }
        skipped = 0
        result.append(rows[index])
      } else {
        skipped += 1
      }
    }
    if skipped > 0 { result.append(.skipped(skipped)) }
    return result
  }
}

extension SideBySide.Row {
  /// Something differs here, be it only an empty line.
  fileprivate var isChange: Bool {
    guard case .lines(let old, let new) = self else { return false }
    guard let old, let new else { return true }
    return old.isChanged || new.isChanged
  }
}
