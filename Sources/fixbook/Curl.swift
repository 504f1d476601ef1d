import App

/// Sends a webhook's message with the system's `curl`, which has the TLS that this program has not.
///
/// Everything goes through its standard input, so that no address and no secret is seen in a list of
/// processes; the host is pinned to the addresses that were checked.
enum Curl {
  static func send(_ parcel: Courier.Parcel) -> Courier.Receipt {
    do {
      let reply = try Child.run(
        ["curl", "--disable", "--config", "-"], input: Array(configuration(parcel).utf8))
      return receipt(String(decoding: reply.output, as: UTF8.self))
    } catch is NoSuchCommand {
      return Courier.Receipt(status: 0, error: "curl is not installed on this machine")
    } catch {
      return Courier.Receipt(status: 0, error: "\(error)")
    }
  }

  /// https://curl.se/docs/manpage.html#-K
  static func configuration(_ parcel: Courier.Parcel) -> String {
    let destination = parcel.destination
    var lines = [
      "url = \(quoted(destination.url))", "globoff", "silent",
      "proto = \"=\(destination.isSecure ? "https" : "http")\"", "noproxy = \"*\"",
      "connect-timeout = 5", "max-time = 10", "max-redirs = 0", "output = \"/dev/null\"",
      "request = \"POST\"", "data-raw = \(quoted(String(decoding: parcel.body, as: UTF8.self)))",
      "header = \"Expect:\"",
      "write-out = \"%{http_code}\\n%header{retry-after}\\n%{errormsg}\\n\"",
    ]
    if !destination.host.contains(":"), !parcel.addresses.contains(destination.host) {
      let addresses = parcel.addresses.map { $0.contains(":") ? "[\($0)]" : $0 }
      lines.append(
        "resolve = \"\(destination.host):\(destination.port):\(addresses.joined(separator: ","))\"")
    }
    lines += parcel.headers.map { "header = \(quoted("\($0.name): \($0.value)"))" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Between quotes curl knows \\, \", \t, \n, \r and \v; a message of ours has no other control
  /// characters.
  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  private static func receipt(_ output: String) -> Courier.Receipt {
    let lines = output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    let status = lines.first.flatMap { Int($0) } ?? 0
    // An older curl repeats what it does not know.
    let retry = lines.dropFirst().first.flatMap { Int($0) }
    let message = lines.dropFirst(2).first.map { String($0.prefix(200)) } ?? ""
    if status > 0 { return Courier.Receipt(status: status, error: nil, retryAfter: retry) }
    return Courier.Receipt(status: 0, error: message.isEmpty ? "no answer" : message)
  }
}
