/// Which hosts this server answers for. A page on another site can make a
/// browser send requests here under a name of its own (DNS rebinding): those
/// carry that name, and get 421.
package struct HostPolicy: Sendable {
  private let any: Bool
  private let names: Set<String>

  /// `names` are hosts with or without a port (which is ignored), "*" for any.
  /// Loopback names and addresses are always allowed, with any port.
  package init(_ names: some Sequence<String>) {
    var hosts: Set<String> = ["localhost", "[::1]"]
    var any = false
    for name in names {
      if name == "*" { any = true }
      if let host = Authority(name)?.host ?? Authority("[\(name)]")?.host { hosts.insert(host) }
    }
    self.any = any
    self.names = hosts
  }

  /// Why a request with that authority is refused, or nil when it is not.
  ///
  /// `local` is the address that the connection came in on (asked for only when
  /// it matters); nil for a Unix socket, where an empty host is allowed too, and otherwise the same names:
  /// a proxy in front may pass on what a browser was made to send. Without any
  /// host (HTTP/1.0) no browser is involved.
  package func refusal(
    for authority: String?, local: @autoclosure () -> String?
  ) -> Refusal? {
    guard let authority, !any else { return nil }
    guard let parsed = Authority(authority) else { return .badHost }
    let host = parsed.host
    if host.isEmpty { return local() == nil ? nil : .badHost }
    if names.contains(host) || HostPolicy.isLoopback(host) { return nil }
    if let local = local(), host == local || host == "[\(local)]" { return nil }
    return .misdirected
  }

  /// 127.0.0.0/8, and *.localhost, which resolves to loopback only (RFC 6761 §6.3).
  private static func isLoopback(_ host: String) -> Bool {
    if host.hasSuffix(".localhost") { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }
}
