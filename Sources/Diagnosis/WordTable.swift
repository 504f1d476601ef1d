/// Numbers by the hash of a word. The hash is a good one already and is not hashed again, since a
/// question asks for every word of dozens of issues, most of which it does not have: a bit for each
/// hash tells of most of them.
struct WordTable: Sendable {
  private static let bitCount = 8192

  private var keys: [UInt32]
  /// -1 where there is none.
  private var values: [Int32]
  private var bits = [UInt64](repeating: 0, count: bitCount / 64)
  private let mask: Int

  /// Values are not negative.
  init(_ entries: [UInt32: Int]) {
    // At most half full, so that what is not there is soon known.
    var size = 16
    while size < entries.count * 2 { size *= 2 }
    mask = size - 1
    keys = Array(repeating: 0, count: size)
    values = Array(repeating: -1, count: size)
    for (hash, value) in entries {
      var place = Int(hash) & mask
      while values[place] >= 0 { place = (place + 1) & mask }
      keys[place] = hash
      values[place] = Int32(value)
      let bit = WordTable.bit(hash)
      bits[bit >> 6] |= 1 << UInt64(bit & 63)
    }
  }

  @inline(__always)
  private static func bit(_ hash: UInt32) -> Int {
    Int((hash ^ hash >> 15) & UInt32(bitCount - 1))
  }

  /// Nil where there is none.
  @inline(__always)
  subscript(_ hash: UInt32) -> Int? {
    withView { $0[hash] }
  }

  /// The table for many questions, without its bounds being checked for each.
  @inline(__always)
  func withView<T>(_ body: (View) throws -> T) rethrows -> T {
    try keys.withUnsafeBufferPointer { keys in
      try values.withUnsafeBufferPointer { values in
        try bits.withUnsafeBufferPointer { bits in
          try body(View(keys: keys, values: values, bits: bits, mask: mask))
        }
      }
    }
  }

  struct View {
    fileprivate let keys: UnsafeBufferPointer<UInt32>
    fileprivate let values: UnsafeBufferPointer<Int32>
    fileprivate let bits: UnsafeBufferPointer<UInt64>
    fileprivate let mask: Int

    /// False for most of what is not there.
    @inline(__always)
    func mayHave(_ hash: UInt32) -> Bool {
      let bit = WordTable.bit(hash)
      return bits[bit >> 6] >> UInt64(bit & 63) & 1 == 1
    }

    @inline(__always)
    subscript(_ hash: UInt32) -> Int? {
      guard mayHave(hash) else { return nil }
      var place = Int(hash) & mask
      while values[place] >= 0 {
        if keys[place] == hash { return Int(values[place]) }
        place = (place + 1) & mask
      }
      return nil
    }
  }
}
