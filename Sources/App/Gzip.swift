import CZlib
import HTTP

/// gzip (RFC 1952) by zlib.
package enum Gzip {
  /// Whether an Accept-Encoding field allows gzip (RFC 9110 §12.5.3).
  static func isAccepted(_ field: String?) -> Bool {
    guard let field else { return false }
    var accepted = false
    for item in field.split(separator: ",") {
      let parts = item.split(separator: ";").map { trimmed($0).lowercased() }
      guard let coding = parts.first, coding == "gzip" || coding == "x-gzip" || coding == "*"
      else { continue }
      let q =
        parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
      if coding != "*" { return q > 0 }
      accepted = q > 0
    }
    return accepted
  }

  static func compress(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    // 15 + 16: a gzip header instead of zlib's.
    guard
      deflateInit2_(
        &stream, 4, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    var input = bytes
    let capacity = Int(deflateBound(&stream, UInt(bytes.count)))
    var output = [UInt8](repeating: 0, count: capacity)
    let code = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return deflate(&stream, Z_FINISH)
      }
    }
    guard code == Z_STREAM_END else { return nil }
    output.removeLast(output.count - Int(stream.total_out))
    return output
  }

  /// The content of a gzip file, also of several members; nil when it is none or is cut off.
  package static func expand(_ bytes: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    guard
      inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { inflateEnd(&stream) }
    var input = bytes
    var output: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 262_144)
    let isWhole = input.withUnsafeMutableBufferPointer { input -> Bool in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while true {
        let code = piece.withUnsafeMutableBufferPointer { piece in
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          return inflate(&stream, Z_NO_FLUSH)
        }
        output += piece[..<(piece.count - Int(stream.avail_out))]
        if code == Z_STREAM_END {
          if stream.avail_in == 0 { return true }
          if inflateReset(&stream) != Z_OK { return false }
        } else if code != Z_OK {
          return false
        }
      }
    }
    return isWhole ? output : nil
  }
}
