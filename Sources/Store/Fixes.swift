package import Guide
import SQLite

extension Reading {
  private static let fixColumns: SQL = """
    id, issue_id, position, kind, text, verify, risk, text_revision, code_revision, regressed_at,
    regression
    """

  private static func fix(_ row: Row) -> Fix {
    Fix(
      id: row.int(0), issueID: row.int(1), position: row.optionalInt(2),
      kind: FixText.Kind(rawValue: row.text(3)) ?? .fix, text: row.text(4),
      verify: row.optionalText(5), risk: row.optionalText(6).flatMap(FixText.Risk.init),
      textRevision: row.int(7), codeRevision: row.int(8),
      regression: row.optionalInt(9).map {
        Regression(since: Time(milliseconds: $0), reason: row.text(10))
      })
  }

  /// The fixes that stand in an issue's text, best evidence first, else in the author's order; what
  /// happened in the reader's `environment` speaks more.
  package func rankedFixes(ofIssue id: Int, environment: [Property] = []) throws -> [Fix] {
    var fixes = try connection.rows(
      """
      SELECT \(Reading.fixColumns) FROM fix
      WHERE issue_id = \(id) AND position IS NOT NULL AND \(mayBeSeen(issue: id)) ORDER BY position
      """, Reading.fix)
    guard !fixes.isEmpty else { return [] }
    let outcomes = try countedOutcomes("f.issue_id = \(id) AND f.position IS NOT NULL")
    for index in fixes.indices {
      fixes[index].evidence = FixEvidence(
        outcomes[fixes[index].id] ?? [], environment: environment)
    }
    return fixes.enumerated().sorted { left, right in
      left.element.evidence.mean != right.element.evidence.mean
        ? left.element.evidence.mean > right.element.evidence.mean : left.offset < right.offset
    }.map(\.element)
  }

  /// The outcomes of fixes `f`, in the order of recording.
  func countedOutcomes(_ condition: SQL) throws -> [Int: [CountedOutcome]] {
    var outcomes: [Int: [CountedOutcome]] = [:]
    try connection.each(
      """
      SELECT o.fix_id, o.reporter, o.report_id, o.result, o.source, o.tried_before <> '[]',
        o.fix_revision < f.code_revision, o.created_at, o.observed <> '', o.environment
      FROM fix f JOIN outcome o ON o.fix_id = f.id WHERE \(condition) ORDER BY o.id
      """
    ) { row in
      outcomes[row.int(0), default: []].append(Reading.counted(row))
      return true
    }
    return outcomes
  }

  private static func counted(_ row: Row) -> CountedOutcome {
    CountedOutcome(
      reporter: row.text(1), report: row.text(2),
      result: OutcomeResult(rawValue: row.text(3)) ?? .notApplicable,
      source: SourceKind(rawValue: row.text(4)) ?? .anonymous, afterOthers: row.bool(5),
      beforeEdit: row.bool(6), createdAt: Time(milliseconds: row.int(7)), isObserved: row.bool(8),
      environment: decodedProperties(row.text(9)))
  }

  /// A fix, also one that was removed from its issue's text.
  package func fix(_ id: Int, environment: [Property] = []) throws -> Fix? {
    guard
      let fix = try connection.first(
        """
        SELECT \(Reading.fixColumns) FROM fix f WHERE id = \(id) AND EXISTS (
          SELECT 1 FROM issue i WHERE i.id = f.issue_id AND i.deleted_at IS NULL
            AND \(visible("i.guide_id")))
        """, Reading.fix)
    else { return nil }
    return try rankedFixes(ofIssue: fix.issueID, environment: environment).first { $0.id == id }
      ?? fix
  }
}

extension Writing {
  /// Brings the fix rows of an issue in step with its text, keeping identities.
  func saveFixes(_ texts: [FixText], ofIssue issueID: Int, revision: Int) throws {
    let old = try connection.rows(
      "SELECT id, position, text FROM fix WHERE issue_id = \(issueID) ORDER BY position, id"
    ) { (id: $0.int(0), position: $0.optionalInt(1), text: $0.text(2)) }
    let ids = matchFixes(
      current: old.filter { $0.position != nil }.map { ($0.id, $0.text) },
      removed: old.filter { $0.position == nil }.map { ($0.id, $0.text) },
      new: texts.map(\.text))
    try connection.execute("UPDATE fix SET position = NULL WHERE issue_id = \(issueID)")
    for (position, (fix, id)) in zip(texts, ids).enumerated() {
      guard let id else {
        try connection.execute(
          """
          INSERT INTO fix (issue_id, position, kind, text, verify, risk, text_revision, code_revision)
          VALUES (\(issueID), \(position), \(fix.kind.rawValue), \(fix.text), \(fix.verify),
            \(fix.risk?.rawValue), \(revision), \(revision))
          """)
        continue
      }
      let before = old.first { $0.id == id }?.text ?? ""
      let textChanged = before != fix.text
      let codeChanged = textChanged && commands(in: before) != commands(in: fix.text)
      try connection.execute(
        """
        UPDATE fix SET position = \(position), kind = \(fix.kind.rawValue), text = \(fix.text),
          verify = \(fix.verify), risk = \(fix.risk?.rawValue),
          text_revision = CASE WHEN \(textChanged) THEN \(revision) ELSE text_revision END,
          code_revision = CASE WHEN \(codeChanged) THEN \(revision) ELSE code_revision END,
          regressed_at = CASE WHEN \(codeChanged) THEN NULL ELSE regressed_at END,
          regression = CASE WHEN \(codeChanged) THEN NULL ELSE regression END
        WHERE id = \(id)
        """)
    }
  }
}

/// Which old fix each new text is: equal text first (also among removed ones), then by word overlap of
/// at least ½, the greatest first, then the single unmatched one at the same place; else nil: a new fix.
func matchFixes(
  current: [(id: Int, text: String)], removed: [(id: Int, text: String)], new: [String]
) -> [Int?] {
  var result = [Int?](repeating: nil, count: new.count)
  var free = current
  var freeRemoved = removed
  for (index, text) in new.enumerated() {
    if let place = free.firstIndex(where: { $0.text == text }) {
      result[index] = free.remove(at: place).id
    }
  }
  for (index, text) in new.enumerated() where result[index] == nil {
    if let place = freeRemoved.firstIndex(where: { $0.text == text }) {
      result[index] = freeRemoved.remove(at: place).id
    }
  }
  let oldWords = free.map { (id: $0.id, words: wordSet($0.text)) }
  var likenesses: [(new: Int, old: Int, overlap: Double)] = []
  for index in new.indices where result[index] == nil {
    let words = wordSet(new[index])
    for (place, old) in oldWords.enumerated() {
      let overlap = overlap(words, old.words)
      if overlap >= 0.5 { likenesses.append((index, place, overlap)) }
    }
  }
  likenesses.sort { ($1.overlap, $0.new, $0.old) < ($0.overlap, $1.new, $1.old) }
  for likeness in likenesses where result[likeness.new] == nil {
    let id = oldWords[likeness.old].id
    guard let place = free.firstIndex(where: { $0.id == id }) else { continue }
    result[likeness.new] = id
    free.remove(at: place)
  }
  let unmatched = result.indices.filter { result[$0] == nil }
  if unmatched.count == 1, free.count == 1,
    current.firstIndex(where: { $0.id == free[0].id }) == unmatched[0]
  {
    result[unmatched[0]] = free[0].id
  }
  return result
}

private func wordSet(_ text: String) -> Set<String> {
  Set(
    text.split { !$0.isLetter && !$0.isNumber }.map { $0.lowercased() })
}

/// Shared words as a part of all words of both (Jaccard).
private func overlap(_ left: Set<String>, _ right: Set<String>) -> Double {
  let union = left.union(right).count
  return union == 0 ? 0 : Double(left.intersection(right).count) / Double(union)
}

/// Code blocks and inline code: what a reader would run.
func commands(in markdown: String) -> [String] {
  var commands: [String] = []
  var prose = ""
  var block: (fence: String, lines: [Substring])?
  var isAfterBlank = true
  for line in markdown.split(separator: "\n", omittingEmptySubsequences: false) {
    let text = line.drop { $0 == " " || $0 == "\t" }
    if let open = block {
      let isClosing =
        text.hasPrefix(open.fence) && text.allSatisfy { $0 == open.fence.first || $0.isWhitespace }
      if isClosing {
        commands.append(open.lines.joined(separator: "\n"))
        block = nil
      } else {
        block!.lines.append(line)
      }
    } else if let sign = text.first, sign == "`" || sign == "~",
      case let fence = text.prefix(while: { $0 == sign }), fence.count >= 3,
      sign == "~" || !text.dropFirst(fence.count).contains("`")
    {
      block = (String(fence), [])
    } else if isAfterBlank, line.hasPrefix("    ") || line.hasPrefix("\t"), !text.isEmpty {
      commands.append(String(text))
    } else {
      isAfterBlank = text.isEmpty
      prose += line + "\n"
    }
  }
  if let block { commands.append(block.lines.joined(separator: "\n")) }
  return commands + codeSpans(in: prose)
}

/// What stands between two runs of equally many backticks (CommonMark 0.31 §6.1).
private func codeSpans(in prose: String) -> [String] {
  var spans: [String] = []
  var rest = prose[...]
  while let tick = rest.firstIndex(of: "`") {
    let run = rest[tick...].prefix { $0 == "`" }
    rest = rest[run.endIndex...]
    var search = rest
    while let next = search.firstIndex(of: "`") {
      let end = search[next...].prefix { $0 == "`" }
      search = search[end.endIndex...]
      if end.count == run.count {
        spans.append(String(rest[..<end.startIndex]))
        rest = search
        break
      }
    }
  }
  return spans
}
