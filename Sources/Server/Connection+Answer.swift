import HTTP
import Sockets
import Synchronization

extension Connection {
  /// Makes a response of an answer, now or later.
  func settle(_ answer: Answer) {
    switch answer {
    case .now(let response): send(response)
    case .work(let job): work(job)
    case .later(let start):
      let completion = Completion(loop.entrance.mailbox, token)
      start { completion.complete($0) }
    }
  }

  /// Computes an answer on a worker thread.
  func work(_ job: @escaping @Sendable () -> Answer) {
    let mailbox = loop.entrance.mailbox
    run { [token] in
      var answer = job()
      while case .work(let next) = answer { answer = next() }
      mailbox.post(.answered(token: token) { [answer] in answer })
    }
  }

  /// An answer has come from another thread.
  func answered(_ answer: () -> Answer) {
    guard case .answering = phase else { return }
    settle(answer())
    resume()
  }

  /// No answer will come.
  func lost() {
    guard case .answering = phase else { return }
    send(loop.shared.application.refuse(.lostAnswer, request: request))
    resume()
  }

  /// Answers what is not a request, or is too slow, and closes.
  func refuse(_ refusal: Refusal, _ request: Request?) {
    counters.refusals.count()
    let id = request?.id ?? loop.nextID()
    exchange = Exchange(isHead: request?.method == .head, keepAlive: false, id: id)
    mustLinger = true
    var request = request
    request?.id = id
    self.request = request
    send(loop.shared.application.refuse(refusal, request: request))
  }

  /// Answers without having read anything, and closes.
  func refuseAtOnce(_ refusal: Refusal) {
    counters.refusals.count()
    exchange = Exchange(keepAlive: false, id: loop.nextID())
    mustLinger = true
    send(loop.busyResponse())
    advance()
  }

  /// Writes a response into the loop's output, and sees to its body.
  func send(_ response: Response) {
    if loop.stopping {
      exchange.keepAlive = false
      mustLinger = true
    }
    let (rest, code) = write(response)
    counters.countResponse(code)
    switch rest {
    case .nothing: endResponse()
    case .bytes(let body):
      outbox.append(copying: loop.output)
      loop.recycleOutput()
      outbox.append(body)
      endResponse()
    case .chunks(let source):
      phase = .streaming(source, chunked: true)
      pull()
    case .untilClose(let source):
      phase = .streaming(source, chunked: false)
      pull()
    }
  }

  /// What is left to send of the response, and the status that was sent.
  private func write(_ response: Response) -> (ResponseRest, Int) {
    if let rest = append(response) { return (rest, response.status.code) }
    let refusal = loop.shared.application.refuse(.brokenResponse, request: request)
    if let rest = append(refusal) { return (rest, refusal.status.code) }
    // The refusal cannot be written either.
    exchange.keepAlive = false
    let bare = Response(.internalServerError)
    return (append(bare) ?? .nothing, bare.status.code)
  }

  private func append(_ response: Response) -> ResponseRest? {
    try? loop.writer.write(response, &exchange, at: loop.second, to: &loop.output)
  }

  /// A response is complete, though perhaps not sent yet.
  private func endResponse() {
    request = nil
    progressed = true
    if !exchange.keepAlive {
      discarding = nil
      phase = .closing
    } else if let discarding {
      self.discarding = nil
      phase = .body(discarding)
    } else {
      phase = .head
      moveHome()
    }
  }
}

extension Connection {
  /// Asks the source for its next piece, on a worker thread.
  private func pull() {
    guard case .streaming(let source, _) = phase, !pulling else { return }
    pulling = true
    let mailbox = loop.entrance.mailbox
    run { [token] in mailbox.post(.pulled(token: token, Pulled(from: source))) }
  }

  /// The source has given something.
  func pulled(_ piece: Pulled) {
    pulling = false
    guard case .streaming(_, let chunked) = phase else { return }
    switch piece {
    case .piece(let content):
      if chunked {
        ResponseWriter.appendChunk(content, to: &loop.output)
      } else {
        loop.output.append(contentsOf: content)
      }
    case .end:
      if chunked { ResponseWriter.appendLastChunk(to: &loop.output) }
      endResponse()
    case .failed:
      descriptor.resetOnClose()
      return drop()
    }
    resume()
  }

  /// Sends what is there; what the socket does not take waits for it.
  func flush() {
    if !loop.output.isEmpty { sendOutput() }
    while !isClosed, !outbox.isEmpty {
      switch outbox.send(on: descriptor) {
      case .bytes(let count): sent(count)
      case .wouldBlock, .end: return watchWriting()
      case .failed: return drop()
      }
    }
    guard !isClosed else { return }
    switch phase {
    case .streaming: pull()
    case .closing: close()
    default: break
    }
  }

  private func sendOutput() {
    defer { loop.recycleOutput() }
    guard outbox.isEmpty else { return outbox.append(copying: loop.output) }
    switch loop.output.withUnsafeBytes({ descriptor.send($0) }) {
    case .bytes(let count):
      sent(count)
      if count < loop.output.count { outbox.append(copying: loop.output, from: count) }
    case .wouldBlock, .end: outbox.append(copying: loop.output)
    case .failed: drop()
    }
  }

  private func sent(_ count: Int) {
    counters.bytesOut.count(count)
    progressed = true
  }

  private func watchWriting() {
    guard !watchesWriting else { return }
    watchesWriting = true
    // Reports at once if the socket has become writable in between.
    do {
      try loop.poller.modify(descriptor.raw, .inputAndOutput, token: token)
    } catch {
      drop()
    }
  }

  /// Everything is sent: closes, with care where the client may still be sending.
  private func close() {
    guard mustLinger || !input.isEmpty, !inputEnded else { return drop() }
    descriptor.shutdownSending()
    input = []
    inputStart = 0
    needsMore = false
    readable = true
    phase = .lingering(left: loop.shared.configuration.lingerLimit)
  }
}

extension Pulled {
  /// The next piece that is not empty, the end, or the failure of that source.
  fileprivate init(from source: any BodySource) {
    do {
      while true {
        guard let piece = try source.next() else {
          self = .end
          return
        }
        if piece.isEmpty { continue }
        self = .piece(piece)
        return
      }
    } catch {
      self = .failed
    }
  }
}

/// The one call that a `.later` answer owes. When it is never made, the request
/// is answered all the same, as soon as nobody can make it any more.
private final class Completion: Sendable {
  private let mailbox: Mailbox
  private let token: UInt64
  private let done = Atomic<Bool>(false)

  init(_ mailbox: Mailbox, _ token: UInt64) {
    self.mailbox = mailbox
    self.token = token
  }

  deinit { if !done.load(ordering: .acquiring) { mailbox.post(.lost(token: token)) } }

  func complete(_ answer: @escaping @Sendable () -> Answer) {
    guard !done.exchange(true, ordering: .acquiringAndReleasing) else { return }
    mailbox.post(.answered(token: token, answer))
  }
}
