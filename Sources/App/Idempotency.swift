import HTTP
import JSON
import Store
import Synchronization

// A POST with an Idempotency-Key is carried out once: asked again, the answer is the first one's.
// https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/

/// The keys of requests that are being carried out.
final class RunningKeys: Sendable {
  private struct State {
    var running: Set<String> = []
    var kept = 0
  }

  private let state = Mutex(State())

  /// False when it runs already.
  func begin(_ key: String) -> Bool { state.withLock { $0.running.insert(key).inserted } }
  func end(_ key: String) { state.withLock { _ = $0.running.remove(key) } }

  /// Counts an answer that is kept; true now and then, when it is time to drop old ones.
  func countsKept() -> Bool {
    state.withLock { state in
      state.kept += 1
      return state.kept % 1_000 == 0
    }
  }
}

/// A request with a key.
struct KeyedRequest: Sendable {
  /// Names caller, address and key.
  let id: String
  /// Digest of what is asked.
  let digest: String

  /// Nil where there is no key, or none is needed: a question changes nothing.
  init?(_ context: Context, _ route: Route) throws(Failure) {
    let request = context.request
    guard route.operation?.takesKey(route) == true, let key = request.headers["Idempotency-Key"]
    else { return nil }
    guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
    else {
      throw Failure.invalid(
        "Idempotency-Key", "Idempotency-Key must be 1 to 255 characters of ASCII without blanks.")
    }
    id = Secrets.digest(Array("\(context.caller.reporter) \(request.rawPath) \(key)".utf8))
    let head = "\(request.rawQuery ?? "")\n\(request.headers["Content-Type"] ?? "")\n"
    digest = Secrets.digest(Array(head.utf8) + request.body)
  }
}

extension Failure {
  static let keyInProgress = Failure(
    .conflict, "idempotency_in_progress", "Still running",
    "The first request with this Idempotency-Key is not answered yet. Ask again in a moment."
  ).header("Retry-After", "1")

  static let keyOfAnother = Failure(
    .unprocessableContent, "idempotency_mismatch", "Key used before",
    "This Idempotency-Key was sent with another body. Use a new key for a new request.",
    field: "Idempotency-Key")

  static let answerForgotten = Failure(
    .gone, "gone", "No longer kept",
    "This was done once, and what came of it has been deleted since. Use a new key to do it again.")
}

extension App {
  /// Carries out a request once, whoever sends it how often, also to two processes on one file.
  func once(_ keyed: KeyedRequest, _ context: Context, _ route: Route) throws -> Answer {
    if let kept = try store.read(as: .system, { try $0.keptAnswer(keyed.id, now: .now()) }) {
      return .now(try again(kept, keyed))
    }
    guard runningKeys.begin(keyed.id) else { throw Failure.keyInProgress }
    // For whoever asks again, whatever codings they take.
    let context = context.changing { $0.headers.set("Accept-Encoding", "identity") }
    let reply: Reply
    do {
      reply = try route.handler(context)
    } catch {
      return keeping(problem(of: error, context), keyed, context)
    }
    guard case .write(let body) = reply else {
      return keeping(render(reply, context), keyed, context)
    }
    return .later { [self] complete in
      let write: @Sendable (Writing) throws -> Response = { [self] writing in
        // Another process may have been faster.
        if let kept = try writing.reading.keptAnswer(keyed.id, now: .now()) {
          return try again(kept, keyed)
        }
        let response = render(try audited(body, writing, context), context)
        try keep(response, keyed, writing)
        return response
      }
      store.submit(as: context.caller.author, write) { [self] result in
        switch result {
        case .success(let response):
          runningKeys.end(keyed.id)
          complete { .now(response) }
        case .failure(let error):
          finish(problem(of: error, context), keyed, context, complete)
        }
      }
    }
  }

  private func keeping(_ response: Response, _ keyed: KeyedRequest, _ context: Context) -> Answer {
    .later { [self] complete in finish(response, keyed, context, complete) }
  }

  /// Keeps an answer that changed nothing, if asking again must not be answered otherwise.
  private func finish(
    _ response: Response, _ keyed: KeyedRequest, _ context: Context,
    _ complete: @escaping Answer.Completion
  ) {
    // What the server could not do, or this caller may not do now, may be tried again.
    guard response.status.code < 500, ![401, 403, 429].contains(response.status.code) else {
      runningKeys.end(keyed.id)
      return complete { .now(response) }
    }
    let write: @Sendable (Writing) throws -> Void = { [self] in try keep(response, keyed, $0) }
    store.submit(as: context.caller.author, write) { [self] _ in
      runningKeys.end(keyed.id)
      complete { .now(response) }
    }
  }

  private func keep(_ response: Response, _ keyed: KeyedRequest, _ writing: Writing) throws {
    guard response.status.code < 500, case .bytes(let body) = response.body else { return }
    // A cookie is its first reader's.
    let headers = response.headers.fields.filter { !equalIgnoringCase($0.name, "Set-Cookie") }
    try writing.keep(
      KeptAnswer(
        request: keyed.digest, status: response.status.code, phrase: response.status.phrase,
        headers: headers.map { .init($0.name, .string($0.value)) }, body: body), as: keyed.id)
    if runningKeys.countsKept() { try writing.trimKeptAnswers() }
  }

  private func again(_ kept: KeptAnswer, _ keyed: KeyedRequest) throws -> Response {
    guard kept.request == keyed.digest else { throw Failure.keyOfAnother }
    guard !kept.isForgotten else { throw Failure.answerForgotten }
    var headers = HeaderFields()
    for header in kept.headers { headers.add(header.name, header.value.text ?? "") }
    headers.add("Idempotency-Replayed", "true")
    return Response(
      Status(kept.status, kept.phrase), headers: headers, body: .bytes(kept.body))
  }
}
