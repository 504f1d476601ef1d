/// One part of an issue as Markdown, as a form's field is written.
enum PartMarkdown {
  static func fix(_ fix: IssueForm.Fix) -> String {
    var content = IssueContent()
    content.fixes = [FixText(kind: fix.kind, text: fix.text.trimmedLines, line: 1)]
    return content.markdown
  }

  static func bullet(_ text: String) -> String {
    var content = IssueContent()
    content.symptoms = [Passage(text: text.trimmedLines, line: 1)]
    return text.isBlank ? "" : content.markdown
  }

  /// A cause is written as every labelled text is.
  static func label(_ name: String, _ text: String) -> String {
    guard !text.isBlank else { return "" }
    var content = IssueContent()
    content.causes = [Passage(text: text.trimmedLines, line: 1)]
    return content.markdown.replacing("- **Cause**:", with: "- **\(name)**:", maxReplacements: 1)
  }

  static func sample(_ sample: IssueForm.Sample) -> String {
    guard !sample.text.isBlank else { return "" }
    var content = IssueContent()
    content.samples = [Sample(text: sample.text.trimmedLines, negative: sample.negative, line: 1)]
    return content.markdown
  }

  static func list(_ list: IssueForm.List, _ text: String) -> String {
    let values = list.values(text)
    guard !values.isEmpty else { return "" }
    return switch list {
    case .aliases: label("Also seen as", values.joined(separator: "; "))
    case .environment: label("Applies to", values.joined(separator: ", "))
    case .tags: label("Tags", values.joined(separator: ", "))
    case .owner: label("Owner", values.joined(separator: "; "))
    case .escalate: label("Escalate", values.joined(separator: "; "))
    case .duplicateOf, .supersedes, .related:
      label(list.linkKind?.label ?? "Related", values.joined(separator: "; "))
    case .sources: values.map { label("Source", $0) }.joined(separator: "\n")
    }
  }

  /// "- **Fix**: text" as a paragraph: "**Fix**: text".
  static func withoutBullet(_ text: String) -> String {
    guard text.hasPrefix("- ") else { return text }
    let lines = String(text.dropFirst(2)).lines
    return lines.enumerated().map { index, line in
      index > 0 && line.hasPrefix("  ") ? String(line.dropFirst(2)) : String(line)
    }.joined(separator: "\n")
  }
}
