/// Secrets in HTTP headers, as headers, JSON, or arguments of a command.
enum HeaderSecrets {
  /// `Authorization: scheme value`: the value, whatever the scheme.
  static func authorization(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard let value = SecretAssignment.valueStart(line, after: end), value.separator != 0x20 else {
      return []
    }
    var first = SecretAssignment.contentStart(line, value.start)
    let word = line.end(from: first, upTo: 24) { $0.isWord || $0 == .ascii("-") }
    if line.byte(word) == 0x20 {
      // Of a signed request only the signature is secret; its own rule finds it.
      if line.hasFolded("aws4", at: first) { return [] }
      if line.hasFolded("digest", at: first) { return digestResponse(line, from: word) }
      guard schemes.contains(where: { line.hasFolded($0, at: first) }) else { return [] }
      first = line.skippingBlanks(from: word)
    }
    let stop = line.end(from: first) { isCredential($0) }
    return stop - first >= 8 && !Placeholder.stands(in: line, first, stop)
      && line[first..<stop].contains(where: { !$0.isLower && $0 != .ascii("-") })
      ? [first..<stop] : []
  }

  private static let schemes = [
    "bearer ", "basic ", "token ", "bot ", "ssws ", "apikey ", "negotiate ", "ntlm ", "key ",
    "splunk ", "genie",
  ]

  private static func digestResponse(_ line: [UInt8], from start: Int) -> [Range<Int>] {
    guard let response = line.find("response=\"", from: start) else { return [] }
    let first = response + 10
    return [first..<line.end(from: first) { $0.isAlphanumeric }]
  }

  /// A long token with a digit after the word Bearer, wherever it stands.
  static func bearer(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard !line.byte(start - 1).isWord else { return [] }
    let stop = line.end(from: end) { isCredential($0) }
    guard stop - end >= 16, line[end..<stop].contains(where: { $0.isDigit }),
      !Placeholder.stands(in: line, end, stop), !looksLikeParameter(line, end, stop)
    else { return [] }
    return [end..<stop]
  }

  /// `realm="x"`, `resource_metadata="https…"`: a challenge, not a credential.
  private static func looksLikeParameter(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let equals = line.end(from: start) { $0 != .ascii("=") }
    return equals < end && line.byte(equals + 1).isQuote
  }

  /// Base64 after the word Basic that decodes to `user:password`.
  static func basic(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard !line.byte(start - 1).isWord else { return [] }
    let stop = line.end(from: end, upTo: 1024) { SecretAlphabet.base64.contains($0) }
    return isUserAndPassword(line[end..<stop]) ? [end..<stop] : []
  }

  /// `"auth": "dXNlcjpwYXNz"` of a Docker config.
  static func dockerAuth(_ line: [UInt8], _ end: Int) -> [Range<Int>] {
    guard line.byte(end) == .ascii("\""),
      let value = SecretAssignment.valueStart(line, after: end)
    else { return [] }
    let first = SecretAssignment.contentStart(line, value.start)
    let stop = line.end(from: first, upTo: 4096) { SecretAlphabet.base64.contains($0) }
    return isUserAndPassword(line[first..<stop]) ? [first..<stop] : []
  }

  static func isUserAndPassword(_ text: ArraySlice<UInt8>) -> Bool {
    guard text.count >= 8, let decoded = Base64.decoded(text) else { return false }
    return decoded.contains(.ascii(":")) && decoded.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
  }

  /// The values of `Cookie: a=b; c=d`, and the first of `Set-Cookie:` (the rest are attributes).
  static func cookie(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard let value = SecretAssignment.valueStart(line, after: end), value.separator != 0x20 else {
      return []
    }
    let isSet = line.byte(start - 1) == .ascii("-") && line.hasFolded("set", at: start - 4)
    var ranges: [Range<Int>] = []
    var place = SecretAssignment.contentStart(line, value.start)
    while true {
      let name = line.end(from: place) { $0.isWord || "-.%".utf8.contains($0) }
      guard name > place, line.byte(name) == .ascii("=") else { return ranges }
      let stop = line.end(from: name + 1) {
        !$0.isBlank && !$0.isQuote && $0 != .ascii(";") && $0 != .ascii("\\")
      }
      if stop - name > 1, !Placeholder.stands(in: line, name + 1, stop) {
        ranges.append(name + 1..<stop)
      }
      guard !isSet, line.byte(stop) == .ascii(";") else { return ranges }
      place = line.skippingBlanks(from: stop + 1)
    }
  }

  private static func isCredential(_ byte: UInt8) -> Bool {
    SecretAlphabet.base64.contains(byte) || byte == .ascii(".") || byte == .ascii("~")
      || byte == .ascii(":")
  }
}

/// Just enough base64 to tell what a text hides.
enum Base64 {
  /// The bytes of the standard or URL alphabet with or without padding; nil for anything else.
  static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var have = 0
    for byte in text where byte != .ascii("=") {
      guard let value = value(byte) else { return nil }
      bits = bits << 6 | UInt32(value)
      have += 6
      if have >= 8 {
        have -= 8
        result.append(UInt8(truncatingIfNeeded: bits >> UInt32(have)))
      }
    }
    return result
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    if byte.isUpper { return byte - 0x41 }
    if byte.isLower { return byte - 0x61 + 26 }
    if byte.isDigit { return byte - 0x30 + 52 }
    if byte == .ascii("+") || byte == .ascii("-") { return 62 }
    return byte == .ascii("/") || byte == .ascii("_") ? 63 : nil
  }
}
