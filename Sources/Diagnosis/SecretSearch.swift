/// The search of one line: tries rules where their words stand, and keeps the time linear.
///
/// What a rule reads is bounded, or read once for a line, or not read again inside what was found.
struct SecretSearch {
  let line: [UInt8]
  private(set) var found: [FoundSecret] = []
  /// The last find; words inside it lead nowhere new.
  private var covered = 0..<0
  /// Kinds whose rule has read the whole line already.
  private var finished: Set<Int> = []
  /// Commands looked at; a line with more of them than this is none that someone typed.
  private var commandsLeft = 64

  init(line: [UInt8]) {
    self.line = line
  }

  mutating func add(_ range: Range<Int>, _ kind: Int) {
    guard !range.isEmpty else { return }
    found.append(FoundSecret(start: range.lowerBound, end: range.upperBound, kind: kind))
    if covered.contains(range.lowerBound) {
      covered = covered.lowerBound..<max(covered.upperBound, range.upperBound)
    } else {
      covered = range
    }
  }

  /// Tries a rule at one of its words, which stands in `start..<end`.
  mutating func tries(_ entry: SecretTable.Entry, _ start: Int, _ end: Int) {
    switch entry.rule {
    case .token(let prefix, let alphabet, let length, let need):
      let token = SecretToken(prefix: prefix, alphabet: alphabet, length: length, need: need)
      if let end = token.end(in: line, from: start, isInside: covered.contains(start)) {
        add(start..<end, entry.kind)
      }
    case .reader(let reader, _):
      if isInMask(start) { return }
      if reader.readsWholeLine {
        guard finished.insert(entry.kind).inserted else { return }
      } else if reader == .command || reader == .netrc {
        commandsLeft -= 1
        if commandsLeft < 0 || covered.contains(start) { return }
      } else if covered.contains(start), !reader.namesParts {
        return
      }
      for range in reader.read(line, start, end) { add(range, entry.kind) }
    }
  }
}

extension SecretSearch {
  /// Whether a word belongs to `[secret:name]`, of a text that was masked before.
  private func isInMask(_ start: Int) -> Bool {
    var name = start
    while name > 0, start - name < 24, line[name - 1].isLower || line[name - 1] == .ascii("-") {
      name -= 1
    }
    return line.has("[secret:", at: name - 8) || line.has("[secret:", at: start - 1)
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

  /// The place after the token, or nil. Inside another secret its beginning is enough.
  func end(in line: [UInt8], from start: Int, isInside: Bool) -> Int? {
    guard line.has(prefix, at: start), SecretToken.begins(line, at: start) else { return nil }
    let body = start + prefix.utf8.count
    let isExact = length.lowerBound == length.upperBound
    // A run that goes on past an exact length is something else; another is masked whole, but
    // judged by its beginning, so that no run is read again for each of its parts.
    let judged = isExact ? length.upperBound + 1 : max(length.lowerBound, 64)
    var end = line.end(from: body, upTo: judged) { alphabet.contains($0) }
    guard end - body >= length.lowerBound, holds(line[body..<end]) else { return nil }
    if isExact { return end - body > length.upperBound || line.byte(end).isWord ? nil : end }
    if isInside { return end }
    end = line.end(from: end) { alphabet.contains($0) }
    if line.byte(end).isWord { return nil }
    while line[end - 1] == .ascii(".") { end -= 1 }
    return end - body >= length.lowerBound ? end : nil
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
