import HTTP
import JSON
import Store

/// Fixbook as a server of the Model Context Protocol: a function from one message to its reply, the
/// same for HTTP and stdio. It keeps nothing between messages.
package struct MCPServer: Sendable {
  /// More messages than this are no batch of an honest client.
  static let batchLimit = 50

  let app: App

  package init(app: App) { self.app = app }

  /// Answers one message, given as bytes.
  package func handle(
    _ bytes: [UInt8], caller: Caller, transport: MCPTransport
  ) -> MCPReply {
    let json: JSON
    do {
      json = try JSON.read(bytes)
    } catch {
      return MCPError.parse(error).reply(id: nil, status: .badRequest)
    }
    if case .array(let items) = json { return batch(items, caller, transport) }
    return single(json, caller, transport)
  }

  private func single(_ json: JSON, _ caller: Caller, _ transport: MCPTransport) -> MCPReply {
    let id = MCPMessage.readableID(json)
    let message: MCPMessage
    let version: MCPVersion
    do throws(MCPError) {
      switch try MCPMessage.read(json) {
      case .response:
        guard !isStateless(transport) else {
          throw MCPError(.invalidRequest, "Send requests and notifications only.")
        }
        return .accepted
      case .message(let read): message = read
      }
      version = try MCPHeaders.version(of: message, transport)
    } catch {
      return error.reply(id: id, status: error.code.status)
    }
    guard message.id != nil else { return .accepted }
    do throws(MCPError) {
      let result = try answer(message, version, caller)
      var reply = MCPReply(
        status: .ok,
        body: [
          "jsonrpc": "2.0", "id": id ?? .null,
          "result": version.isStateless ? stateless(result) : result.json,
        ])
      reply.agreed = result.agreed
      return reply
    } catch {
      return error.reply(id: id, status: version.isStateless ? error.code.status : .ok)
    }
  }

  private func isStateless(_ transport: MCPTransport) -> Bool {
    guard case .http(let fields) = transport else { return false }
    return fields[MCPHeaders.version] == MCPVersion.july2026.rawValue
  }

  /// Several messages at once: only 2025-03-26 has that, and not for `initialize`.
  private func batch(_ items: [JSON], _ caller: Caller, _ transport: MCPTransport) -> MCPReply {
    let version: MCPVersion? =
      switch transport {
      case .http(let fields):
        fields[MCPHeaders.version].map { MCPVersion(rawValue: $0) } ?? .march2025
      case .stdio(let agreed): agreed
      }
    let fault: String? =
      version != .march2025
      ? "Send one message at a time: batches exist in 2025-03-26 only."
      : items.isEmpty
        ? "A batch must not be empty."
        : items.count > MCPServer.batchLimit
          ? "A batch may hold at most \(MCPServer.batchLimit) messages." : nil
    if let fault {
      return MCPError(.invalidRequest, fault).reply(id: nil, status: .badRequest)
    }
    let answers = items.compactMap { item -> JSON? in
      guard item["method"]?.text != "initialize" else {
        return MCPError(.invalidRequest, "initialize can't be part of a batch.")
          .reply(id: MCPMessage.readableID(item), status: .ok).body
      }
      return single(item, caller, transport).body
    }
    return answers.isEmpty ? .accepted : MCPReply(status: .ok, body: .array(answers))
  }

  // MARK: Methods

  /// A result, and what a stateless answer says of its freshness.
  struct Result {
    var json: JSON
    /// How long and by whom it may be kept; nil: it is no list and no resource.
    var caching: MCPCaching?
    var agreed: MCPVersion?
  }

  private func answer(
    _ message: MCPMessage, _ version: MCPVersion, _ caller: Caller
  ) throws(MCPError) -> Result {
    switch message.method {
    case "initialize" where !version.isStateless: return try initialize(message)
    case "ping" where !version.isStateless: return Result(json: .object([]))
    case "server/discover" where version.isStateless: return discover
    case "tools/list":
      try noCursor(message)
      return Result(
        json: ["tools": .array(MCPTool.all.map { $0.json(version) })], caching: .forAll)
    case "tools/call": return Result(json: try call(message, version, caller))
    case "resources/list":
      return Result(
        json: try MCPResources.list(message, app, caller), caching: .forCaller)
    case "resources/templates/list":
      try noCursor(message)
      return Result(json: MCPResources.templates, caching: .forAll)
    case "resources/read":
      return Result(
        json: try MCPResources.read(message, version, app, caller), caching: .forCaller)
    case "prompts/list":
      try noCursor(message)
      return Result(json: MCPPrompt.list, caching: .forAll)
    case "prompts/get": return Result(json: try MCPPrompt.get(message))
    default: throw MCPError.unknownMethod
    }
  }

  private func initialize(_ message: MCPMessage) throws(MCPError) -> Result {
    guard let wanted = message.params["protocolVersion"]?.text else {
      throw MCPError(.invalidParams, "protocolVersion must be a string.")
    }
    // A version of the other family has no handshake.
    let version =
      MCPVersion(rawValue: wanted).flatMap { $0.isStateless ? nil : $0 } ?? .newestWithHandshake
    return Result(
      json: [
        "protocolVersion": .string(version.rawValue), "capabilities": MCPServer.capabilities,
        "serverInfo": MCPServer.info, "instructions": .string(MCPWords.instructions),
      ], agreed: version)
  }

  private var discover: Result {
    Result(
      json: [
        "supportedVersions": MCPVersion.supported, "capabilities": MCPServer.capabilities,
        "instructions": .string(MCPWords.instructions),
      ], caching: .forAll)
  }

  private func noCursor(_ message: MCPMessage) throws(MCPError) {
    guard message.params["cursor"]?.isNull ?? true else { throw MCPError.badCursor }
  }

  /// What 2026-07-28 adds to every result.
  private func stateless(_ result: Result) -> JSON {
    var members = result.json.members ?? []
    let own = members.first { $0.name == "_meta" }?.value.members ?? []
    members.removeAll { $0.name == "_meta" }
    members.insert(.init("resultType", "complete"), at: 0)
    if let caching = result.caching {
      members.append(.init("ttlMs", .integer(caching.milliseconds)))
      members.append(.init("cacheScope", .string(caching.scope)))
    }
    members.append(
      .init("_meta", .object(own + [.init("io.modelcontextprotocol/serverInfo", MCPServer.info)])))
    return .object(members)
  }

  /// Only what exists: lists do not announce changes, nothing is subscribed to.
  private static let capabilities: JSON = ["tools": [:], "resources": [:], "prompts": [:]]

  static let info: JSON = [
    "name": "fixbook", "title": "Fixbook", "version": .string(App.version),
  ]
}

/// How long and by whom a list or resource may be kept (2026-07-28, Caching).
enum MCPCaching {
  /// The same for everyone, and as long as the program runs.
  case forAll
  /// What this caller may see, as of now.
  case forCaller

  var milliseconds: Int { self == .forAll ? 300_000 : 60_000 }
  var scope: String { self == .forAll ? "public" : "private" }
}
