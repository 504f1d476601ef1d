import CZlib

/// gzip (RFC 1952) piece by piece, for files larger than memory.
package final class GzipWriter {
  private var stream = z_stream()
  private var piece = [UInt8](repeating: 0, count: 65_536)
  private let write: ([UInt8]) throws -> Void

  /// nil when there is no memory for it.
  package init?(_ write: @escaping ([UInt8]) throws -> Void) {
    self.write = write
    // 15 + 16: a gzip header instead of zlib's.
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
  }

  deinit { deflateEnd(&stream) }

  /// Packs more bytes; what is ready is written at once. Throws what `write` throws.
  package func add(_ bytes: [UInt8]) throws { try deflate(bytes, Z_NO_FLUSH) }
  /// Writes what is left, and the end; nothing may follow.
  package func finish() throws { try deflate([], Z_FINISH) }

  private func deflate(_ bytes: [UInt8], _ flush: Int32) throws {
    var input = bytes
    try input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      repeat {
        piece.withUnsafeMutableBufferPointer { piece in
          stream.next_out = piece.baseAddress
          stream.avail_out = UInt32(piece.count)
          _ = CZlib.deflate(&stream, flush)
        }
        let count = piece.count - Int(stream.avail_out)
        if count > 0 { try write(Array(piece[..<count])) }
      } while stream.avail_out == 0
    }
  }
}

/// Expands gzip piece by piece, also of several members.
package final class GzipReader {
  private var stream = z_stream()
  private var piece = [UInt8](repeating: 0, count: 262_144)
  /// Everything so far ends where a member ends.
  package private(set) var isWhole = false

  /// nil when there is no memory for it.
  package init?() {
    guard
      inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
  }

  deinit { inflateEnd(&stream) }

  /// What the bytes expand to, in pieces; false when they are not gzip.
  package func expand(_ bytes: [UInt8], _ body: ([UInt8]) throws -> Void) rethrows -> Bool {
    var input = bytes
    return try input.withUnsafeMutableBufferPointer { input in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      while stream.avail_in > 0 {
        if isWhole, inflateReset(&stream) != Z_OK { return false }
        isWhole = false
        repeat {
          let code = piece.withUnsafeMutableBufferPointer { piece in
            stream.next_out = piece.baseAddress
            stream.avail_out = UInt32(piece.count)
            return inflate(&stream, Z_NO_FLUSH)
          }
          guard code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR else { return false }
          let count = piece.count - Int(stream.avail_out)
          if count > 0 { try body(Array(piece[..<count])) }
          isWhole = code == Z_STREAM_END
        } while stream.avail_out == 0 && !isWhole
      }
      return true
    }
  }
}
