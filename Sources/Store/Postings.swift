import Diagnosis
import SQLite

// What candidates are found by: for each token and range of issues one row (`PostingBlock`). FTS5, beside it,
// answers for phrases and single words.

/// Changes of postings that a transaction makes, written once at its end.
struct PostingChanges {
  /// Where a token stands: the key of its row, and the issue's place in the range.
  struct Place: Hashable {
    let row: Int
    let place: UInt16

    init(hash: UInt32, issueID: Int) {
      row = (issueID / PostingBlock.span) << 32 | Int(hash)
      place = UInt16(issueID % PostingBlock.span)
    }
  }

  /// Written whatever was there before: what another version of the program indexed may have no rows.
  var isAnew = false
  /// What the token counted before the transaction, and what it counts now; 0 for nothing.
  private(set) var changes: [Place: (old: UInt8, new: UInt8)] = [:]

  mutating func remove(_ vector: IssueVector, issueID: Int) {
    for (hash, count) in vector.postings {
      changes[Place(hash: hash, issueID: issueID), default: (count, count)].new = 0
    }
  }

  mutating func add(_ vector: IssueVector, issueID: Int) {
    for (hash, count) in vector.postings {
      changes[Place(hash: hash, issueID: issueID), default: (0, 0)].new = count
    }
  }
}

extension Writing {
  func flushPostings() throws {
    let all = terms.postings.changes
    let isAnew = terms.postings.isAnew
    let changes = all.filter { isAnew || $0.value.old != $0.value.new }
      .map { (row: $0.key.row, place: $0.key.place, count: $0.value.new) }
      .sorted { ($0.row, $0.place) < ($1.row, $1.place) }
    terms.postings = PostingChanges()
    var start = 0
    while start < changes.count {
      let row = changes[start].row
      let end = changes[start...].firstIndex { $0.row != row } ?? changes.count
      var block =
        try connection.first("SELECT data FROM posting WHERE id = \(row)") {
          PostingBlock(bytes: $0.blob(0))
        } ?? PostingBlock()
      block.set(changes[start..<end].lazy.map { (place: $0.place, count: $0.count) })
      if block.places.isEmpty {
        try connection.execute("DELETE FROM posting WHERE id = \(row)")
      } else {
        try connection.execute(
          "INSERT OR REPLACE INTO posting (id, data) VALUES (\(row), \(block.bytes))")
      }
      start = end
    }
  }
}

extension StoredCorpus {
  package var hidesIssues: Bool { hidesGuides }

  package func postings(
    _ hashes: [UInt32], _ body: (UInt32, Int, UnsafeRawBufferPointer) -> Void
  ) throws {
    if let kept = try keptWhole() {
      let rows = try kept.blocks(hashes.map(Int.init)) { missing in
        var rows: [Int: [UInt8]] = [:]
        try readPostings(missing) { rows[$0] = Array($1) }
        return rows
      }
      for (hash, row) in zip(hashes, rows) {
        row.withUnsafeBytes { body(hash, 0, $0) }
      }
      return
    }
    let sorted = hashes.sorted()
    for range in 0...(try lastIssue()) / PostingBlock.span {
      try readPostings(sorted.map { range << 32 | Int($0) }) {
        body(UInt32(truncatingIfNeeded: $0), range * PostingBlock.span, $1)
      }
    }
  }

  /// What is kept, where the base is so small that most of what is asked for is asked for again, and
  /// its lists of issues are short.
  func keptWhole() throws -> KeptIndex? {
    guard let kept else { return nil }
    return try lastIssue() < PostingBlock.span ? kept : nil
  }

  private func readPostings(
    _ rows: [Int], _ body: (Int, UnsafeRawBufferPointer) -> Void
  ) throws {
    try reading.connection.each(
      "SELECT id, data FROM posting WHERE id IN (SELECT value FROM json_each(\(idList(rows))))"
    ) { row in
      row.withBlob(1) { body(row.int(0), $0) }
      return true
    }
  }
}
