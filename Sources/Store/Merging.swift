import Guide
import JSON
import SQLite

/// Two issues that turned out to be one.
package struct MergeResult: Sendable, Equatable {
  package let id: Int
  package let target: SavedIssue
  package let reports: Int
  package let outcomes: Int
}

extension Writing {
  /// Moves everything of `source` to `target`: reports, outcomes, fixes, aliases (its title among
  /// them), samples and addresses. Can be undone.
  package func mergeIssue(_ source: Int, into target: Int) throws -> MergeResult {
    guard source != target, let from = try live(source), let to = try live(target) else {
      throw IssueWriteError.notFound
    }
    let reports = try ids("SELECT id FROM report WHERE issue_id = \(source)")
    let slugs = try ids("SELECT slug FROM slug WHERE issue_id = \(source)")
    if try reading.issue(source)?.summary.confidence != .archived {
      try takeOut(source, ofGuide: from.guide)
    }
    // What leaves the source must be free before the target takes it.
    try connection.execute(
      "UPDATE issue SET deleted_at = \(now.milliseconds), merged_into = \(target) WHERE id = \(source)"
    )
    try unindex(issueID: source)
    try connection.execute("DELETE FROM \"check\" WHERE issue_id = \(source)")
    let (movedFixes, movedOutcomes) = try moveFixes(from: from, to: to)
    try connection.execute("UPDATE report SET issue_id = \(target) WHERE issue_id = \(source)")
    try connection.execute("UPDATE wording SET issue_id = \(target) WHERE issue_id = \(source)")
    try connection.execute("UPDATE slug SET issue_id = \(target) WHERE issue_id = \(source)")
    let saved = try updateIssue(
      target,
      IssueText(title: to.title, section: to.section, markdown: merged(from, to, movedFixes)),
      base: .any, comment: "merged with \(from.title)")
    try connection.execute(
      """
      INSERT INTO merge (source_id, target_id, before_revision, after_revision, slugs, reports, fixes,
        outcomes, created_at)
      VALUES (\(source), \(target), \(to.revision), \(saved.revision), \(list(slugs)),
        \(list(reports)), \(idList(movedFixes.map(\.id))), \(pairs(movedOutcomes)),
        \(now.milliseconds))
      """)
    let id = connection.lastInsertedID
    try change(
      "issue merged", issueID: target, guideID: to.guide, revision: saved.revision,
      summary: "merged with \(from.title)")
    return MergeResult(
      id: id, target: saved, reports: reports.count, outcomes: movedOutcomes.count)
  }

  /// Takes the newest merge of `source` back. The target goes back to its text from before unless it
  /// was edited since; then it keeps its text.
  package func unmergeIssue(_ source: Int) throws -> SavedIssue {
    guard
      let row = try connection.first(
        """
        SELECT id, target_id, before_revision, after_revision, slugs, reports, fixes, outcomes
        FROM merge WHERE source_id = \(source) AND undone_at IS NULL ORDER BY id DESC LIMIT 1
        """,
        { row in
          (
            id: row.int(0), target: row.int(1), before: row.int(2), after: row.int(3),
            slugs: row.text(4), reports: row.text(5), fixes: row.text(6), outcomes: row.text(7)
          )
        })
    else { throw IssueWriteError.notFound }
    for pair in try JSON.read(row.outcomes).items ?? [] {
      guard let outcome = pair.items?.first?.integer, let fix = pair.items?.last?.integer else {
        continue
      }
      try connection.execute("UPDATE outcome SET fix_id = \(fix) WHERE id = \(outcome)")
    }
    try connection.execute(
      """
      UPDATE fix SET issue_id = \(source), position = NULL
      WHERE id IN (SELECT value FROM json_each(\(row.fixes)))
      """)
    try connection.execute(
      "UPDATE report SET issue_id = \(source) WHERE id IN (SELECT value FROM json_each(\(row.reports)))"
    )
    try connection.execute(
      """
      UPDATE wording SET issue_id = \(source)
      WHERE report_id IN (SELECT value FROM json_each(\(row.reports)))
      """)
    try connection.execute(
      "UPDATE slug SET issue_id = \(source) WHERE slug IN (SELECT value FROM json_each(\(row.slugs)))"
    )
    if let target = try live(row.target), target.revision == row.after,
      let before = try reading.revision(row.before, ofIssue: row.target)
    {
      _ = try updateIssue(
        row.target,
        IssueText(title: before.title, section: before.section, markdown: before.markdown),
        base: .any, comment: "merge undone")
    }
    try connection.execute(
      "UPDATE issue SET merged_into = NULL WHERE id = \(source)")
    try connection.execute(
      "UPDATE merge SET undone_at = \(now.milliseconds) WHERE id = \(row.id)")
    return try restoreIssue(source)
  }

  private struct LiveIssue {
    let id: Int
    let title: String
    let section: String
    let markdown: String
    let revision: Int
    let guide: Int
    let aliases: [String]
    let samples: [Sample]
  }

  private func live(_ id: Int) throws -> LiveIssue? {
    guard
      let row = try connection.first(
        """
        SELECT i.title, s.title, i.markdown, i.revision, i.guide_id FROM issue i
        JOIN section s ON s.id = i.section_id
        WHERE i.id = \(id) AND i.deleted_at IS NULL AND \(reading.visible("i.guide_id"))
        """, { ($0.text(0), $0.text(1), $0.text(2), $0.int(3), $0.int(4)) })
    else { return nil }
    let content = IssueContent.reading(row.2, title: row.0).content
    return LiveIssue(
      id: id, title: row.0, section: row.1, markdown: row.2, revision: row.3, guide: row.4,
      aliases: content.aliases, samples: content.samples)
  }

  /// A fix whose text stands in the target too gives its outcomes to that one; the others move.
  private func moveFixes(
    from source: LiveIssue, to target: LiveIssue
  ) throws -> (moved: [(id: Int, text: String)], outcomes: [(id: Int, fix: Int)]) {
    func fixes(_ id: Int) throws -> [(id: Int, text: String)] {
      try connection.rows(
        "SELECT id, text FROM fix WHERE issue_id = \(id) AND position IS NOT NULL ORDER BY position"
      ) { ($0.int(0), $0.text(1)) }
    }
    let own = try fixes(target.id)
    let others = try fixes(source.id)
    var moved: [(id: Int, text: String)] = []
    var outcomes: [(id: Int, fix: Int)] = []
    for fix in others {
      if let same = own.first(where: { $0.text == fix.text }) {
        for id in try connection.rows(
          "SELECT id FROM outcome WHERE fix_id = \(fix.id)", { $0.int(0) })
        {
          outcomes.append((id, fix.id))
        }
        try connection.execute(
          """
          UPDATE outcome SET fix_id = \(same.id),
            fix_revision = (SELECT text_revision FROM fix WHERE id = \(same.id)),
            text_id = coalesce(text_id, (SELECT max(id) FROM fix_text WHERE fix_id = \(same.id)))
          WHERE fix_id = \(fix.id)
          """)
      } else {
        moved.append(fix)
        // A removed fix of the target with this text: it comes back under its own id.
        try connection.execute(
          """
          UPDATE fix SET issue_id = \(target.id), position = NULL, text_revision = 0
          WHERE id = \(fix.id)
          """)
      }
    }
    return (moved, outcomes)
  }

  /// The target's text with what only the source had.
  private func merged(
    _ source: LiveIssue, _ target: LiveIssue, _ fixes: [(id: Int, text: String)]
  ) -> String {
    var markdown = target.markdown
    for fix in fixes { markdown += "\n- **Fix**: \(fix.text)\n" }
    let known = Set((target.aliases + [target.title]).map { $0.lowercased() })
    let aliases = ([source.title] + source.aliases).filter { !known.contains($0.lowercased()) }
      .map { $0.replacing(";", with: ",") }
    if !aliases.isEmpty {
      markdown += "\n- **Also seen as**: \(aliases.joined(separator: "; "))\n"
    }
    let lines = Set(target.samples.map(\.text))
    for sample in source.samples where !lines.contains(sample.text) && !sample.negative {
      markdown += "\n```sample\n\(sample.text)\n```\n"
    }
    while markdown.hasSuffix("\n") { markdown.removeLast() }
    return markdown
  }

  private func ids(_ sql: SQL) throws -> [String] { try connection.rows(sql) { $0.text(0) } }

  private func list(_ texts: [String]) -> String { JSON.array(texts.map { .string($0) }).string }

  private func pairs(_ outcomes: [(id: Int, fix: Int)]) -> String {
    JSON.array(outcomes.map { .array([.integer($0.id), .integer($0.fix)]) }).string
  }
}
