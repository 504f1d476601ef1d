/// A top-level heading and what stands under it.
struct HeadingLine {
  /// Index of its block in the outline.
  var block: Int
  /// Index of its line in the outline.
  var line: Int
  var level: Int
  var title: String
  var part: PartName?
  /// Blocks between this heading and the next of any level.
  var body: Range<Int>

  /// The part is one that says: this file is one issue.
  var isIssuePart: Bool { part.map { $0.isExact && $0.role != .other } ?? false }
  /// *References*, *Summary* and such.
  var isArticlePart: Bool { part.map { $0.isExact && $0.role == .other } ?? false }
  /// A name of its own, as an issue or a section has.
  var isPlain: Bool { !(part?.isExact ?? false) }
}

extension Outline {
  /// The top-level headings that have a title, in order.
  var headings: [HeadingLine] {
    var result: [HeadingLine] = []
    for (index, block) in blocks.enumerated() {
      guard case .heading(let level, let text) = block.kind else { continue }
      let title = Heading.title(bytes[text])
      guard !title.isEmpty else { continue }
      if let last = result.indices.last { result[last].body = result[last].block + 1..<index }
      result.append(
        HeadingLine(
          block: index, line: block.lines.lowerBound, level: level, title: title,
          part: PartName(title), body: index + 1..<blocks.count))
    }
    return result
  }
}
