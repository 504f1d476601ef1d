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
    for index in 0..<bytes.count {
      let byte = bytes[index]
      // RFC 8259 §7: quote, backslash and control characters must be escaped.
      guard byte < 0x20 || byte == 0x22 || byte == 0x5c || byte == 0x7f else { continue }
      output += bytes[start..<index]
      start = index + 1
      switch byte {
      case 0x22: output += "\\\"".utf8
      case 0x5c: output += "\\\\".utf8
      case 0x0a: output += "\\n".utf8
      case 0x0d: output += "\\r".utf8
      case 0x09: output += "\\t".utf8
      default:
        output += "\\u00".utf8
        output.append(hexDigits[Int(byte >> 4)])
        output.append(hexDigits[Int(byte & 15)])
      }
    }
    output += bytes[start..<bytes.count]
    output.append(0x22)
  }
}
