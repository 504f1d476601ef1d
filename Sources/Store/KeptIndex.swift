import Diagnosis
import Synchronization
import Threads

/// What the search index said lately, for the next question.
///
/// Of one state of the content (`ContentState.knowledge`), which is read in the same snapshot as the
/// question: so it can't be out of date, whatever program wrote. Who may see a guide is not kept.
final class IndexMemo: Sendable {
  private let current = Mutex<KeptIndex?>(nil)

  /// What is kept for that state; what was kept for another one goes.
  func index(for knowledge: Int) -> KeptIndex {
    current.withLock { current in
      if let current, current.knowledge == knowledge { return current }
      let index = KeptIndex(knowledge)
      current = index
      return index
    }
  }
}

final class KeptIndex: Sendable {
  struct Vector: Sendable {
    let issueID: Int
    let guideID: Int
    let vector: IssueVector
  }

  struct Words: Sendable {
    let issueID: Int
    let guideID: Int
    let words: IssueWords
  }

  /// What a search shows of an issue.
  struct Shown: Sendable {
    let guideID: Int
    let issue: ShownIssue
  }

  private struct Tables: Sendable {
    var vectors = Recent<Int, Vector>(limit: 4 << 20)
    var words = Recent<Int, Words>(limit: 4 << 20)
    var shown = Recent<Int, Shown>(limit: 4 << 20)
    var counts = Recent<String, Int>(limit: 1 << 20)
    /// Rows of postings by their ids, empty ones too.
    var blocks = Recent<Int, [UInt8]>(limit: 2 << 20)
    var runs: SampleRuns?
  }

  let knowledge: Int
  private let tables = Mutex(Tables())
  /// Beside the bytes of an entry: its place in a table.
  private static let overhead = 96

  init(_ knowledge: Int) { self.knowledge = knowledge }

  func vectors(_ ids: [Int], read: ([Int]) throws -> [Vector]) rethrows -> [Vector] {
    try values(of: ids, in: \.vectors, read) { ($0.issueID, $0.vector.bytes.count) }
  }

  func words(_ ids: [Int], read: ([Int]) throws -> [Words]) rethrows -> [Words] {
    try values(of: ids, in: \.words, read) { ($0.issueID, $0.words.bytes.count) }
  }

  func shown(_ ids: [Int], read: ([Int]) throws -> [Shown]) rethrows -> [Shown] {
    // A summary's texts are in it with some hundred bytes.
    try values(of: ids, in: \.shown, read) { ($0.issue.summary.id, $0.issue.text.size + 1_024) }
  }

  /// What is kept for these issues, and what is read for the others, which is kept then.
  private func values<Value: Sendable>(
    of ids: [Int], in table: any WritableKeyPath<Tables, Recent<Int, Value>> & Sendable,
    _ read: ([Int]) throws -> [Value], _ measure: (Value) -> (id: Int, size: Int)
  ) rethrows -> [Value] {
    func known(_ kept: inout Recent<Int, Value>) -> (found: [Value], missing: [Int]) {
      var found: [Value] = []
      found.reserveCapacity(ids.count)
      var missing: [Int] = []
      for id in ids {
        if let value = kept.value(for: id) { found.append(value) } else { missing.append(id) }
      }
      return (found, missing)
    }
    func keep(_ values: [Value], in kept: inout Recent<Int, Value>) {
      for value in values {
        let (id, size) = measure(value)
        kept.insert(value, for: id, size: size + KeptIndex.overhead)
      }
    }
    let (found, missing) = tables.withLock { known(&$0[keyPath: table]) }
    if missing.isEmpty { return found }
    let new = try read(missing)
    tables.withLock { keep(new, in: &$0[keyPath: table]) }
    return found + new
  }

  /// In how many issues tokens occur; absent ones are left out.
  func counts(
    _ tokens: [String], read: ([String]) throws -> [String: Int]
  ) rethrows -> [String: Int] {
    var (counts, missing) = tables.withLock { tables in
      var counts = [String: Int](minimumCapacity: tokens.count)
      var missing: [String] = []
      for token in tokens {
        if let known = tables.counts.value(for: token) {
          if known > 0 { counts[token] = known }
        } else {
          missing.append(token)
        }
      }
      return (counts, missing)
    }
    if missing.isEmpty { return counts }
    let new = try read(missing)
    tables.withLock { tables in
      for token in missing {
        tables.counts.insert(
          new[token] ?? 0, for: token, size: token.utf8.count + KeptIndex.overhead)
      }
    }
    counts.merge(new) { _, count in count }
    return counts
  }

  /// Rows of postings in the order of their ids; empty where there is none.
  func blocks(_ ids: [Int], read: ([Int]) throws -> [Int: [UInt8]]) rethrows -> [[UInt8]] {
    let known = tables.withLock { tables in ids.map { tables.blocks.value(for: $0) } }
    let missing = zip(ids, known).compactMap { $1 == nil ? $0 : nil }
    if missing.isEmpty { return known.map { $0! } }
    let new = try read(missing)
    tables.withLock { tables in
      for id in missing {
        let bytes = new[id] ?? []
        tables.blocks.insert(bytes, for: id, size: bytes.count + KeptIndex.overhead)
      }
    }
    return zip(ids, known).map { $1 ?? new[$0] ?? [] }
  }

  /// All runs of words of samples, where they are few.
  func runs(read: () throws -> SampleRuns) rethrows -> SampleRuns {
    if let known = tables.withLock({ $0.runs }) { return known }
    let runs = try read()
    tables.withLock { $0.runs = runs }
    return runs
  }
}

/// The hashes of all runs of words of samples: most lines of a log have none of them, and need not be
/// looked up.
struct SampleRuns: Sendable {
  /// More are not held in memory, and then any run may be one.
  static let limit = 20_000

  /// Open addressing, half full at most; nil when there are too many.
  private let table: [Int64]?
  private let hasZero: Bool

  init(_ hashes: [Int64]) {
    hasZero = hashes.contains(0)
    guard hashes.count <= SampleRuns.limit else {
      table = nil
      return
    }
    var size = 16
    while size < hashes.count * 2 { size *= 2 }
    var table = [Int64](repeating: 0, count: size)
    for hash in hashes where hash != 0 {
      var place = SampleRuns.place(hash, size)
      while table[place] != 0, table[place] != hash { place = (place + 1) & (size - 1) }
      table[place] = hash
    }
    self.table = table
  }

  private static func place(_ hash: Int64, _ size: Int) -> Int {
    Int(truncatingIfNeeded: hash ^ hash >> 32) & (size - 1)
  }

  /// Whether a sample may have the run.
  func mayHave(_ hash: Int64) -> Bool {
    guard let table, hash != 0 else { return table == nil || hasZero }
    var place = SampleRuns.place(hash, table.count)
    while table[place] != 0 {
      if table[place] == hash { return true }
      place = (place + 1) & (table.count - 1)
    }
    return false
  }
}
