/// What the index keeps of an issue, from one reading of its texts.
package struct IndexedIssue: Sendable {
  package let vector: IssueVector
  package let words: IssueWords
  /// All tokens, text by text, with repeats.
  package let tokens: [String]

  package init(_ texts: [(field: Field, text: String)]) {
    var counts: [String: (fields: Field, weight: Double)] = [:]
    var tokens: [String] = []
    var bytes: [UInt8] = []
    for (field, text) in texts {
      var inField: [String: Int] = [:]
      var words: [UInt32] = []
      for token in Analyzer.tokens(of: text) {
        tokens.append(token.text)
        inField[token.text, default: 0] += 1
        if token.kind == .word { words.append(IssueVector.hash(token.text)) }
      }
      for (token, count) in inField {
        var entry = counts[token] ?? ([], 0)
        entry.fields.insert(field)
        entry.weight += Field.weight(field) * Double(min(count, 4)).squareRoot()
        counts[token] = entry
      }
      append(UInt32(words.count) << 8 | UInt32(field.rawValue), to: &bytes)
      for word in words { append(word, to: &bytes) }
    }
    self.tokens = tokens
    vector = IssueVector(counts, length: tokens.count)
    words = IssueWords(bytes: bytes)
  }
}

/// The words of an issue in their order, as hashes, text by text: where a run of the question's
/// words is looked for. Read for the few best candidates only.
package struct IssueWords: Sendable {
  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  /// One text's words.
  struct Text {
    fileprivate let bytes: UnsafeRawBufferPointer
    let count: Int

    @inline(__always)
    subscript(_ index: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: index &* 4, as: UInt32.self))
    }
  }

  /// Calls `body` with each text's field and words.
  @inline(__always)
  func forEachText(_ body: (Field, Text) -> Void) {
    bytes.withUnsafeBytes { bytes in
      var place = 0
      while place + 4 <= bytes.count {
        let head = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))
        let count = min(Int(head >> 8), (bytes.count - place) / 4 - 1)
        place += 4
        let text = Text(
          bytes: UnsafeRawBufferPointer(rebasing: bytes[place..<place + count * 4]), count: count)
        place += count * 4
        body(Field(rawValue: UInt8(truncatingIfNeeded: head)), text)
      }
    }
  }
}
