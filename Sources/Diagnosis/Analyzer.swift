@_spi(_Unicode) import Swift

/// One token of a text.
package struct Token: Sendable, Hashable {
  package enum Kind: Sendable {
    /// A word, stemmed.
    case word
    /// Something written as code (`ecr:BatchGetImage`, `--payload`, `runtime_session_id`),
    /// whole: its letters and digits, lower case, joined, after a `_`, so that
    /// `InvokeAgentRuntime` and `invoke-agent-runtime` are one.
    case code
  }

  package let text: String
  package let kind: Kind

  /// Whether it names one thing rather than says something: code, or letters with digits as in
  /// `LNK2019` or `0x133`.
  var isCode: Bool {
    if kind == .code { return true }
    guard text.utf8.count >= 3 else { return false }
    var digits = false
    var letters = false
    for byte in text.utf8 {
      if byte &- 0x30 < 10 { digits = true } else if byte < 0x80 { letters = true }
    }
    return digits && letters
  }
}

/// Turns text into the tokens that the index and queries share. Code is kept whole *and*
/// split; accents are folded; runs of Chinese, Japanese and Korean become pairs of characters.
/// Linear in the input.
package enum Analyzer {
  /// Part of every stored index row: a change here means indexing anew.
  package static let version = 2

  /// Longest word or code token kept, in bytes.
  private static let tokenLimit = 64

  package static func tokens(of text: String) -> [Token] {
    var tokens: [Token] = []
    var room = Room()
    scan(text) { bytes, range in segment(bytes, range, &room, into: &tokens) }
    return tokens
  }

  /// Tokens, those of one segment together, each with the segment as it is written: a code token
  /// stands with the words that are its parts.
  static func segments(of text: String) -> [(tokens: [Token], written: String)] {
    var segments: [(tokens: [Token], written: String)] = []
    var tokens: [Token] = []
    var room = Room()
    scan(text) { bytes, range in
      segment(bytes, range, &room, into: &tokens)
      if tokens.isEmpty { return }
      segments.append((tokens, String(decoding: bytes[range], as: UTF8.self)))
      tokens.removeAll(keepingCapacity: true)
    }
    return segments
  }

  /// Room that the segments of a text use one after another.
  private struct Room {
    var parts: [Range<Int>] = []
    var word: [UInt8] = []
  }

  private static func scan(
    _ text: String, _ body: (UnsafeBufferPointer<UInt8>, Range<Int>) -> Void
  ) {
    var text = folded(text)
    text.withUTF8 { bytes in
      var start = 0
      while start < bytes.count {
        if isSpace(bytes[start]) {
          start += 1
          continue
        }
        var end = start
        while end < bytes.count, !isSpace(bytes[end]) { end += 1 }
        chunk(bytes, start..<end, body)
        start = end
      }
    }
  }

  /// Words alone, in order: for phrases and runs.
  package static func words(of text: String) -> [String] {
    tokens(of: text).compactMap { $0.kind == .word ? $0.text : nil }
  }

  /// The parts of one word as it is written: `CannotPull` are `Cannot` and `Pull`.
  package static func parts(of word: String) -> [String] {
    var word = word
    return word.withUTF8 { bytes in
      var parts: [Range<Int>] = []
      if !bytes.isEmpty { split(bytes, 0..<bytes.count, into: &parts) }
      return parts.map { String(decoding: bytes[$0], as: UTF8.self) }
    }
  }

  /// A piece between white space. Segments between `/ , ; ( ) " ' = < >` stand alone; the rest of
  /// its punctuation joins parts of one code token.
  private static func chunk(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>,
    _ body: (UnsafeBufferPointer<UInt8>, Range<Int>) -> Void
  ) {
    var start = range.lowerBound
    for index in range where isBreak(bytes[index]) {
      body(bytes, start..<index)
      start = index + 1
    }
    body(bytes, start..<range.upperBound)
  }

  private static func segment(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ room: inout Room,
    into tokens: inout [Token]
  ) {
    room.parts.removeAll(keepingCapacity: true)
    var pieceStart: Int?
    for index in range.lowerBound...range.upperBound {
      let inside = index < range.upperBound && isWordByte(bytes[index])
      if inside {
        if pieceStart == nil { pieceStart = index }
      } else if let start = pieceStart {
        let before = room.parts.count
        split(bytes, start..<index, into: &room.parts)
        // `botocore.exceptions.UnknownServiceError`: each camel-case piece is code by itself.
        if range.count > index - start, room.parts.count - before > 1 {
          code(bytes, CollectionOfOne(start..<index), &room.word, into: &tokens)
        }
        pieceStart = nil
      }
    }
    for part in room.parts { word(bytes, part, &room.word, into: &tokens) }
    if room.parts.count > 1, room.parts.count <= 8 {
      code(bytes, room.parts, &room.word, into: &tokens)
    }
  }

  /// Splits at changes from lower to upper case and between letters and digits, but keeps `ipv6`,
  /// `x86`, `http2`-like words whole when short.
  private static func split(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into parts: inout [Range<Int>]
  ) {
    var start = range.lowerBound
    for index in range.dropFirst() where isBoundary(bytes, index, range) {
      parts.append(start..<index)
      start = index
    }
    parts.append(start..<range.upperBound)
  }

  private static func isBoundary(
    _ bytes: UnsafeBufferPointer<UInt8>, _ index: Int, _ range: Range<Int>
  ) -> Bool {
    let before = bytes[index - 1]
    let here = bytes[index]
    if isUpper(here) {
      if isLower(before) { return true }
      // `HTTPServer` → `HTTP`, `Server`.
      if isUpper(before), index + 1 < range.upperBound, isLower(bytes[index + 1]) {
        // A plural of capitals (`IDs`, `URLs`) is one word.
        return index + 2 < range.upperBound && isLower(bytes[index + 2])
      }
    }
    return false
  }

  private static func word(
    _ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ word: inout [UInt8],
    into tokens: inout [Token]
  ) {
    guard range.count <= tokenLimit else { return }
    word.removeAll(keepingCapacity: true)
    var ascii = true
    var digits = 0
    for index in range {
      let byte = bytes[index]
      if byte >= 0x80 { ascii = false }
      if byte &- 0x30 < 10 { digits += 1 }
      word.append(isUpper(byte) ? byte | 0x20 : byte)
    }
    // Long numbers are ids and times, which no two people share.
    if digits == word.count, digits > 6 { return }
    if word.count > 2, word[0] == 0x30, word[1] == 0x78, !shortenHexadecimal(&word) { return }
    if ascii {
      Stemmer.stem(&word)
      tokens.append(Token(text: String(decoding: word, as: UTF8.self), kind: .word))
    } else {
      otherScript(String(decoding: word, as: UTF8.self), into: &tokens)
    }
  }

  /// `0x0000000A` becomes `0xa`; false for what has more than nine digits then, an address.
  private static func shortenHexadecimal(_ word: inout [UInt8]) -> Bool {
    let digits = word.dropFirst(2).drop { $0 == 0x30 }
    if digits.count > 9 { return false }
    word = Array(word[..<2]) + (digits.isEmpty ? [0x30] : Array(digits))
    return true
  }

  /// Words of other scripts; runs of characters written without spaces become overlapping pairs.
  private static func otherScript(_ text: String, into tokens: inout [Token]) {
    var run: [Unicode.Scalar] = []
    var plain = String.UnicodeScalarView()
    func flushRun() {
      if run.count == 1 { tokens.append(Token(text: String(Character(run[0])), kind: .word)) }
      for index in run.indices.dropFirst() {
        var pair = String.UnicodeScalarView()
        pair.append(run[index - 1])
        pair.append(run[index])
        tokens.append(Token(text: String(pair), kind: .word))
      }
      run = []
    }
    func flushPlain() {
      if !plain.isEmpty { tokens.append(Token(text: String(plain), kind: .word)) }
      plain = String.UnicodeScalarView()
    }
    for scalar in text.unicodeScalars {
      if isWithoutSpaces(scalar) {
        flushPlain()
        run.append(scalar)
      } else if scalar.properties.isAlphabetic || scalar.properties.numericType != nil {
        flushRun()
        plain.append(scalar)
      } else {
        flushRun()
        flushPlain()
      }
    }
    flushRun()
    flushPlain()
  }

  private static func code(
    _ bytes: UnsafeBufferPointer<UInt8>, _ parts: some Collection<Range<Int>>,
    _ whole: inout [UInt8], into tokens: inout [Token]
  ) {
    whole.removeAll(keepingCapacity: true)
    whole.append(0x5f)
    var letters = false
    for part in parts {
      for index in part {
        let byte = bytes[index]
        if byte &- 0x30 >= 10 { letters = true }
        whole.append(isUpper(byte) ? byte | 0x20 : byte)
      }
    }
    guard letters, whole.count > 3, whole.count <= tokenLimit else { return }
    tokens.append(Token(text: String(decoding: whole, as: UTF8.self), kind: .code))
  }

  /// Without accents, and lower case beyond ASCII. ASCII text comes back as it is.
  private static func folded(_ text: String) -> String {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    var result = String.UnicodeScalarView()
    for scalar in text._nfd {
      switch scalar.properties.generalCategory {
      case .nonspacingMark
      where scalar.value < 0x3000 && scalar.value >= 0x300 && scalar.value < 0x370:
        continue
      case .dashPunctuation, .otherPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .spaceSeparator, .mathSymbol, .otherSymbol:
        result.append(scalar.value < 0x80 ? scalar : " ")
      default:
        if scalar.value < 0x80 {
          result.append(scalar)
        } else {
          result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
        }
      }
    }
    // Hangul syllables came apart in NFD; pairs want them whole.
    var whole = String.UnicodeScalarView()
    for scalar in String(result)._nfc { whole.append(scalar) }
    return String(whole)
  }

  private static func isWithoutSpaces(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x3040...0x30ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xac00...0xd7af, 0xf900...0xfaff,
      0x20000...0x2fa1f:
      true
    default: false
    }
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }
  private static func isUpper(_ byte: UInt8) -> Bool { byte &- 0x41 < 26 }
  private static func isLower(_ byte: UInt8) -> Bool { byte &- 0x61 < 26 }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte &- 0x30 < 10 || isUpper(byte) || isLower(byte) || byte >= 0x80
  }

  private static func isBreak(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "/"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "("),
      UInt8(ascii: ")"), UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "="),
      UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "["), UInt8(ascii: "]"),
      UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "|"), UInt8(ascii: "`"):
      true
    default: false
    }
  }
}

/// Words so common that they say nothing about a problem.
package let stopWords: Set<String> = Set(
  """
  a about after again all also am an and any are as at be because been before being below between
  both but by can could did do does doing down during each few for from further had has have having
  he her here him his how i if in into is it its just me more most my no nor not of off on once only
  or other our out over own same she should so some such than that the their them then there these
  they this those through to too under until up very was we were what when where which while who
  whom why will with would you your yours s t d ll m re ve get got gets getting u im ive dont doesnt
  isnt cant please help thanks hi hello anyone someone way thing things lot like want need needs
  try tried trying still even now ever though although however therefore thus since yet
  der die das und ist nicht ein eine zu mit auf für von den dem des le la les un une est pas et de du
  que qui dans pour sur avec el los las una es en con por para del
  """.split(whereSeparator: \.isWhitespace).flatMap { Analyzer.words(of: String($0)) })
