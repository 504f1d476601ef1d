import App
import Diagnosis
import Foundation
import Guide
import SQLite
import TestSupport
import Testing

@testable import Store

/// A knowledge base in a folder of its own, which goes with its last reference.
final class Base: Sendable {
  let place: TemporaryFolder
  let store: Store

  init() throws {
    place = try TemporaryFolder()
    store = try Store(path: place.file("fixbook.db"))
  }

  deinit { store.close() }

  var folder: String { place.path }

  static let editor = Author(viewer: .member(account: 1), name: "edna")

  /// The words stand in no file of the base, neither while it is open nor when it is closed; it is closed
  /// from then on.
  func expectGone(_ words: [String]) throws {
    for _ in ["open", "closed"] {
      for word in words { #expect(try !place.hasFile(containing: word), "\(word)") }
      store.close()
    }
  }

  // MARK: Guides

  @discardableResult
  func load(_ text: String, name: String = "guide.md") throws -> ImportSummary {
    try load { $0.add(file: Array(text.utf8), path: name) }
  }

  @discardableResult
  func load(records: String) throws -> ImportSummary {
    try load { $0.add(records: Array(records.utf8), path: "records.jsonl") }
  }

  @discardableResult
  func load(folder: String, _ files: [String: String]) throws -> ImportSummary {
    try load { importer in
      importer.add(
        folder: folder,
        files: files.sorted { $0.key < $1.key }.map { ($0.key, Array($0.value.utf8)) },
        at: folder)
    }
  }

  private func load(_ fill: (inout Importer) -> Void) throws -> ImportSummary {
    var importer = Importer()
    fill(&importer)
    try #require(importer.problems == [])
    let prepared = importer
    let summaries = try store.write(as: .importer) { try prepared.store($0) }
    return try #require(summaries.first)
  }

  func exported(_ slug: String) throws -> [ExportedFile] {
    try store.read(as: .system) { reading in
      guard let guide = try reading.guide(slug) else { return [] }
      return try reading.exported(guide: guide.id)
    }
  }

  /// The text of a guide that is one file.
  func exportedText(_ slug: String) throws -> String {
    let files = try exported(slug)
    try #require(files.count == 1 && files[0].path == nil)
    return files[0].text
  }

  // MARK: Issues

  func issue(_ slug: String) throws -> StoredIssue {
    try #require(try find(slug), "no issue \(slug)")
  }

  func find(_ slug: String) throws -> StoredIssue? {
    try store.read(as: .system) { reading in
      switch try reading.issueID(named: slug) {
      case .issue(let id), .moved(let id, _): return try reading.issue(id)
      case nil: return nil
      }
    }
  }

  func titles(_ filter: Reading.IssueFilter = .init()) throws -> [String] {
    try store.read(as: .system) { try $0.issues(filter, limit: 1_000).map(\.title) }
  }

  @discardableResult
  func edit(
    _ slug: String, title: String? = nil, section: String? = nil, markdown: String? = nil,
    base: WriteBase = .any, as author: Author = Base.editor
  ) throws -> SavedIssue {
    let old = try issue(slug)
    return try store.write(as: author) {
      try $0.updateIssue(
        old.summary.id,
        IssueText(
          title: title ?? old.summary.title, section: section ?? old.summary.section,
          markdown: markdown ?? old.markdown), base: base, comment: "edited")
    }
  }

  @discardableResult
  func create(
    _ title: String, in guide: String, section: String = "Section", markdown: String = "- a symptom"
  ) throws -> SavedIssue {
    try store.write(as: Base.editor) {
      try $0.createIssue(
        guide: guide, IssueText(title: title, section: section, markdown: markdown), comment: "new")
    }
  }

  func delete(_ slug: String, base: WriteBase = .any) throws {
    let id = try issue(slug).summary.id
    try store.write(as: Base.editor) { try $0.deleteIssue(id, base: base, comment: "deleted") }
  }

  // MARK: Raw

  func rows(_ sql: SQL) throws -> [String] {
    try store.read(as: .system, deadline: 60_000) { reading in
      try reading.connection.rows(sql) { $0.text(0) }
    }
  }

  func count(_ sql: SQL) throws -> Int {
    try store.read(as: .system) { try $0.connection.integer(sql) }
  }

  func run(_ sql: SQL) throws {
    try store.write(as: .system) { try $0.connection.execute(sql) }
  }

  /// What must hold after whatever was done.
  func checkIntegrity(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try Store.verify(path: store.path) == [], sourceLocation: sourceLocation)
    #expect(
      try indexTrouble() == [], sourceLocation: sourceLocation)
  }

  /// Where the search index differs from one made from scratch.
  func indexTrouble() throws -> [String] {
    var trouble: [String] = []
    let live = Set(
      try rows("SELECT id FROM issue WHERE deleted_at IS NULL AND confidence <> 'archived'"))
    let indexed = Set(try rows("SELECT issue_id FROM issue_index"))
    if live != indexed { trouble.append("live \(live.sorted()), indexed \(indexed.sorted())") }
    var counts: [[UInt8]: Int] = [:]
    for row in try rows("SELECT tokens FROM issue_index") {
      for token in Set(row.utf8.split(separator: 0x20).map(Array.init)) {
        counts[token, default: 0] += 1
      }
    }
    let stored = try store.read(as: .system) { reading in
      try reading.connection.rows("SELECT term, issues FROM term WHERE term NOT IN ('', ' ')") {
        (Array($0.text(0).utf8), $0.int(1))
      }
    }
    let terms = Dictionary(stored, uniquingKeysWith: +)
    for (token, number) in counts where terms[token] != number {
      trouble.append(
        "\(String(decoding: token, as: UTF8.self)): \(number), stored \(terms[token] ?? 0)")
    }
    for (token, number) in terms where counts[token] == nil {
      trouble.append("\(String(decoding: token, as: UTF8.self)): stored \(number) for nothing")
    }
    let hidden = try rows(
      """
      SELECT x.guide_id || ' ' || x.tokens FROM issue_index x JOIN guide g ON g.id = x.guide_id
      WHERE g.audience <> 'anyone'
      """)
    var hiddenCounts: [[UInt8]: Int] = [:]
    for row in hidden {
      let words = row.utf8.split(separator: 0x20).map(Array.init)
      for token in Set(words.dropFirst()) {
        hiddenCounts[words[0] + [0x20] + token, default: 0] += 1
      }
    }
    let storedHidden = try store.read(as: .system) { reading in
      try reading.connection.rows(
        "SELECT guide_id || ' ' || term, issues FROM hidden_term WHERE term NOT IN ('', ' ')"
      ) { (Array($0.text(0).utf8), $0.int(1)) }
    }
    if hiddenCounts != Dictionary(storedHidden, uniquingKeysWith: +) {
      trouble.append("the counts of guides that not everyone sees differ")
    }
    let issues = try count("SELECT coalesce((SELECT issues FROM term WHERE term = ''), 0)")
    if issues != indexed.count {
      trouble.append("\(issues) issues counted, \(indexed.count) indexed")
    }
    let vectors = try store.read(as: .system) { reading in
      try reading.connection.rows("SELECT vector FROM issue_index") {
        IssueVector(bytes: $0.blob(0)).length
      }
    }
    let lengths = try count("SELECT coalesce((SELECT issues FROM term WHERE term = ' '), 0)")
    if lengths != vectors.reduce(0, +) {
      trouble.append("lengths \(lengths), not \(vectors.reduce(0, +))")
    }
    // Postings are what the vectors say, range by range.
    let postings = try store.read(as: .system) { reading in
      let expected = try reading.connection.rows("SELECT issue_id, vector FROM issue_index") {
        row in
        IssueVector(bytes: row.blob(1)).postings.map { "\($0.hash) \(row.int(0)) \($0.count)" }
      }.joined()
      let stored = try reading.connection.rows("SELECT id, data FROM posting") { row in
        let block = PostingBlock(bytes: row.blob(1))
        let base = (row.int(0) >> 32) * PostingBlock.span
        return zip(block.places, block.counts).map {
          "\(row.int(0) & 0xffff_ffff) \(base + Int($0)) \($1)"
        }
      }
      return (expected: expected.sorted(), stored: stored.joined().sorted(), rows: stored)
    }
    if postings.expected != postings.stored || postings.rows.contains(where: \.isEmpty) {
      trouble.append("postings differ from what the vectors say")
    }
    // FTS5's own comparison of its index with the content table.
    try store.write(as: .system) {
      try $0.connection.execute(
        "INSERT INTO issue_fts (issue_fts, rank) VALUES ('integrity-check', 1)")
    }
    return trouble
  }
}

/// A guide with one section, from titles and texts.
func guideText(_ title: String = "Guide", _ issues: [(title: String, markdown: String)]) -> String {
  "# \(title)\n\n## Section\n" + issues.map { "\n### \($0.title)\n\($0.markdown)\n" }.joined()
}
