import JSON

/// JSON Schema 2020-12, as tools declare what they take and give. Plain on purpose: no `$ref`, no
/// `oneOf`, because clients hand schemas on to models that know little of them.
enum Schema {
  static func string(_ description: String? = nil, limit: Int? = nil) -> JSON {
    with(description, [.init("type", "string")] + bound("maxLength", limit))
  }

  /// RFC 3339.
  static func time(_ description: String? = nil) -> JSON {
    with(description, [.init("type", "string"), .init("format", "date-time")])
  }

  static func choice(_ values: [String], _ description: String? = nil) -> JSON {
    with(description, [.init("type", "string"), .init("enum", values.json)])
  }

  static func integer(
    _ description: String? = nil, _ range: ClosedRange<Int>? = nil, default value: Int? = nil
  ) -> JSON {
    with(
      description,
      [.init("type", "integer")] + bound("minimum", range?.lowerBound)
        + bound("maximum", range.flatMap { $0.upperBound == .max ? nil : $0.upperBound })
        + bound("default", value))
  }

  static func number(_ description: String? = nil) -> JSON {
    with(description, [.init("type", "number")])
  }

  static func boolean(_ description: String? = nil) -> JSON {
    with(description, [.init("type", "boolean")])
  }

  static func list(of items: JSON, _ description: String? = nil) -> JSON {
    with(description, [.init("type", "array"), .init("items", items)])
  }

  /// An object with these members, all of them there unless `optional`; others may come with time.
  static func object(
    _ members: [JSON.Member], optional: Set<String> = [], _ description: String? = nil
  ) -> JSON {
    with(
      description,
      [
        .init("type", "object"), .init("properties", .object(members)),
        .init("required", members.map(\.name).filter { !optional.contains($0) }.json),
      ])
  }

  /// What a tool takes: nothing else than this.
  static func input(_ members: [JSON.Member], required: [String]) -> JSON {
    [
      "type": "object", "properties": .object(members), "required": required.json,
      "additionalProperties": false,
    ]
  }

  /// An object of strings.
  static func strings(_ description: String? = nil) -> JSON {
    with(description, [.init("type", "object"), .init("additionalProperties", string())])
  }

  /// Or null.
  static func optional(_ schema: JSON) -> JSON {
    guard let members = schema.members, schema["type"] != nil else {
      return ["anyOf": [schema, ["type": "null"]]]
    }
    return .object(
      members.map { member in
        guard member.name == "type" else { return member }
        return .init("type", .array([member.value, "null"]))
      })
  }

  private static func with(_ description: String?, _ members: [JSON.Member]) -> JSON {
    .object(members + (description.map { [.init("description", .string($0))] } ?? []))
  }

  private static func bound(_ name: String, _ value: Int?) -> [JSON.Member] {
    value.map { [.init(name, .integer($0))] } ?? []
  }
}

/// The shapes that several tools answer with.
extension Schema {
  static let issue = Shape.issueSummary.inlined
  static let evidence = Shape.evidence.inlined
  static let fix = Shape.fix.inlined
  static let matched = Shape.evidenceLine.inlined

  static let citations = list(
    of: object([
      .init("title", string()), .init("url", string()), .init("revision", integer()),
      .init("matcher", optional(string("Version of the matcher, where one judged."))),
      .init(
        "lines",
        list(
          of: object([.init("line", integer()), .init("text", string())]),
          "The lines of the sent text that the answer rests on.")),
    ]), "What to quote.")

  /// What a tool gives: its own members between the label and the advice.
  static func output(_ members: [JSON.Member], optional: Set<String> = []) -> JSON {
    object(
      [.init("notice", string("How to take the texts below."))] + members
        + [.init("advice", string("What to do with this answer.")), .init("citations", citations)],
      optional: optional)
  }
}
