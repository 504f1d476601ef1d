import Foundation
import TestSupport
import Testing

/// The program itself, in a folder of its own.
private final class Program: Sendable {
  struct Result {
    let code: Int32
    let output: Data
    let errors: String
    var text: String { String(decoding: output, as: UTF8.self) }
  }

  /// It is built beside the tests.
  static let path: String = {
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    while folder.path != "/" {
      let program = folder.appendingPathComponent("fixbook").path
      if FileManager.default.isExecutableFile(atPath: program) { return program }
      folder.deleteLastPathComponent()
    }
    return "fixbook"
  }()

  private let place: TemporaryFolder
  var folder: String { place.path }
  var db: String { folder + "/kb.db" }

  init() throws { place = try TemporaryFolder() }

  func run(_ words: [String], input: String = "", environment: [String: String] = [:]) throws
    -> Result
  {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Program.path)
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    process.environment = ["PATH": "/usr/bin:/bin"].merging(environment) { $1 }
    // Files, so that no pipe fills while nobody reads it.
    let name = folder + "/" + UUID().uuidString
    for (suffix, text) in [(".in", input), (".out", ""), (".err", "")] {
      try Data(text.utf8).write(to: URL(fileURLWithPath: name + suffix))
    }
    process.standardInput = try FileHandle(forReadingFrom: URL(fileURLWithPath: name + ".in"))
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: name + ".out"))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: name + ".err"))
    try process.run()
    process.waitUntilExit()
    defer {
      for suffix in [".in", ".out", ".err"] {
        try? FileManager.default.removeItem(atPath: name + suffix)
      }
    }
    return Result(
      code: process.terminationStatus,
      output: try Data(contentsOf: URL(fileURLWithPath: name + ".out")),
      errors: try String(contentsOfFile: name + ".err", encoding: .utf8))
  }

  func write(_ name: String, _ text: String) throws -> String {
    let url = URL(fileURLWithPath: folder + "/" + name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
    return url.path
  }

  func load(_ text: String = guide) throws {
    let result = try run(["import", "--db", db, try write("guide.md", text)])
    try #require(result.code == 0, "\(result.errors)")
  }
}

private let guide = """
  # Field Guide

  ## Start

  ### Exec format error
  - The container exits at once
  - **Check**: session-id: length 33..256
  - **Fix**: Build it for `linux/arm64` — with <id>

  ```sample
  exec /app/run.sh: exec format error
  ```

  ### Nobody knows
  - It stops after an hour
  """

private let verbs = [
  "serve", "import", "export", "diagnose", "run", "search", "report", "check", "eval", "test",
  "replay",
  "backup", "restore", "verify", "user", "token", "bench", "version",
]

struct CommandTests {
  private let program: Program

  init() throws { program = try Program() }

  @Test(arguments: verbs)
  func `every verb has help with an example`(verb: String) throws {
    let result = try program.run([verb, "--help"])
    #expect(result.code == 0)
    #expect(result.text.hasPrefix("usage: fixbook \(verb)"))
    #expect(result.text.contains("example:\n  ") && result.text.contains("fixbook \(verb)"))
    #expect(result.errors.isEmpty)
    #expect(try program.run(["help", verb]).text == result.text)
    #expect(try program.run([verb, "-h"]).text == result.text)
  }

  @Test func `help names every verb`() throws {
    let help = try program.run(["help"])
    #expect(help.code == 0)
    for verb in verbs { #expect(help.text.contains("\n  \(verb) ")) }
    let nothing = try program.run([])
    #expect(nothing.code == 2)
    #expect(nothing.output.isEmpty && nothing.errors == help.text)
  }

  @Test(arguments: [
    ["nonsense"], ["import"], ["export", "extra"], ["diagnose", "--nonsense"],
    ["diagnose", "--limit", "0"],
    ["diagnose", "--limit", "x"], ["diagnose", "--limit"], ["diagnose", "--json=1"],
    ["diagnose", "a", "b"],
    ["diagnose", "--guide", "a", "--guide", "b"], ["run"], ["search"], ["check", "one"], ["eval"],
    ["token"], ["token", "create"], ["token", "create", "--name", "n", "--scope", "everything"],
    ["token", "create", "--name", "n", "--kind", "robot"], ["token", "revoke", "x"], ["user"],
    ["user", "create", "n", "--role", "king"], ["backup"], ["restore"], ["bench"], ["replay"],
    ["report", "--result", "great"], ["serve", "extra"],
  ])
  func `a wrong command line is 2 with one sentence on standard error`(words: [String]) throws {
    try program.load()
    let isVerb = words[0] != "nonsense"
    let result = try program.run(
      isVerb ? [words[0], "--db", program.db] + words.dropFirst() : words)
    #expect(result.code == 2, "\(result.errors)")
    #expect(result.output.isEmpty)
    #expect(result.errors.hasPrefix("fixbook") && result.errors.hasSuffix("\n"))
    #expect(result.errors.split(separator: "\n").count == 1)
  }

  @Test(arguments: ["user", "token", "guide"])
  func `a verb alone says what it takes, whether there is a base or not`(verb: String) throws {
    let result = try program.run([verb, "--db", program.folder + "/none.db"])
    #expect(result.code == 2)
    #expect(result.errors.contains("say ") && !result.errors.contains("no such file"))
  }

  @Test(arguments: [
    ["export"], ["diagnose"], ["search", "x"], ["check", "a", "b"], ["token", "list"],
    ["user", "list"],
    ["verify"], ["backup", "copy.db"], ["test"], ["report", "x"],
  ])
  func `a base that is not there is 3, and is not made`(words: [String]) throws {
    let result = try program.run(words + ["--db", "missing.db"], input: "x")
    #expect(result.code == 3)
    #expect(result.errors.contains("missing.db"))
    #expect(!FileManager.default.fileExists(atPath: program.folder + "/missing.db"))
  }

  @Test func `a guide goes in and comes out with the same bytes`() throws {
    try program.load()
    let exported = try program.run(["export", "--db", program.db])
    #expect(exported.code == 0)
    #expect(exported.output == Data(guide.utf8))
    let file = program.folder + "/out.md"
    #expect(
      try program.run(["export", "--db", program.db, "--guide", "field-guide", "--output", file])
        .code == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data(guide.utf8))
    #expect(try program.run(["export", "--db", program.db, "--guide", "nothing"]).code == 3)
  }

  @Test func `several guides leave into a folder`() throws {
    try program.load()
    let second = try program.write("second.md", "# Second\n\n## S\n\n### T\n- **Fix**: x\n")
    let folder = try program.write("kb/a/disk.md", "## Symptoms\n- x\n\n## Resolution\ny\n")
    _ = try program.write("kb/b.md", "## Symptoms\n- x\n\n## Resolution\ny")
    let root = String(folder.dropLast("/a/disk.md".count))
    #expect(try program.run(["import", "--db", program.db, second, root]).code == 0)
    #expect(try program.run(["export", "--db", program.db]).code == 2)
    let out = program.folder + "/out"
    #expect(try program.run(["export", "--db", program.db, "--output", out]).code == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: out + "/field-guide.md")) == Data(guide.utf8))
    for name in ["a/disk.md", "b.md"] {
      #expect(
        try Data(contentsOf: URL(fileURLWithPath: "\(out)/kb/\(name)"))
          == Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)")))
    }
  }

  @Test func `a broken file is named with its line and nothing of the import lands`() throws {
    let good = try program.write("good.md", guide)
    let bad = try program.write("bad.md", "# G\n\n## S\n\n### T\n- **Check**: x: nonsense\n")
    let result = try program.run(["import", "--db", program.db, good, bad])
    #expect(result.code == 3)
    #expect(result.errors.contains("bad.md:6:"))
    #expect(!FileManager.default.fileExists(atPath: program.db))
    #expect(try program.run(["import", "--db", program.db, "--skip-bad", good, bad]).code == 0)
    #expect(try program.run(["export", "--db", program.db]).output == Data(guide.utf8))
    #expect(try program.run(["import", "--db", program.db, "missing.md"]).code == 3)
  }

  @Test func `an import says what it did, also as JSON`() throws {
    try program.load()
    let result = try program.run([
      "import", "--db", program.db, "--json", program.folder + "/guide.md",
    ])
    let list = try JSONSerialization.jsonObject(with: result.output) as? [[String: Any]]
    #expect(list?.first?["unchanged"] as? Int == 2)
    #expect(list?.first?["guide"] as? String == "field-guide")
  }

  @Test func `a known line is 0, an unknown one 1`() throws {
    try program.load()
    let known = try program.run(
      ["diagnose", "--db", program.db], input: "exec /app/run.sh: exec format error\n")
    #expect(known.code == 0)
    #expect(known.text.contains("Exec format error") && known.text.contains("linux/arm64"))
    let file = try program.write("a.log", "exec /app/run.sh: exec format error\n")
    #expect(try program.run(["diagnose", "--db", program.db, file]).code == 0)
    let unknown = try program.run(
      ["diagnose", "--db", program.db], input: String(repeating: "hello\n", count: 50))
    #expect(unknown.code == 1)
    #expect(!unknown.output.isEmpty)
    let json = try program.run(
      ["diagnose", "--db", program.db, "--json"], input: "exec format error")
    let answer = try JSONSerialization.jsonObject(with: json.output) as? [String: Any]
    #expect(answer?["verdict"] as? String == "known")
    #expect(try program.run(["diagnose", "--db", program.db], input: "").code == 3)
    #expect(try program.run(["diagnose", "--db", program.db, "missing.log"]).code == 3)
    #expect(
      try program.run(["diagnose", "--db", program.db, "--guide", "nothing"], input: "x").code == 3)
  }

  @Test func `the base may be named by the environment`() throws {
    try program.load()
    let result = try program.run(
      ["diagnose"], input: "exec format error", environment: ["FIXBOOK_DB": program.db])
    #expect(result.code == 0)
  }

  @Test(arguments: [0, 1, 7, 126])
  func `run leaves output and exit code as they are`(code: Int32) throws {
    try program.load()
    let script =
      "printf 'out\\n'; printf 'exec /app/run.sh: exec format error\\n' >&2; exit \(code)"
    let result = try program.run(["run", "--db", program.db, "--", "sh", "-c", script])
    #expect(result.code == code)
    #expect(result.text == "out\n")
    #expect(result.errors.hasPrefix("exec /app/run.sh: exec format error\n"))
    #expect(result.errors.contains("Exec format error") == (code != 0))
  }

  @Test func `run passes what stands behind the dashes to the command`() throws {
    try program.load()
    let result = try program.run([
      "run", "--db", program.db, "--", "printf", "%s|", "--help", "--db", "a b", "-h",
    ])
    #expect(result.code == 0)
    #expect(result.text == "--help|--db|a b|-h|")
    let missing = try program.run(["run", "--db", program.db, "--", "/no/such/program"])
    // As a shell says it.
    #expect(missing.code == 127)
    #expect(missing.errors.contains("/no/such/program"))
  }

  @Test func `run tells a signal as a shell does`() throws {
    try program.load()
    #expect(
      try program.run(["run", "--db", program.db, "--", "sh", "-c", "kill -KILL $$"]).code == 137)
  }

  @Test func `a new token is printed and nothing else`() throws {
    try program.load()
    let result = try program.run([
      "token", "create", "--db", program.db, "--name", "ci", "--scope", "read,report", "--kind",
      "agent",
    ])
    #expect(result.code == 0)
    #expect(result.errors.isEmpty)
    #expect(result.text.wholeMatch(of: /fxb_[a-z2-9]{40}\n/) != nil)
    let list = try program.run(["token", "list", "--db", program.db]).text
    #expect(list == "1\tci\tagent\tread,report\t-\tactive\tnever used\n")
    #expect(try program.run(["token", "revoke", "1", "--db", program.db]).code == 0)
    #expect(try program.run(["token", "revoke", "1", "--db", program.db]).code == 3)
    #expect(try program.run(["token", "list", "--db", program.db]).text.isEmpty)
  }

  @Test func `an invitation is a link`() throws {
    try program.load()
    let result = try program.run(
      [
        "user", "create", "edna", "--role", "admin", "--db", program.db, "--public-url",
        "https://kb.example",
      ])
    #expect(
      result.text.wholeMatch(of: /https:\/\/kb\.example\/sign-in\?link=[a-z2-9]{32}\n/) != nil)
    #expect(try program.run(["user", "create", "Edna", "--db", program.db]).code == 3)
    #expect(try program.run(["user", "list", "--db", program.db]).text == "edna\tadmin\tactive\n")
  }

  @Test func `search, check and report answer by their exit codes`() throws {
    try program.load()
    #expect(try program.run(["search", "--db", program.db, "exec", "format"]).code == 0)
    #expect(try program.run(["search", "--db", program.db, "qwertzuiop"]).code == 1)
    #expect(
      try program.run([
        "check", "--db", program.db, "session-id", String(repeating: "x", count: 33),
      ]).code == 0)
    #expect(try program.run(["check", "--db", program.db, "session-id", "short"]).code == 1)
    #expect(try program.run(["check", "--db", program.db, "nothing", "short"]).code == 3)
    let worked = [
      "report", "--db", program.db, "--issue", "exec-format-error", "--fix", "1", "--result",
      "worked",
    ]
    let report = try program.run(worked)
    #expect(report.code == 0)
    #expect(report.text.contains("worked 1 of 1"))
    #expect(try program.run(["report", "--db", program.db]).code == 2)
    #expect(try program.run(["test", "--db", program.db]).code == 0)
  }

  @Test func `a backup is verified and restored`() throws {
    try program.load()
    let copy = program.folder + "/copy.db"
    #expect(try program.run(["backup", "--db", program.db, copy]).code == 0)
    #expect(try program.run(["backup", "--db", program.db, copy]).code == 3)
    #expect(try program.run(["verify", "--db", copy]).code == 0)
    try FileManager.default.removeItem(atPath: program.db)
    #expect(try program.run(["restore", "--db", program.db, copy]).code == 0)
    #expect(try program.run(["export", "--db", program.db]).output == Data(guide.utf8))
    try Data(repeating: 0x41, count: 9_000).write(to: URL(fileURLWithPath: copy))
    #expect(try program.run(["verify", "--db", copy]).code == 3)
    #expect(try program.run(["restore", "--db", program.db, copy]).code == 3)
    #expect(try program.run(["export", "--db", program.db]).output == Data(guide.utf8))
  }

  @Test func `nothing is left open or half written beside the base`() throws {
    try program.load()
    _ = try program.run(["diagnose", "--db", program.db], input: "exec format error")
    let files = try FileManager.default.contentsOfDirectory(atPath: program.folder).sorted()
    #expect(files == ["guide.md", "kb.db"])
  }

  @Test func `the version is said, also as JSON`() throws {
    #expect(try program.run(["--version"]).text.hasPrefix("fixbook "))
    let json =
      try JSONSerialization.jsonObject(with: try program.run(["version", "--json"]).output)
      as? [String: Any]
    #expect(json?["version"] is String && json?["matcher"] is String)
  }
}
