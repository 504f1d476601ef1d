/// The search of one line: tries rules where their words stand, and keeps the time linear.
///
/// What a rule reads is bounded, or read once for a line, or not read again inside what was found.
struct SecretSearch {
  let line: [UInt8]
  private(set) var found: [FoundSecret] = []
  /// Everything before this place belongs to a secret or was passed.
  private var covered = 0
  /// Kinds whose rule has read the whole line already.
  private var finished: Set<Int> = []

  init(line: [UInt8]) {
    self.line = line
  }

  mutating func add(_ range: Range<Int>, _ kind: Int) {
    guard !range.isEmpty else { return }
    found.append(FoundSecret(start: range.lowerBound, end: range.upperBound, kind: kind))
    covered = max(covered, range.upperBound)
  }

  /// Tries a rule at one of its words, which stands in `start..<end`.
  mutating func tries(_ entry: SecretTable.Entry, _ start: Int, _ end: Int) {
    switch entry.rule {
    case .token(let prefix, let alphabet, let length, let need):
      let token = SecretToken(prefix: prefix, alphabet: alphabet, length: length, need: need)
      if let end = token.end(in: line, from: start, isInside: start < covered) {
        add(start..<end, entry.kind)
      }
    case .reader(let reader, _):
      if reader.readsWholeLine {
        guard finished.insert(entry.kind).inserted else { return }
      } else if start < covered, !reader.namesParts {
        return
      }
      for range in reader.read(line, start, end) { add(range, entry.kind) }
    }
  }
}

extension SecretReader {
  /// Reads the line from its start, wherever its word stands.
  fileprivate var readsWholeLine: Bool {
    switch self {
    case .pem, .discordToken, .awsSecretBesideId, .pgpass: true
    default: false
    }
  }

  /// Worth trying inside what was found, because its kind says more.
  fileprivate var namesParts: Bool {
    switch self {
    case .jwt, .sendgrid, .azureClientSecret: true
    default: false
    }
  }
}

/// One `SecretRule.token`, tried at a place.
struct SecretToken {
  var prefix: String
  var alphabet: SecretAlphabet
  var length: ClosedRange<Int>
  var need: SecretNeed

  /// The place after the token, or nil; inside another secret no more than the length is read.
  func end(in line: [UInt8], from start: Int, isInside: Bool) -> Int? {
    guard line.has(prefix, at: start), SecretToken.begins(line, at: start) else { return nil }
    let body = start + prefix.utf8.count
    var end = line.end(from: body, upTo: length.upperBound + 1) { alphabet.contains($0) }
    if end - body > length.upperBound {
      // A run that goes on past an exact length is something else; a long one is masked whole.
      if length.lowerBound == length.upperBound { return nil }
      if !isInside { end = line.end(from: end) { alphabet.contains($0) } }
    } else if line.byte(end).isWord {
      return nil
    }
    while end > body, line[end - 1] == .ascii(".") { end -= 1 }
    guard end - body >= length.lowerBound, holds(line[body..<end].prefix(length.upperBound)) else {
      return nil
    }
    return end
  }

  private func holds(_ body: ArraySlice<UInt8>) -> Bool {
    switch need {
    case .nothing: true
    case .digit: body.contains { $0.isDigit }
    case .mixture:
      body.contains { $0.isDigit } && body.contains { $0.isUpper } && body.contains { $0.isLower }
    }
  }

  /// Whether a token can begin here: not inside a word, but after an escape (`\\n`, `%3D`).
  static func begins(_ line: [UInt8], at start: Int) -> Bool {
    let before = line.byte(start - 1)
    guard before.isWord else { return true }
    if line.byte(start - 2) == .ascii("\\") { return "nrt".utf8.contains(before) }
    return before.isHex && line.byte(start - 2).isDigit && line.byte(start - 3) == .ascii("%")
  }
}
