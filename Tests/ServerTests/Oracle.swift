import HTTP

/// How bytes divide into requests, read once more from RFC 9112, in another way than the product does:
/// with all the bytes at hand, line by line, and refusing whatever a proxy in front may read differently.
///
/// What the server takes for requests must be what this takes for them, up to where either refuses.
struct Oracle {
  struct Message: Equatable {
    let method: String
    let target: String
    let body: [UInt8]
    /// Where it ends in the bytes.
    let end: Int
  }

  private(set) var messages: [Message] = []
  private let bytes: [UInt8]
  private var place = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    while let message = next() { messages.append(message) }
  }

  /// Nil where a message is incomplete or broken: nothing after that counts.
  private mutating func next() -> Message? {
    while let line = peekLine(), line.isEmpty { place += 2 }
    guard let first = takeLine(), let fields = takeFields() else { return nil }
    let words = first.split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == 3, isToken(words[0]), !words[1].isEmpty,
      words[1].allSatisfy({ (0x21...0x7e).contains($0) })
    else { return nil }
    let version = String(decoding: words[2], as: UTF8.self)
    guard version.hasPrefix("HTTP/1."), version.utf8.count == 8,
      let minor = version.utf8.last.flatMap({ Int(String(UnicodeScalar($0))) })
    else { return nil }
    // §3.2: exactly one Host; HTTP/1.0 knew none.
    let hosts = fields.filter { $0.name == "host" }.count
    guard hosts == 1 || (hosts == 0 && minor == 0), let body = takeBody(fields, minor) else {
      return nil
    }
    return Message(
      method: String(decoding: words[0], as: UTF8.self),
      target: String(decoding: words[1], as: UTF8.self), body: body, end: place)
  }

  // MARK: Lines

  /// The line at `place` without its CRLF; nil when its end has not come.
  private func peekLine() -> ArraySlice<UInt8>? {
    var end = place
    while end + 1 < bytes.count {
      if bytes[end] == 13, bytes[end + 1] == 10 { return bytes[place..<end] }
      end += 1
    }
    return nil
  }

  /// §2.2, RFC 9110 §5.5: no control character but the tab is in a line, so no CR or LF either.
  private mutating func takeLine() -> [UInt8]? {
    guard let line = peekLine(), line.allSatisfy({ $0 == 9 || ($0 >= 32 && $0 != 127) }) else {
      return nil
    }
    place += line.count + 2
    return Array(line)
  }

  private mutating func takeFields() -> [(name: String, value: String)]? {
    var fields: [(name: String, value: String)] = []
    while let line = takeLine() {
      if line.isEmpty { return fields }
      guard let colon = line.firstIndex(of: 0x3a), isToken(line[..<colon]) else { return nil }
      fields.append((lowercase(line[..<colon]), trimmed(line[(colon + 1)...])))
    }
    return nil
  }

  private func isToken(_ bytes: ArraySlice<UInt8>) -> Bool {
    !bytes.isEmpty
      && bytes.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
          || "!#$%&'*+-.^_`|~".utf8.contains(byte)
      }
  }

  private func lowercase(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.map { (0x41...0x5a).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  private func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 9 }
    let front = bytes.drop(while: isBlank)
    return lowercase(ArraySlice(front.reversed().drop(while: isBlank).reversed()))
  }

  // MARK: Bodies

  /// §6.3: one Content-Length or one Transfer-Encoding of "chunked", never both.
  private mutating func takeBody(
    _ fields: [(name: String, value: String)], _ minor: Int
  ) -> [UInt8]? {
    let lengths = fields.filter { $0.name == "content-length" }.map(\.value)
    let codings = fields.filter { $0.name == "transfer-encoding" }.map(\.value)
    switch (lengths.count, codings.count) {
    case (0, 0): return []
    case (1, 0):
      guard !lengths[0].isEmpty, lengths[0].utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let length = Int(lengths[0])
      else { return nil }
      return take(length)
    case (0, 1):
      guard codings[0] == "chunked", minor > 0 else { return nil }
      return takeChunks()
    default: return nil
    }
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    guard count <= bytes.count - place else { return nil }
    place += count
    return Array(bytes[place - count..<place])
  }

  /// §7.1.
  private mutating func takeChunks() -> [UInt8]? {
    var body: [UInt8] = []
    while let line = takeLine() {
      let digits = line.prefix { UnicodeScalar($0).properties.isASCIIHexDigit }
      let rest = line[digits.count...].drop { $0 == 0x20 || $0 == 9 }
      guard let size = Int(String(decoding: digits, as: UTF8.self), radix: 16),
        rest.isEmpty ? digits.count == line.count : rest.first == 0x3b
      else { return nil }
      if size == 0 { return takeFields() == nil ? nil : body }
      guard let data = take(size), take(2) == [13, 10] else { return nil }
      body += data
    }
    return nil
  }
}
