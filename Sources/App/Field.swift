import JSON

/// One parameter of an address or member of a body, said once: `Fields` decodes by it, `/openapi.json`
/// and `/help/api` describe it.
struct Field: Sendable {
  enum Kind: Sendable {
    /// At most so many characters.
    case text(limit: Int)
    case choice([String])
    /// The `next` of a list.
    case cursor
    case integer(ClosedRange<Int>)
    /// In an address also 1, yes, on and nothing; 0, no, off.
    case flag
    /// An object of strings; in text `key=value,key=value`.
    case properties
    /// A list of some of these.
    case choices([String])
    /// A list of so many strings, of so many characters each.
    case texts(count: ClosedRange<Int>, limit: Int)
  }

  /// Bytes of one character at most, as JSON and forms may spell it: `\ud83d\ude00`, `%F0%9F%98%80`.
  private static let bytesPerCharacter = 12

  let name: String
  let kind: Kind
  let about: String
  private(set) var isRequired = false
  private(set) var mayBeNull = false
  private(set) var mayBeBlank = true
  private(set) var isOneLine = false
  /// What holds when it is left away.
  private(set) var standard: JSON?
  private(set) var example: JSON?

  /// Bytes that its longest value may take in a body; those of short ones are not worth counting.
  var longest: Int {
    switch kind {
    case .text(let limit): limit * Field.bytesPerCharacter
    case .texts(let count, let limit): count.upperBound * limit * Field.bytesPerCharacter
    case .choice, .choices, .cursor, .integer, .flag, .properties: 0
    }
  }

  static func text(_ name: String, limit: Int = 1_000, _ about: String) -> Field {
    Field(name: name, kind: .text(limit: limit), about: about)
  }

  static func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type, _ about: String
  ) -> Field where Value.RawValue == String {
    Field(name: name, kind: .choice(type.allCases.map(\.rawValue)), about: about)
  }

  static func choices<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type, _ about: String
  ) -> Field where Value.RawValue == String {
    Field(name: name, kind: .choices(type.allCases.map(\.rawValue)), about: about)
  }

  static func integer(
    _ name: String, in range: ClosedRange<Int> = 1...Int.max, _ about: String
  ) -> Field {
    Field(name: name, kind: .integer(range), about: about)
  }

  static func flag(_ name: String, _ about: String) -> Field {
    Field(name: name, kind: .flag, about: about)
  }

  static func properties(_ name: String, _ about: String) -> Field {
    Field(name: name, kind: .properties, about: about)
  }

  static func texts(
    _ name: String, count: ClosedRange<Int>, limit: Int, _ about: String
  ) -> Field {
    Field(name: name, kind: .texts(count: count, limit: limit), about: about)
  }

  static func line(_ name: String, limit: Int, _ about: String) -> Field {
    text(name, limit: limit, about).with { $0.isOneLine = true }
  }

  /// Must be given; null is not enough.
  var needed: Field { with { $0.isRequired = true } }
  /// Must be given, and null says something.
  var given: Field {
    with {
      $0.isRequired = true
      $0.mayBeNull = true
    }
  }
  /// If given, then not blanks only.
  var notBlank: Field { with { $0.mayBeBlank = false } }
  var required: Field { needed.notBlank }
  func standard(_ value: JSON) -> Field { with { $0.standard = value } }
  func example(_ value: JSON) -> Field { with { $0.example = value } }

  private func with(_ change: (inout Field) -> Void) -> Field {
    var copy = self
    change(&copy)
    return copy
  }
}

extension Field {
  static let limit = Field.limit(1...100, standard: 20)
  static func limit(_ range: ClosedRange<Int>, standard: Int) -> Field {
    .integer("limit", in: range, "At most so many.").standard(.integer(standard))
  }
  static let cursor = Field.cursor("cursor", "Where to go on: the `next` of the page before.")
  static func cursor(_ name: String, _ about: String) -> Field {
    Field(name: name, kind: .cursor, about: about)
  }
  static let guide = Field.text("guide", "Only in this guide (its slug).")
    .example("agentcore-troubleshooting")
  static let tag = Field.text("tag", "Only issues with this tag.")
  static let comment = Field.text("comment", limit: 500, "Why, for the history.")
}

// MARK: JSON Schema

extension Field {
  /// What the decoder takes, as JSON Schema 2020-12.
  func schema(inBody: Bool) -> JSON {
    var schema = plainSchema(inBody: inBody).members ?? []
    // In a body null is as good as nothing.
    if inBody, !isRequired || mayBeNull, let type = schema.firstIndex(where: { $0.name == "type" })
    {
      schema[type].value = .array([schema[type].value, "null"])
    }
    if let standard { schema.append(.init("default", standard)) }
    return .object(schema)
  }

  private func plainSchema(inBody: Bool) -> JSON {
    switch kind {
    case .text(let limit): textSchema(limit: limit)
    case .choice(let values):
      // An enumeration must name null itself to allow it.
      [
        "type": "string",
        "enum": .array(values.map { .string($0) } + (inBody && !isRequired ? [.null] : [])),
      ]
    case .cursor: ["type": "string", "pattern": .string("^\(Cursor.pattern)$")]
    case .integer(let range):
      [
        "type": "integer", "minimum": .integer(range.lowerBound),
        "maximum": .integer(range.upperBound),
      ]
    case .flag where inBody: Schema.boolean()
    case .flag: ["type": "string", "enum": Fields.flagWords.json]
    case .properties where inBody:
      [
        "type": "object", "maxProperties": .integer(Fields.propertyLimits.count),
        "propertyNames": ["maxLength": .integer(Fields.propertyLimits.key)],
        "additionalProperties": [
          "type": "string", "maxLength": .integer(Fields.propertyLimits.value),
        ],
      ]
    case .properties:
      [
        "type": "string",
        "pattern": "^([^=,\\s]{1,100}=[^=,\\s]{1,500}(,[^=,\\s]{1,100}=[^=,\\s]{1,500}){0,49})?$",
      ]
    case .choices(let values):
      [
        "type": "array", "minItems": .integer(isRequired ? 1 : 0), "maxItems": 100,
        "items": ["type": "string", "enum": values.json],
      ]
    case .texts(let count, let limit):
      [
        "type": "array", "minItems": .integer(count.lowerBound),
        "maxItems": .integer(count.upperBound), "items": textSchema(limit: limit),
      ]
    }
  }

  private func textSchema(limit: Int) -> JSON {
    // What `Fields.text` refuses.
    let refused = "\\u0000" + (isOneLine ? "\\n\\u000b\\f\\r\\u0085\\u2028\\u2029" : "")
    return [
      "type": "string", "maxLength": .integer(limit),
      "pattern": .string(
        mayBeBlank
          ? "^[^\(refused)]*$" : "^[^\(refused)]*[^\\s\(refused)][^\(refused)]*$"),
    ]
  }
}
