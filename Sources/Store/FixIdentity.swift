import Guide
import SQLite

extension Writing {
  /// Brings the fix rows of an issue in step with its text, keeping identities.
  func saveFixes(_ texts: [FixText], ofIssue issueID: Int, revision: Int) throws {
    let old = try connection.rows(
      "SELECT id, position, text FROM fix WHERE issue_id = \(issueID) ORDER BY position, id"
    ) { (id: $0.int(0), position: $0.optionalInt(1), text: $0.text(2)) }
    let former = try connection.rows(
      """
      SELECT t.fix_id, t.text FROM fix f JOIN fix_text t ON t.fix_id = f.id
      WHERE f.issue_id = \(issueID) ORDER BY t.id DESC
      """
    ) { (id: $0.int(0), text: $0.text(1)) }
    let ids = matchFixes(
      current: old.filter { $0.position != nil }.map { ($0.id, $0.text) },
      removed: old.filter { $0.position == nil }.map { ($0.id, $0.text) }, former: former,
      new: texts.map(\.text))
    try connection.execute("UPDATE fix SET position = NULL WHERE issue_id = \(issueID)")
    for (position, (fix, id)) in zip(texts, ids).enumerated() {
      guard let id else {
        try connection.execute(
          """
          INSERT INTO fix (issue_id, position, kind, text, verify, risk, text_revision)
          VALUES (\(issueID), \(position), \(fix.kind.rawValue), \(fix.text), \(fix.verify),
            \(fix.risk?.rawValue), \(revision))
          """)
        continue
      }
      let before = old.first { $0.id == id }?.text ?? ""
      let textChanged = before != fix.text
      let isReplaced = textChanged && !isSameProcedure(before, fix.text)
      if textChanged { try keep(text: fix.text, insteadOf: before, fix: id) }
      try connection.execute(
        """
        UPDATE fix SET position = \(position), kind = \(fix.kind.rawValue), text = \(fix.text),
          verify = \(fix.verify), risk = \(fix.risk?.rawValue),
          text_revision = CASE WHEN \(textChanged) THEN \(revision) ELSE text_revision END,
          regressed_at = CASE WHEN \(isReplaced) THEN NULL ELSE regressed_at END,
          regression = CASE WHEN \(isReplaced) THEN NULL ELSE regression END
        WHERE id = \(id)
        """)
    }
  }

  /// Outcomes belong to the text they were recorded for, so a fix that is edited keeps all it had.
  private func keep(text: String, insteadOf before: String, fix id: Int) throws {
    if try connection.first("SELECT 1 FROM fix_text WHERE fix_id = \(id)", { _ in true }) == nil {
      try connection.execute("INSERT INTO fix_text (fix_id, text) VALUES (\(id), \(before))")
      try connection.execute(
        """
        UPDATE outcome SET text_id = \(connection.lastInsertedID)
        WHERE fix_id = \(id) AND text_id IS NULL
        """)
    }
    try connection.execute(
      "INSERT INTO fix_text (fix_id, text, since) VALUES (\(id), \(text), \(now.milliseconds))")
  }
}

/// Whether two texts of a fix tell to do the same: equal commands and code blocks or, where there are
/// none, words of which half are shared. What was recorded for one then counts for the other.
func isSameProcedure(_ one: String, _ other: String) -> Bool {
  let run = commands(in: one)
  guard run == commands(in: other) else { return false }
  return !run.isEmpty || overlap(wordSet(one), wordSet(other)) >= 0.5
}

/// Which old fix each new text is: equal text first, then an equal text that a removed or an edited fix
/// had, then by word overlap of at least ½, the greatest first, then the single unmatched one at the
/// same place; else nil: a new fix.
///
/// - Parameter former: Texts that fixes had, the latest first.
func matchFixes(
  current: [(id: Int, text: String)], removed: [(id: Int, text: String)],
  former: [(id: Int, text: String)] = [], new: [String]
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
  for (index, text) in new.enumerated() where result[index] == nil {
    let had = former.first { known in
      known.text == text
        && (free.contains { $0.id == known.id } || freeRemoved.contains { $0.id == known.id })
    }
    guard let id = had?.id else { continue }
    result[index] = id
    free.removeAll { $0.id == id }
    freeRemoved.removeAll { $0.id == id }
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
