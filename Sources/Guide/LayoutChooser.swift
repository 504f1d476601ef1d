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
    /// Blocks of headings that begin neither: a manual's chapters beside the one on troubles.
    var chapters: Set<Int> = []
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
    let chapters = chapters(level)
    if let asked = headings.filter(\.isAsked).map(\.level).max() {
      return level == asked
        ? Choice(layout: .issues, level: level)
        : Choice(layout: .sections, level: asked - 1, chapters: chapters)
    }
    if level == 1, hasSecondTitle { return Choice(layout: .sections, level: 2) }
    if level == 3, isOneIssue { return Choice(layout: .issues, level: 3) }
    if !chapters.isEmpty {
      let below = headings.filter { $0.level > level && !chapters.contains($0.block) }
      let issues = below.map(\.level).min() ?? level + 1
      return Choice(layout: .sections, level: issues - 1, chapters: chapters)
    }
    if let deep = levelOfDeepIssues(level) { return Choice(layout: .sections, level: deep - 1) }
    return Choice(layout: layout(tops(level)), level: level)
  }

  /// The level of issues in groups of groups (`## Part`, `### Group`, `#### Problem`): the one at which most
  /// headings have labels or parts, where no article's part stands above it.
  private func levelOfDeepIssues(_ level: Int) -> Int? {
    var counts: [Int: Int] = [:]
    for (index, heading) in headings.enumerated() where heading.isPlain {
      let hasPart =
        index + 1 < headings.count && headings[index + 1].isIssuePart
        && headings[index + 1].level == heading.level + 1
      if hasPart || outline.hasIssueLabel(in: heading.body) {
        counts[heading.level, default: 0] += 1
      }
    }
    guard let deep = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }), deep.value >= 2,
      deep.key >= level + 2, !headings.contains(where: { $0.isIssuePart && $0.level <= deep.key })
    else { return nil }
    return deep.key
  }

  /// The headings of a manual that has a chapter on troubles; none where the page is about troubles or tells
  /// of one alone.
  private func chapters(_ level: Int) -> Set<Int> {
    guard hasTitle, !namesMany, !isHowTo,
      !headings.contains(where: { $0.level == level && $0.part?.isPart ?? false })
    else { return [] }
    var chapters: Set<Int> = []
    var troubles = 0
    var chapter: [HeadingLine] = []
    func close() {
      guard let first = chapter.first else { return }
      if Heading.namesTroubles(first.title) {
        if chapter.count > 2 || holdsProblems(chapter) { troubles += 1 }
      } else if !chapter.contains(where: {
        $0.isAsked || $0.part?.isPart ?? false || outline.hasIssueLabel(in: $0.body)
      }) {
        chapters.formUnion(chapter.map(\.block))
      }
      chapter = []
    }
    for heading in headings {
      if heading.level <= level { close() }
      chapter.append(heading)
    }
    close()
    let isManual = headings.contains {
      chapters.contains($0.block) && Heading.namesManual($0.title)
    }
    return troubles == 0 || !isManual ? [] : chapters
  }

  private func holdsProblems(_ chapter: [HeadingLine]) -> Bool {
    chapter.contains { heading in
      let listed = heading.body.count {
        guard case .item(let item) = outline.blocks[$0].kind else { return false }
        let line = outline.lines[outline.blocks[$0].lines.lowerBound]
        let next = outline.blocks[$0].lines.count > 1 ? "\nmore" : ""
        return ListedProblem(outline.bytes[item.content..<max(item.content, line.end)].text + next)
          != nil
      }
      return heading.isAsked || listed >= 2 || outline.hasIssueLabel(in: heading.body)
    }
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
    [title, name].contains(where: Heading.namesMany)
  }

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
