package import Guide
import SQLite

extension Writing {
  /// Imports a guide; one whose slug exists is updated.
  ///
  /// Issues are matched by external id, then title, here or as last imported; those missing are
  /// archived, but for those that were written here. What was edited here merges three-way with what
  /// the file says now, against what it said last time; a conflict stays as it is here and is listed.
  package func importGuide(
    _ file: GuideFile, shape: GuideShape, sections: [ImportedSection]
  ) throws -> ImportSummary {
    let slug = Guide.slug(of: file.title)
    var summary = ImportSummary(guide: slug, title: file.title)
    // By a former title too: a guide that was renamed here keeps its name.
    let existing = try connection.first(
      """
      SELECT g.id, g.slug, g.title, g.head, g.imported_head FROM guide_slug s
      JOIN guide g ON g.id = s.guide_id WHERE s.slug = \(slug)
      """,
      {
        KnownGuide(
          id: $0.int(0), slug: $0.text(1), title: $0.text(2), head: $0.text(3),
          importedHead: $0.optionalText(4))
      })
    if let existing { try restoreGuide(existing.slug) }
    let guideID = try saveImportedGuide(
      file, slug: slug, shape: shape, existing: existing, &summary)
    let known = existing == nil ? [] : try knownIssues(ofGuide: guideID)
    let matches = KnownIssue.matching(
      sections.flatMap { section in
        section.issues.map { (issue: $0, section: section.section.title) }
      }, known, shape: shape)
    // Positions are given anew; a section keeps its row when it keeps its title.
    try connection.execute(
      "UPDATE section SET position = \(Writing.gonePosition) - id WHERE guide_id = \(guideID)")
    var run = ImportRun(guide: guideID, isStrict: shape == .sections)
    var number = 0
    for (position, section) in sections.enumerated() {
      let (sectionID, title) = try saveImportedSection(
        section.section, position: position, ofGuide: guideID, &summary)
      for (place, issue) in section.issues.enumerated() {
        run.section = (sectionID, title, section.section.title)
        run.place = place
        if let old = matches[number] {
          try update(old, from: issue, &run, &summary)
        } else {
          let saved = try insert(
            issue.span, guideID: guideID, sectionID: sectionID, position: place,
            externalID: issue.externalID, path: issue.path, given: GivenContent(issue.given),
            confidence: .unverified, comment: Writing.firstImport, isStrict: run.isStrict,
            savesChecks: false)
          run.checks.append((saved.id, saved.checks))
          summary.added += 1
        }
        number += 1
      }
    }
    let matched = Set(matches.compactMap { $0?.id })
    for missing in known where !matched.contains(missing.id) && !missing.isDeleted {
      if missing.imported == nil {
        run.moved.append((missing.id, missing.section))
      } else if !missing.isArchived {
        try archive(missing.id, guideID)
        summary.archived += 1
      }
    }
    try settle(run)
    if shape == .single { try takeTitleOfIssue(guideID, &summary) }
    return summary
  }

  static let firstImport = "imported"
  static let laterImport = "imported again"

  /// What an import keeps in mind on its way through the file.
  private struct ImportRun {
    let guide: Int
    let isStrict: Bool
    /// Its title here, and in the file.
    var section: (id: Int, title: String, inFile: String) = (0, "", "")
    var place = 0
    /// Checks, written at the end: one may move from one issue to another.
    var checks: [(issue: Int, checks: [Check])] = []
    /// Issues that stand in another section here than in the file, or not in the file.
    var moved: [(issue: Int, section: String)] = []
    /// Issues that are in the file but were deleted here.
    var deleted: [Int] = []
  }

  private func update(
    _ old: KnownIssue, from issue: ImportedIssue, _ run: inout ImportRun,
    _ summary: inout ImportSummary
  ) throws {
    // The file's place and white space; what it says is looked at below.
    try connection.execute(
      """
      UPDATE issue SET section_id = \(run.section.id), position = \(run.place),
        lead = \(issue.span.lead), trail = \(issue.span.trail), path = \(issue.path),
        external_id = coalesce(\(issue.externalID), external_id)
      WHERE id = \(old.id)
      """)
    let upstream = IssueText(
      title: issue.span.title, section: run.section.title, markdown: issue.span.markdown)
    if old.isDeleted {
      run.deleted.append(old.id)
      if let imported = old.imported, imported.hasSameText(as: upstream) {
        summary.unchanged += 1
      } else {
        summary.conflicts.append(old.title)
      }
      return
    }
    try connection.execute(
      """
      UPDATE issue SET confidence = 'unverified' WHERE id = \(old.id) AND confidence = 'archived'
      """)
    let row = try connection.first(
      "SELECT markdown, revision, given FROM issue WHERE id = \(old.id)",
      { (markdown: $0.text(0), revision: $0.int(1), given: $0.optionalText(2)) })!
    var current = IssueText(title: old.title, section: old.section, markdown: row.markdown)
    var base = old.imported ?? current
    // A section that is called otherwise here is the same one.
    if isTitle(base.section, of: run.section.inFile) { base.section = run.section.title }
    if isTitle(current.section, of: run.section.title) { current.section = run.section.title }
    // The file's title did not change by being read better; one that was changed here stays.
    if base.title != current.title, isTitle(base.title, of: upstream.title) {
      base.title = upstream.title
    }
    let stored = GivenContent(stored: row.given)
    let given = GivenContent(issue.given)
    let isSameGift = given.map { $0.isSameGift(as: stored) } ?? (stored == nil)
    var merged: IssueText
    var isConflict = false
    do {
      merged = try merge(base: base, current: current, yours: upstream)
    } catch IssueWriteError.conflict {
      summary.conflicts.append(old.title)
      isConflict = true
      merged = current
    }
    if merged.section != upstream.section { run.moved.append((old.id, merged.section)) }
    var span = issue.span
    span.markdown = merged.markdown
    if merged.title != span.title { span.rename(merged.title) }
    let isNews = !base.hasSameText(as: upstream) && !isConflict
    let isSame = merged.hasSameText(as: current)
    if isSame, !isNews, isSameGift || isConflict, !old.isArchived {
      try connection.execute(
        "UPDATE issue SET lead = \(span.lead), markdown = \(span.markdown) WHERE id = \(old.id)")
      if !isConflict { summary.unchanged += 1 }
      return
    }
    var revision = row.revision
    if isNews, !merged.hasSameText(as: upstream) {
      // What the file says is kept as a revision of its own: the base of the next import's merge.
      revision += 1
      try record(upstream, revision: revision, ofIssue: old.id, comment: Writing.laterImport)
      summary.merged += 1
    }
    if !isConflict {
      if isSame, isSameGift, !old.isArchived {
        summary.unchanged += 1
      } else {
        summary.changed += 1
      }
    }
    revision += 1
    let usedGift = isConflict || isSameGift ? stored : given
    let content = try read(
      merged.markdown, title: merged.title, given: usedGift, isStrict: run.isStrict)
    var slug =
      try connection.first("SELECT slug FROM issue WHERE id = \(old.id)") { $0.text(0) } ?? ""
    if merged.title != current.title, !isTitle(current.title, of: merged.title) {
      slug = try takeSlug(for: merged.title, issue: old.id)
    }
    try connection.execute(
      """
      UPDATE issue SET title = \(merged.title), slug = \(slug), lead = \(span.lead),
        markdown = \(merged.markdown), given = \(usedGift?.stored), revision = \(revision),
        updated_at = \(now.milliseconds) WHERE id = \(old.id)
      """)
    try save(
      content, issueID: old.id, guideID: run.guide, title: merged.title, revision: revision,
      savesChecks: false)
    run.checks.append((old.id, content.checks))
    let isFile = merged.hasSameText(as: upstream)
    let comment =
      isFile ? Writing.laterImport : isConflict ? "back in the file" : "merged with the file"
    try record(merged, revision: revision, ofIssue: old.id, comment: comment)
    try change(
      "issue edited", issueID: old.id, guideID: run.guide, revision: revision, summary: comment)
  }

  private func archive(_ id: Int, _ guideID: Int) throws {
    try connection.execute(
      """
      UPDATE issue SET confidence = 'archived', updated_at = \(now.milliseconds) WHERE id = \(id)
      """)
    try unindex(issueID: id)
    try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
    try change(
      "issue archived", issueID: id, guideID: guideID, revision: nil,
      summary: "no longer in the imported guide")
  }

  /// What can be done only when every issue of the file is in its place.
  private func settle(_ run: ImportRun) throws {
    for (issue, _) in run.checks {
      try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(issue)")
    }
    for (issue, checks) in run.checks { try saveChecks(checks, issueID: issue) }
    let style = try style(ofGuide: run.guide)
    var waiting = run.moved.map(\.issue)
    if style.isOneFile {
      for id in run.deleted { try passSpaceOn(fromIssue: id, ofGuide: run.guide, without: waiting) }
      for id in waiting { try passSpaceOn(fromIssue: id, ofGuide: run.guide, without: waiting) }
    }
    for (issue, title) in run.moved {
      let section = try section(title, ofGuide: run.guide, style, without: waiting)
      try putIssue(issue, atEndOf: section, ofGuide: run.guide, style, without: waiting)
      waiting.removeFirst()
    }
    try connection.execute(
      """
      DELETE FROM section WHERE guide_id = \(run.guide) AND position < \(Writing.gonePosition)
        AND NOT EXISTS (SELECT 1 FROM issue i WHERE i.section_id = section.id)
      """)
  }
}

/// Whether a stored title is the one that the file has now; earlier versions kept the inline markup of headings.
func isTitle(_ stored: String, of title: String) -> Bool {
  stored == title || headingTitle(stored) == title
}

extension IssueText {
  fileprivate func hasSameText(as other: IssueText) -> Bool {
    title == other.title && section == other.section
      && markdown.utf8.elementsEqual(other.markdown.utf8)
  }
}
