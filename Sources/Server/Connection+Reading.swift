import HTTP
import Sockets

extension Connection {
  /// Reads once, into the loop's buffer, and uses what came.
  func read() {
    let buffer = loop.readBuffer
    switch descriptor.receive(into: buffer) {
    case .bytes(let count):
      // Less than asked for: the socket is empty, unless its end is to be read.
      if count < buffer.count, !finishing { readable = false }
      counters.bytesIn.count(count)
      progressed = true
      take(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
    case .wouldBlock: readable = false
    case .end:
      readable = false
      inputEnded = true
    case .failed: drop()
    }
  }

  private func take(_ bytes: UnsafeRawBufferPointer) {
    needsMore = false
    guard input.isEmpty else {
      if inputStart > 0 {
        input.removeSubrange(..<inputStart)
        inputStart = 0
      }
      input.append(contentsOf: bytes)
      return processInput()
    }
    let used = bytes.withMemoryRebound(to: UInt8.self) { process($0.span) }
    guard used < bytes.count, !isClosed else { return }
    input = Array(bytes[used...])
    inputStart = 0
  }

  /// Uses what was kept.
  func processInput() {
    let bytes = input
    let start = inputStart
    input = []
    inputStart = 0
    let used = process(bytes.span.extracting(start..<bytes.count))
    guard start + used < bytes.count, !isClosed else { return }
    input = bytes
    inputStart = start + used
  }

  /// Uses bytes from the start of `bytes` as far as the phases go, and says how many.
  private func process(_ bytes: Span<UInt8>) -> Int {
    var used = 0
    while used < bytes.count, destination == nil {
      let rest = bytes.extracting(used..<bytes.count)
      switch phase {
      case .head:
        guard canTakeRequest else { return used }
        guard let length = takeHead(rest) else { return used }
        used += length
      case .body(let upload):
        guard !upload.isFull else { return used }
        used += takeBody(rest, upload)
      case .lingering(let left):
        guard rest.count < left else {
          drop()
          return bytes.count
        }
        phase = .lingering(left: left - rest.count)
        return bytes.count
      case .closing: return bytes.count
      case .answering, .streaming, .closed: return used
      }
    }
    return used
  }

  /// Takes a request's head; nil when it is not complete.
  private func takeHead(_ bytes: Span<UInt8>) -> Int? {
    do {
      guard let head = try parser.head(in: bytes) else {
        needsMore = true
        return nil
      }
      restartHeadTime()
      requestsLeft -= 1
      begin(head)
      return head.length
    } catch {
      refuse(error, parser.partialRequest)
      return bytes.count
    }
  }

  private func takeBody(_ bytes: Span<UInt8>, _ upload: Upload) -> Int {
    do {
      let used = try upload.take(bytes)
      moveOn(upload)
      return used
    } catch {
      if upload.isDiscarding { drop() } else { refuse(error, upload.request) }
      return bytes.count
    }
  }

  /// The client has shut down its sending side: a request that is complete is
  /// still answered (that is the other phases), one that is not is refused (RFC 9112 §8).
  func endInput() {
    switch phase {
    case .head where input.isEmpty:
      if outbox.isEmpty { drop() } else { phase = .closing }
    case .head: refuse(.incompleteRequest, parser.partialRequest)
    case .body(let upload) where upload.isDiscarding: drop()
    case .body(let upload): refuse(.incompleteRequest, upload.request)
    default: drop()
    }
  }
}
