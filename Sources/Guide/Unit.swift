/// Units of time and size, so that a value in the wrong one is recognised.
package enum Unit {
  private struct Entry {
    var names: [String]
    /// How many of the kind's smallest unit one is.
    var factor: Double
    var kind: Int
  }

  private static let entries: [Entry] = [
    Entry(names: ["seconds", "second", "sec", "s"], factor: 1000, kind: 0),
    Entry(names: ["milliseconds", "millisecond", "ms"], factor: 1, kind: 0),
    Entry(names: ["minutes", "minute", "min"], factor: 60_000, kind: 0),
    Entry(names: ["hours", "hour", "h"], factor: 3_600_000, kind: 0),
    Entry(names: ["days", "day", "d"], factor: 86_400_000, kind: 0),
    Entry(names: ["weeks", "week"], factor: 604_800_000, kind: 0),
    Entry(names: ["bytes", "byte"], factor: 1, kind: 1),
    Entry(names: ["KiB", "KB"], factor: 1024, kind: 1),
    Entry(names: ["MiB", "MB"], factor: 1_048_576, kind: 1),
    Entry(names: ["GiB", "GB"], factor: 1_073_741_824, kind: 1),
  ]

  static let known = entries.map { $0.names[0] }.joined(separator: ", ")

  /// The unit's full name.
  static func name(of word: String) -> String? { entry(word)?.names[0] }

  /// The unit that a check's name ends with: "event-expiry-days".
  static func name(at name: String) -> String? {
    guard let last = name.split(whereSeparator: { !$0.isLetter }).last, last.count > 2 else {
      return nil
    }
    return self.name(of: String(last))
  }

  /// A check's name without the unit at its end.
  package static func bare(_ name: String) -> String {
    guard self.name(at: name) != nil, let last = name.lastIndex(where: { !$0.isLetter }) else {
      return name
    }
    return String(name[..<last])
  }

  /// "30 days in seconds", when `value` fits the bounds once it is read in another unit.
  static func hint(
    _ value: Double, unit: String, fits: (Double) -> Bool
  ) -> String? {
    guard let wanted = entry(unit) else { return nil }
    for other in entries where other.kind == wanted.kind && other.names[0] != wanted.names[0] {
      let converted = value * other.factor / wanted.factor
      guard let whole = integer(converted), whole != 0, fits(converted) else { continue }
      return "looks like \(other.names[0]), the unit is \(wanted.names[0]): "
        + "\(number(value)) \(other.names[0]) are \(number(converted)) \(wanted.names[0])"
    }
    return nil
  }

  static func number(_ value: Double) -> String {
    integer(value).map(String.init) ?? "\(value)"
  }

  /// The value when it is an integer. (`Int(exactly:)` needs the C library's mathematics, which
  /// nothing else here does.)
  static func integer(_ value: Double) -> Int? {
    guard value.magnitude < 9e15 else { return nil }
    let whole = Int(value)
    return Double(whole) == value ? whole : nil
  }

  private static func entry(_ word: String) -> Entry? {
    let lower = word.lowercased()
    return entries.first { $0.names.contains { $0.lowercased() == lower } }
  }
}
