package import Diagnosis
import SQLite

/// What a search shows of an issue that it found.
package struct ShownIssue: Sendable {
  package let summary: IssueSummary
  /// Its Markdown.
  package let text: ExcerptText
}

extension StoredCorpus {
  /// Those of the issues that may be seen, by their ids.
  package func shown(_ ids: [Int]) throws -> [Int: ShownIssue] {
    func read(_ ids: [Int]) throws -> [KeptIndex.Shown] {
      try reading.connection.rows(
        """
        SELECT \(Reading.summaryColumns), i.markdown, i.guide_id FROM issue i
        JOIN guide g ON g.id = i.guide_id JOIN section s ON s.id = i.section_id
        WHERE i.id IN (SELECT value FROM json_each(\(idList(ids)))) AND i.deleted_at IS NULL
        """
      ) { row in
        KeptIndex.Shown(
          guideID: row.int(11),
          issue: ShownIssue(
            summary: Reading.summary(row), text: row.withText(10) { ExcerptText($0) }))
      }
    }
    let found = try keptWhole()?.shown(ids, read: read) ?? read(ids)
    var shown = [Int: ShownIssue](minimumCapacity: found.count)
    for one in found where try isSeen(one.guideID) { shown[one.issue.summary.id] = one.issue }
    return shown
  }
}
