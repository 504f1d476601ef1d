extension IssueReader {
  /// Items deeper inside items than this are text.
  private static let depthLimit = 3

  // MARK: List items

  mutating func item(_ index: Int, _ walk: BlockWalk) {
    guard case .item(let item) = walk.outline.blocks[index].kind else { return }
    let text = walk.itemText(index)
    if walk.outline.blocks[index].lines.count == 1 || walk.depth >= Self.depthLimit {
      if let label = Label(text), label.name != .remark {
        apply(label, line: walk.line(index))
      } else {
        plainItem(text, raw: walk.text(index), ordered: item.ordered, index, walk)
      }
      return
    }
    let bytes = Array(text.utf8)
    // A sample that opened the item is gone from its text: count lines from what is left.
    let first = walk.outline.blocks[index].lines.first { !walk.hidden.contains($0) }
    let inner = BlockWalk(
      outline: Outline(bytes), lineOffset: (first ?? 0) + walk.lineOffset, hidden: [],
      depth: walk.depth + 1)
    readInside(inner, text: text, ordered: item.ordered, index, walk)
  }

  /// An item of several lines: its own text, then what stands in it.
  private mutating func readInside(
    _ inner: BlockWalk, text: String, ordered: Bool, _ index: Int, _ walk: BlockWalk
  ) {
    let labelled = inner.outline.blocks.indices.filter {
      let name = inner.outline.label(ofBlock: $0)?.name
      return (name != nil && name != .remark) || inner.hasLabelLine($0)
    }
    guard let first = labelled.first else {
      return plainItem(text, raw: walk.text(index), ordered: ordered, index, walk)
    }
    if first > 0 {
      let own = (0..<first).map { inner.text($0) }.joined(separator: "\n\n")
      let raw = (ordered ? "1. " : "- ") + own.replacing("\n", with: "\n  ")
      plainItem(own, raw: raw, ordered: ordered, index, walk)
    }
    let fixesAbove = content.fixes.count
    var passage: PassageKind?
    for block in inner.outline.blocks.indices.dropFirst(first) {
      if labelled.contains(block) {
        passage = Self.passage(inner.outline.label(ofBlock: block)?.name)
      } else if let passage {
        // What stands indented below "**Cause**: text" is more of that cause.
        extend(passage, inner.text(block), line: inner.line(block))
        continue
      }
      switch inner.outline.blocks[block].kind {
      case .paragraph: paragraph(block, inner)
      case .item: item(block, inner)
      default: place(block, inner)
      }
    }
    // A fix inside "- what is seen" ends with that item: the next one is another thing seen.
    if first > 0, content.fixes.count > fixesAbove, part == .fix || part == .verify {
      (part, partLevel) = (.other, 0)
    }
  }

  private static func passage(_ name: Label.Name?) -> PassageKind? {
    switch name {
    case .symptom: .symptom
    case .cause: .cause
    default: nil
    }
  }

  /// - Parameters:
  ///   - text: What the item says, without its marker.
  ///   - raw: The item with its marker.
  private mutating func plainItem(
    _ text: String, raw: String, ordered: Bool, _ index: Int, _ walk: BlockWalk
  ) {
    guard !text.isEmpty else { return }
    if listsProblems, part == .opening || (part == .other && partLevel == 0),
      let problem = ListedProblem(text)
    {
      return addListed(problem, line: walk.line(index))
    }
    let isRemark = Label(text) != nil
    // A labelled bullet ends a fix; what comes after it as a plain one is seen, not done.
    let saysSymptom =
      part == .opening || (partLevel == 0 && (part == .other || part == .verify))
    switch part {
    case .symptoms where !isRemark: addSymptom(text, line: walk.line(index))
    case .causes where !isRemark: addCause(text, line: walk.line(index))
    case .fix: placeItem(raw, walk.lines(index), inFix: true)
    case .verification: appendToVerify(raw)
    case .verify where partLevel > 0 || walk.depth > 0:
      placeItem(raw, walk.lines(index), inFix: true)
    case .other where walk.depth > 0 && !content.fixes.isEmpty:
      placeItem(raw, walk.lines(index), inFix: true)
    case _ where saysSymptom && !ordered && !isRemark:
      add(bulletsAreCauses ? .cause : .symptom, text, line: walk.line(index))
    default: placeItem(raw, walk.lines(index), inFix: false)
    }
  }

  private mutating func addListed(_ problem: ListedProblem, line: Int) {
    addSymptom(problem.name, line: line)
    addFix(.fix, Self.strong(problem.name) + ": " + problem.text, line: line)
    (part, partLevel) = (.other, 0)
    awaitsCode = nil
  }

  private mutating func placeItem(_ raw: String, _ lines: Range<Int>, inFix: Bool) {
    awaitsCode = nil
    if inFix, let last = fixTexts.indices.last {
      fixTexts[last].append(raw, lines: lines)
    } else {
      other.append(raw, lines: lines)
    }
  }

  // MARK: Paragraphs

  mutating func paragraph(_ index: Int, _ walk: BlockWalk) {
    if table(index, walk) || admonition(index, walk) { return }
    if let name = boldHeading(index, walk) {
      let level = 7
      let isFixText = part == .fix && partLevel > 0 && partLevel < level && name.role == .other
      if !isFixText, name.role != .other {
        return openBold(name, line: walk.line(index))
      }
    }
    guard walk.hasLabelLine(index) else { return plainParagraph(index, walk) }
    var plain: [String] = []
    var plainStart = walk.lines(index).lowerBound
    let lines = walk.text(index).lines
    func flush(_ reader: inout IssueReader, to line: Int) {
      let text = plain.joined(separator: "\n").trimmedLines
      if !text.isEmpty { reader.placeText(text, lines: plainStart..<line) }
    }
    var pending: (label: Label, line: Int)?
    for (offset, line) in lines.enumerated() {
      let number = walk.lines(index).lowerBound + offset
      if let label = Label(line.trimmed), label.name != .remark {
        if let pending {
          apply(pending.label, line: pending.line)
        } else {
          flush(&self, to: number)
        }
        pending = (label, number + 1)
        plain = []
        plainStart = number + 1
      } else if pending != nil {
        pending!.label.value += (pending!.label.value.isEmpty ? "" : "\n") + line.trimmed
      } else {
        plain.append(String(line))
      }
    }
    if let pending { apply(pending.label, line: pending.line) }
  }

  private mutating func placeText(_ text: String, lines: Range<Int>) {
    if part == .fix, let last = fixTexts.indices.last {
      fixTexts[last].append(text, lines: lines)
    } else if part == .symptoms || part == .causes {
      add(part == .symptoms ? .symptom : .cause, text, line: lines.lowerBound + 1)
    } else {
      other.append(text, lines: lines)
    }
  }

  private mutating func plainParagraph(_ index: Int, _ walk: BlockWalk) {
    let text = walk.text(index)
    if part == .opening || (part == .other && partLevel == 0 && content.fixes.isEmpty) {
      bulletsAreCauses = false
      if text.hasSuffix(":"), walk.nextIsItem(index), announcesCauses(text) {
        bulletsAreCauses = true
      }
    }
    place(index, walk)
  }

  private func announcesCauses(_ text: String) -> Bool {
    let words = (text.lines.last ?? "").lowercased().split { !$0.isLetter }
    return words.contains { $0 == "cause" || $0 == "causes" || $0 == "reasons" }
  }

  /// `**Symptoms**` or `**Cause:**` alone on a line.
  private func boldHeading(_ index: Int, _ walk: BlockWalk) -> PartName? {
    guard walk.outline.blocks[index].lines.count == 1 else { return nil }
    return PartName(aloneOn: walk.text(index).trimmed)
  }

  mutating func openBold(_ name: PartName, line: Int) {
    bulletsAreCauses = false
    switch name.role {
    case .symptom: part = .symptoms
    case .cause: part = .causes
    case .fix, .workaround:
      part = .fix
      addFix(name.role == .workaround ? .workaround : .fix, "", line: line)
    case .verify: part = content.fixes.isEmpty ? .other : .verification
    case .other: part = .other
    }
    partLevel = 7
    awaitsCode = nil
  }
}

extension BlockWalk {
  /// Whether a line of the paragraph begins with a label.
  func hasLabelLine(_ index: Int) -> Bool {
    guard isParagraph(index) else { return false }
    return outline.blocks[index].lines.contains { line in
      guard !hidden.contains(line), let label = Label(outline.text(ofLine: line).trimmed) else {
        return false
      }
      return label.name != .remark
    }
  }
}
