import CSystem
import Glibc
import Synchronization

/// A listening, non-blocking socket.
package final class Listener: Sendable {
  /// Where it listens in fact: port 0 has become a port.
  package let endpoint: Endpoint
  package let descriptor: Descriptor
  /// Of the socket file, so that no other server's file is removed.
  private let inode: UInt64
  private let isClosed = Atomic<Bool>(false)

  /// Binds and listens. A Unix socket gets permission 0660; a socket file that
  /// nobody listens on any more is replaced, one that is in use is not.
  package init(_ endpoint: Endpoint, backlog: Int32 = 4096) throws(SystemError) {
    let subject = endpoint.description
    let raw = socket(
      endpoint.family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue),
      0)
    guard raw >= 0 else { throw SystemError("socket", subject: subject) }
    let descriptor = Descriptor(adopting: raw)
    descriptor.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
    // An IPv6 listener is one: who wants both families gives two addresses.
    if case .ipv6 = endpoint { descriptor.setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1) }
    if case .unix(let path) = endpoint { try Listener.removeStale(path) }
    try Listener.bind(descriptor, endpoint)
    guard listen(raw, backlog) == 0 else { throw SystemError("listen", subject: subject) }
    if case .unix(let path) = endpoint {
      self.endpoint = endpoint
      inode = Listener.inode(path)
    } else {
      self.endpoint = descriptor.localEndpoint ?? endpoint
      inode = 0
    }
    self.descriptor = descriptor
  }

  deinit { close() }

  /// Refuses connections from now on and removes the socket file. The
  /// descriptor stays valid, so that another thread may still look at it.
  package func close() {
    guard !isClosed.exchange(true, ordering: .relaxed) else { return }
    _ = shutdown(descriptor.raw, Int32(SHUT_RDWR))
    if case .unix(let path) = endpoint, Listener.inode(path) == inode { _ = unlink(path) }
  }

  private static func inode(_ path: String) -> UInt64 {
    var status = stat()
    return lstat(path, &status) == 0 ? UInt64(status.st_ino) : 0
  }

  private static func bind(
    _ descriptor: borrowing Descriptor, _ endpoint: Endpoint
  ) throws(SystemError) {
    let raw = descriptor.raw
    // The file must never be open to more than it should, not even briefly.
    let isUnix = endpoint.family == AF_UNIX
    let mask = isUnix ? umask(0o117) : 0
    let result = endpoint.withSocketAddress { address, length in
      Glibc.bind(raw, address, length) == 0 ? 0 : errno
    }
    if isUnix { _ = umask(mask) }
    guard let result else { throw SystemError("bind", EINVAL, subject: endpoint.description) }
    guard result == 0 else { throw SystemError("bind", result, subject: endpoint.description) }
  }

  /// Removes a socket file whose server is gone; leaves any other file alone.
  private static func removeStale(_ path: String) throws(SystemError) {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return }
    let probe = Descriptor(
      adopting: socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0))
    let result = Endpoint.unix(path: path).withSocketAddress { address, length in
      connect(probe.raw, address, length) == 0 ? 0 : errno
    }
    guard result == ECONNREFUSED else { return }
    guard unlink(path) == 0 || errno == ENOENT else { throw SystemError("unlink", subject: path) }
  }
}

/// What accept(2) came to.
package enum Accepted: ~Copyable {
  case connection(Descriptor, from: Endpoint)
  case wouldBlock
  /// The connection was gone before it was taken; there may be others.
  case aborted
  /// No descriptor or no memory is left for it: EMFILE, ENFILE, ENOBUFS, ENOMEM.
  case exhausted
  case failed(Int32)
}

extension Listener {
  /// Takes one waiting connection.
  package func accept() -> Accepted {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = fixbook_accept(descriptor.raw, &storage, &length)
    if result >= 0 {
      return .connection(Descriptor(adopting: result), from: Endpoint(&storage))
    }
    switch -result {
    case EAGAIN: return .wouldBlock
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .exhausted
    // accept(2): errors already pending on the new socket are to be treated like EAGAIN by retrying.
    case EINTR, ECONNABORTED, EPROTO, ENETDOWN, ENOPROTOOPT, EHOSTDOWN, EHOSTUNREACH,
      EOPNOTSUPP, ENETUNREACH, EPERM:
      return .aborted
    default: return .failed(-result)
    }
  }
}
