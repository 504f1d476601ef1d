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
    if !opening.isEmpty { block(opening) }
    for symptom in content.symptoms { writeSymptom(symptom.text) }
    for cause in content.causes { bullet("Cause", cause.text) }
    for check in content.checks { bullet("Check", check.name + ": " + check.rule) }
    for fix in content.fixes { writeFix(fix) }
    writeLists(content)
    if !content.other.isEmpty, opening.isEmpty {
      let first = content.other.lines.first ?? ""
      block(first.hasPrefix("####") ? content.other : "#### More information\n\n" + content.other)
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
    if rest < outline.blocks.count {
      let lines = outline.blocks[rest].lines.lowerBound..<outline.lines.count
      block(lines.map { outline.text(ofLine: $0) }.joined(separator: "\n"))
    }
    if let verify = fix.verify { bullet("Verify", verify) }
    if let risk = fix.risk { bullet("Risk", risk.rawValue) }
  }

  private mutating func list(_ label: String, _ items: [String], _ separator: String) {
    if !items.isEmpty { bullet(label, items.joined(separator: separator)) }
  }

  private mutating func bullet(_ label: String?, _ value: String) {
    let lines = value.trimmedLines.lines
    if needsBlank { text += "\n\n" } else if !text.isEmpty { text += "\n" }
    text += "- " + (label.map { "**\($0)**:" } ?? "")
    for (index, line) in lines.enumerated() {
      if index > 0 {
        text += line.isEmpty ? "\n" : "\n  " + line
      } else {
        text += (label == nil ? "" : " ") + line
      }
    }
    needsBlank = false
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
