package import CSystem
import Glibc

/// What a descriptor is watched for, or ready for (epoll's events).
package struct Readiness: Sendable, Equatable {
  package let bits: UInt32

  @inline(__always)
  package init(bits: UInt32) { self.bits = bits }

  /// A connection: bytes, and the end of the peer's sending; a change is said once.
  package static let input = Readiness(bits: 0x001 | 0x2000 | 1 << 31)
  /// As `input`, and room to send.
  package static let inputAndOutput = Readiness(bits: 0x001 | 0x004 | 0x2000 | 1 << 31)
  /// A listener that several pollers watch: one of them is woken, as long as
  /// somebody waits to be accepted.
  package static let connections = Readiness(bits: 0x001 | 1 << 28)
  /// A waker: said once for each time it is woken.
  static let wakeUp = Readiness(bits: 0x001 | 1 << 31)

  /// Reading brings something: bytes, an end or an error.
  @inline(__always)
  package var isReadable: Bool { bits & (0x001 | 0x010 | 0x2000) != 0 }

  /// The peer has shut down its sending side.
  @inline(__always)
  package var isPeerFinished: Bool { bits & 0x2000 != 0 }

  /// There was an error, or both directions are closed.
  @inline(__always)
  package var isBroken: Bool { bits & (0x008 | 0x010) != 0 }
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
  package func remove(_ raw: Int32) throws(SystemError) {
    try control(EPOLL_CTL_DEL, raw, Readiness(bits: 0), 0)
  }

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
    let result = fixbook_epoll_ctl(descriptor.raw, operation, raw, readiness.bits, token)
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
    try poller.add(raw, .wakeUp, token: token)
  }

  /// Ends the poller's wait, from any thread; once is enough for many calls.
  package func wake() {
    var one: UInt64 = 1
    _ = write(descriptor.raw, &one, 8)
  }
}
