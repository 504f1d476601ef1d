import HTTP
import JSON
import Store

extension App {
  static func openAPI(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .bytes(
      OpenAPI(routes).document(context.site).bytes, type: Representation.json.contentType)
  }
}

/// The declarations of all operations as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1).
struct OpenAPI {
  private let routes: [Route]

  init(_ routes: [Route]) { self.routes = routes.filter(\.hasAPI) }

  func document(_ site: Site) -> JSON {
    var patterns: [String] = []
    for route in routes where !patterns.contains(route.pattern) { patterns.append(route.pattern) }
    let paths = patterns.map { pattern in
      JSON.Member(
        pattern,
        .object(
          routes.filter { $0.pattern == pattern }.compactMap { route in
            route.operation.map {
              .init(route.method.name.lowercased(), operation($0, route, site))
            }
          }))
    }
    let problems = routes.flatMap { route in route.operation?.problems(of: route) ?? [] }
    return [
      "openapi": "3.1.1",
      "info": [
        "title": "Fixbook", "version": .string(App.version),
        "summary": "Paste the error. Get the fix that worked.",
        "description": .string(OpenAPI.introduction(site)),
        "license": ["name": "MIT", "identifier": "MIT"],
      ],
      "servers": [["url": .string(site.url("/api/v1"))]],
      "externalDocs": [
        "url": .string(site.url("/help/api")), "description": "The same for people, with curl",
      ],
      "tags": .array(Operation.Group.allCases.map { ["name": .string($0.rawValue)] }),
      "paths": .object(paths),
      "components": [
        "schemas": .object(Shape.all.map { .init($0.name, $0.schema) }),
        "responses": .object(unique(problems).map { .init($0.name, $0.json) }),
        "parameters": [
          "IfNoneMatch": [
            "name": "If-None-Match", "in": "header",
            "description": "`ETag` of what you have: 304 when it is still that.",
            "schema": ["type": "string"], "example": "\"3-0\"",
          ],
          "IdempotencyKey": [
            "name": "Idempotency-Key", "in": "header",
            "description":
              "Any name for this request, such as a UUID. Sent again within 24 hours with the same body, the first answer is given again, with `Idempotency-Replayed: true`, and nothing is done twice.",
            "schema": [
              "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$",
            ],
          ],
        ],
        "securitySchemes": [
          "token": [
            "type": "http", "scheme": "bearer",
            "description": "`fixbook token create`; scopes are read, report, edit and admin.",
          ]
        ],
      ],
    ]
  }

  static func introduction(_ site: Site) -> String {
    """
    Known problems and the fixes that worked. Every error is a problem document (RFC 9457) with a stable \
    `code`; [the codes](\(site.url("/help/problems"))). Lists are `{"results": […], "next": …}`; times are \
    RFC 3339 in UTC. New members may be added to answers; none is renamed or removed within v1.
    """
  }

  private func unique(_ problems: [ProblemAnswer]) -> [ProblemAnswer] {
    var names: Set<String> = []
    return problems.filter { names.insert($0.name).inserted }
      .sorted { $0.name < $1.name }
  }

  private func operation(_ operation: Operation, _ route: Route, _ site: Site) -> JSON {
    var members: [JSON.Member] = [
      .init("operationId", .string(operation.id)),
      .init("tags", [.string(operation.group.rawValue)]),
      .init("summary", .string(operation.summary)),
    ]
    if !operation.details.isEmpty {
      members.append(.init("description", .string(operation.details)))
    }
    let parameters =
      route.pathFields.map { parameter($0, in: "path") }
      + operation.query.map { parameter($0, in: "query") }
      + operation.headers.map { parameter($0, in: "header") }
      + (route.method == .get ? [["$ref": "#/components/parameters/IfNoneMatch"]] : [])
      + (operation.takesKey(route) ? [["$ref": "#/components/parameters/IdempotencyKey"]] : [])
    if !parameters.isEmpty { members.append(.init("parameters", .array(parameters))) }
    if let body = requestBody(operation) { members.append(.init("requestBody", body)) }
    members.append(.init("responses", .object(responses(operation, route))))
    switch operation.caller {
    case .anyone: members.append(.init("security", [[:], ["token": []]]))
    case .member: members.append(.init("security", [["token": []]]))
    case .scope(let scope):
      members.append(.init("security", [["token": [.string(scope.rawValue)]]]))
    }
    members.append(
      .init(
        "x-codeSamples",
        .array(
          operation.examples.map {
            ["lang": "Shell", "label": "curl", "source": .string($0.curl(route, site))]
          })))
    return .object(members)
  }

  private func parameter(_ field: Field, in place: String) -> JSON {
    var members: [JSON.Member] = [
      .init("name", .string(field.name)), .init("in", .string(place)),
      .init("description", .string(field.about)), .init("required", .bool(field.isRequired)),
      .init("schema", field.schema(inBody: false)),
    ]
    if let example = field.example { members.append(.init("example", example)) }
    return .object(members)
  }

  private func requestBody(_ operation: Operation) -> JSON? {
    let fields = operation.body
    guard !fields.isEmpty else { return nil }
    func object(inBody: Bool) -> JSON {
      [
        "type": "object",
        "properties": .object(
          fields.map { .init($0.name, described($0, $0.schema(inBody: inBody))) }),
        "required": fields.filter(\.isRequired).map(\.name).json, "additionalProperties": false,
      ]
    }
    let examples = operation.examples.filter { $0.body != nil }.enumerated().map {
      JSON.Member(
        "example\($0.offset + 1)", ["value": $0.element.concreteBody(fields)])
    }
    var content: [JSON.Member] = [
      .init(
        "application/json", ["schema": object(inBody: true), "examples": .object(examples)])
    ]
    if operation.takesForms {
      content.append(
        .init("application/x-www-form-urlencoded", ["schema": object(inBody: false)]))
    }
    if operation.takesText {
      content.insert(
        .init(
          "text/plain",
          [
            "schema": ["type": "string", "pattern": "\\S"],
            "example": .string(operation.examples[0].text ?? ""),
          ]), at: 0)
    }
    let isNeeded = operation.takesText || fields.contains(where: \.isRequired)
    return ["required": .bool(isNeeded), "content": .object(content)]
  }

  private func described(_ field: Field, _ schema: JSON) -> JSON {
    .object((schema.members ?? []) + [.init("description", .string(field.about))])
  }

  private func responses(_ operation: Operation, _ route: Route) -> [JSON.Member] {
    var members = operation.answers.map { answer in
      JSON.Member(String(answer.status.code), response(answer, route))
    }
    if route.method == .get {
      members.append(.init("304", ["description": "What you have is what is there."]))
    }
    let taken = Set(members.map(\.name))
    for problem in operation.problems(of: route) {
      let status = String(problem.status)
      if let index = members.firstIndex(where: { $0.name == status }), taken.contains(status) {
        members[index].value = problem.beside(members[index].value)
      } else {
        members.append(.init(status, ["$ref": .string("#/components/responses/" + problem.name)]))
      }
    }
    return members.sorted { $0.name < $1.name }
  }

  private func response(_ answer: Operation.Answer, _ route: Route) -> JSON {
    var members: [JSON.Member] = [.init("description", .string(answer.about))]
    var headers = answer.headers
    if route.method == .get, answer.status == .ok {
      headers.append(.text("ETag", "For `If-None-Match`."))
    }
    if !headers.isEmpty {
      members.append(
        .init(
          "headers",
          .object(
            headers.map {
              .init($0.name, ["description": .string($0.about), "schema": ["type": "string"]])
            })))
    }
    if let schema = answer.schema {
      members.append(.init("content", ["application/json": ["schema": schema]]))
    }
    return .object(members)
  }
}

/// The errors of one status that an operation may answer with.
struct ProblemAnswer {
  let status: Int
  let codes: [String]

  /// "Error422.unknown_field"
  var name: String {
    (["Error\(status)"] + codes.filter { !ProblemCodes.ofHTTP.contains($0) }).joined(separator: ".")
  }

  private var schema: JSON {
    [
      "allOf": [
        Shape.problem.reference, ["properties": ["code": ["enum": codes.json]]],
      ]
    ]
  }

  private var about: String {
    let own = codes.filter { !ProblemCodes.ofHTTP.contains($0) }
    let lines = own.map { "`\($0)`: \(ProblemCodes.meaning(of: $0))" }
    return (lines + (own.count < codes.count ? ["Or the request is not sound HTTP."] : []))
      .joined(separator: " ")
  }

  var json: JSON {
    var members: [JSON.Member] = [
      .init("description", .string(about)),
      .init("content", ["application/problem+json": ["schema": schema]]),
    ]
    if status == 429 {
      let headers = [
        ("Retry-After", "Seconds to wait."), ("RateLimit", "The limit that was reached."),
        ("RateLimit-Policy", "How often it may be done."),
      ]
      members.append(
        .init(
          "headers",
          .object(
            headers.map {
              .init($0.0, ["description": .string($0.1), "schema": ["type": "string"]])
            })))
    }
    return .object(members)
  }

  /// With an answer of the same status that is no error.
  func beside(_ answer: JSON) -> JSON {
    .object(
      (answer.members ?? []).map { member in
        switch member.name {
        case "description": .init("description", .string((member.value.text ?? "") + " " + about))
        case "content":
          .init(
            "content",
            .object(
              (member.value.members ?? []) + [
                .init("application/problem+json", ["schema": schema])
              ]))
        default: member
        }
      })
  }
}

extension Route {
  /// The `{…}` of the pattern, described.
  var pathFields: [Field] {
    let segments = pattern.split(separator: "/").map(String.init)
    return zip(segments, segments.dropFirst()).compactMap { before, segment in
      segment.hasPrefix("{")
        ? PathValue.field(String(segment.dropFirst().dropLast()), after: before) : nil
    }
  }
}

extension Operation {
  /// Every error it may answer with, by status.
  func problems(of route: Route) -> [ProblemAnswer] {
    var codes = ProblemCodes.everywhere + self.codes
    if pathNames(route) { codes.append("not_found") }
    let fields = query + body
    if !fields.isEmpty || !headers.isEmpty { codes.append("invalid_field") }
    if fields.contains(where: \.isRequired) { codes.append("missing_field") }
    if route.method != .get {
      let needless: Set =
        takesText
        ? ["unsupported_media_type", "read_only", "disk_full"]
        : route.isOpenQuestion ? ["read_only", "disk_full"] : []
      codes += ProblemCodes.ofWrites.filter { !needless.contains($0) } + ["invalid_field"]
    }
    if takesKey(route) { codes += ["idempotency_in_progress", "idempotency_mismatch", "gone"] }
    switch caller {
    case .anyone: break
    case .member: codes.append("unauthorized")
    case .scope: codes += ["unauthorized", "missing_scope"]
    }
    let wanted = Set(codes)
    let known = (ProblemCodes.all + ProblemCodes.http).filter { wanted.contains($0.code) }
    let statuses = Set(known.map(\.status)).sorted()
    return statuses.map { status in
      ProblemAnswer(status: status, codes: known.filter { $0.status == status }.map(\.code))
    }
  }

  func takesKey(_ route: Route) -> Bool {
    route.method == .post && !route.isOpenQuestion && !givesSecret
  }

  private func pathNames(_ route: Route) -> Bool { !route.pathFields.isEmpty }
}
