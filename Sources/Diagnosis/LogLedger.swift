/// What is remembered of the lines of a text: one entry for each template, bounded in number.
struct LogLedger: Sendable {
  struct Entry: Sendable {
    /// The first line of the template, and the last.
    var number: Int
    var last: Int
    var repeats = 1
    var text: [UInt8]
    var salience: Salience
    var opening: UInt64
    var hasTime: Bool
    var isIndented: Bool
    var hasSecrets: Bool
    /// Lines since the last one that told of trouble, and before the next.
    var afterTrouble = Int.max
    var beforeTrouble = Int.max
    /// The distinct words of the message, hashed, up to 24.
    var words: [UInt32]
  }

  /// Entries held at most; when there are more, the least telling half goes.
  static let limit = 2048

  private(set) var entries: [Entry] = []
  /// From a cheap hash of the raw line, and from the template's, to the entry.
  private var byShape: [UInt64: Int] = [:]
  private var byTemplate: [UInt64: Int] = [:]
  /// Lines by 14 bits of their opening words' hash.
  private var openings: [UInt16: UInt32] = [:]
  private(set) var isFull = false
  private var troubleAt = Int.min / 2
  private var previous: Int?

  func count(ofOpening opening: UInt64) -> Int { Int(openings[Self.key(opening), default: 0]) }

  private static func key(_ opening: UInt64) -> UInt16 { UInt16(opening & 0x3FFF) }

  /// The entry for a raw line seen before.
  func known(_ shape: UInt64) -> Int? { byShape[shape] }

  /// Counts one more line of an entry.
  mutating func `repeat`(_ index: Int, at number: Int) {
    entries[index].repeats += 1
    entries[index].last = number
    openings[Self.key(entries[index].opening), default: 0] &+= 1
    noteContext(index, number)
  }

  /// Adds a line, to the entry of its template if there is one.
  mutating func add(_ entry: Entry, shape: UInt64, template: UInt64) {
    // Many shapes may lead to one template; the table of shapes is only a shortcut.
    if byShape.count >= Self.limit * 4 { byShape.removeAll(keepingCapacity: true) }
    if let index = byTemplate[template] {
      byShape[shape] = index
      return self.repeat(index, at: entry.number)
    }
    if entries.count >= Self.limit { prune() }
    let index = entries.count
    entries.append(entry)
    byShape[shape] = index
    byTemplate[template] = index
    openings[Self.key(entry.opening), default: 0] &+= 1
    noteContext(index, entry.number)
  }

  /// Notes how near a line is to lines that tell of trouble.
  private mutating func noteContext(_ index: Int, _ number: Int) {
    let isTrouble =
      entries[index].salience.trouble >= 0.5 && entries[index].salience.kind == .message
    if isTrouble {
      troubleAt = number
      if let previous, previous != index { entries[previous].beforeTrouble = 1 }
    } else {
      entries[index].afterTrouble = min(entries[index].afterTrouble, number - troubleAt)
    }
    previous = index
  }

  /// Whether the last trouble was so near that the next lines belong to it.
  func isNearTrouble(_ number: Int) -> Bool { number - troubleAt <= 6 }

  private mutating func prune() {
    isFull = true
    let ranked = entries.indices.sorted { one, other in
      let a = value(entries[one])
      let b = value(entries[other])
      return a != b ? a > b : one > other
    }
    var place = [Int](repeating: -1, count: entries.count)
    let kept = ranked.prefix(Self.limit / 2).sorted()
    for (new, old) in kept.enumerated() { place[old] = new }
    entries = kept.map { entries[$0] }
    byShape = byShape.compactMapValues { place[$0] >= 0 ? place[$0] : nil }
    byTemplate = byTemplate.compactMapValues { place[$0] >= 0 ? place[$0] : nil }
    previous = previous.flatMap { place[$0] >= 0 ? place[$0] : nil }
  }

  private func value(_ entry: Entry) -> Double {
    entry.salience.trouble + (entry.afterTrouble <= 3 ? 0.3 : 0)
      + (entry.salience.kind == .message ? 0.1 : 0) - (entry.repeats > 1 ? 0.05 : 0)
  }
}
