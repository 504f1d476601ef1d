import Diagnosis
import Guide
import JSON
import SQLite
import Testing

@testable import Store

/// Everything as JSON Lines, and back.
struct RecordTests {
  private static let guide = """
    # Runbook

    ## Cranes

    ### Crane refuses to swing
    - the jib stays where it is
    - **Check**: cab-door: one of open, closed
    - **Fix**: Close the cab door
    - **Fix**: Restart the controller
    - **Also seen as**: crane stuck

    ```sample
    slewd: slew interlock open, motion inhibited
    ```

    ### Hoist brake overheats
    - the drum is hot
    - **Fix**: Close the cab door

    ### Old winch
    - rattles
    """

  /// A base in which everything happened that can happen to knowledge.
  private static func lived() throws -> Base {
    let base = try Base()
    try base.load(guide)
    try base.load(
      records:
        #"{"guide":"Corpus","section":"S","title":"Vane","body":"- ice","tags":["wx"],"id":"wx-1"}"#
    )
    try base.run("UPDATE guide SET audience = 'named' WHERE slug = 'corpus'")
    let account = try base.store.write(as: .system) {
      try $0.createAccount(name: "edna", role: .editor)
    }
    try base.run("INSERT INTO guide_reader (guide_id, account_id) VALUES (2, \(account.id))")
    try base.run("INSERT INTO guide_role (guide_id, role) VALUES (2, 'editor')")
    let crane = try base.issue("crane-refuses-to-swing")
    try base.edit(
      "crane-refuses-to-swing", title: "Crane does not swing",
      markdown: crane.markdown.replacing("the controller", with: "the controller slowly")
        + "\n- **Fix**: Wait")
    try base.edit("old-winch", section: "Attic")
    try base.store.write(as: Base.editor) { try $0.setConfidence(.archived, ofIssue: 3) }
    try base.create(
      "Gone soon", in: "runbook", section: "Cranes",
      markdown: "- x\n- **Check**: free-name: length 1..2")
    try base.delete("gone-soon")
    let stored = StoredDiagnosis(
      id: Secrets.checkedIdentifier(), verdict: .known, matcher: "m1", guide: "runbook",
      excerpt: "slewd: [redacted]", kept: nil, redacted: 1,
      matches: [
        StoredMatch(
          issueID: 2, revision: 1, confidence: 0.97,
          evidence: [Evidence(line: 3, text: "slewd", reason: .sample, detail: "")])
      ], source: .person, createdAt: .now())
    try base.store.write(as: .system) { writing in
      try writing.insert(stored)
      try writing.insert(
        Question(
          kind: .diagnosis, text: "what", template: "what", source: "api",
          reporter: "account:\(account.id)", verdict: .unknown, results: 0, milliseconds: 1.25,
          subject: stored.id))
      try writing.insert(Opening(subject: stored.id, issueID: 2, place: 1))
      try writing.addFeedback(diagnosis: stored.id, rightIssue: 1, reporter: "token:4")
      _ = try writing.verify(issue: 1, against: "firmware 4")
      for (fix, reporter) in [
        (1, "account:\(account.id)"), (3, "cookie:ab"), (3, "account:\(account.id)/on_behalf:c"),
      ] {
        let report = try writing.openReport(
          NewReport(
            text: "it is stuck — [masked]", environment: [Property("site", "east")],
            diagnosisID: stored.id,
            reporter: reporter, source: .person))
        _ = try writing.record(
          NewOutcome(
            fixID: fix, result: .noEffect, note: "no\nluck", reporter: reporter,
            onBehalfOf: reporter.hasSuffix("c") ? "on_behalf:c" : nil, source: .person),
          forReport: report.id)
        _ = try writing.closeReport(report.id, by: "itself", text: "")
      }
      _ = try writing.suggest(
        issue: 1, guide: "runbook",
        IssueText(title: "T", section: "Cranes", markdown: "- a", revision: 1),
        comment: "c", reporter: "account:\(account.id)")
      _ = try writing.mergeIssue(2, into: 1)
    }
    try base.store.write(as: .system) { writing in
      let report = try writing.openReport(
        NewReport(
          text: "winch jams with grinding noise near sheave pulley", issueID: 1,
          reporter: "account:\(account.id)", source: .person))
      _ = try writing.record(
        NewOutcome(fixID: 1, result: .worked, reporter: "account:\(account.id)", source: .person),
        forReport: report.id)
    }
    try base.run(
      "INSERT INTO alert SELECT 'f00', 5, 9, 'Hot', id FROM report ORDER BY rowid LIMIT 1")
    return base
  }

  private static func export(_ base: Base, people: Bool = false) throws -> [[UInt8]] {
    try base.store.read(as: .system) { reading in
      var lines: [[UInt8]] = []
      try reading.records(people: people) { lines.append($0.bytes) }
      return lines
    }
  }

  private static func load(_ lines: [[UInt8]], into base: Base) throws {
    try base.store.write(as: .importer) { writing in
      let records = try RecordImport(writing)
      for line in lines { try records.add(line) }
      try records.finish()
    }
  }

  private static func text(_ lines: [[UInt8]]) -> [String] {
    lines.map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(arguments: [false, true])
  func `a base that has lived comes out of another one as it went in`(people: Bool) throws {
    let lived = try Self.lived()
    let lines = try Self.export(lived, people: people)
    for kind in RecordKind.all where people || !kind.ofPeople {
      #expect(
        lines.contains { (try? JSON.read($0))?["type"]?.text == kind.type }, "no \(kind.type)")
    }
    let other = try Base()
    try Self.load(lines, into: other)
    #expect(Self.text(try Self.export(other, people: people)) == Self.text(lines))
    try other.checkIntegrity()
  }

  @Test func `what is made from the Markdown is the same on the other side`() throws {
    let lived = try Self.lived()
    let other = try Base()
    try Self.load(try Self.export(lived, people: true), into: other)
    for slug in [
      "crane-does-not-swing", "crane-refuses-to-swing", "hoist-brake-overheats", "vane",
      "old-winch",
    ] {
      #expect(try other.issue(slug) == lived.issue(slug))
    }
    #expect(try other.find("gone-soon") == nil)
    for table in ["passage", "environment", "\"check\"", "term", "wording_term"] {
      let sql = SQL(trusted: "SELECT count(*) FROM \(table)")
      #expect(try other.count(sql) == lived.count(sql), "\(table)")
    }
    #expect(try other.exportedText("runbook") == lived.exportedText("runbook"))
    let diagnosed = try other.store.read(as: .system) { reading in
      try Matcher().match(
        Intake.read("slewd: slew interlock open, motion inhibited"),
        corpus: try reading.corpus(guide: nil)!, limit: 1
      ).matches.first?.issueID
    }
    #expect(diagnosed == 1)
  }

  @Test func `an undone merge is possible after an import too`() throws {
    let other = try Base()
    try Self.load(try Self.export(try Self.lived()), into: other)
    _ = try other.store.write(as: Base.editor) { try $0.unmergeIssue(2) }
    #expect(try other.issue("hoist-brake-overheats").summary.id == 2)
    try other.checkIntegrity()
  }

  @Test func `without the people nothing says who reported`() throws {
    let lines = Self.text(try Self.export(try Self.lived()))
    #expect(!lines.contains { $0.contains("account:") || $0.contains("token:4") })
    #expect(lines.contains { $0.contains("\"reporter\":\"cookie:ab\"") })
    // One person stays one person.
    let reporters = Set(lines.compactMap { (try? JSON.read($0))?["reporter"]?.text })
    #expect(reporters.count == 4)
    #expect(
      !Self.text(try Self.export(try Self.lived(), people: true)).contains {
        $0.contains("password")
      })
  }

  @Test func `a base that has something takes another one in under new numbers`() throws {
    let lived = try Self.lived()
    let other = try Base()
    try other.load("# Ours\n\n## S\n\n### Crane does not swing\n- ours\n- **Fix**: kick it\n")
    try Self.load(try Self.export(lived), into: other)
    try other.checkIntegrity()
    #expect(try other.issue("crane-does-not-swing").markdown.contains("ours"))
    let moved = try other.issue("crane-does-not-swing-2")
    let original = try lived.issue("crane-does-not-swing")
    #expect(moved.summary.id == original.summary.id + 1)
    #expect(moved.fixes.map(\.text) == original.fixes.map(\.text))
    #expect(moved.fixes.map(\.evidence) == original.fixes.map(\.evidence))
    #expect(try other.issue("crane-refuses-to-swing").summary.id == moved.summary.id)
    let cited = try other.rows("SELECT id FROM diagnosis")
    let matches = try other.store.read(as: .system) { try $0.diagnosis(cited[0])?.matches }
    #expect(matches?.map(\.issueID) == [3])
    #expect(throws: RecordError.self) { try Self.load(try Self.export(lived), into: other) }
  }

  @Test(arguments: [
    (["{}"], 1, "type is missing"),
    ([#"{"type":"guide"}"#], 1, "this is not the first line of an export"),
    ([#"{"type":"fixbook","format":9}"#], 1, "this format is of another version of Fixbook"),
    ([#"{"type":"fixbook","format":1}"#], 1, "the file is cut off: its last line is missing"),
    (
      [#"{"type":"fixbook","format":1}"#, "{"], 2,
      "not JSON: a member needs a name in quotes, at byte 1"
    ),
    (
      [#"{"type":"fixbook","format":1}"#, #"{"type":"end","records":2}"#], 2,
      "2 records were written, 0 are here"
    ),
    (
      [#"{"type":"fixbook","format":1}"#, #"{"type":"spell"}"#], 2,
      "spell is no type of record here"
    ),
    (
      [#"{"type":"fixbook","format":1}"#, #"{"type":"slug","slug":"a","isue":1}"#], 2,
      "isue is not part of a slug here"
    ),
    (
      [#"{"type":"fixbook","format":1}"#, #"{"type":"slug","slug":"a","issue":true}"#], 2,
      "issue must not be a boolean"
    ),
    (
      [
        #"{"type":"fixbook","format":1}"#, #"{"type":"slug","slug":"a","issue":1}"#,
        #"{"type":"end","records":1}"#,
      ],
      3, "a record of slug points at nothing in issue"
    ),
    (
      [
        #"{"type":"fixbook","format":1}"#, #"{"type":"report","id":"r","text":"x","state":"shut"}"#,
      ], 2,
      "this report is not taken: NOT NULL constraint failed: report.environment"
    ),
  ])
  func `a file that is not right is refused with its line, and nothing of it stays`(
    lines: [String], line: Int, reason: String
  ) throws {
    let base = try Base()
    let error = #expect(throws: RecordError.self) {
      try Self.load(lines.map { Array($0.utf8) }, into: base)
    }
    #expect(error == RecordError(line: line, reason: reason))
    #expect(try base.count("SELECT count(*) FROM audit") == 0)
  }

  @Test func `no table and no column is forgotten`() throws {
    let base = try Base()
    let tables = try base.rows(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    ).filter { !$0.hasPrefix("issue_fts_") }
    for table in tables {
      let kinds = RecordKind.all.filter { $0.table == table }
      if kinds.isEmpty {
        #expect(RecordKind.left[table] != nil, "\(table) is neither exported nor left out")
        continue
      }
      let columns = Set(try base.rows("SELECT name FROM pragma_table_info(\(table))"))
      let known = Set(kinds[0].columns.map(\.name)).union(RecordKind.derived[table] ?? [])
      let secret: Set<String> = table == "account" ? ["password_hash"] : []
      #expect(columns == known.union(secret), "\(table)")
    }
    #expect(Set(RecordKind.left.keys).isSubset(of: tables))
  }

  @Test(arguments: [
    ("2026-05-03T14:05:09Z", "2026-05-03T14:05:09.000Z"),
    ("2026-05-03T14:05:09.1209Z", "2026-05-03T14:05:09.120Z"),
    ("2026-05-03T16:05:09.5+02:00", "2026-05-03T14:05:09.500Z"),
    ("2026-05-03T14:05:09-00:30", "2026-05-03T14:35:09.000Z"),
    ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
    ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
    ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
  ])
  func `times are read and written to the millisecond`(text: String, exact: String) throws {
    #expect(Time(rfc3339: text)?.exact == exact)
  }

  @Test(arguments: [
    "", "2026", "2026-05-03", "2026-05-03T14:05:09", "2026-13-03T14:05:09Z", "2026-05-03T24:05:09Z",
    "2026-05-03T14:05:09.Z", "2026-05-03T14:05:09+2:00", "2026-05-03T14:05:09Zx",
    "2026-0a-03T14:05:09Z",
  ])
  func `what is no time is not read as one`(text: String) {
    #expect(Time(rfc3339: text) == nil)
  }
}
