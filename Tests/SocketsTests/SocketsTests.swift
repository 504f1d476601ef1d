import CSystem
import Glibc
import Sockets
import Testing

/// A path for a socket in a directory of its own.
private func temporaryPath() throws -> String {
  var template = Array("/tmp/fixbook-XXXXXX".utf8CString)
  let directory = template.withUnsafeMutableBufferPointer {
    $0.baseAddress.flatMap { mkdtemp($0) } != nil
  }
  try #require(directory)
  return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self) + "/s"
}

private func mode(_ path: String) -> UInt32? {
  var status = stat()
  return lstat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

private func pair() throws -> (Int32, Int32) {
  var ends: [Int32] = [0, 0]
  try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
  return (ends[0], ends[1])
}

@Suite struct DescriptorTests {
  @Test func `a descriptor closes once`() throws {
    let (left, right) = try pair()
    do { _ = Descriptor(adopting: left) }
    #expect(fcntl(left, F_GETFD) == -1)
    let other = Descriptor(adopting: right)
    let raw = other.release()
    #expect(fcntl(raw, F_GETFD) >= 0)
    close(raw)
  }

  @Test func `bytes go through, and the end is seen`() throws {
    let (left, right) = try pair()
    let sender = Descriptor(adopting: left)
    let receiver = Descriptor(adopting: right)
    let sent = [UInt8](1...9).withUnsafeBytes { sender.send($0) }
    #expect(sent == .bytes(9))
    sender.shutdownSending()
    var buffer = [UInt8](repeating: 0, count: 16)
    #expect(buffer.withUnsafeMutableBytes { receiver.receive(into: $0) } == .bytes(9))
    #expect(buffer.prefix(9) == [UInt8](1...9)[...])
    #expect(buffer.withUnsafeMutableBytes { receiver.receive(into: $0) } == .end)
  }

  @Test func `a broken pipe is an answer, not a signal`() throws {
    let (left, right) = try pair()
    let sender = Descriptor(adopting: left)
    close(right)
    #expect([UInt8](1...9).withUnsafeBytes { sender.send($0) } == .failed(EPIPE))
  }
}

@Suite struct EndpointTests {
  @Test(arguments: [
    ("127.0.0.1:80", Endpoint.ipv4(address: "127.0.0.1", port: 80)),
    ("localhost:0", .ipv4(address: "127.0.0.1", port: 0)),
    (":1", .ipv4(address: "0.0.0.0", port: 1)),
    ("[::1]:8080", .ipv6(address: "::1", port: 8080)), ("unix:/a", .unix(path: "/a")),
    ("/a/b", .unix(path: "/a/b")), ("unix:a", .unix(path: "a")),
  ])
  func `an endpoint is read`(text: String, endpoint: Endpoint) {
    #expect(Endpoint(text) == endpoint)
  }

  @Test(arguments: [
    "", "a", "80", "a:80", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:a", "::1:80",
    "[::1]", "[a]:80", "unix:", "256.0.0.1:80", "/" + String(repeating: "a", count: 120),
  ])
  func `anything else is not`(text: String) { #expect(Endpoint(text) == nil) }

  @Test func `an IPv4 address is one also on an IPv6 socket`() {
    #expect(Endpoint.ipv6(address: "::ffff:10.0.0.1", port: 1).address == "10.0.0.1")
    #expect(Endpoint.ipv6(address: "::1", port: 1).address == "::1")
    #expect(Endpoint.unix(path: "/a").address == nil)
  }
}

@Suite struct ListenerTests {
  @Test func `port 0 becomes a port`() throws {
    let listener = try Listener(.ipv4(address: "127.0.0.1", port: 0))
    #expect(try #require(listener.endpoint.port) > 0)
  }

  @Test func `a taken address is an error that says so`() throws {
    let listener = try Listener(.ipv4(address: "127.0.0.1", port: 0))
    let error = #expect(throws: SystemError.self) { _ = try Listener(listener.endpoint) }
    #expect(error?.code == EADDRINUSE)
    #expect(error?.description.contains(listener.endpoint.description) == true)
  }

  @Test func `a socket file is for owner and group, and goes with its listener`() throws {
    let path = try temporaryPath()
    do {
      let listener = try Listener(.unix(path: path))
      #expect(mode(path) == 0o660)
      #expect(listener.endpoint == .unix(path: path))
    }
    #expect(mode(path) == nil)
  }

  @Test func `a socket file that nobody listens on is replaced`() throws {
    let path = try temporaryPath()
    // A server that was killed leaves its file behind.
    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafeBytes(of: &address) { bytes in
      bytes.baseAddress.map {
        bind(raw, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
      }
    }
    #expect(bound == 0)
    close(raw)
    #expect(mode(path) != nil)
    _ = try Listener(.unix(path: path))
  }

  @Test func `a socket file in use, or another file, is left alone`() throws {
    let path = try temporaryPath()
    let listener = try Listener(.unix(path: path))
    let error = #expect(throws: SystemError.self) { _ = try Listener(.unix(path: path)) }
    #expect(error?.code == EADDRINUSE)
    #expect(mode(path) == 0o660)
    listener.close()
    let raw = creat(path, 0o600)
    close(raw)
    #expect(throws: SystemError.self) { _ = try Listener(.unix(path: path)) }
    // The old listener must not take the new file with it either.
    listener.close()
    #expect(mode(path) == 0o600)
  }
}

@Suite struct PollerTests {
  @Test func `a poller says what is ready, and wakes up`() throws {
    let poller = try Poller()
    let waker = try Waker(poller, token: 7)
    let events = UnsafeMutableBufferPointer<fixbook_event>.allocate(capacity: 8)
    defer { events.deallocate() }
    #expect(try poller.wait(events, milliseconds: 0) == 0)
    waker.wake()
    waker.wake()
    #expect(try poller.wait(events, milliseconds: -1) == 1)
    #expect(events[0].data == 7)
    // Edge-triggered: said once, although the counter is not read.
    #expect(try poller.wait(events, milliseconds: 0) == 0)
    waker.wake()
    #expect(try poller.wait(events, milliseconds: 0) == 1)
  }

  @Test func `the peer's end is told apart from data`() throws {
    let (left, right) = try pair()
    let mine = Descriptor(adopting: left)
    let theirs = Descriptor(adopting: right)
    let poller = try Poller()
    try poller.add(mine.raw, .input, token: 1)
    let events = UnsafeMutableBufferPointer<fixbook_event>.allocate(capacity: 8)
    defer { events.deallocate() }
    _ = [UInt8(1)].withUnsafeBytes { theirs.send($0) }
    #expect(try poller.wait(events, milliseconds: -1) == 1)
    #expect(!Readiness(bits: events[0].events).isPeerFinished)
    theirs.shutdownSending()
    #expect(try poller.wait(events, milliseconds: -1) == 1)
    #expect(Readiness(bits: events[0].events).isPeerFinished)
    try poller.remove(mine.raw)
  }
}
