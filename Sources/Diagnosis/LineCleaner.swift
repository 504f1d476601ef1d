/// Makes a raw line readable: no escape sequences, no overwritten states, no control bytes.
enum LineCleaner {
  /// The cleaned bytes of a line without its newline: valid UTF-8, blanks trimmed at the end.
  static func clean(_ raw: Span<UInt8>) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(raw.count)
    var needsRepair = false
    var place = 0
    while place < raw.count {
      let byte = raw[place]
      switch byte {
      case 0x1B: place = escapeEnd(raw, place)
      case 0x5B where isBareColour(raw, place): place = colourEnd(raw, place)
      case 0x0D:
        place += 1
        line.append(byte)
      case 0x08:
        if let last = line.last, last != 0x0D { line.removeLast() }
        place += 1
      case 0x09, 0x20...0x7E:
        line.append(byte)
        place += 1
      case 0xC2 where place + 1 < raw.count && raw[place + 1] == 0x9B:
        place = parametersEnd(raw, place + 2)
      case 0x80...:
        needsRepair = true
        line.append(byte)
        place += 1
      default: place += 1
      }
    }
    if line.contains(0x0D) { line = lastState(line) }
    if line.starts(with: sectionMark) { line = withoutSectionMark(line) }
    while let last = line.last, last.isBlank { line.removeLast() }
    return needsRepair ? repaired(line) : line
  }

  private static let sectionMark = Array("section_".utf8)

  /// The place after an escape sequence that begins at `start` (ECMA-48).
  private static func escapeEnd(_ raw: Span<UInt8>, _ start: Int) -> Int {
    guard start + 1 < raw.count else { return raw.count }
    switch raw[start + 1] {
    case 0x5B: return parametersEnd(raw, start + 2)
    // OSC, DCS, SOS, PM, APC: up to BEL or ST. One without end is only its introducer.
    case 0x5D, 0x50, 0x58, 0x5E, 0x5F: return stringEnd(raw, start + 2)
    case 0x20...0x2F:
      var place = start + 2
      while place < raw.count, (0x20...0x2F).contains(raw[place]) { place += 1 }
      return min(place + 1, raw.count)
    case 0x30...0x7E: return start + 2
    default: return start + 1
    }
  }

  private static func parametersEnd(_ raw: Span<UInt8>, _ start: Int) -> Int {
    var place = start
    while place < raw.count, (0x20...0x3F).contains(raw[place]) { place += 1 }
    return place < raw.count && (0x40...0x7E).contains(raw[place]) ? place + 1 : place
  }

  private static func stringEnd(_ raw: Span<UInt8>, _ start: Int) -> Int {
    var place = start
    let limit = min(raw.count, start + 2048)
    while place < limit {
      if raw[place] == 0x07 { return place + 1 }
      if raw[place] == 0x1B {
        return place + 1 < raw.count && raw[place + 1] == 0x5C ? place + 2 : place
      }
      place += 1
    }
    return start
  }

  /// `[36;1m` whose escape byte was lost on the way (copied from a browser): digits, `;`, then `m`.
  private static func isBareColour(_ raw: Span<UInt8>, _ start: Int) -> Bool {
    let end = colourEnd(raw, start)
    guard end > start + 2, end <= raw.count else { return false }
    return end == raw.count || raw[end] != 0x5D
  }

  /// The place after `[…m` or `[0K`, or `start` where there is none.
  private static func colourEnd(_ raw: Span<UInt8>, _ start: Int) -> Int {
    var place = start + 1
    let limit = min(raw.count, start + 12)
    while place < limit, raw[place].isDigit || raw[place] == 0x3B { place += 1 }
    guard place < limit, place > start + 1 else { return start }
    if raw[place] == 0x6D { return place + 1 }
    return raw[place] == 0x4B && place == start + 2 ? place + 1 : start
  }

  /// A progress bar writes over itself: its last state stays, and states that name an error.
  private static func lastState(_ line: [UInt8]) -> [UInt8] {
    let states = line.split(separator: 0x0D).filter { state in
      state.contains { !$0.isBlank } && !state.starts(with: sectionMark)
    }
    guard let last = states.last else { return [] }
    var kept: [UInt8] = []
    for state in states.dropLast() where Vocabulary.hasTrouble(Array(state)) {
      guard kept.count + state.count < 8192 else { break }
      kept += state + [0x20]
    }
    return kept + last
  }

  /// GitLab writes `section_start:1778587320:name` before a heading.
  private static func withoutSectionMark(_ line: [UInt8]) -> [UInt8] {
    for word in ["section_start:", "section_end:"] where line.has(word, at: 0) {
      let digits = line.end(from: word.utf8.count) { $0.isDigit }
      guard digits > word.utf8.count, line.byte(digits) == .ascii(":") else { return line }
      return Array(line[line.end(from: digits + 1) { $0.isWord || $0 == .ascii("-") }...])
    }
    return line
  }

  private static func repaired(_ line: [UInt8]) -> [UInt8] {
    Array(String(decoding: line, as: UTF8.self).utf8)
  }
}
