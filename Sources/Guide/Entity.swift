/// Entities as they occur in titles (CommonMark §6.2 has all of HTML's).
enum Entity {
  /// What stands between `&` and `;` as text; nil for what is none.
  static func text(_ name: ArraySlice<UInt8>) -> String? {
    if name.first == Byte.hash {
      let digits = name.dropFirst()
      let isHex = digits.first == UInt8(ascii: "x") || digits.first == UInt8(ascii: "X")
      guard let number = UInt32((isHex ? digits.dropFirst() : digits).text, radix: isHex ? 16 : 10),
        number >= 0x20, let scalar = Unicode.Scalar(number)
      else { return nil }
      return number == 0xA0 ? " " : String(scalar)
    }
    return names[name.text]
  }

  private static let names = [
    "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "copy": "©",
    "reg": "®", "trade": "™", "hellip": "…", "mdash": "—", "ndash": "–", "lsquo": "‘",
    "rsquo": "’", "ldquo": "“", "rdquo": "”", "times": "×", "rarr": "→", "larr": "←",
    "bull": "•", "deg": "°", "micro": "µ", "para": "¶", "sect": "§", "middot": "·", "le": "≤",
    "ge": "≥", "ne": "≠", "lbrack": "[", "rbrack": "]", "ast": "*", "lowbar": "_", "num": "#",
    "grave": "`", "vert": "|", "lpar": "(", "rpar": ")", "colon": ":", "shy": "",
  ]

  /// A text inside HTML.
  static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }
}
