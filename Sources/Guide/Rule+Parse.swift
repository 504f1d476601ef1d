extension Rule {
  /// Reads a rule as it stands in a guide.
  ///
  /// - Parameters:
  ///   - name: The check's name; a unit at its end ("expiry-days") is that of a bare range.
  /// - Throws: `RuleError` with the way out.
  package static func parse(_ text: String, name: String = "") throws(RuleError) -> Rule {
    try parse(text.trimmed, name: name, depth: 0)
  }

  private static func parse(
    _ text: String, name: String, depth: Int
  ) throws(RuleError) -> Rule {
    guard text.utf8.count <= 4096 else { throw RuleError("The rule is too long; shorten it.") }
    let (word, rest) = split(text)
    switch word {
    case "length": return .length(try bounds(rest, of: "length", Int.init).bounds)
    case "matches", "match": return .matches(try Pattern(operand(rest)))
    case "integer", "int":
      if rest.isEmpty { return .integer(Bounds(nil, nil), unit: nil) }
      let (range, unit) = try bounds(rest, of: "integer", Int.init)
      return .integer(range, unit: unit ?? Unit.name(at: name))
    case "number":
      if rest.isEmpty { return .number(Bounds(nil, nil), unit: nil) }
      let (range, unit) = try bounds(rest, of: "number", finite)
      return .number(range, unit: unit ?? Unit.name(at: name))
    case "json" where rest.isEmpty: return .json
    case "base64" where rest.isEmpty: return .base64
    case "base64" where ["of json", "json"].contains(rest.lowercased()): return .base64OfJSON
    case "equals", "is": return .equals(try nonEmpty(operand(rest), word))
    case "contains", "includes": return .contains(try nonEmpty(operand(rest), word))
    case "not":
      guard depth < 4 else { throw RuleError("“not” stands too often; take two of them away.") }
      let inner = try nonEmpty(rest, word)
      guard isRule(inner) else { return .not(.equals(operand(inner))) }
      return .not(try parse(inner, name: name, depth: depth + 1))
    default: return try phrase(text)
    }
  }

  /// Rules of two words.
  private static func phrase(_ text: String) throws(RuleError) -> Rule {
    for (opening, make) in phrases {
      guard let rest = dropPhrase(opening, from: text) else { continue }
      if opening == "one of" { return .oneOf(try options(rest)) }
      return make(try nonEmpty(operand(rest), opening))
    }
    throw RuleError(
      "“\(text.shortened)” is no rule; write one of: length 3..50, matches ^…$, integer 1..10, "
        + "number 0..1, one of a, b, base64, base64 of JSON, json, starts with …, ends with …, "
        + "contains …, not ….")
  }

  private static let phrases: [(String, @Sendable (String) -> Rule)] = [
    ("one of", { .oneOf([$0]) }), ("starts with", { .startsWith($0) }),
    ("begins with", { .startsWith($0) }), ("ends with", { .endsWith($0) }),
  ]

  /// Whether the text begins like a rule, so that "not" in front of it negates that rule.
  private static func isRule(_ text: String) -> Bool {
    let (word, rest) = split(text)
    if ["json", "base64", "integer", "number"].contains(word) {
      return rest.isEmpty || word != "json"
    }
    if ["length", "matches", "match", "equals", "is", "contains", "includes", "not"].contains(word)
    {
      return !rest.isEmpty
    }
    return phrases.contains { dropPhrase($0.0, from: text) != nil }
  }

  private static func split(_ text: String) -> (word: String, rest: String) {
    let parts = text.split(separator: " ", maxSplits: 1)
    return ((parts.first ?? "").lowercased(), parts.count > 1 ? parts[1].trimmed : "")
  }

  private static func dropPhrase(_ phrase: String, from text: String) -> String? {
    guard text.lowercased().hasPrefix(phrase + " ") || text.lowercased() == phrase else {
      return nil
    }
    return text.dropFirst(phrase.count).trimmed
  }

  /// A value without the backticks or quotation marks around it.
  static func operand(_ text: String) -> String {
    let bytes = text.utf8
    guard bytes.count >= 2, let first = bytes.first, bytes.last == first,
      first == Byte.backtick || first == Byte.quote
    else { return text }
    return String(text.dropFirst().dropLast())
  }

  private static func nonEmpty(_ text: String, _ word: String) throws(RuleError) -> String {
    guard !text.isEmpty else { throw RuleError("“\(word)” needs a value behind it.") }
    return text
  }

  private static func options(_ text: String) throws(RuleError) -> [String] {
    let options = text.splitOutsideCode(at: [","]).map(operand)
    guard options.count >= 1, !options.contains("") else {
      throw RuleError("“one of” needs values separated by commas, such as “one of a, b”.")
    }
    return options
  }

  private static func finite(_ text: String) -> Double? {
    guard let value = Double(text), value.isFinite else { return nil }
    return value
  }

  /// `3..365`, `3..`, `..365`, `36`, with an optional unit behind it.
  private static func bounds<Value>(
    _ text: String, of word: String, _ read: (String) -> Value?
  ) throws(RuleError) -> (bounds: Bounds<Value>, unit: String?) {
    let wrong = RuleError(
      "“\(word) \(text.shortened)” has no range; write it as “\(word) 3..50”, “\(word) 3..” or "
        + "“\(word) ..50”.")
    let words = operand(text).replacing("…", with: "..").split(separator: " ")
    guard let range = words.first, words.count <= 2 else { throw wrong }
    let unit = words.count == 2 ? Unit.name(of: String(words[1])) : nil
    if words.count == 2, unit == nil {
      throw RuleError("“\(words[1])” is no unit; write one of: \(Unit.known).")
    }
    let ends = range.split(separator: "..", omittingEmptySubsequences: false).map(String.init)
    let values = ends.map { $0.isEmpty ? nil : read($0) }
    guard (1...2).contains(ends.count), zip(ends, values).allSatisfy({ $0.isEmpty || $1 != nil }),
      values.contains(where: { $0 != nil })
    else { throw wrong }
    let result = ends.count == 1 ? Bounds(values[0], values[0]) : Bounds(values[0], values[1])
    if let low = result.low, let high = result.high, low > high {
      throw RuleError("“\(word) \(text.shortened)” runs backwards; put the smaller number first.")
    }
    return (result, unit)
  }
}
