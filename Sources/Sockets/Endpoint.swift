import CSystem
import Glibc

/// Where a server listens or a peer is: an IP address with a port, or a Unix socket.
package enum Endpoint: Sendable, Hashable, CustomStringConvertible {
  case ipv4(address: String, port: UInt16)
  case ipv6(address: String, port: UInt16)
  case unix(path: String)

  /// Reads "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (every
  /// address), "unix:/run/fixbook.sock" or "/run/fixbook.sock"; nil for
  /// anything else. No name but localhost is looked up.
  package init?(_ text: String) {
    if text.hasPrefix("unix:") {
      self = .unix(path: String(text.dropFirst(5)))
    } else if text.hasPrefix("/") {
      self = .unix(path: text)
    } else {
      guard let colon = text.lastIndex(of: ":"),
        let port = UInt16(text[text.index(after: colon)...])
      else { return nil }
      let host = String(text[..<colon])
      if host.hasPrefix("["), host.hasSuffix("]") {
        self = .ipv6(address: String(host.dropFirst().dropLast()), port: port)
      } else {
        let names = ["": "0.0.0.0", "*": "0.0.0.0", "localhost": "127.0.0.1"]
        self = .ipv4(address: names[host] ?? host, port: port)
      }
    }
    guard withSocketAddress({ _, _ in true }) == true else { return nil }
  }

  package var description: String {
    switch self {
    case .ipv4(let address, let port): "\(address):\(port)"
    case .ipv6(let address, let port): "[\(address)]:\(port)"
    case .unix(let path): "unix:\(path)"
    }
  }

  /// The numeric address, or nil for a Unix socket. An IPv4 address that came
  /// through an IPv6 socket is given as IPv4.
  package var address: String? {
    switch self {
    case .ipv4(let address, _): address
    case .ipv6(let address, _):
      address.hasPrefix("::ffff:") && address.contains(".") ? String(address.dropFirst(7)) : address
    case .unix: nil
    }
  }

  /// The port, or nil for a Unix socket.
  package var port: UInt16? {
    switch self {
    case .ipv4(_, let port), .ipv6(_, let port): port
    case .unix: nil
    }
  }
}

extension Endpoint {
  var family: Int32 {
    switch self {
    case .ipv4: AF_INET
    case .ipv6: AF_INET6
    case .unix: AF_UNIX
    }
  }

  /// Calls `body` with the address as the kernel wants it; nil when it is not valid.
  func withSocketAddress<Result>(
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
  ) -> Result? {
    var storage = sockaddr_storage()
    return withUnsafeMutableBytes(of: &storage) { bytes -> Result? in
      guard let base = bytes.baseAddress, let length = fill(base) else { return nil }
      return body(UnsafeRawPointer(base).assumingMemoryBound(to: sockaddr.self), length)
    }
  }

  private func fill(_ storage: UnsafeMutableRawPointer) -> socklen_t? {
    switch self {
    case .ipv4(let address, let port):
      let pointer = storage.assumingMemoryBound(to: sockaddr_in.self)
      pointer.pointee.sin_family = sa_family_t(AF_INET)
      pointer.pointee.sin_port = port.bigEndian
      guard inet_pton(AF_INET, address, &pointer.pointee.sin_addr) == 1 else { return nil }
      return socklen_t(MemoryLayout<sockaddr_in>.size)
    case .ipv6(let address, let port):
      let pointer = storage.assumingMemoryBound(to: sockaddr_in6.self)
      pointer.pointee.sin6_family = sa_family_t(AF_INET6)
      pointer.pointee.sin6_port = port.bigEndian
      guard inet_pton(AF_INET6, address, &pointer.pointee.sin6_addr) == 1 else { return nil }
      return socklen_t(MemoryLayout<sockaddr_in6>.size)
    case .unix(let path):
      let pointer = storage.assumingMemoryBound(to: sockaddr_un.self)
      let bytes = Array(path.utf8)
      guard !bytes.isEmpty, !bytes.contains(0),
        bytes.count < MemoryLayout.size(ofValue: pointer.pointee.sun_path)
      else { return nil }
      pointer.pointee.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &pointer.pointee.sun_path) { $0.copyBytes(from: bytes) }
      return socklen_t(MemoryLayout<sockaddr_un>.size)
    }
  }

  /// The endpoint in an address that the kernel filled in.
  init(_ storage: inout sockaddr_storage) {
    let family = Int32(storage.ss_family)
    self = withUnsafeMutableBytes(of: &storage) { bytes in
      guard let base = bytes.baseAddress else { return .unix(path: "") }
      if family == AF_INET {
        let address = base.assumingMemoryBound(to: sockaddr_in.self)
        let text = Endpoint.numeric(AF_INET, &address.pointee.sin_addr)
        return .ipv4(address: text, port: UInt16(bigEndian: address.pointee.sin_port))
      }
      if family == AF_INET6 {
        let address = base.assumingMemoryBound(to: sockaddr_in6.self)
        let text = Endpoint.numeric(AF_INET6, &address.pointee.sin6_addr)
        return .ipv6(address: text, port: UInt16(bigEndian: address.pointee.sin6_port))
      }
      let offset = MemoryLayout<sa_family_t>.size
      return .unix(
        path: String(decoding: bytes[offset...].prefix(108).prefix { $0 != 0 }, as: UTF8.self))
    }
  }

  private static func numeric(_ family: Int32, _ address: UnsafeRawPointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
      guard let base = buffer.baseAddress, inet_ntop(family, address, base, 64) != nil
      else { return "" }
      return String(cString: base)
    }
  }
}

extension Descriptor {
  /// The address that this socket is bound to: getsockname(2).
  package var localEndpoint: Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutableBytes(of: &storage) { bytes -> Int32 in
      guard let base = bytes.baseAddress else { return -1 }
      return getsockname(raw, base.assumingMemoryBound(to: sockaddr.self), &length)
    }
    return result == 0 ? Endpoint(&storage) : nil
  }
}
