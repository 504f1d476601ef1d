import Diagnosis
import Guide
import SQLite
import Testing

@testable import Store

/// What a question finds of the secret guide.
private struct Question: Sendable, CustomTestStringConvertible {
  let name: String
  /// Whether the answer shows a trace of it.
  let sees: @Sendable (Reading, Secret) throws -> Bool
  var testDescription: String { name }

  init(_ name: String, _ sees: @escaping @Sendable (Reading, Secret) throws -> Bool) {
    self.name = name
    self.sees = sees
  }
}

/// The guide that not everyone may see, and what belongs to it. Its texts all say "zebra".
private struct Secret: Sendable {
  let guide: Int
  let issue: Int
  let fix: Int
  let diagnosis: String
  let report: String
}

private func says(_ value: Any) -> Bool { String(reflecting: value).contains(/(?i)zebra/) }

private func filter(_ change: (inout Reading.IssueFilter) -> Void) -> Reading.IssueFilter {
  var filter = Reading.IssueFilter()
  change(&filter)
  return filter
}

/// Every function of `Reading` that could tell of a guide.
private let questions = [
  Question("issueID(named: slug)") { reading, _ in
    try reading.issueID(named: "zebra-crossing") != nil
  },
  Question("issueID(named: former slug)") { reading, _ in
    try reading.issueID(named: "zebra-before") != nil
  },
  Question("issueID(named: id)") { reading, secret in
    try reading.issueID(named: "\(secret.issue)") != nil
  },
  Question("summaries") { reading, secret in try !reading.summaries([secret.issue]).isEmpty },
  Question("issue") { reading, secret in try reading.issue(secret.issue) != nil },
  Question("issues") { reading, _ in says(try reading.issues(.init(), limit: 100)) },
  Question("issues by title") { reading, _ in
    says(try reading.issues(filter { $0.sort = .title }, limit: 100))
  },
  Question("issues by time") { reading, _ in
    says(try reading.issues(filter { $0.sort = .updated }, limit: 100))
  },
  Question("issues of the guide") { reading, _ in
    says(try reading.issues(filter { $0.guide = "zebra-guide" }, limit: 100))
  },
  Question("issues of the section") { reading, _ in
    says(try reading.issues(filter { $0.section = "Zebra section" }, limit: 100))
  },
  Question("issues with the tag") { reading, _ in
    says(try reading.issues(filter { $0.tag = "zebra" }, limit: 100))
  },
  Question("issues of a confidence") { reading, _ in
    says(try reading.issues(filter { $0.confidence = .verified }, limit: 100))
  },
  Question("issues(withTag:)") { reading, secret in
    try reading.issues(withTag: "zebra").contains(secret.issue)
  },
  Question("issues(withPhrase:)") { reading, secret in
    try reading.issues(withPhrase: "zebra", limit: 100).contains(secret.issue)
  },
  Question("issueMarkdown") { reading, secret in says(try reading.issueMarkdown(secret.issue)) },
  Question("revisions") { reading, secret in
    try !reading.revisions(ofIssue: secret.issue, limit: 9).isEmpty
  },
  Question("revision") { reading, secret in try reading.revision(1, ofIssue: secret.issue) != nil },
  Question("check(named:)") { reading, _ in try reading.check(named: "zebra-check") != nil },
  Question("checks") { reading, _ in says(try reading.checks()) },
  Question("rankedFixes") { reading, secret in
    try !reading.rankedFixes(ofIssue: secret.issue).isEmpty
  },
  Question("fix") { reading, secret in try reading.fix(secret.fix) != nil },
  Question("guides") { reading, _ in says(try reading.guides()) },
  Question("guide") { reading, _ in try reading.guide("zebra-guide") != nil },
  Question("sections") { reading, secret in says(try reading.sections(ofGuide: secret.guide)) },
  Question("exported") { reading, secret in try !reading.exported(guide: secret.guide).isEmpty },
  Question("contact") { reading, _ in says(try reading.contact(guide: nil) ?? "") },
  Question("contact of the guide") { reading, _ in
    says(try reading.contact(guide: "zebra-guide") ?? "")
  },
  Question("changes") { reading, _ in says(try reading.changes(after: 0, limit: 100)) },
  Question("recentChanges") { reading, _ in says(try reading.recentChanges(limit: 100)) },
  Question("mostMet") { reading, _ in
    says(try reading.mostMet(since: Time(milliseconds: 0), limit: 9))
  },
  Question("othersMet") { reading, secret in
    let asked = StoredDiagnosis(
      id: "x", verdict: .known, matcher: "m1", guide: nil, excerpt: "", kept: nil, redacted: 0,
      matches: [], source: .person, asker: "somebody else", createdAt: .now())
    return try reading.othersMet(issue: secret.issue, before: asked) > 0
  },
  Question("warnings") { reading, _ in says(try reading.warnings()) },
  Question("warnings of the issue") { reading, secret in
    says(try reading.warnings(ofIssue: secret.issue))
  },
  Question("history of the fix") { reading, secret in
    try !reading.history(ofFix: secret.fix).spans.isEmpty
  },
  Question("diagnosis") { reading, secret in
    let diagnosis = try reading.diagnosis(secret.diagnosis)
    return says(diagnosis?.matches ?? []) || diagnosis?.guide != nil
  },
  Question("reports") { reading, _ in says(try reading.reports(limit: 9).map(\.report)) },
  Question("allSamples") { reading, _ in says(try reading.allSamples(guide: nil)) },
  Question("allSamples of the guide") { reading, _ in
    says(try reading.allSamples(guide: "zebra-guide"))
  },
  Question("corpus of the guide") { reading, _ in try reading.corpus(guide: "zebra-guide") != nil },
  Question("vectors") { reading, secret in
    try !reading.corpus(guide: nil)!.vectors([secret.issue]).isEmpty
  },
  Question("issues(with:)") { reading, secret in
    let tokens = Analyzer.tokens(of: "zebra").map(\.text)
    return try tokens.contains {
      try reading.corpus(guide: nil)!.issues(with: $0, limit: 100).contains(secret.issue)
    }
  },
  Question("samples(sharing:)") { reading, _ in
    let keys = Shingles.keys(ofSample: zebraLine)
    return says(try reading.corpus(guide: nil)!.samples(sharing: keys))
  },
  Question("verification") { reading, secret in
    try reading.verification(ofIssue: secret.issue) != nil
  },
  Question("links") { reading, _ in
    try reading.issueID(named: "open-issue").map { target in
      says(try reading.links(ofIssue: target.number).compactMap(\.issue))
    } ?? false
  },
  Question("linksTo") { reading, _ in
    try reading.issueID(named: "open-issue").map { target in
      says(try reading.linksTo(issue: target.number).compactMap(\.issue))
    } ?? false
  },
  Question("reviewsDue") { reading, _ in
    says(try reading.reviewsDue(now: .now() + 400 * 86_400))
  },
  Question("removedIssues") { reading, _ in says(try reading.removedIssues(limit: 9)) },
  Question("deletedIssue") { reading, _ in try reading.deletedIssue(named: "zebra-gone") != nil },
  Question("mergedIssue") { reading, _ in try reading.mergedIssue(named: "zebra-twin") != nil },
  Question("issuesMerged") { reading, _ in
    try (1...99).contains { try !reading.issuesMerged(into: $0).isEmpty }
  },
  Question("guideTitle") { reading, _ in try reading.guideTitle("zebra-guide") != nil },
  Question("sectionTitles") { reading, _ in
    try !reading.sectionTitles(ofGuide: "zebra-guide").isEmpty
  },
  Question("suggestions") { reading, _ in says(try reading.suggestions(state: .open, limit: 9)) },
  Question("suggestion") { reading, _ in try reading.suggestion(1) != nil },
  Question("words") { reading, secret in
    try !reading.corpus(guide: nil)!.words([secret.issue]).isEmpty
  },
  Question("gaps") { reading, _ in
    says(try reading.gaps(since: .now() + -3_600, limit: 9))
  },
  Question("gap") { reading, _ in try reading.gap(1) != nil },
  Question("verdict of a diagnosis") { reading, secret in
    try reading.diagnosis(secret.diagnosis)?.verdict == .known
  },
  Question("outcomes of a report") { reading, secret in
    try !reading.outcomes(ofReport: secret.report).isEmpty
  },
  Question("frequencies") { reading, _ in
    let tokens = Analyzer.tokens(of: "zebra").map(\.text)
    return try !reading.corpus(guide: nil)!.frequencies(tokens).isEmpty
  },
  Question("issueCount") { reading, _ in try reading.corpus(guide: nil)!.issueCount() > 1 },
  Question("audience") { reading, secret in try reading.audience(ofGuide: secret.guide) != nil },
  Question("visibleIssues") { reading, _ in try reading.corpus(guide: nil)!.visibleIssues() > 1 },
  Question("a diagnosis of its sample") { reading, secret in
    let judgement = try Matcher().match(
      Intake.read(zebraLine), corpus: reading.corpus(guide: nil)!, limit: 9)
    return judgement.matches.contains { $0.issueID == secret.issue }
  },
]

private let zebraLine = "zebra crossed the line again and nobody stopped it"

struct VisibilityTests {
  private let base: Base
  private let secret: Secret

  init() throws {
    base = try Base()
    try base.load(
      "# Open guide\n\n## Section\n\n### Open issue\n- **Fix**: wait\n"
        + "- **Related**: [a hidden one](/issues/zebra-crossing)\n")
    try base.load(
      """
      ---
      owner: zebra@example.org
      ---
      # Zebra guide

      ## Zebra section

      ### Zebra before
      - a zebra is seen
      - **Fix**: stop the zebra
      - **Check**: zebra-check: length 3..5
      - **Tags**: zebra
      - **Related**: Open issue

      ```sample
      \(zebraLine)
      ```

      """)
    try base.edit("zebra-before", title: "Zebra crossing", as: .system)
    let issue = try base.issue("zebra-crossing")
    let guide = try base.count("SELECT id FROM guide WHERE slug = 'zebra-guide'")
    let diagnosis = StoredDiagnosis(
      id: Secrets.identifier(), verdict: .known, matcher: "m1", guide: "zebra-guide",
      excerpt: "line", kept: nil, redacted: 0,
      matches: [
        StoredMatch(
          issueID: issue.summary.id, revision: 1, confidence: 0.9,
          evidence: [Evidence(line: 1, text: "line", reason: .sample, detail: zebraLine)])
      ], source: .person, createdAt: .now())
    #expect(base.store.remember(diagnosis))
    let report = try base.store.write(as: .system) { writing in
      try writing.openReport(
        NewReport(
          text: "a zebra", issueID: issue.summary.id, reporter: "account:1", source: .person))
    }
    secret = Secret(
      guide: guide, issue: issue.summary.id, fix: issue.fixes[0].id, diagnosis: diagnosis.id,
      report: report.id)
    try base.create("Zebra gone", in: "zebra-guide", section: "Zebra section")
    try base.delete("zebra-gone")
    let host = try base.create("Zebra host", in: "zebra-guide", section: "Zebra section").id
    let twin = try base.create("Zebra twin", in: "zebra-guide", section: "Zebra section").id
    _ = try base.store.write(as: .system) { try $0.mergeIssue(twin, into: host) }
    _ = try base.store.write(as: .system) { writing in
      _ = try writing.verify(issue: issue.summary.id, against: "version 7")
      _ = try writing.suggest(
        issue: issue.summary.id, guide: "zebra-guide",
        IssueText(title: "Zebra", section: "", markdown: "- zebra", revision: 1), comment: "",
        reporter: "a")
      for name in ["named", "other"] { _ = try writing.createAccount(name: name, role: .reader) }
      _ = try writing.record(
        NewOutcome(fixID: issue.fixes[0].id, result: .worked, reporter: "a", source: .person),
        forReport: report.id)
      _ = try writing.record(
        NewOutcome(
          fixID: issue.fixes[0].id, result: .madeWorse, note: "zebra", reporter: "b",
          source: .anonymous), forReport: report.id)
      try writing.insert(
        AskedQuestion(
          kind: .diagnosis, text: "why zebra", template: "why zebra", guide: "zebra-guide",
          source: "api", reporter: "a", verdict: .unknown, results: 0, milliseconds: 1))
    }
  }

  private func hide() throws {
    try base.store.write(as: .system) {
      try $0.setAudience(Audience(.named, people: ["named"]), ofGuide: "zebra-guide")
    }
  }

  private func sees(_ question: Question, _ viewer: Viewer, audience: String) throws -> Bool {
    try base.store.write(as: .system) {
      let kind = Audience.Kind(rawValue: audience)!
      try $0.setAudience(Audience(kind, people: ["named"]), ofGuide: "zebra-guide")
    }
    return try base.store.read(as: viewer) { try question.sees($0, secret) }
  }

  @Test(arguments: questions)
  private func `a guide for named people leaves no trace for others`(question: Question) throws {
    #expect(try !sees(question, .anyone, audience: "named"))
    #expect(try !sees(question, .member(account: 2), audience: "named"))
    #expect(try !sees(question, .member(account: 0), audience: "named"))
    #expect(try sees(question, .member(account: 1), audience: "named"))
    #expect(try sees(question, .system, audience: "named"))
  }

  @Test(arguments: questions)
  private func `a guide for members leaves no trace for strangers`(question: Question) throws {
    #expect(try !sees(question, .anyone, audience: "members"))
    #expect(try sees(question, .member(account: 2), audience: "members"))
    #expect(try sees(question, .anyone, audience: "anyone"))
  }

  @Test func `hidden samples do not crowd out those that may be seen`() throws {
    let block = (0..<300).map { "```sample\n\(zebraLine) no\($0)\n```\n" }.joined(separator: "\n")
    try base.load(
      "# Crowd\n\n## S\n\n### Crowd\n- **Fix**: x\n\n\(block)\n### Last\n- **Fix**: y\n")
    try base.run("UPDATE guide SET audience = 'named' WHERE slug <> 'open-guide'")
    try base.load("# Public\n\n## S\n\n### Public\n- **Fix**: x\n\n```sample\n\(zebraLine)\n```\n")
    let found = try base.store.read(as: .anyone) {
      try $0.corpus(guide: nil)!.samples(sharing: Shingles.keys(ofSample: zebraLine))
    }
    #expect(found.map(\.text) == [zebraLine])
  }

  @Test func `nobody writes what they may not see`() throws {
    try hide()
    let stranger = Author(viewer: .member(account: 2), name: "other")
    func refused(_ body: @escaping @Sendable (Writing) throws -> Void) {
      #expect(throws: (any Error).self) { try base.store.write(as: stranger, body) }
    }
    let secret = secret
    refused {
      _ = try $0.createIssue(
        guide: "zebra-guide", IssueText(title: "x", section: "", markdown: "- x"), comment: "")
    }
    refused {
      _ = try $0.updateIssue(
        secret.issue, IssueText(title: "x", section: "", markdown: "- x"), base: .any, comment: "")
    }
    refused { _ = try $0.verify(issue: secret.issue, against: "") }
    refused { try $0.setConfidence(.archived, ofIssue: secret.issue) }
    refused { _ = try $0.mergeIssue(secret.issue, into: 1) }
    refused { _ = try $0.mergeIssue(1, into: secret.issue) }
    refused {
      _ = try $0.suggest(
        issue: secret.issue, guide: "open-guide",
        IssueText(title: "x", section: "", markdown: "- x", revision: 1), comment: "", reporter: "a"
      )
    }
    refused { try $0.deleteIssue(secret.issue, base: .any, comment: "") }
    refused {
      _ = try $0.openReport(
        NewReport(text: "x", issueID: secret.issue, reporter: "a", source: .person))
    }
    refused { writing in
      let report = try writing.openReport(NewReport(text: "x", reporter: "a", source: .person))
      _ = try writing.record(
        NewOutcome(fixID: secret.fix, result: .worked, reporter: "a", source: .person),
        forReport: report.id)
    }
    try base.checkIntegrity()
  }

  @Test func `an error does not name an issue that may not be seen`() throws {
    try hide()
    let error = #expect(throws: IssueWriteError.self) {
      try base.store.write(as: Author(viewer: .member(account: 2), name: "other")) {
        try $0.createIssue(
          guide: "open-guide",
          IssueText(
            title: "New", section: "Section", markdown: "- **Check**: zebra-check: length 1..2"),
          comment: "")
      }
    }
    #expect(!"\(error!)".contains("zebra-crossing"))
  }
}

extension SlugTarget {
  fileprivate var number: Int {
    switch self {
    case .issue(let id), .moved(let id, _): id
    }
  }
}
