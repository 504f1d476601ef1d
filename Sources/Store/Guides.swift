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
}

package struct SectionSummary: Sendable, Equatable {
  package let title: String
  package let issues: [IssueSummary]
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
    try connection.first("SELECT id FROM guide WHERE slug = \(slug) AND \(visible("id"))") {
      $0.int(0)
    }
  }

  private func guides(where condition: SQL) throws -> [GuideSummary] {
    try connection.rows(
      """
      SELECT g.id, g.slug, g.title, g.introduction, g.owner, g.escalate, g.license, g.attribution,
        (SELECT count(*) FROM issue i WHERE i.guide_id = g.id AND i.deleted_at IS NULL
          AND i.confidence <> 'archived'), g.updated_at
      FROM guide g WHERE \(condition) AND \(visible("g.id")) ORDER BY g.id
      """
    ) { row in
      GuideSummary(
        id: row.int(0), slug: row.text(1), title: row.text(2), introduction: row.text(3),
        owner: row.optionalText(4), escalate: row.optionalText(5), license: row.optionalText(6),
        attribution: row.optionalText(7), issueCount: row.int(8),
        updatedAt: Time(milliseconds: row.int(9)))
    }
  }

  package func guides() throws -> [GuideSummary] { try guides(where: "1") }

  package func guide(_ slug: String) throws -> GuideSummary? {
    try guides(where: "g.slug = \(slug)").first
  }

  /// A guide's sections with their issues, in the author's order, without archived ones.
  package func sections(ofGuide id: Int) throws -> [SectionSummary] {
    var sections: [(id: Int, title: String, issues: [IssueSummary])] = try connection.rows(
      """
      SELECT id, title FROM section WHERE guide_id = \(id) AND \(visible("guide_id")) ORDER BY position
      """
    ) { ($0.int(0), $0.text(1), []) }
    let places = Dictionary(
      uniqueKeysWithValues: sections.enumerated().map { ($0.element.id, $0.offset) })
    try connection.each(
      """
      SELECT \(Reading.summaryColumns), s.id FROM issue i
      JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id
      WHERE i.guide_id = \(id) AND i.deleted_at IS NULL AND i.confidence <> 'archived'
        AND \(visible("i.guide_id"))
      ORDER BY i.guide_id, i.section_id, i.position
      """
    ) { row in
      if let place = places[row.int(9)] { sections[place].issues.append(Reading.summary(row)) }
      return true
    }
    return sections.filter { !$0.issues.isEmpty }
      .map { SectionSummary(title: $0.title, issues: $0.issues) }
  }

  /// Whom to ask when nothing is known: the only guide's people, or those of the guide asked.
  package func contact(guide slug: String?) throws -> String? {
    let people = try guides(where: slug.map { "g.slug = \($0)" } ?? "1")
      .compactMap { guide -> String? in
        let parts = [guide.owner, guide.escalate].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: "; ")
      }
    var unique: [String] = []
    for text in people where !unique.contains(text) { unique.append(text) }
    return unique.isEmpty ? nil : unique.joined(separator: " · ")
  }

  /// The guide's bytes: as they came, but for what was edited.
  package func exported(guide id: Int) throws -> [ExportedFile] {
    guard
      let (head, shape) = try connection.first(
        "SELECT head, layout FROM guide WHERE id = \(id) AND \(visible("id"))",
        { ($0.text(0), GuideShape(rawValue: $0.text(1)) ?? .sections) })
    else { return [] }
    let issues = try connection.rows(
      """
      SELECT s.id, s.lead, i.lead, i.markdown, i.trail, i.path, i.slug, s.title FROM section s
      LEFT JOIN issue i ON i.section_id = s.id AND i.deleted_at IS NULL
        AND i.confidence <> 'archived'
      WHERE s.guide_id = \(id) ORDER BY s.position, i.position, i.id
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

package struct ImportedSection: Sendable {
  package var section: GuideSection
  package var issues: [ImportedIssue]

  package init(section: GuideSection, issues: [ImportedIssue]) {
    self.section = section
    self.issues = issues
  }
}

extension Writing {
  /// Imports a guide; one whose slug exists is updated: issues are matched by external id, then title;
  /// those missing are archived; what was edited here merges three-way.
  package func importGuide(
    _ file: GuideFile, shape: GuideShape, sections: [ImportedSection]
  ) throws -> ImportSummary {
    let slug = Guide.slug(of: file.title)
    var summary = ImportSummary(guide: slug, title: file.title)
    let existing = try connection.first("SELECT id FROM guide WHERE slug = \(slug)", { $0.int(0) })
    let guideID = try saveGuide(file, slug: slug, shape: shape, existing: existing)
    var known = try knownIssues(ofGuide: guideID)
    if existing != nil {
      // Positions are given anew; a section keeps its row when it keeps its title.
      try connection.execute(
        "UPDATE section SET position = -1 - id WHERE guide_id = \(guideID)")
    }
    for (position, section) in sections.enumerated() {
      let sectionID = try saveSection(section.section, position: position, ofGuide: guideID)
      for (place, issue) in section.issues.enumerated() {
        let isStrict = shape == .sections
        let match = known.firstIndex {
          issue.externalID != nil
            ? $0.externalID == issue.externalID
            : $0.title == issue.span.title && $0.path == issue.path
        }
        if let match {
          let old = known.remove(at: match)
          try update(
            old, from: issue, sectionID: sectionID, position: place, isStrict: isStrict, &summary)
        } else {
          _ = try insert(
            issue.span, guideID: guideID, sectionID: sectionID, position: place,
            externalID: issue.externalID, path: issue.path, given: issue.given,
            confidence: .unverified, comment: "imported", isStrict: isStrict)
          summary.added += 1
        }
      }
    }
    for missing in known where missing.isLive {
      try connection.execute(
        """
        UPDATE issue SET confidence = 'archived', updated_at = \(now.milliseconds)
        WHERE id = \(missing.id)
        """)
      try unindex(issueID: missing.id)
      try change(
        "issue archived", issueID: missing.id, guideID: guideID, revision: nil,
        summary: "no longer in the imported guide")
      summary.archived += 1
    }
    return summary
  }

  private struct KnownIssue {
    let id: Int
    let title: String
    let externalID: String?
    let path: String?
    let isLive: Bool
  }

  private func knownIssues(ofGuide id: Int) throws -> [KnownIssue] {
    try connection.rows(
      """
      SELECT id, title, external_id, path, confidence <> 'archived' FROM issue
      WHERE guide_id = \(id) AND deleted_at IS NULL ORDER BY id
      """
    ) { row in
      KnownIssue(
        id: row.int(0), title: row.text(1), externalID: row.optionalText(2),
        path: row.optionalText(3), isLive: row.bool(4))
    }
  }

  private func saveGuide(
    _ file: GuideFile, slug: String, shape: GuideShape, existing: Int?
  ) throws -> Int {
    if let existing {
      try connection.execute(
        """
        UPDATE guide SET title = \(file.title), layout = \(shape.rawValue), head = \(file.head),
          introduction = \(file.introduction), owner = \(file.owner), escalate = \(file.escalate),
          license = \(file.license), attribution = \(file.attribution),
          updated_at = \(now.milliseconds)
        WHERE id = \(existing)
        """)
      return existing
    }
    try connection.execute(
      """
      INSERT INTO guide (slug, title, layout, head, introduction, owner, escalate, license,
        attribution, created_at, updated_at)
      VALUES (\(slug), \(file.title), \(shape.rawValue), \(file.head), \(file.introduction),
        \(file.owner), \(file.escalate), \(file.license), \(file.attribution),
        \(now.milliseconds), \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try change(
      "guide created", issueID: nil, guideID: id, revision: nil, summary: file.title)
    return id
  }

  private func saveSection(
    _ section: GuideSection, position: Int, ofGuide guide: Int
  ) throws -> Int {
    if let id = try connection.first(
      """
      SELECT id FROM section WHERE guide_id = \(guide) AND title = \(section.title) AND position < 0
      ORDER BY position DESC
      """, { $0.int(0) })
    {
      try connection.execute(
        """
        UPDATE section SET position = \(position), lead = \(section.lead),
          owner = \(section.owner), escalate = \(section.escalate) WHERE id = \(id)
        """)
      return id
    }
    try connection.execute(
      """
      INSERT INTO section (guide_id, position, title, lead, owner, escalate)
      VALUES (\(guide), \(position), \(section.title), \(section.lead), \(section.owner),
        \(section.escalate))
      """)
    return connection.lastInsertedID
  }

  private func update(
    _ old: KnownIssue, from issue: ImportedIssue, sectionID: Int, position: Int, isStrict: Bool,
    _ summary: inout ImportSummary
  ) throws {
    try connection.execute(
      """
      UPDATE issue SET section_id = \(sectionID), position = \(position), lead = \(issue.span.lead),
        trail = \(issue.span.trail),
        confidence = CASE confidence WHEN 'archived' THEN 'unverified' ELSE confidence END
      WHERE id = \(old.id)
      """)
    let current = try connection.first(
      "SELECT markdown, revision, guide_id FROM issue WHERE id = \(old.id)",
      { (markdown: $0.text(0), revision: $0.int(1), guide: $0.int(2)) })!
    let base =
      try connection.first(
        """
        SELECT markdown FROM revision WHERE issue_id = \(old.id) AND author = \(Author.importer.name)
        ORDER BY number DESC LIMIT 1
        """, { $0.text(0) }) ?? current.markdown
    if base == issue.span.markdown, old.isLive {
      summary.unchanged += 1
      return
    }
    guard
      case .merged(let markdown) = Merge.lines(
        base: base, ours: current.markdown, theirs: issue.span.markdown)
    else {
      summary.conflicts.append(old.title)
      return
    }
    if base != current.markdown { summary.merged += 1 }
    summary.changed += 1
    let content = try read(
      markdown, title: issue.span.title, given: issue.given, isStrict: isStrict)
    let revision = current.revision + 1
    try connection.execute(
      """
      UPDATE issue SET markdown = \(markdown), revision = \(revision),
        updated_at = \(now.milliseconds) WHERE id = \(old.id)
      """)
    try save(
      content, issueID: old.id, guideID: current.guide, title: issue.span.title, revision: revision)
    try record(revision: revision, ofIssue: old.id, comment: "imported again")
    try change(
      "issue edited", issueID: old.id, guideID: current.guide, revision: revision,
      summary: "imported again")
  }
}
