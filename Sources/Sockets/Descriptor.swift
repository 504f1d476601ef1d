import Glibc

/// Owns a file descriptor and closes it exactly once, on every path.
package struct Descriptor: ~Copyable, Sendable {
  package let raw: Int32

  package init(adopting raw: Int32) { self.raw = raw }

  deinit { _ = close(raw) }

  /// Gives the number away without closing it.
  package consuming func release() -> Int32 {
    let raw = raw
    discard self
    return raw
  }
}

/// What a read or a write on a non-blocking socket came to.
package enum Transfer: Sendable, Equatable {
  case bytes(Int)
  /// Nothing can be moved now.
  case wouldBlock
  /// The peer has shut down its sending side.
  case end
  case failed(Int32)
}

extension Descriptor {
  /// recv(2).
  package func receive(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
    Descriptor.transfer { recv(raw, buffer.baseAddress, buffer.count, 0) }
  }

  /// send(2), without SIGPIPE.
  package func send(_ bytes: UnsafeRawBufferPointer) -> Transfer {
    let count = Descriptor.transfer {
      Glibc.send(raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
    }
    return count == .end ? .bytes(0) : count
  }

  /// Sends two buffers with one call, without SIGPIPE.
  package func send(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Transfer {
    var vectors = (Descriptor.vector(first), Descriptor.vector(second))
    let count = withUnsafeMutablePointer(to: &vectors) { vectors in
      vectors.withMemoryRebound(to: iovec.self, capacity: 2) { vectors in
        var message = msghdr()
        message.msg_iov = vectors
        message.msg_iovlen = 2
        return Descriptor.transfer { sendmsg(raw, &message, Int32(MSG_NOSIGNAL)) }
      }
    }
    return count == .end ? .bytes(0) : count
  }

  private static func vector(_ buffer: UnsafeRawBufferPointer) -> iovec {
    iovec(iov_base: UnsafeMutableRawPointer(mutating: buffer.baseAddress), iov_len: buffer.count)
  }

  /// Says to the peer that nothing more is coming.
  package func shutdownSending() { _ = shutdown(raw, Int32(SHUT_WR)) }

  /// Makes the coming close a reset, so that the peer sees a truncated message as one.
  package func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    _ = setsockopt(raw, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  /// Sends small segments at once (Nagle's algorithm off); nothing on a Unix socket.
  package func sendAtOnce() { setOption(Int32(IPPROTO_TCP), TCP_NODELAY, 1) }

  func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    _ = setsockopt(raw, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private static func transfer(_ call: () -> Int) -> Transfer {
    while true {
      let count = call()
      if count > 0 { return .bytes(count) }
      if count == 0 { return .end }
      let code = errno
      if code == EINTR { continue }
      return code == EAGAIN || code == EWOULDBLOCK ? .wouldBlock : .failed(code)
    }
  }
}
