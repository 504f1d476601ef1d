import App
import Foundation
import HTTP
import JSON
import Store
import TestSupport
import Testing

/// The application on a base of its own, asked without a socket.
final class Server: Sendable {
  let place: TemporaryFolder
  let store: Store
  let app: App
  /// Tokens by scope: "edit" may edit, report and read.
  let editor: String
  let reporter: String
  let reader: String
  let agent: String

  static let guide = """
    # Field Guide

    What we met.

    ## Start

    ### Exec format error
    - The container exits at once
    - **Cause**: built for another processor
    - **Check**: session-id: length 33..256
    - **Fix**: Build it for `linux/arm64`
    - **Verify**: it runs
    - **Fix**: Use another machine
    - **Risk**: disruptive
    - **Also seen as**: wrong architecture
    - **Tags**: docker

    ```sample
    exec /app/run.sh: exec format error
    ```

    ### Nobody knows
    - It stops after an hour — always

    ## Network

    ### 504 Gateway Timeout
    - **Fix**: Raise the timeout

    """

  init(anonymousReports: Bool = true, guide: String = Server.guide) throws {
    place = try TemporaryFolder()
    let store = try Store(path: place.file("fixbook.db"))
    self.store = store
    var importer = Importer()
    importer.add(file: Array(guide.utf8), path: "guide.md")
    try #require(importer.problems == [])
    let prepared = importer
    _ = try store.write(as: .importer) { try prepared.store($0) }
    func token(_ name: String, _ kind: SourceKind, _ scopes: [Scope]) throws -> String {
      try store.write(as: .system) { try $0.createToken(name: name, kind: kind, scopes: scopes) }
    }
    editor = try token("editor", .person, [.read, .report, .edit])
    reporter = try token("reporter", .person, [.read, .report])
    reader = try token("reader", .automation, [.read])
    agent = try token("agent", .agent, [.read, .report])
    app = App(
      store: store,
      configuration: AppSettings(
        base: "http://127.0.0.1:8080", anonymousReports: anonymousReports,
        adminToken: "admin-secret"))
  }

  deinit { store.close() }

  func send(
    _ method: String, _ target: String, _ headers: [(String, String)] = [], body: [UInt8] = [],
    token: String? = nil, peer: Peer = .local, app other: App? = nil
  ) throws -> Reply {
    let app = other ?? app
    var head = "\(method) \(target) HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
    for (name, value) in headers { head += "\(name): \(value)\r\n" }
    if let token { head += "Authorization: Bearer \(token)\r\n" }
    if !body.isEmpty { head += "Content-Length: \(body.count)\r\n" }
    var parser = RequestParser()
    let bytes = Array((head + "\r\n").utf8)
    var request = try #require(try parser.head(in: bytes.span)).request
    request.peer = peer
    guard case .stream(_, let sink) = app.bodyPlan(for: request) else {
      request.body = body
      return Reply(app.response(to: request))
    }
    // In pieces, as a socket gives it.
    var rest = body[...]
    while !rest.isEmpty {
      sink.consume(Array(rest.prefix(1_000)))
      rest = rest.dropFirst(1_000)
    }
    return Reply(app.response(to: request, body: sink))
  }

  func get(_ target: String, accept: String? = nil, token: String? = nil) throws -> Reply {
    try send("GET", target, accept.map { [("Accept", $0)] } ?? [], token: token)
  }

  func json(
    _ method: String, _ target: String, _ value: JSON, _ headers: [(String, String)] = [],
    token: String? = nil
  ) throws -> Reply {
    try send(
      method, target, headers + [("Content-Type", "application/json")], body: value.bytes,
      token: token)
  }

  func form(
    _ target: String, _ text: String, _ headers: [(String, String)] = [], token: String? = nil,
    peer: Peer = .local
  ) throws -> Reply {
    try send(
      "POST", target, headers + [("Content-Type", "application/x-www-form-urlencoded")],
      body: Array(text.utf8), token: token, peer: peer)
  }

  /// Ids of an issue's fixes in the author's order.
  func fixes(_ slug: String) throws -> [Int] {
    try get("/api/v1/issues/\(slug)").json["fixes"]?.items?.compactMap { $0["id"]?.integer }
      .sorted() ?? []
  }
}

/// A response, read.
struct Reply {
  let status: Int
  let headers: HeaderFields
  let bytes: [UInt8]

  init(_ response: Response) {
    status = response.status.code
    headers = response.headers
    if case .bytes(let bytes) = response.body { self.bytes = bytes } else { bytes = [] }
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var type: String { headers["Content-Type"] ?? "" }
  var json: JSON { (try? JSON.read(bytes)) ?? .null }
  var code: String? { json["code"]?.text }
}
