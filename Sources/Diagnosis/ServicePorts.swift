/// The ports of services that a line names behind an address: `127.0.0.1:5432`, `[::1]:8080`.
///
/// Templates leave addresses out, since machines come and go; but what listens on another port is
/// another program. Ports that systems give to clients for one connection say nothing and are not counted.
enum ServicePorts {
  /// From here on ports are given to clients (Linux' `ip_local_port_range`; RFC 6335 has 49152).
  private static let firstOfClients = 32_768

  static func of(_ line: String) -> Set<Int> {
    let bytes = Array(line.utf8)
    var ports: Set<Int> = []
    for place in bytes.indices where bytes[place] == .ascii(":") {
      guard isAddress(bytes, before: place) else { continue }
      let end = bytes.end(from: place + 1, upTo: 6) { $0.isDigit }
      guard end > place + 1, !bytes.byte(end).isWord else { continue }
      let port = bytes[place + 1..<end].reduce(0) { $0 * 10 + Int($1 &- .ascii("0")) }
      if (1..<firstOfClients).contains(port) { ports.insert(port) }
    }
    return ports
  }

  /// Whether both name services, and none in common.
  static func differ(_ one: Set<Int>, _ other: Set<Int>) -> Bool {
    !one.isEmpty && !other.isEmpty && one.isDisjoint(with: other)
  }

  /// Whether four numbers and dots, or a bracket that closes an IPv6 address, end there.
  private static func isAddress(_ bytes: [UInt8], before end: Int) -> Bool {
    var place = end - 1
    if bytes.byte(place) == .ascii("]") {
      var start = place - 1
      while start >= 0, place - start < 48, bytes[start].isHex || bytes[start] == .ascii(":") {
        start -= 1
      }
      return place - start > 2 && bytes.byte(start) == .ascii("[")
    }
    var dots = 0
    while place >= 0, end - place <= 15, bytes[place].isDigit || bytes[place] == .ascii(".") {
      if bytes[place] == .ascii(".") { dots += 1 }
      place -= 1
    }
    return dots == 3 && !bytes.byte(place).isWord && bytes.byte(end - 1).isDigit
  }
}
