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

extension Reading {
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

  /// An issue's text alone, for excerpts.
  package func issueMarkdown(_ id: Int) throws -> String {
    try connection.first("SELECT markdown FROM issue WHERE id = \(id) AND \(visible("guide_id"))") {
      $0.text(0)
    } ?? ""
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
