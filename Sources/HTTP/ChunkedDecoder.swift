/// The chunked coding (RFC 9112 §7.1), byte by byte except within chunk data,
/// so that it does not matter how the bytes are cut into pieces.
struct ChunkedDecoder: Sendable {
  /// The content allowed in all, as a refusal names it.
  private let limit: Int
  private var state: State = .sizeStart
  /// Of the current chunk: its size while it is read, then what is left of it.
  private var size = 0
  private var digits = 0
  /// Bytes spent on extensions and on trailers, over the whole body.
  private var extensionBytes = 0
  private var trailerBytes = 0

  private static let extensionLimit = 16 * 1024
  private static let trailerLimit = 8 * 1024
  /// Leading zeros count, so the size fits 60 bits.
  private static let digitLimit = 15

  private enum State {
    case sizeStart, size, sizeLineFeed
    case beforeSemicolon, beforeName, name, afterName, beforeValue, token, quoted, escaped,
      afterQuoted
    case data, dataReturn, dataLineFeed
    case trailerStart, trailerName, trailerValue, trailerLineFeed, endLineFeed
    case complete
  }

  init(limit: Int) { self.limit = limit }

  var isComplete: Bool { state == .complete }

  /// See `BodyDecoder.decode`; `allowed` is what the content may still grow by.
  mutating func decode(
    _ bytes: Span<UInt8>, into content: inout [UInt8], allowing allowed: Int
  ) throws(Refusal) -> Int {
    let start = content.count
    var index = 0
    while index < bytes.count, state != .complete {
      guard state == .data else {
        try step(bytes[index])
        index += 1
        if state == .data, size > allowed - (content.count - start) {
          throw .contentTooLarge(limit: limit)
        }
        continue
      }
      let count = min(size, bytes.count - index)
      content.append(bytes, index..<index + count)
      index += count
      size -= count
      if size == 0 { state = .dataReturn }
    }
    return index
  }

  private mutating func step(_ byte: UInt8) throws(Refusal) {
    switch state {
    case .sizeStart, .size: try stepSize(byte)
    case .sizeLineFeed:
      guard byte == ASCII.lineFeed else { throw .badChunkSize }
      state = size == 0 ? .trailerStart : .data
      digits = 0
    case .dataReturn: try expect(byte, ASCII.carriageReturn, then: .dataLineFeed)
    case .dataLineFeed:
      try expect(byte, ASCII.lineFeed, then: .sizeStart)
      size = 0
    case .trailerStart, .trailerName, .trailerValue, .trailerLineFeed, .endLineFeed:
      try stepTrailer(byte)
    case .data, .complete: break
    default: try stepExtension(byte)
    }
  }

  private mutating func expect(
    _ byte: UInt8, _ wanted: UInt8, then next: State
  ) throws(Refusal) {
    guard byte == wanted else { throw .badChunkEnd }
    state = next
  }

  /// chunk-size = 1*HEXDIG: no sign, no "0x", no space before or after.
  private mutating func stepSize(_ byte: UInt8) throws(Refusal) {
    if let value = ASCII.hexValue(byte) {
      digits += 1
      guard digits <= ChunkedDecoder.digitLimit else { throw .badChunkSize }
      size = size << 4 | Int(value)
      state = .size
      return
    }
    guard state == .size else { throw .badChunkSize }
    switch byte {
    case ASCII.carriageReturn: state = .sizeLineFeed
    case ASCII.semicolon: state = .beforeName
    // §7.1.1: BWS before the semicolon must be parsed, though nobody may send it.
    case ASCII.space, ASCII.tab: state = .beforeSemicolon
    default: throw .badChunkSize
    }
  }

  /// *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ), read and ignored.
  private mutating func stepExtension(_ byte: UInt8) throws(Refusal) {
    extensionBytes += 1
    guard extensionBytes <= ChunkedDecoder.extensionLimit else { throw .chunkExtensionsTooLong }
    let isToken = ByteSet.token.contains(byte)
    let isSpace = byte == ASCII.space || byte == ASCII.tab
    switch (state, byte) {
    case (.beforeSemicolon, ASCII.semicolon), (.name, ASCII.semicolon),
      (.afterName, ASCII.semicolon), (.token, ASCII.semicolon), (.afterQuoted, ASCII.semicolon):
      state = .beforeName
    case (.name, ASCII.carriageReturn), (.token, ASCII.carriageReturn),
      (.afterQuoted, ASCII.carriageReturn):
      state = .sizeLineFeed
    case (.name, ASCII.equals), (.afterName, ASCII.equals): state = .beforeValue
    case (.beforeName, _) where isToken: state = .name
    case (.beforeValue, _) where isToken: state = .token
    case (.beforeValue, ASCII.quote): state = .quoted
    case (.quoted, ASCII.quote): state = .afterQuoted
    case (.quoted, ASCII.backslash): state = .escaped
    case (.name, _) where isSpace: state = .afterName
    case (.token, _) where isSpace, (.afterQuoted, _) where isSpace: state = .beforeSemicolon
    case (.name, _) where isToken, (.token, _) where isToken: break
    case (.quoted, _) where ChunkedDecoder.isText(byte): break
    case (.escaped, _) where ChunkedDecoder.isText(byte): state = .quoted
    case (.beforeSemicolon, _) where isSpace, (.beforeName, _) where isSpace,
      (.afterName, _) where isSpace, (.beforeValue, _) where isSpace:
      break
    default: throw .badChunkExtension
    }
  }

  /// Trailer fields have the syntax of fields; they are checked and dropped (§7.1.2).
  private mutating func stepTrailer(_ byte: UInt8) throws(Refusal) {
    trailerBytes += 1
    guard trailerBytes <= ChunkedDecoder.trailerLimit else { throw .trailersTooLarge }
    switch (state, byte) {
    case (.trailerStart, ASCII.carriageReturn): state = .endLineFeed
    case (.endLineFeed, ASCII.lineFeed): state = .complete
    case (.trailerStart, _) where ByteSet.token.contains(byte): state = .trailerName
    case (.trailerName, _) where ByteSet.token.contains(byte): break
    case (.trailerName, ASCII.colon): state = .trailerValue
    case (.trailerValue, ASCII.carriageReturn): state = .trailerLineFeed
    case (.trailerValue, _) where ChunkedDecoder.isText(byte): break
    case (.trailerLineFeed, ASCII.lineFeed): state = .trailerStart
    default: throw .badTrailer
    }
  }

  /// HTAB, SP, VCHAR and obs-text (RFC 9110 §5.5).
  private static func isText(_ byte: UInt8) -> Bool {
    byte == ASCII.tab || (byte >= ASCII.space && byte != ASCII.delete)
  }
}
