import HTTP
import JSON
import Store

/// Fields of a query, form or JSON body, read by name; what nobody read is an error.
struct Fields {
  private var values: [String: JSON]
  /// In the order they were sent.
  private let names: [String]
  private var known: [String] = []
  /// Forms and queries know only text.
  private let isText: Bool
  /// What the operation takes; nil at addresses that are no operation.
  private let declared: [Field]?
  /// Below `/api/v1`, where fields of pages are unknown.
  private let isAPI: Bool

  init(json: JSON, declared: [Field]? = nil, isAPI: Bool = false) throws(Failure) {
    self.declared = declared
    self.isAPI = isAPI
    guard let members = json.members else {
      throw Failure.invalid("body", "The body must be a JSON object, not \(json.typeName).")
    }
    values = Dictionary(
      members.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    names = members.map(\.name)
    isText = false
  }

  /// `application/x-www-form-urlencoded` (https://url.spec.whatwg.org/#urlencoded-parsing).
  init(
    urlEncoded text: String, declared: [Field]? = nil, isAPI: Bool = false
  ) throws(Failure) {
    self.declared = declared
    self.isAPI = isAPI
    var values: [String: JSON] = [:]
    var names: [String] = []
    for pair in parts(of: text, at: "&") {
      let parts = parts(of: pair, at: "=", most: 2, keepsEmpty: true)
      guard let name = formDecoded(parts[0]),
        let value = formDecoded(parts.count > 1 ? parts[1] : "")
      else {
        throw Failure(
          .badRequest, "invalid_encoding", "Broken encoding",
          "A field is not percent-encoded UTF-8.")
      }
      names.append(name)
      if values[name] == nil { values[name] = .string(value) }
    }
    self.values = values
    self.names = names
    isText = true
  }

  /// How the field is declared; also notes that it was read.
  private mutating func field(_ name: String) -> Field? {
    known.append(name)
    return declared?.first { $0.name == name }
  }

  /// Text of at most `limit` characters, else as many as declared; nil when absent or null. A page's
  /// form may take more than the API, to say on the form what is wrong.
  mutating func text(_ name: String, limit: Int? = nil) throws(Failure) -> String? {
    let field = field(name).flatMap { isAPI || limit == nil ? $0 : nil }
    var limit = limit ?? 1_000
    if case .text(let declared)? = field?.kind { limit = declared }
    guard let value = values[name], !value.isNull else { return nil }
    guard let text = value.text else {
      throw Failure.invalid(name, "\(name) must be a string, not \(value.typeName).")
    }
    guard text.unicodeScalars.count <= limit else {
      throw Failure.invalid(name, "\(name) must have at most \(limit) characters.")
    }
    guard !text.unicodeScalars.contains("\0") else {
      throw Failure.invalid(name, "\(name) must not contain NUL.")
    }
    if let field {
      guard !field.isOneLine || !text.contains(where: \.isNewline) else {
        throw Failure.invalid(name, "\(name) must be one line.")
      }
      guard field.mayBeBlank || text.contains(where: { !$0.isWhitespace }) else {
        throw Failure.invalid(name, "\(name) must not be empty.")
      }
    }
    return text
  }

  mutating func required(_ name: String, limit: Int? = nil) throws(Failure) -> String {
    guard let text = try text(name, limit: limit) else { throw Failure.missing(name) }
    guard text.contains(where: { !$0.isWhitespace }) else {
      throw Failure.invalid(name, "\(name) must not be empty.")
    }
    return text
  }

  /// A list of strings, as many as declared; in text separated by commas.
  mutating func texts(_ name: String) throws(Failure) -> [String] {
    var limits: (count: ClosedRange<Int>, length: Int) = (0...100, 1_000)
    if case .texts(let count, let limit)? = field(name)?.kind { limits = (count, limit) }
    guard let value = values[name], !value.isNull else { return [] }
    var items: [String] = []
    if isText, let text = value.text {
      items = parts(of: text, at: ",").map { String(trimmed($0)) }
    } else {
      for item in value.items ?? [.null] {
        guard let text = item.text else {
          throw Failure.invalid(name, "\(name) must be an array of strings.")
        }
        items.append(text)
      }
    }
    guard limits.count.contains(items.count),
      items.allSatisfy({
        $0.unicodeScalars.count <= limits.length && !$0.unicodeScalars.contains("\0")
      })
    else {
      throw Failure.invalid(name, "\(name) has too many, too few or too long entries, or NUL.")
    }
    return items
  }

  /// A whole number in the declared range, else in `range`; what is declared as standard, else nil,
  /// when absent or null.
  mutating func integer(
    _ name: String, in range: ClosedRange<Int> = 1...Int.max
  ) throws(Failure) -> Int? {
    let field = field(name)
    var range = range
    if case .integer(let declared)? = field?.kind { range = declared }
    guard let value = values[name], !value.isNull else { return field?.standard?.integer }
    // To JSON, 1.0 is a whole number too.
    let whole =
      isText ? value.text.flatMap { wholeNumber($0) } : value.double.flatMap { Int(exactly: $0) }
    guard let number = value.integer ?? whole else {
      throw Failure.invalid(name, "\(name) must be a whole number.")
    }
    guard range.contains(number) else {
      throw Failure.invalid(
        name,
        range.upperBound == .max
          ? "\(name) must be at least \(range.lowerBound)."
          : "\(name) must be from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  /// Whether the field is there, be it null.
  func isGiven(_ name: String) -> Bool { values[name] != nil }

  /// Whether a field was given, other than null.
  func has(_ name: String) -> Bool { values[name].map { !$0.isNull } ?? false }

  /// `limit` of a list.
  mutating func limit() throws(Failure) -> Int { try integer("limit", in: 1...100) ?? 20 }

  static let flagWords = ["1", "true", "yes", "on", "", "0", "false", "no", "off"]

  mutating func flag(_ name: String) throws(Failure) -> Bool {
    _ = field(name)
    guard let value = values[name], !value.isNull else { return false }
    if let flag = value.bool { return flag }
    switch isText ? value.text : nil {
    case "1", "true", "yes", "on", "": return true
    case "0", "false", "no", "off": return false
    default: throw Failure.invalid(name, "\(name) must be true or false.")
    }
  }

  /// One of the type's values; what is declared as standard, else nil, when absent or null.
  mutating func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, as type: Value.Type
  ) throws(Failure) -> Value? where Value.RawValue == String {
    guard let text = try text(name) else {
      let standard = declared?.first { $0.name == name }?.standard?.text
      return standard.flatMap(Value.init(rawValue:))
    }
    guard let value = Value(rawValue: text) else {
      let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
      throw Failure.invalid(name, "\(name) must be one of \(all).")
    }
    return value
  }

  /// An array of words; in text `one,two`. Nil when absent.
  mutating func words(_ name: String) throws(Failure) -> [String]? {
    _ = field(name)
    guard let value = values[name], !value.isNull else { return nil }
    if isText, let text = value.text {
      return text.unicodeScalars.split { $0 == "," || Character($0).isNewline }
        .map { String(trimmed(Substring($0))) }.filter { !$0.isEmpty }
    }
    guard let items = value.items, items.count <= 100 else {
      throw Failure.invalid(name, "\(name) must be an array of at most 100 strings.")
    }
    var words: [String] = []
    for item in items {
      guard let word = item.text, word.unicodeScalars.count <= 200 else {
        throw Failure.invalid(name, "\(name) must be an array of short strings.")
      }
      words.append(word)
    }
    return words
  }

  /// Values of a closed list, as an array of words; nil when absent.
  mutating func choices<Value: RawRepresentable & CaseIterable>(
    _ name: String, as type: Value.Type
  ) throws(Failure) -> [Value]? where Value.RawValue == String {
    guard let words = try words(name) else { return nil }
    var values: [Value] = []
    for word in words {
      guard let value = Value(rawValue: word) else {
        let all = Value.allCases.map(\.rawValue).joined(separator: ", ")
        throw Failure.invalid(name, "\(name) must be of \(all).")
      }
      values.append(value)
    }
    return values
  }

  /// A day or a moment in UTC.
  mutating func time(_ name: String) throws(Failure) -> (text: String, time: Time)? {
    guard let text = try text(name, limit: 40), !text.isEmpty else { return nil }
    guard let time = Time(text: text) else {
      throw Failure.invalid(
        name, "\(name) must be a day (2026-05-03) or a moment (2026-05-03T14:05:09Z).")
    }
    return (text, time)
  }

  static let propertyLimits = (count: 50, key: 100, value: 500)

  /// An object of strings; in text `key=value,key=value`.
  mutating func properties(_ name: String) throws(Failure) -> [(key: String, value: String)] {
    _ = field(name)
    guard let value = values[name], !value.isNull else { return [] }
    var pairs: [(key: String, value: String)] = []
    if let text = isText ? value.text : nil {
      for pair in parts(of: text, at: ",") {
        let parts = parts(of: pair, at: "=", most: 2)
        guard parts.count == 2 else {
          throw Failure.invalid(name, "\(name) is written key=value,key=value.")
        }
        pairs.append((String(trimmed(parts[0])), String(trimmed(parts[1]))))
      }
    } else {
      guard let members = value.members else {
        throw Failure.invalid(name, "\(name) must be an object of strings.")
      }
      for member in members {
        guard let text = member.value.text else {
          throw Failure.invalid(name, "\(name).\(member.name.prefix(60)) must be a string.")
        }
        pairs.append((member.name, text))
      }
    }
    let limits = Fields.propertyLimits
    guard pairs.count <= limits.count,
      pairs.allSatisfy({
        $0.key.unicodeScalars.count <= limits.key && $0.value.unicodeScalars.count <= limits.value
      })
    else { throw Failure.invalid(name, "\(name) has too many or too long entries.") }
    return pairs
  }

  /// Refuses fields that nobody asked for. The API takes what is declared; a page also what its
  /// handler read.
  func finish() throws(Failure) {
    let unread = (declared ?? []).map(\.name).filter { !known.contains($0) }
    assert(unread.isEmpty, "declared, but never read: \(unread)")
    let taken = declared?.map(\.name) ?? []
    let more = isAPI && declared != nil ? [] : known.filter { !taken.contains($0) }
    for name in names where !taken.contains(name) && !more.contains(name) {
      throw Failure.unknownField(name, known: taken + more)
    }
  }
}

/// The parts of a text between signs of ASCII. Of the text's bytes, since a sign before a combining mark, or before the tone of an emoji,
/// is no character of its own.
func parts(
  of text: some StringProtocol, at sign: Unicode.Scalar, most: Int = .max, keepsEmpty: Bool = false
) -> [Substring] {
  let text = Substring(text)
  return text.utf8.split(
    separator: UInt8(ascii: sign), maxSplits: most - 1, omittingEmptySubsequences: !keepsEmpty
  ).map { Substring($0) }
}

/// A number as this server writes it: "+1" and "01" are none, or one thing had many addresses.
func wholeNumber(_ text: String) -> Int? {
  Int(text).flatMap { String($0) == text ? $0 : nil }
}
