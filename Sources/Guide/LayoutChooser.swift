/// Decides how a file is cut, from its headings.
struct LayoutChooser {
  let outline: Outline
  /// Headings below the title, without tables of contents; levels as counted below a title.
  let headings: [HeadingLine]
  let title: String
  let name: String
  let hasTitle: Bool
  let hasContents: Bool

  struct Choice: Equatable {
    var layout: GuideFile.Layout
    /// Level of the headings that begin a section, or an issue where there are no sections.
    var level: Int
  }

  /// A heading of the outermost level with those one level below it.
  private struct Top {
    var heading: HeadingLine
    var children: [HeadingLine] = []
    var plainChildren: Int { children.count { $0.isPlain } }
    var hasParts: Bool { children.contains { $0.isIssuePart } }
  }

  func choose() -> Choice {
    guard let level = headings.map(\.level).min() else {
      return Choice(layout: .single, level: 2)
    }
    if headings.contains(where: \.isAsked) {
      return level == AskedHeadings.level
        ? Choice(layout: .issues, level: level) : Choice(layout: .sections, level: 2)
    }
    if level == 1, hasSecondTitle { return Choice(layout: .sections, level: 2) }
    if level == 3, isOneIssue { return Choice(layout: .issues, level: 3) }
    return Choice(layout: layout(tops(level)), level: level)
  }

  /// Several `#` with sections and issues below them: the issues are those of the third level.
  private var hasSecondTitle: Bool {
    let sections = tops(2)
    let grouping = sections.count { top in top.children.contains { $0.isPlain } }
    return headings.count { $0.level == 1 } >= 2 && grouping >= 1
      && grouping * 2 >= sections.count
      && sections.allSatisfy {
        !$0.heading.isIssuePart && !outline.hasIssueLabel(in: $0.heading.body)
      }
      && sections.flatMap(\.children).contains { isIssue($0) }
  }

  /// A guide with its first issue and no section yet.
  private var isOneIssue: Bool {
    hasTitle && headings.count == 1 && headings[0].isPlain && isIssue(headings[0])
  }

  /// Opens with a symptom, or has a label.
  private func isIssue(_ heading: HeadingLine) -> Bool {
    if outline.hasIssueLabel(in: heading.body) { return true }
    guard let first = heading.body.first, case .item = outline.blocks[first].kind else {
      return false
    }
    return true
  }

  private func layout(_ tops: [Top]) -> GuideFile.Layout {
    let labelled = tops.count { outline.hasIssueLabel(in: $0.heading.body) }
    let labelledChildren = tops.flatMap(\.children).count { outline.hasIssueLabel(in: $0.body) }
    if labelledChildren > 0, labelledChildren >= labelled { return .sections }
    let grouping = tops.count { $0.plainChildren > 0 || isEmpty($0.heading) && !$0.hasParts }
    let looksGrouped = grouping >= 2 && grouping * 2 >= tops.count
    if tops.contains(where: { $0.heading.isIssuePart }), !looksGrouped { return .single }
    if labelled > 0 { return .issues }
    let plain = tops.filter { $0.heading.isPlain }
    let withParts = plain.count { $0.hasParts }
    if withParts >= 2 || (withParts == 1 && plain.count <= 2) { return .issues }
    if plain.isEmpty || isHowTo { return .single }
    if hasSections(plain) { return .sections }
    return holdsManyIssues(plain) ? .issues : .single
  }

  private func hasSections(_ plain: [Top]) -> Bool {
    let grouping = plain.count { $0.plainChildren > 0 || isEmpty($0.heading) }
    if grouping >= 2 { return grouping * 3 >= plain.count }
    guard plain.count == 1, grouping == 1 else { return false }
    return isEmpty(plain[0].heading) || namesMany
  }

  private func holdsManyIssues(_ plain: [Top]) -> Bool {
    if hasContents || namesMany || plain.count >= 8 { return true }
    if !hasTitle, plain.count >= 2 { return true }
    let quoted = plain.count {
      $0.heading.body.first.map { outline.blocks[$0].kind == .quote } ?? false
    }
    return quoted >= 2
  }

  /// The title or file name speaks of many issues: *Known issues*, *errors.md*, *FAQ*.
  private var namesMany: Bool {
    [title, name].contains { text in
      let words = text.lowercased().split { !$0.isLetter && $0 != ":" }
      guard let first = words.first, let last = words.last else { return false }
      return Self.manyFirst.contains(String(first)) || Self.many.contains(String(last))
        || words.contains("troubleshooting")
    }
  }

  private static let manyFirst: Set = ["known", "common", "frequent", "frequently", "typical"]
  private static let many: Set = [
    "issues", "errors", "problems", "faq", "faqs", "pitfalls", "gotchas", "messages", "warnings",
    "failures", "questions", "fixes", "notes", "runbook", "runbooks", "guide",
  ]

  /// *How to restore a mailbox*: one article, however many headings it has.
  private var isHowTo: Bool {
    guard hasTitle, let first = title.lowercased().split(whereSeparator: { !$0.isLetter }).first
    else { return false }
    return Self.articleOpenings.contains(String(first))
  }

  private static let articleOpenings: Set = [
    "how", "configure", "set", "setup", "use", "using", "upgrade", "install", "installing",
    "create", "restore", "enable", "disable", "get", "understanding", "description",
    "information", "plan", "planning", "clear", "why", "schedule", "gather",
  ]

  private func isEmpty(_ heading: HeadingLine) -> Bool { heading.body.isEmpty }

  private func tops(_ level: Int) -> [Top] {
    var tops: [Top] = []
    for heading in headings {
      if heading.level == level {
        tops.append(Top(heading: heading))
      } else if heading.level == level + 1, !tops.isEmpty {
        tops[tops.count - 1].children.append(heading)
      }
    }
    return tops
  }
}
