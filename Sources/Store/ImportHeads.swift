import Guide
import SQLite

// What stands in a guide besides its issues, when it is imported: its head, the leads of its sections.

/// A guide that is being imported again.
struct KnownGuide {
  let id: Int
  let slug: String
  let title: String
  let head: String
  let importedHead: String?
}

extension Writing {
  /// Writes the guide's row; gives its id.
  func saveImportedGuide(
    _ file: GuideFile, slug: String, shape: GuideShape, existing: KnownGuide?,
    _ summary: inout ImportSummary
  ) throws -> Int {
    if let existing {
      var file = file
      let imported = file.head
      summary.guide = existing.slug
      if !isTitle(existing.title, of: file.title) {
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

  /// Gives the section's id, and its title here.
  func saveImportedSection(
    _ section: GuideSection, position: Int, ofGuide guide: Int, _ summary: inout ImportSummary
  ) throws -> (id: Int, title: String) {
    typealias Known = (id: Int, title: String, lead: String, imported: String?)
    func read(_ row: Row) -> Known {
      (id: row.int(0), title: row.text(1), lead: row.text(2), imported: row.optionalText(3))
    }
    // The second of these is for what an earlier version stored.
    let found =
      try connection.first(
        """
        SELECT id, title, lead, imported_lead FROM section
        WHERE guide_id = \(guide) AND position < 0
          AND (title = \(section.title) OR imported_title = \(section.title))
        ORDER BY title <> \(section.title), position DESC
        """, read)
      ?? connection.rows(
        """
        SELECT id, title, lead, imported_lead, imported_title FROM section
        WHERE guide_id = \(guide) AND position < 0 AND imported_title GLOB '*[`*_<&~[]*'
        ORDER BY position DESC
        """, { (read($0), $0.text(4)) }
      ).first { isTitle($0.1, of: section.title) }?.0
    guard var known = found else {
      let id = try insertSection(section, atPosition: position, ofGuide: guide)
      try connection.execute(
        """
        UPDATE section SET imported_title = \(section.title), imported_lead = \(section.lead)
        WHERE id = \(id)
        """)
      return (id, section.title)
    }
    var new = section
    if isTitle(known.title, of: section.title) { known.title = section.title }
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
}
