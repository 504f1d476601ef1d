import App
import Foundation
import HTTP
import JSON
import SQLite
import TestSupport
import Testing

@testable import Store

private let line = "exec /app/run.sh: exec format error"

/// An issue that is many problems.
private let table = """
  # Renames

  | Code | Message | Solution |
  |---|---|---|
  | 755 | The rename is already in progress. | Wait for it. |
  | 756 | The domain is reserved. | Run `rename --again`. |
  | 758 | The **license** check failed | Buy a licence. |
  """

private let pods = """
  # Pods

  ## Starting

  ### ImagePullBackOff
  - `Back-off pulling image "shop/api:1.2"`, `ErrImagePull`
  - **Fix**: renew the pull secret

  ### Pod is OOMKilled
  - Last state: Terminated, reason `OOMKilled`
  - **Fix**: raise the limit

  ### Pod stays Pending
  - `0/6 nodes are available: 6 Insufficient cpu.`
  - **Fix**: lower the requests

  ### Certificate has expired
  - `x509: certificate has expired`
  - **Fix**: renew it

  ### Redis is read-only
  - `READONLY You can't write against a read only replica`
  - **Fix**: connect to the primary
  """

/// Ways to ask the same thing.
private struct Ask: Sendable, CustomTestStringConvertible {
  let name: String
  let type: String?
  let body: String
  var testDescription: String { name }
}

private let asks = [
  Ask(name: "no type", type: nil, body: line + "\n"),
  Ask(name: "what curl says", type: "application/x-www-form-urlencoded", body: line + "\n"),
  Ask(name: "plain text", type: "text/plain", body: line),
  Ask(name: "an unknown type", type: "image/png", body: line),
  Ask(name: "a type that is broken", type: ";;;", body: line),
  Ask(
    name: "JSON", type: "application/json", body: #"{"text":"exec /app/run.sh: exec format error"}"#
  ),
  Ask(
    name: "JSON with everything", type: "application/json; charset=utf-8",
    body: #"{"text":"exec /app/run.sh: exec format error","environment":{"a":"b"},"keep":true}"#),
  Ask(
    name: "the page's form", type: "multipart/form-data; boundary=XX",
    body: "--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\(line)\r\n--XX--\r\n"),
  Ask(
    name: "a file in a form", type: "multipart/form-data; boundary=\"XX\"",
    body:
      "--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\r\n--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.log\"\r\n\r\n\(line)\r\n--XX--\r\n"
  ),
  Ask(name: "colours and CRLF", type: nil, body: "\u{1b}[31m\(line)\u{1b}[0m\r\n"),
]

struct DiagnoseTests {
  private let server: Server

  init() throws { server = try Server() }

  private func ask(
    _ body: String, type: String? = nil, _ query: String = "", path: String = "/api/v1/diagnose",
    token: String? = nil
  ) throws -> Reply {
    try server.send(
      "POST", path + query, type.map { [("Content-Type", $0)] } ?? [], body: Array(body.utf8),
      token: token)
  }

  @Test func `a form with another field only is told which fields there are`() throws {
    let body =
      "--XX\r\nContent-Disposition: form-data; name=\"log\"; filename=\"a\"\r\n\r\n\(line)\r\n--XX--\r\n"
    let reply = try ask(body, type: "multipart/form-data; boundary=XX")
    #expect(reply.status == 422)
    #expect(reply.json["code"]?.text == "unknown_field")
    #expect(reply.json["field"]?.text == "log")
    #expect(reply.json["detail"]?.text?.contains("text, file") == true)
  }

  @Test(arguments: asks)
  private func `however it is sent, a known line is known`(ask example: Ask) throws {
    let reply = try ask(example.body, type: example.type)
    #expect(reply.status == 200)
    #expect(reply.headers["Fixbook-Verdict"] == "known")
    #expect(reply.headers["Cache-Control"] == "no-store")
    let answer = reply.json
    #expect(answer["verdict"]?.text == "known")
    let match = try #require(answer["matches"]?.items?.first)
    #expect(match["issue"]?["slug"]?.text == "exec-format-error")
    #expect(match["issue"]?["url"]?.text == "http://127.0.0.1:8080/issues/exec-format-error")
    #expect(match["issue"]?["revision"]?.integer == 1)
    #expect((match["confidence"]?.double ?? 0) > 0.5)
    #expect(match["evidence"]?.items?.isEmpty == false)
    #expect(match["fixes"]?.items?.count == 2)
    let page = try server.get("/api/v1/diagnoses/" + (try #require(answer["id"]?.text)))
    #expect(page.status == 200)
    #expect(page.json["matches"] == answer["matches"])
  }

  @Test(arguments: [
    ("The domain is reserved.", "Run"), ("error 758 while renaming", "Buy"),
    ("FATAL: license check failed", "Buy"), ("The rename is already in progress.", "Wait"),
    ("The domain is reserved.\nThe license check failed", "Buy"),
  ])
  func `of an issue that is many problems the fix of the one that was met comes first`(
    text: String, first: String
  ) throws {
    let server = try Server(guide: table)
    let reply = try server.send("POST", "/api/v1/diagnose", [], body: Array(text.utf8))
    let fixes = try #require(reply.json["matches"]?.items?.first?["fixes"]?.items)
    #expect(fixes.count == 3)
    #expect(fixes.first?["text"]?.text?.contains(first) == true)
    let id = try #require(reply.json["id"]?.text)
    let page = try server.get("/api/v1/diagnoses/" + id)
    #expect(page.json["matches"] == reply.json["matches"])
  }

  @Test func `a typing error is put right where nothing is known otherwise`() throws {
    let server = try Server(guide: pods)
    func ask(_ text: String) throws -> JSON {
      try server.send("POST", "/api/v1/diagnose", [], body: Array(text.utf8)).json
    }
    let text = "pod was oomkiled"
    let mistyped = try ask(text)
    #expect(mistyped["verdict"]?.text == "possible")
    let best = try #require(mistyped["matches"]?.items?.first)
    #expect(best["issue"]?["title"]?.text == "Pod is OOMKilled")
    #expect(best["evidence"]?.items?.first?["text"]?.text == text)
    // Two errors in a word.
    #expect(try ask("pod was omkiled")["verdict"]?.text == "unknown")
  }

  @Test func `a log that begins like a form is a log`() throws {
    let reply = try ask("text=\(line)&x=%zz\n", type: "application/x-www-form-urlencoded")
    #expect(reply.json["verdict"]?.text == "known")
  }

  @Test func `what is not known is said so, as 404 where a script asks for that`() throws {
    let text = String(repeating: "hello\n", count: 50)
    #expect(try ask(text).status == 200)
    #expect(try ask(text).json["verdict"]?.text == "unknown")
    let failing = try ask(text, "?fail=1", path: "/diagnose")
    #expect(failing.status == 404)
    #expect(failing.headers["Fixbook-Verdict"] == "unknown")
    #expect(try ask(line, "?fail=1").status == 200)
  }

  @Test(arguments: ["", " \n\t\r\n", "\u{1b}[0m\n"])
  func `nothing to diagnose is an error that names the field`(text: String) throws {
    let reply = try ask(text)
    #expect(reply.status == 422)
    #expect(reply.code == "empty_text")
  }

  @Test(arguments: [
    ("application/json", "{", 400, "invalid_json"),
    ("application/json", "[]", 422, "invalid_field"),
    ("application/json", "{}", 422, "missing_field"),
    ("application/json", #"{"text":1}"#, 422, "invalid_field"),
    ("application/json", #"{"text":"x","keep":"yes"}"#, 422, "invalid_field"),
    ("application/json", #"{"text":"x","more":1}"#, 422, "unknown_field"),
    ("application/json", #"{"text":""}"#, 422, "empty_text"),
    (
      "multipart/form-data; boundary=XX",
      "--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nx", 400, "invalid_form"
    ),
  ])
  func `a broken question is answered with what is wrong`(
    type: String, body: String, status: Int, code: String
  ) throws {
    let reply = try ask(body, type: type)
    #expect(reply.status == status)
    #expect(reply.code == code)
  }

  @Test func `a text over the limit is 413`() throws {
    let piece = [UInt8](repeating: 0x61, count: 1_000_000)
    var parser = RequestParser()
    // JSON is collected only, which is quick also without optimisation.
    let head = Array(
      "POST /diagnose HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nContent-Type: application/json\r\n\r\n"
        .utf8)
    let request = try #require(try parser.head(in: head.span)).request
    guard case .stream(let limit, let sink) = server.app.bodyPlan(for: request) else {
      Issue.record("not a stream")
      return
    }
    #expect(limit >= 32 * 1_024 * 1_024)
    for _ in 0..<34 { sink.consume(piece) }
    #expect(Reply(server.app.response(to: request, body: sink)).status == 413)
  }

  @Test func `bytes that are no UTF-8 are no error`() throws {
    let reply = try server.send(
      "POST", "/api/v1/diagnose",
      body: [0xc3, 0x28, 0x80, 0x0a] + Array(line.utf8) + [0x0a, 0xf0, 0x9f])
    #expect(reply.json["verdict"]?.text == "known")
  }

  @Test func `a browser is sent to the diagnosis's own page`() throws {
    let reply = try server.send(
      "POST", "/diagnose",
      [("Accept", "text/html"), ("Content-Type", "multipart/form-data; boundary=XX")],
      body: Array(
        "--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n\(line)\r\n--XX--\r\n".utf8))
    #expect(reply.status == 303)
    let location = try #require(reply.headers["Location"])
    let page = try server.get(location, accept: "text/html")
    #expect(page.status == 200)
    #expect(page.text.contains("Exec format error"))
  }

  @Test func `the text answer ends with the line that records what helped`() throws {
    let reply = try ask(line, path: "/diagnose")
    #expect(reply.type.hasPrefix("text/plain"))
    let last = try #require(reply.text.split(separator: "\n").last { $0.contains("curl") })
    let match = try #require(
      String(last).firstMatch(
        of: /-d fix=(\d+) -d result=worked http:\/\/127.0.0.1:8080(\/diagnoses\/\w+\/outcomes)/))
    let recorded = try server.form(String(match.2), "fix=\(match.1)&result=worked")
    #expect(recorded.status == 201)
    #expect(
      try server.get("/api/v1/issues/exec-format-error").json["fixes"]?.items?.first?["evidence"]?[
        "worked"]?.integer == 1)
  }

  @Test func `limit and guide narrow the answer`() throws {
    #expect(try ask("timeout after an hour", "?limit=1").json["matches"]?.items?.count ?? 0 <= 1)
    #expect(try ask(line, "?guide=field-guide").json["verdict"]?.text == "known")
    #expect(try ask(line, "?guide=nothing").status == 422)
  }

  @Test func `an id that was given out and ran out is 410, a made-up one 404`() throws {
    let id = try #require(try ask(line).json["id"]?.text)
    try server.store.write(as: .system) { writing in
      try writing.connection.execute("UPDATE diagnosis SET created_at = 0")
    }
    _ = try server.store.keepUp(Retention(questions: 30))
    #expect(try server.get("/diagnoses/" + id).status == 410)
    #expect(try server.get("/diagnoses/" + id + ".json").code == "gone")
    #expect(try server.get("/diagnoses/short").status == 404)
  }

  @Test func `no secret that was sent is stored`() throws {
    // Made of pieces, so that no scanner of this file takes it for one.
    let secrets = [
      "AKIA" + "IOSFODNN7EXAMPLE", "ghp_" + "abcdefghijklmnopqrstuvwxyz0123456789",
      "eyJhbGciOiJIUzI1NiJ9."
        + "eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
      "hunter2" + "hunter2",
    ]
    let text =
      "\(line)\nAWS_ACCESS_KEY_ID=\(secrets[0])\ntoken \(secrets[1])\nAuthorization: Bearer \(secrets[2])\nhttps://user:\(secrets[3])@example.org/x\n"
    let kept = try ask(text, "?keep=1")
    #expect((kept.json["redacted"]?.integer ?? 0) >= 4)
    _ = try ask(secrets[1] + " went wrong")
    // A password alone is a word like any other.
    for asked in secrets.dropLast() + ["https://user:\(secrets[3])@example.org"] {
      #expect(try server.get("/search?q=" + asked).status == 200)
    }
    let report = try server.json(
      "POST", "/api/v1/reports", ["text": .string(text)], token: server.reporter)
    #expect(report.status == 201)
    let id = try #require(report.json["id"]?.text)
    let fix = try server.fixes("exec-format-error")[0]
    let outcome = try server.json(
      "POST", "/api/v1/reports/\(id)/outcomes",
      [
        "fix": .integer(fix), "result": "no_effect",
        "note": .string("tried https://user:\(secrets[3])@example.org with \(secrets[0])"),
        "environment": ["key": .string(secrets[1])],
      ],
      token: server.reporter)
    #expect(outcome.status == 201)
    #expect(
      try server.json(
        "POST", "/api/v1/reports/\(id)/resolve",
        ["by": "other", "text": .string("used \(secrets[0])")], token: server.reporter
      ).status == 200)
    try server.store.write(as: .system) { _ in }
    server.store.close()
    for secret in secrets {
      #expect(try !server.place.hasFile(containing: secret), "\(secret.prefix(6))")
    }
    #expect(try server.place.hasFile(containing: "example.org"), "the text itself was stored")
  }
}
