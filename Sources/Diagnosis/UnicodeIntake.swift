/// Turns UTF-16 with a byte order mark into UTF-8 and drops the mark of UTF-8, chunk by chunk.
/// Everything else passes as it is; broken UTF-8 is replaced later, and only where it is kept.
struct UnicodeIntake: Sendable {
  /// Bytes looked at before the form is decided.
  private static let probe = 256

  private enum Form: Sendable { case unknown, bytes, littleEndian, bigEndian }
  private var form = Form.unknown
  private var first: [UInt8] = []
  /// A byte or a high surrogate that waits for its other half.
  private var odd: UInt8?
  private var high: UInt16?

  /// Hands the next bytes on; `isLast` when none follow.
  mutating func feed(_ bytes: Span<UInt8>, isLast: Bool, to sink: (Span<UInt8>) -> Void) {
    guard form == .unknown else { return pass(bytes, isLast: isLast, to: sink) }
    var taken = 0
    while first.count < UnicodeIntake.probe, taken < bytes.count {
      first.append(bytes[taken])
      taken += 1
    }
    guard first.count == UnicodeIntake.probe || isLast else { return }
    form = decided()
    let skipped = form == .bytes ? (isUTF8Mark ? 3 : 0) : 2
    let rest = Array(first.dropFirst(skipped))
    pass(rest.span, isLast: isLast && taken == bytes.count, to: sink)
    if taken < bytes.count {
      pass(bytes.extracting(taken..<bytes.count), isLast: isLast, to: sink)
    }
  }

  private var isUTF8Mark: Bool { first.starts(with: [0xEF, 0xBB, 0xBF]) }

  private func decided() -> Form {
    // Broken bytes may look like a mark; real UTF-16 has a zero byte in every space and line end.
    guard first.count >= 2, first.contains(0) else { return .bytes }
    if first[0] == 0xFF, first[1] == 0xFE { return .littleEndian }
    return first[0] == 0xFE && first[1] == 0xFF ? .bigEndian : .bytes
  }

  private mutating func pass(_ bytes: Span<UInt8>, isLast: Bool, to sink: (Span<UInt8>) -> Void) {
    guard form != .bytes else { return sink(bytes) }
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      place += 1
      guard let before = odd else {
        odd = byte
        continue
      }
      odd = nil
      let unit =
        form == .littleEndian
        ? UInt16(before) | UInt16(byte) << 8 : UInt16(before) << 8 | UInt16(byte)
      append(unit, to: &decoded)
    }
    if isLast, high != nil || odd != nil { append(scalar: 0xFFFD, to: &decoded) }
    sink(decoded.span)
  }

  private mutating func append(_ unit: UInt16, to decoded: inout [UInt8]) {
    let waiting = high
    high = nil
    if let waiting {
      if unit & 0xFC00 == 0xDC00 {
        let scalar = 0x10000 + (UInt32(waiting & 0x3FF) << 10) + UInt32(unit & 0x3FF)
        return append(scalar: scalar, to: &decoded)
      }
      append(scalar: 0xFFFD, to: &decoded)
    }
    switch unit & 0xFC00 {
    case 0xD800: high = unit
    case 0xDC00: append(scalar: 0xFFFD, to: &decoded)
    default: append(scalar: UInt32(unit), to: &decoded)
    }
  }

  private func append(scalar: UInt32, to decoded: inout [UInt8]) {
    decoded += Array(String(Unicode.Scalar(scalar) ?? "\u{FFFD}").utf8)
  }
}
