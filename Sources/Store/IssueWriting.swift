import Diagnosis
package import Guide
import JSON
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

  /// Reads an issue's text; arrays given beside it win.
  func read(
    _ markdown: String, title: String, given: GivenContent?, isStrict: Bool = true
  ) throws -> IssueContent {
    let reading = IssueContent.reading(markdown, title: title)
    if isStrict, let problem = reading.problems.first {
      throw IssueWriteError.malformed([problem])
    }
    var content = reading.content
    given?.apply(to: &content)
    return content
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

  /// Takes an issue from lists and search; its history stays, and it can be restored.
  package func deleteIssue(_ id: Int, base: WriteBase, comment: String) throws {
    guard
      let row = try connection.first(
        """
        SELECT revision, guide_id, confidence = 'archived', title FROM issue
        WHERE id = \(id) AND deleted_at IS NULL AND \(reading.visible("guide_id"))
        """, { ($0.int(0), $0.int(1), isArchived: $0.bool(2), title: $0.text(3)) })
    else { throw IssueWriteError.notFound }
    switch base {
    case .any: break
    case .exactly(let revision), .merging(let revision):
      guard revision == row.0 else { throw IssueWriteError.stale(current: row.0) }
    }
    if !row.isArchived { try takeOut(id, ofGuide: row.1) }
    try connection.execute(
      "UPDATE issue SET deleted_at = \(now.milliseconds) WHERE id = \(id)")
    try unindex(issueID: id)
    // Its check names become free for others.
    try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(id)")
    try connection.execute(
      """
      DELETE FROM sample_shingle WHERE sample_id IN (SELECT id FROM sample WHERE issue_id = \(id))
      """)
    // The stream shows no issue for it any more, so it says which one that was.
    try change(
      "issue deleted", issueID: id, guideID: row.1, revision: row.0,
      summary: comment.isEmpty ? row.title : "\(row.title): \(comment)")
  }

  /// Writes the rows that are read out of the text, and the index.
  func save(
    _ content: IssueContent, issueID: Int, guideID: Int, title: String, revision: Int,
    savesChecks: Bool = true, savesFixes: Bool = true
  ) throws {
    try connection.execute(
      """
      UPDATE issue SET owner = \(content.owner), escalate = \(content.escalate),
        license = \(content.license), attribution = \(content.attribution) WHERE id = \(issueID)
      """)
    try connection.execute("DELETE FROM passage WHERE issue_id = \(issueID)")
    try passages("symptom", content.symptoms.map(\.text), issueID)
    try passages("cause", content.causes.map(\.text), issueID)
    try passages("alias", content.aliases, issueID)
    try passages("source", content.sources, issueID)
    try passages("tag", content.tags, issueID)
    try saveLinks(content.links, issueID: issueID)
    try connection.execute("DELETE FROM environment WHERE issue_id = \(issueID)")
    for (position, property) in content.environment.enumerated() {
      try connection.execute(
        """
        INSERT INTO environment (issue_id, position, key, value)
        VALUES (\(issueID), \(position), \(property.key), \(property.value))
        """)
    }
    if savesChecks { try saveChecks(content.checks, issueID: issueID) }
    try saveSamples(content.samples, issueID: issueID)
    if savesFixes { try saveFixes(content.fixes, ofIssue: issueID, revision: revision) }
    try index(issueID: issueID, guideID: guideID, title: title, content: content)
  }

  private func passages(_ kind: String, _ texts: [String], _ issueID: Int) throws {
    for (position, text) in texts.enumerated() {
      try connection.execute(
        """
        INSERT INTO passage (issue_id, kind, position, text)
        VALUES (\(issueID), \(kind), \(position), \(text))
        """)
    }
  }

  func saveChecks(_ checks: [Check], issueID: Int) throws {
    try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(issueID)")
    for (position, check) in checks.enumerated() {
      if let owner = try connection.first(
        """
        SELECT CASE WHEN \(reading.visible("i.guide_id")) THEN i.slug ELSE 'of a guide you can''t see' END
        FROM "check" c JOIN issue i ON i.id = c.issue_id WHERE c.name = \(check.name)
        """, { $0.text(0) })
      {
        throw IssueWriteError.checkNameTaken(check.name, by: owner)
      }
      try connection.execute(
        """
        INSERT INTO "check" (name, issue_id, position, rule)
        VALUES (\(check.name), \(issueID), \(position), \(check.rule))
        """)
    }
  }

  private func saveSamples(_ samples: [Sample], issueID: Int) throws {
    try connection.execute("DELETE FROM sample WHERE issue_id = \(issueID)")
    var position = 0
    for sample in samples {
      // Each line of a block stands for itself.
      for (offset, line) in sample.text.split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated() where line.contains(where: { $0.isLetter || $0.isNumber })
      {
        try connection.execute(
          """
          INSERT INTO sample (issue_id, position, line, text, negative)
          VALUES (\(issueID), \(position), \(sample.line + offset), \(String(line)),
            \(sample.negative))
          """)
        position += 1
        try saveShingles(ofSample: connection.lastInsertedID, String(line))
      }
    }
  }

  func record(revision: Int, ofIssue id: Int, comment: String) throws {
    try connection.execute(
      """
      INSERT INTO revision (issue_id, number, title, section, markdown, author, comment, created_at)
      SELECT i.id, \(revision), i.title, s.title, i.markdown, \(author.name), \(comment),
        \(now.milliseconds)
      FROM issue i JOIN section s ON s.id = i.section_id WHERE i.id = \(id)
      """)
  }

  /// Records a text that is not the issue's current one.
  func record(_ text: IssueText, revision: Int, ofIssue id: Int, comment: String) throws {
    try connection.execute(
      """
      INSERT INTO revision (issue_id, number, title, section, markdown, author, comment, created_at)
      VALUES (\(id), \(revision), \(text.title), \(text.section), \(text.markdown), \(author.name),
        \(comment), \(now.milliseconds))
      """)
  }

  /// A slug for the issue's new title; the former one goes on leading to it.
  func takeSlug(for title: String, issue id: Int) throws -> String {
    let slug = try freeSlug(title, ofIssue: id)
    try connection.execute(
      "INSERT INTO slug (slug, issue_id) VALUES (\(slug), \(id)) ON CONFLICT DO NOTHING")
    return slug
  }

  /// A slug for the title that no other issue has or had.
  func freeSlug(_ title: String, ofIssue id: Int? = nil) throws -> String {
    let wanted = slug(of: title)
    for number in 1...10_000 {
      let candidate = number == 1 ? wanted : "\(wanted)-\(number)"
      let owner = try connection.first(
        "SELECT issue_id FROM slug WHERE slug = \(candidate)", { $0.int(0) })
      if owner == nil || owner == id { return candidate }
    }
    return "\(wanted)-\(Secrets.identifier(length: 8))"
  }

  /// Adds a line to the change stream.
  func change(
    _ kind: String, issueID: Int?, guideID: Int?, revision: Int?, summary: String
  ) throws {
    try connection.execute(
      """
      INSERT INTO change (kind, issue_id, guide_id, revision, author, summary, created_at)
      VALUES (\(kind), \(issueID), \(guideID), \(revision), \(author.name), \(summary),
        \(now.milliseconds))
      """)
    try notify(
      change: kind, issueID: issueID, guideID: guideID, revision: revision, summary: summary)
  }
}
