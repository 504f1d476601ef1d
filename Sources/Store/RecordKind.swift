import JSON
import SQLite

/// One kind of line in an export of everything: a table, and what becomes of its columns.
///
/// What is read out of Markdown (symptoms, samples, checks, the search index) is no record: it is
/// made anew. Secrets (passwords, tokens, sessions, webhooks) are none either.
struct RecordKind: Sendable {
  enum Column: Sendable {
    /// Text, number or null, as it is.
    case plain(String)
    /// Milliseconds in the file, RFC 3339 in the record.
    case time(String)
    /// JSON that stands in the table as text.
    case json(String)
    /// The row's own number, or one of another table's rows.
    case number(String, of: String)
    /// JSON whose numbers are ids: `places` says of which table, by depth and place in it.
    case numbers(String, Numbers)
    case reporter(String)

    var name: String {
      switch self {
      case .plain(let name), .time(let name), .json(let name), .number(let name, _),
        .numbers(let name, _), .reporter(let name):
        name
      }
    }

    /// In the record: "guide" for `guide_id`.
    var member: String { name.hasSuffix("_id") ? String(name.dropLast(3)) : name }
  }

  /// Where ids stand inside a column's JSON.
  enum Numbers: Sendable {
    /// `[id, …]`
    case list(of: String)
    /// `[[outcome, fix], …]`
    case outcomesAndFixes
    /// `[{"issue": id, …}, …]`
    case matches
  }

  let type: String
  let table: String
  let columns: [Column]
  /// The order in which rows are written; it is kept by an import.
  let order: String
  /// Only with the people.
  var ofPeople = false
}

extension RecordKind {
  /// In the order of an export: what a record points at comes before it, but for `merged_into`.
  static let all: [RecordKind] = [
    RecordKind(
      type: "account", table: "account",
      columns: [
        .number("id", of: "account"), .plain("name"), .plain("role"), .time("disabled_at"),
        .time("created_at"),
      ], order: "id", ofPeople: true),
    RecordKind(
      type: "guide", table: "guide",
      columns: [
        .number("id", of: "guide"), .plain("slug"), .plain("title"), .plain("layout"),
        .plain("head"), .plain("introduction"), .plain("owner"), .plain("escalate"),
        .plain("license"), .plain("attribution"), .plain("audience"), .plain("imported_head"),
        .time("archived_at"), .time("created_at"), .time("updated_at"),
      ], order: "id"),
    RecordKind(
      type: "guide_slug", table: "guide_slug",
      columns: [.plain("slug"), .number("guide_id", of: "guide")], order: "slug"),
    RecordKind(
      type: "guide_reader", table: "guide_reader",
      columns: [.number("guide_id", of: "guide"), .number("account_id", of: "account")],
      order: "guide_id, account_id", ofPeople: true),
    RecordKind(
      type: "guide_role", table: "guide_role",
      columns: [.number("guide_id", of: "guide"), .plain("role")], order: "guide_id, role"),
    RecordKind(
      type: "section", table: "section",
      columns: [
        .number("id", of: "section"), .number("guide_id", of: "guide"), .plain("position"),
        .plain("title"), .plain("lead"), .plain("owner"), .plain("escalate"),
        .plain("imported_title"), .plain("imported_lead"),
      ], order: "id"),
    RecordKind(
      type: "issue", table: "issue",
      columns: [
        .number("id", of: "issue"), .plain("external_id"), .number("guide_id", of: "guide"),
        .number("section_id", of: "section"), .plain("position"), .plain("slug"), .plain("title"),
        .plain("lead"), .plain("markdown"), .plain("trail"), .plain("path"), .json("given"),
        .plain("revision"), .plain("confidence"), .plain("archived_from"), .time("deleted_at"),
        .number("merged_into", of: "issue"), .time("created_at"), .time("updated_at"),
      ], order: "id"),
    RecordKind(
      type: "slug", table: "slug",
      columns: [.plain("slug"), .number("issue_id", of: "issue")], order: "slug"),
    RecordKind(
      type: "revision", table: "revision",
      columns: [
        .number("issue_id", of: "issue"), .plain("number"), .plain("title"), .plain("section"),
        .plain("markdown"), .plain("author"), .plain("comment"), .time("created_at"),
      ], order: "issue_id, number"),
    RecordKind(
      type: "verification", table: "verification",
      columns: [
        .number("id", of: "verification"), .number("issue_id", of: "issue"), .plain("revision"),
        .plain("author"), .plain("against"), .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "fix", table: "fix",
      columns: [
        .number("id", of: "fix"), .number("issue_id", of: "issue"), .plain("position"),
        .plain("kind"), .plain("text"), .plain("verify"), .plain("risk"), .plain("text_revision"),
        .time("regressed_at"), .plain("regression"),
      ], order: "id"),
    RecordKind(
      type: "fix_text", table: "fix_text",
      columns: [
        .number("id", of: "fix_text"), .number("fix_id", of: "fix"), .plain("text"), .time("since"),
      ], order: "id"),
    RecordKind(
      type: "diagnosis", table: "diagnosis",
      columns: [
        .plain("id"), .plain("verdict"), .plain("matcher"), .number("guide_id", of: "guide"),
        .plain("excerpt"), .plain("kept"), .json("environment"), .numbers("answer", .matches),
        .plain("redacted"),
        .plain("source"), .time("created_at"),
      ], order: "rowid"),
    RecordKind(
      type: "diagnosis_issue", table: "diagnosis_issue",
      columns: [
        .number("issue_id", of: "issue"), .time("created_at"), .plain("diagnosis_id"),
        .plain("asker"),
      ], order: "issue_id, created_at, diagnosis_id"),
    RecordKind(
      type: "feedback", table: "feedback",
      columns: [
        .number("id", of: "feedback"), .plain("diagnosis_id"),
        .number("right_issue_id", of: "issue"), .reporter("reporter"), .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "report", table: "report",
      columns: [
        .plain("id"), .plain("text"), .json("environment"), .plain("state"),
        .number("issue_id", of: "issue"), .plain("diagnosis_id"), .reporter("reporter"),
        .plain("source"), .plain("closed_by"), .plain("closing_text"), .time("created_at"),
        .time("updated_at"), .time("resolved_at"),
      ], order: "rowid"),
    RecordKind(
      type: "outcome", table: "outcome",
      columns: [
        .number("id", of: "outcome"), .plain("report_id"), .number("fix_id", of: "fix"),
        .plain("fix_revision"), .number("text_id", of: "fix_text"), .plain("result"),
        .json("environment"),
        .numbers("tried_before", .list(of: "fix")), .plain("note"), .plain("observed"),
        .reporter("reporter"), .plain("on_behalf_of"), .plain("source"), .plain("seen_by"),
        .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "wording", table: "wording",
      columns: [
        .number("id", of: "wording"), .number("issue_id", of: "issue"), .plain("report_id"),
        .reporter("voice"), .plain("member"), .plain("terms"), .plain("words"), .plain("state"),
        .plain("decided_by"), .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "alert", table: "alert",
      columns: [
        .plain("fingerprint"), .time("started_at"), .time("ended_at"), .plain("name"),
        .plain("report_id"),
      ], order: "fingerprint, started_at"),
    RecordKind(
      type: "question", table: "question",
      columns: [
        .number("id", of: "question"), .plain("kind"), .plain("text"), .plain("template"),
        .number("guide_id", of: "guide"), .plain("source"), .reporter("reporter"),
        .plain("verdict"), .plain("results"),
        .plain("milliseconds"), .plain("subject"), .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "opening", table: "opening",
      columns: [
        .number("question_id", of: "question"), .number("issue_id", of: "issue"), .plain("place"),
        .time("created_at"),
      ], order: "question_id, issue_id"),
    RecordKind(
      type: "suggestion", table: "suggestion",
      columns: [
        .number("id", of: "suggestion"), .number("issue_id", of: "issue"),
        .number("guide_id", of: "guide"), .plain("base_revision"), .plain("title"),
        .plain("section"), .plain("markdown"), .plain("comment"), .plain("author"),
        .reporter("reporter"), .plain("state"), .plain("reason"), .plain("decided_by"),
        .time("decided_at"), .plain("report_id"), .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "merge", table: "merge",
      columns: [
        .number("id", of: "merge"), .number("source_id", of: "issue"),
        .number("target_id", of: "issue"), .plain("before_revision"), .plain("after_revision"),
        .json("slugs"), .json("reports"), .numbers("fixes", .list(of: "fix")),
        .numbers("outcomes", .outcomesAndFixes), .time("undone_at"), .time("created_at"),
      ], order: "id"),
    RecordKind(
      type: "change", table: "change",
      columns: [
        .number("sequence", of: "change"), .plain("kind"), .number("issue_id", of: "issue"),
        .number("guide_id", of: "guide"), .plain("revision"), .plain("author"), .plain("summary"),
        .time("created_at"),
      ], order: "sequence"),
  ]

  /// Columns of these tables that are made anew from the Markdown.
  static let derived: [String: Set<String>] = [
    "issue": ["owner", "escalate", "license", "attribution"]
  ]

  /// Tables that are not exported, and why.
  static let left: [String: String] = [
    "passage": "read out of the Markdown", "link": "read out of the Markdown",
    "environment": "read out of the Markdown",
    "sample": "read out of the Markdown", "check": "read out of the Markdown",
    "sample_shingle": "the search index", "issue_index": "the search index",
    "issue_fts": "the search index", "term": "the search index",
    "hidden_term": "the search index", "posting": "the search index",
    "wording_term": "made of its wording",
    "token": "secrets", "session": "secrets", "sign_in_link": "secrets", "webhook": "secrets",
    "delivery": "goes with its webhook", "idempotency": "kept for a day",
    "audit": "belongs to this server", "setting": "in the first line",
    "content_state": "drawn anew by each change",
  ]
}

/// Why a file of records is not taken: one sentence, with its line.
package struct RecordError: Error, Sendable, Equatable {
  package let line: Int
  package let reason: String
}

/// The first and the last line of an export.
package enum RecordFile {
  static let type = "fixbook"
  static let end = "end"
  static let format = 1

  /// Whether a file is an export of everything, by its first line. Lines of a plain corpus have no `type`.
  package static func isOne(firstLine: [UInt8]) -> Bool {
    (try? JSON.read(firstLine))?["type"]?.text == type
  }
}
