/// Where the name and the value of a field line lie: field-name ":" OWS field-value OWS.
struct FieldLine {
  let name: Range<Int>
  let value: Range<Int>

  /// `range` is one line without its CRLF; control characters were refused before.
  @inline(__always)
  init(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
    var index = range.lowerBound
    while index < range.upperBound, ByteSet.token.contains(bytes[index]) { index &+= 1 }
    guard index < range.upperBound, bytes[index] == ASCII.colon, index > range.lowerBound else {
      throw FieldLine.refusal(bytes, range, at: index)
    }
    name = range.lowerBound..<index
    value = bytes.trimmed(index &+ 1..<range.upperBound)
  }

  private static func refusal(_ bytes: Span<UInt8>, _ range: Range<Int>, at index: Int) -> Refusal {
    guard index < range.upperBound else { return .badField }
    guard bytes[index] == ASCII.space || bytes[index] == ASCII.tab else { return .badField }
    return index == range.lowerBound ? .obsoleteFolding : .spaceBeforeColon
  }
}

/// What the fields seen so far say about the message's framing and the connection.
struct FramingFacts: Sendable {
  private(set) var host: String?
  private(set) var close = false
  private(set) var keepAlive = false
  private var contentLength: Int?
  private var chunked = false
  private var hasCoding = false
  private var codingRefusal: Refusal?
  private var expectation: Expectation = .none

  private enum Expectation { case none, toContinue, other }

  /// Notes a field. Only five names concern the framing; their lengths differ.
  @inline(__always)
  mutating func note(
    _ bytes: Span<UInt8>, _ field: FieldLine, _ value: String
  ) throws(Refusal) {
    switch field.name.count {
    case 4 where bytes.matches("host", in: field.name): try noteHost(bytes, field.value, value)
    case 6 where bytes.matches("expect", in: field.name): noteExpectation(bytes, field.value)
    case 10 where bytes.matches("connection", in: field.name): noteConnection(bytes, field.value)
    case 14 where bytes.matches("content-length", in: field.name):
      try noteLength(bytes, field.value)
    case 17 where bytes.matches("transfer-encoding", in: field.name):
      noteCodings(bytes, field.value)
    default: break
    }
  }

  private mutating func noteHost(
    _ bytes: Span<UInt8>, _ range: Range<Int>, _ value: String
  ) throws(Refusal) {
    guard host == nil else { throw .duplicateHost }
    guard Authority.isValid(bytes, range) else { throw .badHost }
    host = value
  }

  /// 1*DIGIT, once: a list of equal numbers may be accepted or refused (RFC 9112 §6.3).
  private mutating func noteLength(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) {
    guard contentLength == nil, !range.isEmpty else { throw .badContentLength }
    var value = 0
    for index in range {
      guard ASCII.isDigit(bytes[index]) else { throw .badContentLength }
      let (product, over) = value.multipliedReportingOverflow(by: 10)
      let (sum, carry) = product.addingReportingOverflow(Int(bytes[index] - ASCII.zero))
      value = over || carry ? Int.max : sum
    }
    contentLength = value
  }

  private mutating func noteConnection(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    forEachElement(bytes, range) { element in
      if bytes.matches("close", in: element) { close = true }
      if bytes.matches("keep-alive", in: element) { keepAlive = true }
    }
  }

  private mutating func noteExpectation(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    forEachElement(bytes, range) { element in
      let known = bytes.matches("100-continue", in: element)
      expectation = known && expectation != .other ? .toContinue : .other
    }
  }

  /// Notes the codings of one line; several lines are one list (RFC 9110 §5.3).
  private mutating func noteCodings(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    hasCoding = true
    var elements = 0
    forEachElement(bytes, range) { element in
      elements += 1
      if chunked {
        // RFC 9112 §6.1: chunked is applied once, and last.
        codingRefusal = .badTransferEncoding
      } else if bytes.matches("chunked", in: element) {
        chunked = true
      } else if codingRefusal == nil {
        codingRefusal = isCoding(bytes, element) ? .unsupportedCoding : .badTransferEncoding
      }
    }
    // An empty element could be passed over (RFC 9110 §5.6.1). But a proxy in front that does not may
    // have seen no chunked body here, and then requests could be smuggled in one (RFC 9112 §11.2).
    var places = 1
    for index in range where bytes[index] == ASCII.comma { places += 1 }
    if elements < places { codingRefusal = .badTransferEncoding }
  }

  /// token *( OWS ";" parameter ), by its name; "chunked" has no parameters (RFC 9112 §7.1).
  private func isCoding(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
    let end = bytes.first(ASCII.semicolon, in: range) ?? range.upperBound
    let name = bytes.trimmed(range.lowerBound..<end)
    guard !name.isEmpty, !bytes.matches("chunked", in: name) else { return false }
    for index in name where !ByteSet.token.contains(bytes[index]) { return false }
    return true
  }

  /// The framing that the fields add up to (RFC 9112 §6.3).
  func framing(minorVersion: Int) throws(Refusal) -> Framing {
    guard hasCoding else {
      guard let contentLength else { return .none }
      return .length(contentLength)
    }
    guard minorVersion >= 1 else { throw .codingInOldVersion }
    guard contentLength == nil else { throw .conflictingLength }
    if let codingRefusal { throw codingRefusal }
    guard chunked else { throw .badTransferEncoding }
    return .chunked
  }

  func expectsContinue() throws(Refusal) -> Bool {
    guard expectation != .other else { throw .expectationFailed }
    return expectation == .toContinue
  }
}

/// Calls `body` with each non-empty element of a comma-separated list (RFC 9110 §5.6.1).
@inline(__always)
private func forEachElement(
  _ bytes: Span<UInt8>, _ range: Range<Int>, _ body: (Range<Int>) -> Void
) {
  var start = range.lowerBound
  while start < range.upperBound {
    let end = bytes.first(ASCII.comma, in: start..<range.upperBound) ?? range.upperBound
    let element = bytes.trimmed(start..<end)
    if !element.isEmpty { body(element) }
    start = end + 1
  }
}
