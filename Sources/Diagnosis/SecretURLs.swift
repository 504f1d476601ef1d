/// Secrets inside URLs.
enum URLSecrets {
  /// The password of `scheme://user:password@host`, or a long user name without one
  /// (`https://<token>@host`); `end` is the place after `://`.
  static func password(_ line: [UInt8], _ end: Int) -> [Range<Int>] {
    var place = end
    var colon: Int?
    var at: Int?
    let limit = min(line.count, end + 512)
    scan: while place < limit {
      switch line[place] {
      case .ascii("@"): at = place
      case .ascii(":") where colon == nil: colon = place
      case 0x20, 0x09, .ascii("\""), .ascii("'"), .ascii("`"), .ascii("<"), .ascii(">"):
        break scan
      case .ascii("/"), .ascii("?"), .ascii("#"):
        // A slash ends the authority, unless an unescaped one stands in a password.
        guard at == nil, let colon, !isPort(line, colon + 1, place) else { break scan }
      default: break
      }
      place += 1
    }
    guard let at, line.find("[secret:", from: end, to: at) == nil else { return [] }
    let start = colon.map { $0 + 1 } ?? end
    guard start < at, !Placeholder.stands(in: line, start, at) else { return [] }
    if colon == nil {
      let name = line[end..<at]
      guard name.count >= 20, name.contains(where: { $0.isDigit }) else { return [] }
    }
    return [start..<at]
  }

  private static func isPort(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    line[start..<end].allSatisfy { $0.isDigit }
  }

  /// The value after `sig=` and its like.
  static func queryValue(_ line: [UInt8], _ end: Int) -> [Range<Int>] {
    let stop = line.end(from: end) { SecretAlphabet.base64.contains($0) || $0 == .ascii("%") }
    return stop - end >= 20 ? [end..<stop] : []
  }

  /// The rest of a webhook's path, which is all that protects it.
  static func path(_ line: [UInt8], _ end: Int, startingWith names: [String]) -> [Range<Int>] {
    for name in names where line.hasFolded(name, at: end) {
      let start = end + name.utf8.count
      let stop = line.end(from: start, upTo: 512) {
        SecretAlphabet.base64.contains($0) || $0 == .ascii("@") || $0 == .ascii(".")
      }
      let hasDigit = line[start..<stop].contains { $0.isDigit }
      return stop - start >= 20 && hasDigit ? [start..<stop] : []
    }
    return []
  }
}

/// Passwords given on a command line or in a password file.
enum CommandSecrets {
  /// `machine … login … password x`.
  static func netrc(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    let near = max(0, start - 256)
    let hasMachine = line.find("machine ", from: near, to: start) != nil
    guard line.byte(start - 1) == 0x20,
      hasMachine || line.find("login ", from: near, to: start) != nil
    else { return [] }
    let first = line.skippingBlanks(from: end)
    let stop = line.end(from: first) { !$0.isBlank }
    let isLast = line.skippingBlanks(from: stop) == line.count || hasMachine
    return isLast && !Placeholder.stands(in: line, first, stop) ? [first..<stop] : []
  }

  /// A whole line `host:port:database:user:password`.
  static func pgpass(_ line: [UInt8]) -> [Range<Int>] {
    guard !line.contains(where: { $0.isBlank || $0.isQuote || $0 == .ascii("/") }) else {
      return []
    }
    let fields = line.split(separator: .ascii(":"), omittingEmptySubsequences: false)
    guard fields.count == 5, fields.allSatisfy({ !$0.isEmpty }) else { return [] }
    let port = fields[1]
    guard port.elementsEqual("*".utf8) || (port.count >= 4 && port.allSatisfy { $0.isDigit }) else {
      return []
    }
    let password = fields[4]
    return Placeholder.stands(in: line, password.startIndex, password.endIndex)
      ? [] : [password.startIndex..<password.endIndex]
  }

  /// `curl -u user:password`, `sshpass -p x`, `mysql -px`, `redis-cli -a x`, `docker login -p x`.
  static func command(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard !line.byte(start - 1).isWord else { return [] }
    if line.has("curl", at: start) || line.has("wget", at: start) {
      return value(line, from: end, flags: [" -u ", " --user ", " -u"], joined: true) {
        first, stop in
        line[first..<stop].firstIndex(of: .ascii(":")).map { $0 + 1..<stop }
      }
    }
    if line.has("mysql", at: start) || line.has("mariadb", at: start) {
      return value(line, from: end, flags: [" -p"], joined: true) { $0..<$1 }
    }
    if line.has("redis-cli", at: start) {
      return value(line, from: end, flags: [" -a "], joined: false) { $0..<$1 }
    }
    if line.has("ldap", at: start) {
      return value(line, from: end, flags: [" -w "], joined: false) { $0..<$1 }
    }
    if line.hasFolded("convertto-securestring", at: start) {
      return value(line, from: end, flags: [" -String ", " "], joined: false) { first, stop in
        line.byte(first - 1).isQuote ? first..<stop : nil
      }
    }
    let isLogin = line.has("login", at: start)
    guard !isLogin || registries.contains(where: { line.has($0, at: start - $0.utf8.count) }) else {
      return []
    }
    return value(line, from: end, flags: [" -p "], joined: false) { $0..<$1 }
  }

  /// Commands whose `login` takes a password with `-p`.
  private static let registries = [
    "docker ", "podman ", "registry ", "buildah ", "oras ", "crane ",
  ]

  /// The value after the first of some flags in the rest of the command.
  private static func value(
    _ line: [UInt8], from start: Int, flags: [String], joined: Bool,
    _ secret: (Int, Int) -> Range<Int>?
  ) -> [Range<Int>] {
    let start = max(0, start - 1)
    let limit = min(line.count, start + 400)
    for flag in flags {
      guard let place = line.find(flag, from: start, to: limit) else { continue }
      var first = place + flag.utf8.count
      if joined, line.byte(first).isBlank { continue }
      if line.byte(first).isQuote { first += 1 }
      let stop = line.end(from: first) { !$0.isBlank && !$0.isQuote && $0 != .ascii(";") }
      guard stop - first >= 3, !Placeholder.stands(in: line, first, stop),
        let range = secret(first, stop), !range.isEmpty,
        !Placeholder.stands(in: line, range.lowerBound, range.upperBound)
      else { continue }
      return [range]
    }
    return []
  }
}
