/// Text for a terminal: what could move its cursor or change its colours is gone, and lines are
/// as wide as they look.
enum TerminalText {
  /// Without ANSI escape sequences, control characters (but for newline and tab) and marks that
  /// turn the direction of writing.
  static func cleaned(_ text: String) -> String {
    isClean(text) ? text : filtered(text)
  }

  /// True for text without any of the bytes that what is taken away begins with.
  private static func isClean(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      bytes.allSatisfy { byte in
        switch byte {
        case 0x09, 0x0A: true
        case 0x00...0x1F, 0x7F, 0xC2, 0xD8, 0xE2, 0xEF: false
        default: true
        }
      }
    }
  }

  private static func filtered(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    var pending = scalars.next()
    while let scalar = pending {
      pending = scalars.next()
      switch scalar.value {
      case 0x1B: skipSequence(&pending, &scalars)
      case 0x9B: skipControl(&pending, &scalars)
      case 0x09, 0x0A: result.append(scalar)
      case 0x0D:
        if pending != "\n" { result.append("\n") }
      case 0x2028, 0x2029: result.append("\n")
      case 0x00...0x1F, 0x7F...0x9F, 0x200E, 0x200F, 0x061C, 0x202A...0x202E, 0x2066...0x2069,
        0xFEFF:
        break
      default: result.append(scalar)
      }
    }
    return String(result)
  }

  /// Behind ESC: `[ … letter`, `] … BEL` or `] … ESC \`, or one more character.
  private static func skipSequence(
    _ pending: inout Unicode.Scalar?, _ scalars: inout String.UnicodeScalarView.Iterator
  ) {
    guard let kind = pending else { return }
    switch kind {
    case "[":
      pending = scalars.next()
      skipControl(&pending, &scalars)
    case "]", "P", "X", "^", "_":
      pending = scalars.next()
      var count = 0
      while let scalar = pending, scalar != "\n", count < 4096 {
        pending = scalars.next()
        count += 1
        if scalar.value == 0x07 || scalar.value == 0x9C { return }
        if scalar.value == 0x1B {
          if pending == "\\" { pending = scalars.next() }
          return
        }
      }
    case "(", ")", "*", "+", "#", " ":
      pending = scalars.next()
      if pending?.isASCII == true, pending != "\n" { pending = scalars.next() }
    case "\u{20}"..."\u{7E}": pending = scalars.next()
    default: break
    }
  }

  private static func skipControl(
    _ pending: inout Unicode.Scalar?, _ scalars: inout String.UnicodeScalarView.Iterator
  ) {
    var count = 0
    while let scalar = pending, ("\u{20}"..."\u{3F}").contains(scalar), count < 64 {
      pending = scalars.next()
      count += 1
    }
    if let scalar = pending, ("\u{40}"..."\u{7E}").contains(scalar) { pending = scalars.next() }
  }

  /// Columns the text takes: 2 for the wide letters of East Asian scripts and emoji, none for
  /// marks and joiners.
  static func width(_ text: some StringProtocol) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.value < 0x300 { return scalar.value == 0xAD ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x231A...0x231B, 0x23E9...0x23EC, 0x2614...0x2615, 0x2648...0x2653,
      0x26AA...0x26AB, 0x26BD...0x26BE, 0x2705, 0x270A...0x270B, 0x2728, 0x274C, 0x274E,
      0x2753...0x2755, 0x2757, 0x2795...0x2797, 0x2B1B...0x2B1C, 0x2B50, 0x2B55,
      0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF,
      0x1F900...0x1F9FF, 0x1FA70...0x1FAFF, 0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// Breaks text at spaces into lines of at most `width` columns; a longer word has its own line.
  static func wrap(_ text: some StringProtocol, width limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    var used = 0
    for word in text.split(separator: " ") {
      let count = width(word)
      if used > 0, used + 1 + count > limit {
        lines.append(line)
        (line, used) = ("", 0)
      }
      if used > 0 {
        line += " "
        used += 1
      }
      line += word
      used += count
    }
    if used > 0 || lines.isEmpty { lines.append(line) }
    return lines
  }
}

extension Markdown {
  /// Text that is no Markdown, for a terminal: nothing in it moves the cursor, changes colours or turns
  /// the direction of writing.
  package static func forTerminal(_ text: String) -> String { TerminalText.cleaned(text) }
}
