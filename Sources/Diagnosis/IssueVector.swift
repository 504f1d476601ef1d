/// Where in an issue a token stands.
package struct Field: OptionSet, Sendable, Hashable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue }

  package static let title = Field(rawValue: 1)
  package static let alias = Field(rawValue: 2)
  package static let sample = Field(rawValue: 4)
  package static let symptom = Field(rawValue: 8)
  package static let cause = Field(rawValue: 16)
  package static let fix = Field(rawValue: 32)
  package static let other = Field(rawValue: 64)

  /// What tells an issue from others, as opposed to what one does about it.
  package static let telling: Field = [.title, .alias, .sample, .symptom]

  /// How much one occurrence in a field counts.
  static func weight(_ field: Field) -> Double {
    switch field {
    case .title: 3.0
    case .alias: 2.2
    case .sample: 2.0
    case .symptom: 2.0
    case .cause: 1.4
    case .fix: 0.8
    default: 0.6
    }
  }
}

/// What search and diagnosis know of an issue's words: which, where and how often.
/// Kept beside the issue as bytes, so that scoring a candidate costs one row.
package struct IssueVector: Sendable {
  /// One token: 32-bit hash, fields, weighted count × 16.
  private static let stride = 8
  private static let header = 8

  package let bytes: [UInt8]

  package init(bytes: [UInt8]) { self.bytes = bytes }

  init(_ counts: [String: (fields: Field, weight: Double)], length: Int) {
    var rows: [(hash: UInt32, fields: UInt8, weight: UInt16)] = counts.map { token, entry in
      (IssueVector.hash(token), entry.fields.rawValue, UInt16(min(entry.weight * 16, 65_535)))
    }
    rows.sort { ($0.hash, $0.fields) < ($1.hash, $1.fields) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(IssueVector.header + rows.count * IssueVector.stride)
    append(UInt32(length), to: &bytes)
    append(UInt32(rows.count), to: &bytes)
    for row in rows {
      append(row.hash, to: &bytes)
      bytes.append(row.fields)
      bytes.append(0)
      bytes.append(UInt8(row.weight & 0xff))
      bytes.append(UInt8(row.weight >> 8))
    }
    self.bytes = bytes
  }

  /// Tokens of the whole issue, with repeats.
  package var length: Int { Int(word(at: 0)) }

  /// Calls `body` with each token's hash, fields and weighted count, by hash.
  @inline(__always)
  func forEachEntry(_ body: (UInt32, Field, Double) -> Void) {
    bytes.withUnsafeBytes { bytes in
      var place = IssueVector.header
      while place + IssueVector.stride <= bytes.count {
        let hash = bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)
        let rest = UInt32(
          littleEndian: bytes.loadUnaligned(fromByteOffset: place + 4, as: UInt32.self))
        body(
          UInt32(littleEndian: hash), Field(rawValue: UInt8(truncatingIfNeeded: rest)),
          Double(rest >> 16) / 16)
        place += IssueVector.stride
      }
    }
  }

  private func word(at place: Int) -> UInt32 {
    guard place + 4 <= bytes.count else { return 0 }
    return UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
      | UInt32(bytes[place + 3]) << 24
  }

  /// FNV-1a, 32 bits (http://www.isthe.com/chongo/tech/comp/fnv/).
  package static func hash(_ token: String) -> UInt32 {
    var hash: UInt32 = 2_166_136_261
    for byte in token.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    return hash
  }
}

func append(_ word: UInt32, to bytes: inout [UInt8]) {
  for shift in stride(from: 0, to: 32, by: 8) {
    bytes.append(UInt8(truncatingIfNeeded: word >> shift))
  }
}
