import App
import Glibc
import HTTP
import JSON
import Store

/// A knowledge base of one guide in a file of its own, and the server's function over it.
struct MCPBench {
  let app: App
  let store: Store
  private let path: String

  static let guide = """
    # Crane Runbook

    - **Owner**: harbour engineering

    ## Cranes

    ### Crane refuses to swing
    - `E-4410 slew interlock open` on the panel
    - **Cause**: the switch of the cab door has not closed
    - **Check**: cab-code: length 8..12
    - **Fix**: Close the cab door until it clicks, then press reset.
    - **Fix**: Wipe the controller:

    ```sh
    slewctl wipe --all
    ```

    - **Risk**: destructive

    ```sample
    slewd[312]: E-4410 slew interlock open, motion inhibited
    ```

    """

  init(guide: String = MCPBench.guide) throws {
    path = "/tmp/fixbook-mcp-\(getpid())-\(UInt64.random(in: 0 ... .max)).db"
    store = try Store(path: path)
    app = App(
      store: store,
      configuration: AppSettings(base: "http://kb.example", adminToken: MCPBench.token))
    var importer = Importer()
    importer.add(file: Array(guide.utf8), path: "guide.md")
    let prepared = importer
    _ = try store.write(as: .importer) { try prepared.store($0) }
  }

  static let token = "a-token-with-every-scope"

  func close() {
    store.close()
    for suffix in ["", "-wal", "-shm"] { unlink(path + suffix) }
  }

  static func with<T>(guide: String = MCPBench.guide, _ body: (MCPBench) throws -> T) throws -> T {
    let bench = try MCPBench(guide: guide)
    defer { bench.close() }
    return try body(bench)
  }

  /// A POST as it reaches the application.
  func post(
    _ body: String, _ headers: [(String, String)] = [], method: Method = .post
  ) -> Response {
    var fields = HeaderFields([
      .init("Content-Type", "application/json"),
      .init("Accept", "application/json, text/event-stream"),
    ])
    for (name, value) in headers { fields.set(name, value) }
    return app.response(
      to: Request(
        method: method, rawPath: "/mcp", segments: ["mcp"], authority: "kb.example",
        headers: fields, body: Array(body.utf8)))
  }

  /// A tool's result, called as 2025-11-25 does.
  func call(
    _ tool: String, _ arguments: JSON, token: String? = MCPBench.token
  ) throws -> JSON {
    let message: JSON = [
      "jsonrpc": "2.0", "id": 1, "method": "tools/call",
      "params": ["name": .string(tool), "arguments": arguments],
    ]
    var headers = [("MCP-Protocol-Version", "2025-11-25")]
    if let token { headers.append(("Authorization", "Bearer " + token)) }
    return try result(post(message.string, headers))
  }

  func result(_ response: Response) throws -> JSON {
    let body = response.json
    guard let result = body["result"] else { throw Unexpected(what: body.string) }
    return result
  }
}

struct Unexpected: Error { let what: String }

extension Response {
  var bytes: [UInt8] { if case .bytes(let bytes) = body { bytes } else { [] } }
  var json: JSON { (try? JSON.read(bytes)) ?? .null }
}

extension JSON {
  /// The first text block of a tool's result.
  var shown: String { self["content"]?.items?.first?["text"]?.text ?? "" }
  var structured: JSON { self["structuredContent"] ?? .null }
  var isError: Bool { self["isError"]?.bool ?? false }
}
