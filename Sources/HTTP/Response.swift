/// A status code with its phrase (RFC 9110 §15).
package struct Status: Sendable, Hashable {
  package let code: Int
  package let phrase: String

  package init(_ code: Int, _ phrase: String) {
    self.code = code
    self.phrase = phrase
  }

  package static let ok = Status(200, "OK")
  package static let created = Status(201, "Created")
  package static let accepted = Status(202, "Accepted")
  package static let noContent = Status(204, "No Content")
  package static let movedPermanently = Status(301, "Moved Permanently")
  package static let found = Status(302, "Found")
  package static let seeOther = Status(303, "See Other")
  package static let notModified = Status(304, "Not Modified")
  package static let badRequest = Status(400, "Bad Request")
  package static let unauthorized = Status(401, "Unauthorized")
  package static let forbidden = Status(403, "Forbidden")
  package static let notFound = Status(404, "Not Found")
  package static let methodNotAllowed = Status(405, "Method Not Allowed")
  package static let notAcceptable = Status(406, "Not Acceptable")
  package static let requestTimeout = Status(408, "Request Timeout")
  package static let conflict = Status(409, "Conflict")
  package static let gone = Status(410, "Gone")
  package static let preconditionFailed = Status(412, "Precondition Failed")
  package static let contentTooLarge = Status(413, "Content Too Large")
  package static let uriTooLong = Status(414, "URI Too Long")
  package static let unsupportedMediaType = Status(415, "Unsupported Media Type")
  package static let expectationFailed = Status(417, "Expectation Failed")
  package static let misdirectedRequest = Status(421, "Misdirected Request")
  package static let unprocessableContent = Status(422, "Unprocessable Content")
  package static let preconditionRequired = Status(428, "Precondition Required")
  package static let tooManyRequests = Status(429, "Too Many Requests")
  package static let headerFieldsTooLarge = Status(431, "Request Header Fields Too Large")
  package static let internalServerError = Status(500, "Internal Server Error")
  package static let notImplemented = Status(501, "Not Implemented")
  package static let serviceUnavailable = Status(503, "Service Unavailable")
  package static let versionNotSupported = Status(505, "HTTP Version Not Supported")
  package static let insufficientStorage = Status(507, "Insufficient Storage")
}

/// What a body is made of.
package enum ResponseBody: Sendable {
  case bytes([UInt8])
  /// Sent chunked (or until close for HTTP/1.0); `next` runs on a worker thread.
  case stream(any BodySource)
}

/// Gives a response body piece by piece. Calls never overlap.
package protocol BodySource: AnyObject, Sendable {
  /// The next piece (aim for 16–64 KiB), or nil at the end. A thrown error
  /// aborts the connection, so that the client sees a truncated message.
  func next() throws -> [UInt8]?
}

/// A response before it becomes bytes. The server adds Date, Request-Id, Content-Length
/// or Transfer-Encoding, and Connection; it leaves the body away for HEAD, 204 and 304.
package struct Response: Sendable {
  package var status: Status { didSet { preparedHead = nil } }
  package var headers: HeaderFields { didSet { preparedHead = nil } }
  package var body: ResponseBody
  /// Status line and fields as bytes, for a response that is sent many times.
  private(set) var preparedHead: [UInt8]?

  package init(
    _ status: Status, headers: HeaderFields = HeaderFields(), body: ResponseBody = .bytes([])
  ) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The same response, with its head checked and written once. Unchanged where the head depends
  /// on the connection, or can't be written.
  package func prepared() -> Response {
    var prepared = self
    prepared.preparedHead = ResponseWriter.head(of: self)
    return prepared
  }
}
