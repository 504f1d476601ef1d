extension Rule {
  /// Whether a value passes, and why, in a few words.
  package func evaluate(_ value: String) -> (pass: Bool, detail: String) {
    guard value.utf8.count <= Self.valueLimit else {
      return (false, "the value is longer than \(Self.valueLimit) bytes")
    }
    switch self {
    case .length(let bounds):
      return Self.compare(value.unicodeScalars.count, bounds, "length")
    case .matches(let pattern): return Self.match(value, pattern)
    case .integer(let bounds, let unit): return Self.integer(value, bounds, unit)
    case .number(let bounds, let unit): return Self.number(value, bounds, unit)
    case .oneOf(let options): return Self.choose(value, options)
    case .base64: return Self.base64(value)
    case .base64OfJSON: return Self.base64OfJSON(value)
    case .json:
      guard let error = JSONCheck.error(in: Array(value.utf8)) else { return (true, "JSON") }
      return (false, "not JSON: \(error)")
    case .startsWith(let text):
      return Self.text(value.utf8.starts(with: text.utf8), "start with", text)
    case .endsWith(let text):
      let ends = value.utf8.reversed().starts(with: text.utf8.reversed())
      return Self.text(ends, "end with", text)
    case .contains(let text): return Self.text(Self.occurs(text, in: value), "contain", text)
    case .equals(let text):
      let same = value.utf8.elementsEqual(text.utf8)
      return (same, same ? "is \(Self.quote(text))" : "is not \(Self.quote(text))")
    case .not(let rule):
      let (pass, detail) = rule.evaluate(value)
      return (!pass, detail)
    }
  }

  /// The value in quotation marks, shortened.
  static func quote(_ value: String) -> String {
    let short = value.unicodeScalars.prefix(40)
    return
      "“\(String(String.UnicodeScalarView(short)))\(short.count < value.unicodeScalars.count ? "…" : "")”"
  }

  private static func compare(
    _ value: Int, _ bounds: Bounds<Int>, _ what: String
  ) -> (pass: Bool, detail: String) {
    if let low = bounds.low, value < low { return (false, "\(what) \(value) is below \(low)") }
    if let high = bounds.high, value > high { return (false, "\(what) \(value) is above \(high)") }
    return (true, "\(what) \(value) is within \(bounds)")
  }

  private static func match(_ value: String, _ pattern: Pattern) -> (pass: Bool, detail: String) {
    guard value.unicodeScalars.count <= Pattern.valueLimit else {
      return (false, "the value is too long to match, over \(Pattern.valueLimit) characters")
    }
    return pattern.matches(value)
      ? (true, "matches \(pattern.source)") : (false, "does not match \(pattern.source)")
  }

  private static func integer(
    _ value: String, _ bounds: Bounds<Int>, _ unit: String?
  ) -> (pass: Bool, detail: String) {
    let text = value.trimmed
    let digits = text.utf8.first == Byte.hyphen ? text.dropFirst() : text[...]
    guard !digits.isEmpty, digits.utf8.allSatisfy(\.isDigit) else {
      return (false, "\(quote(value)) is not an integer")
    }
    guard let number = Int(text) else { return (false, "\(quote(value)) is too large a number") }
    var (pass, detail) = compare(number, bounds, "value")
    if bounds == Bounds(nil, nil) { detail = "\(number) is an integer" }
    if !pass, let unit,
      let hint = Unit.hint(
        Double(number), unit: unit,
        fits: { Unit.integer($0).map(bounds.contains) ?? false })
    {
      detail += "; \(hint)"
    }
    pass = bounds.contains(number)
    return (pass, detail)
  }

  private static func number(
    _ value: String, _ bounds: Bounds<Double>, _ unit: String?
  ) -> (pass: Bool, detail: String) {
    let text = value.trimmed
    let first = text.utf8.first ?? 0
    guard first.isDigit || first == Byte.hyphen || first == Byte.dot,
      !text.lowercased().contains("x"),
      let number = Double(text), number.isFinite
    else { return (false, "\(quote(value)) is not a number") }
    if bounds.contains(number) {
      return (
        true, bounds == Bounds(nil, nil) ? "\(text) is a number" : "value \(text) is in range"
      )
    }
    let side = bounds.low.map { number < $0 } ?? false
    let limit = side ? bounds.low ?? 0 : bounds.high ?? 0
    let detail = "value \(text) is \(side ? "below" : "above") \(Unit.number(limit))"
    let hint = unit.flatMap { Unit.hint(number, unit: $0, fits: bounds.contains) }
    return (false, hint.map { detail + "; " + $0 } ?? detail)
  }

  private static func choose(
    _ value: String, _ options: [String]
  ) -> (pass: Bool, detail: String) {
    if options.contains(where: { $0.utf8.elementsEqual(value.utf8) }) {
      return (true, "is one of \(options.joined(separator: ", "))")
    }
    let wanted = value.trimmed.lowercased()
    if let near = options.first(where: { $0.lowercased() == wanted }) {
      return (false, "\(quote(value)) is written \(quote(near))")
    }
    return (false, "\(quote(value)) is not one of \(options.joined(separator: ", "))")
  }

  private static func text(
    _ pass: Bool, _ verb: String, _ text: String
  ) -> (pass: Bool, detail: String) {
    (pass, pass ? "does \(verb) \(quote(text))" : "does not \(verb) \(quote(text))")
  }

  private static func occurs(_ text: String, in value: String) -> Bool {
    let needle = Array(text.utf8)
    let bytes = Array(value.utf8)
    guard !needle.isEmpty, needle.count <= bytes.count else { return needle.isEmpty }
    return (0...bytes.count - needle.count).contains { start in
      bytes[start] == needle[0] && bytes[start..<start + needle.count].elementsEqual(needle)
    }
  }

  // MARK: Base64

  private static func base64(_ value: String) -> (pass: Bool, detail: String) {
    do throws(RuleError) {
      let bytes = try Base64.decode(Array(value.utf8))
      return (true, "base64 of \(bytes.count) bytes")
    } catch {
      return (false, rawJSONHint(value) ?? error.reason)
    }
  }

  private static func base64OfJSON(_ value: String) -> (pass: Bool, detail: String) {
    let decoded: [UInt8]
    do throws(RuleError) {
      decoded = try Base64.decode(Array(value.utf8))
    } catch {
      return (false, rawJSONHint(value) ?? error.reason)
    }
    guard let error = JSONCheck.error(in: decoded) else { return (true, "base64 of JSON") }
    return (false, "it is base64, but what it encodes is not JSON: \(error)")
  }

  private static func rawJSONHint(_ value: String) -> String? {
    let first = value.trimmed.utf8.first
    guard first == Byte.openBrace || first == Byte.openBracket,
      JSONCheck.error(in: Array(value.utf8)) == nil
    else { return nil }
    return "the value is JSON itself, not base64; encode it first"
  }
}
