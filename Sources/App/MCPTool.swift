import HTTP
import JSON
import Store

/// One tool: what it says of itself, and its use case.
struct MCPTool: Sendable {
  let name: String
  let title: String
  let description: String
  let input: JSON
  let output: JSON
  /// Writes, so that a token with the scope report is needed.
  let writes: Bool
  let run: @Sendable (MCPCall) throws -> MCPAnswer

  /// In the order in which an agent needs them; clients keep it.
  static let all = [diagnose, searchIssues, getIssue, checkValue, openReport, recordOutcome]

  func json(_ version: MCPVersion) -> JSON {
    var members: [JSON.Member] = [.init("name", .string(name))]
    // 2025-03-26 knows neither of these.
    let isOldest = version == .march2025
    if !isOldest { members.append(.init("title", .string(title))) }
    members += [
      .init("description", .string(description)), .init("inputSchema", input),
      .init("annotations", annotations),
    ]
    if !isOldest { members.append(.init("outputSchema", output)) }
    return .object(members)
  }

  private var annotations: JSON {
    [
      "title": .string(title), "readOnlyHint": .bool(!writes), "destructiveHint": false,
      "idempotentHint": .bool(!writes), "openWorldHint": false,
    ]
  }
}

/// One call of a tool.
struct MCPCall: Sendable {
  let app: App
  let site: Site
  /// An object; checked to hold nothing that the tool does not take.
  let arguments: JSON

  var caller: Caller { site.caller }

  func fields(_ declared: [Field]? = nil) throws(Failure) -> Fields {
    try Fields(json: arguments, declared: declared)
  }

  func read<T>(_ body: (Reading) throws -> T) throws -> T {
    try app.store.read(as: caller.viewer, body)
  }

  func write<T: Sendable>(_ body: @escaping @Sendable (Writing) throws -> T) throws -> T {
    try app.store.write(as: caller.author, body)
  }
}

/// What a tool answers with.
struct MCPAnswer: Sendable {
  let text: String
  let structured: JSON

  /// - Parameter members: what the API answers to the same question.
  init(_ text: MCPText, _ members: [JSON.Member], advice: OwnWords, citations: [JSON]) {
    self.text = text.text
    structured = .object(
      [.init("notice", .string(MCPWords.notice))] + members.map(MCPAnswer.visible)
        + [
          .init("advice", .string(advice.text)),
          .init("citations", .array(citations.map(MCPAnswer.visible))),
        ])
  }

  private static func visible(_ member: JSON.Member) -> JSON.Member {
    .init(MCPText.visible(member.name), visible(member.value))
  }

  /// Every text without what a person would not see.
  static func visible(_ json: JSON) -> JSON {
    switch json {
    case .string(let text): .string(MCPText.visible(text))
    case .array(let items): .array(items.map(visible))
    case .object(let members): .object(members.map(visible))
    case .null, .bool, .integer, .number: json
    }
  }

  static func citation(
    _ issue: IssueSummary, _ site: Site, revision: Int? = nil, matcher: String? = nil,
    lines: [JSON] = []
  ) -> JSON {
    [
      "title": .string(issue.title), "url": .string(site.url(issue: issue.slug)),
      "revision": .integer(revision ?? issue.revision), "matcher": matcher.json,
      "lines": .array(lines),
    ]
  }
}

/// Why a tool did not do it, in words that help the model to go on.
struct MCPToolFailure: Error {
  let code: String
  let advice: OwnWords
  /// What others wrote, e.g. the names there are.
  var data: String?
}

extension MCPServer {
  /// One caller's calls in a minute: far above what an agent does, so that a loop gone wild ends.
  static let callsPerMinute = 6_000

  func call(
    _ message: MCPMessage, _ version: MCPVersion, _ caller: Caller
  ) throws(MCPError) -> JSON {
    guard let name = message.params["name"]?.text else {
      throw MCPError(.invalidParams, "name must be a string: the tool's.")
    }
    guard let tool = MCPTool.all.first(where: { $0.name == name }) else {
      throw MCPError(.invalidParams, "There is no such tool; tools/list names them.")
    }
    var arguments = message.params["arguments"] ?? .object([])
    if arguments.isNull { arguments = .object([]) }
    guard arguments.members != nil else {
      throw MCPError(.invalidParams, "arguments must be an object.")
    }
    do {
      try allow(tool, arguments, caller)
      let answer = try tool.run(
        MCPCall(app: app, site: app.site(of: caller), arguments: arguments))
      var members: [JSON.Member] = [
        .init("content", [["type": "text", "text": .string(answer.text)]])
      ]
      if version != .march2025 { members.append(.init("structuredContent", answer.structured)) }
      return .object(members + [.init("isError", false)])
    } catch let failure as MCPToolFailure {
      return MCPServer.failed(failure)
    } catch let error as OutcomeError {
      return MCPServer.failed(MCPToolFailure(error))
    } catch {
      let failure = app.failure(of: error, doing: "MCP \(tool.name)")
      return MCPServer.failed(MCPToolFailure(code: failure.code, advice: OwnWords(failure)))
    }
  }

  private func allow(_ tool: MCPTool, _ arguments: JSON, _ caller: Caller) throws {
    guard
      app.limiter.allows("mcp " + caller.reporter, count: MCPServer.callsPerMinute, seconds: 60)
    else { throw MCPToolFailure(code: "too_many_requests", advice: MCPWords.tooManyCalls) }
    if tool.writes, !caller.isToken || !caller.may(.report) {
      throw MCPToolFailure(
        code: caller.isToken ? "missing_scope" : "unauthorized", advice: MCPWords.needsToken)
    }
    // Named here and not by `Fields`, whose messages repeat what was sent.
    let known = tool.input["properties"]?.members?.map(\.name) ?? []
    guard arguments.members?.allSatisfy({ known.contains($0.name) }) ?? true else {
      throw MCPToolFailure(
        code: "unknown_field",
        advice: OwnWords(
          stringLiteral:
            "An argument is not known here. \(tool.name) takes \(known.joined(separator: ", "))."))
    }
    if let environment = arguments["environment"], !environment.isNull {
      guard environment.members?.allSatisfy({ $0.value.text != nil }) ?? false else {
        throw Failure.invalid("environment", "environment must be an object of strings.")
      }
    }
  }

  /// Tools, Error Handling: a result that says so, for the model to read. Without structured
  /// content, which would have to have the shape of a success.
  private static func failed(_ failure: MCPToolFailure) -> JSON {
    var text = MCPText()
    text.say(failure.advice)
    if let data = failure.data { text.quote(data) }
    return [
      "content": [["type": "text", "text": .string(text.text)]], "isError": true,
      "_meta": ["fixbook/code": .string(failure.code)],
    ]
  }
}

extension MCPToolFailure {
  /// The store's words name an issue, which others have named.
  init(_ error: OutcomeError) {
    switch error {
    case .reportNotFound:
      self.init(
        code: "not_found",
        advice: "There is no such report. Use the id that open_report gave, or the diagnosis.")
    case .diagnosisNotFound: self = .noDiagnosis
    case .fixNotFound(let id):
      self.init(
        code: "invalid_field",
        advice: "There is no fix \(id). Take the id of a fix from diagnose or get_issue.")
    case .fixOfOtherIssue(let fix, let issue):
      self.init(
        code: "invalid_field",
        advice: "Fix \(fix) belongs to another issue than the report, whose issue is below.",
        data: issue)
    }
  }

  static let noDiagnosis = MCPToolFailure(
    code: "invalid_field",
    advice: "There is no such diagnosis, or it is no longer kept. Call diagnose again.")

  static let noIssue = MCPToolFailure(
    code: "not_found",
    advice: "There is no such issue. Take the slug of one from diagnose or search_issues.")
}
