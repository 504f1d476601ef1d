extension JSON {
  /// Compact UTF-8 bytes.
  package var bytes: [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(1_024)
    write(into: &output, indent: nil)
    return output
  }

  /// Indented by two spaces, for people; ends with a newline.
  package var prettyBytes: [UInt8] {
    var output: [UInt8] = []
    write(into: &output, indent: 0)
    output.append(0x0a)
    return output
  }

  /// Compact text.
  package var string: String { String(decoding: bytes, as: UTF8.self) }

  private func write(into output: inout [UInt8], indent: Int?) {
    switch self {
    case .null: output += "null".utf8
    case .bool(let flag): output += (flag ? "true" : "false").utf8
    case .integer(let number): output += String(number).utf8
    case .number(let number):
      // JSON has no NaN and no infinities (RFC 8259 §6).
      output += (number.isFinite ? shortest(number) : "null").utf8
    case .string(let text): writeString(text, into: &output)
    case .array(let items):
      writeList(items.count, "[", "]", into: &output, indent: indent) { index, output, inner in
        items[index].write(into: &output, indent: inner)
      }
    case .object(let members):
      writeList(members.count, "{", "}", into: &output, indent: indent) { index, output, inner in
        writeString(members[index].name, into: &output)
        output.append(0x3a)
        if inner != nil { output.append(0x20) }
        members[index].value.write(into: &output, indent: inner)
      }
    }
  }
}

private func shortest(_ number: Double) -> String {
  let text = String(number)
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}

private func writeList(
  _ count: Int, _ open: String, _ close: String, into output: inout [UInt8], indent: Int?,
  _ item: (Int, inout [UInt8], Int?) -> Void
) {
  output += open.utf8
  let inner = indent.map { $0 + 2 }
  for index in 0..<count {
    if index > 0 { output.append(0x2c) }
    if let inner {
      output.append(0x0a)
      output += repeatElement(0x20, count: inner)
    }
    item(index, &output, inner)
  }
  if let indent, count > 0 {
    output.append(0x0a)
    output += repeatElement(0x20, count: indent)
  }
  output += close.utf8
}

private let hexDigits = Array("0123456789abcdef".utf8)

private func writeString(_ text: String, into output: inout [UInt8]) {
  var text = text
  text.withUTF8 { bytes in
    output.append(0x22)
    var start = 0
    while true {
      let index = endOfPlain(UnsafeRawBufferPointer(bytes), from: start)
      output += UnsafeBufferPointer(rebasing: bytes[start..<index])
      if index == bytes.count { break }
      start = index + 1
      switch bytes[index] {
      case 0x22: output += "\\\"".utf8
      case 0x5c: output += "\\\\".utf8
      case 0x0a: output += "\\n".utf8
      case 0x0d: output += "\\r".utf8
      case 0x09: output += "\\t".utf8
      default:
        output += "\\u00".utf8
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
