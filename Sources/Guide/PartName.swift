/// What a heading such as *Symptoms* or *Possible Ways to Fix It* announces.
struct PartName: Equatable {
  enum Role: Equatable {
    case symptom, cause, fix, workaround
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
    if let role = Self.names[lower] {
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
    if text.count > 4, text.hasPrefix("**"), text.hasSuffix("**") {
      text = text.dropFirst(2).dropLast(2)
    } else if text.count > 4, text.hasPrefix("__"), text.hasSuffix("__") {
      text = text.dropFirst(2).dropLast(2)
    } else if !hasColon || text.contains(" ") {
      return nil
    }
    guard let name = PartName(String(text)), name.isExact else { return nil }
    self = name
  }

  /// Symptom, cause or fix.
  var isPart: Bool { role != .other }
  var isFix: Bool { role == .fix || role == .workaround }
  /// *Summary*: what an article says instead of symptoms.
  var isSummary: Bool { role == .other && isExact && name == "summary" }

  /// The heading without emphasis, anchor, signs and numbering before it, and colon.
  private static func plain(_ heading: String) -> String {
    var text = heading.filter { $0 != "*" && $0 != "`" }.replacing("\u{A0}", with: " ").trimmed
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

  /// "2. Cause", "1.2 Cause" and "3) Cause" without the number; "502 errors" is no numbering.
  private static func withoutNumber(_ text: String) -> String {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == "." || $0 == ")") }
    guard number.first?.isNumber == true, number.contains(where: { !$0.isNumber }) else {
      return text
    }
    let rest = text.dropFirst(number.count)
    return rest.first == " " ? rest.trimmed : text
  }

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
