import Testing

@testable import Diagnosis

@Suite struct SignalTests {
  /// Chatter in the formats of several programs, and how a line of theirs begins.
  static let formats: [(name: String, chatter: @Sendable (Int) -> String, prefix: String)] = [
    (
      "python",
      { "2026-07-21 15:34:\(10 + $0 % 50),\(100 + $0) app.jobs [INFO] rows=\($0) batch=\($0 % 7)" },
      "2026-07-21 15:34:59,001 app.jobs "
    ),
    (
      "syslog", { "Mar 19 04:10:\(10 + $0 % 50) grav-02 web[\(600 + $0)]: GET /ping 200 \($0)ms" },
      "Mar 19 04:11:43 grav-02 docker[3312]: "
    ),
    (
      "klog",
      { "I0429 05:58:\(10 + $0 % 50).382495       1 proxy.go:118] -> tools/call \($0)ms 200" },
      "I0429 07:14:17.314682       1 proxy.go:131] "
    ),
    (
      "pino",
      {
        #"{"level":30,"time":17835054\#(10000 + $0),"pid":17,"msg":"sync idle","since":"s\#($0)"}"#
      },
      ""
    ),
    ("compose", { "web-1  | 10.0.0.\($0 % 250) - GET /health HTTP/1.1 200 \($0)" }, "app-1  | "),
    (
      "codebuild", { "[Container] 2026/01/08 23:12:\(10 + $0 % 50).917000 Entering phase BUILD" },
      ""
    ),
    ("buildkit", { "#5 sha256:\(Samples.hex(20))\($0) \($0)MB / 74.02MB 2.\($0)s" }, "#5 "),
    ("none", { "Copying blob sha256:\(Samples.hex(40))\($0)" }, ""),
  ]

  static let decisive = [
    "exec /opt/serve: exec format error", "dial tcp 10.0.0.9:443: i/o timeout",
    "bind: cannot assign requested address",
    "toomanyrequests: You have reached your pull rate limit",
    "AccessDeniedException: User is not authorized to perform ecr:BatchGetImage",
    "boot image build=2026-02-27 (expected build=2026-03-04 after the deploy)",
    "<- 401 www-authenticate: Bearer", "Invalid base64: \"{\"prompt\":1}\"",
    "still starting: 96 plugins registered, channels pending (elapsed 187s)",
    "record length is too long for an indexed table", "prepare.sh: line 23: URL: unbound variable",
  ]

  @Test(arguments: formats.indices, decisive)
  func `the line that matters is among the first five`(format: Int, line: String) {
    let format = Self.formats[format]
    var lines = (0..<60).map(format.chatter)
    lines.insert(format.prefix + line, at: 37)
    let read = Intake.read(lines.joined(separator: "\n"))
    let top = read.lines.sorted { ($0.weight, -$0.number) > ($1.weight, -$1.number) }.prefix(5)
    #expect(read.isLog)
    #expect(top.contains { $0.number == 38 && $0.weight >= 0.3 }, "\(format.name): \(top)")
  }

  @Test func `of a stack trace the exception outweighs its frames`() {
    let traces = [
      """
      Exception in thread "main" java.lang.IllegalArgumentException: No enum constant
      \tat java.base/java.lang.Enum.valueOf(Enum.java:293)
      \tat com.acme.Main.main(Main.java:15)
      Caused by: java.net.ConnectException: Connection refused
      \t... 12 more
      """,
      IntakeTests.trace,
      """
      panic: open config: no such file
      goroutine 1 [running]:
      main.loadConfig({0x1400012c000, 0x17})
      \t/build/config.go:48 +0x2a4
      main.main()
      """,
      """
      TypeError: fetch failed
          at node:internal/deps/undici/undici:13510:13
          at async main (/app/boot.js:140:3)
        [cause]: AggregateError [ETIMEDOUT]:
      """,
      """
      Unhandled exception. Acme.ValidationException: bad value
         at Acme.Client.Send(Request r) in /src/Client.cs:line 44
         --- End of inner exception stack trace ---
      """,
    ]
    for trace in traces {
      for line in Intake.read(trace).lines {
        let isMessage =
          ["xception", "rror", "panic"].contains { line.text.contains($0) }
          && !line.text.contains("End of") || line.text.hasPrefix("Traceback")
        #expect(isMessage ? line.weight == 1 : line.weight <= 0.2, "\(line.text)")
      }
    }
  }

  @Test(arguments: [
    "how long may a session id be?", "504 when we invoke the runtime\nit works locally",
    "resource \"aws_vpc\" \"agents\" {\n  cidr_block = \"10.9.0.0/16\"\n  enable_dns_support = false\n}",
    "line one\n\nline two\nline three",
  ])
  func `a short text is no log and counts whole`(text: String) {
    let read = Intake.read(text)
    #expect(!read.isLog)
    #expect(read.lines.filter { $0.text != "}" }.allSatisfy { $0.weight == 1 })
  }

  @Test func `levels, decoys and chatter are in order`() {
    let log =
      (0..<30).map { "2026-01-01T00:00:\(10 + $0)Z INFO  web GET /ping 200 \($0)ms" }
      + [
        "2026-01-01T00:01:00Z FATAL db cannot open journal: permission denied",
        "2026-01-01T00:01:01Z WARN  web request took 900 ms, retrying",
        "2026-01-01T00:01:02Z DEBUG web 0 errors, no failures",
        "2026-01-01T00:01:03Z INFO  web profile loaded from defaults",
        "2026-01-01T00:01:04Z ERROR job failed: exit code 1",
      ]
    let weights = Intake.read(log.joined(separator: "\n")).lines.reduce(into: [:]) {
      $0[$1.number] = $1.weight
    }
    let fatal = weights[31, default: 0]
    #expect(fatal > 0.85)
    #expect(fatal > weights[35, default: 1] && weights[35, default: 0] > 0.3)
    #expect((0.3...0.7).contains(weights[32, default: 0]))
    #expect(weights[33, default: 1] < 0.3)
    #expect((0.25...0.5).contains(weights[34, default: 0]))
    #expect(weights[1, default: 1] < 0.1)
  }

  @Test func `repeated lines count as one, under the number of the first`() {
    let log = (0..<40).map {
      "2026-01-01T00:00:\(10 + $0)Z WARN net getaddrinfo(host='h\($0).example') failed, try \($0)"
    }
    let read = Intake.read(log.joined(separator: "\n"))
    #expect(read.lines.count == 1)
    #expect(read.lines.first?.number == 1 && read.lines.first?.repeats == 40)
  }

  @Test(arguments: [
    ("0 errors", false), ("no error", false), ("error: null", false), ("\"isError\": false", false),
    ("failed=0", false), ("errors: 3", true), ("no such host", true), ("stderr open", false),
    ("IOException", true), ("AccessDenied", true), ("terrorist", false), ("unfailing", false),
    ("could not resolve", true), ("everything is fine", false),
  ])
  func `words of trouble are told from their denial`(line: String, isTrouble: Bool) {
    #expect(Vocabulary.hasTrouble(Array(line.utf8)) == isTrouble)
  }

  @Test(arguments: [
    ("POST /invocations 500 7ms", true), ("\"GET / HTTP/1.1\" 404 12", true), ("status=503", true),
    ("-> 404 ResourceNotFoundException", true), ("error (500) from runtime", true),
    ("took 404 ms", false), ("pid 500", false), ("10.4.0.500", false), ("GET /x 200 1ms", false),
    ("exit code 137", true), ("exit code 0", false), ("status=255/EXCEPTION", true),
    ("port 443", false), ("503 MB", false),
  ])
  func `statuses and exit codes`(line: String, isBad: Bool) {
    #expect((StatusCodes.weight(in: Array(line.utf8)) > 0) == isBad)
  }

  @Test func `words are found at once, whatever their overlap`() {
    let words = ["he", "she", "his", "hers", "🚨"]
    var found: [String] = []
    WordAutomaton(words).scan(Array("usHErs 🚨 his".utf8).span) { word, end in
      found.append("\(words[word])@\(end)")
    }
    #expect(found == ["she@4", "he@4", "hers@6", "🚨@11", "his@15"])
  }
}
