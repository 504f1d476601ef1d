import Sockets

/// Bytes that the socket did not take at once.
struct Outbox {
  private var buffers: [[UInt8]] = []
  /// What of the first buffer is sent.
  private var offset = 0

  var isEmpty: Bool { buffers.isEmpty }

  /// Keeps `bytes` behind what is kept already.
  mutating func append(_ bytes: [UInt8]) {
    if !bytes.isEmpty { buffers.append(bytes) }
  }

  /// Keeps a copy of what is in a buffer that is used again, from `start` on.
  mutating func append(copying bytes: [UInt8], from start: Int = 0) {
    append(Array(bytes[start...]))
  }

  /// Sends the first two buffers, or what is left of them, with one call: a
  /// response's head and its body go together.
  mutating func send(on descriptor: borrowing Descriptor) -> Transfer {
    guard let first = buffers.first else { return .bytes(0) }
    let second = buffers.count > 1 ? buffers[1] : []
    let result = first.withUnsafeBytes { first in
      let first = UnsafeRawBufferPointer(rebasing: first[offset...])
      return second.isEmpty
        ? descriptor.send(first) : second.withUnsafeBytes { descriptor.send(first, $0) }
    }
    if case .bytes(let count) = result { drop(count) }
    return result
  }

  private mutating func drop(_ count: Int) {
    offset += count
    while let first = buffers.first, offset >= first.count {
      offset -= first.count
      buffers.removeFirst()
    }
  }
}
