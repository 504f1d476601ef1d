/// What a response has to know of the request that it answers.
package struct Exchange: Sendable {
  package var isHead: Bool
  /// 0 or 1; an HTTP/1.0 client cannot read chunks.
  package var minorVersion: Int
  /// Whether the connection stays open after this response.
  package var keepAlive: Bool
  /// Sent as `Request-Id`, if there is one.
  package var id: RequestID?

  package init(
    isHead: Bool = false, minorVersion: Int = 1, keepAlive: Bool = true, id: RequestID? = nil
  ) {
    self.isHead = isHead
    self.minorVersion = minorVersion
    self.keepAlive = keepAlive
    self.id = id
  }
}

/// What is left to send after `ResponseWriter.write`.
package enum ResponseRest: Sendable {
  case nothing
  /// A body too large to be worth copying behind its head.
  case bytes([UInt8])
  case chunks(any BodySource)
  /// Raw, and the closed connection is its end.
  case untilClose(any BodySource)
}

/// Turns responses into bytes (RFC 9112 §4, §6).
package struct ResponseWriter: Sendable {
  private var dateSecond = Int.min
  private var dateLine: [UInt8] = []
  /// Up to this size a body is copied behind its head, so that one buffer is sent.
  package static let copyLimit = 32 * 1024

  package init() {}

  /// A response has a field that would break the message: nothing was written.
  package struct InvalidField: Error, Sendable, Equatable {
    package init() {}
  }

  /// Appends a response to `output`. `exchange.keepAlive` becomes false where
  /// the response ends the connection. `second` is the time for Date.
  package mutating func write(
    _ response: Response, _ exchange: inout Exchange, at second: Int, to output: inout [UInt8]
  ) throws(InvalidField) -> ResponseRest {
    let start = output.count
    if let head = response.preparedHead {
      output.append(contentsOf: head)
    } else {
      do {
        try ResponseWriter.appendHead(response, &exchange, to: &output)
      } catch {
        output.removeSubrange(start...)
        throw error
      }
    }
    appendDate(second, to: &output)
    if let id = exchange.id {
      output.append(contentsOf: "Request-Id: ".utf8)
      id.append(to: &output)
      output.append(contentsOf: "\r\n".utf8)
    }
    let rest = appendFraming(response, &exchange, to: &output)
    if !exchange.keepAlive {
      output.append(contentsOf: "Connection: close\r\n".utf8)
    } else if exchange.minorVersion == 0 {
      output.append(contentsOf: "Connection: keep-alive\r\n".utf8)
    }
    output.append(ASCII.carriageReturn)
    output.append(ASCII.lineFeed)
    guard case .bytes(let body) = rest, body.count <= ResponseWriter.copyLimit else { return rest }
    output.append(contentsOf: body)
    return .nothing
  }

  /// One chunk of a streamed body; empty content has no chunk, since that would be the end.
  package static func appendChunk(_ content: [UInt8], to output: inout [UInt8]) {
    guard !content.isEmpty else { return }
    output.append(contentsOf: String(content.count, radix: 16).utf8)
    output.append(contentsOf: "\r\n".utf8)
    output.append(contentsOf: content)
    output.append(contentsOf: "\r\n".utf8)
  }

  /// The end of a chunked body.
  package static func appendLastChunk(to output: inout [UInt8]) {
    output.append(contentsOf: "0\r\n\r\n".utf8)
  }

  /// Status line and fields of a response, or nil when they can't be written or end the connection.
  static func head(of response: Response) -> [UInt8]? {
    var exchange = Exchange()
    var head: [UInt8] = []
    guard (try? appendHead(response, &exchange, to: &head)) != nil, exchange.keepAlive else {
      return nil
    }
    return head
  }

  private static func appendHead(
    _ response: Response, _ exchange: inout Exchange, to output: inout [UInt8]
  ) throws(InvalidField) {
    let status = response.status
    guard (200...599).contains(status.code) else { throw InvalidField() }
    output.append(contentsOf: "HTTP/1.1 ".utf8)
    output.append(decimal: status.code)
    output.append(ASCII.space)
    guard output.append(checked: status.phrase) else { throw InvalidField() }
    output.append(contentsOf: "\r\n".utf8)
    for field in response.headers.fields {
      switch ResponseWriter.owner(field.name) {
      case .server: continue
      case .connection:
        if lists(field.value, "close") { exchange.keepAlive = false }
        continue
      case .application: break
      }
      guard output.append(token: field.name) else { throw InvalidField() }
      output.append(ASCII.colon)
      output.append(ASCII.space)
      guard output.append(checked: field.value) else { throw InvalidField() }
      output.append(ASCII.carriageReturn)
      output.append(ASCII.lineFeed)
    }
  }

  private mutating func appendDate(_ second: Int, to output: inout [UInt8]) {
    if second != dateSecond {
      dateSecond = second
      dateLine = Array("Date: \(HTTPDate.text(second))\r\n".utf8)
    }
    output.append(contentsOf: dateLine)
  }

  /// Content-Length or Transfer-Encoding, and what of the body is to be sent.
  private func appendFraming(
    _ response: Response, _ exchange: inout Exchange, to output: inout [UInt8]
  ) -> ResponseRest {
    // RFC 9110 §8.6: never in a 204; in a 304 it would have to be the 200's.
    if response.status.code == 204 || response.status.code == 304 { return .nothing }
    switch response.body {
    case .bytes(let body):
      output.append(contentsOf: "Content-Length: ".utf8)
      output.append(decimal: body.count)
      output.append(contentsOf: "\r\n".utf8)
      return exchange.isHead ? .nothing : .bytes(body)
    case .stream(let source):
      guard !exchange.isHead else { return .nothing }
      guard exchange.minorVersion >= 1 else {
        exchange.keepAlive = false
        return .untilClose(source)
      }
      output.append(contentsOf: "Transfer-Encoding: chunked\r\n".utf8)
      return .chunks(source)
    }
  }

  private enum Owner { case application, server, connection }

  /// Fields that describe this connection are ours to write.
  private static func owner(_ name: String) -> Owner {
    switch name.utf8.count {
    case 4 where equalIgnoringCase(name, "Date"): .server
    case 10 where equalIgnoringCase(name, "Connection"): .connection
    case 10 where equalIgnoringCase(name, "Keep-Alive"): .server
    case 10 where equalIgnoringCase(name, "Request-Id"): .server
    case 14 where equalIgnoringCase(name, "Content-Length"): .server
    case 17 where equalIgnoringCase(name, "Transfer-Encoding"): .server
    default: .application
    }
  }

  private static func lists(_ value: String, _ token: String) -> Bool {
    value.split(separator: ",").contains { element in
      equalIgnoringCase(String(element.filter { $0 != " " && $0 != "\t" }), token)
    }
  }
}

extension [UInt8] {
  /// Appends a number in decimal.
  mutating func append(decimal value: Int) {
    if value >= 10 { append(decimal: value / 10) }
    append(ASCII.zero &+ UInt8(value % 10))
  }

  /// Appends text without control characters (tabs are allowed), or nothing and false.
  mutating func append(checked text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var index = 0
      while true {
        index = bytes.span.firstControl(from: index)
        if index == bytes.count { break }
        guard bytes[index] == ASCII.tab else { return false }
        index += 1
      }
      append(contentsOf: bytes)
      return true
    }
  }

  /// Appends a token, or nothing and false.
  mutating func append(token text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      for byte in bytes where !ByteSet.token.contains(byte) { return false }
      append(contentsOf: bytes)
      return !bytes.isEmpty
    }
  }
}
