/// What the server serves. The server knows nothing else of the product.
package protocol Application: Sendable {
  /// Decides what becomes of the body as soon as the head is known. Runs on an
  /// event loop: must not block. Not asked for a GET or HEAD without a body.
  func bodyPlan(for head: Request) -> BodyPlan

  /// Answers a complete request. Runs on an event loop (after a streamed body on
  /// a worker thread): must not block; longer work is returned as `.work` or
  /// `.later`.
  func respond(to request: Request, body sink: (any BodySink)?) -> Answer

  /// The answer to bytes that are not a request, or that break a limit or a
  /// deadline; `request` is what was understood of it, if anything.
  func refuse(_ refusal: Refusal, request: Request?) -> Response
}

/// What becomes of a request's body, decided from its head.
package enum BodyPlan: Sendable {
  /// Collect the body in memory, at most that many bytes (else 413).
  case buffer(limit: Int)
  /// Hand the body over piece by piece, at most that many bytes (else 413).
  case stream(limit: Int, into: any BodySink)
  /// Answer at once; the body is read and thrown away only where that is cheap.
  case refuse(Response)
}

/// Takes a request body piece by piece. Calls never overlap and run on a worker
/// thread; while one runs, the server stops reading from that connection after
/// at most 256 KiB, so that memory stays bounded.
package protocol BodySink: AnyObject, Sendable {
  func consume(_ bytes: [UInt8])
}

/// When a response is there, and on which thread it is made.
package enum Answer: Sendable {
  case now(Response)
  /// Runs on a worker thread, then its answer counts.
  case work(@Sendable () -> Answer)
  /// Starts something that calls its argument exactly once, from any thread. What it gives is called
  /// where this answer's connection is at home, on its event loop: so whoever tells many is not held up.
  case later(@Sendable (@escaping Completion) -> Void)

  package typealias Completion = @Sendable (@escaping @Sendable () -> Answer) -> Void
}

/// Why the HTTP layer refuses, with the section that says so.
package struct Refusal: Error, Sendable, Equatable {
  package let status: Status
  /// Stable, snake_case; part of the problem document.
  package let code: String
  /// One sentence, no client bytes in it.
  package let detail: String

  package init(_ status: Status, _ code: String, _ detail: String) {
    self.status = status
    self.code = code
    self.detail = detail
  }
}
