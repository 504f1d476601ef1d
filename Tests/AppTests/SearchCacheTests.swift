import Diagnosis
import Foundation
import HTTP
import SQLite
import Testing

@testable import App
@testable import Store

/// Searches come out of the cache, exactly and within bounds, and are counted as if they did not.
@Suite struct SearchCacheTests {
  private static let forms = [
    "/search", "/search.md", "/search.txt", "/search.json", "/api/v1/search",
  ]

  @Test(arguments: [
    "?q=jib", "?q=crane+brake", "?q=%22jib+stays%22", "?q=crane+-drum", "?q=crane+guide:harbour",
    "?q=jib&guide=harbour", "?q=jib&limit=1", "?q=crane&explain=1", "?q=craine", "?q=zzzz", "?q=",
    "?q=crane&limit=1&cursor=\(Cursor(offset: 1).text)", "?q=jib&guide=none", "?q=jib&limit=x",
  ])
  func `an answer is the same as without a cache, each time`(query: String) throws {
    let site = try CachedSite()
    let plain = App(
      store: site.store, configuration: AppSettings(base: "http://127.0.0.1:8080").uncached)
    for path in Self.forms {
      for accept in [nil, "text/html", "application/json"] {
        let request = CachedSite.request(path + query, accept: accept, coding: "gzip")
        let expected = plain.response(to: request)
        for _ in 0..<3 {
          let found = site.app.response(to: request)
          #expect(found.status == expected.status, "\(path) \(accept ?? "")")
          #expect(found.headers == expected.headers, "\(path) \(accept ?? "")")
          #expect(bytes(found) == bytes(expected), "\(path) \(accept ?? "")")
        }
        let isKept = expected.status == .ok
        #expect(site.cache.load.hits > 0 || !isKept)
      }
    }
  }

  /// Another store on the same file shares nothing with the first but the file, as another process.
  @Test func `whatever another process writes is in the next answer`() throws {
    let site = try CachedSite()
    let other = try Store(path: site.path)
    defer { other.close() }
    let plain = App(
      store: site.store, configuration: AppSettings(base: "http://127.0.0.1:8080").uncached)
    let learned = Wording.read("the hook wobbles sideways when windy")
    let terms = try #require(learned.first?.terms)
    let writes: [(String, @Sendable (Writing) throws -> Void)] = [
      (
        "an outcome",
        {
          try $0.connection.execute(
            """
            INSERT INTO report (id, text, environment, state, reporter, source, created_at, updated_at)
            VALUES ('r', '', '', 'open', 'x', 'person', 1, 1)
            """)
        }
      ),
      (
        "a learned wording",
        {
          try $0.connection.execute(
            """
            INSERT INTO wording (issue_id, report_id, voice, member, terms, words, state, created_at)
            VALUES ((SELECT min(id) FROM issue), 'r', 'x', 1, \(terms.joined(separator: " ")), 'hook',
              'accepted', 1)
            """)
          try $0.indexTerms(terms, wording: $0.connection.lastInsertedID)
        }
      ),
      (
        "an editor's no",
        { writing in
          let id = try writing.connection.integer("SELECT max(id) FROM wording")
          let issue = try writing.connection.integer("SELECT min(id) FROM issue")
          #expect(try writing.decide(onWording: id, ofIssue: issue, accepts: false))
        }
      ),
      (
        "an edit",
        { writing in
          guard case .issue(let id) = try writing.reading.issueID(named: "crane-stuck") else {
            return
          }
          _ = try writing.updateIssue(
            id,
            IssueText(
              title: "Crane stuck", section: "Cranes", markdown: "- the hook wobbles sideways"),
            base: .any, comment: "")
        }
      ),
      (
        "a guide that is hidden",
        {
          try $0.setAudience(Audience(.members), ofGuide: "harbour")
        }
      ),
      (
        "and shown again",
        { try $0.setAudience(Audience(.anyone), ofGuide: "harbour") }
      ),
      (
        "an import",
        { writing in
          var importer = Importer()
          importer.add(
            file: Array("# Quay\n\n## Hooks\n\n### Hook wobbles\n- sideways\n".utf8),
            path: "quay.md")
          _ = try importer.store(writing)
        }
      ),
      (
        "an issue deleted",
        { writing in
          guard case .issue(let id) = try writing.reading.issueID(named: "crane-stuck") else {
            return
          }
          try writing.deleteIssue(id, base: .any, comment: "")
        }
      ),
    ]
    let query = "?q=the+hook+wobbles+sideways+when+windy"
    var last: [String: [UInt8]] = [:]
    for (what, write) in writes {
      for path in Self.forms {
        for _ in 0..<2 { last[path] = bytes(site.get(path + query)) }
      }
      try other.write(as: .system, write)
      for path in Self.forms {
        let found = bytes(site.get(path + query))
        #expect(found == bytes(plain.response(to: CachedSite.request(path + query))), "\(what)")
        // Each of these writes but the first changes what is found.
        #expect(found != last[path] || what == "an outcome", "\(what), \(path)")
      }
    }
    #expect(site.cache.load.hits >= writes.count * Self.forms.count)
  }

  private struct Counted: Equatable {
    let text: String
    let source: String
    let results: Int
    let questions: Int
    let subjects: Int
    let reporters: Int
  }

  private func counted(_ store: Store) throws -> [Counted] {
    // Questions are written in their order, and this one after them.
    try store.write(as: .system) { writing in
      try writing.connection.rows(
        """
        SELECT text, source, results, count(*), count(DISTINCT subject), count(DISTINCT reporter)
        FROM question WHERE milliseconds >= 0 AND kind = 'search'
        GROUP BY text, source, results ORDER BY text, source
        """
      ) {
        Counted(
          text: $0.text(0), source: $0.text(1), results: $0.int(2), questions: $0.int(3),
          subjects: $0.int(4), reporters: $0.int(5))
      }
    }
  }

  @Test func `each is counted, by who asked it`() throws {
    let site = try CachedSite()
    func ask(_ target: String, _ peer: String, accept: String? = nil, method: HTTP.Method = .get) {
      var request = CachedSite.request(target, accept: accept)
      request.peer = .address(peer)
      request.method = method
      #expect(site.app.response(to: request).status == .ok)
    }
    for round in 0..<5 {
      ask("/search?q=jib", "192.0.2.1", accept: "text/html")
      ask("/search?q=jib", "192.0.2.\(round % 2 + 1)", accept: "text/html", method: .head)
      ask("/api/v1/search?q=jib", "192.0.2.\(round)")
      ask("/search?q=zzzz", "192.0.2.1")
      // Blank, and an answer's second page: no questions.
      ask("/search?q=+", "192.0.2.1")
      ask("/search?q=crane&limit=1&cursor=\(Cursor(offset: 1).text)", "192.0.2.1")
    }
    #expect(
      try counted(site.store) == [
        Counted(
          text: "jib", source: "api", results: 1, questions: 5, subjects: 0, reporters: 5),
        Counted(
          text: "jib", source: "html", results: 1, questions: 10, subjects: 10, reporters: 2),
        Counted(
          text: "zzzz", source: "curl", results: 0, questions: 5, subjects: 0, reporters: 1),
      ])
    #expect(site.cache.load.hits == 25)
  }

  @Test func `what the client has is not sent again, and is counted`() throws {
    let site = try CachedSite()
    let tag = try #require(site.get("/search?q=jib").headers["ETag"])
    for _ in 0..<2 {
      let known = site.get("/search?q=jib", more: [.init("If-None-Match", tag)])
      #expect(known.status == .notModified)
    }
    #expect(try counted(site.store).map(\.questions) == [3])
  }

  @Test func `limits hold for what is kept, too`() throws {
    let site = try CachedSite()
    var settings = site.app.configuration
    settings.anonymousLimits = [.searches: 3]
    let app = App(store: site.store, configuration: settings)
    var request = CachedSite.request("/search?q=jib")
    request.peer = .address("192.0.2.1")
    let found = (0..<5).map { _ in app.response(to: request).status }
    #expect(found == [.ok, .ok, .ok, .tooManyRequests, .tooManyRequests])
    #expect(app.cache?.load.hits == 2)
    #expect(try counted(site.store).map(\.questions) == [3])
  }

  @Test func `who may see more passes it by, and leaves nothing there`() throws {
    let site = try CachedSite()
    let cookie = HeaderFields.Field("Cookie", "fixbook_session=\(try site.signIn())")
    let token = HeaderFields.Field("Authorization", "Bearer secret-admin-token")
    try site.store.write(as: .system) {
      try $0.setAudience(Audience(.members), ofGuide: "harbour")
    }
    for _ in 0..<3 {
      for path in Self.forms {
        for field in [cookie, token] {
          #expect(text(site.get(path + "?q=jib", more: [field])).contains("Crane stuck"))
        }
        #expect(!text(site.get(path + "?q=jib")).contains("Crane"))
      }
    }
    #expect(site.cache.load.hits == 2 * Self.forms.count)
  }

  @Test func `searches leave pages where they are`() throws {
    let site = try CachedSite(cacheSize: 256 * 1_024)
    _ = site.get("/issues/crane-stuck")
    for number in 0..<500 {
      _ = site.get("/search?q=crane+\(number)", accept: "text/html")
      #expect(site.cache.load.bytes <= 256 * 1_024)
    }
    let hits = site.cache.load.hits
    _ = site.get("/issues/crane-stuck")
    #expect(site.cache.load.hits == hits + 1)
  }
}
