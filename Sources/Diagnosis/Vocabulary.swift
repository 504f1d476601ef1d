/// The words by which lines tell of trouble, with how much each of them says.
enum Vocabulary {
  /// Where a word must begin and end to count.
  enum Edge: Sendable {
    /// Between non-letters.
    case whole
    /// After a non-letter, whatever follows: `throttl` in `throttled`.
    case stem
    /// Before a non-letter, whatever stands before: `exception` in `IOException`.
    case tail
    case anywhere
  }

  struct Word: Sendable {
    var text: String
    var weight: Double
    var edge: Edge
  }

  private static func words(_ weight: Double, _ edge: Edge, _ texts: String) -> [Word] {
    texts.split(separator: ",").map {
      Word(text: $0.trimmingBlanks, weight: weight, edge: edge)
    }
  }

  static let words: [Word] =
    words(0.65, .stem, "traceback, panic, fatal, segmentation fault, unhandled, uncaught, oomkill")
    + words(0.65, .anywhere, "core dumped, out of memory, caused by, npm err!, ##[error]")
    + words(0.55, .tail, "error, errors, exception, fault, failure, err!")
    + words(0.55, .stem, "failed, denied, refused, cannot, can't, could not, couldn't, unable to")
    + words(
      0.55, .stem,
      """
      not authorized, unauthorized, forbidden, timeout, timed-out, not found, no such, does not exist, doesn't exist, \
      timed out, invalid, unreachable, not permitted, not allowed, illegal, rejected, crash, \
      unbound, undefined, no longer exists, exec format, too many, throttl, mismatch, unsupported, \
      not supported, unknown, unexpected, unrecognized, incompatible, deadlock, violat, corrupt, \
      no space left, already in use, not registered, conflict, must be, must start, must have, \
      must match, must not, may not, has no, no route, isn't, aren't, weren't, wasn't, won't
      """)
    + words(
      0.55, .stem,
      """
      econn, etimedout, enetunreach, enetdown, enotfound, ehostunreach, enoent, eacces, eperm, \
      eaddrinuse, eaddrnotavail, epipe, eai_again, enospc, enomem, emfile, ebadf, eexist, einval
      """)
    + words(0.5, .anywhere, "✖, ✕, ✗, ❌, 🚨, ●, not ok, _failed, createfailed")
    + words(
      0.45, .stem,
      """
      fail, abort, killed, missing, required, exceeded, quota, rate limit, \
      expired, duplicate, already exists, permission, broken, unavailable, overflow, bad gateway, \
      backoff, back-off, crashloop, not ready, unhealthy, stuck, wrong, incorrect, did not, \
      doesn't, does not, don't, do not, didn't, unsuccessful, reset by peer, ambiguous, problem, \
      malformed, terminated, not valid, not available, not configured, no image, no host, \
      no network, no valid, no matching, no module, not enough, not match, insufficient, \
      unresolved, unusable, disallowed, prohibited, reserved, inaccessible, obsolete, \
      could be, not be, reserved word, damaged, refus, denies, deny, blocked, lost, dropped, \
      cyclic, circular, stale, rollback, unreachable, too long, too large, too small, too short
      """)
    + words(0.3, .tail, "warning, warn, warnings, denied")
    + words(
      0.25, .stem,
      """
      expected, instead of, wanted, only, still, pending, retry, slow, skipped, ignored, empty, \
      elapsed, waiting, disabled, but , without, not , never, unless, closed, gone, nothing, needs, \
      deprecated, no , wants, restart, limit
      """)
    // Of no weight, but never to be passed over: a key's first line.
    + words(0, .anywhere, "-----begin, private-lines:")

  private static let automaton = WordAutomaton(words.map(\.text))

  /// The words of a line that count, each once: the weight of each.
  static func weights(in line: [UInt8]) -> [Double] {
    var seen: Set<Int> = []
    automaton.scan(line.span) { word, end in
      let start = end - words[word].text.utf8.count
      if !seen.contains(word), stands(words[word].edge, line, start, end),
        !isDenied(line, start, end)
      {
        seen.insert(word)
      }
    }
    return seen.map { words[$0].weight }.sorted(by: >)
  }

  /// Whether a word of some weight stands in a line.
  static func hasTrouble(_ line: [UInt8]) -> Bool {
    (weights(in: line).first ?? 0) >= 0.45
  }

  /// The bit of `signature` for the first line of a key.
  static let keySignature: UInt64 = 1 << 63

  /// A quick look at a raw line: the words of trouble in it as a set of bits, 0 for none.
  static func signature(_ raw: Span<UInt8>) -> UInt64 {
    var signature: UInt64 = 0
    automaton.scan(raw) { word, _ in
      if words[word].weight == 0 { signature |= keySignature }
      if words[word].weight >= 0.45 { signature |= 1 << UInt64(word % 63) }
    }
    return signature
  }

  /// The place of the first such words, for an excerpt of a long line.
  static func places(in line: [UInt8], most: Int) -> [Int] {
    var places: [Int] = []
    automaton.scan(line.span) { word, end in
      let start = end - words[word].text.utf8.count
      if places.count < most, words[word].weight >= 0.45, start > (places.last ?? -200) + 160,
        stands(words[word].edge, line, start, end), !isDenied(line, start, end)
      {
        places.append(start)
      }
    }
    return places
  }

  private static func stands(_ edge: Edge, _ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    let opens =
      !line.byte(start - 1).isLetter || line[start].isUpper && line.byte(start - 1).isLower
    let closes = !line.byte(end).isLetter
    return switch edge {
    case .whole: opens && closes
    case .stem: opens
    case .tail: closes
    case .anywhere: true
    }
  }

  /// `0 errors`, `no error`, `error: null`, `"isError": false`, `failed=0`.
  private static func isDenied(_ line: [UInt8], _ start: Int, _ end: Int) -> Bool {
    for word in ["0 ", "no ", "without ", "zero ", "ignore-", "on-", "--no-"]
    where line.hasFolded(word, at: start - word.utf8.count)
      && !line.byte(start - word.utf8.count - 1).isWord
    {
      return true
    }
    var place = line.end(from: end, upTo: 24) { $0.isLetter || $0 == .ascii("_") || $0.isQuote }
    place = line.end(from: place, upTo: 4) { $0.isBlank || $0 == .ascii(":") || $0 == .ascii("=") }
    guard place > end else { return false }
    let separator = line.byte(place - 1)
    guard separator.isBlank || separator == .ascii(":") || separator == .ascii("=") else {
      return false
    }
    for word in ["0", "false", "null", "nil", "none", "\"\"", "[]", "undefined"]
    where line.hasFolded(word, at: place) && !line.byte(place + word.utf8.count).isWord
      && line.byte(place + word.utf8.count) != .ascii(".")
    {
      return line[start..<place].contains { $0 == .ascii(":") || $0 == .ascii("=") }
    }
    return false
  }
}

extension Substring {
  fileprivate var trimmingBlanks: String {
    var text = self
    while text.first == " " { text.removeFirst() }
    return String(text)
  }
}
