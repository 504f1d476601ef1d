/// Takes the content of a request's body out of its framing, piece by piece.
package struct BodyDecoder: Sendable {
  /// Whether the last byte of the body has been read.
  package private(set) var isComplete: Bool
  private let limit: Int
  private var received = 0
  private var framing: Counted

  private enum Counted {
    case length(left: Int)
    case chunked(ChunkedDecoder)
  }

  /// `limit` is the largest content allowed. A length above it is refused here,
  /// before anything is read (RFC 9110 §15.5.14).
  package init(_ framing: Framing, limit: Int) throws(Refusal) {
    self.limit = limit
    switch framing {
    case .none:
      self.framing = .length(left: 0)
      isComplete = true
    case .length(let length):
      guard length <= limit else { throw .contentTooLarge(limit: limit) }
      self.framing = .length(left: length)
      isComplete = length == 0
    case .chunked:
      self.framing = .chunked(ChunkedDecoder(limit: limit))
      isComplete = false
    }
  }

  /// How many bytes of content are still to come, where that is known.
  package var remaining: Int? {
    guard case .length(let left) = framing else { return nil }
    return left
  }

  /// Decodes from the start of `bytes`, appends the content and says how many
  /// bytes were used; fewer than given only at the end of the body.
  package mutating func decode(
    _ bytes: Span<UInt8>, into content: inout [UInt8]
  ) throws(Refusal) -> Int {
    switch framing {
    case .length(let left):
      let count = min(left, bytes.count)
      content.append(bytes, 0..<count)
      framing = .length(left: left - count)
      isComplete = left == count
      return count
    case .chunked(var decoder):
      let before = content.count
      let used = try decoder.decode(bytes, into: &content, allowing: limit - received)
      received += content.count - before
      framing = .chunked(decoder)
      isComplete = decoder.isComplete
      return used
    }
  }
}

extension [UInt8] {
  @inline(__always)
  mutating func append(_ bytes: Span<UInt8>, _ range: Range<Int>) {
    bytes.extracting(range).withUnsafeBufferPointer { append(contentsOf: $0) }
  }
}
