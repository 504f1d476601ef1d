extension IssueContent {
  /// The issue in the guide format, in the order in which a reader needs it.
  ///
  /// Reading it gives the same parts again (lines apart), except that headings inside a fix
  /// become bold lines, and text that is none of the parts may get a heading above it.
  package var markdown: String {
    var writer = IssueWriter()
    writer.write(self)
    return writer.text
  }
}

private struct IssueWriter {
  private(set) var text = ""
  /// A code block, a paragraph or several stand last: a bullet needs a blank line before it.
  private var needsBlank = false

  mutating func write(_ content: IssueContent) {
    let opening = content.other.isEmpty || !canOpen(content.other) ? "" : content.other
    if !opening.isEmpty { block(Self.closed(opening)) }
    for symptom in content.symptoms { writeSymptom(symptom.text) }
    for cause in content.causes { bullet("Cause", cause.text) }
    for check in content.checks { bullet("Check", check.name + ": " + check.rule) }
    for fix in content.fixes { writeFix(fix) }
    writeLists(content)
    if !content.other.isEmpty, opening.isEmpty {
      let first = content.other.lines.first ?? ""
      let other = Self.withoutLabels(Self.closed(content.other))
      block(first.hasPrefix("####") ? other : "#### More information\n\n" + other)
    }
    for sample in content.samples {
      let fence = Self.fence(for: sample.text)
      block(fence + (sample.negative ? "not-sample" : "sample") + "\n" + sample.text + "\n" + fence)
    }
  }

  private mutating func writeLists(_ content: IssueContent) {
    let environment = content.environment.map { $0.key + "=" + $0.value }
    list("Applies to", environment, ", ")
    list("Also seen as", content.aliases, "; ")
    if let owner = content.owner { bullet("Owner", owner) }
    if let escalate = content.escalate { bullet("Escalate", escalate) }
    for source in content.sources { bullet("Source", source) }
    if let license = content.license { bullet("License", license) }
    if let attribution = content.attribution { bullet("Attribution", attribution) }
    list("Tags", content.tags, ", ")
    for kind in IssueLink.Kind.allCases {
      guard let label = kind.label else { continue }
      list(label, content.links.filter { $0.kind == kind }.map(\.text), "; ")
    }
  }

  /// Text that stands first must be read as text again: no bullets, headings, labels, quotes.
  private func canOpen(_ text: String) -> Bool {
    let outline = Outline(Array(text.utf8))
    return outline.blocks.indices.allSatisfy { index in
      switch outline.blocks[index].kind {
      case .item, .heading, .underlined: false
      case .quote: index > 0
      case .paragraph:
        outline.label(ofBlock: index) == nil && outline.blocks[index].lines.count > 0
          && PartName(outline.text(ofLine: outline.blocks[index].lines.lowerBound)) == nil
      default: true
      }
    }
  }

  private mutating func writeSymptom(_ text: String) {
    let outline = Outline(Array(text.utf8))
    let isPlain = outline.blocks.first?.kind == .paragraph && Label(text) == nil
    if isPlain { bullet(nil, text) } else { bullet("Symptom", text) }
  }

  private mutating func writeFix(_ fix: FixText) {
    let outline = Outline(Array(Self.withoutHeadings(fix.text).utf8))
    let label = fix.kind == .workaround ? "Workaround" : "Fix"
    var rest = outline.blocks.startIndex
    if let first = outline.blocks.first, first.kind == .paragraph {
      let lines = first.lines.map { outline.text(ofLine: $0).trimmed }
      bullet(label, lines.joined(separator: "\n"))
      rest += 1
    } else {
      bullet(label, "")
    }
    if rest < outline.blocks.count { writeRest(outline, from: rest) }
    if let verify = fix.verify { bullet("Verify", verify) }
    if let risk = fix.risk { bullet("Risk", risk.rawValue) }
  }

  /// What follows a fix's first paragraph: at the margin, or inside the bullet when a block is
  /// indented so far that the bullet would take it in.
  private mutating func writeRest(_ outline: Outline, from first: Int) {
    let blocks = outline.blocks[first...]
    let isIndented = blocks.contains { block in
      let line = outline.lines[block.lines.lowerBound]
      return Cursor(outline.bytes, from: line.start, to: line.end).indent >= 2
    }
    let lines = (blocks[first].lines.lowerBound..<outline.lines.count)
      .map { outline.text(ofLine: $0) }
    let text = Self.closed(lines.joined(separator: "\n"))
    guard isIndented else { return block(text) }
    block(text.lines.map { $0.isEmpty ? "" : "  " + $0 }.joined(separator: "\n"))
  }

  /// A label that meant nothing where it stood must not mean something elsewhere: no bold type, and
  /// a backslash before its colon.
  private static func withoutLabels(_ text: String) -> String {
    text.lines.map { line in
      var start = line.trimmed[...]
      while start.hasPrefix("- ") || start.hasPrefix("* ") || start.hasPrefix("+ ") {
        start = start.dropFirst(2).trimmed[...]
      }
      guard let label = Label(start), label.name != .remark else { return String(line) }
      let mark = start.contains("**") ? "**" : "__"
      let text = line.replacing(mark, with: "", maxReplacements: 2)
      guard let colon = text.firstIndex(where: { $0 == ":" || $0 == "：" }) else {
        return String(text)
      }
      return text[..<colon] + "\\" + text[colon...]
    }.joined(separator: "\n")
  }

  /// With a closing fence where the text's last code block has none.
  private static func closed(_ text: String) -> String {
    let outline = Outline(Array(text.utf8))
    guard case .fence(let index) = outline.blocks.last?.kind, outline.fences[index].closing == nil
    else { return text }
    let opening = outline.lines[outline.fences[index].opening]
    let mark = outline.bytes[opening.start..<opening.end].drop(while: \.isSpaceOrTab)
    return text + "\n" + mark.prefix { $0 == mark.first }.text
  }

  private mutating func list(_ label: String, _ items: [String], _ separator: String) {
    if !items.isEmpty { bullet(label, items.joined(separator: separator)) }
  }

  private mutating func bullet(_ label: String?, _ value: String) {
    let value = Self.closed(value.trimmedLines)
    if needsBlank { text += "\n\n" } else if !text.isEmpty { text += "\n" }
    text += "- " + (label.map { "**\($0)**:" } ?? "")
    needsBlank = false
    let startsWithText = Outline(Array(value.utf8)).blocks.first?.kind == .paragraph
    if label != nil, !value.isEmpty, !startsWithText {
      // A list or code stands below its label, indented.
      for line in [""] + value.lines { text += line.isEmpty ? "\n" : "\n  " + line }
      return
    }
    let lines = value.lines
    for (index, line) in lines.enumerated() {
      if index > 0 {
        text += line.isEmpty ? "\n" : "\n  " + line
      } else {
        text += (label == nil ? "" : " ") + line
      }
    }
  }

  private mutating func block(_ value: String) {
    if !text.isEmpty { text += "\n\n" }
    text += value.trimmedLines
    needsBlank = true
  }

  /// A heading would end the fix: it becomes a bold line.
  private static func withoutHeadings(_ text: String) -> String {
    let outline = Outline(Array(text.utf8))
    var lines = outline.lines.indices.map { outline.text(ofLine: $0) }
    for block in outline.blocks {
      guard case .heading(_, let range) = block.kind else { continue }
      let title = outline.bytes[range].text
      lines[block.lines.lowerBound] = title.isEmpty ? "" : "**\(title)**"
    }
    return lines.joined(separator: "\n")
  }

  private static func fence(for text: String) -> String {
    var longest = 2
    for line in text.lines {
      longest = max(longest, line.drop { $0 == " " }.prefix { $0 == "`" }.count)
    }
    return String(repeating: "`", count: longest + 1)
  }
}
