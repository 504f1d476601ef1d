import Testing

@testable import Diagnosis

@Suite struct TemplateTests {
  static let rows: [(String, String)] = [
    ("value: 7, valid min length: 33", "value: <num>, valid min length: <num>"),
    ("dial tcp 10.32.0.247:443: i/o timeout", "dial tcp <ip>: i/o timeout"),
    ("connect ENETUNREACH 2606:4700::6815:309:443", "connect ENETUNREACH <ip>"),
    ("mac 02:42:ac:11:00:02 up", "mac <mac> up"),
    ("request 3c0d9a52-7a0e-4f0b-9d63-1be5a1f6f0c7 failed", "request <id> failed"),
    ("error E0308 and C2065, bugcheck 0x139", "error E0308 and C2065, bugcheck 0x139"),
    ("HTTP 504 after 23 ms, 200 OK", "HTTP 504 after <num> ms, <num> OK"),
    ("(Error 3680) exit code 137", "(Error 3680) exit code 137"),
    ("Run-time error '3251': x", "Run-time error '3251': x"),
    ("took 1.5s, 2.9MB, 3m4s", "took <dur>, <size>, <dur>"),
    ("at 2026-01-02T03:04:05.123Z and 23:12:09,917", "at <time> and <time>"),
    ("since Mar 19 04:10:42 2026 and 02/Nov/2026 02:54:43", "since <time> and <time>"),
    ("arn:aws:sts::123456789012:assumed-role/x", "arn:aws:sts::<num>:assumed-role/x"),
    ("arn:aws:s3:eu-west-1:123456789012:b", "arn:aws:s3:<region>:<num>:b"),
    ("in eu-central-1 and us-gov-west-1a", "in <region> and <region>"),
    ("subnet-0c1a2b3c i-0abcdef1234567890", "subnet-<id> i-<id>"),
    ("logs.eu-west-1.amazonaws.com", "logs.<region>.amazonaws.com"),
    ("open /etc/app/flags.yaml: no such file", "open <path>/flags.yaml: no such file"),
    ("src/reports.rs:114:19", "<path>/reports.rs:<num>:<num>"),
    (
      "GET https://a.example/v1/users/42/items?x=1 ok",
      "GET https://a.example<path>/items?<query> ok"
    ),
    ("and/or application/json /ping", "and/or application/json /ping"),
    ("mail to bob.b@example.com now", "mail to <email> now"),
    ("Value 'teams-19-4f2c' at 'runtimeSessionId'", "Value '<val>' at 'runtimeSessionId'"),
    (
      "Unknown service: 'bedrock-agentcore-control'", "Unknown service: 'bedrock-agentcore-control'"
    ),
    ("don't   touch  it's", "don't touch it's"),
    ("sha256:77b0e1a2 v1.2.3 x86_64 ipv6 s3 utf8", "sha256:<id> v<num> x86_64 ipv6 s3 utf8"),
    ("", ""), ("🚨 ünï 12", "🚨 ünï <num>"),
  ]

  @Test(arguments: rows)
  func `volatile parts are masked`(line: String, template: String) {
    #expect(Template.of(line) == template)
    #expect(Template.of(template) == template)
  }

  @Test(arguments: IntakeTests.texts.filter { $0.utf8.count < 9000 } + Samples.harmless)
  func `the template of a template is itself`(text: String) {
    for line in text.split(separator: "\n") {
      let once = Template.of(String(line))
      #expect(Template.of(once) == once)
    }
  }

  static let prefixes: [(String, String, LogLevel?)] = [
    ("2026-03-07T13:33:34.688Z ERROR urllib3.connectionpool  timed out", "timed out", .error),
    ("[Container] 2026/01/08 23:12:09.917000 Entering phase", "Entering phase", nil),
    ("2026-07-21 15:35:10,929 jobs.nightly [ERROR] call failed", "call failed", .error),
    ("Mar 19 04:11:43 grav-02 docker[3312]: exec format error", "exec format error", nil),
    ("Nov 25 05:49:17 host-25 cannot be initialized", "cannot be initialized", nil),
    ("Nov  3 06:38:54 host-21 DEBUG retry 1/5", "retry 1/5", .debug),
    ("E0429 05:58:29.945356       1 leader.go:22] became leader", "became leader", .error),
    ("[2026/05/14 02:31:17] [ warn] [net] getaddrinfo failed", "getaddrinfo failed", .warning),
    ("#7 12.34 npm ERR! x", "npm ERR! x", nil),
    ("web-1  | listening", "listening", nil),
    ("EdgeStack | 23/31 | 06:25:44 PM | CREATE_FAILED | AWS::X", "CREATE_FAILED | AWS::X", nil),
    ("##[error]Process completed with exit code 3.", "Process completed with exit code 3.", .error),
    ("│ Error: creating it", "Error: creating it", .error),
    ("web: [11:20:12] GET /ping 500 0ms", "GET /ping 500 0ms", nil),
    ("pod-5d9c7b6f4-q2z8m web 09:44:05.716 cannot resume", "cannot resume", nil),
    (#"{"level": 50, "time": 1783505409788, "msg": "push disabled"}"#, "push disabled", .error),
    (
      #"time=2026-06-25T20:01:08Z level=ERROR msg="load flags" err="no such file""#,
      "load flags no such file", .error
    ),
    (
      #"2026-03-11T08:16:53 router/7be1 {"lvl": "info", "msg": "reply", "status": 504}"#,
      "reply status=504", .info
    ),
    (
      "2026-03-11T08:14:03 [logs]4e1c  ERROR 1 --- [audit] o.a.k.NetworkClient : not available",
      "not available", .error
    ),
    ("ERROR: toomanyrequests: limit", "toomanyrequests: limit", .error),
    ("Error: AccessDenied", "Error: AccessDenied", .error),
    ("java.net.ConnectException: refused", "java.net.ConnectException: refused", nil),
    (
      "2026-01-01 00:00:00 java.net.ConnectException: refused",
      "java.net.ConnectException: refused", nil
    ),
    ("Value 'x' at 'name' failed", "Value 'x' at 'name' failed", nil),
    ("E   assert 1 == 2", "assert 1 == 2", .error),
    (#"Invalid base64: "{"action":"prewarm"}""#, #"Invalid base64: "{"action":"prewarm"}""#, nil),
    ("   1 | FROM rust", "1 | FROM rust", nil), ("how do I fix a 504?", "how do I fix a 504?", nil),
  ]

  @Test(arguments: prefixes)
  func `a prefix is taken off and its level read`(line: String, message: String, level: LogLevel?) {
    let stripped = LinePrefix.strip(line)
    #expect(stripped.message == message)
    #expect(stripped.level == level)
  }
}
