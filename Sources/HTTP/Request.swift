/// The method of a request. Methods are case-sensitive (RFC 9110 §9.1).
package enum Method: Sendable, Hashable {
  case get, head, post, put, patch, delete, options
  /// Any other token, as sent.
  case other(String)

  package var name: String {
    switch self {
    case .get: "GET"
    case .head: "HEAD"
    case .post: "POST"
    case .put: "PUT"
    case .patch: "PATCH"
    case .delete: "DELETE"
    case .options: "OPTIONS"
    case .other(let name): name
    }
  }

  package init(_ name: String) {
    switch name {
    case "GET": self = .get
    case "HEAD": self = .head
    case "POST": self = .post
    case "PUT": self = .put
    case "PATCH": self = .patch
    case "DELETE": self = .delete
    case "OPTIONS": self = .options
    default: self = .other(name)
    }
  }
}

/// Header fields in the order received. Names compare without case; a name may
/// occur several times, and nothing is folded away (RFC 9110 §5).
package struct HeaderFields: Sendable, Equatable {
  /// One field line; `name` keeps its spelling, `value` has no surrounding white space.
  package struct Field: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  package var fields: [Field]

  package init(_ fields: [Field] = []) { self.fields = fields }

  /// The first value of that name, or nil.
  package subscript(_ name: String) -> String? {
    for field in fields where equalIgnoringCase(field.name, name) { return field.value }
    return nil
  }

  /// All values of that name, in order.
  package func all(_ name: String) -> [String] {
    fields.filter { equalIgnoringCase($0.name, name) }.map(\.value)
  }

  /// All values of that name joined by commas (RFC 9110 §5.3), or nil when absent.
  package func list(_ name: String) -> String? {
    var list: String?
    for field in fields where equalIgnoringCase(field.name, name) {
      list = list.map { $0 + ", " + field.value } ?? field.value
    }
    return list
  }

  /// Adds a field behind the others, also where there is one of that name.
  package mutating func add(_ name: String, _ value: String) {
    fields.append(Field(name, value))
  }

  /// Replaces every field of that name by one.
  package mutating func set(_ name: String, _ value: String) {
    fields.removeAll { equalIgnoringCase($0.name, name) }
    fields.append(Field(name, value))
  }
}

/// ASCII case folding only: header names and tokens are ASCII.
package func equalIgnoringCase(_ left: String, _ right: String) -> Bool {
  // Most comparisons end here.
  guard left.utf8.count == right.utf8.count else { return false }
  var left = left
  var right = right
  return left.withUTF8 { left in
    right.withUTF8 { right in
      for index in 0..<left.count where lowerASCII(left[index]) != lowerASCII(right[index]) {
        return false
      }
      return true
    }
  }
}

@inline(__always)
package func lowerASCII(_ byte: UInt8) -> UInt8 {
  byte &- 0x41 < 26 ? byte | 0x20 : byte
}

/// Where a connection comes from: the peer's address, without its port.
package enum Peer: Sendable, Hashable {
  /// Numeric IPv4 or IPv6 address, e.g. "127.0.0.1" or "::1".
  case address(String)
  /// A Unix-domain socket, or a caller inside this process.
  case local

  package var description: String {
    switch self {
    case .address(let text): text
    case .local: "local"
    }
  }
}

/// Names one exchange, to the client and in the log.
package struct RequestID: Sendable, Hashable, CustomStringConvertible {
  private let bits: UInt64

  /// Of the 64 bits, 60 count.
  package init(_ bits: UInt64) { self.bits = bits }

  /// Twelve digits and small letters.
  package var description: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  func append(to output: inout [UInt8]) {
    for shift in stride(from: 55, through: 0, by: -5) {
      let digit = UInt8(truncatingIfNeeded: bits >> UInt64(shift)) & 31
      output.append(digit < 10 ? ASCII.zero + digit : UInt8(ascii: "a") + digit - 10)
    }
  }
}

/// A request whose syntax has been checked.
package struct Request: Sendable {
  package var method: Method
  /// The path as sent, without query, e.g. "/issues/caf%C3%A9.json".
  package var rawPath: String
  /// The path's segments, percent-decoded, dot segments removed; "/" has none.
  /// A trailing slash gives a last empty segment.
  package var segments: [String]
  /// The query as sent, without "?"; nil when there is none.
  package var rawQuery: String?
  /// Host and port as the client names the server (from an absolute-form target, else Host).
  package var authority: String?
  package var headers: HeaderFields
  /// The whole body; empty when the body was streamed into a `BodySink`.
  package var body: [UInt8]
  package var peer: Peer
  /// Sent back as `Request-Id`; nil for a request that came by no connection.
  package var id: RequestID?

  package init(
    method: Method, rawPath: String, segments: [String], rawQuery: String? = nil,
    authority: String? = nil, headers: HeaderFields = HeaderFields(), body: [UInt8] = [],
    peer: Peer = .local
  ) {
    self.method = method
    self.rawPath = rawPath
    self.segments = segments
    self.rawQuery = rawQuery
    self.authority = authority
    self.headers = headers
    self.body = body
    self.peer = peer
  }
}
