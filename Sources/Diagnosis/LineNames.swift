/// Names in a line that programs give to things: to what went wrong (`KMSAccessDeniedException`,
/// `EADDRINUSE`, `UPDATE_IN_PROGRESS`, `TS2307`), and to anything else (`getItem`, `user_id`).
///
/// An issue that does not have the name of the error which a line gives is less likely to be the
/// one, however many of the line's other words it has.
struct LineNames {
  /// The tokens of names of errors, each once, in order.
  private(set) var errors: [String] = []
  /// The tokens of each text of the system's in the line ("connection refused").
  let systemErrors: [[String]]
  /// How many words of the line stand in the names of exceptions that it begins with.
  let wrapping: Int
  /// Whether the line is a sentence of some length without any such name.
  private(set) var isPlain: Bool

  init(_ line: String) {
    isPlain = line.utf8.count > 20
    wrapping = Wrapping.nameWords(of: line)
    systemErrors = SystemErrors.texts(in: line)
    for piece in line.utf8.split(whereSeparator: { !LineNames.isNameByte($0) }) {
      let isUpper = piece.allSatisfy { $0.isUpper || $0.isDigit || $0 == .ascii("_") }
      guard piece.contains(where: \.isLetter), let name = String(piece) else { continue }
      let isError = isUpper ? LineNames.isConstant(piece) : LineNames.isException(piece)
      if isError, let token = LineNames.token(name) {
        isPlain = false
        if !errors.contains(token) { errors.append(token) }
      } else if !isUpper, piece.contains(.ascii("_")) || Analyzer.parts(of: name).count > 1 {
        isPlain = false
      }
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    byte.isAlphanumeric || byte == .ascii("_") || byte >= 0x80
  }

  /// `ROLLBACK_FAILED`, `LNK2019`, `ECONNRESET`.
  private static func isConstant(_ piece: Substring.UTF8View) -> Bool {
    piece.contains(.ascii("_"))
      || piece.count >= 5 && (piece.first == .ascii("E") || piece.contains(where: \.isDigit))
  }

  /// `AccessDeniedException`
  static func isException(_ piece: Substring.UTF8View) -> Bool {
    ["Exception", "Error", "Fault"].contains { (suffix: String) in
      piece.count > suffix.utf8.count && piece.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
  }

  /// Nothing for words such as `ERROR`, which say only that there is one.
  private static func token(_ name: String) -> String? {
    let tokens = Analyzer.tokens(of: name)
    let token = tokens.first { $0.kind == .code } ?? tokens.first
    return token.flatMap { CommonWords.share($0.text) == nil ? $0.text : nil }
  }
}
