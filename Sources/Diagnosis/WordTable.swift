/// Values by the hash of a word. The hash is a good one already and is not hashed again, since a
/// question asks for every word of dozens of issues.
struct WordTable<Value: Sendable>: Sendable {
  private var keys: [UInt32]
  private var values: [Value?]
  private let mask: Int

  init(_ entries: [UInt32: Value]) {
    // At most half full, so that what is not there is soon known.
    var size = 16
    while size < entries.count * 2 { size *= 2 }
    mask = size - 1
    keys = Array(repeating: 0, count: size)
    values = Array(repeating: nil, count: size)
    for (hash, value) in entries {
      var place = Int(hash) & mask
      while values[place] != nil { place = (place + 1) & mask }
      keys[place] = hash
      values[place] = value
    }
  }

  @inline(__always)
  subscript(_ hash: UInt32) -> Value? {
    var place = Int(hash) & mask
    while let value = values[place] {
      if keys[place] == hash { return value }
      place = (place + 1) & mask
    }
    return nil
  }
}
