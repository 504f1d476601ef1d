extension JSON {
  /// Compact UTF-8 bytes.
  package var bytes: [UInt8] {
    var output = Output()
    write(into: &output, indent: nil)
    return output.bytes
  }

  /// Indented by two spaces, for people; ends with a newline.
  package var prettyBytes: [UInt8] {
    var output = Output()
    write(into: &output, indent: 0)
    output.append(0x0a)
    return output.bytes
  }

  /// Compact text.
  package var string: String { String(decoding: bytes, as: UTF8.self) }

  private func write(into output: inout Output, indent: Int?) {
    switch self {
    case .null: output.append("null")
    case .bool(let flag): output.append(flag ? "true" : "false")
    case .integer(let number): output.append(String(number))
    case .number(let number):
      // JSON has no NaN and no infinities (RFC 8259 §6).
      output.append(number.isFinite ? shortest(number) : "null")
    case .string(let text): writeString(text, into: &output)
    case .array(let items):
      output.append(0x5b)
      let inner = indent.map { $0 + 2 }
      for (index, item) in items.enumerated() {
        output.startItem(index, indent: inner)
        item.write(into: &output, indent: inner)
      }
      output.endItems(items.count, indent: indent)
      output.append(0x5d)
    case .object(let members):
      output.append(0x7b)
      let inner = indent.map { $0 + 2 }
      for (index, member) in members.enumerated() {
        output.startItem(index, indent: inner)
        writeString(member.name, into: &output)
        output.append(0x3a)
        if inner != nil { output.append(0x20) }
        member.value.write(into: &output, indent: inner)
      }
      output.endItems(members.count, indent: indent)
      output.append(0x7d)
    }
  }
}

private func shortest(_ number: Double) -> String {
  let text = String(number)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

/// Bytes that grow at their end: an answer is put together of many small pieces, for each of which an
/// array would ask whether it is shared.
private struct Output: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var count = 0
  private var capacity = 1_024

  init() { start = .allocate(capacity: capacity) }

  deinit { start.deallocate() }

  var bytes: [UInt8] { Array(UnsafeBufferPointer(start: start, count: count)) }

  private mutating func reserve(_ more: Int) {
    if count + more <= capacity { return }
    capacity = max(count + more, capacity * 2)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: start, count: count)
    start.deallocate()
    start = larger
  }

  mutating func append(_ byte: UInt8) {
    reserve(1)
    start[count] = byte
    count += 1
  }

  mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let first = bytes.baseAddress else { return }
    reserve(bytes.count)
    (start + count).update(from: first, count: bytes.count)
    count += bytes.count
  }

  mutating func append(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  private mutating func startLine(_ indent: Int) {
    append(0x0a)
    for _ in 0..<indent { append(0x20) }
  }

  mutating func startItem(_ index: Int, indent: Int?) {
    if index > 0 { append(0x2c) }
    if let indent { startLine(indent) }
  }

  mutating func endItems(_ count: Int, indent: Int?) {
    if let indent, count > 0 { startLine(indent) }
  }
}

private let hexDigits = Array("0123456789abcdef".utf8)

private func writeString(_ text: String, into output: inout Output) {
  var text = text
  text.withUTF8 { bytes in
    output.append(0x22)
    var start = 0
    while true {
      let index = endOfPlain(UnsafeRawBufferPointer(bytes), from: start)
      output.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
      if index == bytes.count { break }
      start = index + 1
      switch bytes[index] {
      case 0x22: output.append("\\\"")
      case 0x5c: output.append("\\\\")
      case 0x0a: output.append("\\n")
      case 0x0d: output.append("\\r")
      case 0x09: output.append("\\t")
      default:
        output.append("\\u00")
        output.append(hexDigits[Int(bytes[index] >> 4)])
        output.append(hexDigits[Int(bytes[index] & 15)])
      }
    }
    output.append(0x22)
  }
}

/// Where the next byte stands that must be escaped (RFC 8259 §7: quote, backslash and control
/// characters); the end if there is none.
private func endOfPlain(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
  var index = start
  // Eight at a time: texts are long, and few bytes of them are special.
  while index + 8 <= bytes.count {
    let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
    let special =
      markBytes(below: 0x20, word) | markBytes(0x22, word) | markBytes(0x5c, word)
      | markBytes(0x7f, word)
    // The lowest mark is right; those above it may come from a borrow.
    if special != 0 { return index + special.trailingZeroBitCount / 8 }
    index += 8
  }
  while index < bytes.count {
    let byte = bytes[index]
    if byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == 0x7f { return index }
    index += 1
  }
  return index
}

/// Sets the high bit of each of eight bytes that is less than `limit`, which is 128 at most.
@inline(__always)
private func markBytes(below limit: UInt64, _ word: UInt64) -> UInt64 {
  (word &- 0x0101_0101_0101_0101 &* limit) & ~word & 0x8080_8080_8080_8080
}

@inline(__always)
private func markBytes(_ byte: UInt64, _ word: UInt64) -> UInt64 {
  markBytes(below: 1, word ^ (0x0101_0101_0101_0101 &* byte))
}
