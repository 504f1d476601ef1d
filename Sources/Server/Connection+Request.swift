import HTTP
import Sockets

extension Connection {
  private static let continueLine = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)

  /// A head is complete: decides what becomes of the request.
  func begin(_ head: RequestHead) {
    counters.requests.count()
    var request = head.request
    request.peer = peer
    let id = loop.nextID()
    request.id = id
    exchange = Exchange(
      isHead: request.method == .head, minorVersion: head.minorVersion,
      keepAlive: head.keepAlive && !loop.stopping, id: id)
    // Who asked for the close, or has sent its last byte, sends nothing more.
    mustLinger = head.keepAlive
    if let refusal = hostRefusal(request) {
      counters.refusals.count()
      return answerEarly(loop.shared.application.refuse(refusal, request: request), head, request)
    }
    if head.framing == .none, request.method == .get || request.method == .head {
      return ask(request)
    }
    let plan = loop.shared.application.bodyPlan(for: request)
    do {
      switch plan {
      case .refuse(let response): answerEarly(response, head, request)
      case .buffer(let limit): try receive(head, request, .buffer, limit)
      case .stream(let limit, let sink): try receive(head, request, .sink(sink), limit)
      }
    } catch {
      counters.refusals.count()
      answerEarly(loop.shared.application.refuse(error, request: request), head, request)
    }
  }

  private func hostRefusal(_ request: Request) -> Refusal? {
    if let host = request.authority, host == loop.allowedHost { return nil }
    let policy = loop.shared.configuration.hosts
    if let refusal = policy.refusal(for: request.authority, local: localAddress) { return refusal }
    if let host = request.authority, !host.isEmpty { loop.allowedHost = host }
    return nil
  }

  private var localAddress: String? { isUnix ? nil : descriptor.localEndpoint?.address ?? "" }

  private func receive(
    _ head: RequestHead, _ request: Request, _ destination: Upload.Destination, _ limit: Int
  ) throws(Refusal) {
    let decoder = try BodyDecoder(head.framing, limit: limit)
    let capacity = loop.shared.configuration.sinkBuffer
    let upload = Upload(request, destination, decoder, capacity: capacity)
    phase = .body(upload)
    if upload.isComplete { return moveOn(upload) }
    if head.expectsContinue { loop.output.append(contentsOf: Connection.continueLine) }
    if case .sink = destination, isLong(decoder) { moveToUploads() }
  }

  private func isLong(_ decoder: BodyDecoder) -> Bool {
    decoder.remaining.map { $0 > loop.shared.configuration.longBody } ?? true
  }

  /// Answers before the body was read. A short rest of it is read and thrown
  /// away, so that the connection can go on; else it is closed (RFC 9110 §9.3, §10.1.1).
  private func answerEarly(_ response: Response, _ head: RequestHead, _ request: Request) {
    self.request = request
    if let decoder = try? BodyDecoder(head.framing, limit: loop.shared.configuration.discardLimit),
      decoder.isComplete || decoder.remaining != nil && !head.expectsContinue
    {
      if !decoder.isComplete {
        mustLinger = true
        discarding = Upload(request, .nowhere, decoder, capacity: 0)
      }
    } else {
      exchange.keepAlive = false
      mustLinger = true
    }
    send(response)
  }

  /// After something happened to a body: hands on what there is.
  func moveOn(_ upload: Upload) {
    switch upload.destination {
    case .buffer:
      guard upload.isComplete else { return }
      var request = upload.request
      request.body = upload.takeContent()
      ask(request)
    case .nowhere:
      if upload.isComplete { phase = .head }
    case .sink(let sink):
      guard upload.consuming == nil else { return }
      if upload.isComplete {
        finish(upload, sink)
      } else if !upload.content.isEmpty {
        let piece = upload.takeContent()
        upload.beginConsuming(piece.count)
        let mailbox = loop.entrance.mailbox
        run { [token] in
          sink.consume(piece)
          mailbox.post(.consumed(token: token))
        }
      }
    }
  }

  /// The last piece, and then the answer, without coming back to the loop in between.
  private func finish(_ upload: Upload, _ sink: any BodySink) {
    let piece = upload.takeContent()
    let request = upload.request
    let application = loop.shared.application
    self.request = request
    phase = .answering
    work {
      if !piece.isEmpty { sink.consume(piece) }
      return application.respond(to: request, body: sink)
    }
  }

  /// The sink is done with a piece.
  func consumed() {
    guard case .body(let upload) = phase else { return }
    upload.endConsuming()
    moveOn(upload)
    resume()
  }

  /// Hands the complete request to the application.
  private func ask(_ request: Request) {
    self.request = request
    phase = .answering
    settle(loop.shared.application.respond(to: request, body: nil))
  }

  /// Runs a job on a worker thread; without workers there is no way to go on.
  func run(_ job: @escaping WorkerPool.Job) {
    if !loop.shared.pool.submit(job) { drop() }
  }
}
