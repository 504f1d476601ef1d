/// Reads the head of a request, strictly, from bytes that arrive in pieces.
///
/// A pure function over bytes: it does no I/O and keeps no copy of them. Call
/// `head(in:)` with everything received since the last head, each time more
/// arrived; what was looked at before is not looked at again. A refusal is
/// final: the connection's framing is lost, so it has to be closed.
package struct RequestParser: Sendable {
  private let limits: HeadLimits
  /// Where the line being read starts, and how far its end was searched for.
  private var lineStart = 0
  private var scanned = 0
  private var emptyLines = 0
  private var line: RequestLine?
  private var fields: [HeaderFields.Field] = []
  private var facts = FramingFacts()

  /// RFC 9112 §2.2 asks for one at least; some clients of old send CRLF after a body.
  private static let emptyLinesAllowed = 4
  /// Room for a method and a version beside the longest target.
  private static let lineRoom = 64

  package init(limits: HeadLimits = HeadLimits()) { self.limits = limits }

  /// What is understood of a head that is incomplete or refused, for the answer's sake.
  package var partialRequest: Request? {
    line?.request(fields: fields, host: facts.host) ?? begun
  }

  /// Of a target that is too long only that it is the API's, whose errors are JSON.
  private var begun: Request?

  private mutating func noteBeginning(_ bytes: Span<UInt8>) {
    let api = Array(" /api/v1/".utf8)
    guard let space = bytes.first(ASCII.space, in: 0..<min(bytes.count, 40)),
      space + api.count <= bytes.count,
      api.indices.allSatisfy({ bytes[space + $0] == api[$0] })
    else { return }
    begun = Request(method: .get, rawPath: "/api/v1", segments: ["api", "v1"])
  }

  /// The head at the start of `bytes`, or nil when its end has not arrived yet.
  /// After a head the parser is ready for the next one.
  package mutating func head(in bytes: Span<UInt8>) throws(Refusal) -> RequestHead? {
    do {
      return try nextHead(in: bytes)
    } catch {
      if error.code == Refusal.targetTooLong.code { noteBeginning(bytes) }
      throw error
    }
  }

  private mutating func nextHead(in bytes: Span<UInt8>) throws(Refusal) -> RequestHead? {
    while let end = try lineEnd(in: bytes) {
      let range = lineStart..<end
      lineStart = end + 2
      scanned = lineStart
      guard lineStart <= limits.headBytes else { throw tooLarge(range.count) }
      if line != nil, range.isEmpty {
        let head = try completeHead()
        self = RequestParser(limits: limits)
        return head
      }
      try take(range, bytes)
    }
    let waiting = bytes.count - lineStart
    // One more for a CR whose LF has not come.
    if line == nil, waiting > longestLine + 1 { throw .targetTooLong }
    guard bytes.count <= limits.headBytes else { throw tooLarge(waiting) }
    return nil
  }

  private var longestLine: Int { limits.targetBytes + RequestParser.lineRoom }

  private func tooLarge(_ lineLength: Int) -> Refusal {
    line == nil && lineLength > limits.targetBytes ? .targetTooLong : .headTooLarge
  }

  /// The index of the CR that ends the current line, or nil when it is not there yet.
  @inline(__always)
  private mutating func lineEnd(in bytes: Span<UInt8>) throws(Refusal) -> Int? {
    var index = scanned
    while true {
      index = bytes.firstControl(from: index)
      scanned = index
      guard index < bytes.count else { return nil }
      switch bytes[index] {
      case ASCII.carriageReturn:
        guard index &+ 1 < bytes.count else { return nil }
        guard bytes[index &+ 1] == ASCII.lineFeed else { throw .bareCarriageReturn }
        return index
      case ASCII.tab where line != nil: index &+= 1
      case ASCII.lineFeed: throw .bareLineFeed
      default: throw .controlCharacter
      }
    }
  }

  private mutating func take(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) {
    if line != nil {
      try takeField(range, bytes)
    } else if range.isEmpty {
      emptyLines += 1
      guard emptyLines <= RequestParser.emptyLinesAllowed else { throw .tooManyEmptyLines }
    } else {
      // However the bytes came: a line that is complete at once is no longer than one that comes in pieces.
      guard range.count <= longestLine else { throw .targetTooLong }
      line = try RequestLine(bytes, range, limits: limits)
      fields.reserveCapacity(12)
    }
  }

  private mutating func takeField(_ range: Range<Int>, _ bytes: Span<UInt8>) throws(Refusal) {
    guard fields.count < limits.fields else { throw .tooManyFields }
    let field = try FieldLine(bytes, range)
    let value = bytes.text(field.value)
    fields.append(HeaderFields.Field(bytes.text(field.name), value))
    try facts.note(bytes, field, value)
  }

  private func completeHead() throws(Refusal) -> RequestHead {
    guard let line else { throw .badRequestLine }
    let minor = line.minorVersion
    // RFC 9112 §3.2: also when the target is in absolute form.
    guard facts.host != nil || minor == 0 else { throw .missingHost }
    let framing = try facts.framing(minorVersion: minor)
    // RFC 9110 §10.1.1: expectations are not for HTTP/1.0.
    let expectsContinue = minor >= 1 ? try facts.expectsContinue() : false
    return RequestHead(
      request: line.request(fields: fields, host: facts.host), framing: framing,
      minorVersion: minor, keepAlive: !facts.close && (minor >= 1 || facts.keepAlive),
      expectsContinue: expectsContinue, length: lineStart)
  }
}

/// method SP request-target SP HTTP-version (RFC 9112 §3).
private struct RequestLine: Sendable {
  let method: Method
  let minorVersion: Int
  private let rawPath: String
  private let segments: [String]
  private let rawQuery: String?
  private let authority: String?

  init(_ bytes: Span<UInt8>, _ range: Range<Int>, limits: HeadLimits) throws(Refusal) {
    guard let methodEnd = bytes.first(ASCII.space, in: range),
      let targetEnd = bytes.first(ASCII.space, in: methodEnd + 1..<range.upperBound),
      methodEnd > range.lowerBound, targetEnd > methodEnd + 1
    else {
      let longest = limits.targetBytes
      throw range.count > longest ? .targetTooLong : .badRequestLine
    }
    for index in range.lowerBound..<methodEnd where !ByteSet.token.contains(bytes[index]) {
      throw .badMethod
    }
    minorVersion = try RequestLine.version(bytes, targetEnd + 1..<range.upperBound)
    let targetRange = methodEnd + 1..<targetEnd
    guard targetRange.count <= limits.targetBytes else { throw .targetTooLong }
    method = Method(bytes.text(range.lowerBound..<methodEnd))
    let target = try RequestTarget(bytes, targetRange, method: method)
    rawPath = target.rawPath
    segments = target.segments
    rawQuery = target.rawQuery
    authority = target.authority
  }

  /// Exactly "HTTP/" DIGIT "." DIGIT (RFC 9112 §2.3), major version 1 (RFC 9110 §2.5).
  private static func version(_ bytes: Span<UInt8>, _ range: Range<Int>) throws(Refusal) -> Int {
    let start = range.lowerBound
    guard range.count == 8, bytes[start] == 0x48, bytes[start + 1] == 0x54,
      bytes[start + 2] == 0x54, bytes[start + 3] == 0x50, bytes[start + 4] == ASCII.slash,
      ASCII.isDigit(bytes[start + 5]), bytes[start + 6] == ASCII.dot,
      ASCII.isDigit(bytes[start + 7])
    else { throw .badVersion }
    guard bytes[start + 5] == ASCII.zero + 1 else { throw .versionNotSupported }
    return bytes[start + 7] == ASCII.zero ? 0 : 1
  }

  func request(fields: [HeaderFields.Field], host: String?) -> Request {
    Request(
      method: method, rawPath: rawPath, segments: segments, rawQuery: rawQuery,
      // RFC 9112 §3.2.2: the target's authority wins over Host.
      authority: authority ?? host, headers: HeaderFields(fields))
  }
}
