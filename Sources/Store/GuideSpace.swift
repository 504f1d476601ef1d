package import Guide
import SQLite

// A guide that is one file keeps the white space between its texts with the text before it. Where an
// issue comes or goes, that space is passed on, so that headings never run into a text.

/// Where an issue stands in its guide: texts before it are those of smaller places.
struct GuidePlace {
  /// The section's position.
  let section: Int
  let position: Int
  /// Issues of one position stand in the order of their ids.
  let issue: Int

  static func end(ofSection position: Int) -> GuidePlace {
    GuidePlace(section: position, position: .max, issue: .max)
  }
}

/// What new headings and lines of a guide look like.
struct GuideStyle {
  let shape: GuideShape
  let newline: String
  let sectionLevel: Int
  let issueLevel: Int

  /// Leaves as one file, its issues one below the other.
  var isOneFile: Bool { shape == .sections || shape == .issues || shape == .single }

  /// A heading ends an issue, since another one may follow it in the same file.
  var endsIssue: Bool { shape == .sections || shape == .issues }
}

extension Reading {
  /// What an issue's text must keep to; nil when there is no such issue for this viewer.
  package func place(ofIssue id: Int) throws -> IssuePlace? {
    guard
      let row = try connection.first(
        """
        SELECT guide_id, lead, markdown FROM issue
        WHERE id = \(id) AND \(visible("guide_id"))
        """, { (guide: $0.int(0), lead: $0.text(1), markdown: $0.text(2)) })
    else { return nil }
    let style = try style(ofGuide: row.guide)
    return IssuePlace(
      headingLevel: style.endsIssue ? headingLevel(ofLead: row.lead) ?? style.issueLevel : 0,
      before: row.markdown)
  }

  /// What a new issue's text must keep to; as in a book when there is no such guide.
  package func place(inGuide slug: String) throws -> IssuePlace {
    guard
      let guide = try connection.first(
        "SELECT id FROM guide WHERE slug = \(slug) AND \(visible("id"))", { $0.int(0) })
    else { return .book }
    let style = try style(ofGuide: guide)
    return IssuePlace(headingLevel: style.endsIssue ? style.issueLevel : 0)
  }

  func style(ofGuide guide: Int) throws -> GuideStyle {
    let (shape, head) =
      try connection.first(
        "SELECT layout, head FROM guide WHERE id = \(guide)",
        { (GuideShape(rawValue: $0.text(0)) ?? .sections, $0.text(1)) }) ?? (.sections, "")
    let section = try connection.first(
      """
      SELECT lead FROM section WHERE guide_id = \(guide) AND position >= 0 AND title <> ''
      ORDER BY position LIMIT 1
      """, { $0.text(0) })
    let issue = try connection.first(
      """
      SELECT lead, markdown, trail FROM issue
      WHERE guide_id = \(guide) AND deleted_at IS NULL AND confidence <> 'archived'
      ORDER BY section_id, position LIMIT 1
      """, { $0.text(0) + $0.text(1) + $0.text(2) })
    let texts = [issue, section, head].compactMap { $0 }
    let isDOS = texts.first { $0.utf8.contains(0x0a) }.map { $0.utf8.contains(0x0d) } ?? false
    let sectionLevel = section.flatMap(headingLevel(ofLead:)) ?? 2
    return GuideStyle(
      shape: shape, newline: isDOS ? "\r\n" : "\n", sectionLevel: sectionLevel,
      issueLevel: issue.flatMap(headingLevel(ofLead:)) ?? (shape == .issues ? 2 : sectionLevel + 1))
  }
}

extension Writing {
  func style(ofGuide guide: Int) throws -> GuideStyle { try reading.style(ofGuide: guide) }

  /// Exchanges the white space behind the last text before a place; nil when there is no text
  /// before it. The issues `without` count as not there.
  func exchangeSpace(
    inGuide guide: Int, before place: GuidePlace, for space: String, without: [Int] = []
  ) throws -> String? {
    let issue = try connection.first(
      """
      SELECT i.id, i.lead, i.markdown, i.trail, s.position FROM section s
      JOIN issue i ON i.section_id = s.id
      WHERE s.guide_id = \(guide) AND s.position BETWEEN 0 AND \(place.section)
        AND i.deleted_at IS NULL AND i.confidence <> 'archived'
        AND (s.position < \(place.section) OR i.position < \(place.position)
          OR (i.position = \(place.position) AND i.id < \(place.issue)))
        AND i.id NOT IN (SELECT value FROM json_each(\(idList(without))))
      ORDER BY s.position DESC, i.position DESC, i.id DESC LIMIT 1
      """,
      {
        (
          id: $0.int(0), lead: $0.text(1), markdown: $0.text(2), trail: $0.text(3),
          section: $0.int(4)
        )
      })
    let section = try connection.first(
      """
      SELECT id, lead, position FROM section
      WHERE guide_id = \(guide) AND position BETWEEN 0 AND \(place.section) AND lead <> ''
      ORDER BY position DESC LIMIT 1
      """, { (id: $0.int(0), lead: $0.text(1), position: $0.int(2)) })
    if let issue, issue.section >= section?.position ?? 0 {
      let (text, old) = splitSpace(issue.markdown.isEmpty ? issue.lead + issue.trail : issue.trail)
      if issue.markdown.isEmpty {
        try connection.execute(
          "UPDATE issue SET lead = \(text + space), trail = '' WHERE id = \(issue.id)")
      } else {
        try connection.execute("UPDATE issue SET trail = \(text + space) WHERE id = \(issue.id)")
      }
      return old
    }
    if let section {
      let (text, old) = splitSpace(section.lead)
      try connection.execute("UPDATE section SET lead = \(text + space) WHERE id = \(section.id)")
      return old
    }
    let head =
      try connection.first("SELECT head FROM guide WHERE id = \(guide)", { $0.text(0) }) ?? ""
    let (text, old) = splitSpace(head)
    if text.isEmpty { return nil }
    try connection.execute("UPDATE guide SET head = \(text + space) WHERE id = \(guide)")
    return old
  }

  /// Puts an issue at the end of a section, one blank line behind the text before it.
  func putIssue(
    _ id: Int, atEndOf section: Int, ofGuide guide: Int, _ style: GuideStyle, without: [Int] = []
  ) throws {
    let (place, last) = try connection.first(
      """
      SELECT s.position, coalesce((SELECT i.position FROM issue i
        WHERE i.section_id = s.id AND i.id <> \(id) ORDER BY i.position DESC LIMIT 1), -1)
      FROM section s WHERE s.id = \(section)
      """, { ($0.int(0), $0.int(1)) })!
    try connection.execute(
      "UPDATE issue SET section_id = \(section), position = \(last + 1) WHERE id = \(id)")
    guard style.isOneFile else { return }
    let space = try exchangeSpace(
      inGuide: guide, before: .end(ofSection: place), for: style.newline + style.newline,
      without: without + [id])
    try setSpace(space ?? style.newline, behindIssue: id)
  }

  /// Takes an issue out of its file: the space behind it goes to the text before it.
  func passSpaceOn(fromIssue id: Int, ofGuide guide: Int, without: [Int] = []) throws {
    let row = try connection.first(
      """
      SELECT s.position, i.position, i.lead, i.markdown, i.trail
      FROM issue i JOIN section s ON s.id = i.section_id WHERE i.id = \(id)
      """, { ($0.int(0), $0.int(1), $0.text(2), $0.text(3), $0.text(4)) })
    guard let (section, position, lead, markdown, trail) = row, section >= 0 else { return }
    let space = splitSpace(markdown.isEmpty ? lead + trail : trail).space
    _ = try exchangeSpace(
      inGuide: guide, before: GuidePlace(section: section, position: position, issue: id),
      for: space,
      without: without + [id])
  }

  /// Before an issue leaves its file: deleted, archived or merged into another.
  func takeOut(_ id: Int, ofGuide guide: Int) throws {
    if try style(ofGuide: guide).isOneFile { try passSpaceOn(fromIssue: id, ofGuide: guide) }
  }

  /// After an issue came back into its file, where it stood; at the end of its section when the
  /// file has another one of that name now.
  func putBack(_ id: Int, ofGuide guide: Int) throws {
    let style = try style(ofGuide: guide)
    guard
      let (place, title) = try connection.first(
        """
        SELECT s.position, i.position, s.title FROM issue i JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id)
        """,
        {
          (GuidePlace(section: $0.int(0), position: $0.int(1), issue: id), $0.text(2))
        })
    else { return }
    if place.section < 0 {
      let section = try section(title, ofGuide: guide, style, without: [id])
      return try putIssue(id, atEndOf: section, ofGuide: guide, style)
    }
    guard style.isOneFile,
      let space = try exchangeSpace(
        inGuide: guide, before: place, for: style.newline + style.newline, without: [id])
    else { return }
    try setSpace(space, behindIssue: id)
  }

  private func setSpace(_ space: String, behindIssue id: Int) throws {
    let (lead, markdown) = try connection.first(
      "SELECT lead, markdown FROM issue WHERE id = \(id)", { ($0.text(0), $0.text(1)) })!
    if markdown.isEmpty {
      let text = splitSpace(lead).text + space
      try connection.execute("UPDATE issue SET lead = \(text), trail = '' WHERE id = \(id)")
    } else {
      try connection.execute("UPDATE issue SET trail = \(space) WHERE id = \(id)")
    }
  }

  /// The section of that title, made when the guide has none.
  func section(
    _ title: String, ofGuide guide: Int, _ style: GuideStyle, without: [Int] = []
  ) throws -> Int {
    if let id = try connection.first(
      """
      SELECT id FROM section WHERE guide_id = \(guide) AND title = \(title) AND position >= 0
      ORDER BY position
      """, { $0.int(0) })
    {
      return id
    }
    guard style.shape != .issues && style.shape != .single else {
      throw IssueWriteError.sectionNotFound(title)
    }
    guard style.isOneFile else {
      return try insertSection(
        GuideSection(title: title), atPosition: try nextPosition(guide), ofGuide: guide)
    }
    if title.isEmpty {
      // Issues of no section stand above the first one. Twice, since positions are unique.
      try connection.execute(
        "UPDATE section SET position = -2 - position WHERE guide_id = \(guide) AND position >= 0")
      try connection.execute(
        """
        UPDATE section SET position = -1 - position WHERE guide_id = \(guide) AND position < -1
          AND position > \(Writing.gonePosition)
        """)
      return try insertSection(GuideSection(title: ""), atPosition: 0, ofGuide: guide)
    }
    let position = try nextPosition(guide)
    let space = try exchangeSpace(
      inGuide: guide, before: .end(ofSection: position - 1), for: style.newline + style.newline,
      without: without)
    let heading = IssueSpan.new(title: title, markdown: "", level: style.sectionLevel).lead
    let lead = splitSpace(heading).text + (space ?? style.newline)
    return try insertSection(
      GuideSection(title: title, lead: lead), atPosition: position, ofGuide: guide)
  }

  /// Sections that an imported file no longer has stand below this, for the archived issues in them.
  static let gonePosition = -1_000_000_000

  private func nextPosition(_ guide: Int) throws -> Int {
    try connection.integer(
      "SELECT coalesce(max(position), -1) + 1 FROM section WHERE guide_id = \(guide) AND position >= 0"
    )
  }

  func insertSection(
    _ section: GuideSection, atPosition position: Int, ofGuide guide: Int
  ) throws -> Int {
    try connection.execute(
      """
      INSERT INTO section (guide_id, position, title, lead, owner, escalate)
      VALUES (\(guide), \(position), \(section.title), \(section.lead), \(section.owner),
        \(section.escalate))
      """)
    return connection.lastInsertedID
  }
}

/// A text without the white space at its end, and that space.
func splitSpace(_ text: String) -> (text: String, space: String) {
  let bytes = Array(text.utf8)
  var end = bytes.count
  while end > 0, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[end - 1]) { end -= 1 }
  return (
    String(decoding: bytes[..<end], as: UTF8.self), String(decoding: bytes[end...], as: UTF8.self)
  )
}
