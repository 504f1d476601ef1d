/// Reads a pasted text of any size as a stream and keeps the lines that matter.
///
/// Bytes are fed in chunks of any size, with the same result. Memory stays within a few MiB:
/// lines of the same template count as one, and of very many templates the least telling go.
package struct Intake: Sendable {
  /// Lines kept at most.
  package static let lineLimit = 400
  /// Bytes, and so characters, kept of a line at most.
  package static let lineLength = 2000

  /// Bytes of a line looked at together.
  static let pieceLength = 32 * 1024

  private var unicode = UnicodeIntake()
  private var pending: [UInt8] = []
  private var longLine: LongLine?
  private var lines: LineReader
  private var byteCount = 0

  /// With the standard kinds of secret, and those a team has added.
  package init(masking kinds: [SecretKind] = []) {
    lines = LineReader(masker: SecretMasker(adding: kinds))
  }

  /// Reads a text that is in memory.
  package static func read(_ text: String) -> PastedText {
    var intake = Intake()
    intake.feed(Array(text.utf8))
    return intake.finish()
  }

  /// What `PastedText.mostTelling` says of a text that is a single short line of printable ASCII, as most are that
  /// people report: the line, cleaned and masked, since there is nothing to weigh it against. Nil for any
  /// other text.
  package static func onlyLine(of text: String) -> String? {
    let bytes = Array(text.utf8)
    guard bytes.count <= lineLength, bytes.allSatisfy({ 0x20 <= $0 && $0 <= 0x7E }) else {
      return nil
    }
    var masker = SecretMasker()
    let line = masker.mask(LineCleaner.clean(bytes.span)).bytes
    guard line.count <= lineLength, line.contains(where: { !$0.isBlank }) else { return nil }
    return line == bytes ? text : String(decoding: line, as: UTF8.self)
  }

  package mutating func feed(_ bytes: [UInt8]) {
    feed(bytes.span)
  }

  package mutating func feed(_ bytes: Span<UInt8>) {
    byteCount += bytes.count
    decode(bytes, isLast: false)
  }

  /// Ends the text. The intake is not used again.
  package mutating func finish() -> PastedText {
    decode([UInt8]().span, isLast: true)
    if !pending.isEmpty || longLine != nil { endLine() }
    return lines.finish(byteCount: byteCount)
  }

  private mutating func decode(_ bytes: Span<UInt8>, isLast: Bool) {
    // Taken out, because the sink changes the rest of the intake.
    var unicode = self.unicode
    unicode.feed(bytes, isLast: isLast) { split($0) }
    self.unicode = unicode
  }

  private mutating func split(_ bytes: Span<UInt8>) {
    var place = 0
    while place < bytes.count {
      let (end, hash) = LineShapeHash.scan(bytes, from: place)
      let isWhole = end < bytes.count
      if isWhole, pending.isEmpty, longLine == nil, end - place <= Self.pieceLength {
        lines.read(bytes.extracting(place..<end), shape: hash)
      } else {
        hold(bytes.extracting(place..<end))
        if isWhole { endLine() }
      }
      place = end + 1
    }
  }

  /// Keeps a part of a line until its end comes, or reads it in pieces when it grows too long.
  private mutating func hold(_ bytes: Span<UInt8>) {
    var place = 0
    while place < bytes.count {
      if pending.count == Self.pieceLength { takePiece() }
      let end = min(bytes.count, place + Self.pieceLength - pending.count)
      for index in place..<end { pending.append(bytes[index]) }
      place = end
    }
  }

  private mutating func takePiece() {
    var long = longLine ?? LongLine()
    let cut = LongLine.cut(pending)
    lines.read(pending[..<cut], of: &long)
    pending.removeFirst(cut)
    longLine = long
  }

  private mutating func endLine() {
    // Taken out, so that reading may change the rest of the intake.
    var line: [UInt8] = []
    swap(&line, &pending)
    if var long = longLine {
      lines.read(line[...], of: &long)
      lines.end(long)
      longLine = nil
    } else {
      lines.read(line.span, shape: LineShapeHash.scan(line.span, from: 0).hash)
    }
    line.removeAll(keepingCapacity: true)
    pending = line
  }
}

/// A line longer than a piece, of which excerpts are kept.
struct LongLine: Sendable {
  var parts = Excerpt.ExcerptParts(limit: Intake.lineLength)
  var hasSecrets = false
  /// Whether the last cut went through an unbroken run, so that what follows has no beginning.
  var isInsideRun = false

  /// Where to cut a full piece so that neither a token nor name and value come apart.
  static func cut(_ piece: [UInt8]) -> Int {
    let earliest = piece.count - 4096
    var blank: Int?
    var place = piece.count - 1
    while place > earliest {
      switch piece[place] {
      case .ascii("}"), .ascii("]"), .ascii(","), .ascii(";"), 0x0D: return place + 1
      case 0x20 where blank == nil && piece[place - 1].isLower: blank = place + 1
      default: break
      }
      place -= 1
    }
    return blank ?? piece.count
  }

  /// Whether a cut separates two bytes of one run.
  static func breaksRun(_ piece: ArraySlice<UInt8>) -> Bool {
    guard let last = piece.last else { return false }
    return !" },;]\r".utf8.contains(last)
  }
}
