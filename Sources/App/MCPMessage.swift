package import HTTP
package import JSON

/// A revision of the Model Context Protocol (https://modelcontextprotocol.io/specification).
package enum MCPVersion: String, Sendable, CaseIterable {
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"
  /// Stateless: no handshake; every request says all that is needed to answer it.
  case july2026 = "2026-07-28"

  var isStateless: Bool { self == .july2026 }

  /// What `initialize` answers to a client that asks for a version that is not known here.
  static let newestWithHandshake = november2025

  /// Newest first, as clients choose.
  static let supported: JSON = .array(allCases.reversed().map { .string($0.rawValue) })
}

/// How a message came.
package enum MCPTransport: Sendable {
  /// With the header fields of its POST.
  case http(HeaderFields)
  /// Over stdio, with the version that `initialize` agreed on, if it was called.
  case stdio(MCPVersion?)
}

/// What goes back: over HTTP with its status, over stdio the body alone.
package struct MCPReply: Sendable, Equatable {
  package let status: Status
  /// nil: nothing is answered (a notification).
  package let body: JSON?
  /// What `initialize` agreed on.
  package var agreed: MCPVersion?

  static let accepted = MCPReply(status: .accepted, body: nil)
}

/// A JSON-RPC error (https://www.jsonrpc.org/specification#error_object).
struct MCPError: Error, Sendable, Equatable {
  enum Code: Int, Sendable {
    case parse = -32_700
    case invalidRequest = -32_600
    case methodNotFound = -32_601
    case invalidParams = -32_602
    case internalError = -32_603
    /// Before 2026-07-28 only.
    case resourceNotFound = -32_002
    case headerMismatch = -32_020
    case unsupportedVersion = -32_022

    /// The status of a stateless answer (2026-07-28, Streamable HTTP).
    var status: Status {
      switch self {
      case .methodNotFound: .notFound
      case .internalError: .internalServerError
      case .parse, .invalidRequest, .invalidParams, .resourceNotFound, .headerMismatch,
        .unsupportedVersion:
        .badRequest
      }
    }
  }

  let code: Code
  /// Holds nothing that a client or a writer of knowledge has put in.
  let message: String
  var data: JSON?

  init(_ code: Code, _ message: String, data: JSON? = nil) {
    self.code = code
    self.message = message
    self.data = data
  }

  static func parse(_ error: JSONError) -> MCPError {
    MCPError(.parse, "The message is not JSON: \(error.reason), at byte \(error.offset).")
  }

  static func unsupportedVersion(_ requested: String) -> MCPError {
    MCPError(
      .unsupportedVersion, "This protocol version is not supported.",
      data: [
        "supported": MCPVersion.supported, "requested": .string(String(requested.prefix(100))),
      ])
  }

  static let unknownMethod = MCPError(.methodNotFound, "There is no such method here.")

  static let badCursor = MCPError(
    .invalidParams, "cursor must be the nextCursor of the page before.")

  func reply(id: JSON?, status: Status) -> MCPReply {
    var error: [JSON.Member] = [
      .init("code", .integer(code.rawValue)), .init("message", .string(message)),
    ]
    if let data { error.append(.init("data", data)) }
    // JSON-RPC 2.0 §5: null when the id could not be read.
    return MCPReply(
      status: status, body: ["jsonrpc": "2.0", "id": id ?? .null, "error": .object(error)])
  }
}

/// A request or notification whose shape has been checked.
struct MCPMessage: Sendable {
  enum Shape: Sendable {
    case message(MCPMessage)
    /// An answer to a request that this server never sends.
    case response
  }

  /// nil: a notification, which is never answered.
  let id: JSON?
  let method: String
  /// Always an object.
  let params: JSON

  var meta: JSON? { params["_meta"] }

  private static let reserved = "io.modelcontextprotocol/"

  /// A field that 2026-07-28 reserves in `_meta`.
  func meta(_ name: String) -> JSON? { meta?[MCPMessage.reserved + name] }

  static func read(_ json: JSON) throws(MCPError) -> Shape {
    guard json.members != nil else {
      throw MCPError(.invalidRequest, "A message must be a JSON object.")
    }
    guard json["jsonrpc"]?.text == "2.0" else {
      throw MCPError(.invalidRequest, "jsonrpc must be \"2.0\".")
    }
    let id = json["id"]
    guard let method = json["method"] else {
      if id != nil, json["result"] != nil || json["error"] != nil { return .response }
      throw MCPError(.invalidRequest, "method is missing.")
    }
    guard let name = method.text else {
      throw MCPError(.invalidRequest, "method must be a string.")
    }
    guard id == nil || readableID(json) != nil else {
      throw MCPError(.invalidRequest, "id must be a string or a whole number.")
    }
    let params = json["params"] ?? .object([])
    guard params.members != nil else {
      throw MCPError(.invalidParams, "params must be an object.")
    }
    guard params["_meta"].map({ $0.members != nil }) ?? true else {
      throw MCPError(.invalidParams, "params._meta must be an object.")
    }
    return .message(MCPMessage(id: id, method: name, params: params))
  }

  /// The id to answer to, also of a message with other faults.
  static func readableID(_ json: JSON) -> JSON? {
    guard let id = json["id"], id.text != nil || id.integer != nil else { return nil }
    return id
  }
}
