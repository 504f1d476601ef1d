/// Adds up, for every issue that has one of a question's tokens, about what they will score, and keeps
/// the issues with most.
///
/// Range by range, so that the sums of one range of ids stay in the processor's cache.
struct CandidateSums {
  /// Places of one bit of `touched`.
  private static let chunk = PostingBlock.span / 64

  /// Sums that are looked at together.
  private static let group = 32

  /// The share of its worth that a token adds to an issue, by its count there.
  private static let shares = (0..<256).map { Scorer.saturated(Double($0) / 8, norm: 1) }

  /// From so many issues in a block on, preparing for them pays.
  private static let many = 1_024

  /// Tokens by their hash, with what each adds to an issue that has it everywhere.
  private let tokens: WordTable
  private let worths: [Double]
  private let limit: Int

  /// Of the issues of one range; as many as it has so far.
  private var sums: [Float] = []
  /// Parts of the range that have sums, a bit each.
  private var touched: UInt64 = 0
  private var base = 0
  /// The best so far, and some more, in no order.
  private var best: [(sum: Float, id: Int)] = []
  /// Sums up to this one are not among the best.
  private var least: Float = 0

  /// `worth` is what a token adds to an issue that has it everywhere.
  init(_ tokens: [(hash: UInt32, worth: Double)], limit: Int) {
    self.limit = limit
    var places: [UInt32: Int] = [:]
    for (index, token) in tokens.enumerated() { places[token.hash] = index }
    self.tokens = WordTable(places)
    worths = tokens.map(\.worth)
  }

  /// Adds a block of one of the tokens. Blocks come range by range.
  mutating func add(_ hash: UInt32, base: Int, _ block: UnsafeRawBufferPointer) {
    if base != self.base { endRange(next: base) }
    let count = block.count / 3
    guard count > 0, let token = tokens[hash] else { return }
    let places = UnsafeRawBufferPointer(rebasing: block[..<(count * 2)])
    let counts = UnsafeRawBufferPointer(rebasing: block[(count * 2)..<(count * 3)])
    let end = CandidateSums.place(count - 1, in: places) + 1
    guard end <= PostingBlock.span else { return }
    if sums.count < end {
      // A whole number of chunks: a question to a small base has little to clear.
      let size = (end + CandidateSums.chunk - 1) / CandidateSums.chunk * CandidateSums.chunk
      sums.append(contentsOf: repeatElement(0, count: size - sums.count))
    }
    if count >= CandidateSums.many {
      addMany(worths[token], places, counts, last: end - 1)
    } else {
      addFew(worths[token], places, counts, last: end - 1)
    }
  }

  private mutating func addFew(
    _ worth: Double, _ places: UnsafeRawBufferPointer, _ counts: UnsafeRawBufferPointer, last: Int
  ) {
    CandidateSums.shares.withUnsafeBufferPointer { shares in
      sums.withUnsafeMutableBufferPointer { sums in
        for index in 0..<counts.count {
          // Greater than the last only in a broken block, whose places do not ascend.
          let place = min(CandidateSums.place(index, in: places), last)
          sums[place] += Float(worth * shares[Int(counts[index])])
          touched |= 1 << UInt64(place / CandidateSums.chunk)
        }
      }
    }
  }

  /// For a word that very many issues have: what it adds for each count is worked out first, so that the
  /// loop does nothing but look up and add.
  private mutating func addMany(
    _ worth: Double, _ places: UnsafeRawBufferPointer, _ counts: UnsafeRawBufferPointer, last: Int
  ) {
    touched |= .max >> UInt64(63 - last / CandidateSums.chunk)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: 256) { added in
      for count in 0..<256 { added[count] = Float(worth * CandidateSums.shares[count]) }
      sums.withUnsafeMutableBufferPointer { sums in
        for index in 0..<counts.count {
          sums[min(CandidateSums.place(index, in: places), last)] += added[Int(counts[index])]
        }
      }
    }
  }

  @inline(__always)
  private static func place(_ index: Int, in places: UnsafeRawBufferPointer) -> Int {
    Int(UInt16(littleEndian: places.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)))
  }

  private mutating func endRange(next: Int) {
    while touched != 0 {
      let start = touched.trailingZeroBitCount * CandidateSums.chunk
      touched &= touched - 1
      // Many at a time: most sums are not among the best.
      for first in stride(from: start, to: start + CandidateSums.chunk, by: CandidateSums.group)
      where isAnyBest(first) {
        for place in first..<first + CandidateSums.group where sums[place] > least {
          best.append((sums[place], base + place))
          if best.count >= 4 * limit { keepBest() }
        }
      }
      sums.withUnsafeMutableBufferPointer {
        $0[start..<start + CandidateSums.chunk].update(repeating: 0)
      }
    }
    base = next
  }

  /// Whether one of a group of sums is greater than `least`. All are looked at, so that the compiler makes
  /// vector operations of it.
  @inline(__always)
  private func isAnyBest(_ first: Int) -> Bool {
    sums.withUnsafeBufferPointer { sums in
      var greater: Int32 = 0
      for place in first..<first + CandidateSums.group { greater &+= sums[place] > least ? 1 : 0 }
      return greater > 0
    }
  }

  /// Of equal ones the first are better.
  private mutating func keepBest() {
    best.sort { $0.sum != $1.sum ? $0.sum > $1.sum : $0.id < $1.id }
    guard best.count > limit else { return }
    best.removeLast(best.count - limit)
    least = best[limit - 1].sum
  }

  /// The issues, best first; of equal ones the first.
  mutating func finish() -> [Int] {
    endRange(next: 0)
    keepBest()
    return best.map(\.id)
  }
}
