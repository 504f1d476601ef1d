/// Takes the lines of a text one by one: cheap for what was seen before, thorough for the rest.
struct LineReader: Sendable {
  private var masker: SecretMasker
  private var ledger = LogLedger()
  private var tail = TailRing()
  private var number = 0
  private var redacted = 0
  private var evidence = LogEvidence()
  /// Lines read thoroughly since the ledger was full, by their words of trouble.
  private var signatures: [UInt64: Int] = [:]
  /// The line before was `File "x", line 3, in f`, and so this one shows its code.
  private var followsFileFrame = false

  init(masker: SecretMasker) {
    self.masker = masker
  }

  /// Reads a whole line, without its newline.
  mutating func read(_ raw: Span<UInt8>, shape: UInt64) {
    number += 1
    if raw.isEmpty { return }
    evidence.written += 1
    if let index = ledger.known(shape), !masker.isOpen {
      if ledger.entries[index].hasSecrets { _ = masked(LineCleaner.clean(raw)) }
      evidence.count(ledger.entries[index].hasTime, ledger.entries[index].salience)
      return ledger.repeat(index, at: number)
    }
    if ledger.isFull, !masker.isOpen, isQuiet(raw) {
      return tail.push(raw, number: number, shape: shape)
    }
    take(LineCleaner.clean(raw), number: number, shape: shape)
  }

  /// Reads a piece of a long line.
  mutating func read(_ piece: ArraySlice<UInt8>, of long: inout LongLine) {
    var bytes = LineCleaner.clean(piece.span)
    if long.isInsideRun {
      let rest = bytes.end(from: 0) { !" ,;}]\"'".utf8.contains($0) }
      bytes.removeFirst(rest)
    }
    long.isInsideRun = LongLine.breaksRun(piece)
    let before = redacted
    long.parts.add(masked(bytes))
    long.hasSecrets = long.hasSecrets || redacted > before
  }

  mutating func end(_ long: LongLine) {
    number += 1
    evidence.written += 1
    let text = long.parts.joined
    let shape = LineShapeHash.scan(text.span, from: 0).hash
    keep(text, number: number, shape: shape ^ 0x4C4F_4E47, hasSecrets: long.hasSecrets)
  }

  /// In a log of very many templates: nothing that would be kept in the end, which are lines
  /// without a word of trouble, and those of a combination of words that many had before.
  private mutating func isQuiet(_ raw: Span<UInt8>) -> Bool {
    let signature = Vocabulary.signature(raw)
    guard signature != 0 else { return !ledger.isNearTrouble(number) }
    guard signature & Vocabulary.keySignature == 0 else { return false }
    guard signatures.count < 4096 || signatures[signature] != nil else { return false }
    signatures[signature, default: 0] += 1
    return signatures[signature, default: 0] > 128
  }

  /// A new shape of line: cleaned, masked, judged and remembered.
  private mutating func take(_ clean: [UInt8], number: Int, shape: UInt64) {
    let before = redacted
    let text = masked(clean)
    keep(text, number: number, shape: shape, hasSecrets: redacted > before || masker.isOpen)
  }

  private mutating func masked(_ line: [UInt8]) -> [UInt8] {
    let (bytes, count) = masker.mask(line)
    redacted += count
    return bytes
  }

  private mutating func keep(_ text: [UInt8], number: Int, shape: UInt64, hasSecrets: Bool) {
    guard text.contains(where: { !$0.isBlank }) else { return }
    let text = Excerpt.of(text, limit: Intake.lineLength)
    let reading = PrefixReader.read(text)
    var salience = Salience.of(reading)
    if followsFileFrame, text.starts(with: Array("    ".utf8)) { salience.kind = .frame }
    followsFileFrame = reading.message.has("File \"", at: reading.message.skippingBlanks(from: 0))
    evidence.count(reading.hasTime || reading.isStructured, salience)
    let template = Template.of(reading.message)
    var hash = StableHash()
    for byte in template { hash.add(byte) }
    hash.add(UInt8(salience.level?.rawValue ?? 9))
    let entry = LogLedger.Entry(
      number: number, last: number, text: text, salience: salience,
      opening: Opening.hash(template), hasTime: reading.hasTime || reading.isStructured,
      isIndented: reading.isIndented, hasSecrets: hasSecrets,
      words: Opening.words(template))
    ledger.add(entry, shape: shape, template: hash.value)
  }

  mutating func finish(byteCount: Int) -> PastedText {
    let end = number
    // Of the first line kept only what it opens matters: the one before it is lost.
    for (index, line) in tail.lines.enumerated() {
      guard index > 0, line.number > end - TailRing.size else {
        _ = masked(LineCleaner.clean(line.bytes.span))
        continue
      }
      take(LineCleaner.clean(line.bytes.span), number: line.number, shape: line.shape)
    }
    let isLog = evidence.isLog(templates: ledger.entries.count) || ledger.isFull
    let weights = LineWeights(ledger: ledger, evidence: evidence, lineCount: end)
    return PastedText(
      lines: weights.lines(isLog: isLog), lineCount: end, byteCount: byteCount,
      redacted: redacted, isLog: isLog)
  }
}

/// What the lines show of the nature of the text.
struct LogEvidence: Sendable {
  /// Lines that are not empty.
  var written = 0
  private(set) var timed = 0
  private(set) var leveled = 0
  private(set) var frames = 0

  mutating func count(_ hasTime: Bool, _ salience: Salience) {
    if hasTime { timed += 1 }
    if salience.level != nil { leveled += 1 }
    if salience.kind == .frame { frames += 1 }
  }

  /// Whether most lines bear a time, so that one without belongs to the line above.
  var isTimed: Bool { timed * 2 > written }

  /// Whether most lines bear a level, so that a line without one is remarkable.
  var isLeveled: Bool { leveled * 2 > written }

  func isLog(templates: Int) -> Bool {
    guard written >= 4 else { return false }
    if timed * 2 >= written { return true }
    guard written > 8 else { return false }
    let messages = written - frames
    return timed * 4 >= written || leveled * 3 >= messages && messages > 6
      || templates * 10 <= written * 8 && written > 10 || messages > 14
  }
}

/// The last lines of a log, kept as they are when everything quiet is passed over.
struct TailRing: Sendable {
  static let size = 32

  struct Line: Sendable {
    var number: Int
    var shape: UInt64
    var bytes: [UInt8]
  }

  private var ring: [Line] = []
  private var next = 0

  var lines: [Line] { Array(ring[next...] + ring[..<next]) }

  mutating func push(_ raw: Span<UInt8>, number: Int, shape: UInt64) {
    guard ring.count == Self.size else {
      ring.append(Line(number: number, shape: shape, bytes: []))
      return fill(ring.count - 1, raw)
    }
    ring[next].number = number
    ring[next].shape = shape
    ring[next].bytes.removeAll(keepingCapacity: true)
    fill(next, raw)
    next = (next + 1) % Self.size
  }

  private mutating func fill(_ place: Int, _ raw: Span<UInt8>) {
    for index in 0..<raw.count { ring[place].bytes.append(raw[index]) }
  }
}

/// The first words of a template: lines that begin alike are of one kind.
enum Opening {
  static func hash(_ template: [UInt8]) -> UInt64 {
    var hash = StableHash()
    var words = 0
    var place = 0
    while place < template.count, words < 2 {
      let end = template.end(from: place) { $0.isLetter }
      if end - place >= 2, template.byte(place - 1) != .ascii("<"),
        !template.byte(place - 1).isDigit
      {
        for index in place..<end { hash.add(template[index].lowered) }
        hash.add(0x20)
        words += 1
      }
      place = max(end, place + 1)
    }
    if words == 0 { for byte in template { hash.add(byte) } }
    return hash.value ^ hash.value >> 32
  }

  /// The distinct words of three letters and more, hashed, up to 24.
  static func words(_ template: [UInt8]) -> [UInt32] {
    var words: [UInt32] = []
    var place = 0
    while place < template.count, words.count < 24 {
      let end = template.end(from: place) { $0.isLetter || $0 == .ascii("_") }
      if end - place >= 3, template.byte(place - 1) != .ascii("<") {
        var hash = StableHash()
        for index in place..<end { hash.add(template[index].lowered) }
        let word = UInt32(truncatingIfNeeded: hash.value ^ hash.value >> 32)
        if !words.contains(word) { words.append(word) }
      }
      place = max(end, place + 1)
    }
    return words
  }
}
