extension SecretReader {
  /// The secrets this rule sees around one of its words, which stands in `start..<end`.
  func read(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    switch self {
    case .pem: SecretReader.pem(line)
    case .putty: SecretReader.putty(line, start, end)
    case .jwt: SecretReader.jwt(line, start)
    case .authorization: HeaderSecrets.authorization(line, start, end)
    case .bearer: HeaderSecrets.bearer(line, start, end)
    case .basic: HeaderSecrets.basic(line, start, end)
    case .dockerAuth: HeaderSecrets.dockerAuth(line, end)
    case .cookie: HeaderSecrets.cookie(line, start, end)
    case .urlPassword: URLSecrets.password(line, end)
    case .queryValue: URLSecrets.queryValue(line, end)
    case .slackWebhook: URLSecrets.path(line, end, startingWith: ["services/", "workflows/"])
    case .discordWebhook: URLSecrets.path(line, end, startingWith: [""])
    case .teamsWebhook: URLSecrets.path(line, end, startingWith: ["webhook"])
    case .assignment(let family): SecretAssignment.read(line, start, end, family)
    case .telegram: SecretReader.telegram(line, start)
    case .discordToken: SecretReader.discordTokens(line)
    case .azureClientSecret: SecretReader.azureClientSecret(line, start, end)
    case .terraformCloud: SecretReader.terraformCloud(line, start, end)
    case .newRelicLicense: SecretReader.newRelicLicense(line, start, end)
    case .sendgrid: SecretReader.sendgrid(line, start, end)
    case .netrc: CommandSecrets.netrc(line, start, end)
    case .pgpass: CommandSecrets.pgpass(line)
    case .passwordHash: SecretReader.passwordHash(line, start, end)
    case .command: CommandSecrets.command(line, start, end)
    case .awsSecretBesideId: SecretReader.awsSecrets(line)
    }
  }
}

extension SecretReader {
  /// From `-----BEGIN` to the end marker, or to the end of the line; several on a line.
  private static func pem(_ line: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    while let begin = line.find("-----BEGIN ", from: place) {
      guard line.find("PRIVATE KEY", from: begin, to: begin + 48) != nil else {
        place = begin + 11
        continue
      }
      guard let close = line.find("-----END ", from: begin) else {
        return ranges + [begin..<line.count]
      }
      let name = line.end(from: close + 9) { $0 != .ascii("-") }
      place = line.end(from: name) { $0 == .ascii("-") }
      ranges.append(begin..<place)
    }
    return ranges
  }

  private static func putty(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    let number = line.skippingBlanks(from: end)
    let stop = line.end(from: number) { $0.isDigit }
    return stop > number && start == 0 ? [start..<stop] : []
  }

  /// Two to five base64url parts with a header that says `{"`; the signature may be cut off.
  private static func jwt(_ line: [UInt8], _ start: Int) -> [Range<Int>] {
    guard line.has("eyJ", at: start), SecretToken.begins(line, at: start),
      !"-.".utf8.contains(line.byte(start - 1))
    else { return [] }
    let end = line.end(from: start) { SecretAlphabet.dotted.contains($0) }
    let parts = line[start..<end].split(separator: .ascii("."), omittingEmptySubsequences: false)
    guard parts.count >= 2, parts[0].count >= 12, parts[1].count >= 6 || parts.count == 5 else {
      return []
    }
    let isJSON = parts[1].starts(with: Array("eyJ".utf8)) || parts.count >= 3
    return isJSON ? [start..<end] : []
  }

  private static func telegram(_ line: [UInt8], _ colon: Int) -> [Range<Int>] {
    guard line.has(":AA", at: colon) else { return [] }
    var start = colon
    while start > 0, colon - start < 11, line[start - 1].isDigit { start -= 1 }
    let end = line.end(from: colon + 1, upTo: 40) { SecretAlphabet.url.contains($0) }
    let digits = colon - start
    guard (8...10).contains(digits), (34...36).contains(end - colon - 1) else { return [] }
    return [start..<end]
  }

  /// `id.time.hash` of lengths 23–28, 6–7, 27–40 anywhere on the line.
  private static func discordTokens(_ line: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    while place < line.count {
      let end = line.end(from: place) { SecretAlphabet.dotted.contains($0) }
      if end - place >= 58 {
        let parts = line[place..<end].split(separator: .ascii("."))
        if parts.count == 3, (23...28).contains(parts[0].count), (6...7).contains(parts[1].count),
          (27...40).contains(parts[2].count)
        {
          ranges.append(place..<end)
        }
      }
      place = end + 1
    }
    return ranges
  }

  /// Three letters, a digit, `Q~`, 31 to 34 more.
  private static func azureClientSecret(_ line: [UInt8], _ start: Int, _ end: Int)
    -> [Range<Int>]
  {
    guard line.has("Q~", at: start), line.byte(start - 1).isDigit else { return [] }
    let first = start - 4
    guard first >= 0, line[first..<start].allSatisfy({ $0.isWord || $0 == .ascii("~") }) else {
      return []
    }
    let stop = line.end(from: end, upTo: 40) { $0.isWord || "-.~".utf8.contains($0) }
    return (31...34).contains(stop - end) && !line.byte(first - 1).isWord ? [first..<stop] : []
  }

  private static func terraformCloud(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    var first = start
    while first > 0, start - first < 64, line[first - 1].isAlphanumeric { first -= 1 }
    let stop = line.end(from: end) { SecretAlphabet.url.contains($0) }
    return start - first == 14 && stop - end >= 50 ? [first..<stop] : []
  }

  /// 36 hexadecimal digits before `NRAL`.
  private static func newRelicLicense(_ line: [UInt8], _ start: Int, _ end: Int)
    -> [Range<Int>]
  {
    var first = start
    while first > 0, start - first < 64, line[first - 1].isAlphanumeric { first -= 1 }
    let isLicense = line.has("NRAL", at: start) && (32...40).contains(start - first)
    return isLicense && !line.byte(end).isWord ? [first..<end] : []
  }

  private static func sendgrid(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard line.has("SG.", at: start), SecretToken.begins(line, at: start) else { return [] }
    let middle = line.end(from: end, upTo: 30) { SecretAlphabet.url.contains($0) }
    guard (16...24).contains(middle - end), line.byte(middle) == .ascii(".") else { return [] }
    let stop = line.end(from: middle + 1, upTo: 80) { SecretAlphabet.url.contains($0) }
    return stop - middle > 32 ? [start..<stop] : []
  }

  /// From the `$` on; the salt's and the hash's alphabets are the same.
  private static func passwordHash(_ line: [UInt8], _ start: Int, _ end: Int) -> [Range<Int>] {
    guard !line.byte(start - 1).isWord else { return [] }
    let stop = line.end(from: start, upTo: 256) {
      $0.isAlphanumeric || "$./+=,-_".utf8.contains($0)
    }
    return stop - start >= 24 ? [start..<stop] : []
  }

  /// 40 characters of base64 with digits and both cases, on a line with an access key id.
  private static func awsSecrets(_ line: [UInt8]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var place = 0
    while place < line.count {
      let end = line.end(from: place) {
        $0.isAlphanumeric || $0 == .ascii("+") || $0 == .ascii("/")
      }
      let run = line[place..<end]
      if end - place == 40, run.contains(where: { $0.isDigit }),
        run.contains(where: { $0.isUpper }), run.contains(where: { $0.isLower })
      {
        ranges.append(place..<end)
      }
      place = end + 1
    }
    return ranges
  }
}
