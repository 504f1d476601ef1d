import App
import HTTP
import JSON
import Testing

/// The wire: every demand of the four revisions is a row.
@Suite struct MCPWireTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let what: String
    var headers: [(String, String)] = []
    let body: String
    let status: Int
    /// nil: a result, or no body for 202.
    var code: Int?
    var testDescription: String { what }
  }

  private static let meta =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#

  private static func modern(
    _ method: String, _ params: String = "", name: String? = nil, version: String = "2026-07-28"
  ) -> [(String, String)] {
    [("MCP-Protocol-Version", version), ("Mcp-Method", method)]
      + (name.map { [("Mcp-Name", $0)] } ?? [])
  }

  private static func request(_ method: String, _ params: String = "{}") -> String {
    #"{"jsonrpc":"2.0","id":7,"method":"\#(method)","params":\#(params)}"#
  }

  private static func stateless(_ method: String, _ more: String = "") -> String {
    request(method, "{\(meta)\(more)}")
  }

  static let handshake: [Row] = [
    Row(what: "ping without a version is 2025-03-26", body: request("ping"), status: 200),
    Row(
      what: "ping", headers: [("MCP-Protocol-Version", "2025-11-25")], body: request("ping"),
      status: 200),
    Row(
      what: "an unknown session id is ignored: none is minted",
      headers: [("Mcp-Session-Id", "from-a-gateway")], body: request("ping"), status: 200),
    Row(
      what: "a bad version header", headers: [("MCP-Protocol-Version", "1999-01-01")],
      body: request("ping"), status: 400, code: -32_022),
    Row(
      what: "a notification", body: #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
      status: 202),
    Row(
      what: "an unknown notification", body: #"{"jsonrpc":"2.0","method":"notifications/x"}"#,
      status: 202),
    Row(what: "a response", body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#, status: 202),
    Row(what: "an unknown method", body: request("nothing/here"), status: 200, code: -32_601),
    Row(
      what: "no capability, no method", body: request("logging/setLevel"), status: 200,
      code: -32_601),
    Row(
      what: "discovery needs the other family",
      headers: [("MCP-Protocol-Version", "2025-11-25")], body: request("server/discover"),
      status: 200, code: -32_601),
    Row(what: "not JSON", body: "{", status: 400, code: -32_700),
    Row(what: "a broken surrogate", body: #"{"a":"\ud800"}"#, status: 400, code: -32_700),
    Row(what: "no object", body: "7", status: 400, code: -32_600),
    Row(
      what: "another jsonrpc", body: #"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, status: 400,
      code: -32_600),
    Row(what: "no jsonrpc", body: #"{"id":1,"method":"ping"}"#, status: 400, code: -32_600),
    Row(what: "no method", body: #"{"jsonrpc":"2.0","id":1}"#, status: 400, code: -32_600),
    Row(
      what: "a method that is no string", body: #"{"jsonrpc":"2.0","id":1,"method":7}"#,
      status: 400, code: -32_600),
    Row(
      what: "an id that is null", body: #"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
      status: 400, code: -32_600),
    Row(
      what: "an id that is an object", body: #"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
      status: 400, code: -32_600),
    Row(what: "params that are a list", body: request("ping", "[]"), status: 400, code: -32_602),
    Row(
      what: "initialize without a version", body: request("initialize"), status: 200, code: -32_602),
    Row(
      what: "a cursor that was never given", body: request("tools/list", #"{"cursor":"x"}"#),
      status: 200, code: -32_602),
    Row(
      what: "a bad cursor", body: request("resources/list", #"{"cursor":"x"}"#), status: 200,
      code: -32_602),
    Row(
      what: "a cursor that is a number", body: request("resources/list", #"{"cursor":1}"#),
      status: 200, code: -32_602),
    Row(
      what: "an unknown tool", body: request("tools/call", #"{"name":"x"}"#), status: 200,
      code: -32_602),
    Row(what: "a tool without a name", body: request("tools/call"), status: 200, code: -32_602),
    Row(
      what: "arguments that are a list",
      body: request("tools/call", #"{"name":"diagnose","arguments":[]}"#), status: 200,
      code: -32_602),
    Row(
      what: "an unknown resource",
      body: request("resources/read", #"{"uri":"fixbook://issues/nothing"}"#), status: 200,
      code: -32_002),
    Row(
      what: "a resource of another scheme",
      body: request("resources/read", #"{"uri":"file:///etc/passwd"}"#), status: 200, code: -32_002),
    Row(
      what: "a resource without a uri", body: request("resources/read"), status: 200, code: -32_602),
    Row(
      what: "an unknown prompt", body: request("prompts/get", #"{"name":"x"}"#), status: 200,
      code: -32_602),
    Row(
      what: "a prompt without its argument",
      body: request("prompts/get", #"{"name":"diagnose_error"}"#), status: 200, code: -32_602),
    Row(what: "a batch", body: "[\(request("ping"))]", status: 200),
    Row(
      what: "a batch of notifications", body: #"[{"jsonrpc":"2.0","method":"notifications/x"}]"#,
      status: 202),
    Row(what: "an empty batch", body: "[]", status: 400, code: -32_600),
    Row(
      what: "a batch in 2025-06-18", headers: [("MCP-Protocol-Version", "2025-06-18")],
      body: "[\(request("ping"))]", status: 400, code: -32_600),
    Row(
      what: "a batch in 2025-11-25", headers: [("MCP-Protocol-Version", "2025-11-25")],
      body: "[\(request("ping"))]", status: 400, code: -32_600),
    Row(
      what: "an endless batch",
      body: "[" + Array(repeating: request("ping"), count: 51).joined(separator: ",") + "]",
      status: 400, code: -32_600),
  ]

  static let statelessRows: [Row] = [
    Row(
      what: "discovery", headers: modern("server/discover"), body: stateless("server/discover"),
      status: 200),
    Row(what: "tools", headers: modern("tools/list"), body: stateless("tools/list"), status: 200),
    Row(
      what: "a call", headers: modern("tools/call", name: "search_issues"),
      body: stateless("tools/call", #","name":"search_issues","arguments":{"query":"slew"}"#),
      status: 200),
    Row(
      what: "header names in any case",
      headers: [("mcp-protocol-version", "2026-07-28"), ("MCP-METHOD", "tools/list")],
      body: stateless("tools/list"), status: 200),
    Row(
      what: "spaces around a value",
      headers: [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", " tools/list ")],
      body: stateless("tools/list"), status: 200),
    Row(
      what: "an encoded name",
      headers: modern("prompts/get", name: "=?base64?ZGlhZ25vc2VfZXJyb3I=?="),
      body: stateless("prompts/get", #","name":"diagnose_error","arguments":{"text":"boom"}"#),
      status: 200),
    Row(
      what: "a broken encoding",
      headers: modern("prompts/get", name: "=?base64?ZGlhZ25vc2VfZXJyb3I?="),
      body: stateless("prompts/get", #","name":"diagnose_error","arguments":{"text":"boom"}"#),
      status: 400, code: -32_020),
    Row(
      what: "a session id is ignored", headers: modern("tools/list") + [("Mcp-Session-Id", "x")],
      body: stateless("tools/list"), status: 200),
    Row(
      what: "a notification", headers: [("MCP-Protocol-Version", "2026-07-28")],
      body: #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
      status: 202),
    Row(
      what: "no _meta", headers: modern("tools/list"), body: request("tools/list"), status: 400,
      code: -32_602),
    Row(
      what: "discovery without _meta and header", body: request("server/discover"), status: 400,
      code: -32_602),
    Row(
      what: "no capabilities", headers: modern("tools/list"),
      body: request(
        "tools/list", #"{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}"#),
      status: 400, code: -32_602),
    Row(
      what: "no version in _meta", headers: modern("tools/list"),
      body: request("tools/list", #"{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}"#),
      status: 400, code: -32_602),
    Row(
      what: "no version header", headers: [("Mcp-Method", "tools/list")],
      body: stateless("tools/list"), status: 400, code: -32_020),
    Row(
      what: "another version header", headers: modern("tools/list", version: "2025-11-25"),
      body: stateless("tools/list"), status: 400, code: -32_020),
    Row(
      what: "no method header", headers: [("MCP-Protocol-Version", "2026-07-28")],
      body: stateless("tools/list"), status: 400, code: -32_020),
    Row(
      what: "another method header", headers: modern("tools/call"), body: stateless("tools/list"),
      status: 400, code: -32_020),
    Row(
      what: "a method header in another case", headers: modern("Tools/List"),
      body: stateless("tools/list"), status: 400, code: -32_020),
    Row(
      what: "no name header", headers: modern("tools/call"),
      body: stateless("tools/call", #","name":"diagnose","arguments":{"text":"x"}"#), status: 400,
      code: -32_020),
    Row(
      what: "another name header", headers: modern("tools/call", name: "get_issue"),
      body: stateless("tools/call", #","name":"diagnose","arguments":{"text":"x"}"#), status: 400,
      code: -32_020),
    Row(
      what: "a name header for nothing", headers: modern("tools/call", name: "get_issue"),
      body: stateless("tools/call"), status: 400, code: -32_020),
    Row(
      what: "another uri header", headers: modern("resources/read", name: "fixbook://issues/a"),
      body: stateless("resources/read", #","uri":"fixbook://issues/b""#), status: 400, code: -32_020
    ),
    Row(
      what: "an unknown version", headers: modern("tools/list", version: "2031-01-01"),
      body: stateless("tools/list").replacing("2026-07-28", with: "2031-01-01"), status: 400,
      code: -32_022),
    Row(
      what: "a version of the other family in _meta",
      headers: modern("tools/list", version: "2025-11-25"),
      body: stateless("tools/list").replacing("2026-07-28", with: "2025-11-25"), status: 400,
      code: -32_022),
    Row(
      what: "a notification of an unknown version",
      headers: [("MCP-Protocol-Version", "2031-01-01")],
      body: #"{"jsonrpc":"2.0","method":"notifications/x"}"#, status: 400, code: -32_022),
    Row(
      what: "initialize is gone", headers: modern("initialize"), body: stateless("initialize"),
      status: 404, code: -32_601),
    Row(
      what: "ping is gone", headers: modern("ping"), body: stateless("ping"), status: 404,
      code: -32_601),
    Row(
      what: "nothing to subscribe to", headers: modern("subscriptions/listen"),
      body: stateless("subscriptions/listen"), status: 404, code: -32_601),
    Row(
      what: "no batch", headers: modern("tools/list"), body: "[\(stateless("tools/list"))]",
      status: 400, code: -32_600),
    Row(
      what: "no response", headers: [("MCP-Protocol-Version", "2026-07-28")],
      body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#, status: 400, code: -32_600),
    Row(
      what: "an unknown tool", headers: modern("tools/call", name: "x"),
      body: stateless("tools/call", #","name":"x""#), status: 400, code: -32_602),
    Row(
      what: "an unknown resource", headers: modern("resources/read", name: "fixbook://issues/x"),
      body: stateless("resources/read", #","uri":"fixbook://issues/x""#), status: 400, code: -32_602
    ),
    Row(
      what: "a bad cursor", headers: modern("resources/list"),
      body: stateless("resources/list", #","cursor":"x""#), status: 400, code: -32_602),
  ]

  @Test func `every row of the handshake family`() throws { try check(MCPWireTests.handshake) }
  @Test func `every row of the stateless revision`() throws {
    try check(MCPWireTests.statelessRows)
  }

  private func check(_ rows: [Row]) throws {
    try MCPBench.with { bench in
      for row in rows {
        let response = bench.post(row.body, row.headers)
        #expect(response.status.code == row.status, "\(row.what): \(response.json.string)")
        #expect(response.json["error"]?["code"]?.integer == row.code, "\(row.what)")
        if row.status == 202 {
          #expect(response.bytes.isEmpty, "\(row.what)")
        } else {
          #expect(response.headers["Content-Type"] == "application/json", "\(row.what)")
        }
        #expect(response.headers["Mcp-Session-Id"] == nil)
      }
    }
  }

  @Test(arguments: [
    ("2025-03-26", "2025-03-26"), ("2025-06-18", "2025-06-18"), ("2025-11-25", "2025-11-25"),
    ("2026-07-28", "2025-11-25"), ("2024-11-05", "2025-11-25"), ("2031-01-01", "2025-11-25"),
  ])
  func `initialize answers with the version asked for, else the newest of its family`(
    _ wanted: String, _ given: String
  ) throws {
    try MCPBench.with { bench in
      let response = bench.post(
        MCPWireTests.request(
          "initialize",
          #"{"protocolVersion":"\#(wanted)","capabilities":{},"clientInfo":{"name":"t","version":"1"}}"#
        ))
      let result = try bench.result(response)
      #expect(result["protocolVersion"]?.text == given)
      #expect(result["capabilities"]?.members?.map(\.name) == ["tools", "resources", "prompts"])
      #expect(result["serverInfo"]?["name"]?.text == "fixbook")
    }
  }

  @Test func `a stateless result says that it is complete, how long it holds and who speaks`()
    throws
  {
    try MCPBench.with { bench in
      for method in [
        "server/discover", "tools/list", "resources/list", "resources/templates/list",
        "prompts/list",
      ] {
        let result = try bench.result(
          bench.post(MCPWireTests.stateless(method), MCPWireTests.modern(method)))
        #expect(result["resultType"]?.text == "complete")
        #expect(result["ttlMs"]?.integer ?? -1 >= 0)
        #expect(["public", "private"].contains(result["cacheScope"]?.text ?? ""))
        #expect(result["_meta"]?["io.modelcontextprotocol/serverInfo"]?["name"]?.text == "fixbook")
      }
      let found = try bench.result(
        bench.post(
          MCPWireTests.stateless("server/discover"), MCPWireTests.modern("server/discover")))
      #expect(
        found["supportedVersions"]
          == ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26"])
    }
  }

  @Test func `an unsupported version lists the supported ones`() throws {
    try MCPBench.with { bench in
      let error = bench.post(
        MCPWireTests.request("ping"), [("MCP-Protocol-Version", "1999-01-01")]
      ).json["error"]
      #expect(error?["data"]?["supported"]?.items?.count == 4)
      #expect(error?["data"]?["requested"]?.text == "1999-01-01")
    }
  }

  @Test func `an id comes back as it was`() throws {
    try MCPBench.with { bench in
      for id in ["7", "\"seven\"", "-1", "9007199254740991"] {
        let response = bench.post(#"{"jsonrpc":"2.0","id":\#(id),"method":"ping"}"#)
        #expect(response.json["id"]?.string == id)
      }
    }
  }

  @Test(arguments: [
    ("http://evil.example", 403), ("null", 403), ("http://kb.example.evil.example", 403),
    ("http://kb.example", 200),
  ])
  func `a page of another site is refused`(_ origin: String, _ status: Int) throws {
    try MCPBench.with { bench in
      #expect(bench.post(MCPWireTests.request("ping"), [("Origin", origin)]).status.code == status)
    }
  }

  @Test(arguments: [Method.get, .delete, .put, .head])
  func `only POST is answered`(_ method: Method) throws {
    try MCPBench.with { bench in
      let response = bench.post("", method: method)
      #expect(response.status.code == 405)
      #expect(response.headers["Allow"]?.contains("POST") == true)
    }
  }

  @Test func `what is accepted and sent as something else is refused`() throws {
    try MCPBench.with { bench in
      let ping = MCPWireTests.request("ping")
      #expect(bench.post(ping, [("Content-Type", "text/plain")]).status.code == 415)
      #expect(
        bench.post(ping, [("Content-Type", "application/json; charset=utf-8")]).status.code == 200)
      #expect(bench.post(ping, [("Accept", "*/*")]).status.code == 200)
      #expect(bench.post(ping, [("Accept", "text/event-stream")]).status.code == 406)
      #expect(bench.post(ping, [("Authorization", "Bearer wrong")]).status.code == 401)
    }
  }

  @Test func `a batch is answered message by message`() throws {
    try MCPBench.with { bench in
      let body = #"""
        [{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","method":"notifications/x"},
        {"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-03-26"}},5]
        """#
      let answers = bench.post(body).json.items ?? []
      #expect(answers.map { $0["id"] ?? .null } == [1, 2, .null])
      #expect(answers.map { $0["error"]?["code"]?.integer } == [nil, -32_600, -32_600])
    }
  }

  @Test func `over stdio initialize decides, and _meta alone speaks the stateless revision`() throws
  {
    try MCPBench.with { bench in
      var session = try MCPSession(app: bench.app, token: nil)
      func answer(_ text: String) -> JSON {
        session.answer(Array(text.utf8)).flatMap { try? JSON.read($0) } ?? .null
      }
      #expect(answer("  ").isNull)
      #expect(answer("{")["error"]?["code"] == -32_700)
      #expect(
        answer(MCPWireTests.stateless("server/discover"))["result"]?["resultType"] == "complete")
      #expect(answer(MCPWireTests.request("server/discover"))["error"]?["code"] == -32_602)
      #expect(answer(MCPWireTests.stateless("ping"))["error"]?["code"] == -32_601)
      let batch = "[\(MCPWireTests.request("ping"))]"
      #expect(answer(batch)["error"]?["code"] == -32_600)
      let hello = MCPWireTests.request("initialize", #"{"protocolVersion":"2025-03-26"}"#)
      #expect(answer(hello)["result"]?["protocolVersion"] == "2025-03-26")
      #expect(answer(batch).items?.count == 1)
      #expect(answer(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).isNull)
      #expect(answer(MCPWireTests.request("ping"))["result"] == [:])
    }
    #expect(throws: Failure.self) {
      try MCPBench.with { _ = try MCPSession(app: $0.app, token: "wrong") }
    }
  }
}
