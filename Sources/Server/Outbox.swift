import Sockets

/// Bytes that the socket did not take at once.
struct Outbox {
  private var buffers: [[UInt8]] = []
  private var offset = 0

  var isEmpty: Bool { buffers.isEmpty }

  /// Keeps `bytes` from `start` on, behind what is kept already.
  mutating func append(_ bytes: [UInt8], from start: Int = 0) {
    guard start < bytes.count else { return }
    if buffers.isEmpty {
      offset = start
      buffers.append(bytes)
    } else {
      buffers.append(start == 0 ? bytes : Array(bytes[start...]))
    }
  }

  /// Sends the first buffer, or what is left of it.
  mutating func send(on descriptor: borrowing Descriptor) -> Transfer {
    guard let buffer = buffers.first else { return .bytes(0) }
    let result = buffer.withUnsafeBytes { bytes in
      descriptor.send(UnsafeRawBufferPointer(rebasing: bytes[offset...]))
    }
    if case .bytes(let count) = result {
      offset += count
      if offset == buffer.count {
        buffers.removeFirst()
        offset = 0
      }
    }
    return result
  }
}
