package import Guide
import SQLite

// Guides made, changed and archived here.

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
  struct GuideRow {
    let id: Int
    let slug: String
    let title: String
    let head: String
    let shape: GuideShape
    let isArchived: Bool
  }

  func guideRow(_ slug: String) throws -> GuideRow {
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
  func freeGuideSlug(_ title: String, ofGuide id: Int?) throws -> String {
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
    if style.shape == .single { return try updateOneIssueGuide(row, text) }
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

  /// Brings an archived guide back, with the issues that went with it.
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
}
