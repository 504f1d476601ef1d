import Glibc

/// Where a webhook sends to.
///
/// An admin may name any address, so a server could be made to ask its own network
/// (https://owasp.org/www-community/attacks/Server_Side_Request_Forgery). Messages go by https to
/// public addresses only, but for hosts that the operator allowed by name: those may be reached
/// by http too and stand anywhere.
package struct Destination: Sendable, Equatable {
  package let url: String
  package let isSecure: Bool
  /// A name, or an address without brackets.
  package let host: String
  package let port: Int

  /// Why an address is not sent to: one sentence.
  package struct Refused: Error, Sendable, Equatable {
    package let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// Takes only addresses that every reader of URLs takes for the same: http or https, no user, a
  /// plain host, printable ASCII behind it.
  package init(_ text: String) throws(Refused) {
    let isSecure = text.hasPrefix("https://")
    guard isSecure || text.hasPrefix("http://") else {
      throw Refused("it must begin with https:// (or http://)")
    }
    let rest = text.dropFirst(isSecure ? 8 : 7)
    let authority = rest.prefix { !"/?#".contains($0) }
    let tail = rest.dropFirst(authority.count)
    guard text.utf8.count <= 2_000,
      tail.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && !"\"\\#<>^`{|}".utf8.contains($0) })
    else { throw Refused("it has characters that must be percent-encoded, or is too long") }
    if authority.contains("@") { throw Refused("it must not name a user") }
    var host = authority
    var port = isSecure ? 443 : 80
    if let colon = authority.lastIndex(of: ":"), !authority[colon...].contains("]") {
      let digits = authority[authority.index(after: colon)...]
      guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(digits),
        (1...65_535).contains(number)
      else { throw Refused("its port is no number from 1 to 65535") }
      host = authority[..<colon]
      port = number
    }
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
      guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else {
        throw Refused("its address is none of IPv6")
      }
    } else {
      // A dot at its end: the same host by another name, which a pinned address would miss.
      guard !host.isEmpty, !host.hasSuffix("."),
        host.utf8.allSatisfy({ byte in
          switch byte {
          case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f: true
          default: false
          }
        })
      else { throw Refused("its host is no plain name") }
    }
    url = text
    self.isSecure = isSecure
    self.host = host.lowercased()
    self.port = port
  }

  /// Whether the operator allowed the host by name: "HOST" or "HOST:PORT".
  package func isAllowed(_ hosts: Set<String>) -> Bool {
    hosts.contains(host) || hosts.contains("\(host):\(port)")
  }

  /// The addresses to send to, all of which may be sent to; none when the name has none now. Blocks
  /// while the name is looked up.
  package func addresses(allowing hosts: Set<String>) throws(Refused) -> [String] {
    let isAllowed = isAllowed(hosts)
    guard isSecure || isAllowed else {
      throw Refused("http goes only to hosts that --webhook-host names; use https")
    }
    let found = Destination.lookUp(host)
    if !isAllowed, let bad = found.first(where: { !$0.isPublic }) {
      throw Refused(
        "\(bad.text) is no public address; --webhook-host \(host) would allow it")
    }
    return found.map(\.text)
  }

  /// An address that a name has.
  package struct Address: Sendable {
    package let text: String
    /// 4 or 16 bytes.
    package let bytes: [UInt8]

    /// Neither this machine's, nor of a private network, nor link-local (where clouds answer questions
    /// about their machines), nor otherwise set aside (https://www.iana.org/assignments/iana-ipv4-special-registry/,
    /// …-ipv6-special-registry/).
    package var isPublic: Bool {
      if bytes.count == 4 { return Address.isPublic(v4: bytes) }
      // IPv4 inside of IPv6: mapped, translated (64:ff9b::/96 and no other 64:ff9b, RFC 8215), 6to4
      // (2002::/16).
      if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
        return Address.isPublic(v4: Array(bytes[12...]))
      }
      if bytes.starts(with: [0x00, 0x64, 0xff, 0x9b]), bytes[4..<12].allSatisfy({ $0 == 0 }) {
        return Address.isPublic(v4: Array(bytes[12...]))
      }
      if bytes.starts(with: [0x20, 0x02]) { return Address.isPublic(v4: Array(bytes[2..<6])) }
      // Global unicast is 2000::/3; of that 2001::/23 and the documentation's are set aside.
      guard bytes[0] & 0xe0 == 0x20 else { return false }
      if bytes.starts(with: [0x20, 0x01]), bytes[2] < 0x02 { return false }
      return !bytes.starts(with: [0x20, 0x01, 0x0d, 0xb8]) && !bytes.starts(with: [0x3f, 0xff])
    }

    private static func isPublic(v4 bytes: [UInt8]) -> Bool {
      switch (bytes[0], bytes[1], bytes[2]) {
      case (0, _, _), (10, _, _), (127, _, _), (224..., _, _): false
      case (100, 64..<128, _), (169, 254, _), (172, 16..<32, _), (192, 168, _): false
      case (192, 0, 0), (192, 0, 2), (198, 18...19, _), (198, 51, 100), (203, 0, 113): false
      default: true
      }
    }
  }

  package static func lookUp(_ host: String) -> [Address] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [Address] = []
    var next = list
    while let entry = next {
      defer { next = entry.pointee.ai_next }
      guard let raw = entry.pointee.ai_addr else { continue }
      let (offset, count) = entry.pointee.ai_family == AF_INET ? (4, 4) : (8, 16)
      let bytes = Array(UnsafeRawBufferPointer(start: UnsafeRawPointer(raw) + offset, count: count))
      var name = [CChar](repeating: 0, count: 64)
      guard
        inet_ntop(entry.pointee.ai_family, bytes, &name, socklen_t(name.count)) != nil
      else { continue }
      found.append(
        Address(
          text: String(
            decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self),
          bytes: bytes))
    }
    return found
  }
}
