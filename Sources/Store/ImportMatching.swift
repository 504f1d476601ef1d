import Guide
import SQLite

/// An issue of a guide that is being imported again.
struct KnownIssue: Equatable {
  let id: Int
  let title: String
  let section: String
  let externalID: String?
  let path: String?
  let given: String?
  let isArchived: Bool
  let isDeleted: Bool
  /// As the file had it last time; nil for an issue written here.
  let imported: IssueText?
}

extension Writing {
  func knownIssues(ofGuide id: Int) throws -> [KnownIssue] {
    // Those that are in use come first, so that they are matched first.
    try connection.rows(
      """
      SELECT i.id, i.title, s.title, i.external_id, i.path, i.given, i.confidence = 'archived',
        i.deleted_at IS NOT NULL, r.title, r.section, r.markdown
      FROM issue i JOIN section s ON s.id = i.section_id
      LEFT JOIN revision r ON r.issue_id = i.id AND r.number = (
        SELECT max(number) FROM revision
        WHERE issue_id = i.id AND author = \(Author.importer.name)
          AND comment IN (\(Writing.firstImport), \(Writing.laterImport)))
      WHERE i.guide_id = \(id)
      ORDER BY i.deleted_at IS NOT NULL, i.confidence = 'archived', i.id
      """
    ) { row in
      KnownIssue(
        id: row.int(0), title: row.text(1), section: row.text(2), externalID: row.optionalText(3),
        path: row.optionalText(4), given: row.optionalText(5), isArchived: row.bool(6),
        isDeleted: row.bool(7),
        imported: row.isNull(8)
          ? nil : IssueText(title: row.text(8), section: row.text(9), markdown: row.text(10)))
    }
  }
}

extension KnownIssue {
  /// Which known issue each issue of the file is: the surest signs first.
  ///
  /// - Parameters:
  ///   - shape: Of the file. One that is a single issue stays that, whatever its title.
  static func matching(
    _ issues: [(issue: ImportedIssue, section: String)], _ known: [KnownIssue], shape: GuideShape
  ) -> [KnownIssue?] {
    var result = [KnownIssue?](repeating: nil, count: issues.count)
    guard !known.isEmpty else { return result }
    var free = Set(known.map(\.id))
    func pass(_ key: (KnownIssue) -> String?, _ wanted: (ImportedIssue, String) -> String?) {
      var places: [String: [KnownIssue]] = [:]
      for issue in known.reversed() where free.contains(issue.id) {
        if let key = key(issue) { places[key, default: []].append(issue) }
      }
      for index in issues.indices where result[index] == nil {
        guard let key = wanted(issues[index].issue, issues[index].section),
          let found = places[key]?.last
        else { continue }
        places[key]!.removeLast()
        result[index] = found
        free.remove(found.id)
      }
    }
    let separator = "\u{0}"
    pass({ $0.externalID }, { issue, _ in issue.externalID })
    pass(
      { $0.title + separator + ($0.path ?? "") + separator + $0.section },
      { $0.span.title + separator + ($0.path ?? "") + separator + $1 })
    pass(
      { $0.title + separator + ($0.path ?? "") },
      { issue, _ in issue.span.title + separator + (issue.path ?? "") })
    // Two external ids are two issues, whatever they are called.
    pass({ $0.externalID == nil ? $0.title : nil }, { issue, _ in issue.span.title })
    pass({ $0.title }, { issue, _ in issue.externalID == nil ? issue.span.title : nil })
    pass(
      { $0.externalID == nil ? $0.imported?.title : nil },
      { issue, _ in issue.externalID == nil ? issue.span.title : nil })
    // Earlier versions kept the inline markup of headings in titles.
    pass(
      { $0.externalID == nil ? headingTitle($0.imported?.title ?? $0.title) : nil },
      { issue, _ in issue.externalID == nil ? issue.span.title : nil })
    if shape == .single, result == [nil], known.count == 1 { return [known[0]] }
    return result
  }
}
