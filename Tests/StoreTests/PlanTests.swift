import Diagnosis
import Guide
import SQLite
import Testing

@testable import Store

/// The statements of a question, and how SQLite goes about them.
private struct Question: Sendable, CustomTestStringConvertible {
  let name: String
  /// Statements it takes at most.
  let budget: Int
  /// Tables it may read whole, with the reason.
  let mayScan: [String: String]
  let ask: @Sendable (Reading) throws -> Void
  /// A list as long as the base, of which a page is shown: it must not be sorted first.
  let isLong: Bool
  var testDescription: String { name }

  init(
    _ name: String, _ budget: Int, mayScan: [String: String] = [:], isLong: Bool = false,
    _ ask: @escaping @Sendable (Reading) throws -> Void
  ) {
    self.name = name
    self.budget = budget
    self.mayScan = mayScan
    self.isLong = isLong
    self.ask = ask
  }
}

private func filter(_ change: (inout Reading.IssueFilter) -> Void) -> Reading.IssueFilter {
  var filter = Reading.IssueFilter()
  change(&filter)
  return filter
}

/// What the index reads of a table for any question.
private let corpus = [
  "wording_term": "whether there is a row", "sample_shingle": "20,000 rows at most, once",
]

/// Everything that a page, the API or the command line asks while serving.
private let questions = [
  Question("slug", 1) { _ = try $0.issueID(named: "one") },
  Question("id", 1, mayScan: ["m": "the issues that one was merged into, one after the other"]) {
    _ = try $0.issueID(named: "1")
  },
  Question("issue", 10) { _ = try $0.issue(1) },
  Question("summaries", 1) { _ = try $0.summaries([1, 2, 3]) },
  Question("fix", 3) { _ = try $0.fix(1) },
  Question("history of a fix", 1) { _ = try $0.history(ofFix: 1) },
  Question(
    "warnings", 2, mayScan: ["o": "what no editor has looked at, and nothing else, with a limit"]
  ) { _ = try $0.warnings() },
  Question("issues", 1, isLong: true) { _ = try $0.issues(.init(), limit: 20) },
  Question("issues of a guide", 1, isLong: true) {
    _ = try $0.issues(filter { $0.guide = "guide" }, limit: 20)
  },
  Question("issues with a tag", 1) {
    _ = try $0.issues(filter { $0.tag = "net" }, limit: 20)
  },
  Question("issues by title", 1, isLong: true) {
    _ = try $0.issues(filter { $0.sort = .title }, limit: 20)
  },
  Question("issues by time", 1, isLong: true) {
    _ = try $0.issues(filter { $0.sort = .updated }, limit: 20)
  },
  Question("further issues", 1, isLong: true) { _ = try $0.issues(.init(), after: 5, limit: 20) },
  Question("further issues by title", 1, isLong: true) {
    _ = try $0.issues(filter { $0.sort = .title }, after: 5, limit: 20)
  },
  Question("further issues by time", 1, isLong: true) {
    _ = try $0.issues(filter { $0.sort = .updated }, after: 5, limit: 20)
  },
  Question("revisions", 1, isLong: true) { _ = try $0.revisions(ofIssue: 1, limit: 20) },
  Question("revision", 1) { _ = try $0.revision(1, ofIssue: 1) },
  Question("markdown", 1) { _ = try $0.issueMarkdown(1) },
  Question("links", 2) { _ = try $0.links(ofIssue: 1) },
  Question("what links here", 2) { _ = try $0.linksTo(issue: 1) },
  Question("reviews due", 4, mayScan: ["v": "for editors: one row for each verification by hand"]) {
    _ = try $0.reviewsDue(now: .now())
  },
  Question("tag", 1) { _ = try $0.issues(withTag: "net") },
  Question("check", 1) { _ = try $0.check(named: "id") },
  Question("checks", 1, mayScan: ["c": "the page lists them all, in the order of the primary key"])
  { _ = try $0.checks() },
  Question("guides", 1) { _ = try $0.guides() },
  Question("guide", 1) { _ = try $0.guide("guide") },
  Question("sections", 2) { _ = try $0.sections(ofGuide: 1) },
  Question("a part of a guide", 2, isLong: true) {
    _ = try $0.sections(ofGuide: 1, after: 5, limit: 20)
  },
  Question("removed issues", 1, isLong: true) { _ = try $0.removedIssues(limit: 20) },
  Question("further removed issues", 1, isLong: true) {
    _ = try $0.removedIssues(after: 5, limit: 20)
  },
  Question("deleted issue", 1) { _ = try $0.deletedIssue(named: "one") },
  Question("merged issue", 1) { _ = try $0.mergedIssue(named: "one") },
  Question("what was merged", 1) { _ = try $0.issuesMerged(into: 1) },
  Question("guide's title", 1) { _ = try $0.guideTitle("guide") },
  Question("export", 2) { _ = try $0.exported(guide: 1) },
  Question("contact", 1) { _ = try $0.contact(guide: nil) },
  Question("changes", 2, isLong: true) { _ = try $0.changes(after: 5, limit: 20) },
  Question("recent changes", 2, isLong: true) { _ = try $0.recentChanges(limit: 20) },
  Question("changes of a guide", 2, isLong: true) {
    _ = try $0.recentChanges(ofGuide: 1, limit: 20)
  },
  Question("changes of an issue", 2, isLong: true) {
    _ = try $0.recentChanges(ofIssue: 1, limit: 20)
  },
  Question("webhooks", 1, mayScan: ["w": "a handful, which an admin made"]) {
    _ = try $0.webhooks()
  },
  Question("deliveries", 1, isLong: true) {
    _ = try $0.deliveries(ofWebhook: 1, limit: 20, offset: 0)
  },
  Question("next delivery", 1, isLong: true) { _ = try $0.nextDelivery(without: [1]) },
  Question("most met", 2) { _ = try $0.mostMet(since: .now() + -3_600, limit: 5) },
  Question("met", 1) {
    _ = try $0.othersMet(
      issue: 1,
      before: StoredDiagnosis(
        id: "x", verdict: .known, matcher: "m1", guide: nil, excerpt: "", kept: nil, redacted: 0,
        matches: [], source: .person, createdAt: .now()))
  },
  Question("diagnosis", 2) { _ = try $0.diagnosis("x") },
  Question("report", 1) { _ = try $0.report("x") },
  Question("reports", 1, isLong: true) { _ = try $0.reports(before: 9, limit: 20) },
  Question("outcomes", 1) { _ = try $0.outcomes(ofReport: "x") },
  Question("session", 1) { _ = try $0.account(session: "x", now: .now()) },
  Question("token", 1) { _ = try $0.token("x", now: .now()) },
  Question("account", 1) { _ = try $0.account(named: "edna") },
  Question("password", 1) { _ = try $0.passwordHash(ofAccount: 1) },
  Question("one account", 1) { _ = try $0.account(1) },
  Question("session by secret", 1) { _ = try $0.session("x", now: .now()) },
  Question("sessions", 1) { _ = try $0.sessions(ofAccount: 1, now: .now()) },
  Question("tokens of an account", 1) { _ = try $0.tokens(ofAccount: 1, limit: 20) },
  Question("audit log", 1, isLong: true) { _ = try $0.auditEntries(limit: 20) },
  Question("audit log of one", 1, isLong: true) {
    _ = try $0.auditEntries(AuditFilter(actor: "edna"), limit: 20)
  },
  Question("audit log of one kind", 1, isLong: true) {
    _ = try $0.auditEntries(AuditFilter(action: "sign in"), limit: 20)
  },
  Question("gaps", 1) { _ = try $0.gaps(since: .now() + -3_600, limit: 20) },
  Question("audience", 3) { _ = try $0.audience(ofGuide: 1) },
  Question("alert", 1) {
    _ = try $0.isKnown(
      AlertNotice(
        fingerprint: "x", name: "x", startedAt: .now(), endedAt: nil,
        report: NewReport(text: "x", reporter: "x", source: .automation)))
  },
  Question("issue of an alert's name", 3) { _ = try $0.issue(called: "SomeAlertName") },
  Question("phrase", 2) { _ = try $0.issues(withPhrase: "plain words", limit: 100) },
  Question("a diagnosis of one line", 14, mayScan: corpus) { reading in
    let corpus = try reading.corpus(guide: nil)!
    _ = try Matcher().match(Intake.read("plain words went wrong here"), corpus: corpus, limit: 5)
  },
  Question("insights", 9) { _ = try $0.insights(since: .now() + -86_400, until: .now()) },
  Question("wordings", 1) { _ = try $0.wordings(ofIssue: 1) },
  Question(
    "what reports say", 6,
    mayScan: corpus.merging(["f": "the wordings found by their terms, at most 300"]) { $1 }
  ) { reading in
    let corpus = try reading.corpus(guide: nil)!
    _ = try Matcher().learned(Intake.read("plain words went wrong here"), corpus: corpus)
  },
  Question("a diagnosis in one guide", 14, mayScan: corpus) { reading in
    guard let corpus = try reading.corpus(guide: "guide") else { return }
    _ = try Matcher().match(Intake.read("plain words went wrong here"), corpus: corpus, limit: 5)
  },
]

/// Tables that are small whatever the base holds, and lists that are parameters.
private let small: Set<String> = [
  "guide", "g", "json_each", "guide_reader", "guide_role", "granted",
]

struct PlanTests {
  private static func base() throws -> Base {
    let base = try Base()
    try base.load(
      guideText(
        "Guide",
        (0..<30).map {
          (
            "Issue \($0)",
            "- **Fix**: plain words\n- **Tags**: net\n- **Check**: c\($0): length 1..2\n\n```sample\nplain words went wrong here\n```"
          )
        }))
    try base.run("UPDATE guide SET audience = 'members'")
    try base.load("# Open\n\n## S\n\n### One\n- **Fix**: plain words\n")
    return base
  }

  /// Texts of a question's statements, and the steps of their plans that scan or sort.
  private func statements(_ question: Question, _ viewer: Viewer) throws -> (
    texts: [String], scans: [String]
  ) {
    let base = try Self.base()
    return try base.store.read(as: viewer) { reading in
      var texts: [String] = []
      reading.connection.trace = { texts.append($0) }
      try question.ask(reading)
      reading.connection.trace = nil
      var scans: [String] = []
      for text in texts {
        let parameters = text.matches(of: /\$(\d+)/).compactMap { Int($0.1) }.max() ?? 0
        let sql = SQL(trusted: text, values: Array(repeating: .null, count: parameters))
        for step in try reading.connection.plan(sql)
        where step.hasPrefix("SCAN ")
          || (question.isLong && step.contains("TEMP B-TREE FOR ORDER BY"))
        {
          scans.append(step + " in " + text)
        }
      }
      return (texts, scans)
    }
  }

  @Test(arguments: questions, [Viewer.anyone, .member(account: 1), .system])
  private func `no question reads a table from end to end`(question: Question, viewer: Viewer)
    throws
  {
    for scan in try statements(question, viewer).scans {
      let words = scan.split(separator: " ")
      let table = String(words[1])
      if small.contains(table) || question.mayScan[table] != nil { continue }
      // A search in the full-text index, whose plan names the match ("INDEX 0:M1").
      if scan.contains(/^SCAN \w+ VIRTUAL TABLE INDEX \d+:M/) { continue }
      if scan.hasPrefix("SCAN CONSTANT ROW") || scan.hasPrefix("SCAN (subquery") { continue }
      // In the order of an index and with a limit: no more rows than the page shows.
      if scan.contains(/^SCAN \w+ USING (COVERING )?INDEX/), scan.contains("LIMIT"), question.isLong
      {
        continue
      }
      // Newest first by rowid, which no clock changes, with a limit.
      if scan.hasPrefix("SCAN \(table) in "), scan.contains("ORDER BY rowid DESC LIMIT") {
        continue
      }
      Issue.record("\(scan)")
    }
  }

  @Test(arguments: questions)
  private func `a question takes no more statements than it should`(question: Question) throws {
    let texts = try statements(question, .anyone).texts
    #expect(texts.count <= question.budget, "\(texts)")
    #expect(!texts.isEmpty)
  }

  @Test func `a scan would be noticed`() throws {
    let scan = Question("scan", 9) { reading in
      _ = try reading.connection.integer("SELECT count(*) FROM issue WHERE markdown LIKE \("%x%")")
    }
    #expect(try statements(scan, .system).scans.count == 1)
  }
}
