/// A value that a text gives to a name: `name=value`, `"name": "value"`, `name: 12`, `--name value`.
/// Checks written in issues are run on such values.
package struct Assignment: Sendable, Equatable {
  /// As written, without dashes before it.
  package let name: String
  /// The name as one code token (`_eventexpiryduration`), whatever its spelling.
  package let code: String
  /// The parts of the name, stemmed.
  package let words: [String]
  /// Without quotation marks.
  package let value: String
  /// Index of the line it stands in.
  let line: Int

  /// Assignments looked at in one text.
  private static let limit = 64
  private static let valueLimit = 512

  /// The assignments of lines, in order. Names of one word (`name`, `id`) say too little and are
  /// left out, as are values that only stand for one (`$ID`, `<id>`, `session.id`).
  static func all(in lines: [SignalLine]) -> [Assignment] {
    var found: [Assignment] = []
    for (index, line) in lines.enumerated() {
      var text = line.text
      text.withUTF8 { bytes in
        var scanner = AssignmentScanner(bytes)
        while let (name, value) = scanner.next() {
          if found.count == limit { return }
          let tokens = Analyzer.tokens(of: name)
          guard value.utf8.count <= valueLimit,
            let code = tokens.last, code.kind == .code,
            !found.contains(where: { $0.code == code.text && $0.value == value })
          else { continue }
          found.append(
            Assignment(
              name: name, code: code.text,
              words: tokens.compactMap { $0.kind == .word ? $0.text : nil }, value: value,
              line: index))
        }
      }
      if found.count == limit { break }
    }
    return found
  }
}

/// A value that breaks a check of an issue.
package struct BrokenCheck: Sendable {
  package let issueID: Int
  package let isInScope: Bool
  package let assignment: Assignment
  /// Why it does not pass, in a few words.
  package let detail: String
  /// How many issues name the value's name: a name that many use says little.
  package let issues: Int

  package init(
    issueID: Int, isInScope: Bool, assignment: Assignment, detail: String, issues: Int
  ) {
    self.issueID = issueID
    self.isInScope = isInScope
    self.assignment = assignment
    self.detail = detail
    self.issues = issues
  }

  /// How much it tells, 0…1: all when the value's name stands in one issue only, little for a name
  /// like `sessionId` that many programs have.
  func telling(of count: Int) -> Double {
    let share =
      Rarity.idf(assignment.code, in: issues, of: count)
      / max(Rarity.idf(assignment.code, in: 1, of: count), 0.001)
    return share * share
  }
}

/// Finds names with values in one line, in one pass.
private struct AssignmentScanner {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var place = 0

  init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func next() -> (name: String, value: String)? {
    while place < bytes.count {
      let start = place
      guard isNameByte(at: start), start == 0 || !isNameByte(at: start - 1) else {
        place += 1
        continue
      }
      var end = start
      while isNameByte(at: end) { end += 1 }
      place = end
      if let value = value(behind: end, isFlag: isFlag(start), quote: byte(start - 1)) {
        return (text(start..<end), value)
      }
    }
    return nil
  }

  private func isFlag(_ start: Int) -> Bool {
    byte(start) == UInt8(ascii: "-") && byte(start + 1) == UInt8(ascii: "-")
  }

  /// The value behind a name that ends at `end`, and moves behind it.
  private mutating func value(behind end: Int, isFlag: Bool, quote: UInt8) -> String? {
    var index = end
    if isQuote(quote), byte(index) == quote { index += 1 }
    let blanks = skipBlanks(&index)
    // Spaces around the sign are of program text, where a bare word is a name again.
    var isProgram = blanks > 0
    switch byte(index) {
    case UInt8(ascii: "="):
      index += 1
      if byte(index) == UInt8(ascii: "=") { return nil }
      if byte(index) == UInt8(ascii: ">") { index += 1 }
      if skipBlanks(&index) > 0 { isProgram = true }
    case UInt8(ascii: ":"):
      index += 1
      if byte(index) == UInt8(ascii: "=") { index += 1 }
      guard skipBlanks(&index) > 0 || isQuote(byte(index)) else { return nil }
      isProgram = true
    default:
      guard isFlag, blanks > 0, byte(index) != UInt8(ascii: "-") else { return nil }
      isProgram = false
    }
    let first = byte(index)
    if isQuote(first) {
      let start = index + 1
      var stop = start
      while stop < bytes.count, bytes[stop] != first { stop += 1 }
      guard stop < bytes.count else { return nil }
      place = stop + 1
      let value = text(start..<stop)
      return AssignmentScanner.isLiteral(value) ? value : nil
    }
    var stop = index
    while stop < bytes.count, !ends(bytes[stop]) { stop += 1 }
    if stop > index, byte(stop - 1) == UInt8(ascii: ".") || byte(stop - 1) == UInt8(ascii: ":") {
      stop -= 1
    }
    let value = text(index..<stop)
    place = max(place, index)
    guard AssignmentScanner.isLiteral(value), !isProgram || isNumber(value) else { return nil }
    place = stop
    return value
  }

  /// Whether it is a value and not the name of one, nor a mark in its place.
  private static func isLiteral(_ value: String) -> Bool {
    guard let first = value.utf8.first, first != UInt8(ascii: "-") || value.utf8.count > 1 else {
      return false
    }
    let marks = "$<{(%*\\".utf8
    return !value.utf8.contains { marks.contains($0) } && !value.hasPrefix("[secret:")
      && !value.contains("..") && !value.contains("…")
  }

  private func isNumber(_ value: String) -> Bool {
    let digits = value.utf8.first == UInt8(ascii: "-") ? value.utf8.dropFirst() : value.utf8[...]
    return !digits.isEmpty && digits.allSatisfy { $0 &- 0x30 < 10 }
  }

  private func skipBlanks(_ index: inout Int) -> Int {
    let start = index
    while byte(index) == 0x20 || byte(index) == 0x09 { index += 1 }
    return index - start
  }

  private func byte(_ index: Int) -> UInt8 {
    index >= 0 && index < bytes.count ? bytes[index] : 0
  }

  private func isNameByte(at index: Int) -> Bool {
    let byte = byte(index)
    return byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  private func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
  }

  private func ends(_ byte: UInt8) -> Bool {
    byte <= 0x20 || ",;)]}\"'<>|&".utf8.contains(byte)
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }
}
