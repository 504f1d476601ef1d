import JSON
import Store

// The tools that read what is known already.

extension MCPTool {
  static let getIssue = MCPTool(
    name: "get_issue", title: "Read an issue", description: MCPWords.getIssue,
    input: Schema.input(
      [.init("slug", Schema.string("The issue's slug, a former one, or its id.", limit: 200))],
      required: ["slug"]),
    output: Schema.output(
      Shape.issueMembers.map { .init($0.name, Shape.inlined($0.value)) }), writes: false
  ) { call in
    var fields = try call.fields()
    let name = try fields.required("slug", limit: 200)
    let issue = try call.read { reading -> Issue in
      switch try reading.issueID(named: name) {
      case .issue(let id), .moved(let id, _): try App.visibleIssue(id, reading)
      case nil: throw MCPToolFailure.noIssue
      }
    }
    return IssuePage(issue: issue).answer(call.site)
  }

  static let checkValue = MCPTool(
    name: "check_value", title: "Check a value", description: MCPWords.checkValue,
    input: Schema.input(
      [
        .init("name", Schema.string("The check's name, as an issue gives it.", limit: 1_000)),
        .init("value", Schema.string("The value to check. Never a secret.", limit: 100_000)),
      ], required: ["name", "value"]),
    output: Schema.output([
      .init("name", Schema.string()), .init("pass", Schema.boolean()),
      .init("detail", Schema.string("Why.")),
      .init("issue", Schema.string("Slug of the issue that the rule belongs to.")),
    ]), writes: false
  ) { call in
    var fields = try call.fields()
    let name = try fields.required("name")
    guard let value = try fields.text("value", limit: 100_000) else {
      throw Failure.missing("value")
    }
    return try call.read { reading in
      guard let check = try reading.check(named: name) else {
        let names = try reading.checks().prefix(50).map { "\($0.name): \($0.rule)" }
        throw MCPToolFailure(
          code: "not_found", advice: "There is no such check. Below are those there are.",
          data: names.isEmpty ? nil : names.joined(separator: "\n"))
      }
      guard case .issue(let id)? = try reading.issueID(named: check.issue),
        let issue = try reading.summaries([id]).first
      else { throw MCPToolFailure.noIssue }
      return try CheckPage.run(check, value).answer(issue, call.site)
    }
  }
}

extension IssuePage {
  func answer(_ site: Site) -> MCPAnswer {
    let summary = issue.summary
    var text = MCPText()
    text.say(
      "Issue \(summary.id), revision \(summary.revision), \(id: summary.confidence.rawValue).")
    text.add(MCPWords.quoteIt)
    var data = "title: \(oneLine(summary.title))\naddress: \(site.url(issue: summary.slug))\n"
    data += "guide: \(oneLine(issue.guideTitle))\n\n\(issue.markdown)\n"
    for (name, value) in [("license", issue.license), ("attribution", issue.attribution)] {
      if let value { data += "\(name): \(oneLine(value))\n" }
    }
    text.quote(data)
    text.say(MCPText.fixes(of: issue))
    let places = issue.fixes.compactMap { fix -> OwnWords? in
      fix.position.map { "fix \(fix.id) is number \($0 + 1)" }
    }
    if places.count > 1 {
      text.add("In the text: \(OwnWords(joining: places, by: ", ")).")
    }
    return MCPAnswer(
      text, json(site).members ?? [], advice: MCPWords.quoteIt,
      citations: [MCPAnswer.citation(summary, site)])
  }
}

extension CheckPage {
  func answer(_ issue: IssueSummary, _ site: Site) -> MCPAnswer {
    let passes = result?.pass ?? false
    let advice: OwnWords =
      passes
      ? "The value passes this rule."
      : "The value fails this rule. Do not use it; quote the issue that says why."
    var text = MCPText()
    text.say(passes ? "PASS" : "FAIL")
    text.add(advice)
    text.quote(
      """
      check: \(check.name)
      detail: \(oneLine(result?.detail ?? ""))
      issue: \(oneLine(issue.title))
      address: \(site.url(issue: issue.slug))
      revision: \(issue.revision)

      """)
    return MCPAnswer(
      text, json(site).members ?? [], advice: advice,
      citations: [MCPAnswer.citation(issue, site)])
  }
}
