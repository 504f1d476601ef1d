import App
import JSON
import Store
import Testing

/// What the tools say of themselves, and what they answer.
@Suite struct MCPToolTests {
  private func tools(_ bench: MCPBench, version: String = "2025-11-25") throws -> [JSON] {
    try bench.result(
      bench.post(
        #"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, [("MCP-Protocol-Version", version)])
    )["tools"]?.items ?? []
  }

  @Test func `six tools in the order of their use`() throws {
    try MCPBench.with { bench in
      let names = try tools(bench).map { $0["name"]?.text ?? "" }
      #expect(
        names == [
          "diagnose", "search_issues", "get_issue", "check_value", "open_report", "record_outcome",
        ])
      #expect(try tools(bench, version: "2025-03-26")[0]["outputSchema"] == nil)
    }
  }

  @Test func `annotations say which tools write`() throws {
    try MCPBench.with { bench in
      for tool in try tools(bench) {
        let writes = ["open_report", "record_outcome"].contains(tool["name"]?.text)
        #expect(tool["annotations"]?["readOnlyHint"]?.bool == !writes)
        #expect(tool["annotations"]?["idempotentHint"]?.bool == !writes)
        #expect(tool["annotations"]?["destructiveHint"]?.bool == false)
        #expect(tool["annotations"]?["openWorldHint"]?.bool == false)
      }
    }
  }

  /// Each point that makes an agent behave.
  static let points: [(tool: String, point: String)] = [
    ("diagnose", "as soon as a command, build, deployment or request fails"),
    ("diagnose", "before you propose a fix"),
    ("diagnose", "the raw output as it was printed, not a summary"),
    (
      "diagnose", "On known: quote the issue's title, address and revision, then give the first fix"
    ),
    ("diagnose", "On possible: show the matched lines and ask which of them is theirs"),
    ("diagnose", "On unknown: say that it is not known here. Invent nothing"),
    ("diagnose", "Offer to open a report with open_report, and name the contact"),
    ("diagnose", "not to be run without a person's approval"),
    ("get_issue", "not to be run without a person's approval"),
    ("record_outcome", "once for each fix that was really carried out and then checked"),
    ("record_outcome", "Report what was observed, not what was expected"),
    ("record_outcome", "worked needs observed: the command that checked it and the last lines"),
    ("record_outcome", "logged but not counted"),
    ("record_outcome", "If a person told you the result, say so"),
    ("record_outcome", "not to be run without a person's approval"),
    ("record_outcome", "token with the scope report"),
    ("open_report", "token with the scope report"),
    ("check_value", "Never send a secret"),
  ]

  @Test func `descriptions have every point`() throws {
    try MCPBench.with { bench in
      let tools = try tools(bench)
      for (name, point) in MCPToolTests.points {
        let text = tools.first { $0["name"]?.text == name }?["description"]?.text ?? ""
        #expect(text.contains(point), "\(name): \(point)")
      }
    }
  }

  @Test func `a known problem comes with title, address, revision and what to do`() throws {
    try MCPBench.with { bench in
      let result = try bench.call(
        "diagnose", ["text": "E-4410 slew interlock open, motion inhibited"])
      #expect(result.structured["verdict"]?.text == "known")
      #expect(result.shown.hasPrefix("KNOWN"))
      #expect(result.shown.contains("Quote title, address and revision, then give the first fix."))
      let citation = result.structured["citations"]?.items?.first
      #expect(citation?["url"]?.text == "http://kb.example/issues/crane-refuses-to-swing")
      #expect(citation?["revision"]?.integer == 1)
      #expect(citation?["matcher"]?.text == result.structured["matcher"]?.text)
      #expect(citation?["lines"]?.items?.first?["line"]?.integer == 1)
    }
  }

  @Test func `an unknown problem says so, and whom to ask`() throws {
    try MCPBench.with { bench in
      let result = try bench.call("diagnose", ["text": "flux capacitor underrun in sector 9"])
      #expect(result.structured["verdict"]?.text == "unknown")
      #expect(result.shown.hasPrefix("NOT KNOWN"))
      #expect(result.shown.contains("Invent nothing. Offer to open a report with open_report"))
      #expect(result.shown.contains("contact: harbour engineering"))
      #expect(result.structured["contact"]?.text == "harbour engineering")
    }
  }

  @Test func `a destructive fix asks for a person, in text and in data`() throws {
    try MCPBench.with { bench in
      for result in [
        try bench.call("diagnose", ["text": "E-4410 slew interlock open, motion inhibited"]),
        try bench.call("get_issue", ["slug": "crane-refuses-to-swing"]),
      ] {
        let outside = Fences(result.shown).outside
        #expect(outside.contains("Risk: destructive, not without a person's approval."))
        let fixes =
          result.structured["fixes"]?.items
          ?? result.structured["matches"]?.items?.first?["fixes"]?.items ?? []
        #expect(fixes.map { $0["requires_approval"]?.bool } == [false, true])
      }
    }
  }

  @Test func `writing needs a token, and says how to get one`() throws {
    try MCPBench.with { bench in
      for (tool, arguments): (String, JSON) in [
        ("open_report", ["text": "x"]), ("record_outcome", ["fix": 1, "result": "worked"]),
      ] {
        let result = try bench.call(tool, arguments, token: nil)
        #expect(result.isError)
        #expect(result.shown.contains("Authorization: Bearer TOKEN"))
        #expect(result.shown.contains("Nothing was stored"))
        #expect(result["_meta"]?["fixbook/code"]?.text == "unauthorized")
        #expect(result["structuredContent"] == nil)
      }
    }
  }

  @Test func `a success that nobody saw is logged but not counted`() throws {
    try MCPBench.with { bench in
      let issue = try bench.call("get_issue", ["slug": "crane-refuses-to-swing"]).structured
      let fix = issue["fixes"]?.items?.first?["id"] ?? .null
      let diagnosis =
        try bench.call("diagnose", ["text": "E-4410 slew interlock open"])
        .structured["id"] ?? .null
      let claimed = try bench.call(
        "record_outcome",
        ["fix": fix, "result": "worked", "diagnosis": diagnosis, "observed": "  "])
      #expect(claimed.structured["counted"]?.bool == false)
      #expect(claimed.shown.contains("Logged but not counted"))
      #expect(claimed.structured["evidence"]?["by_machines"]?["tried"]?.integer == 0)
      let seen = try bench.call(
        "record_outcome",
        [
          "fix": fix, "result": "worked", "diagnosis": diagnosis, "told_by_person": true,
          "observed": "slewctl status\nslew ready", "on_behalf_of": "night shift",
        ])
      #expect(seen.structured["counted"]?.bool == true)
      #expect(seen.structured["state"]?.text == "resolved")
      // An agent's, though the token is a person's: it does not move a fix.
      #expect(seen.structured["evidence"]?["by_machines"]?["worked"]?.integer == 1)
      #expect(seen.structured["evidence"]?["tried"]?.integer == 0)
      let report = seen.structured["report"]?.text ?? ""
      let outcomes = try bench.store.read(as: .system) { try $0.outcomes(ofReport: report) }
      #expect(outcomes.last?.note == "Told by a person.")
      #expect(outcomes.last?.source == .agent)
    }
  }

  @Test func `a fix that did not help is followed by the next, with its risk`() throws {
    try MCPBench.with { bench in
      let issue = try bench.call("get_issue", ["slug": "crane-refuses-to-swing"]).structured
      let fixes = issue["fixes"]?.items?.compactMap { $0["id"]?.integer } ?? []
      let result = try bench.call(
        "record_outcome", ["fix": .integer(fixes[0]), "result": "no_effect"])
      #expect(result.structured["next_fix"]?["id"]?.integer == fixes[1])
      #expect(
        result.shown.contains("Propose the next fix, \(fixes[1]), not without a person's approval.")
      )
    }
  }

  static let mistakes: [(tool: String, arguments: JSON, code: String)] = [
    ("diagnose", [:], "missing_field"),
    ("diagnose", ["text": ""], "invalid_field"),
    ("diagnose", ["text": 7], "invalid_field"),
    ("diagnose", ["text": "x", "limit": 0], "invalid_field"),
    ("diagnose", ["text": "x", "guide": "no-such"], "invalid_field"),
    ("diagnose", ["text": "x", "environment": "a=b"], "invalid_field"),
    ("diagnose", ["text": "x", "environment": ["a": 1]], "invalid_field"),
    ("diagnose", ["text": "x", "colour": "red"], "unknown_field"),
    ("search_issues", [:], "missing_field"),
    ("search_issues", ["query": "x", "cursor": "nonsense"], "invalid_field"),
    ("get_issue", ["slug": "no-such-issue"], "not_found"),
    ("check_value", ["name": "no-such-check", "value": "x"], "not_found"),
    ("check_value", ["name": "cab-code"], "missing_field"),
    ("open_report", [:], "missing_field"),
    ("open_report", ["issue": "no-such-issue"], "invalid_field"),
    ("open_report", ["diagnosis": "no-such-diagnosis"], "invalid_field"),
    ("record_outcome", ["result": "worked"], "missing_field"),
    ("record_outcome", ["fix": 1], "missing_field"),
    ("record_outcome", ["fix": 1, "result": "splendid"], "invalid_field"),
    ("record_outcome", ["fix": 999_999, "result": "worked"], "invalid_field"),
    ("record_outcome", ["fix": 1, "result": "worked", "report": "none"], "not_found"),
    ("record_outcome", ["fix": 1, "result": "worked", "diagnosis": "none"], "invalid_field"),
  ]

  @Test func `mistakes are tool errors with advice`() throws {
    try MCPBench.with { bench in
      for (tool, arguments, code) in MCPToolTests.mistakes {
        let result = try bench.call(tool, arguments)
        #expect(result.isError, "\(tool) \(arguments.string)")
        #expect(result["_meta"]?["fixbook/code"]?.text == code, "\(tool) \(arguments.string)")
        #expect(!result.shown.isEmpty)
      }
      #expect(
        try bench.call("check_value", ["name": "x", "value": "x"]).shown.contains("cab-code"))
    }
  }

  @Test func `a refused outcome leaves no report behind`() throws {
    try MCPBench.with { bench in
      _ = try bench.call("record_outcome", ["fix": 999_999, "result": "worked"])
      #expect(
        try bench.store.read(as: .system) { try $0.reports(limit: 9).map(\.report) }
          .isEmpty)
    }
  }
}
