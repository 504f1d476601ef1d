/// The `---` block at the beginning of a file: the small part of YAML that documentation uses.
struct FrontMatter {
  /// Offset of the first byte behind it.
  var end: Int
  /// Lines it takes, fences counted.
  var lineCount: Int
  /// Top-level scalars and lists, in order; lists joined by ", ".
  var properties: [Property]

  /// Nil when the text does not begin with front matter, or when that has no end.
  init?(_ bytes: [UInt8], from start: Int) {
    let outline = FrontMatterLines(bytes, from: start)
    guard let lines = outline.lines else { return nil }
    end = outline.end
    lineCount = lines.count + 2
    properties = Self.properties(lines)
  }

  func value(_ keys: String...) -> String? {
    for key in keys {
      let found = properties.first { $0.key.lowercased() == key && !$0.value.isEmpty }
      if let found { return found.value }
    }
    return nil
  }

  private static func properties(_ lines: [Substring]) -> [Property] {
    var result: [Property] = []
    var index = 0
    while index < lines.count {
      let line = lines[index]
      index += 1
      guard let (key, rest) = entry(line) else { continue }
      var block: [Substring] = []
      while index < lines.count, continues(lines[index], list: rest.isEmpty) {
        block.append(lines[index])
        index += 1
      }
      result.append(Property(key, value(rest, block)))
    }
    return result
  }

  /// `key: rest` at the left margin.
  private static func entry(_ line: Substring) -> (String, String)? {
    guard let first = line.utf8.first, !first.isSpaceOrTab, first != Byte.hash,
      first != Byte.hyphen
    else { return nil }
    var search = line.utf8.startIndex
    while let colon = line.utf8[search...].firstIndex(of: Byte.colon) {
      let after = line.utf8.index(after: colon)
      if after == line.utf8.endIndex || line.utf8[after].isSpaceOrTab {
        let key = unquoted(line[..<colon].trimmed)
        return key.isEmpty ? nil : (key, line[after...].trimmed)
      }
      search = after
    }
    return nil
  }

  private static func continues(_ line: Substring, list: Bool) -> Bool {
    guard let first = line.utf8.first else { return true }
    return first.isSpaceOrTab || (list && first == Byte.hyphen)
  }

  private static func value(_ rest: String, _ block: [Substring]) -> String {
    if let mark = rest.utf8.first, mark == UInt8(ascii: "|") || mark == Byte.greater {
      let lines = block.map(\.trimmed)
      let separator = mark == Byte.greater ? " " : "\n"
      return lines.joined(separator: separator).trimmed
    }
    if rest.utf8.first == Byte.openBracket {
      let whole = ([rest] + block.map(\.trimmed)).joined(separator: " ")
      return inlineList(whole).joined(separator: ", ")
    }
    let items = block.map(\.trimmed).filter { !$0.isEmpty && $0.utf8.first != Byte.hash }
    if rest.isEmpty {
      let entries = items.filter { $0.hasPrefix("- ") || $0 == "-" }
      guard entries.count == items.count else { return "" }  // a nested map
      return entries.map { unquoted($0.dropFirst(1).trimmed) }.joined(separator: ", ")
    }
    return unquoted(([withoutComment(rest)] + items).joined(separator: " "))
  }

  private static func inlineList(_ text: String) -> [String] {
    var items: [String] = []
    var item = ""
    var quote: Character?
    for character in text.dropFirst() {
      if character == quote {
        quote = nil
      } else if quote == nil, character == "\"" || character == "'" {
        quote = character
      } else if quote == nil, character == "," || character == "]" {
        items.append(item.trimmed)
        item = ""
        if character == "]" { break }
      } else {
        item.append(character)
      }
    }
    items.append(item.trimmed)
    return items.filter { !$0.isEmpty }
  }

  private static func withoutComment(_ text: String) -> String {
    guard let first = text.utf8.first, first != Byte.quote, first != Byte.apostrophe else {
      return text
    }
    var previous: UInt8 = 0
    for index in text.utf8.indices {
      if text.utf8[index] == Byte.hash, previous.isSpaceOrTab { return text[..<index].trimmed }
      previous = text.utf8[index]
    }
    return text
  }

  static func unquoted(_ text: String) -> String {
    guard text.utf8.count >= 2, let first = text.utf8.first, text.utf8.last == first else {
      return text
    }
    let inner = text.dropFirst().dropLast()
    if first == Byte.apostrophe { return String(inner.replacing("''", with: "'")) }
    guard first == Byte.quote else { return text }
    var result = ""
    var escaped = false
    for scalar in inner.unicodeScalars {
      if escaped {
        result.unicodeScalars.append(scalar == "n" ? "\n" : scalar == "t" ? "\t" : scalar)
        escaped = false
      } else if scalar == "\\" {
        escaped = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// The lines between the two fences of front matter.
private struct FrontMatterLines {
  var lines: [Substring]?
  var end: Int

  /// No front matter is longer: a `---` that never ends must not make the reader search far.
  private static let limit = 64 * 1024

  init(_ bytes: [UInt8], from start: Int) {
    end = start
    guard bytes[start...].hasPrefix("---") else { return }
    var place = start
    var first = true
    var found: [Range<Int>] = []
    while place < min(bytes.count, start + Self.limit) {
      var lineEnd = place
      while lineEnd < bytes.count, !bytes[lineEnd].isLineEnd { lineEnd += 1 }
      let line = bytes[place..<lineEnd]
      let bare = line.prefix { !$0.isSpaceOrTab }
      let isFence =
        (bare.elementsEqual("---".utf8) || (!first && bare.elementsEqual("...".utf8)))
        && line.dropFirst(bare.count).allSatisfy(\.isSpaceOrTab)
      var next = lineEnd
      if next < bytes.count {
        let pair = bytes[next] == Byte.carriageReturn && next + 1 < bytes.count
        next += pair && bytes[next + 1] == Byte.lineFeed ? 2 : 1
      }
      if first {
        guard isFence else { return }
      } else if isFence {
        lines = found.map { Substring(bytes[$0].text) }
        end = next
        return
      } else {
        found.append(place..<lineEnd)
      }
      first = false
      place = next
    }
  }
}
