/// Finds many words in one pass over the bytes, each byte looked at once (Aho and Corasick),
/// whatever the words and the text. Letters match in any case.
struct WordAutomaton: Sendable {
  /// Where in a text the automaton is; a new text starts with `start`.
  typealias State = UInt16
  static let start: State = 0

  /// `next[state * width + column of the byte]`.
  private let next: [State]
  private let column: [UInt8]
  private let width: Int
  /// States from here on end at least one word, so that one comparison tells.
  private let firstEnding: State
  /// For each ending state, the indices of the words that end there, longest first.
  private let endings: [[Int]]

  /// Words in lower case, at most 65,535 bytes together.
  init(_ words: [String]) {
    var builder = TrieBuilder(words)
    builder.link()
    (next, column, width) = (builder.renumbered(), builder.column, builder.width)
    firstEnding = State(builder.count - builder.endingCount)
    endings = builder.endingsInOrder()
  }

  /// Calls `found(word, end)` for each word in the text, `end` being the place after it.
  @inline(__always)
  func scan(_ text: Span<UInt8>, found: (Int, Int) -> Void) {
    let table = next.span
    let columns = column.span
    var state = Self.start
    var place = 0
    while place < text.count {
      state = table[Int(state) &* width &+ Int(columns[Int(text[place])])]
      place += 1
      if state >= firstEnding {
        for word in endings[Int(state - firstEnding)] { found(word, place) }
      }
    }
  }
}

/// Builds the tables of a `WordAutomaton`.
private struct TrieBuilder {
  private(set) var column = [UInt8](repeating: 0, count: 256)
  private(set) var width = 1
  private(set) var count = 1
  private var table: [Int] = []
  private var ends: [[Int]] = [[]]

  var endingCount: Int { ends.count { !$0.isEmpty } }

  init(_ words: [String]) {
    for byte in words.joined().utf8 where column[Int(byte)] == 0 {
      column[Int(byte)] = UInt8(width)
      width += 1
    }
    for letter in UInt8(0x61)...0x7A { column[Int(letter) - 0x20] = column[Int(letter)] }
    table = [Int](repeating: -1, count: width)
    for (index, word) in words.enumerated() { insert(word, index) }
  }

  private mutating func insert(_ word: String, _ index: Int) {
    var state = 0
    for byte in word.utf8 {
      let slot = state * width + Int(column[Int(byte)])
      if table[slot] < 0 {
        table[slot] = count
        count += 1
        table.append(contentsOf: repeatElement(-1, count: width))
        ends.append([])
      }
      state = table[slot]
    }
    ends[state].append(index)
  }

  /// Fills the missing transitions, breadth first, from the longest proper suffix.
  mutating func link() {
    var suffix = [Int](repeating: 0, count: count)
    var queue: [Int] = []
    for slot in 0..<width {
      if table[slot] < 0 { table[slot] = 0 } else { queue.append(table[slot]) }
    }
    var head = 0
    while head < queue.count {
      let state = queue[head]
      head += 1
      for slot in 0..<width {
        let other = table[suffix[state] * width + slot]
        let target = table[state * width + slot]
        guard target >= 0 else {
          table[state * width + slot] = other
          continue
        }
        suffix[target] = other
        ends[target] += ends[other]
        queue.append(target)
      }
    }
  }

  /// States in their final order: those that end no word first.
  private var order: [Int] {
    (0..<count).filter { ends[$0].isEmpty } + (0..<count).filter { !ends[$0].isEmpty }
  }

  func endingsInOrder() -> [[Int]] { order.suffix(endingCount).map { ends[$0] } }

  func renumbered() -> [UInt16] {
    var number = [Int](repeating: 0, count: count)
    for (new, old) in order.enumerated() { number[old] = new }
    return order.flatMap { old in
      (0..<width).map { UInt16(number[table[old * width + $0]]) }
    }
  }
}
