import HTTP
import JSON
import Store

// The way of the protocol over HTTP (Streamable HTTP) and over stdio.

extension App {
  /// `POST /mcp`: one message in, one JSON answer out. Nothing is kept between messages, so no
  /// session is minted, and an `Mcp-Session-Id` that a gateway adds is ignored.
  static func mcp(_ context: Context) throws -> Reply {
    let request = context.request
    // Streamable HTTP, Security: a page of another site must not reach a server on this machine.
    if let origin = request.headers["Origin"], !context.app.isOwn(origin, request) {
      return .message(
        .forbidden,
        MCPError(.invalidRequest, "The Origin of this request is not allowed.")
          .reply(id: nil, status: .forbidden).body)
    }
    try context.refuseCodedBody()
    let type = request.headers["Content-Type"] ?? "application/json"
    guard equalIgnoringCase(String(trimmed(type.prefix { $0 != ";" })), "application/json") else {
      throw Failure.unsupportedMediaType(takesForms: false)
    }
    let reply = MCPServer(app: context.app).handle(
      request.body, caller: context.caller.asAgent, transport: .http(request.headers))
    return .message(reply.status, reply.body)
  }
}

extension Caller {
  /// A browser's cookie counts nothing here: agents have tokens.
  var asAgent: Caller {
    isAccount ? Caller(identity: .anonymous, scopes: [.read], reporter: reporter) : self
  }
}

/// The protocol over stdio: one message a line.
package struct MCPSession {
  private let app: App
  private let request: Request
  private var agreed: MCPVersion?

  /// - Parameter token: a bearer token, for what may be seen and written. Throws `Failure` for a
  ///   wrong one.
  package init(app: App, token: String?) throws {
    self.app = app
    var fields = HeaderFields()
    if let token { fields.add("Authorization", "Bearer " + token) }
    request = Request(method: .post, rawPath: "/mcp", segments: ["mcp"], headers: fields)
    _ = try app.site(for: request)
  }

  /// The line to answer with; nil when there is none.
  package mutating func answer(_ line: [UInt8]) -> [UInt8]? {
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) { return nil }
    let caller: Caller
    do {
      // Each time anew: a token may be revoked meanwhile.
      caller = try app.site(for: request).caller
    } catch {
      let failure = app.failure(of: error, doing: "MCP")
      return MCPError(.internalError, failure.detail).reply(id: nil, status: .ok).body?.bytes
    }
    let reply = MCPServer(app: app).handle(line, caller: caller, transport: .stdio(agreed))
    if let version = reply.agreed { agreed = version }
    return reply.body?.bytes
  }

  /// To a line that is too long to be read.
  package static let tooLong: [UInt8] =
    MCPError(.parse, "The message is too long.")
    .reply(id: nil, status: .badRequest).body?.bytes ?? []
}
