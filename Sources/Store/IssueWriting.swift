package import Guide
import SQLite

/// Why a write of an issue is refused.
package enum IssueWriteError: Error, Sendable, Equatable {
  case notFound
  case guideNotFound(String)
  case sectionNotFound(String)
  /// The revision named is not the newest one.
  case stale(current: Int)
  case unknownRevision(Int)
  /// Both changed the same lines.
  case conflict(base: IssueText, current: IssueText, yours: IssueText)
  /// The text breaks the guide format.
  case malformed([GuideError])
  case checkNameTaken(String, by: String)
  case notVisible
}

/// What a person edits of an issue.
package struct IssueText: Sendable, Equatable {
  package var title: String
  package var section: String
  package var markdown: String
  package var revision: Int

  package init(title: String, section: String, markdown: String, revision: Int = 0) {
    self.title = title
    self.section = section
    self.markdown = markdown
    self.revision = revision
  }
}

/// What a write starts from.
package enum WriteBase: Sendable, Equatable {
  /// Only if that revision is the newest.
  case exactly(Int)
  /// Three-way merge with what was changed since.
  case merging(Int)
  /// Whatever is there.
  case any
}

package struct SavedIssue: Sendable, Equatable {
  package let id: Int
  package let slug: String
  package let revision: Int
  /// Someone else's change was merged in.
  package let merged: Bool
  /// For an import, which writes them at its end.
  var checks: [Check] = []
}

extension Writing {
  /// Adds an issue at the end of a section, which is made when the guide has none of that name.
  package func createIssue(
    guide guideSlug: String, _ text: IssueText, confidence: Confidence = .unverified,
    comment: String
  ) throws -> SavedIssue {
    guard
      let guide = try connection.first(
        "SELECT id FROM guide WHERE slug = \(guideSlug) AND \(reading.visible("guide.id"))",
        { $0.int(0) })
    else { throw IssueWriteError.guideNotFound(guideSlug) }
    let style = try style(ofGuide: guide)
    guard style.shape != .single else {
      throw IssueWriteError.malformed([
        GuideError(line: 1, reason: "This guide is one issue; a second one needs another guide.")
      ])
    }
    let section = try self.section(text.section, ofGuide: guide, style)
    var span = IssueSpan.new(
      title: text.title, markdown: text.markdown, level: style.isOneFile ? style.issueLevel : 1,
      newline: style.newline)
    if !style.isOneFile, !span.markdown.isEmpty { span.lead += style.newline }
    let saved = try insert(
      span, guideID: guide, sectionID: section, position: .max, externalID: nil, path: nil,
      given: nil, confidence: confidence, comment: comment)
    try putIssue(saved.id, atEndOf: section, ofGuide: guide, style)
    return saved
  }

  func insert(
    _ span: IssueSpan, guideID: Int, sectionID: Int, position: Int, externalID: String?,
    path: String?, given: GivenContent?, confidence: Confidence, comment: String,
    isStrict: Bool = true, savesChecks: Bool = true
  ) throws -> SavedIssue {
    let content = try read(span.markdown, title: span.title, given: given, isStrict: isStrict)
    let slug = try freeSlug(span.title)
    try connection.execute(
      """
      INSERT INTO issue (external_id, guide_id, section_id, position, slug, title, lead, markdown,
        trail, path, given, revision, confidence, created_at, updated_at)
      VALUES (\(externalID), \(guideID), \(sectionID), \(position), \(slug), \(span.title),
        \(span.lead), \(span.markdown), \(span.trail), \(path), \(given?.stored), 1,
        \(confidence.rawValue), \(now.milliseconds), \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try connection.execute("INSERT INTO slug (slug, issue_id) VALUES (\(slug), \(id))")
    try save(
      content, issueID: id, guideID: guideID, title: span.title, revision: 1,
      savesChecks: savesChecks)
    try record(revision: 1, ofIssue: id, comment: comment)
    try change("issue created", issueID: id, guideID: guideID, revision: 1, summary: comment)
    return SavedIssue(id: id, slug: slug, revision: 1, merged: false, checks: content.checks)
  }

  /// Changes an issue's text. A title changes the slug; the old one goes on leading here.
  package func updateIssue(
    _ id: Int, _ text: IssueText, base: WriteBase, comment: String
  ) throws -> SavedIssue {
    guard
      let row = try connection.first(
        """
        SELECT i.title, s.title, i.markdown, i.revision, i.guide_id, i.slug, i.lead, i.trail,
          i.given, i.confidence = 'archived'
        FROM issue i
        JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id) AND i.deleted_at IS NULL AND \(reading.visible("i.guide_id"))
        """,
        { row in
          (
            text: IssueText(
              title: row.text(0), section: row.text(1), markdown: row.text(2),
              revision: row.int(3)),
            guide: row.int(4), slug: row.text(5), lead: row.text(6), trail: row.text(7),
            given: GivenContent(stored: row.optionalText(8)), isArchived: row.bool(9)
          )
        })
    else { throw IssueWriteError.notFound }
    let (resolved, merged) = try resolve(text, against: row.text, issueID: id, base: base)
    if resolved.title == row.text.title, resolved.section == row.text.section,
      resolved.markdown == row.text.markdown
    {
      return SavedIssue(id: id, slug: row.slug, revision: row.text.revision, merged: merged)
    }
    let before = IssueContent.reading(row.text.markdown, title: row.text.title)
    // An imported text keeps what could not be read; only what a new one brings in is refused.
    let read = try read(
      resolved.markdown, title: resolved.title, given: nil, isStrict: before.problems.isEmpty)
    var given = row.given
    given?.edit(from: before.content, to: read)
    var content = read
    given?.apply(to: &content)
    let style = try style(ofGuide: row.guide)
    let revision = row.text.revision + 1
    var slug = row.slug
    // The span keeps the file's line endings and the rest of the heading's line.
    var span = IssueSpan(
      title: row.text.title, lead: row.lead, markdown: row.text.markdown, trail: row.trail, line: 1)
    span.replaceMarkdown(resolved.markdown, newline: style.newline)
    if resolved.title != row.text.title {
      slug = try takeSlug(for: resolved.title, issue: id)
      span.rename(resolved.title)
      if style.shape == .single { try renameGuide(row.guide, to: span.title) }
    }
    try connection.execute(
      """
      UPDATE issue SET title = \(resolved.title), slug = \(slug), lead = \(span.lead),
        markdown = \(span.markdown), trail = \(span.trail), given = \(given?.stored),
        revision = \(revision), updated_at = \(now.milliseconds) WHERE id = \(id)
      """)
    if resolved.section != row.text.section {
      if style.isOneFile, !row.isArchived { try passSpaceOn(fromIssue: id, ofGuide: row.guide) }
      let section = try self.section(resolved.section, ofGuide: row.guide, style, without: [id])
      try putIssue(id, atEndOf: section, ofGuide: row.guide, style)
    }
    try save(content, issueID: id, guideID: row.guide, title: resolved.title, revision: revision)
    try record(revision: revision, ofIssue: id, comment: comment)
    try change(
      "issue edited", issueID: id, guideID: row.guide, revision: revision, summary: comment)
    return SavedIssue(id: id, slug: slug, revision: revision, merged: merged)
  }

  private func resolve(
    _ yours: IssueText, against current: IssueText, issueID: Int, base: WriteBase
  ) throws -> (IssueText, merged: Bool) {
    switch base {
    case .any: return (yours, false)
    case .exactly(let revision):
      guard revision == current.revision else {
        throw IssueWriteError.stale(current: current.revision)
      }
      return (yours, false)
    case .merging(let revision):
      if revision == current.revision { return (yours, false) }
      guard let base = try reading.revision(revision, ofIssue: issueID) else {
        throw IssueWriteError.unknownRevision(revision)
      }
      let start = IssueText(
        title: base.title, section: base.section, markdown: base.markdown, revision: revision)
      return (try merge(base: start, current: current, yours: yours), true)
    }
  }

  /// Text merges by lines; title and section merge as fields.
  func merge(base: IssueText, current: IssueText, yours: IssueText) throws -> IssueText {
    func field(_ path: KeyPath<IssueText, String>) -> String? {
      let (base, current, yours) = (
        base[keyPath: path], current[keyPath: path], yours[keyPath: path]
      )
      if current == yours || yours == base { return current }
      return current == base ? yours : nil
    }
    guard let title = field(\.title), let section = field(\.section),
      case .merged(let markdown) = Merge.lines(
        base: base.markdown, ours: current.markdown, theirs: yours.markdown)
    else { throw IssueWriteError.conflict(base: base, current: current, yours: yours) }
    return IssueText(title: title, section: section, markdown: markdown)
  }
}
