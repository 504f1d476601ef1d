/// Adds up, for every issue that has one of a question's tokens, about what they will score, and keeps
/// the issues with most.
///
/// Range by range, so that the sums of one range of ids stay in the processor's cache.
struct CandidateSums {
  /// Places of one bit of `touched`.
  private static let chunk = PostingBlock.span / 64

  /// The share of its worth that a token adds to an issue, by its count there.
  private static let shares = (0..<256).map { Scorer.saturated(Double($0) / 8, norm: 1) }

  /// Tokens by their hash, with what each adds to an issue that has it everywhere.
  private let places: WordTable
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
    self.places = WordTable(places)
    worths = tokens.map(\.worth)
  }

  /// Adds a block of one of the tokens. Blocks come range by range.
  mutating func add(_ hash: UInt32, base: Int, _ block: UnsafeRawBufferPointer) {
    if base != self.base { endRange(next: base) }
    let count = block.count / 3
    guard count > 0, let token = places[hash] else { return }
    func issue(_ index: Int) -> Int {
      Int(UInt16(littleEndian: block.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self)))
    }
    let end = issue(count - 1) + 1
    guard end <= PostingBlock.span else { return }
    if sums.count < end {
      // A whole number of chunks.
      let size = (end + CandidateSums.chunk - 1) / CandidateSums.chunk * CandidateSums.chunk
      sums.append(contentsOf: repeatElement(0, count: size - sums.count))
    }
    let isDense = count >= 1_024
    if isDense { touched |= .max >> UInt64(63 - (end - 1) / CandidateSums.chunk) }
    let worth = worths[token]
    CandidateSums.shares.withUnsafeBufferPointer { shares in
      sums.withUnsafeMutableBufferPointer { sums in
        for index in 0..<count {
          let place = issue(index)
          // Only in a broken block, whose places do not ascend.
          if place >= end { continue }
          sums[place] += Float(worth * shares[Int(block[count &* 2 &+ index])])
          if !isDense { touched |= 1 << UInt64(place / CandidateSums.chunk) }
        }
      }
    }
  }

  private mutating func endRange(next: Int) {
    while touched != 0 {
      let start = touched.trailingZeroBitCount * CandidateSums.chunk
      touched &= touched - 1
      // A few at a time: most sums are not among the best.
      for first in stride(from: start, to: start + CandidateSums.chunk, by: 8)
      where isAnyBest(first) {
        for place in first..<first + 8 where sums[place] > least {
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

  /// Whether one of eight sums is greater than `least`.
  @inline(__always)
  private func isAnyBest(_ first: Int) -> Bool {
    sums.withUnsafeBytes {
      let eight = $0.loadUnaligned(
        fromByteOffset: first * MemoryLayout<Float>.stride, as: SIMD8<Float>.self)
      return eight.max() > least
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
