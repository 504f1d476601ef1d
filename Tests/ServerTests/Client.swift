import CSystem
import Glibc
import HTTP
import Sockets
import Testing

/// A blocking client that sends exactly the bytes it is told to. Reads give up
/// after a while, so that a server that never answers fails a test.
final class Client: @unchecked Sendable {
  private let raw: Int32
  private var received: [UInt8] = []
  private var ended = false

  init(_ endpoint: Endpoint) throws {
    switch endpoint {
    case .unix(let path):
      raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      try Client.connect(raw, &address)
    case .ipv4(_, let port):
      raw = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      try Client.connect(raw, &address)
    case .ipv6(_, let port):
      raw = socket(AF_INET6, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      var address = sockaddr_in6()
      address.sin6_family = sa_family_t(AF_INET6)
      address.sin6_port = port.bigEndian
      address.sin6_addr = in6addr_loopback
      try Client.connect(raw, &address)
    }
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      setsockopt(raw, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  deinit { close(raw) }

  private static func connect<Address>(_ raw: Int32, _ address: inout Address) throws {
    let result = withUnsafeBytes(of: &address) { bytes in
      bytes.baseAddress.map {
        Glibc.connect(raw, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
      }
    }
    if result != 0 { throw SystemError("connect") }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends everything; throws when the server has closed or does not read.
  func send(_ bytes: [UInt8]) throws {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes {
        Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw SystemError("send") }
      start += count
    }
  }

  /// Sends as much as fits without waiting; the number of bytes.
  func sendWhatFits(_ bytes: [UInt8]) -> Int {
    let count = bytes.withUnsafeBytes {
      Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
    }
    return max(0, count)
  }

  func finishSending() { shutdown(raw, Int32(SHUT_WR)) }

  func setReceiveBuffer(_ size: Int32) {
    var size = size
    setsockopt(raw, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
  }

  /// Reads once more; false at the end.
  @discardableResult
  private func fill() throws -> Bool {
    guard !ended else { return false }
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = buffer.withUnsafeMutableBytes { recv(raw, $0.baseAddress, $0.count, 0) }
    if count < 0 { throw SystemError("recv") }
    ended = count == 0
    received += buffer.prefix(count)
    return !ended
  }

  /// Everything up to the end of the connection.
  func readAll() throws -> String {
    while try fill() {}
    defer { received = [] }
    return String(decoding: received, as: UTF8.self)
  }

  /// Whether the server has closed without sending anything more.
  func isAtEnd() throws -> Bool {
    try received.isEmpty && !fill()
  }

  /// Bytes up to and with `mark`.
  func read(through mark: String) throws -> String {
    let mark = Array(mark.utf8)
    while true {
      if let end = received.firstRange(of: mark)?.upperBound {
        defer { received.removeSubrange(..<end) }
        return String(decoding: received[..<end], as: UTF8.self)
      }
      guard try fill() else { throw SystemError("recv", EPIPE, subject: "end of connection") }
    }
  }

  func read(count: Int) throws -> [UInt8] {
    while received.count < count {
      guard try fill() else { throw SystemError("recv", EPIPE, subject: "end of connection") }
    }
    defer { received.removeSubrange(..<count) }
    return Array(received[..<count])
  }

  /// The next response. `toHead`: it answers HEAD, so has no body.
  func response(toHead: Bool = false) throws -> Reply {
    let head = try read(through: "\r\n\r\n")
    let lines = head.split(separator: "\r\n").map(String.init)
    let status = try #require(
      lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    var headers = HeaderFields()
    for line in lines.dropFirst() {
      let colon = try #require(line.firstIndex(of: ":"))
      headers.add(String(line[..<colon]), String(line[colon...].dropFirst(2)))
    }
    var body: [UInt8] = []
    if headers["Transfer-Encoding"] == "chunked" {
      while true {
        let size = try #require(Int(try read(through: "\r\n").dropLast(1), radix: 16))
        body += try read(count: size)
        _ = try read(count: 2)
        if size == 0 { break }
      }
    } else if !toHead, let length = headers["Content-Length"].flatMap({ Int($0) }) {
      body = try read(count: length)
    }
    return Reply(status: status, headers: headers, body: String(decoding: body, as: UTF8.self))
  }

  func exchange(_ text: String) throws -> Reply {
    try send(text)
    return try response()
  }
}

struct Reply: Equatable {
  let status: Int
  let headers: HeaderFields
  let body: String
}
