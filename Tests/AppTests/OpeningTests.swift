import HTTP
import JSON
import SQLite
import Testing

@testable import App
@testable import Store

/// What was opened from an answer, as a browser's own `Referer` tells.
struct OpeningTests {
  private let server: Server
  private let issue = "/issues/exec-format-error"
  private let search = "/search?q=exec+format+error"
  private let base = "http://127.0.0.1:8080"

  init() throws { server = try Server() }

  private func show(_ path: String) throws {
    #expect(try server.get(path, accept: "text/html").status == 200)
  }

  private func open(
    _ path: String, from referrer: String, _ more: [(String, String)] = []
  ) throws {
    let reply = try server.send(
      "GET", path, [("Accept", "text/html"), ("Referer", referrer)] + more)
    #expect(reply.status == 200)
  }

  private func opened() throws -> JSON {
    try server.store.write(as: .system) { _ in }
    return try #require(
      try server.get("/api/v1/insights", token: server.reader).json["opened"])
  }

  private func places(_ opened: JSON) -> [Int] {
    ["first", "second", "third", "later"].map { opened["places"]?[$0]?.integer ?? -1 }
  }

  @Test func `a result that is opened from a search is counted, with its place`() throws {
    try show(search)
    try open(issue, from: base + search)
    let found = try opened()
    #expect(places(found) == [1, 0, 0, 0])
    #expect(found["answers"]?.integer == 1)
    #expect(found["followed"]?.integer == 1)
    // Out of the cache it is counted as well: another search, the same page.
    let more = "/search?q=format+error"
    try show(more)
    try open(issue, from: base + more)
    #expect(places(try opened()) == [2, 0, 0, 0])
    let text = try server.get("/insights.txt", token: server.reader).text
    #expect(text.contains("Answers: 2, gone on from: 2 (result opened: first 2, second 0"))
    let page = try server.get("/insights.html", token: server.reader).text
    #expect(
      page.contains("What was opened") && page.contains("From 2 of 2 answers somebody went on"))
  }

  @Test func `once for each answer, however often`() throws {
    try show(search)
    for _ in 0..<3 { try open(issue, from: base + search) }
    #expect(places(try opened()) == [1, 0, 0, 0])
    // Two people ask the same and open the same.
    for _ in 0..<2 { try show(search) }
    for _ in 0..<5 { try open(issue, from: base + search) }
    #expect(places(try opened()) == [3, 0, 0, 0])
  }

  @Test func `a diagnosis leads to its issues, by their page or by an outcome`() throws {
    let ids = try (0..<2).map { _ in
      let reply = try server.send(
        "POST", "/diagnose", [("Accept", "application/json")],
        body: Array("exec format error".utf8))
      return try #require(reply.json["id"]?.text)
    }
    try server.store.write(as: .system) { _ in }
    try show("/diagnoses/" + ids[0])
    try open(issue, from: base + "/diagnoses/" + ids[0])
    let fix = try server.fixes("exec-format-error")[0]
    for id in ids {
      #expect(
        try server.form("/diagnoses/\(id)/outcomes", "fix=\(fix)&result=worked").status == 201)
    }
    #expect(places(try opened()) == [2, 0, 0, 0])
  }

  @Test func `what is no click from an answer counts nothing`() throws {
    try show(search)
    for (referrer, more) in [
      ("https://evil.example" + search, []), (base + "/search?q=other", []), (base + "/", []),
      ("nonsense", []), (base + search, [("Sec-Fetch-Site", "cross-site")]),
      (base + search, [("Sec-Purpose", "prefetch")]),
    ] as [(String, [(String, String)])] {
      try open(issue, from: referrer, more)
    }
    // An issue that the answer did not list.
    try open("/issues/504-gateway-timeout", from: base + search)
    _ = try server.send(
      "HEAD", issue, [("Accept", "text/html"), ("Referer", base + search)])
    #expect(places(try opened()) == [0, 0, 0, 0])
    #expect(try opened()["followed"]?.integer == 0)
    // With the word of the browser itself, whatever the address looks like.
    try open(issue, from: "https://kb.example" + search, [("Sec-Fetch-Site", "same-origin")])
    #expect(places(try opened()) == [1, 0, 0, 0])
  }

  @Test func `nothing that is stored of it names anybody`() throws {
    try show(search)
    try open(issue, from: base + search)
    try server.store.write(as: .system) { _ in }
    let columns = try server.store.read(as: .system) {
      try $0.connection.rows("SELECT name FROM pragma_table_info('opening')") { $0.text(0) }
    }
    #expect(columns == ["question_id", "issue_id", "place", "created_at"])
  }

  @Test func `what is remembered is bounded, and the oldest goes`() {
    let openings = Openings()
    let issue = IssueSummary.example
    for number in 0..<20_000 {
      openings.show([Openings.Result(issue)], at: "/search?q=\(number)", subject: "s\(number)")
    }
    #expect(openings.open(issue.slug, from: "/search?q=0") == nil)
    #expect(openings.open(issue.slug, from: "/search?q=19999")?.subject == "s19999")
    #expect(openings.open(issue.slug, from: "/search?q=19999") == nil)
  }
}

extension IssueSummary {
  fileprivate static let example = IssueSummary(
    id: 1, externalID: nil, slug: "one", title: "One", guide: "guide", guideTitle: "Guide",
    section: "", revision: 1, confidence: .unverified, updatedAt: Time(milliseconds: 0))
}
