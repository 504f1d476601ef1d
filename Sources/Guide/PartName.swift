/// What a heading such as *Symptoms* or *Possible Ways to Fix It* announces.
struct PartName: Equatable {
  enum Role: Equatable {
    case symptom, cause, fix, workaround
    /// *Verification*: how to see that the fix above it worked.
    case verify
    /// A part of an article that is none of these: *Diagnosis*, *More information*, *References*.
    case other
  }

  var role: Role
  /// The heading in lower case, without signs around it.
  var name: String
  /// The whole heading is the part's name ("Cause 2"); false for "Solution: restart the pod".
  var isExact: Bool
  /// What the heading says beyond the part's name.
  var rest: String
  /// One of several ways: "Method 1", "Option B", "Workaround 2".
  var isMethod: Bool

  init?(_ heading: String) {
    let text = Self.plain(heading)
    guard !text.isEmpty, text.utf8.count <= 200 else { return nil }
    let lower = text.lowercased()
    (name, isExact, rest, isMethod) = (lower, true, "", false)
    if let role = Self.names[lower] ?? Self.undressed(lower) {
      self.role = role
      return
    }
    let words = lower.split(separator: " ")
    if let name = words.first, let role = Self.numbered[String(name)], words.count >= 2 {
      let isNumber = Self.isNumber(words[1].filter { $0 != ":" && $0 != "." && $0 != ")" })
      if isNumber {
        self.role = role
        isMethod = role == .fix || role == .workaround
        rest = Self.dropWords(2, of: text)
        isExact = rest.isEmpty
        return
      }
    }
    if let role = Self.ofOneCase(words) {
      (self.role, rest) = (role, role == .symptom ? "" : text)
      return
    }
    if let (name, rest) = Self.split(text), let role = Self.names[name.lowercased()] {
      (self.role, self.rest, isExact) = (role, rest, false)
      return
    }
    let opening = Self.openings.first { lower.hasPrefix($0.0) }?.1
    let asksForFix =
      lower.hasSuffix("how do i fix it") || lower.hasSuffix("how do i fix this issue")
    guard let role = opening ?? (asksForFix ? .fix : nil) else { return nil }
    (self.role, rest, isExact) = (role, text, false)
  }

  /// `**Symptoms**`, `**Cause:**`, `Cause:`: a line that is nothing but a part's name, in bold type or
  /// with a colon.
  init?(aloneOn line: String) {
    var text = line[...]
    let hasColon = text.hasSuffix(":") || text.hasSuffix("：")
    if hasColon { text = text.dropLast() }
    while let sign = text.unicodeScalars.first, sign.isSign { text.unicodeScalars.removeFirst() }
    text = text.trimmed[...]
    let isBold = text.count > 4 && (text.hasPrefix("**") || text.hasPrefix("__"))
    if text.count > 4, text.hasPrefix("**"), text.hasSuffix("**") {
      text = text.dropFirst(2).dropLast(2)
    } else if text.count > 4, text.hasPrefix("__"), text.hasSuffix("__") {
      text = text.dropFirst(2).dropLast(2)
    } else if !hasColon {
      return nil
    }
    guard let name = PartName(String(text)), name.isExact else { return nil }
    // Of several words that are not bold, those of a cause or fix are no sentence's.
    if hasColon, text.contains(" "), !isBold, name.role != .cause, !name.isFix { return nil }
    self = name
  }

  /// Symptom, cause or fix.
  var isPart: Bool { role != .other && role != .verify }
  var isFix: Bool { role == .fix || role == .workaround }
  /// *Summary*: what an article says instead of symptoms.
  var isSummary: Bool { role == .other && isExact && name == "summary" }

  /// The heading without emphasis, anchor, signs and numbering before it, and colon.
  private static func plain(_ heading: String) -> String {
    var text = spaced(heading.filter { $0 != "*" && $0 != "`" }).trimmed
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast().trimmed }
    if let anchor = text.firstRange(of: " {#") { text = text[..<anchor.lowerBound].trimmed }
    while let last = text.last,
      last == ":" || last == "：" || last == "?" || last == "." || last == "_"
    {
      text = text.dropLast().trimmed
    }
    while text.first == "_" { text.removeFirst() }
    while let last = text.unicodeScalars.last, last.isSign { text.unicodeScalars.removeLast() }
    while let first = text.unicodeScalars.first, first.isSign { text.unicodeScalars.removeFirst() }
    text = withoutNumber(text.trimmed)
    return text.replacing("’", with: "'")
  }

  /// The text with plain spaces for what editors paste in their place.
  private static func spaced(_ text: String) -> String {
    guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      let isSpace =
        scalar.properties.generalCategory == .spaceSeparator || scalar == "\u{200B}"
        || scalar == "\u{FEFF}"
      result.append(isSpace ? " " : scalar)
    }
    return String(result)
  }

  /// "The cause", "Long-term fix", "Remediation steps": what remains is a part's name.
  static func undressed(_ name: String) -> Role? {
    var words = name.replacing("-term ", with: " term ").split(separator: " ")
    if words.count > 1, words[0] == "the" { words.removeFirst() }
    let isBrief = words.first == "temporary" || words.first == "interim"
    while words.count > 1, adjectives.contains(String(words[0])) { words.removeFirst() }
    let hasSteps = words.count > 1 && (words.last == "steps" || words.last == "step")
    if hasSteps { words.removeLast() }
    guard words.count == 1 || words.joined(separator: " ") == "root cause",
      let role = names[words.joined(separator: " ")], role != .other, role != .verify
    else { return nil }
    // "Error steps" are those to an error, "a possible problem" is one of several issues.
    if role == .symptom, !words[0].hasPrefix("symptom") { return nil }
    if hasSteps, role != .fix, role != .workaround { return nil }
    return role == .fix && isBrief ? .workaround : role
  }

  /// "2. Cause", "1.2 Cause" and "3) Cause" without the number; "502 errors" is no numbering.
  private static func withoutNumber(_ text: String) -> String {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ")") }
    guard number.first?.isNumber == true, number.contains(where: { !$0.isNumber }) else {
      return text
    }
    let rest = text.dropFirst(number.count)
    return rest.first == " " ? rest.trimmed : text
  }

  /// "Resolution for cause 1", "Cause of error 2": a part of one of several cases.
  private static func ofOneCase(_ words: [Substring]) -> Role? {
    guard words.count >= 4, isNumber(String(words.last!)),
      cases.contains(String(words.dropLast().last!)),
      ["for", "of", "to"].contains(words[words.count - 3])
    else { return nil }
    let name = words.dropLast(3).joined(separator: " ")
    return names[name] ?? undressed(name)
  }

  private static let cases: Set = [
    "case", "cause", "condition", "error", "issue", "message", "problem", "scenario", "situation",
    "symptom",
  ]

  private static func isNumber(_ word: String) -> Bool {
    guard let first = word.utf8.first else { return false }
    if word.utf8.count == 1, first.isLetter { return true }
    return word.utf8.allSatisfy(\.isDigit)
      || ["one", "two", "three", "four", "five"].contains(word)
  }

  /// "Name: rest", "Name - rest", "Name – rest".
  private static func split(_ text: String) -> (String, String)? {
    for separator in [": ", " - ", " – ", " — "] {
      guard let found = text.firstRange(of: separator) else { continue }
      let rest = text[found.upperBound...].trimmed
      return rest.isEmpty ? nil : (text[..<found.lowerBound].trimmed, rest)
    }
    return nil
  }

  private static func dropWords(_ count: Int, of text: String) -> String {
    let rest = text.split(separator: " ", maxSplits: count).dropFirst(count).first ?? ""
    return String(rest.drop { $0 == "-" || $0 == "–" || $0 == ":" || $0 == " " })
  }
}
