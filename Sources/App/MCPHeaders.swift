import Guide
import HTTP
import JSON

/// Which version a message speaks, and whether its HTTP header fields say the same as its body.
enum MCPHeaders {
  static let version = "MCP-Protocol-Version"
  static let method = "Mcp-Method"
  static let name = "Mcp-Name"

  /// Methods whose object is mirrored in `Mcp-Name`, and the parameter that holds it.
  private static let named = [
    "tools/call": "name", "prompts/get": "name", "resources/read": "uri",
  ]

  /// A message is stateless when it carries its version in `_meta`, when the header field says so, or
  /// when only that revision has its method; else it belongs to the handshake family, and without a
  /// header field to its oldest version (2025-06-18, Protocol Version Header).
  static func version(
    of message: MCPMessage, _ transport: MCPTransport
  ) throws(MCPError) -> MCPVersion {
    switch transport {
    case .stdio(let agreed):
      if message.meta("protocolVersion") != nil || message.method == "server/discover" {
        return try statelessVersion(of: message, nil)
      }
      return agreed ?? .newestWithHandshake
    case .http(let fields):
      let field = fields[version]
      if message.meta("protocolVersion") != nil || field == MCPVersion.july2026.rawValue
        || (field == nil && message.method == "server/discover")
      {
        return try statelessVersion(of: message, fields)
      }
      guard let field else { return .march2025 }
      guard let known = MCPVersion(rawValue: field) else {
        throw MCPError.unsupportedVersion(field)
      }
      return known
    }
  }

  private static func statelessVersion(
    of message: MCPMessage, _ fields: HeaderFields?
  ) throws(MCPError) -> MCPVersion {
    // The revision does not say which header fields a notification needs.
    if message.id == nil {
      let text = fields?[version] ?? message.meta("protocolVersion")?.text ?? ""
      guard MCPVersion(rawValue: text)?.isStateless == true else {
        throw MCPError.unsupportedVersion(text)
      }
      return .july2026
    }
    guard let given = message.meta("protocolVersion"),
      message.meta("clientCapabilities")?.members != nil
    else {
      throw MCPError(
        .invalidParams,
        "params._meta must hold io.modelcontextprotocol/protocolVersion and "
          + "io.modelcontextprotocol/clientCapabilities.")
    }
    if let fields { try compare(fields, message, version: given) }
    guard let text = given.text else {
      throw MCPError(.invalidParams, "io.modelcontextprotocol/protocolVersion must be a string.")
    }
    guard let known = MCPVersion(rawValue: text), known.isStateless else {
      throw MCPError.unsupportedVersion(text)
    }
    return known
  }

  /// 2026-07-28, Server Validation: so that who routes by header fields and who reads the body see
  /// the same request.
  private static func compare(
    _ fields: HeaderFields, _ message: MCPMessage, version given: JSON
  ) throws(MCPError) {
    guard let spoken = try single(version, fields), spoken == given.text else {
      throw mismatch(version, "_meta's protocolVersion")
    }
    guard try single(method, fields) == message.method else {
      throw mismatch(method, "method")
    }
    guard let parameter = named[message.method] else { return }
    let field = try single(name, fields)
    guard let value = message.params[parameter]?.text else {
      // Without a value in the body the request fails for that reason, unless the field has one.
      if field != nil { throw mismatch(name, "params.\(parameter)") }
      return
    }
    guard let field, decoded(field) == value else {
      throw mismatch(name, "params.\(parameter)")
    }
  }

  private static func single(
    _ name: String, _ fields: HeaderFields
  ) throws(MCPError) -> String? {
    let values = fields.all(name)
    guard values.count <= 1 else {
      throw MCPError(.headerMismatch, "The header field \(name) is given twice.")
    }
    return values.first.map { String(trimmed($0[...])) }
  }

  private static func mismatch(_ field: String, _ part: String) -> MCPError {
    MCPError(
      .headerMismatch, "The header field \(field) must be there and be equal to \(part).")
  }

  /// 2026-07-28, Value Encoding: `=?base64?…?=` carries what a header field can't; nil when broken.
  static func decoded(_ field: String) -> String? {
    let prefix = "=?base64?"
    let suffix = "?="
    guard field.hasPrefix(prefix), field.hasSuffix(suffix),
      field.utf8.count >= prefix.utf8.count + suffix.utf8.count
    else { return field }
    let inner = field.dropFirst(prefix.count).dropLast(suffix.count)
    guard let bytes = try? Base64.decode(Array(inner.utf8)) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}
