/// A request target taken apart (RFC 9112 §3.2).
struct RequestTarget {
  var rawPath: String
  var segments: [String]
  var rawQuery: String?
  /// From the absolute or the authority form.
  var authority: String?

  /// Reads the target of a request with that method.
  init(_ bytes: Span<UInt8>, _ range: Range<Int>, method: Method) throws(Refusal) {
    let first = bytes[range.lowerBound]
    if case .other("CONNECT") = method {
      try self.init(authorityForm: bytes, range)
    } else if first == ASCII.slash {
      try self.init(originForm: bytes, range)
    } else if first == ASCII.asterisk {
      // §3.2.4: the asterisk form is for a server-wide OPTIONS only.
      guard range.count == 1, method == .options else { throw .badTarget }
      self.init(asteriskFor: nil)
    } else {
      try self.init(absoluteForm: bytes, range, method: method)
    }
  }

  /// §3.2.1: absolute-path [ "?" query ]
  private init(originForm bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
    var pathEnd = range.lowerBound
    var plain = true
    while pathEnd < range.upperBound, bytes[pathEnd] != ASCII.question {
      let byte = bytes[pathEnd]
      guard ByteSet.path.contains(byte) else { throw .badTarget }
      if byte == ASCII.percent || byte == ASCII.dot { plain = false }
      pathEnd &+= 1
    }
    rawPath = bytes.text(range.lowerBound..<pathEnd)
    segments = try RequestTarget.segments(bytes, range.lowerBound..<pathEnd, plain: plain)
    if pathEnd < range.upperBound {
      let query = pathEnd + 1..<range.upperBound
      for index in query where !ByteSet.query.contains(bytes[index]) { throw .badTarget }
      rawQuery = bytes.text(query)
    }
  }

  /// §3.2.2: a URI with http or https; an empty path is "/" (RFC 9110 §4.2.3).
  private init(
    absoluteForm bytes: Span<UInt8>, _ range: Range<Int>, method: Method
  ) throws(Refusal) {
    guard let colon = bytes.first(ASCII.colon, in: range),
      bytes.matches("http", in: range.lowerBound..<colon)
        || bytes.matches("https", in: range.lowerBound..<colon),
      colon + 2 < range.upperBound, bytes[colon + 1] == ASCII.slash, bytes[colon + 2] == ASCII.slash
    else { throw .badTarget }
    let start = colon + 3
    var end = start
    while end < range.upperBound, bytes[end] != ASCII.slash, bytes[end] != ASCII.question {
      end += 1
    }
    // RFC 9110 §4.2.1: a URI with an empty host is invalid.
    guard Authority.isValid(bytes, start..<end), start < end, bytes[start] != ASCII.colon
    else { throw .badHost }
    let authority = bytes.text(start..<end)
    if end == range.upperBound, method == .options {
      self.init(asteriskFor: authority)
      return
    }
    if end < range.upperBound, bytes[end] == ASCII.slash {
      try self.init(originForm: bytes, end..<range.upperBound)
    } else {
      try self.init(originForm: bytes, end..<range.upperBound)
      rawPath = "/"
      segments = []
    }
    self.authority = authority
  }

  /// §3.2.3: host ":" port, for CONNECT only. Nothing is tunnelled: the application says 405.
  private init(authorityForm bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
    let text = bytes.text(range)
    guard let parsed = Authority(text), !parsed.host.isEmpty, parsed.port != nil
    else { throw .badTarget }
    rawPath = text
    segments = []
    authority = text
  }

  private init(asteriskFor authority: String?) {
    rawPath = "*"
    segments = []
    self.authority = authority
  }
}

extension RequestTarget {
  /// Splits an absolute path at its slashes. Dot segments are removed as in
  /// RFC 3986 §5.2.4, after decoding, so that "%2e%2e" is no way around it.
  fileprivate static func segments(
    _ bytes: Span<UInt8>, _ path: Range<Int>, plain: Bool
  ) throws(Refusal) -> [String] {
    var result: [String] = []
    var start = path.lowerBound + 1
    if start >= path.upperBound { return result }
    while true {
      let end = bytes.first(ASCII.slash, in: start..<path.upperBound) ?? path.upperBound
      let isLast = end == path.upperBound
      let segment = plain ? bytes.text(start..<end) : try decoded(bytes, start..<end)
      append(segment, isLast: isLast, to: &result)
      if isLast { break }
      start = end + 1
    }
    return result == [""] ? [] : result
  }

  private static func append(_ segment: String, isLast: Bool, to result: inout [String]) {
    switch segment {
    case ".": if isLast { result.append("") }
    case "..":
      _ = result.popLast()
      if isLast { result.append("") }
    default: result.append(segment)
    }
  }

  private static func decoded(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> String {
    guard bytes.first(ASCII.percent, in: range) != nil else { return bytes.text(range) }
    var result: [UInt8] = []
    result.reserveCapacity(range.count)
    var index = range.lowerBound
    while index < range.upperBound {
      var byte = bytes[index]
      if byte == ASCII.percent {
        guard index + 2 < range.upperBound, let high = ASCII.hexValue(bytes[index + 1]),
          let low = ASCII.hexValue(bytes[index + 2])
        else { throw .badEncoding }
        byte = high << 4 | low
        guard byte != 0 else { throw .nulInPath }
        index += 2
      }
      result.append(byte)
      index += 1
    }
    guard let text = String(validating: result, as: UTF8.self) else { throw .badEncoding }
    return text
  }
}
