/// Reads the guide format's labels, and articles whose headings name their parts.
struct IssueReader {
  /// Which part of the issue a block without label belongs to.
  enum Part: Equatable {
    /// Nothing has been said yet: bullets are symptoms.
    case opening
    case symptoms, causes, fix, verify, other
    /// A heading announced how to see that the fix worked, not a label.
    case verification
  }

  var content = IssueContent()
  var problems: [GuideError] = []
  let title: String

  var part = Part.opening
  /// Level of the heading that opened `part`; 0 when no heading did.
  var partLevel = 0
  /// Texts of `content.fixes`, still growing.
  var fixTexts: [TextPieces] = []
  /// What is none of the parts, in order.
  var other = Leftovers()
  private var namesParts = false
  /// Plain bullets under "… has the following causes:" are causes.
  var bulletsAreCauses = false
  /// Only quotes stood above: the next quote is a quoted message.
  var onlyQuotes = true
  /// The last block was a symptom's or cause's text that ends with a colon.
  var awaitsCode: PassageKind?

  enum PassageKind { case symptom, cause }

  /// The title speaks of many problems: a list below it may name each of them.
  let listsProblems: Bool

  init(title: String) {
    self.title = title
    listsProblems = Heading.namesTroubles(title)
  }

  mutating func read(_ bytes: [UInt8]) {
    let outline = Outline(bytes)
    let samples = takeSamples(outline)
    var walk = BlockWalk(outline: outline, lineOffset: 0, hidden: samples, depth: 0)
    readBlocks(&walk)
    finish()
    content.links += outline.mentions
  }

  mutating func readBlocks(_ walk: inout BlockWalk) {
    for index in walk.outline.blocks.indices { readBlock(index, walk) }
  }

  private mutating func readBlock(_ index: Int, _ walk: BlockWalk) {
    let block = walk.outline.blocks[index]
    let isQuote = block.kind == .quote
    defer { if !isQuote { onlyQuotes = false } }
    switch block.kind {
    case .heading(let level, let text):
      let title = Heading.title(walk.outline.bytes[text])
      heading(title, level: level, index, walk)
    case .underlined(let level):
      // Guides are cut at underlined headings or not; inside an issue those count that name a part, and
      // those that follow on such a one.
      guard let text = walk.outline.underlinedText(index) else { return place(index, walk) }
      let title = Heading.title(walk.outline.bytes[text])
      if PartName(title)?.isExact == true || (1...2).contains(partLevel) {
        heading(title, level: level, index, walk)
      } else {
        place(index, walk)
      }
    case .item: item(index, walk)
    case .paragraph: paragraph(index, walk)
    case .html: html(index, walk)
    case .quote where callout(index, walk): break
    case .quote where isQuote && part == .opening && onlyQuotes && isMessage(index, walk):
      addSymptom(walk.unquoted(index), line: walk.line(index))
    default: place(index, walk)
    }
  }

  /// `> [!NOTE]` and `> **Note**:` are remarks, not quoted messages.
  private func isMessage(_ index: Int, _ walk: BlockWalk) -> Bool {
    let text = walk.unquoted(index)
    return !text.isEmpty && !text.hasPrefix("[!") && !text.hasPrefix("![")
      && Label(text)?.name != .remark
  }

  // MARK: Headings

  private mutating func heading(_ text: String, level: Int, _ index: Int, _ walk: BlockWalk) {
    if part == .opening, other.isEmpty, content.symptoms.isEmpty, !title.isEmpty,
      text == title
    {
      return
    }
    let name = PartName(text)
    let isDeeper = partLevel > 0 && level > partLevel
    let opensPart = part == .fix && isDeeper ? name?.isFix ?? false : name?.isPart ?? false
    if isDeeper, part == .fix, !opensPart {
      appendToFix(index, walk)
      return
    }
    // "Primary indicators" below "Symptoms" are symptoms.
    if isDeeper, part == .symptoms, PartName.groupsSymptoms(text) {
      return other.append(walk.text(index), lines: walk.lines(index))
    }
    if isDeeper, part == .fix, let name, name.isMethod { demoteLeadIn() }
    bulletsAreCauses = false
    awaitsCode = nil
    if name?.isSummary == true, content.symptoms.isEmpty, content.fixes.isEmpty {
      return open(.opening, level: 0)
    }
    if name?.role == .verify, name?.isExact == true, !content.fixes.isEmpty {
      return open(.verification, level: level)
    }
    guard let name, opensPart else {
      open(.other, level: level)
      place(index, walk)
      return
    }
    openPart(name, heading: text, level: level, walk.line(index))
  }

  private mutating func openPart(_ name: PartName, heading: String, level: Int, _ line: Int) {
    namesParts = true
    switch name.role {
    case .symptom:
      open(.symptoms, level: level)
      if !name.rest.isEmpty { addSymptom(name.rest, line: line) }
    case .cause:
      open(.causes, level: level)
      if !name.rest.isEmpty, name.rest.count < heading.count {
        addCause(name.rest, line: line)
      }
    case .fix, .workaround:
      // A method below "Resolution" keeps that heading's level, so that its siblings follow.
      let isMethod = name.isMethod && part == .fix && partLevel > 0 && level > partLevel
      open(.fix, level: isMethod ? partLevel : level)
      let kind: FixText.Kind = name.role == .workaround ? .workaround : .fix
      addFix(kind, name.rest.isEmpty ? "" : "**\(name.rest)**", line: line)
    case .other, .verify:
      open(.other, level: level)
    }
  }

  private mutating func open(_ newPart: Part, level: Int) {
    part = newPart
    partLevel = level
    awaitsCode = nil
  }

  /// "Use one of the following methods:" above the methods is no fix of its own.
  private mutating func demoteLeadIn() {
    guard let last = fixTexts.last, !last.text.contains("\n\n") else { return }
    let text = last.text
    let lower = text.lowercased()
    guard
      text.isEmpty || text.hasSuffix(":") || lower.contains("following")
        || lower.contains("methods") || lower.contains("options")
    else { return }
    let fix = content.fixes.removeLast()
    fixTexts.removeLast()
    if !text.isEmpty { other.append(text, lines: fix.line..<fix.line + 1) }
  }

  // MARK: Text without label

  /// Puts a block where blocks of the current part go.
  mutating func place(_ index: Int, _ walk: BlockWalk) {
    let text = walk.text(index)
    // A line drawn below a text is none of it.
    guard !text.isEmpty, walk.outline.blocks[index].kind != .rule || part == .fix else { return }
    if let kind = awaitsCode {
      awaitsCode = nil
      if walk.isCode(index) { return extendPassage(kind, text) }
    }
    switch part {
    case .opening
    where walk.isParagraph(index) && walk.depth == 0
      && !Table.isDrawn(walk.outline, paragraph: index):
      other.append(text, lines: walk.lines(index), isOpening: true)
    case .fix: appendToFix(index, walk)
    case .verify, .verification: appendToVerify(text)
    case .symptoms where walk.outline.blocks[index].kind != .html:
      placePassage(.symptom, walk.passage(index), index, walk)
    case .causes where walk.outline.blocks[index].kind != .html:
      placePassage(.cause, walk.passage(index), index, walk)
    default: other.append(text, lines: walk.lines(index))
    }
  }

  private mutating func placePassage(
    _ kind: PassageKind, _ text: String, _ index: Int, _ walk: BlockWalk
  ) {
    if text.hasSuffix(":"), walk.isParagraph(index) {
      // "The following message is shown:" belongs to the code below it, and says nothing alone.
      if walk.nextIsItem(index) { return other.append(text, lines: walk.lines(index)) }
    }
    add(kind, text, line: walk.line(index))
  }

  mutating func addSymptom(_ text: String, line: Int) { add(.symptom, text, line: line) }
  mutating func addCause(_ text: String, line: Int) { add(.cause, text, line: line) }

  mutating func add(_ kind: PassageKind, _ text: String, line: Int) {
    guard !text.isEmpty else { return }
    let passage = Passage(text: text, line: line)
    switch kind {
    case .symptom: content.symptoms.append(passage)
    case .cause: content.causes.append(passage)
    }
    awaitsCode = text.hasSuffix(":") ? kind : nil
  }

  /// Adds to the passage that a label has begun at the line above, or begins it.
  mutating func extend(_ kind: PassageKind, _ text: String, line: Int) {
    let last = kind == .symptom ? content.symptoms.last : content.causes.last
    guard let last, last.line >= labelLine else { return add(kind, text, line: line) }
    awaitsCode = nil
    extendPassage(kind, text)
  }

  private mutating func extendPassage(_ kind: PassageKind, _ text: String) {
    switch kind {
    case .symptom: content.symptoms[content.symptoms.count - 1].text += "\n\n" + text
    case .cause: content.causes[content.causes.count - 1].text += "\n\n" + text
    }
  }

  // MARK: Fixes

  mutating func addFix(_ kind: FixText.Kind, _ text: String, line: Int) {
    content.fixes.append(FixText(kind: kind, text: "", line: line))
    var pieces = TextPieces()
    pieces.start(text, line: line - 1)
    fixTexts.append(pieces)
  }

  mutating func appendToFix(_ index: Int, _ walk: BlockWalk) {
    guard let last = fixTexts.indices.last else { return }
    fixTexts[last].append(walk.text(index), lines: walk.lines(index))
  }

  mutating func appendToVerify(_ text: String) {
    guard let last = content.fixes.indices.last else { return }
    let before = content.fixes[last].verify ?? ""
    content.fixes[last].verify = before.isEmpty ? text : before + "\n\n" + text
  }

  mutating func problem(_ line: Int, _ reason: String) {
    problems.append(GuideError(line: line, reason: reason))
  }

  private mutating func finish() {
    var kept: [FixText] = []
    for (index, fix) in content.fixes.enumerated() {
      var fix = fix
      fix.text = fixTexts[index].text.trimmedLines.withoutRuleAtEnd
      if !fix.text.isEmpty {
        kept.append(fix)
      } else if labelledFixes.contains(fix.line) {
        problem(
          fix.line, "This fix is empty; write behind its label what to do, or take the label away.")
      }
    }
    content.fixes = kept
    if content.symptoms.isEmpty, namesParts { content.symptoms = other.takeOpening() }
    content.other = other.text
  }

  /// The line of the last label.
  var labelLine = 0
  /// Lines of fixes that a label, not a heading, announced.
  var labelledFixes: Set<Int> = []
}

extension String {
  /// Without blank lines at its beginning and white space at its end.
  var trimmedLines: String {
    let lines = lines.drop { $0.utf8.allSatisfy(\.isSpaceOrTab) }
    guard !lines.isEmpty else { return "" }
    var text = lines.joined(separator: "\n")
    while let last = text.utf8.last, last.isWhitespace { text.removeLast() }
    return text
  }

  /// Without the line that is drawn between this text and the next.
  var withoutRuleAtEnd: String {
    let lines = lines
    guard let last = lines.last, lines.count >= 2, lines[lines.count - 2].trimmed.isEmpty,
      ["---", "***", "___", "* * *", "- - -"].contains(last.trimmed)
    else { return self }
    return lines.dropLast().joined(separator: "\n").trimmedLines.withoutRuleAtEnd
  }

  /// Nothing but white space.
  var isBlank: Bool { !contains { !$0.isWhitespace } }
}
