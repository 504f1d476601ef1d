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
    let guideID = try saveGuide(file, slug: slug, shape: shape, existing: existing, &summary)
    let known = existing == nil ? [] : try knownIssues(ofGuide: guideID)
    let matches = match(
      sections.flatMap { section in
        section.issues.map { (issue: $0, section: section.section.title) }
      }, known)
    // Positions are given anew; a section keeps its row when it keeps its title.
    try connection.execute(
      "UPDATE section SET position = \(Writing.gonePosition) - id WHERE guide_id = \(guideID)")
    var run = ImportRun(guide: guideID, isStrict: shape == .sections)
    var number = 0
    for (position, section) in sections.enumerated() {
      let (sectionID, title) = try saveSection(
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

  private struct KnownGuide {
    let id: Int
    let slug: String
    let title: String
    let head: String
    let importedHead: String?
  }

  private struct KnownIssue {
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

  private func knownIssues(ofGuide id: Int) throws -> [KnownIssue] {
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

  /// Which known issue each issue of the file is: the surest signs first.
  private func match(
    _ issues: [(issue: ImportedIssue, section: String)], _ known: [KnownIssue]
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
    return result
  }

  private func saveGuide(
    _ file: GuideFile, slug: String, shape: GuideShape, existing: KnownGuide?,
    _ summary: inout ImportSummary
  ) throws -> Int {
    if let existing {
      var file = file
      let imported = file.head
      summary.guide = existing.slug
      if existing.title != file.title {
        summary.title = existing.title
        if shape != .folder, shape != .records {
          var span = IssueSpan(titled: file.head, title: file.title)
          span.rename(existing.title)
          file.head = span.text
        }
        file.title = existing.title
      }
      let head = mergedTitled(
        base: existing.importedHead, current: existing.head, upstream: file.head)
      if let head, head != file.head, let read = try? GuideFile.read(head: head, name: file.title) {
        (file.head, file.introduction) = (head, read.introduction)
        (file.owner, file.escalate) = (read.owner, read.escalate)
        (file.license, file.attribution) = (read.license, read.attribution)
      } else if head == nil {
        summary.conflicts.append(existing.title)
        if let read = try? GuideFile.read(head: existing.head, name: file.title) {
          (file.head, file.introduction) = (existing.head, read.introduction)
          (file.owner, file.escalate) = (read.owner, read.escalate)
          (file.license, file.attribution) = (read.license, read.attribution)
        }
      }
      try connection.execute(
        """
        UPDATE guide SET title = \(file.title), layout = \(shape.rawValue), head = \(file.head),
          introduction = \(file.introduction), owner = \(file.owner), escalate = \(file.escalate),
          license = \(file.license), attribution = \(file.attribution),
          imported_head = \(imported), updated_at = \(now.milliseconds)
        WHERE id = \(existing.id)
        """)
      return existing.id
    }
    try connection.execute(
      """
      INSERT INTO guide (slug, title, layout, head, introduction, owner, escalate, license,
        attribution, imported_head, created_at, updated_at)
      VALUES (\(slug), \(file.title), \(shape.rawValue), \(file.head), \(file.introduction),
        \(file.owner), \(file.escalate), \(file.license), \(file.attribution), \(file.head),
        \(now.milliseconds), \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try connection.execute("INSERT INTO guide_slug (slug, guide_id) VALUES (\(slug), \(id))")
    try change(
      "guide created", issueID: nil, guideID: id, revision: nil, summary: file.title)
    return id
  }

  /// What stands below a title, merged three-way; nil where both sides changed the same lines. White
  /// space at the end is the file's.
  private func mergedTitled(base: String?, current: String, upstream: String) -> String? {
    let (mine, _) = splitSpace(current)
    let (theirs, space) = splitSpace(upstream)
    guard let base else { return upstream }
    let (start, _) = splitSpace(base)
    // A title that was changed here is in `upstream` already.
    let old = IssueSpan(titled: start, title: "")
    if case .merged(let text) = Merge.lines(
      base: old.markdown, ours: IssueSpan(titled: mine, title: "").markdown,
      theirs: IssueSpan(titled: theirs, title: "").markdown)
    {
      var span = IssueSpan(titled: upstream, title: "")
      if span.markdown == text { return upstream }
      span.replaceTitledText(text, newline: upstream.utf8.contains(0x0d) ? "\r\n" : "\n")
      return splitSpace(span.text).text + space
    }
    return nil
  }

  /// Gives the section's id, and its title here.
  private func saveSection(
    _ section: GuideSection, position: Int, ofGuide guide: Int, _ summary: inout ImportSummary
  ) throws -> (id: Int, title: String) {
    let known = try connection.first(
      """
      SELECT id, title, lead, imported_lead FROM section
      WHERE guide_id = \(guide) AND position < 0
        AND (title = \(section.title) OR imported_title = \(section.title))
      ORDER BY title <> \(section.title), position DESC
      """, { (id: $0.int(0), title: $0.text(1), lead: $0.text(2), imported: $0.optionalText(3)) })
    guard let known else {
      let id = try insertSection(section, atPosition: position, ofGuide: guide)
      try connection.execute(
        """
        UPDATE section SET imported_title = \(section.title), imported_lead = \(section.lead)
        WHERE id = \(id)
        """)
      return (id, section.title)
    }
    var new = section
    if known.title != section.title, !section.lead.isEmpty {
      var span = IssueSpan(titled: section.lead, title: section.title)
      span.rename(known.title)
      new.lead = span.text
    }
    new.title = known.title
    let lead = mergedTitled(base: known.imported, current: known.lead, upstream: new.lead)
    if lead == nil { summary.conflicts.append(known.title) }
    let wanted = lead ?? known.lead
    if wanted != new.lead, let read = try? GuideFile.read(sectionLead: wanted) {
      (new.lead, new.owner, new.escalate) = (wanted, read.owner, read.escalate)
    }
    try connection.execute(
      """
      UPDATE section SET position = \(position), title = \(new.title), lead = \(new.lead),
        owner = \(new.owner), escalate = \(new.escalate), imported_title = \(section.title),
        imported_lead = \(section.lead) WHERE id = \(known.id)
      """)
    return (known.id, known.title)
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
    let current = IssueText(title: old.title, section: old.section, markdown: row.markdown)
    var base = old.imported ?? current
    // A section that is called otherwise here is the same one.
    if base.section == run.section.inFile { base.section = run.section.title }
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
    if merged.title != current.title { slug = try takeSlug(for: merged.title, issue: old.id) }
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

extension IssueText {
  fileprivate func hasSameText(as other: IssueText) -> Bool {
    title == other.title && section == other.section
      && markdown.utf8.elementsEqual(other.markdown.utf8)
  }
}
