package import Guide
import SQLite

// Guides and sections made and changed here; issues put elsewhere.

/// Why a write of a guide or section is refused.
package enum GuideWriteError: Error, Sendable, Equatable {
  case notFound
  case sectionNotFound
  /// Another guide is called so, or was.
  case titleTaken(String)
  /// What stands below the title can't be taken.
  case malformed(GuideError)
  /// In one sentence, why this guide does not allow it.
  case notHere(String)
}

/// A guide's or section's title, and what stands below it.
package struct TitledText: Sendable, Equatable {
  package var title: String
  /// Markdown, `- **Owner**:` and `- **Escalate**:` among it.
  package var markdown: String

  package init(title: String, markdown: String) {
    self.title = title
    self.markdown = markdown
  }
}

extension Reading {
  /// What an editor edits of a guide: its head without the title.
  package func guideText(_ id: Int) throws -> TitledText? {
    try connection.first(
      "SELECT title, head FROM guide WHERE id = \(id) AND \(visible("guide.id"))"
    ) {
      TitledText(
        title: $0.text(0), markdown: IssueSpan(titled: $0.text(1), title: "").markdown)
    }
  }

  package func sectionText(_ id: Int, ofGuide guide: Int) throws -> TitledText? {
    try connection.first(
      """
      SELECT title, lead FROM section WHERE id = \(id) AND guide_id = \(guide) AND position >= 0
        AND \(visible("guide_id"))
      """
    ) {
      TitledText(
        title: $0.text(0), markdown: IssueSpan(titled: $0.text(1), title: "").markdown)
    }
  }

  /// The current slug of a guide that was called otherwise.
  package func movedGuide(_ slug: String) throws -> String? {
    try connection.first(
      """
      SELECT g.slug FROM guide_slug s JOIN guide g ON g.id = s.guide_id
      WHERE s.slug = \(slug) AND g.slug <> \(slug) AND \(visible("g.id"))
      """
    ) { $0.text(0) }
  }
}

extension Writing {
  private struct GuideRow {
    let id: Int
    let slug: String
    let title: String
    let head: String
    let shape: GuideShape
    let isArchived: Bool
  }

  private func guideRow(_ slug: String) throws -> GuideRow {
    guard
      let row = try connection.first(
        """
        SELECT id, slug, title, head, layout, archived_at IS NOT NULL FROM guide
        WHERE slug = \(slug) AND \(reading.visible("guide.id"))
        """,
        {
          GuideRow(
            id: $0.int(0), slug: $0.text(1), title: $0.text(2), head: $0.text(3),
            shape: GuideShape(rawValue: $0.text(4)) ?? .sections, isArchived: $0.bool(5))
        })
    else { throw GuideWriteError.notFound }
    return row
  }

  /// Makes an empty guide; gives its slug.
  package func createGuide(_ text: TitledText) throws -> String {
    let slug = try freeGuideSlug(text.title, ofGuide: nil)
    let file = GuideFile.new(title: text.title, introduction: text.markdown)
    let read: GuideFile
    do throws(GuideError) {
      read = try GuideFile.read(head: file.head, name: text.title)
    } catch {
      throw GuideWriteError.malformed(error)
    }
    try connection.execute(
      """
      INSERT INTO guide (slug, title, layout, head, introduction, owner, escalate, license,
        attribution, created_at, updated_at)
      VALUES (\(slug), \(file.title), \(GuideShape.sections.rawValue), \(file.head),
        \(read.introduction), \(read.owner), \(read.escalate), \(read.license),
        \(read.attribution), \(now.milliseconds), \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try connection.execute("INSERT INTO guide_slug (slug, guide_id) VALUES (\(slug), \(id))")
    try change("guide created", issueID: nil, guideID: id, revision: nil, summary: file.title)
    return slug
  }

  /// A slug that no other guide has or had: a guide's slug is its title's, so there is no second choice.
  private func freeGuideSlug(_ title: String, ofGuide id: Int?) throws -> String {
    let slug = Guide.slug(of: title)
    let owner = try connection.first(
      "SELECT guide_id FROM guide_slug WHERE slug = \(slug)", { $0.int(0) })
    guard owner == nil || owner == id else { throw GuideWriteError.titleTaken(slug) }
    return slug
  }

  /// Changes a guide's title and what stands below it; the former slug goes on leading here.
  package func updateGuide(_ slug: String, _ text: TitledText) throws -> String {
    let row = try guideRow(slug)
    let style = try style(ofGuide: row.id)
    var span = IssueSpan(titled: row.head, title: row.title)
    span.replaceTitledText(text.markdown, newline: style.newline)
    var newSlug = row.slug
    let title = Guide.oneLine(text.title)
    if title != row.title {
      newSlug = try freeGuideSlug(title, ofGuide: row.id)
      if style.isOneFile { span.rename(title) }
      try connection.execute(
        "INSERT INTO guide_slug (slug, guide_id) VALUES (\(newSlug), \(row.id)) ON CONFLICT DO NOTHING"
      )
    }
    try saveHead(span.text, title: title, slug: newSlug, ofGuide: row.id, style)
    try change(
      "guide edited", issueID: nil, guideID: row.id, revision: nil,
      summary: title == row.title ? title : "\(row.title) is called \(title) now")
    return newSlug
  }

  private func saveHead(
    _ head: String, title: String, slug: String, ofGuide id: Int, _ style: GuideStyle
  ) throws {
    guard style.isOneFile else {
      try connection.execute(
        """
        UPDATE guide SET title = \(title), slug = \(slug), head = \(head), introduction = \(head),
          updated_at = \(now.milliseconds) WHERE id = \(id)
        """)
      return
    }
    let file: GuideFile
    do throws(GuideError) {
      file = try GuideFile.read(head: head, name: title)
    } catch {
      throw GuideWriteError.malformed(error)
    }
    guard file.title == title else {
      throw GuideWriteError.notHere(
        "Its title is not a heading of one line; change it in the file and import that again.")
    }
    try connection.execute(
      """
      UPDATE guide SET title = \(title), slug = \(slug), head = \(head),
        introduction = \(file.introduction), owner = \(file.owner), escalate = \(file.escalate),
        license = \(file.license), attribution = \(file.attribution),
        updated_at = \(now.milliseconds) WHERE id = \(id)
      """)
  }

  // MARK: Archiving

  /// Takes a guide with its issues from lists and search; its pages stay.
  package func archiveGuide(_ slug: String) throws {
    let row = try guideRow(slug)
    guard !row.isArchived else { return }
    try connection.execute(
      "UPDATE guide SET archived_at = \(now.milliseconds) WHERE id = \(row.id)")
    for id in try issues(ofGuide: row.id, where: "confidence <> 'archived'") {
      // The white space of the file stays: the whole file goes, and comes back.
      try connection.execute(
        "UPDATE issue SET archived_from = confidence, confidence = 'archived' WHERE id = \(id)")
      try unindex(issueID: id)
      try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
    }
    try change("guide archived", issueID: nil, guideID: row.id, revision: nil, summary: row.title)
  }

  package func restoreGuide(_ slug: String) throws {
    let row = try guideRow(slug)
    guard row.isArchived else { return }
    try connection.execute("UPDATE guide SET archived_at = NULL WHERE id = \(row.id)")
    for id in try issues(ofGuide: row.id, where: "archived_from IS NOT NULL") {
      try connection.execute(
        "UPDATE issue SET confidence = archived_from, archived_from = NULL WHERE id = \(id)")
      try saveAgain(id)
    }
    try change("guide restored", issueID: nil, guideID: row.id, revision: nil, summary: row.title)
  }

  private func issues(ofGuide id: Int, where condition: SQL) throws -> [Int] {
    try connection.rows(
      "SELECT id FROM issue WHERE guide_id = \(id) AND deleted_at IS NULL AND \(condition)"
    ) { $0.int(0) }
  }

  /// Reads an issue's text again into its parts and the index.
  func saveAgain(_ id: Int) throws {
    let row = try connection.first(
      "SELECT title, markdown, given, guide_id, revision FROM issue WHERE id = \(id)",
      { ($0.text(0), $0.text(1), $0.optionalText(2), $0.int(3), $0.int(4)) })
    guard let (title, markdown, given, guide, revision) = row else { return }
    let content = try read(
      markdown, title: title, given: GivenContent(stored: given), isStrict: false)
    try save(content, issueID: id, guideID: guide, title: title, revision: revision)
  }

  // MARK: Sections

  private func sectionIDs(_ guide: Int) throws -> [(id: Int, title: String, lead: String)] {
    try connection.rows(
      """
      SELECT id, title, lead FROM section WHERE guide_id = \(guide) AND position >= 0
      ORDER BY position
      """
    ) { ($0.int(0), $0.text(1), $0.text(2)) }
  }

  /// Adds an empty section behind the last; gives its id.
  package func createSection(ofGuide slug: String, _ text: TitledText) throws -> Int {
    let row = try guideRow(slug)
    let style = try style(ofGuide: row.id)
    let title = Guide.oneLine(text.title)
    guard try !sectionIDs(row.id).contains(where: { $0.title == title }) else {
      throw GuideWriteError.notHere("There is a section of that title already.")
    }
    guard style.shape != .issues, style.shape != .single else {
      throw GuideWriteError.notHere("This guide has no sections.")
    }
    let id = try section(title, ofGuide: row.id, style)
    if !text.markdown.isEmpty { try saveSection(id, text, style) }
    try change("section created", issueID: nil, guideID: row.id, revision: nil, summary: title)
    return id
  }

  /// Changes a section's title and introduction. Its issues get no revision: their text is the same.
  package func updateSection(_ id: Int, ofGuide slug: String, _ text: TitledText) throws {
    let row = try guideRow(slug)
    let sections = try sectionIDs(row.id)
    guard let old = sections.first(where: { $0.id == id }) else {
      throw GuideWriteError.sectionNotFound
    }
    let title = Guide.oneLine(text.title)
    guard !sections.contains(where: { $0.id != id && $0.title == title }) else {
      throw GuideWriteError.notHere("There is a section of that title already.")
    }
    guard old.title.isEmpty == title.isEmpty else {
      throw GuideWriteError.notHere("Issues above the first section have no title of their own.")
    }
    try saveSection(id, TitledText(title: title, markdown: text.markdown), style(ofGuide: row.id))
    try change(
      "section edited", issueID: nil, guideID: row.id, revision: nil,
      summary: title == old.title ? title : "\(old.title) is called \(title) now")
  }

  private func saveSection(_ id: Int, _ text: TitledText, _ style: GuideStyle) throws {
    let (title, lead) = try connection.first(
      "SELECT title, lead FROM section WHERE id = \(id)", { ($0.text(0), $0.text(1)) })!
    guard style.isOneFile, !title.isEmpty else {
      // A folder's name; there is no place for a text.
      guard text.markdown.isEmpty else {
        throw GuideWriteError.notHere("A section of this guide can't have an introduction.")
      }
      try connection.execute("UPDATE section SET title = \(text.title) WHERE id = \(id)")
      return
    }
    var span = IssueSpan(titled: lead, title: title)
    span.replaceTitledText(text.markdown, newline: style.newline)
    if text.title != title { span.rename(text.title) }
    let read: GuideSection
    do throws(GuideError) {
      read = try GuideFile.read(sectionLead: span.text)
    } catch {
      throw GuideWriteError.malformed(error)
    }
    guard read.title == text.title else {
      throw GuideWriteError.notHere("Its title is not a heading of one line.")
    }
    try connection.execute(
      """
      UPDATE section SET title = \(text.title), lead = \(span.text), owner = \(read.owner),
        escalate = \(read.escalate) WHERE id = \(id)
      """)
  }

  /// Puts a section at a place, counted from 0 among those that have a title.
  package func moveSection(_ id: Int, ofGuide slug: String, to place: Int) throws {
    let row = try guideRow(slug)
    let style = try style(ofGuide: row.id)
    let before = try sectionIDs(row.id)
    guard let moved = before.first(where: { $0.id == id }) else {
      throw GuideWriteError.sectionNotFound
    }
    guard !moved.title.isEmpty else {
      throw GuideWriteError.notHere("Issues without a section stand above the first one.")
    }
    var after = before.filter { $0.id != id }
    let first = after.prefix { $0.title.isEmpty }.count
    after.insert(moved, at: min(after.count, first + max(0, place)))
    guard after.map(\.id) != before.map(\.id) else { return }
    // What ends the file ends it again, whichever section comes last.
    var end: String?
    if style.isOneFile {
      end = try exchangeSpace(
        inGuide: row.id, before: .end(ofSection: .max), for: style.newline + style.newline)
    }
    for (place, section) in after.enumerated() {
      try connection.execute("UPDATE section SET position = \(-2 - place) WHERE id = \(section.id)")
    }
    try connection.execute(
      """
      UPDATE section SET position = -2 - position WHERE guide_id = \(row.id) AND position < -1
        AND position > \(Writing.gonePosition)
      """)
    if let end {
      let space = try exchangeSpace(inGuide: row.id, before: .end(ofSection: .max), for: end)
      if let space, let place = after.firstIndex(where: { $0.id == before.last!.id }),
        place < after.count - 1
      {
        _ = try exchangeSpace(inGuide: row.id, before: .end(ofSection: place), for: space)
      }
    }
    try change("section moved", issueID: nil, guideID: row.id, revision: nil, summary: moved.title)
  }

  /// Takes away a section that has no issue.
  package func removeSection(_ id: Int, ofGuide slug: String) throws {
    let row = try guideRow(slug)
    let style = try style(ofGuide: row.id)
    guard let section = try sectionIDs(row.id).first(where: { $0.id == id }) else {
      throw GuideWriteError.sectionNotFound
    }
    guard try connection.first("SELECT 1 FROM issue WHERE section_id = \(id)", { _ in true }) == nil
    else {
      throw GuideWriteError.notHere(
        "It has issues, perhaps deleted or archived ones; move them to another section first.")
    }
    let position = try connection.integer("SELECT position FROM section WHERE id = \(id)")
    try connection.execute("DELETE FROM section WHERE id = \(id)")
    if style.isOneFile {
      let space = splitSpace(section.lead).space
      _ = try exchangeSpace(inGuide: row.id, before: .end(ofSection: position), for: space)
    }
    try change(
      "section removed", issueID: nil, guideID: row.id, revision: nil, summary: section.title)
  }

  // MARK: Moving issues

  /// Puts an issue into another guide or section, or at another place of its own.
  ///
  /// - Parameters:
  ///   - section: The section's title, made when the guide has none such.
  ///   - place: Counted from 0 among the section's issues; nil: behind the last.
  package func moveIssue(
    _ id: Int, toGuide slug: String, section title: String, place: Int?
  ) throws -> SavedIssue {
    guard
      let row = try connection.first(
        """
        SELECT i.guide_id, i.section_id, s.title, i.title, i.markdown, i.revision, i.slug,
          i.confidence = 'archived'
        FROM issue i JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id) AND i.deleted_at IS NULL AND \(reading.visible("i.guide_id"))
        """,
        {
          (
            guide: $0.int(0), section: $0.int(1), sectionTitle: $0.text(2), title: $0.text(3),
            markdown: $0.text(4), revision: $0.int(5), slug: $0.text(6), isArchived: $0.bool(7)
          )
        })
    else { throw IssueWriteError.notFound }
    let target = try guideRow(slug)
    guard !target.isArchived else { throw GuideWriteError.notHere("That guide is archived.") }
    let style = try style(ofGuide: target.id)
    guard style.shape != .single else {
      throw GuideWriteError.notHere("That guide is one issue.")
    }
    if !row.isArchived { try takeOut(id, ofGuide: row.guide) }
    let section = try self.section(title, ofGuide: target.id, style, without: [id])
    var revision = row.revision
    if target.id != row.guide {
      var span = IssueSpan.new(
        title: row.title, markdown: row.markdown.replacing("\r\n", with: "\n"),
        level: style.isOneFile ? style.issueLevel : 1, newline: style.newline)
      if !style.isOneFile, !span.markdown.isEmpty { span.lead += style.newline }
      try connection.execute(
        """
        UPDATE issue SET guide_id = \(target.id), lead = \(span.lead), markdown = \(span.markdown),
          trail = \(span.trail), path = NULL WHERE id = \(id)
        """)
      try connection.execute(
        "UPDATE suggestion SET guide_id = \(target.id) WHERE issue_id = \(id)")
    }
    try self.place(
      id, inSection: section, ofGuide: target.id, at: place, isArchived: row.isArchived)
    if section != row.section {
      revision += 1
      let comment = "moved to \(title.isEmpty ? target.title : title)"
      try connection.execute(
        """
        UPDATE issue SET revision = \(revision), updated_at = \(now.milliseconds) WHERE id = \(id)
        """)
      try saveAgain(id)
      if row.isArchived {
        try unindex(issueID: id)
        try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
      }
      try record(revision: revision, ofIssue: id, comment: comment)
    }
    try change(
      "issue moved", issueID: id, guideID: target.id, revision: revision,
      summary: "\(row.sectionTitle) › \(title)")
    return SavedIssue(id: id, slug: row.slug, revision: revision, merged: false)
  }

  /// Gives an issue that stands nowhere its place in a section.
  private func place(
    _ id: Int, inSection section: Int, ofGuide guide: Int, at place: Int?, isArchived: Bool
  ) throws {
    var order = try connection.rows(
      """
      SELECT id, deleted_at IS NULL AND (confidence <> 'archived' OR archived_from IS NOT NULL)
      FROM issue WHERE section_id = \(section) AND id <> \(id) ORDER BY position, id
      """
    ) { (id: $0.int(0), isShown: $0.bool(1)) }
    let shown = order.indices.filter { order[$0].isShown }
    let index = place.flatMap { shown.indices.contains($0) ? shown[$0] : nil } ?? order.count
    order.insert((id, true), at: index)
    try connection.execute("UPDATE issue SET section_id = \(section) WHERE id = \(id)")
    for (position, issue) in order.enumerated() {
      try connection.execute("UPDATE issue SET position = \(position) WHERE id = \(issue.id)")
    }
    if !isArchived { try putBack(id, ofGuide: guide) }
  }
}
