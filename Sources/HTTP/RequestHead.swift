/// How the body that follows a head is delimited (RFC 9112 §6).
package enum Framing: Sendable, Equatable {
  case none
  case length(Int)
  case chunked
}

/// What a request's head may weigh.
package struct HeadLimits: Sendable, Equatable {
  /// From the first byte to the empty line: 431 above that.
  package var headBytes = 32 * 1024
  /// Number of field lines: 431 above that.
  package var fields = 100
  /// Length of the request target: 414 above that.
  package var targetBytes = 8 * 1024

  package init() {}
}

/// A complete head: the request without body, and what it says about the connection.
package struct RequestHead: Sendable {
  package var request: Request
  package var framing: Framing
  /// 0 or 1: what the client speaks. Any later 1.x counts as 1.
  package var minorVersion: Int
  /// Whether the client wants to go on with this connection (RFC 9112 §9.3).
  package var keepAlive: Bool
  /// Whether the client waits for "100 Continue" before it sends the body.
  package var expectsContinue: Bool
  /// Number of bytes that the head took, leading empty lines included.
  package var length: Int
}
