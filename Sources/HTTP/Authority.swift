/// A checked `host[:port]` (RFC 9110 §7.2): what Host and absolute-form targets carry.
package struct Authority: Sendable, Equatable {
  /// In lower case, without a closing dot; an IPv6 address keeps its brackets.
  package let host: String
  package let port: Int?

  /// Nil when it is not a valid `uri-host [":" port]`. An empty host is valid here.
  package init?(_ text: String) {
    var text = text
    let parsed = text.withUTF8 { Authority.split($0.span) }
    guard let parsed else { return nil }
    host = parsed.host
    port = parsed.port
  }

  /// Whether those bytes are a valid authority; user information is refused
  /// (RFC 9110 §4.2.4).
  static func isValid(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    guard let end = hostEnd(bytes, range) else { return false }
    return port(bytes, end..<range.upperBound) != nil
  }

  private static func split(_ bytes: Span<UInt8>) -> (host: String, port: Int?)? {
    let all = 0..<bytes.count
    guard let end = hostEnd(bytes, all), let port = port(bytes, end..<all.upperBound)
    else { return nil }
    var host = bytes.text(0..<end).lowercased()
    if host.utf8.last == ASCII.dot { host.removeLast() }
    return (host, port < 0 ? nil : port)
  }

  /// Where the host ends, or nil when it is not valid.
  private static func hostEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    if range.isEmpty { return range.lowerBound }
    if bytes[range.lowerBound] == ASCII.openBracket { return literalEnd(bytes, range) }
    var index = range.lowerBound
    while index < range.upperBound, bytes[index] != ASCII.colon {
      guard ByteSet.registeredName.contains(bytes[index]) else { return nil }
      index += 1
    }
    return index
  }

  /// "[" IPv6address "]"; the address is checked for its characters only:
  /// one that is wrong is on nobody's list of hosts.
  private static func literalEnd(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    var index = range.lowerBound + 1
    var colons = 0
    while index < range.upperBound {
      let byte = bytes[index]
      if byte == ASCII.closeBracket { return colons >= 2 ? index + 1 : nil }
      if byte == ASCII.colon { colons += 1 }
      guard ASCII.hexValue(byte) != nil || byte == ASCII.colon || byte == ASCII.dot
      else { return nil }
      index += 1
    }
    return nil
  }

  /// The port in `":" *DIGIT`: -1 when there is none, nil when it is not valid.
  private static func port(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Int? {
    if range.isEmpty { return -1 }
    guard bytes[range.lowerBound] == ASCII.colon else { return nil }
    if range.count == 1 { return -1 }
    var value = 0
    for index in range.dropFirst() {
      guard ASCII.isDigit(bytes[index]) else { return nil }
      value = value * 10 + Int(bytes[index] - ASCII.zero)
      guard value <= 65535 else { return nil }
    }
    return value
  }
}
