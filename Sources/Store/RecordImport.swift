import Guide
import JSON
import SQLite

/// Takes an export of everything in, line by line, inside one transaction.
///
/// In an empty base every id stays what it was. In one that has something, the numbers of each
/// table move up by the highest that was ever given there; an issue whose address is taken gets
/// another. A guide, report or person that is there already refuses the file.
package final class RecordImport {
  private let writing: Writing
  private let kinds: [String: RecordKind]
  /// What is added to a number of that table.
  private var offsets: [String: Int] = [:]
  private let wasEmpty: Bool
  private var line = 0
  private var isOpen = false
  private var isDone = false
  /// New addresses of issues whose own was taken.
  private var slugs: [String: String] = [:]
  /// Records taken, by type, in the order of their first line.
  package private(set) var counts: [(type: String, number: Int)] = []
  private var total = 0

  package init(_ writing: Writing) throws {
    self.writing = writing
    kinds = Dictionary(uniqueKeysWithValues: RecordKind.all.map { ($0.type, $0) })
    wasEmpty = try writing.reading.isUnused()
    for kind in RecordKind.all {
      offsets[kind.table] = try writing.connection.integer(
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = \(kind.table)), 0)")
    }
    // An issue may have been merged into one that comes later.
    try writing.connection.execute("PRAGMA defer_foreign_keys = ON")
  }

  /// Takes in one line, without its end; blank ones are passed over. Throws `RecordError` with the
  /// line's number.
  package func add(_ bytes: [UInt8]) throws {
    line += 1
    if bytes.allSatisfy({ $0 <= 0x20 }) { return }
    if isDone { throw wrong("there is something behind the last line") }
    let record: JSON
    do {
      record = try JSON.read(bytes)
    } catch {
      throw wrong("not JSON: \(error.reason), at byte \(error.offset)")
    }
    guard let type = record["type"]?.text else { throw wrong("type is missing") }
    if !isOpen { return try open(record, type) }
    if type == RecordFile.end {
      guard record["records"]?.integer == total else {
        throw wrong("\(record["records"]?.integer ?? 0) records were written, \(total) are here")
      }
      isDone = true
      return
    }
    guard let kind = kinds[type] else {
      throw wrong("\(type.prefix(60)) is no type of record here")
    }
    try add(record, kind)
    total += 1
    if let place = counts.firstIndex(where: { $0.type == type }) {
      counts[place].number += 1
    } else {
      counts.append((type, 1))
    }
    if total % 1_000 == 0 { try writing.flushTerms() }
  }

  /// Checks that the file was whole and points at nothing that is not there.
  package func finish() throws {
    guard isDone else { throw wrong("the file is cut off: its last line is missing") }
    if let missing = try writing.connection.first(
      "PRAGMA foreign_key_check", { "a record of \($0.text(0)) points at nothing in \($0.text(2))" }
    ) {
      throw wrong(missing)
    }
    try writing.audit("import records", subject: "\(total) records")
  }

  private func wrong(_ reason: String) -> RecordError { RecordError(line: line, reason: reason) }

  private func open(_ record: JSON, _ type: String) throws {
    guard type == RecordFile.type else { throw wrong("this is not the first line of an export") }
    guard record["format"]?.integer == RecordFile.format else {
      throw wrong("this format is of another version of Fixbook")
    }
    isOpen = true
    guard wasEmpty, let base = record["base"]?.text, !base.isEmpty else { return }
    try writing.connection.execute(
      """
      INSERT INTO setting (name, value) VALUES ('base', \(base))
      ON CONFLICT (name) DO UPDATE SET value = excluded.value
      """)
  }

  private func add(_ record: JSON, _ kind: RecordKind) throws {
    var names: [String] = []
    var values: [Value] = []
    for member in record.members ?? [] where member.name != "type" {
      guard let column = kind.columns.first(where: { $0.member == member.name }) else {
        throw wrong("\(member.name.prefix(60)) is not part of a \(kind.type) here")
      }
      names.append("\"\(column.name)\"")
      values.append(try value(member.value, column, of: kind))
    }
    if kind.type == "slug", try isTaken(slug: values, names) { return }
    let places = (1...max(values.count, 1)).map { "$\($0)" }.joined(separator: ", ")
    let sql = SQL(
      trusted:
        "INSERT INTO \"\(kind.table)\" (\(names.joined(separator: ", "))) VALUES (\(places))",
      values: values)
    do {
      try writing.connection.execute(sql)
    } catch {
      guard error.isConstraint else { throw error }
      throw wrong("this \(kind.type) is not taken: \(error.message)")
    }
    if kind.type == "issue" { try derive(record) }
    if kind.type == "wording" { try deriveTerms(record) }
  }

  private func value(_ json: JSON, _ column: RecordKind.Column, of kind: RecordKind) throws -> Value
  {
    switch (column, json) {
    case (_, .null): return .null
    case (.time, .string(let text)):
      guard let time = Time(rfc3339: text) else {
        throw wrong("\(column.member) is no time: \(text.prefix(40))")
      }
      return .integer(Int64(time.milliseconds))
    case (.json, _):
      return .text(kind.type == "merge" && column.name == "slugs" ? renamed(json) : json.string)
    case (.numbers(_, let numbers), .array): return .text(moved(json, numbers).string)
    case (.number(_, let table), .integer(let id)): return .integer(Int64(moved(id, in: table)))
    case (.reporter, .string(let name)): return .text(reporter(name))
    case (.plain, .string(let text)):
      if kind.type == "issue", column.name == "slug" { return .text(try freeSlug(text)) }
      if kind.type == "slug", column.name == "slug" { return .text(slugs[text] ?? text) }
      return .text(text)
    case (.plain, .integer(let number)): return .integer(Int64(number))
    case (.plain, .number(let number)): return .real(number)
    default: throw wrong("\(column.member) must not be a \(json.typeName)")
    }
  }

  private func moved(_ id: Int, in table: String) -> Int { id &+ (offsets[table] ?? 0) }

  private func moved(_ json: JSON, in table: String) -> JSON {
    json.integer.map { .integer(moved($0, in: table)) } ?? json
  }

  private func moved(_ json: JSON, _ numbers: RecordKind.Numbers) -> JSON {
    .array(
      (json.items ?? []).map { item in
        switch numbers {
        case .list(let table): return moved(item, in: table)
        case .outcomesAndFixes:
          return .array(
            zip(item.items ?? [], ["outcome", "fix"]).map { moved($0, in: $1) })
        case .matches:
          return .object(
            (item.members ?? []).map {
              JSON.Member($0.name, $0.name == "issue" ? moved($0.value, in: "issue") : $0.value)
            })
        }
      })
  }

  /// "account:3" is a row of the people's table; everything else is a name of its own.
  private func reporter(_ name: String) -> String {
    guard name.hasPrefix("account:") else { return name }
    let rest = name.dropFirst(8)
    let digits = rest.prefix { $0.isASCII && $0.isNumber }
    guard let id = Int(digits) else { return name }
    return "account:\(moved(id, in: "account"))\(rest.dropFirst(digits.count))"
  }

  private func freeSlug(_ wanted: String) throws -> String {
    if wasEmpty { return wanted }
    let free = try writing.freeSlug(wanted)
    if free != wanted { slugs[wanted] = free }
    return free
  }

  private func renamed(_ json: JSON) -> String {
    JSON.array(
      (json.items ?? []).map { item in
        item.text.map { .string(slugs[$0] ?? $0) } ?? item
      }
    ).string
  }

  /// A former address that leads somewhere else here already goes on doing so.
  private func isTaken(slug values: [Value], _ names: [String]) throws -> Bool {
    guard !wasEmpty, let place = names.firstIndex(of: "\"slug\""),
      case .text(let slug) = values[place]
    else { return false }
    return try writing.connection.first(
      "SELECT 1 FROM slug WHERE slug = \(slug)", { _ in true }) != nil
  }

  /// A removed wording is not found any more.
  private func deriveTerms(_ record: JSON) throws {
    guard let id = record["id"]?.integer, let terms = record["terms"]?.text,
      record["state"]?.text != StoredWording.State.removed.rawValue
    else { return }
    for term in terms.split(separator: " ") {
      try writing.connection.execute(
        """
        INSERT INTO wording_term (term, wording_id)
        VALUES (\(String(term)), \(moved(id, in: "wording")))
        """)
    }
  }

  /// What is read out of an issue's text, and its place in the search index.
  private func derive(_ record: JSON) throws {
    guard let id = record["id"]?.integer, let guide = record["guide"]?.integer,
      let title = record["title"]?.text, let markdown = record["markdown"]?.text
    else { throw wrong("an issue needs id, guide, title and markdown") }
    let given = record["given"].flatMap { $0.isNull ? nil : GivenContent(stored: $0.string) }
    let issue = moved(id, in: "issue")
    let isLive =
      record["deleted_at"]?.isNull != false
      && record["confidence"]?.text != Confidence.archived.rawValue
    do {
      let content = try writing.read(markdown, title: title, given: given, isStrict: false)
      try writing.save(
        content, issueID: issue, guideID: moved(guide, in: "guide"), title: title,
        revision: record["revision"]?.integer ?? 1, savesChecks: isLive, savesFixes: false)
    } catch IssueWriteError.checkNameTaken(let name, let owner) {
      throw wrong("the check name \(name) is taken by the issue \(owner)")
    }
    // A new address must be seen as taken by the issues that follow.
    if !wasEmpty {
      try writing.connection.execute(
        "INSERT INTO slug (slug, issue_id) SELECT slug, id FROM issue WHERE id = \(issue)")
    }
    if !isLive {
      try writing.unindex(issueID: issue)
      try writing.connection.execute(
        """
        DELETE FROM sample_shingle WHERE sample_id IN (
          SELECT id FROM sample WHERE issue_id = \(issue))
        """)
    }
  }
}
