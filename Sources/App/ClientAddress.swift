import Glibc

/// What limits and reporters without an account count as one client, of a numeric address.
///
/// One IPv6 customer has at least a /64 and may take another of its 2⁶⁴ addresses for each request
/// (RFC 6177, RFC 8981), so that only the network says anything. Some proxies write the client's port
/// behind its address, which changes with each connection.
func clientNetwork(_ address: String) -> String {
  let bare = withoutPort(address)
  var raw = in6_addr()
  guard inet_pton(AF_INET6, bare, &raw) == 1 else { return bare }
  let bytes = withUnsafeBytes(of: raw) { Array($0) }
  // ::ffff:0:0/96 is IPv4 (RFC 4291 §2.5.5.2).
  if bytes[..<10].allSatisfy({ $0 == 0 }), bytes[10] == 0xff, bytes[11] == 0xff {
    return bytes[12...].map { String($0) }.joined(separator: ".")
  }
  let groups = stride(from: 0, to: 8, by: 2).map {
    String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16)
  }
  return groups.joined(separator: ":") + "::/64"
}

/// "192.0.2.1" of "192.0.2.1:4711", "2001:db8::1" of "[2001:db8::1]:4711" and of "[2001:db8::1]".
private func withoutPort(_ address: String) -> String {
  if address.hasPrefix("["), let end = address.firstIndex(of: "]") {
    return String(address[address.index(after: address.startIndex)..<end])
  }
  let parts = address.split(separator: ":", omittingEmptySubsequences: false)
  return parts.count == 2 ? String(parts[0]) : address
}
