/// Strict base64 of RFC 4648 §4: padded, no white space, no stray bits.
package enum Base64 {
  /// - Throws: `RuleError` that names the first thing wrong.
  package static func decode(_ bytes: [UInt8]) throws(RuleError) -> [UInt8] {
    guard !bytes.isEmpty else { throw RuleError("the value is empty") }
    let body = bytes.count - bytes.reversed().prefix(2) { $0 == Byte.equals }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 3 / 4)
    var bits: UInt32 = 0
    for (index, byte) in bytes[..<body].enumerated() {
      guard let value = value(byte) else { throw wrong(byte, at: index, of: bytes) }
      bits = bits << 6 | UInt32(value)
      let have = (index + 1) % 4
      if have != 1 { result.append(UInt8(truncatingIfNeeded: bits >> UInt32((4 - have) % 4 * 2))) }
    }
    guard bytes.count % 4 == 0 else {
      throw RuleError(
        "its length, \(bytes.count), is no multiple of 4: it is cut or lacks “=” at its end")
    }
    let spare: UInt32 = [0: 0, 1: 0, 2: 0xF, 3: 0x3][body % 4] ?? 0
    guard body % 4 != 1, bits & spare == 0 else {
      throw RuleError("its last characters are not what an encoder writes")
    }
    return result
  }

  private static func wrong(_ byte: UInt8, at index: Int, of bytes: [UInt8]) -> RuleError {
    if byte.isWhitespace {
      return RuleError("character \(index + 1) is white space; base64 is one line without it")
    }
    if byte == Byte.hyphen || byte == Byte.underscore {
      return RuleError(
        "character \(index + 1), “\(Unicode.Scalar(byte))”, is base64url; write + and / instead of - and _"
      )
    }
    let sign = byte < 0x80 && byte > 0x20 ? ", “\(Unicode.Scalar(byte))”," : ""
    return RuleError("character \(index + 1)\(sign) is not base64")
  }

  private static func value(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x41...0x5A: byte - 0x41
    case 0x61...0x7A: byte - 0x61 + 26
    case 0x30...0x39: byte - 0x30 + 52
    case Byte.plus: 62
    case Byte.slash: 63
    default: nil
    }
  }
}

extension Sequence {
  /// How many of the first `limit` elements in a row satisfy the condition.
  fileprivate func prefix(_ limit: Int, while condition: (Element) -> Bool) -> Int {
    var count = 0
    for element in self {
      guard count < limit, condition(element) else { break }
      count += 1
    }
    return count
  }
}
