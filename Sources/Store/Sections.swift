import Guide
import SQLite

// Sections made, changed, reordered and removed.

extension Reading {
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
}

extension Writing {
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
}
