import Diagnosis
import JSON
import Store

// The tools that write. What comes this way is an agent's, whatever the kind of its token.

extension MCPTool {
  private static let onBehalfOf = Schema.string(
    "The person you act for: any stable name; only a digest is kept.", limit: 200)
  private static let environment = Schema.strings("What it ran on.")

  static let openReport = MCPTool(
    name: "open_report", title: "Open a report", description: MCPWords.openReport,
    input: Schema.input(
      [
        .init("text", Schema.string("The raw output or what was seen.", limit: 100_000)),
        .init("diagnosis", Schema.string("Id of the diagnosis that did not know it.", limit: 100)),
        .init("issue", Schema.string("Slug of the issue whose fixes did not help.", limit: 200)),
        .init("environment", environment), .init("on_behalf_of", onBehalfOf),
      ], required: []),
    output: Schema.output([
      .init("id", Schema.string("For record_outcome.")),
      .init("state", Schema.choice(["open", "resolved", "unresolved"])),
      .init("issue", Schema.optional(Schema.issue)),
      .init("diagnosis", Schema.optional(Schema.string())),
      .init("source", Schema.string()), .init("created_at", Schema.string()),
      .init("url", Schema.string("Whoever has this address may read the report.")),
    ]), writes: true
  ) { call in
    var fields = try call.fields(ReportInput.fields)
    let input: ReportInput
    do throws(Failure) {
      input = try ReportInput(&fields)
    } catch {
      guard error.code == "missing_field" else { throw error }
      throw MCPToolFailure(
        code: error.code, advice: "Give the text, the diagnosis or the issue. Nothing was stored.")
    }
    let (app, caller, site) = (call.app, call.caller, call.site)
    return try call.write { writing in
      let named = try input.named(pending: app.store.pending) { try $0(writing.reading) }
      let report = try writing.openReport(
        input.report(of: named, caller: caller, source: .agent))
      return try ReportPage(report, reading: writing.reading).answer(site)
    }
  }

  static let recordOutcome = MCPTool(
    name: "record_outcome", title: "Record what a fix did", description: MCPWords.recordOutcome,
    input: Schema.input(
      [
        .init("fix", Schema.integer("Id of the fix that was carried out.", 1...Int.max)),
        .init(
          "result",
          Schema.choice(
            OutcomeResult.allCases.map(\.rawValue),
            "worked: the check after it showed so. partly: it helped a little. no_effect. made_worse. "
              + "not_applicable: it could not be done here. recurred: it worked, then came back.")),
        .init(
          "observed",
          Schema.string(
            "The command that checked it and the last lines it printed. Needed for worked to count.",
            limit: 20_000)),
        .init(
          "told_by_person",
          Schema.boolean("A person told you the result; you did not see it yourself.")),
        .init("diagnosis", Schema.string("Id of the diagnosis that led to the fix.", limit: 100)),
        .init("report", Schema.string("Id of the report, if one was opened.", limit: 100)),
        .init("note", Schema.string("What the next one should know.", limit: 5_000)),
        .init("environment", environment), .init("on_behalf_of", onBehalfOf),
      ], required: ["fix", "result"]),
    output: Schema.output([
      .init("id", Schema.integer()), .init("report", Schema.string()),
      .init("fix", Schema.integer()),
      .init("result", Schema.choice(OutcomeResult.allCases.map(\.rawValue))),
      .init("state", Schema.choice(["open", "resolved", "unresolved"], "Of the report.")),
      .init(
        "counted", Schema.boolean("False: worked without observed is logged but not counted.")),
      .init("issue", Schema.issue), .init("evidence", Schema.evidence),
      .init("next_fix", Schema.optional(Schema.fix)), .init("url", Schema.string()),
    ]), writes: true
  ) { call in
    var fields = try call.fields(
      OutcomeInput.fields + [
        .flag("told_by_person", ""), .text("report", limit: 100, ""),
        .text("diagnosis", limit: 100, ""),
      ])
    let told = try fields.flag("told_by_person")
    let report = try fields.text("report")
    let diagnosis = try fields.text("diagnosis")
    let input = try OutcomeInput(&fields, caller: call.caller, source: .agent)
    var outcome = input.outcome
    if told { outcome.note = ("Told by a person. " + outcome.note).trimmingEnd }
    // A line of blanks is no observation.
    if outcome.observed.allSatisfy(\.isWhitespace) { outcome.observed = "" }
    let recording = Recording(outcome: outcome, report: report, diagnosis: diagnosis, call: call)
    let site = call.site
    return try call.write { writing in
      let recorded = try writing.record(
        recording.outcome, forReport: try recording.reportID(writing))
      return try OutcomePage(recorded, reading: writing.reading)
        .answer(counted: recording.counts, site)
    }
  }
}

/// An outcome on its way into the log.
private struct Recording: Sendable {
  let outcome: NewOutcome
  let report: String?
  let diagnosis: String?
  let call: MCPCall

  var counts: Bool { outcome.result != .worked || !outcome.observed.isEmpty }

  /// The report that is named, else the diagnosis' own, else one opened for the fix's issue.
  func reportID(_ writing: Writing) throws -> String {
    if let report {
      guard let known = try writing.reading.report(report) else {
        throw OutcomeError.reportNotFound
      }
      try App.requireReporter(of: known, call.caller)
      return known.id
    }
    if let diagnosis {
      guard
        let known = try writing.reading.diagnosis(
          diagnosis, pending: call.app.store.pending)
      else { throw MCPToolFailure.noDiagnosis }
      try writing.open(fix: outcome.fixID, of: known)
      return try writing.report(
        ofDiagnosis: known, reporter: outcome.reporter, source: outcome.source
      ).id
    }
    guard let fix = try writing.reading.fix(outcome.fixID),
      let issue = try writing.reading.summaries([fix.issueID]).first
    else { throw OutcomeError.fixNotFound(outcome.fixID) }
    return try writing.openReport(
      NewReport(
        text: issue.title, issueID: issue.id, reporter: outcome.reporter, source: outcome.source)
    ).id
  }
}

extension ReportPage {
  func answer(_ site: Site) -> MCPAnswer {
    let advice: OwnWords = """
      Tell the person that the report is open, with its address. When a fix was tried, call \
      record_outcome with report "\(id: report.id)".
      """
    var text = MCPText()
    text.say("Report \(id: report.id) is open.")
    text.add(advice)
    text.quote(
      "address: \(site.url("/reports/" + report.id))\n"
        + (issue.map { "issue: \(oneLine($0.title)), \(site.url(issue: $0.slug))\n" } ?? ""))
    let wanted: Set = ["id", "state", "issue", "diagnosis", "source", "created_at", "url"]
    return MCPAnswer(
      text, (json(site).members ?? []).filter { wanted.contains($0.name) }, advice: advice,
      citations: issue.map { [MCPAnswer.citation($0, site)] } ?? [])
  }
}

extension OutcomePage {
  func answer(counted: Bool, _ site: Site) -> MCPAnswer {
    var text = MCPText()
    text.say("Recorded for report \(id: outcome.report.id): \(OwnWords(result: outcome.result)).")
    text.add("Fix \(fix.id): \(OwnWords(fix.evidence)).")
    var advice: [OwnWords] = []
    if !counted {
      advice.append(
        """
        Logged but not counted: worked needs observed. Check again and record it with the command \
        and the last lines it printed.
        """)
    }
    switch (outcome.report.state, next) {
    case (.resolved, _): advice.append("Tell the person what was recorded.")
    case (_, let next?):
      advice.append(
        """
        Propose the next fix, \(next.id)\(next.requiresApproval ? ", \(MCPWords.approval)" : "").
        """)
    case (_, nil):
      advice.append("No fix is left. Invent nothing; tell the person whom to ask.")
    }
    let all = OwnWords(joining: advice, by: " ")
    text.add(all)
    var data = "issue: \(oneLine(issue.title))\naddress: \(site.url(issue: issue.slug))\n"
    data += "report: \(site.url("/reports/" + outcome.report.id))\n"
    if outcome.report.state != .resolved, let next {
      data += "fix \(next.id):\n" + indented(next.text, 2) + "\n"
    }
    text.quote(data)
    return MCPAnswer(
      text, (json(site).members ?? []) + [.init("counted", .bool(counted))], advice: all,
      citations: [MCPAnswer.citation(issue, site)])
  }
}

extension OwnWords {
  init(result: OutcomeResult) { text = result.inWords }
}

extension String {
  fileprivate var trimmingEnd: String {
    var text = self
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
