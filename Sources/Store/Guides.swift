package import Guide
import SQLite

/// A guide as lists name it.
package struct GuideSummary: Sendable, Equatable {
  package let id: Int
  package let slug: String
  package let title: String
  /// Markdown.
  package let introduction: String
  package let owner: String?
  package let escalate: String?
  package let license: String?
  package let attribution: String?
  package let issueCount: Int
  package let updatedAt: Time
  package var isArchived = false
}

/// A section with those of its issues that were asked for.
package struct SectionSummary: Sendable, Equatable {
  package let id: Int
  package let title: String
  /// Markdown.
  package let introduction: String
  package var issues: [IssueSummary]
}

/// How a guide came, and so how it leaves.
package enum GuideShape: String, Sendable {
  case sections, issues, single, folder, records
}

/// One file of an export.
package struct ExportedFile: Sendable, Equatable {
  /// nil for a guide that is one file.
  package let path: String?
  package let section: String
  package let text: String
}

extension Reading {
  func guideID(_ slug: String) throws -> Int? {
    try connection.first(
      "SELECT guide_id FROM guide_slug WHERE slug = \(slug) AND \(visible("guide_id"))"
    ) { $0.int(0) }
  }

  private func guides(
    where condition: SQL, from start: Int = 0, limit: Int = .max
  ) throws -> [GuideSummary] {
    try connection.rows(
      """
      SELECT g.id, g.slug, g.title, g.introduction, g.owner, g.escalate, g.license, g.attribution,
        (SELECT count(*) FROM issue i WHERE i.guide_id = g.id AND i.deleted_at IS NULL
          AND (i.confidence <> 'archived' OR i.archived_from IS NOT NULL)), g.updated_at,
        g.archived_at IS NOT NULL
      FROM guide g WHERE \(condition) AND \(visible("g.id")) ORDER BY g.id
      LIMIT \(limit) OFFSET \(start)
      """
    ) { row in
      GuideSummary(
        id: row.int(0), slug: row.text(1), title: row.text(2), introduction: row.text(3),
        owner: row.optionalText(4), escalate: row.optionalText(5), license: row.optionalText(6),
        attribution: row.optionalText(7), issueCount: row.int(8),
        updatedAt: Time(milliseconds: row.int(9)), isArchived: row.bool(10))
    }
  }

  /// Those in use.
  package func guides(from start: Int = 0, limit: Int = .max) throws -> [GuideSummary] {
    try guides(where: "g.archived_at IS NULL", from: start, limit: limit)
  }

  /// Those that were archived.
  package func archivedGuides() throws -> [GuideSummary] {
    try guides(where: "g.archived_at IS NOT NULL")
  }

  /// The guide of that slug as it is now, also an archived one; former slugs are `movedGuide`'s.
  package func guide(_ slug: String) throws -> GuideSummary? {
    try guides(where: "g.slug = \(slug)").first
  }

  /// A guide's sections with their issues, in the author's order, without issues that were archived by
  /// themselves: all of them, or `limit` from the first or behind the one with the id `last`.
  package func sections(
    ofGuide id: Int, after last: Int? = nil, limit: Int = .max
  ) throws -> [SectionSummary] {
    var sections: [(id: Int, title: String, lead: String, issues: [IssueSummary])] =
      try connection.rows(
        """
        SELECT id, title, lead FROM section
        WHERE guide_id = \(id) AND position >= 0 AND \(visible("guide_id")) ORDER BY position
        """
      ) { ($0.int(0), $0.text(1), $0.text(2), []) }
    let places = Dictionary(
      uniqueKeysWithValues: sections.enumerated().map { ($0.element.id, $0.offset) })
    let isShown: SQL = last.map { behind($0, .guide) } ?? "1"
    // CROSS JOIN: in the guide's order, and no further than the limit.
    try connection.each(
      """
      SELECT \(Reading.summaryColumns), s.id FROM section s
      CROSS JOIN issue i ON i.section_id = s.id CROSS JOIN guide g ON g.id = s.guide_id
      WHERE s.guide_id = \(id) AND i.deleted_at IS NULL
        AND (i.confidence <> 'archived' OR i.archived_from IS NOT NULL) AND \(isShown)
        AND \(visible("s.guide_id"))
      ORDER BY s.guide_id, s.position, i.position, i.id LIMIT \(limit)
      """
    ) { row in
      if let place = places[row.int(10)] { sections[place].issues.append(Reading.summary(row)) }
      return true
    }
    return sections.map {
      SectionSummary(
        id: $0.id, title: $0.title, introduction: IssueSpan(titled: $0.lead, title: "").markdown,
        issues: $0.issues)
    }
  }

  /// Whom to ask when nothing is known: the only guide's people, or those of the guide asked.
  package func contact(guide slug: String?) throws -> String? {
    let condition: SQL = slug.map { "g.slug = \($0)" } ?? "1"
    // Not by way of the list of guides, which counts their issues: this is in every answer.
    let people = try connection.rows(
      """
      SELECT g.owner, g.escalate FROM guide g WHERE \(condition) AND \(visible("g.id")) ORDER BY g.id
      """
    ) { row -> String? in
      let parts = [row.optionalText(0), row.optionalText(1)].compactMap { $0 }
      return parts.isEmpty ? nil : parts.joined(separator: "; ")
    }.compactMap { $0 }
    var unique: [String] = []
    for text in people where !unique.contains(text) { unique.append(text) }
    return unique.isEmpty ? nil : unique.joined(separator: " · ")
  }

  /// The guide's bytes: as they came, but for what was edited.
  package func exported(guide id: Int) throws -> [ExportedFile] {
    guard
      let (head, shape) = try connection.first(
        "SELECT head, layout FROM guide WHERE id = \(id) AND \(visible("guide.id"))",
        { ($0.text(0), GuideShape(rawValue: $0.text(1)) ?? .sections) })
    else { return [] }
    let issues = try connection.rows(
      """
      SELECT s.id, s.lead, i.lead, i.markdown, i.trail, i.path, i.slug, s.title FROM section s
      LEFT JOIN issue i ON i.section_id = s.id AND i.deleted_at IS NULL
        AND (i.confidence <> 'archived' OR i.archived_from IS NOT NULL)
      WHERE s.guide_id = \(id) AND s.position >= 0 ORDER BY s.position, i.position, i.id
      """
    ) { row in
      (
        section: row.int(0), sectionLead: row.text(1), lead: row.text(2), markdown: row.text(3),
        trail: row.text(4), path: row.optionalText(5), slug: row.text(6),
        sectionTitle: row.text(7), isEmpty: row.isNull(3)
      )
    }
    if shape == .folder || shape == .records {
      let readme = head.isEmpty ? [] : [ExportedFile(path: "README.md", section: "", text: head)]
      return readme
        + issues.filter { !$0.isEmpty }.map {
          ExportedFile(
            path: $0.path ?? $0.slug + ".md", section: $0.sectionTitle,
            text: $0.lead + $0.markdown + $0.trail)
        }
    }
    var text = head
    var section: Int?
    for issue in issues {
      if issue.section != section {
        text += issue.sectionLead
        section = issue.section
      }
      if !issue.isEmpty { text += issue.lead + issue.markdown + issue.trail }
    }
    return [ExportedFile(path: nil, section: "", text: text)]
  }
}

/// What an import did.
package struct ImportSummary: Sendable, Equatable {
  package var guide: String
  package var title: String
  package var added = 0
  package var changed = 0
  package var unchanged = 0
  package var archived = 0
  package var merged = 0
  /// Titles of issues that both sides changed; they stay as they are here.
  package var conflicts: [String] = []
}

/// An issue to import.
package struct ImportedIssue: Sendable {
  package var span: IssueSpan
  package var externalID: String?
  /// For a folder: the file's path in it.
  package var path: String?
  /// Arrays of a JSON Lines record.
  package var given: IssueContent?

  package init(
    span: IssueSpan, externalID: String? = nil, path: String? = nil, given: IssueContent? = nil
  ) {
    self.span = span
    self.externalID = externalID
    self.path = path
    self.given = given
  }
}

/// A section of a file with its issues, on its way into the base.
package struct ImportedSection: Sendable {
  package var section: GuideSection
  package var issues: [ImportedIssue]

  package init(section: GuideSection, issues: [ImportedIssue]) {
    self.section = section
    self.issues = issues
  }
}
