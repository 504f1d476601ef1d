import Glibc
import SQLite

/// What the file holds and how it is, for the person who runs it.
package struct Inventory: Sendable, Equatable {
  /// What is counted.
  package enum Noun: String, Sendable, CaseIterable {
    case guides, issues, revisions, reports, outcomes, diagnoses, questions, suggestions, changes
    case accounts, sessions, tokens, audit
  }

  /// Counted up to a limit, so that a page does not read a large table to its end.
  package struct Count: Sendable, Equatable {
    package let noun: Noun
    package let number: Int
    /// There are more than `number`.
    package let isMore: Bool
  }

  package var counts: [Count]
  package var indexedIssues: Int
  /// Bytes of the file, of its write-ahead log, and of pages in the file that are free.
  package var fileBytes: Int
  package var logBytes: Int
  package var freeBytes: Int
  /// Of a backup made with `fixbook backup`.
  package var lastBackup: Time?
}

extension Store {
  /// Takes some milliseconds; see `Count` for what is not counted to its end.
  package func inventory() throws -> Inventory {
    var inventory = try read(as: .system) { try $0.inventory() }
    inventory.logBytes = DatabaseFile.size(DatabaseFile.resolved(path) + "-wal")
    return inventory
  }

  /// Notes that a copy was made; a file that can't be written has none to tell of.
  package func noteBackup(to target: String) {
    guard readOnlyReason == nil else { return }
    try? write(as: .system) { writing in
      try writing.connection.execute(
        """
        INSERT INTO setting (name, value) VALUES ('last_backup', \(String(writing.now.milliseconds)))
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """)
      try writing.audit("back up", subject: target)
    }
  }
}

extension Store {
  /// Notes where the base is served, for links that are made beside a server. Not being able to is no
  /// reason not to serve.
  package func noteAddress(_ url: String) {
    guard readOnlyReason == nil else { return }
    guard (try? read(as: .system, { try $0.address() })) != url else { return }
    try? write(as: .system) { writing in
      try writing.connection.execute(
        """
        INSERT INTO setting (name, value) VALUES ('address', \(url))
        ON CONFLICT (name) DO UPDATE SET value = excluded.value
        """)
    }
  }
}

extension Reading {
  /// What links to the base began with when it was served last; nil when it never was.
  package func address() throws -> String? {
    try connection.first("SELECT value FROM setting WHERE name = 'address'") { $0.text(0) }
  }

  fileprivate func inventory() throws -> Inventory {
    let page = try connection.integer("PRAGMA page_size")
    return Inventory(
      counts: try Inventory.Noun.allCases.map { try count($0) },
      indexedIssues: try corpus(guide: nil)?.issueCount() ?? 0,
      fileBytes: try connection.integer("PRAGMA page_count") * page, logBytes: 0,
      freeBytes: try connection.integer("PRAGMA freelist_count") * page,
      lastBackup: try connection.first("SELECT value FROM setting WHERE name = 'last_backup'") {
        Int($0.text(0)).map { Time(milliseconds: $0) }
      } ?? nil)
  }

  private func count(_ noun: Inventory.Noun) throws -> Inventory.Count {
    let table: SQL =
      switch noun {
      case .guides: "guide"
      case .issues: "issue"
      case .revisions: "revision"
      case .reports: "report"
      case .outcomes: "outcome"
      case .diagnoses: "diagnosis"
      case .questions: "question"
      case .suggestions: "suggestion"
      case .changes: "change"
      case .accounts: "account"
      case .sessions: "session"
      case .tokens: "token"
      case .audit: "audit"
      }
    // A revision holds a whole text, so that counting reads far more bytes.
    let limit = noun == .revisions ? 10_000 : 100_000
    let found = try connection.integer(
      "SELECT count(*) FROM (SELECT 1 FROM \(table) LIMIT \(limit + 1))")
    return Inventory.Count(noun: noun, number: min(found, limit), isMore: found > limit)
  }
}
