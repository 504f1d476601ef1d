import HTTP

// Cross-origin reading by scripts of other sites (https://fetch.spec.whatwg.org/#http-cors-protocol): off
// unless origins are named. Credentials are never allowed: a script that may do more sends a token.

/// Which sites' scripts may use this server.
package struct CORSPolicy: Sendable {
  private let origins: Set<String>

  /// Origins such as "https://chat.example", or "*" for any.
  package init(_ origins: Set<String>) { self.origins = origins }

  var isOff: Bool { origins.isEmpty }

  /// What a browser is told for that origin; nil: nothing.
  private func allowed(_ origin: String?) -> String? {
    guard let origin else { return nil }
    if origins.contains("*") { return "*" }
    return origins.contains(origin) ? origin : nil
  }

  /// The response with what a browser needs to hand it to the script.
  func response(_ response: Response, to request: Request) -> Response {
    var response = response
    let vary = response.headers["Vary"]
    response.headers.set("Vary", (vary.map { $0 + ", " } ?? "") + "Origin")
    guard let origin = allowed(request.headers["Origin"]) else { return response }
    response.headers.add("Access-Control-Allow-Origin", origin)
    guard request.method == .options,
      request.headers["Access-Control-Request-Method"] != nil
    else {
      response.headers.add("Access-Control-Expose-Headers", CORSPolicy.exposed)
      return response
    }
    response.headers.add("Access-Control-Allow-Methods", response.headers["Allow"] ?? "GET")
    response.headers.add("Access-Control-Allow-Headers", CORSPolicy.accepted)
    response.headers.add("Access-Control-Max-Age", "600")
    return response
  }

  private static let accepted =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
  private static let exposed =
    "ETag, Fixbook-Redacted, Fixbook-Verdict, Idempotency-Replayed, Link, Location, RateLimit, "
    + "RateLimit-Policy, Retry-After"
}

extension Answer {
  /// The same with every response changed.
  func map(_ change: @escaping @Sendable (Response) -> Response) -> Answer {
    switch self {
    case .now(let response): .now(change(response))
    case .work(let work): .work { work().map(change) }
    case .later(let start):
      .later { complete in start { answer in complete { answer().map(change) } } }
    }
  }
}
