import Guide
import HTTP
import Store

/// One address of the product.
struct Route: Sendable {
  let method: Method
  /// Path as documented, e.g. "/issues/{slug}/history".
  let pattern: String
  /// The same below "/api/v1", always JSON.
  let hasAPI: Bool
  /// At the page address too.
  let hasPage: Bool
  /// Not on an event loop: takes more than about a millisecond.
  let isHeavy: Bool
  /// Takes a text of up to 32 MiB as its body.
  let isDiagnose: Bool
  /// A POST that asks only, so that no policy for writes applies.
  let isOpenQuestion: Bool
  /// Set where what an anonymous caller sees depends on the address, Accept, Accept-Encoding and this
  /// part of the database alone: not on the time, not on who asks.
  let cached: ContentState.Part?
  /// Where such an answer is kept.
  let room: ResponseCache.Room
  /// What it takes and gives; every address below "/api/v1" has one.
  let operation: Operation?
  /// Bytes that a body may have.
  let bodyLimit: Int
  let handler: @Sendable (Context) throws -> Reply

  /// Editor, account and sign-in pages show no knowledge, so they have one form.
  var isHTMLOnly: Bool {
    method == .get
      && (["/sign-in", "/deleted"].contains(pattern)
        || ["/account", "/admin"].contains { pattern.hasPrefix($0) }
        || ["/new", "/edit", "/suggest"].contains { pattern.hasSuffix($0) })
  }

  /// Also where reading needs an account: what signing in takes, and what only programs ask.
  var isOpen: Bool {
    ["/sign-in", "/healthz", "/readyz", "/favicon.ico", "/robots.txt", "/assets/{name}"]
      .contains(pattern)
  }

  static func get(
    _ pattern: String, _ operation: Operation? = nil, api: Bool = true, page: Bool = true,
    heavy: Bool = false, cached: ContentState.Part? = nil, room: ResponseCache.Room = .pages,
    _ handler: @escaping @Sendable (Context) throws -> Reply
  ) -> Route {
    Route(
      method: .get, pattern: pattern, hasAPI: api, hasPage: page, isHeavy: heavy,
      isDiagnose: false, isOpenQuestion: false, cached: cached, room: room, operation: operation,
      bodyLimit: Limits.body, handler: handler)
  }

  static func write(
    _ method: Method, _ pattern: String, _ operation: Operation? = nil, api: Bool = true,
    page: Bool = true, heavy: Bool = false, diagnose: Bool = false, asksOnly: Bool = false,
    bodyLimit: Int? = nil, _ handler: @escaping @Sendable (Context) throws -> Reply
  ) -> Route {
    Route(
      method: method, pattern: pattern, hasAPI: api, hasPage: page, isHeavy: heavy,
      isDiagnose: diagnose, isOpenQuestion: asksOnly || diagnose, cached: nil,
      room: .pages, operation: operation,
      bodyLimit: bodyLimit ?? operation?.bodyLimit ?? Limits.body, handler: handler)
  }
}

/// Finds the route of a request and the representation asked for.
struct Router: Sendable {
  struct Match: Sendable {
    fileprivate let entry: Entry
    let values: [String]
    let isAPI: Bool
    let suffix: String
    /// nil: none of the four is acceptable.
    let form: Representation?
    var route: Route { entry.route }
    /// What an error comes as.
    var representation: Representation { form ?? .text }
  }

  enum Result: Sendable {
    case found(Match)
    case failed(Failure, Representation)
    /// What the address answers to.
    case options([String])
  }

  /// A segment of a pattern.
  fileprivate enum Segment: Sendable {
    case literal(String)
    case value
  }

  /// A class, since every request looks at several and a route is large to copy.
  fileprivate final class Entry: Sendable {
    let segments: [Segment]
    let route: Route

    init(_ route: Route) {
      self.route = route
      segments = Router.segments(of: route.pattern).map {
        $0.hasPrefix("{") ? .value : .literal(String($0))
      }
    }
  }

  /// Routes by the first segment of their pattern, which is a literal ("" for the root).
  private typealias Table = [String: [Entry]]

  private let pages: Table
  private let api: Table

  init(_ routes: [Route]) {
    func table(_ entries: [Entry]) -> Table {
      Table(grouping: entries) { entry in
        switch entry.segments.first {
        case .literal(let name): return name
        case .value: preconditionFailure("\(entry.route.pattern) begins with a value")
        case nil: return ""
        }
      }
    }
    let entries = routes.map(Entry.init)
    pages = table(entries.filter(\.route.hasPage))
    api = table(entries.filter(\.route.hasAPI))
  }

  /// A slash at the end is a segment without a letter, as in a request.
  private static func segments(of pattern: String) -> [Substring] {
    pattern == "/"
      ? [] : pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
  }

  func match(_ request: Request) -> Result {
    // "é" is one address, however the client composes it.
    let isPlain = request.segments.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } }
    var path = (isPlain ? request.segments : request.segments.map(nfc))[...]
    let isAPI = path.count >= 2 && path[0] == "api" && path[1] == "v1"
    if isAPI { path = path.dropFirst(2) }
    let entries = isAPI ? api : pages
    var suffix = ""
    // Literal addresses with a dot (robots.txt) come before suffixes.
    var found = candidates(entries, path)
    if !isAPI, found.isEmpty || found.allSatisfy({ $0.values.contains { $0.contains(".") } }),
      let last = path.last, let dot = last.lastIndex(of: "."),
      Representation(suffix: last[last.index(after: dot)...]) != nil
    {
      let stem = String(last[..<dot])
      let shorter = stem == "index" && path.count == 1 ? [] : path.dropLast() + [stem]
      let withoutSuffix = candidates(entries, shorter[...])
      if !withoutSuffix.isEmpty {
        found = withoutSuffix
        suffix = String(last[dot...])
      }
    }
    guard !found.isEmpty else {
      return .failed(.noPage, isAPI ? .json : unknown(path, request))
    }
    let form = isAPI ? .json : form(suffix: suffix, request)
    if request.method == .options { return .options(allowed(found.map(\.entry.route))) }
    // HEAD is GET without a body (RFC 9110 §9.3.2).
    let method = request.method == .head ? Method.get : request.method
    guard let (entry, values) = found.first(where: { $0.entry.route.method == method }) else {
      return .failed(.methodNotAllowed(allowed(found.map(\.entry.route))), form ?? .text)
    }
    return .found(
      Match(
        entry: entry, values: values, isAPI: isAPI, suffix: suffix,
        form: entry.route.isHTMLOnly ? htmlOnly(suffix: suffix, request) : form))
  }

  /// What an unknown address is answered in: its suffix beats Accept here too.
  private func unknown(_ path: ArraySlice<String>, _ request: Request) -> Representation {
    if let last = path.last, let dot = last.lastIndex(of: "."),
      let form = Representation(suffix: last[last.index(after: dot)...])
    {
      return form
    }
    return form(suffix: "", request) ?? .text
  }

  /// The one form of a page of HTML; a client that takes anything (curl) is told in plain text.
  private func htmlOnly(suffix: String, _ request: Request) -> Representation? {
    if !suffix.isEmpty { return suffix == ".html" ? .html : nil }
    let accept = request.headers.list("Accept")
    guard Representation.accepts(.html, accept) else { return nil }
    return Representation.negotiated(accept) == .text ? .text : .html
  }

  func representation(_ request: Request) -> Representation {
    switch match(request) {
    case .found(let match): match.representation
    case .failed(_, let representation): representation
    case .options: .text
    }
  }

  private func form(suffix: String, _ request: Request) -> Representation? {
    if !suffix.isEmpty { return Representation(suffix: suffix.dropFirst()) }
    return Representation.negotiated(request.headers.list("Accept"))
  }

  private func allowed(_ routes: [Route]) -> [String] {
    var names: [String] = []
    for route in routes {
      if !names.contains(route.method.name) { names.append(route.method.name) }
      if route.method == .get, !names.contains("HEAD") { names.append("HEAD") }
    }
    return names + ["OPTIONS"]
  }

  private func candidates(
    _ table: Table, _ path: ArraySlice<String>
  ) -> [(entry: Entry, values: [String])] {
    var matches: [(entry: Entry, values: [String])] = []
    for entry in table[path.first ?? ""] ?? [] where entry.segments.count == path.count {
      var values: [String] = []
      let fits = zip(entry.segments, path).allSatisfy { segment, text in
        switch segment {
        case .literal(let literal): return literal == text
        case .value:
          values.append(text)
          return !text.isEmpty
        }
      }
      if fits { matches.append((entry, values)) }
    }
    // "/issues/new" is no slug: literals win over values.
    guard matches.count > 1 else { return matches }
    let fewest = matches.reduce(Int.max) { min($0, $1.values.count) }
    return matches.filter { $0.values.count == fewest }
  }
}
