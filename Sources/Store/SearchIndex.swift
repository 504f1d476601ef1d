package import Diagnosis
import Guide
import JSON
import SQLite

/// Counts of tokens that a transaction changes, written once at its end: an import touches the
/// same tokens thousands of times.
final class TermChanges {
  var issues: [String: Int] = [:]
  /// The same in guides that not everyone may see.
  var hidden: [Int: [String: Int]] = [:]
  /// Whether a guide is one of them.
  var isHidden: [Int: Bool] = [:]
  var postings = PostingChanges()

  /// Names that no token has: how many issues there are, and the sum of their lengths.
  static let issueCount = ""
  static let lengthSum = " "
}

extension Writing {
  /// Indexes what an issue says now.
  func index(issueID: Int, guideID: Int, title: String, content: IssueContent) throws {
    try unindex(issueID: issueID)
    let texts = Writing.searchTexts(title: title, content)
    let indexed = IndexedIssue(texts)
    let joined = indexed.tokens.joined(separator: " ")
    try connection.execute(
      """
      INSERT INTO issue_index (issue_id, guide_id, analyzer, tokens, vector, words)
      VALUES (\(issueID), \(guideID), \(Analyzer.version), \(joined), \(indexed.vector.bytes),
        \(indexed.words.bytes))
      """)
    try connection.execute("INSERT INTO issue_fts (rowid, tokens) VALUES (\(issueID), \(joined))")
    terms.postings.add(indexed.vector, issueID: issueID)
    try count(tokens: Set(indexed.tokens), length: indexed.vector.length, guideID: guideID, by: 1)
  }

  /// Takes an issue out of the index.
  func unindex(issueID: Int) throws {
    guard
      let old = try connection.first(
        "SELECT tokens, vector, guide_id FROM issue_index WHERE issue_id = \(issueID)",
        { ($0.text(0), IssueVector(bytes: $0.blob(1)), $0.int(2)) })
    else { return }
    terms.postings.remove(old.1, issueID: issueID)
    try connection.execute(
      "INSERT INTO issue_fts (issue_fts, rowid, tokens) VALUES ('delete', \(issueID), \(old.0))")
    try connection.execute("DELETE FROM issue_index WHERE issue_id = \(issueID)")
    try count(
      tokens: Set(old.0.split(separator: " ").map(String.init)), length: old.1.length,
      guideID: old.2,
      by: -1)
  }

  private func count(tokens: Set<String>, length: Int, guideID: Int, by step: Int) throws {
    func add(to counts: inout [String: Int]) {
      for token in tokens { counts[token, default: 0] += step }
      counts[TermChanges.issueCount, default: 0] += step
      counts[TermChanges.lengthSum, default: 0] += step * length
    }
    add(to: &terms.issues)
    if try isHidden(guideID) { add(to: &terms.hidden[guideID, default: [:]]) }
  }

  private func isHidden(_ guide: Int) throws -> Bool {
    if let known = terms.isHidden[guide] { return known }
    let isHidden =
      try connection.first("SELECT audience <> 'anyone' FROM guide WHERE id = \(guide)") {
        $0.bool(0)
      } ?? false
    terms.isHidden[guide] = isHidden
    return isHidden
  }

  /// Writes the counts; called at the end of the transaction, or before a search inside it.
  package func flushTerms() throws {
    try flushPostings()
    for (term, change) in terms.issues where change != 0 {
      try connection.execute(
        """
        INSERT INTO term (term, issues) VALUES (\(term), \(change))
        ON CONFLICT (term) DO UPDATE SET issues = issues + excluded.issues
        """)
      if change < 0 {
        try connection.execute("DELETE FROM term WHERE term = \(term) AND issues <= 0")
      }
    }
    terms.issues = [:]
    for (guide, counts) in terms.hidden {
      for (term, change) in counts where change != 0 {
        try connection.execute(
          """
          INSERT INTO hidden_term (guide_id, term, issues) VALUES (\(guide), \(term), \(change))
          ON CONFLICT (guide_id, term) DO UPDATE SET issues = issues + excluded.issues
          """)
        if change < 0 {
          try connection.execute(
            "DELETE FROM hidden_term WHERE guide_id = \(guide) AND term = \(term) AND issues <= 0")
        }
      }
    }
    terms.hidden = [:]
    terms.isHidden = [:]
  }

  private static func searchTexts(
    title: String, _ content: IssueContent
  ) -> [(field: Field, text: String)] {
    var texts: [(field: Field, text: String)] = [(.title, title)]
    texts += content.aliases.map { (.alias, $0) }
    texts += content.samples.filter { !$0.negative }.map { (.sample, $0.text) }
    texts += content.symptoms.map { (.symptom, $0.text) }
    texts += content.causes.map { (.cause, $0.text) }
    for fix in content.fixes {
      texts.append((.fix, fix.text))
      if let verify = fix.verify { texts.append((.fix, verify)) }
    }
    texts += content.environment.map { (.other, "\($0.key) \($0.value)") }
    texts += content.checks.map { (.other, $0.name) }
    texts.append((.other, content.other))
    return texts.filter { !$0.text.isEmpty }
  }
}

/// The index as one viewer may see it, perhaps limited to one guide.
package struct StoredCorpus: Corpus {
  let reading: Reading
  let guideID: Int?
  let hidesGuides: Bool
  /// Whether reports have taught anything.
  let hasWordings: Bool
  /// Nil inside a transaction that writes.
  let kept: KeptIndex?
  private let seen = Seen()

  /// What is asked once for a question.
  private final class Seen {
    /// Guides that the viewer may see.
    var guides: Set<Int>?
    /// The greatest id of an issue that is indexed.
    var last: Int?
  }

  init(reading: Reading, guideID: Int?) throws {
    self.reading = reading
    self.guideID = guideID
    let hides: SQL =
      reading.viewer == .system
      ? "0" : "EXISTS (SELECT 1 FROM guide WHERE NOT (\(reading.visible("guide.id"))))"
    let (state, hidesGuides, hasWordings) =
      try reading.connection.first(
        """
        SELECT knowledge, \(hides), EXISTS (SELECT 1 FROM wording_term) FROM content_state WHERE id = 1
        """
      ) { ($0.int(0), $0.bool(1), $0.bool(2)) } ?? (0, true, true)
    self.hidesGuides = hidesGuides
    self.hasWordings = hasWordings
    kept = reading.keptIndex?.index(for: state)
  }

  func lastIssue() throws -> Int {
    if let last = seen.last { return last }
    let last = try reading.connection.integer("SELECT max(issue_id) FROM issue_index")
    seen.last = last
    return last
  }

  func isSeen(_ guide: Int) throws -> Bool {
    if !hidesGuides { return true }
    if let ids = seen.guides { return ids.contains(guide) }
    let ids = try reading.connection.rows(
      "SELECT id FROM guide WHERE \(reading.visible("guide.id"))", { $0.int(0) })
    seen.guides = Set(ids)
    return ids.contains(guide)
  }

  package func issueCount() throws -> Int {
    try frequencies([TermChanges.issueCount])[TermChanges.issueCount] ?? 0
  }

  package func averageLength() throws -> Double {
    let sum = try frequencies([TermChanges.lengthSum])[TermChanges.lengthSum] ?? 0
    return Double(sum) / Double(max(try issueCount(), 1))
  }

  /// In how many issues that may be seen each token occurs: with those in other guides a score
  /// would tell which words they have.
  package func frequencies(_ tokens: [String]) throws -> [String: Int] {
    guard let kept, !hidesGuides else { return try readFrequencies(tokens) }
    return try kept.counts(tokens, read: readFrequencies)
  }

  private func readFrequencies(_ tokens: [String]) throws -> [String: Int] {
    let list = JSON.array(tokens.map { .string($0) }).string
    let hidden: SQL =
      hidesGuides
      ? """
      coalesce((SELECT sum(h.issues) FROM hidden_term h WHERE h.term = term.term AND h.guide_id IN
        (SELECT id FROM guide WHERE NOT (\(reading.visible("guide.id"))))), 0)
      """ : "0"
    let rows = try reading.connection.rows(
      """
      SELECT term, issues - \(hidden) FROM term
      WHERE term IN (SELECT value FROM json_each(\(list)))
      """
    ) { ($0.text(0), $0.int(1)) }
    return Dictionary(rows.filter { $0.1 > 0 }, uniquingKeysWith: { first, _ in first })
  }

  /// Ids of issues that may be seen and have the token, at most `limit`.
  package func issues(with token: String, limit: Int) throws -> [Int] {
    try reading.postings(ftsPhrase([token]), hidesGuides: hidesGuides, limit: limit)
  }

  package func vectors(_ ids: [Int]) throws -> [CorpusVector] {
    func read(_ ids: [Int]) throws -> [KeptIndex.Vector] {
      try reading.connection.rows(
        """
        SELECT issue_id, guide_id, vector FROM issue_index
        WHERE issue_id IN (SELECT value FROM json_each(\(idList(ids))))
        """
      ) {
        KeptIndex.Vector(
          issueID: $0.int(0), guideID: $0.int(1), vector: IssueVector(bytes: $0.blob(2)))
      }
    }
    let found = try keptWhole()?.vectors(ids, read: read) ?? read(ids)
    return try found.compactMap {
      guard try isSeen($0.guideID) else { return nil }
      return CorpusVector(
        issueID: $0.issueID, vector: $0.vector, isInScope: guideID == nil || guideID == $0.guideID)
    }
  }

  package func words(_ ids: [Int]) throws -> [(id: Int, words: IssueWords)] {
    func read(_ ids: [Int]) throws -> [KeptIndex.Words] {
      try reading.connection.rows(
        """
        SELECT issue_id, guide_id, words FROM issue_index
        WHERE issue_id IN (SELECT value FROM json_each(\(idList(ids))))
        """
      ) {
        KeptIndex.Words(
          issueID: $0.int(0), guideID: $0.int(1), words: IssueWords(bytes: $0.blob(2)))
      }
    }
    let found = try keptWhole()?.words(ids, read: read) ?? read(ids)
    return try found.compactMap { try isSeen($0.guideID) ? ($0.issueID, $0.words) : nil }
  }

  package func samples(sharing keys: [Int64]) throws -> [CorpusSample] {
    var keys = keys
    if let kept {
      let runs = try kept.runs {
        SampleRuns(
          try reading.connection.rows(
            "SELECT hash FROM sample_shingle LIMIT \(SampleRuns.limit + 1)", { Int64($0.int(0)) }))
      }
      keys.removeAll { !runs.mayHave($0) }
      if keys.isEmpty { return [] }
    }
    let list = JSON.array(keys.map { .integer(Int($0)) }).string
    return try reading.connection.rows(
      """
      SELECT DISTINCT p.issue_id, p.text, p.negative FROM sample_shingle h
      JOIN sample p ON p.id = h.sample_id JOIN issue_index x ON x.issue_id = p.issue_id
      WHERE h.hash IN (SELECT value FROM json_each(\(list)))
        AND \(guideID.map { "x.guide_id = \($0)" } ?? "1" as SQL) AND \(reading.visible("x.guide_id"))
      ORDER BY p.id LIMIT 200
      """
    ) { CorpusSample(issueID: $0.int(0), text: $0.text(1), negative: $0.bool(2)) }
  }
}

extension StoredCorpus {
  /// Issues that name a value's name, of which checks are looked at.
  private static let issuesPerName = 20

  /// A check is for a value when its issue names the value's name as code, and name and check's name
  /// have at least half of each other's words, units aside (`eventExpiryDuration` and
  /// `event-expiry-days`).
  package func brokenChecks(_ assignments: [Assignment]) throws -> [BrokenCheck] {
    let counts = try frequencies(Array(Set(assignments.map(\.code))))
    var broken: [BrokenCheck] = []
    for assignment in assignments {
      guard let issues = counts[assignment.code] else { continue }
      let ids = try self.issues(with: assignment.code, limit: StoredCorpus.issuesPerName)
      for check in try checks(ofIssues: ids, for: assignment) {
        guard let rule = try? Rule.parse(check.rule, name: check.name) else { continue }
        let result = rule.evaluate(assignment.value)
        if result.pass { continue }
        broken.append(
          BrokenCheck(
            issueID: check.issueID, isInScope: check.isInScope, assignment: assignment,
            detail: result.detail, issues: issues))
      }
    }
    return broken
  }

  private struct CandidateCheck {
    let issueID: Int
    let name: String
    let rule: String
    let isInScope: Bool
  }

  /// Of each issue the one check whose name says the most of the value's name.
  private func checks(
    ofIssues ids: [Int], for assignment: Assignment
  ) throws -> [CandidateCheck] {
    let rows = try reading.connection.rows(
      """
      SELECT c.issue_id, c.name, c.rule, x.guide_id FROM "check" c
      JOIN issue_index x ON x.issue_id = c.issue_id
      WHERE c.issue_id IN (SELECT value FROM json_each(\(idList(ids))))
        AND \(reading.visible("x.guide_id"))
      ORDER BY c.issue_id, c.position
      """
    ) {
      CandidateCheck(
        issueID: $0.int(0), name: $0.text(1), rule: $0.text(2),
        isInScope: guideID == nil || guideID == $0.int(3))
    }
    let words = Set(assignment.words)
    let least = 0.5 * Double(words.count)
    var best: [Int: (check: CandidateCheck, share: Double, isAlone: Bool)] = [:]
    for check in rows {
      let own = Analyzer.words(of: Unit.bare(check.name))
      let shared = Double(own.count { words.contains($0) })
      let share = shared / Double(max(own.count, 1))
      guard share >= 0.5, shared >= least else { continue }
      if let other = best[check.issueID], other.share >= share {
        if other.share == share { best[check.issueID]?.isAlone = false }
        continue
      }
      best[check.issueID] = (check, share, true)
    }
    return best.values.filter(\.isAlone).map(\.check).sorted { $0.issueID < $1.issueID }
  }
}

extension Reading {
  /// What diagnosis and search ask; nil when there is no such guide.
  package func corpus(guide slug: String?) throws -> StoredCorpus? {
    guard let slug else { return try StoredCorpus(reading: self, guideID: nil) }
    guard let id = try guideID(slug) else { return nil }
    return try StoredCorpus(reading: self, guideID: id)
  }

  /// Ids of issues whose text has the words one after another.
  package func issues(withPhrase phrase: String, limit: Int) throws -> [Int] {
    let words = Analyzer.words(of: phrase)
    guard !words.isEmpty else { return [] }
    return try postings(ftsPhrase(words), hidesGuides: try hidesGuides(), limit: limit)
  }

  /// Ids of issues that may be seen and have the phrase.
  fileprivate func postings(_ phrase: String, hidesGuides: Bool, limit: Int) throws -> [Int] {
    let condition: SQL =
      hidesGuides
      ? """
      EXISTS (SELECT 1 FROM issue_index x WHERE x.issue_id = issue_fts.rowid
        AND \(visible("x.guide_id")))
      """ : "1"
    return try connection.rows(
      """
      SELECT rowid FROM issue_fts WHERE issue_fts MATCH \(phrase) AND \(condition) LIMIT \(limit)
      """
    ) { $0.int(0) }
  }
}

/// Tokens as a quoted FTS5 phrase: nothing in them is an operator (https://www.sqlite.org/fts5.html §3.1).
func ftsPhrase(_ tokens: [String]) -> String {
  var phrase = "\""
  for (index, token) in tokens.enumerated() {
    if index > 0 { phrase += " " }
    // FTS5 reads its query as a C string: at a NUL the quotation would not be closed.
    for character in token.unicodeScalars where character != "\0" {
      if character == "\"" { phrase += "\"" }
      phrase.unicodeScalars.append(character)
    }
  }
  return phrase + "\""
}
