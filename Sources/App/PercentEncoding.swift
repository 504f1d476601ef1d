/// `+` is a space, `%xx` a byte; nil when that is not UTF-8.
func formDecoded(_ text: Substring) -> String? {
  var bytes: [UInt8] = []
  var rest = text.utf8[...]
  while let byte = rest.popFirst() {
    switch byte {
    case UInt8(ascii: "+"): bytes.append(0x20)
    case UInt8(ascii: "%"):
      guard let high = rest.popFirst().flatMap(hexValue),
        let low = rest.popFirst().flatMap(hexValue)
      else { return nil }
      bytes.append(high << 4 | low)
    default: bytes.append(byte)
    }
  }
  return String(validating: bytes, as: UTF8.self)
}

private func hexValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}

/// For a query's value or a segment of a path: everything but unreserved characters encoded (RFC
/// 3986 §2.3).
func queryEncoded(_ text: String) -> String { percentEncoded(text, but: isUnreserved) }

/// For an address: only what no URI may hold is encoded, so that one is not changed (RFC 3986 §2).
func uriEncoded(_ text: String) -> String {
  let isPlain = { (byte: UInt8) in isUnreserved(byte) || isReserved(byte) }
  return text.utf8.allSatisfy(isPlain) ? text : percentEncoded(text, but: isPlain)
}

/// RFC 3986 §2.2, and the sign of what is encoded already.
private func isReserved(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x21, 0x23...0x2c, 0x2f, 0x3a, 0x3b, 0x3d, 0x3f, 0x40, 0x5b, 0x5d: true
  default: false
  }
}

private func isUnreserved(_ byte: UInt8) -> Bool {
  switch byte {
  case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: true
  default: false
  }
}

private func percentEncoded(_ text: String, but isPlain: (UInt8) -> Bool) -> String {
  var result = ""
  for byte in text.utf8 {
    if isPlain(byte) {
      result.unicodeScalars.append(Unicode.Scalar(byte))
    } else {
      let digits = String(byte, radix: 16, uppercase: true)
      result += "%" + (digits.count == 1 ? "0" : "") + digits
    }
  }
  return result
}
