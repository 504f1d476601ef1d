import Diagnosis
import Guide
import JSON
import Store

// The tools that find issues.

extension MCPTool {
  static let diagnose = MCPTool(
    name: "diagnose", title: "Diagnose an error or a log", description: MCPWords.diagnose,
    input: Schema.input(
      [
        .init(
          "text",
          Schema.string("The raw output: an error message, a stack trace, a log. At most 1 MB.")),
        .init("guide", Schema.string("Slug of a guide, to look in that one only.")),
        .init(
          "environment", Schema.strings("What it ran on, e.g. {\"region\": \"us-east-1\"}.")),
        .init(
          "keep",
          Schema.boolean("Keep the whole masked text, not only the lines that matched.")),
        .init("limit", Schema.integer("At most so many issues.", 1...20, default: 5)),
      ], required: ["text"]),
    output: Schema.output([
      .init("id", Schema.optional(Schema.string("For record_outcome and open_report."))),
      .init("url", Schema.optional(Schema.string())),
      .init(
        "verdict",
        Schema.choice(
          ["known", "possible", "unknown"],
          "known: explained by the first match. possible: it looks similar, ask. unknown: say so.")),
      .init("matcher", Schema.string()), .init("redacted", Schema.integer("Secrets masked.")),
      .init("met_last_hour", Schema.integer()),
      .init("environment", Schema.strings("What it ran on, as you said.")),
      .init("contact", Schema.optional(Schema.string("Whom to ask when it is not known."))),
      .init("created_at", Schema.string()),
      .init(
        "matches",
        Schema.list(
          of: Schema.object([
            .init("issue", Schema.issue),
            .init("confidence", Schema.number("Probability that it is this one, 0 to 1.")),
            .init("evidence", Schema.list(of: Schema.matched)),
            .init("fixes", Schema.list(of: Schema.fix, "Best evidence first.")),
            .init("text", Schema.optional(Schema.string(Shape.textWords))),
          ]), "Best first; for unknown the nearest, which probably are another problem.")),
    ]), writes: false
  ) { call in
    var fields = try call.fields()
    let text = try fields.required("text", limit: Limits.text)
    let input = try DiagnoseInput(
      text: Intake.read(text), guide: try fields.text("guide"),
      limit: try fields.integer("limit", in: 1...20) ?? 5, keep: try fields.flag("keep"),
      environment: try fields.properties("environment").map {
        Property($0.key, SecretMasker.mask($0.value).text)
      }
    ).checked()
    let page = try call.app.diagnose(input, caller: call.caller, source: .agent, channel: "mcp")
    return page.answer(call.site)
  }

  static let searchIssues = MCPTool(
    name: "search_issues", title: "Search issues", description: MCPWords.searchIssues,
    input: Schema.input(
      [
        .init(
          "query", Schema.string("Words, a code, a flag, a \"phrase\", -without.", limit: 2_000)),
        .init("guide", Schema.string("Slug of a guide, to look in that one only.")),
        .init("tag", Schema.string("Only issues with this tag.")),
        .init("limit", Schema.integer("At most so many issues.", 1...100, default: 10)),
        .init("cursor", Schema.string("The next of the answer before.")),
      ], required: ["query"]),
    output: Schema.output([
      .init("query", Schema.string()),
      .init(
        "results",
        Schema.list(
          of: Schema.object([
            .init("issue", Schema.issue),
            .init("score", Schema.number("Orders the results; no probability.")),
            .init("excerpt", Schema.string()),
            .init("why", Schema.string("Which words were found, and where.")),
          ]))),
      .init("searched_for", Schema.string("What the results are for.")),
      .init(
        "did_you_mean",
        Schema.optional(Schema.string("The query with likely typing errors put right."))),
      .init("next", Schema.optional(Schema.string("Cursor of the next page."))),
    ]), writes: false
  ) { call in
    var fields = try call.fields()
    let page = try call.app.search(
      SearchInput(
        words: try fields.required("query", limit: 2_000), guide: try fields.text("guide"),
        tag: try fields.text("tag"), limit: try fields.integer("limit", in: 1...100) ?? 10,
        offset: try Cursor(try fields.text("cursor")).offset),
      caller: call.caller, channel: "mcp")
    return page.answer(call.site)
  }
}

extension DiagnosisPage {
  /// For a chat, and as data.
  func answer(_ site: Site) -> MCPAnswer {
    let advice =
      switch verdict {
      case .known: MCPWords.onKnown
      case .possible: MCPWords.onPossible
      case .unknown: MCPWords.onUnknown
      }
    var text = MCPText()
    text.say(headline)
    text.add(advice)
    text.quote(data(site))
    if verdict != .unknown, let best = matches.first {
      text.say(MCPText.fixes(best.fixes, hasText: best.text != nil))
      if let id, let fix = best.fixes.first {
        text.say(
          """
          After a fix was carried out and checked: record_outcome with diagnosis "\(id: id)", the id of \
          the fix, e.g. \(fix.id), the result and what was observed.
          """)
      }
    } else if let id {
      text.say("To leave a report: open_report with diagnosis \"\(id: id)\".")
    }
    return MCPAnswer(
      text, json(site).members ?? [], advice: advice,
      citations: matches.map { match in
        MCPAnswer.citation(
          match.issue, site, revision: match.revision, matcher: matcher,
          lines: match.evidence.map {
            ["line": .integer($0.line), "text": .string($0.text)]
          })
      })
  }

  private var headline: OwnWords {
    var parts: [OwnWords] = []
    switch verdict {
    case .known: parts.append("KNOWN, \(MCPText.percent(matches.first?.confidence))")
    case .possible: parts.append("POSSIBLE, \(MCPText.percent(matches.first?.confidence))")
    case .unknown: parts.append("NOT KNOWN")
    }
    parts.append("matcher \(id: matcher)")
    if let id { parts.append("diagnosis \(id: id)") }
    if redacted > 0 { parts.append("secrets masked: \(redacted)") }
    if metLastHour > 0 { parts.append("others who met it in the last hour: \(metLastHour)") }
    return OwnWords(joining: parts, by: "; ")
  }

  /// What goes inside the fence.
  private func data(_ site: Site) -> String {
    var text = ""
    for (index, match) in matches.enumerated() {
      let isAnswer = index == 0 && verdict != .unknown
      text += "[\(index + 1)] \(oneLine(match.issue.title))"
      text += verdict == .unknown ? " (nearest, probably another problem)\n" : "\n"
      text += "    address: \(site.url(issue: match.issue.slug))\n"
      text += "    revision: \(match.revision)\n"
      text += "    confidence: \(percentSure(match.confidence))\n"
      for evidence in match.evidence {
        text += "    matched line \(evidence.line): \(oneLine(evidence.text).prefix(500))\n"
        text += "      (\(evidence.reason.rawValue): \(oneLine(evidence.detail)))\n"
      }
      guard isAnswer else { continue }
      for fix in match.fixes {
        text += "    fix \(fix.id):\n" + indented(fix.text, 6) + "\n"
        if let verify = fix.verify { text += "      To verify: " + oneLine(verify) + "\n" }
      }
      if let issue = match.text {
        text += "    text:\n" + indented(issue.markdown, 6) + "\n"
        if issue.isCut { text += "    (there is more at the address)\n" }
      }
    }
    if verdict == .unknown {
      text += "contact: \(contact.map(oneLine) ?? "no owner is named in the guides")\n"
    }
    return text
  }
}

extension SearchPage {
  func answer(_ site: Site) -> MCPAnswer {
    let advice = results.isEmpty ? MCPWords.nothingFound : MCPWords.quoteIt
    var text = MCPText()
    text.say("Issues found: \(results.count).")
    text.add(advice)
    if !results.isEmpty {
      text.quote(
        (isRespelled
          ? "Nothing for the query as it is; searched for: \(oneLine(suggestion ?? ""))\n" : "")
          + results.enumerated().map { index, result in
            """
            [\(index + 1)] \(oneLine(result.issue.title))
                address: \(site.url(issue: result.issue.slug))
                revision: \(result.issue.revision)
                \(oneLine(result.excerpt.plain))

            """
          }.joined())
    }
    if let next { text.say("There are more: call again with cursor \"\(id: next.cursor)\".") }
    return MCPAnswer(
      text, json(site).members ?? [], advice: advice,
      citations: results.map {
        MCPAnswer.citation($0.issue, site, matcher: Matcher.version)
      })
  }
}

extension OwnWords {
  init(joining parts: [OwnWords], by separator: OwnWords) {
    self.init(stringLiteral: parts.map(\.text).joined(separator: separator.text))
  }
}

extension MCPText {
  static func percent(_ value: Double?) -> OwnWords {
    "\(Int((min(value ?? 0, 0.99) * 100).rounded())) % sure"
  }

  /// The same of a whole issue, whose text is given beside it.
  static func fixes(of issue: Issue) -> OwnWords {
    fixes(issue.fixes, hasText: issue.markdown.contains { !$0.isWhitespace })
  }

  /// What is recorded of each fix, and its risk.
  ///
  /// - Parameter hasText: The issue's text was given, which may say what to do.
  static func fixes(_ fixes: [Fix], hasText: Bool) -> OwnWords {
    if fixes.isEmpty {
      return hasText
        ? "No fix is marked as one in it; what to do stands in its text, if anywhere."
        : "No fix is written down yet."
    }
    let lines = fixes.map { fix -> OwnWords in
      let risk: OwnWords =
        switch fix.risk {
        case .destructive: " Risk: destructive, \(MCPWords.approval)."
        case .disruptive: " Risk: disruptive, it interrupts what is running."
        case .safe: " Risk: safe."
        case nil: ""
        }
      return "- fix \(fix.id): \(OwnWords(fix.evidence)).\(risk)"
    }
    return "Fixes, best evidence first:\n\(OwnWords(joining: lines, by: "\n"))"
  }
}

/// Text of others on one line.
func oneLine(_ text: String) -> String {
  text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
}
