/// A table of what was asked for lately, of about `limit` bytes at most.
///
/// Two halves: when the younger is full, the older goes; what is asked for meanwhile moves over.
package struct Recent<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Entry: Sendable {
    let value: Value
    let size: Int
  }

  private var young: [Key: Entry] = [:]
  private var old: [Key: Entry] = [:]
  private var youngSize = 0
  private var oldSize = 0
  private let limit: Int

  package init(limit: Int) { self.limit = limit }

  package var count: Int { young.count + old.count }
  /// Bytes, as they were given to `insert`.
  package var size: Int { youngSize + oldSize }

  /// The kept value, which counts as used now.
  package mutating func value(for key: Key) -> Value? {
    if let entry = young[key] { return entry.value }
    guard let entry = old.removeValue(forKey: key) else { return nil }
    oldSize -= entry.size
    add(entry, key)
    return entry.value
  }

  /// Keeps a value that takes about `size` bytes with its key; not one that would take an eighth
  /// of the whole table.
  package mutating func insert(_ value: Value, for key: Key, size: Int) {
    guard size <= limit / 8 else { return }
    remove(key)
    add(Entry(value: value, size: size), key)
  }

  /// Puts another value of the same size in the place of one that was just asked for.
  package mutating func replace(_ value: Value, for key: Key) {
    guard let entry = young[key] else { return }
    young[key] = Entry(value: value, size: entry.size)
  }

  /// Forgets the value, if there is one.
  package mutating func remove(_ key: Key) {
    if let entry = young.removeValue(forKey: key) { youngSize -= entry.size }
    if let entry = old.removeValue(forKey: key) { oldSize -= entry.size }
  }

  private mutating func add(_ entry: Entry, _ key: Key) {
    if youngSize + entry.size > limit / 2 {
      old = young
      oldSize = youngSize
      young = [:]
      youngSize = 0
    }
    young[key] = entry
    youngSize += entry.size
  }
}
