/// An issue's text cut into pieces that can be exchanged: joined by their gaps they are the text again.
struct IssueCut {
  /// How a piece is marked, for what is written in its place.
  enum Style: Equatable {
    /// A list item without a label.
    case bullet
    /// A list item or paragraph that begins with its label.
    case label, labelParagraph
    /// As it is: a paragraph below a heading that names the part, a code block.
    case plain
  }

  struct Piece {
    var field: IssueForm.Field?
    var style = Style.plain
    var lines: Range<Int>
    var text: String
    /// Blank lines behind it.
    var gap = 0
  }

  let outline: Outline
  private let content: IssueContent
  private(set) var pieces: [Piece] = []
  private(set) var form = IssueForm()
  private var listParts: [IssueForm.List: IssueContent] = [:]

  init(_ markdown: String) {
    let text = markdown.lines.joined(separator: "\n")
    outline = Outline(Array(text.utf8))
    content = IssueContent.reading(text).content
    var index = 0
    while index < outline.blocks.count { index = cut(index) }
    checkLists()
    joinTexts()
    for index in pieces.indices.dropLast() {
      pieces[index].gap = pieces[index + 1].lines.lowerBound - pieces[index].lines.upperBound
    }
  }

  // MARK: Cutting

  private mutating func cut(_ index: Int) -> Int {
    if isSample(index) { return sample(index) }
    if let label = label(index) { return labelled(index, label) }
    if plain(index) { return index + 1 }
    if let next = headed(index) { return next }
    return rest(index..<index + 1)
  }

  private mutating func rest(_ blocks: Range<Int>) -> Int {
    add(nil, .plain, blocks)
    return blocks.upperBound
  }

  private mutating func add(_ field: IssueForm.Field?, _ style: Style, _ blocks: Range<Int>) {
    let lines = lines(blocks)
    pieces.append(Piece(field: field, style: style, lines: lines, text: text(lines)))
  }

  private mutating func sample(_ index: Int) -> Int {
    guard
      let found = content.samples.first(where: { $0.line == line(index) }),
      case .fence(let fence) = outline.blocks[index].kind, outline.fences[fence].closing != nil
    else { return rest(index..<index + 1) }
    add(.sample(form.samples.count), .plain, index..<index + 1)
    form.samples.append(IssueForm.Sample(text: found.text, negative: found.negative))
    return index + 1
  }

  private mutating func labelled(_ index: Int, _ label: Label) -> Int {
    let alone = index..<index + 1
    let style: Style = isItem(index) ? .label : .labelParagraph
    switch label.name {
    case .symptom, .cause:
      let isSymptom = label.name == .symptom
      let read = isolated(alone)
      let own = isSymptom ? read.symptoms : read.causes
      let all = isSymptom ? content.symptoms : content.causes
      guard own.count == 1, isOnly(isSymptom ? .symptoms : .causes, read),
        all.contains(where: { $0.line == line(index) && $0.text == own[0].text })
      else { return rest(alone) }
      add(isSymptom ? .symptom(form.symptoms.count) : .cause(form.causes.count), style, alone)
      if isSymptom { form.symptoms.append(own[0].text) } else { form.causes.append(own[0].text) }
      return index + 1
    case .fix, .workaround: return fix(index, style)
    case .check:
      let read = isolated(alone)
      guard read.checks.count == 1, isOnly(.checks, read) else { return rest(alone) }
      add(.check(form.checks.count), style, alone)
      form.checks.append(read.checks[0].name + ": " + read.checks[0].rule)
      return index + 1
    default:
      guard let list = IssueForm.List(label.name) else { return rest(alone) }
      let read = isolated(alone)
      guard isOnly(.list(list), read), !list.value(of: read).isEmpty else { return rest(alone) }
      add(.list(list), style, alone)
      listParts[list, default: IssueContent()].append(read)
      return index + 1
    }
  }

  /// A fix with what follows it: its text, then how to verify it and its risk.
  private mutating func fix(_ index: Int, _ style: Style) -> Int {
    var end = bodyEnd(index + 1)
    let number = form.fixes.count
    var parts: [(IssueForm.Field, Style, Range<Int>)] = [(.fix(number), style, index..<end)]
    while end < outline.blocks.count, let name = label(end)?.name, name == .verify || name == .risk
    {
      let start = end
      end = bodyEnd(start + 1)
      parts.append(
        (
          name == .verify ? .verify(number) : .risk(number),
          isItem(start) ? .label : .labelParagraph,
          start..<end
        ))
    }
    let read = isolated(index..<end)
    guard read.fixes.count == 1, isOnly(.fixes, read),
      let found = content.fixes.first(where: { $0.line == line(index) }),
      found.hasSameParts(as: read.fixes[0]), Set(parts.map(\.0)).count == parts.count,
      // Text behind the risk belongs to the fix again.
      isolated(parts[0].2).fixes.first?.text == found.text
    else { return rest(index..<end) }
    for part in parts { add(part.0, part.1, part.2) }
    form.fixes.append(
      IssueForm.Fix(
        kind: found.kind, text: found.text, verify: found.verify ?? "", risk: found.risk))
    return end
  }

  /// What is a symptom or cause by its place, without a label.
  private mutating func plain(_ index: Int) -> Bool {
    let walk = BlockWalk(outline: outline, lineOffset: 0, hidden: [], depth: 0)
    let style: Style
    switch outline.blocks[index].kind {
    case .item(let item) where !item.ordered: style = .bullet
    case .paragraph: style = .plain
    default: return false
    }
    let text = walk.passage(index)
    func has(_ passages: [Passage]) -> Bool {
      passages.contains { $0.line == line(index) && $0.text == text }
    }
    if has(content.symptoms) {
      add(.symptom(form.symptoms.count), style, index..<index + 1)
      form.symptoms.append(text)
      return true
    }
    guard has(content.causes) else { return false }
    add(.cause(form.causes.count), style, index..<index + 1)
    form.causes.append(text)
    return true
  }

  /// A fix that a heading announces: the heading stays, what is below it can be exchanged.
  private mutating func headed(_ index: Int) -> Int? {
    guard case .heading = outline.blocks[index].kind,
      let found = content.fixes.first(where: { $0.line == line(index) }),
      found.verify == nil, found.risk == nil
    else { return nil }
    let end = bodyEnd(index + 1)
    guard end > index + 1, text(lines(index + 1..<end)).trimmedLines == found.text else {
      return nil
    }
    add(nil, .plain, index..<index + 1)
    add(.fix(form.fixes.count), .plain, index + 1..<end)
    form.fixes.append(IssueForm.Fix(kind: found.kind, text: found.text))
    return end
  }

  /// The first block from `start` on that begins something else.
  private func bodyEnd(_ start: Int) -> Int {
    var end = start
    while end < outline.blocks.count {
      if case .heading = outline.blocks[end].kind { break }
      if isSample(end) || label(end) != nil { break }
      end += 1
    }
    return end
  }

  // MARK: What is what

  private func label(_ index: Int) -> Label? {
    guard let label = outline.label(ofBlock: index), label.name != .remark else { return nil }
    return label
  }

  private func isItem(_ index: Int) -> Bool {
    if case .item = outline.blocks[index].kind { true } else { false }
  }

  private func isSample(_ index: Int) -> Bool {
    guard case .fence(let fence) = outline.blocks[index].kind else { return false }
    let word = outline.info(of: outline.fences[fence]).prefix { $0 != " " && $0 != "\t" }
    return word.lowercased() == "sample" || word.lowercased() == "not-sample"
  }

  private func line(_ index: Int) -> Int { outline.blocks[index].lines.lowerBound + 1 }

  private func lines(_ blocks: Range<Int>) -> Range<Int> {
    outline.blocks[blocks.lowerBound].lines
      .lowerBound..<outline.blocks[blocks.upperBound - 1].lines
      .upperBound
  }

  private func text(_ lines: Range<Int>) -> String {
    lines.map { outline.text(ofLine: $0) }.joined(separator: "\n")
  }

  /// What the blocks say when they stand alone.
  private func isolated(_ blocks: Range<Int>) -> IssueContent {
    IssueContent.reading(text(lines(blocks))).content
  }

  private enum Part: Equatable {
    case symptoms, causes, fixes, checks
    case list(IssueForm.List)
  }

  /// Nothing but that part was read.
  private func isOnly(_ part: Part, _ read: IssueContent) -> Bool {
    read.other.isEmpty && read.samples.isEmpty && read.license == nil && read.attribution == nil
      && (part == .symptoms || read.symptoms.isEmpty) && (part == .causes || read.causes.isEmpty)
      && (part == .fixes || read.fixes.isEmpty) && (part == .checks || read.checks.isEmpty)
      && IssueForm.List.allCases.allSatisfy { part == .list($0) || $0.value(of: read).isEmpty }
  }

  /// Lists count as fields only when their pieces hold all that was read.
  private mutating func checkLists() {
    for list in IssueForm.List.allCases {
      let value = list.value(of: content)
      if value == list.value(of: listParts[list] ?? IssueContent()) {
        form.lists[list] = value
      } else {
        for index in pieces.indices where pieces[index].field == .list(list) {
          pieces[index].field = nil
        }
      }
    }
  }

  /// Neighbours that are no parts become one text; headings alone need no field.
  private mutating func joinTexts() {
    var joined: [Piece] = []
    for piece in pieces {
      if piece.field == nil, let last = joined.last, last.field == nil {
        let lines = last.lines.lowerBound..<piece.lines.upperBound
        joined[joined.count - 1] = Piece(field: nil, lines: lines, text: text(lines))
      } else {
        joined.append(piece)
      }
    }
    for index in joined.indices where joined[index].field == nil {
      if Outline(Array(joined[index].text.utf8)).blocks.allSatisfy(\.isHeading) { continue }
      joined[index].field = .text(form.texts.count)
      form.texts.append(joined[index].text)
    }
    pieces = joined
  }
}

extension Outline.Block {
  fileprivate var isHeading: Bool {
    if case .heading = kind { true } else { false }
  }
}

extension FixText {
  fileprivate func hasSameParts(as other: FixText) -> Bool {
    kind == other.kind && text == other.text && verify == other.verify && risk == other.risk
  }
}
