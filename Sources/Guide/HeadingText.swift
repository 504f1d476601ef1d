/// The words of a heading without the signs of inline markup, as a viewer of Markdown shows them
/// (CommonMark §6): a title is text wherever it stands alone.
///
/// Where authors write messages rather than markup the message wins: a tag that HTML does not know
/// (`<name>`), a reference without a link (`[error][pump]`) and `__init__` stay.
struct HeadingText {
  private let bytes: ArraySlice<UInt8>
  private let isMarkdown: Bool
  private var place: Int
  private var pieces: [Piece] = []

  private enum Piece {
    case text([UInt8])
    case run(Run)
  }

  /// Signs of emphasis that may turn out to be signs.
  private struct Run {
    let sign: UInt8
    let opens: Bool
    let closes: Bool
    let length: Int
    var left: Int
  }

  /// - Parameters:
  ///   - isMarkdown: False for what stands inside HTML, where only tags and entities count.
  static func plain(_ bytes: ArraySlice<UInt8>, isMarkdown: Bool = true) -> [UInt8] {
    var text = HeadingText(bytes, isMarkdown: isMarkdown)
    guard bytes.count <= limit else { return text.unguarded() }
    while text.place < bytes.endIndex { text.step() }
    text.matchRuns()
    return text.pieces.flatMap { piece in
      switch piece {
      case .text(let bytes): bytes
      case .run(let run): [UInt8](repeating: run.sign, count: run.left)
      }
    }
  }

  /// No title is longer, and looking for pairs takes time that grows with the square of the length.
  private static let limit = 400

  /// The text without backslashes alone.
  private mutating func unguarded() -> [UInt8] {
    var result: [UInt8] = []
    while place < bytes.endIndex {
      if isMarkdown, bytes[place] == Byte.backslash, after(1)?.isPunctuation ?? false { place += 1 }
      result.append(bytes[place])
      place += 1
    }
    return result
  }

  private init(_ bytes: ArraySlice<UInt8>, isMarkdown: Bool) {
    self.bytes = bytes
    self.isMarkdown = isMarkdown
    place = bytes.startIndex
  }

  private mutating func step() {
    let byte = bytes[place]
    switch byte {
    case Byte.ampersand: entity()
    case Byte.less: tag()
    case _ where !isMarkdown: keep(1)
    case Byte.backslash where after(1)?.isPunctuation ?? false:
      place += 1
      keep(1)
    case Byte.backtick: code()
    case Byte.exclamation where after(1) == Byte.openBracket:
      if !link(from: place + 1) { keep(1) }
    case Byte.openBracket: if !link(from: place) { keep(1) }
    case Byte.asterisk, Byte.underscore, Byte.tilde: run(byte)
    default: keep(1)
    }
  }

  private func after(_ count: Int) -> UInt8? {
    place + count < bytes.endIndex ? bytes[place + count] : nil
  }

  private mutating func keep(_ count: Int) {
    add(bytes[place..<place + count])
    place += count
  }

  private mutating func add(_ new: some Sequence<UInt8>) {
    if case .text(var text) = pieces.last {
      text += new
      pieces[pieces.count - 1] = .text(text)
    } else {
      pieces.append(.text(Array(new)))
    }
  }

  // MARK: Code, entities, tags

  private mutating func code() {
    let length = bytes[place...].prefix { $0 == Byte.backtick }.count
    guard let end = Self.codeEnd(bytes, from: place) else { return keep(length) }
    var inside = bytes[place + length..<end - length]
    if inside.first == Byte.space, inside.last == Byte.space,
      inside.contains(where: { $0 != Byte.space })
    {
      inside = inside.dropFirst().dropLast()
    }
    add(inside)
    place = end
  }

  /// Where the code that begins at that backtick ends, behind its last one.
  private static func codeEnd(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
    let length = bytes[start...].prefix { $0 == Byte.backtick }.count
    var place = start + length
    while place < bytes.endIndex {
      let run = bytes[place...].prefix { $0 == Byte.backtick }.count
      if run == length { return place + run }
      place += max(run, 1)
    }
    return nil
  }

  private mutating func entity() {
    guard let end = bytes[place...].prefix(34).firstIndex(of: Byte.semicolon),
      let text = Entity.text(bytes[place + 1..<end])
    else { return keep(1) }
    add(text.utf8)
    place = end + 1
  }

  private mutating func tag() {
    if bytes[place...].hasPrefix("<!--") {
      var end = place + 4
      while end < bytes.endIndex, !bytes[end...].hasPrefix("-->") { end += 1 }
      guard end < bytes.endIndex else { return keep(1) }
      place = end + 3
      return
    }
    guard let end = bytes[place...].firstIndex(of: Byte.greater) else { return keep(1) }
    let inside = bytes[place + 1..<end]
    if isMarkdown, ["http://", "https://", "mailto:"].contains(where: { inside.hasPrefix($0) }),
      !inside.contains(Byte.space)
    {
      add(inside)
    } else if let name = HTMLTag(Array(bytes[place...end]), from: 0, to: end - place + 1)?.name,
      Self.dresses.contains(name)
    {
      if name == "br" { add([Byte.space]) }
    } else {
      return keep(1)
    }
    place = end + 1
  }

  /// Tags that say how words look, and no words.
  private static let dresses: Set = [
    "a", "abbr", "b", "big", "br", "cite", "code", "del", "em", "font", "h1", "h2", "h3", "h4",
    "h5", "h6", "i", "img", "ins", "kbd", "mark", "nobr", "p", "s", "samp", "small", "span",
    "strong", "sub", "sup", "tt", "u", "var", "wbr",
  ]

  // MARK: Links

  /// Reads a link or picture whose bracket opens there; its words stay.
  private mutating func link(from open: Int) -> Bool {
    guard let close = closing(open), open + 1 < close else { return false }
    let words = bytes[open + 1..<close]
    if let label = Self.marked(words) {
      add(Self.plain(label))
      place = close + 1
      return true
    }
    guard close + 1 < bytes.endIndex, let end = targetEnd(close + 1, words) else { return false }
    add(Self.plain(words))
    place = end
    return true
  }

  /// `[!UICONTROL Save]`, as DocFX and its kin mark words; `[!TIP]` marks none.
  private static func marked(_ words: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    guard words.first == Byte.exclamation else { return nil }
    let mark = words.dropFirst().prefix { $0.isLetter && $0 & 0x20 == 0 }
    let rest = words[mark.endIndex...].drop(while: \.isSpaceOrTab)
    return mark.count > 1 && rest.startIndex > mark.endIndex && !rest.isEmpty ? rest : nil
  }

  /// The bracket that closes the one there; what stands in code or behind a backslash is none.
  private func closing(_ open: Int) -> Int? {
    var depth = 0
    var index = open
    while index < bytes.endIndex {
      switch bytes[index] {
      case Byte.backslash: index += 1
      case Byte.backtick:
        let length = bytes[index...].prefix { $0 == Byte.backtick }.count
        index = (Self.codeEnd(bytes, from: index) ?? index + length) - 1
      case Byte.openBracket: depth += 1
      case Byte.closeBracket:
        depth -= 1
        if depth == 0 { return index }
      default: break
      }
      index += 1
    }
    return nil
  }

  /// Where the link's target ends: `(address)`, `(address "title")`; `[reference]` only behind code, as tools
  /// for documentation write it.
  private func targetEnd(_ start: Int, _ words: ArraySlice<UInt8>) -> Int? {
    if bytes[start] == Byte.openBracket {
      guard words.first == Byte.backtick, let close = closing(start) else { return nil }
      return close + 1
    }
    guard bytes[start] == Byte.openParenthesis else { return nil }
    var depth = 0
    for index in start..<bytes.endIndex {
      if bytes[index] == Byte.openParenthesis { depth += 1 }
      if bytes[index] == Byte.closeParenthesis { depth -= 1 }
      guard depth == 0 else { continue }
      let target = bytes[start + 1..<index]
      let address = target.prefix { $0 != Byte.space }
      let title = target[address.endIndex...].drop { $0 == Byte.space }
      let quotes = [Byte.quote, Byte.apostrophe]
      let isTitle = title.isEmpty || title.count > 1 && quotes.contains(title.first!)
      return isTitle && !address.isEmpty ? index + 1 : nil
    }
    return nil
  }

  // MARK: Emphasis

  private mutating func run(_ sign: UInt8) {
    let length = bytes[place...].prefix { $0 == sign }.count
    if sign == Byte.underscore, let end = dunderEnd(length) { return keep(end - place) }
    let before = place > bytes.startIndex ? bytes[place - 1] : Byte.space
    let behind = after(length) ?? Byte.space
    let fromLeft =
      !behind.isWhitespace
      && (!behind.isPunctuation || before.isWhitespace || before.isPunctuation)
    let fromRight =
      !before.isWhitespace
      && (!before.isPunctuation || behind.isWhitespace || behind.isPunctuation)
    // Inside a word an underscore is part of it.
    let inWord = sign == Byte.underscore && fromLeft && fromRight
    let opens = fromLeft && !(inWord && !before.isPunctuation)
    let closes = fromRight && !(inWord && !behind.isPunctuation)
    pieces.append(
      .run(Run(sign: sign, opens: opens, closes: closes, length: length, left: length)))
    place += length
  }

  /// `__init__` is a name.
  private func dunderEnd(_ length: Int) -> Int? {
    guard length == 2 else { return nil }
    let name = bytes[(place + 2)...].prefix {
      $0.isDigit || $0 == Byte.underscore || ($0.isLetter && $0 & 0x20 != 0)
    }
    let end = name.endIndex
    return name.count > 2 && name.suffix(2).allSatisfy { $0 == Byte.underscore }
      && name.first != Byte.underscore ? end : nil
  }

  /// CommonMark's "process emphasis", which takes away what pairs.
  private mutating func matchRuns() {
    let runs = pieces.indices.filter { if case .run = pieces[$0] { true } else { false } }
    for (number, place) in runs.enumerated() {
      guard case .run(var closer) = pieces[place], closer.closes else { continue }
      for other in runs[..<number].reversed() {
        guard closer.left > 0, case .run(var opener) = pieces[other] else { break }
        let isOddPair =
          (opener.closes || closer.opens) && (opener.length + closer.length) % 3 == 0
          && !(opener.length % 3 == 0 && closer.length % 3 == 0)
        guard opener.sign == closer.sign, opener.opens, opener.left > 0, !isOddPair else {
          continue
        }
        if closer.sign == Byte.tilde, opener.left != 2 || closer.left != 2 { continue }
        let taken = min(opener.left, closer.left)
        opener.left -= taken
        closer.left -= taken
        pieces[other] = .run(opener)
        pieces[place] = .run(closer)
        // What stands between a pair belongs to no other.
        for between in runs[..<number] where between > other {
          if case .run(var run) = pieces[between] {
            run = Run(
              sign: run.sign, opens: false, closes: false, length: run.length, left: run.left)
            pieces[between] = .run(run)
          }
        }
      }
    }
  }
}
