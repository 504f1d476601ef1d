/// Addresses of links.
enum Link {
  private static let schemes: Set<String> = ["http", "https", "mailto"]

  /// Relative addresses and those of harmless schemes. Browsers drop white space and control
  /// characters before and inside a scheme, so they count for nothing here.
  static func isSafe(_ url: String) -> Bool {
    let bytes = url.utf8.filter { $0 > 0x20 && $0 != 0x7F }
    guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return true }
    let before = bytes[..<colon]
    if before.contains(where: { "/?#".utf8.contains($0) }) { return true }
    return schemes.contains(String(decoding: before, as: UTF8.self).lowercased())
  }

  /// The address as a URI: what RFC 3986 does not allow is percent-encoded, the rest kept.
  static func encoded(_ url: String) -> String {
    let bytes = Array(url.utf8)
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if isAllowed(byte) || (byte == UInt8(ascii: "%") && isEscape(bytes, at: index)) {
        result.append(byte)
      } else {
        result.append(UInt8(ascii: "%"))
        result.append(hexadecimal[Int(byte >> 4)])
        result.append(hexadecimal[Int(byte & 15)])
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private static let hexadecimal = Array("0123456789ABCDEF".utf8)

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-._~:/?#@!$&'()*+,;=".utf8.contains(byte)
    }
  }

  private static func isEscape(_ bytes: [UInt8], at index: Int) -> Bool {
    guard index + 2 < bytes.count else { return false }
    return bytes[index + 1...index + 2].allSatisfy {
      ($0 >= 0x30 && $0 <= 0x39) || (($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x66)
    }
  }

  /// The letters and digits of a heading in lower case, joined by "-", as GitHub's anchors.
  static func anchor(_ heading: String) -> String {
    var result = ""
    for scalar in heading.lowercased().unicodeScalars {
      switch scalar.properties.generalCategory {
      case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber,
        .nonspacingMark, .spacingMark:
        result.unicodeScalars.append(scalar)
      default:
        if scalar == " " || scalar == "-" { result += "-" } else if scalar == "_" { result += "_" }
      }
    }
    return result
  }
}
