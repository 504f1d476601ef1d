import SQLite

extension Reading {
  /// Which issues a list shows.
  package struct IssueFilter: Sendable, Equatable {
    package enum Sort: String, Sendable, CaseIterable { case guide, title, updated }

    package var guide: String?
    package var section: String?
    package var tag: String?
    package var confidence: Confidence?
    package var sort = Sort.guide

    package init() {}
  }

  /// Issues in the order of `filter.sort`, from the first or behind the one with the id `last`, so that
  /// a page far down a list costs what the first one does.
  package func issues(
    _ filter: IssueFilter, after last: Int? = nil, limit: Int
  ) throws -> [IssueSummary] {
    var conditions: SQL = "i.deleted_at IS NULL AND \(visible("i.guide_id"))"
    if let last { conditions = conditions + " AND " + behind(last, filter.sort) }
    if let guide = filter.guide {
      conditions = conditions + " AND s.guide_id = (SELECT id FROM guide WHERE slug = \(guide))"
    }
    if let section = filter.section { conditions = conditions + " AND s.title = \(section)" }
    if let tag = filter.tag {
      conditions =
        conditions
          + """
           AND i.id IN (SELECT issue_id FROM passage
            WHERE kind = 'tag' AND kind IN ('tag', 'alias')
              AND text = \(tag) COLLATE NOCASE)
          """
    }
    if let confidence = filter.confidence {
      conditions = conditions + " AND i.confidence = \(confidence.rawValue)"
    } else {
      conditions = conditions + " AND i.confidence <> 'archived'"
    }
    let order: SQL =
      switch filter.sort {
      case .guide: "s.guide_id, s.position, i.position, i.id"
      case .title: "i.title COLLATE NOCASE, i.id"
      case .updated: "i.updated_at DESC, i.id DESC"
      }
    return try connection.rows(
      """
      SELECT \(Reading.summaryColumns) FROM \(tables(filter))
      WHERE \(conditions) ORDER BY \(order) LIMIT \(limit)
      """, Reading.summary)
  }

  /// What comes behind an issue in a list, by where it stands now.
  func behind(_ last: Int, _ sort: IssueFilter.Sort) -> SQL {
    let issue: SQL = "FROM issue l WHERE l.id = \(last)"
    let section: SQL = """
      SELECT p.guide_id, p.position FROM issue l JOIN section p ON p.id = l.section_id
      WHERE l.id = \(last)
      """
    return switch sort {
    case .guide:
      """
      (s.guide_id, s.position) >= (\(section)) AND ((s.guide_id, s.position) > (\(section))
        OR (i.position, i.id) > (SELECT l.position, l.id \(issue)))
      """
    case .title:
      """
      i.title COLLATE NOCASE >= (SELECT l.title \(issue))
        AND (i.title COLLATE NOCASE > (SELECT l.title \(issue)) OR i.id > \(last))
      """
    case .updated: "(i.updated_at, i.id) < (SELECT l.updated_at, l.id \(issue))"
    }
  }

  /// So joined that a list of the whole base is read in its order, and no further than its limit.
  private func tables(_ filter: IssueFilter) -> SQL {
    let isNarrow = filter.tag != nil || (filter.guide != nil && filter.sort != .guide)
    if isNarrow {
      return "issue i JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id"
    }
    // CROSS JOIN keeps SQLite from turning the order around (https://www.sqlite.org/optoverview.html).
    switch filter.sort {
    case .guide:
      return
        "section s CROSS JOIN issue i ON i.section_id = s.id CROSS JOIN guide g ON g.id = s.guide_id"
    case .title:
      return """
        issue i INDEXED BY issue_title CROSS JOIN guide g ON g.id = i.guide_id
        CROSS JOIN section s ON s.id = i.section_id
        """
    case .updated:
      return """
        issue i INDEXED BY issue_updated CROSS JOIN guide g ON g.id = i.guide_id
        CROSS JOIN section s ON s.id = i.section_id
        """
    }
  }

  // The second condition on the kind names the partial index, word for word.
  package func issues(withTag tag: String) throws -> [Int] {
    try connection.rows(
      """
      SELECT p.issue_id FROM passage p JOIN issue i ON i.id = p.issue_id
      WHERE p.kind = 'tag' AND p.kind IN ('tag', 'alias') AND p.text = \(tag) AND \(visible("i.guide_id"))
      """
    ) { $0.int(0) }
  }
}
