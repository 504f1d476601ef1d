package import Guide
import SQLite

/// An issue as lists and answers name it.
package struct IssueSummary: Sendable, Equatable {
  package let id: Int
  package let externalID: String?
  package let slug: String
  package let title: String
  /// The guide's slug.
  package let guide: String
  package let guideTitle: String
  /// The section's title; empty when the guide has none there.
  package let section: String
  package let revision: Int
  package let confidence: Confidence
  package let updatedAt: Time
}

/// KCS's article states.
package enum Confidence: String, Sendable, CaseIterable {
  case draft, unverified, verified, archived
}

/// A fix as stored.
package struct Fix: Sendable, Equatable {
  package let id: Int
  package let issueID: Int
  /// Place in the author's order, from 0; nil when removed from the text.
  package let position: Int?
  package let kind: FixText.Kind
  /// Markdown.
  package let text: String
  package let verify: String?
  package let risk: FixText.Risk?
  package let textRevision: Int
  /// Set when it used to work and stopped.
  package var regression: Regression?
  package var evidence = FixEvidence.none
}

/// Everything a page or the API shows of an issue.
package struct Issue: Sendable, Equatable {
  package var summary: IssueSummary
  package var guideTitle: String
  package var markdown: String
  package var symptoms: [String]
  package var causes: [String]
  /// In the order of their evidence.
  package var fixes: [Fix]
  package var samples: [StoredSample]
  package var aliases: [String]
  package var checks: [StoredCheck]
  package var environment: [Property]
  /// The issue's own, else its section's, else its guide's.
  package var owner: String?
  package var escalate: String?
  package var sources: [String]
  package var license: String?
  package var attribution: String?
  package var tags: [String]
  package var links: [StoredLink] = []
  /// What links here.
  package var linkedFrom: [StoredLink] = []
  package var verified: Verification?
  package var createdAt: Time
  package var mergedInto: Int?
  package var isDeleted: Bool
}

package struct StoredSample: Sendable, Equatable {
  package let text: String
  package let negative: Bool
}

package struct StoredCheck: Sendable, Equatable {
  package let name: String
  package let rule: String
  /// The issue it belongs to.
  package let issue: String
}

/// What a slug leads to.
package enum SlugTarget: Sendable, Equatable {
  case issue(Int)
  /// A former name; the current one is given.
  case moved(Int, to: String)
}

extension Reading {
  /// Looks an issue up by slug, former slug or id. Like the slugs of a merged issue its id leads to
  /// the other one.
  package func issueID(named name: String) throws -> SlugTarget? {
    if let id = Reading.issueID(name) {
      return try connection.first(
        """
        WITH RECURSIVE merged (id, target) AS (
          SELECT id, merged_into FROM issue WHERE id = \(id)
          UNION
          SELECT n.id, n.merged_into FROM merged m JOIN issue n ON n.id = m.target)
        SELECT i.id, i.slug FROM merged m JOIN issue i ON i.id = m.id
        WHERE m.target IS NULL AND i.deleted_at IS NULL AND \(visible("i.guide_id"))
        """
      ) { SlugTarget.moved($0.int(0), to: $0.text(1)) }
    }
    return try connection.first(
      """
      SELECT i.id, i.slug FROM slug s JOIN issue i ON i.id = s.issue_id
      WHERE s.slug = \(name) AND i.deleted_at IS NULL AND \(visible("i.guide_id"))
      """
    ) { row -> SlugTarget in
      row.text(1) == name ? .issue(row.int(0)) : .moved(row.int(0), to: row.text(1))
    }
  }

  static let summaryColumns: SQL = """
    i.id, i.external_id, i.slug, i.title, g.slug, s.title, i.revision, i.confidence, i.updated_at,
    g.title
    """

  static func summary(_ row: Row) -> IssueSummary {
    IssueSummary(
      id: row.int(0), externalID: row.optionalText(1), slug: row.text(2), title: row.text(3),
      guide: row.text(4), guideTitle: row.text(9), section: row.text(5), revision: row.int(6),
      confidence: Confidence(rawValue: row.text(7)) ?? .unverified,
      updatedAt: Time(milliseconds: row.int(8)))
  }

  /// Summaries of those issues that may be seen, in the order of `ids`.
  package func summaries(_ ids: [Int]) throws -> [IssueSummary] {
    let found = try connection.rows(
      """
      SELECT \(Reading.summaryColumns) FROM issue i
      JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id
      WHERE i.id IN (SELECT value FROM json_each(\(idList(ids)))) AND i.deleted_at IS NULL
        AND \(visible("i.guide_id"))
      """, Reading.summary)
    let byID = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
    return ids.compactMap { byID[$0] }
  }

  /// An issue with all its parts, its fixes in the order of their evidence.
  package func issue(_ id: Int, environment: [Property] = []) throws -> Issue? {
    guard var issue = try keptIssue(id, environment) else { return nil }
    // Which other issues may be seen hangs on who asks: not to be kept.
    issue.links = try links(ofIssue: id)
    issue.linkedFrom = try linksTo(issue: id)
    return issue
  }

  /// An issue without its links.
  private func keptIssue(_ id: Int, _ environment: [Property]) throws -> Issue? {
    // Who may see it is asked each time: that hangs on more than the content.
    guard let kept, environment.isEmpty, let state = try contentState(if: mayBeSeen(issue: id))
    else {
      return try readIssue(id, environment)
    }
    let key = IssueMemo.Key(id: id, state: state)
    if let issue = kept.issue(for: key) { return issue }
    let issue = try readIssue(id, [])
    if let issue { kept.keep(issue, for: key) }
    return issue
  }

  private func readIssue(_ id: Int, _ environment: [Property]) throws -> Issue? {
    guard
      var issue = try connection.first(
        """
        SELECT \(Reading.summaryColumns), i.markdown,
          coalesce(i.owner, s.owner, g.owner), coalesce(i.escalate, s.escalate, g.escalate),
          coalesce(i.license, g.license), coalesce(i.attribution, g.attribution),
          i.created_at, i.merged_into, i.deleted_at IS NOT NULL
        FROM issue i JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id) AND \(visible("i.guide_id"))
        """,
        { row in
          Issue(
            summary: Reading.summary(row), guideTitle: row.text(9), markdown: row.text(10),
            symptoms: [], causes: [], fixes: [], samples: [], aliases: [], checks: [],
            environment: [], owner: row.optionalText(11), escalate: row.optionalText(12),
            sources: [], license: row.optionalText(13), attribution: row.optionalText(14),
            tags: [], createdAt: Time(milliseconds: row.int(15)),
            mergedInto: row.optionalInt(16), isDeleted: row.bool(17))
        })
    else { return nil }
    try addPassages(to: &issue)
    issue.samples = try connection.rows(
      "SELECT text, negative FROM sample WHERE issue_id = \(id) ORDER BY position"
    ) { StoredSample(text: $0.text(0), negative: $0.bool(1)) }
    issue.checks = try connection.rows(
      "SELECT name, rule FROM \"check\" WHERE issue_id = \(id) ORDER BY position"
    ) { StoredCheck(name: $0.text(0), rule: $0.text(1), issue: issue.summary.slug) }
    issue.environment = try connection.rows(
      "SELECT key, value FROM environment WHERE issue_id = \(id) ORDER BY position"
    ) { Property($0.text(0), $0.text(1)) }
    issue.fixes = try rankedFixes(ofIssue: id, environment: environment)
    issue.verified = try verification(ofIssue: id)
    return issue
  }

  private func addPassages(to issue: inout Issue) throws {
    try connection.each(
      "SELECT kind, text FROM passage WHERE issue_id = \(issue.summary.id) ORDER BY kind, position"
    ) { row in
      let text = row.text(1)
      switch row.text(0) {
      case "symptom": issue.symptoms.append(text)
      case "cause": issue.causes.append(text)
      case "alias": issue.aliases.append(text)
      case "source": issue.sources.append(text)
      default: issue.tags.append(text)
      }
      return true
    }
  }

  /// Which issues a list shows.
  package struct IssueFilter: Sendable, Equatable {
    package enum Sort: String, Sendable, CaseIterable { case guide, title, updated }

    package var guide: String?
    package var section: String?
    package var tag: String?
    package var confidence: Confidence?
    package var sort = Sort.guide

    package init() {}
  }

  /// Issues in the order of `filter.sort`, from the first or behind the one with the id `last`, so that
  /// a page far down a list costs what the first one does.
  package func issues(
    _ filter: IssueFilter, after last: Int? = nil, limit: Int
  ) throws -> [IssueSummary] {
    var conditions: SQL = "i.deleted_at IS NULL AND \(visible("i.guide_id"))"
    if let last { conditions = conditions + " AND " + behind(last, filter.sort) }
    if let guide = filter.guide {
      conditions = conditions + " AND s.guide_id = (SELECT id FROM guide WHERE slug = \(guide))"
    }
    if let section = filter.section { conditions = conditions + " AND s.title = \(section)" }
    if let tag = filter.tag {
      conditions =
        conditions
          + """
           AND i.id IN (SELECT issue_id FROM passage
            WHERE kind = 'tag' AND kind IN ('tag', 'alias')
              AND text = \(tag) COLLATE NOCASE)
          """
    }
    if let confidence = filter.confidence {
      conditions = conditions + " AND i.confidence = \(confidence.rawValue)"
    } else {
      conditions = conditions + " AND i.confidence <> 'archived'"
    }
    let order: SQL =
      switch filter.sort {
      case .guide: "s.guide_id, s.position, i.position, i.id"
      case .title: "i.title COLLATE NOCASE, i.id"
      case .updated: "i.updated_at DESC, i.id DESC"
      }
    return try connection.rows(
      """
      SELECT \(Reading.summaryColumns) FROM \(tables(filter))
      WHERE \(conditions) ORDER BY \(order) LIMIT \(limit)
      """, Reading.summary)
  }

  /// What comes behind an issue in a list, by where it stands now.
  func behind(_ last: Int, _ sort: IssueFilter.Sort) -> SQL {
    let issue: SQL = "FROM issue l WHERE l.id = \(last)"
    let section: SQL = """
      SELECT p.guide_id, p.position FROM issue l JOIN section p ON p.id = l.section_id
      WHERE l.id = \(last)
      """
    return switch sort {
    case .guide:
      """
      (s.guide_id, s.position) >= (\(section)) AND ((s.guide_id, s.position) > (\(section))
        OR (i.position, i.id) > (SELECT l.position, l.id \(issue)))
      """
    case .title:
      """
      i.title COLLATE NOCASE >= (SELECT l.title \(issue))
        AND (i.title COLLATE NOCASE > (SELECT l.title \(issue)) OR i.id > \(last))
      """
    case .updated: "(i.updated_at, i.id) < (SELECT l.updated_at, l.id \(issue))"
    }
  }

  /// So joined that a list of the whole base is read in its order, and no further than its limit.
  private func tables(_ filter: IssueFilter) -> SQL {
    let isNarrow = filter.tag != nil || (filter.guide != nil && filter.sort != .guide)
    if isNarrow {
      return "issue i JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id"
    }
    // CROSS JOIN keeps SQLite from turning the order around (https://www.sqlite.org/optoverview.html).
    switch filter.sort {
    case .guide:
      return
        "section s CROSS JOIN issue i ON i.section_id = s.id CROSS JOIN guide g ON g.id = s.guide_id"
    case .title:
      return """
        issue i INDEXED BY issue_title CROSS JOIN guide g ON g.id = i.guide_id
        CROSS JOIN section s ON s.id = i.section_id
        """
    case .updated:
      return """
        issue i INDEXED BY issue_updated CROSS JOIN guide g ON g.id = i.guide_id
        CROSS JOIN section s ON s.id = i.section_id
        """
    }
  }

  /// One text an issue had.
  package struct Revision: Sendable, Equatable {
    package let number: Int
    package let title: String
    package let section: String
    package let markdown: String
    package let author: String
    package let comment: String
    package let createdAt: Time
  }

  private static func revision(_ row: Row) -> Revision {
    Revision(
      number: row.int(0), title: row.text(1), section: row.text(2), markdown: row.text(3),
      author: row.text(4), comment: row.text(5), createdAt: Time(milliseconds: row.int(6)))
  }

  /// The revisions of an issue, newest first.
  package func revisions(ofIssue id: Int, before: Int = .max, limit: Int) throws -> [Revision] {
    try connection.rows(
      """
      SELECT number, title, section, markdown, author, comment, created_at FROM revision
      WHERE issue_id = \(id) AND number < \(before) AND \(mayBeSeen(issue: id))
      ORDER BY number DESC LIMIT \(limit)
      """, Reading.revision)
  }

  package func revision(_ number: Int, ofIssue id: Int) throws -> Revision? {
    try connection.first(
      """
      SELECT number, title, section, markdown, author, comment, created_at FROM revision
      WHERE issue_id = \(id) AND number = \(number) AND \(mayBeSeen(issue: id))
      """, Reading.revision)
  }

  /// The issue of that slug, title or alias, without regard to case; its slug. An alert's name
  /// ("KubePodCrashLooping") finds the title that says the same in words, too.
  package func issue(called name: String) throws -> String? {
    for title in [name, wordsOfName(name)] {
      switch try issueID(named: slug(of: title)) {
      case .issue(let id), .moved(let id, _): return try summaries([id]).first?.slug
      case nil: break
      }
    }
    // The second condition names the partial index, word for word.
    return try connection.first(
      """
      SELECT i.slug FROM passage p JOIN issue i ON i.id = p.issue_id
      WHERE p.kind = 'alias' AND p.kind IN ('tag', 'alias') AND p.text = \(name) COLLATE NOCASE AND i.deleted_at IS NULL
        AND \(visible("i.guide_id")) LIMIT 1
      """
    ) { $0.text(0) }
  }

  /// An issue's text alone, for excerpts.
  package func issueMarkdown(_ id: Int) throws -> String {
    try connection.first("SELECT markdown FROM issue WHERE id = \(id) AND \(visible("guide_id"))") {
      $0.text(0)
    } ?? ""
  }

  // The second condition on the kind names the partial index, word for word.
  package func issues(withTag tag: String) throws -> [Int] {
    try connection.rows(
      """
      SELECT p.issue_id FROM passage p JOIN issue i ON i.id = p.issue_id
      WHERE p.kind = 'tag' AND p.kind IN ('tag', 'alias') AND p.text = \(tag) AND \(visible("i.guide_id"))
      """
    ) { $0.int(0) }
  }

  package func check(named name: String) throws -> StoredCheck? {
    try connection.first(
      """
      SELECT c.name, c.rule, i.slug FROM "check" c JOIN issue i ON i.id = c.issue_id
      WHERE c.name = \(name) AND i.deleted_at IS NULL AND \(visible("i.guide_id"))
      """
    ) { StoredCheck(name: $0.text(0), rule: $0.text(1), issue: $0.text(2)) }
  }

  package func checks(from start: Int = 0, limit: Int = .max) throws -> [StoredCheck] {
    try connection.rows(
      """
      SELECT c.name, c.rule, i.slug FROM "check" c JOIN issue i ON i.id = c.issue_id
      WHERE i.deleted_at IS NULL AND \(visible("i.guide_id")) ORDER BY c.name
      LIMIT \(limit) OFFSET \(start)
      """
    ) { StoredCheck(name: $0.text(0), rule: $0.text(1), issue: $0.text(2)) }
  }
}

/// Ids as a JSON array, so that a list of any length is one parameter of one statement.
func idList(_ ids: [Int]) -> String {
  var list = "["
  for id in ids {
    if list.utf8.count > 1 { list += "," }
    list += String(id)
  }
  return list + "]"
}

/// "KubePodOOMKilled" → "Kube Pod OOM Killed".
func wordsOfName(_ name: String) -> String {
  let letters = Array(name)
  var words = ""
  for (place, letter) in letters.enumerated() {
    let before = place > 0 ? letters[place - 1] : " "
    let next = place + 1 < letters.count ? letters[place + 1] : " "
    if letter.isUppercase,
      before.isLowercase || before.isNumber || before.isUppercase && next.isLowercase
    {
      words.append(" ")
    }
    words.append(letter)
  }
  return words
}
