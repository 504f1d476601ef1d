package import CSystem
import Glibc

/// What a descriptor is ready for (epoll's events).
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt32

  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let readable = Readiness(rawValue: 0x001)
  package static let writable = Readiness(rawValue: 0x004)
  package static let error = Readiness(rawValue: 0x008)
  /// Both directions are closed.
  package static let hangUp = Readiness(rawValue: 0x010)
  /// The peer has shut down its sending side.
  package static let peerFinished = Readiness(rawValue: 0x2000)
  /// Wakes one of the pollers that share a descriptor, not all.
  package static let exclusive = Readiness(rawValue: 1 << 28)
  /// Reports a change once instead of a state again and again.
  package static let edge = Readiness(rawValue: 1 << 31)
}

/// An epoll instance: says which of many descriptors are ready.
package final class Poller: Sendable {
  private let descriptor: Descriptor

  package init() throws(SystemError) {
    let raw = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard raw >= 0 else { throw SystemError("epoll_create1") }
    descriptor = Descriptor(adopting: raw)
  }

  /// Starts watching; `token` comes back with each event.
  package func add(_ raw: Int32, _ readiness: Readiness, token: UInt64) throws(SystemError) {
    try control(EPOLL_CTL_ADD, raw, readiness, token)
  }

  /// Changes what is watched for; what is ready already is reported (again).
  package func modify(_ raw: Int32, _ readiness: Readiness, token: UInt64) throws(SystemError) {
    try control(EPOLL_CTL_MOD, raw, readiness, token)
  }

  /// Stops watching. A descriptor that is closed is forgotten by itself.
  package func remove(_ raw: Int32) throws(SystemError) { try control(EPOLL_CTL_DEL, raw, [], 0) }

  /// Waits until something is ready, or for `milliseconds` (-1: without end;
  /// 0: not at all), and returns the number of events put into `events`.
  package func wait(
    _ events: UnsafeMutableBufferPointer<fixbook_event>, milliseconds: Int32
  ) throws(SystemError) -> Int {
    let count = fixbook_epoll_wait(
      descriptor.raw, events.baseAddress, Int32(events.count), milliseconds)
    if count >= 0 { return Int(count) }
    guard count == -EINTR else { throw SystemError("epoll_wait", -count) }
    return 0
  }

  private func control(
    _ operation: Int32, _ raw: Int32, _ readiness: Readiness, _ token: UInt64
  ) throws(SystemError) {
    let result = fixbook_epoll_ctl(descriptor.raw, operation, raw, readiness.rawValue, token)
    guard result == 0 else { throw SystemError("epoll_ctl", -result) }
  }
}

/// Wakes a poller from any thread (eventfd).
package final class Waker: Sendable {
  private let descriptor: Descriptor

  /// Registers with the poller, edge-triggered: the counter need not be read.
  package init(_ poller: Poller, token: UInt64) throws(SystemError) {
    let raw = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard raw >= 0 else { throw SystemError("eventfd") }
    descriptor = Descriptor(adopting: raw)
    try poller.add(raw, [.readable, .edge], token: token)
  }

  package func wake() {
    var one: UInt64 = 1
    _ = write(descriptor.raw, &one, 8)
  }
}
