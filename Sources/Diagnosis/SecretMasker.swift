/// Replaces the known kinds of secret by `[secret:KIND]`, before anything else sees a line.
///
/// It is fed the lines of one text in order, because a private key spans several of them.
/// Its time is linear in the input; masked text stays as it is when masked again.
package struct SecretMasker: Sendable {
  let table: SecretTable
  private var block: Block?
  /// The line before was `name: DB_PASSWORD`.
  private var awaitsValue = false

  /// The standard kinds, and then those a team has added.
  package init(adding kinds: [SecretKind] = []) {
    table = kinds.isEmpty ? .standard : SecretTable(SecretMasker.kinds + kinds)
  }

  /// Masks a whole text; lines of a key block become empty, so that line numbers hold.
  package static func mask(_ text: String) -> (text: String, count: Int) {
    var masker = SecretMasker()
    let bytes = Array(text.utf8)
    var result: [UInt8] = []
    var count = 0
    var start = 0
    while start <= bytes.count {
      let end = bytes.end(from: start) { $0 != 0x0A }
      let line = masker.mask(Array(bytes[start..<end]))
      result += line.bytes
      count += line.count
      if end < bytes.count { result.append(0x0A) }
      start = end + 1
    }
    return count == 0 ? (text, 0) : (String(decoding: result, as: UTF8.self), count)
  }

  /// Masks the next line, given without its newline.
  package mutating func mask(_ line: [UInt8]) -> (bytes: [UInt8], count: Int) {
    guard let secrets = secrets(in: line) else { return ([], 0) }
    return secrets.isEmpty ? (line, 0) : (table.replacing(secrets, in: line), secrets.count)
  }

  /// Secrets of the next line; nil when it belongs to a key that began before.
  private mutating func secrets(in line: [UInt8]) -> [FoundSecret]? {
    if block != nil, swallows(line) { return nil }
    var secrets = table.secrets(in: line)
    if awaitsValue, secrets.isEmpty, let value = SecretAssignment.announcedValue(line) {
      secrets = [table.announced(value)]
    }
    awaitsValue = SecretAssignment.announcesValue(line)
    if !secrets.isEmpty { block = Block.opened(by: line) }
    return secrets
  }

  /// The lines of a text that look as if they held a secret, in order, each once.
  package static func suspects(in text: String) -> [SuspectLine] {
    var masker = SecretMasker()
    var suspects: [SuspectLine] = []
    var number = 0
    for line in text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false) {
      number += 1
      let line = Array(line)
      guard let first = masker.secrets(in: line)?.first else { continue }
      suspects.append(SuspectLine(number: number, kind: masker.table.kinds[first.kind].name))
    }
    return suspects
  }

  /// True between the first and the last line of a private key, and before an announced value:
  /// then no line may be passed over.
  var isOpen: Bool { block != nil || awaitsValue }

  private mutating func swallows(_ line: [UInt8]) -> Bool {
    guard var open = block else { return false }
    switch open.takes(line) {
    case .more: block = open
    case .last: block = nil
    case .foreign:
      block = nil
      return false
    }
    return true
  }
}

extension SecretMasker {
  /// A private key whose first line was seen.
  private struct Block: Sendable {
    enum Step { case more, last, foreign }
    /// Lines that may still belong to it, so that a lost end does not swallow a whole log.
    var left: Int
    var endsWithMarker: Bool

    /// The block that a line opens and does not close.
    static func opened(by line: [UInt8]) -> Block? {
      if let begin = line.find("-----BEGIN "), line.find("PRIVATE KEY", from: begin) != nil {
        return line.find("-----END ", from: begin) == nil
          ? Block(left: 200, endsWithMarker: true) : nil
      }
      guard let lines = line.find("Private-Lines:") else { return nil }
      let start = line.skippingBlanks(from: lines + 14)
      let digits = line.end(from: start) { $0.isDigit }
      guard let count = Int(line.text(start, digits)), count > 0 else { return nil }
      return Block(left: min(count, 200), endsWithMarker: false)
    }

    mutating func takes(_ line: [UInt8]) -> Step {
      left -= 1
      guard left > 0 || !endsWithMarker else { return .foreign }
      guard endsWithMarker else { return left == 0 ? .last : .more }
      if line.find("-----END ") != nil { return .last }
      return looksLikeKey(line) ? .more : .foreign
    }

    /// Base64 (after a log's prefix, perhaps), a header such as `Proc-Type:`, or nothing.
    private func looksLikeKey(_ line: [UInt8]) -> Bool {
      var end = line.count
      while end > 0, !SecretAlphabet.base64.contains(line[end - 1]) { end -= 1 }
      var start = end
      while start > 0, SecretAlphabet.base64.contains(line[start - 1]) { start -= 1 }
      if end - start >= 32 || start == 0 && end == line.count { return true }
      if end > 0, line[end - 1] == .ascii("=") { return true }
      return line.hasFolded("proc-type:", at: 0) || line.hasFolded("dek-info:", at: 0)
        || line.hasFolded("comment:", at: 0) || line.hasFolded("version:", at: 0)
    }
  }
}

/// A line that looks as if it held a secret.
package struct SuspectLine: Sendable, Equatable {
  /// From 1.
  package let number: Int
  /// Name of the first kind found in it.
  package let kind: String
}
