import Foundation
import HTTP
import SQLite
import Testing

@testable import App
@testable import Store

/// The cache answers only with what the database says at that moment, to those who may see it.
@Suite struct CacheTests {
  @Test func aPageIsMadeOnceAndThenComesFromTheCache() throws {
    let site = try CachedSite()
    let first = site.get("/issues/crane-stuck", accept: "text/html")
    #expect(site.cache.load.hits == 0)
    let second = site.get("/issues/crane-stuck", accept: "text/html")
    #expect(site.cache.load.hits == 1)
    #expect(first.status == .ok)
    #expect(first.headers == second.headers)
    #expect(bytes(first) == bytes(second))
  }

  @Test func itIsTheSameAsWithoutACache() throws {
    let site = try CachedSite()
    let plain = App(
      store: site.store, configuration: AppSettings(base: "http://127.0.0.1:8080").uncached)
    #expect(plain.cache == nil)
    for path in [
      "/issues/crane-stuck", "/guides/harbour", "/guides", "/issues", "/checks", "/help",
      "/robots.txt", "/issues/crane-stuck.md", "/api/v1/issues/crane-stuck", "/issues/1",
      "/issues/none", "/issues?limit=x", "/assets/fixbook.css",
    ] {
      for accept in [nil, "text/html", "application/json", "image/png"] {
        for coding in [nil, "gzip"] {
          let request = CachedSite.request(path, accept: accept, coding: coding)
          let expected = plain.response(to: request)
          for _ in 0..<2 {
            let found = site.app.response(to: request)
            #expect(found.status == expected.status, "\(path) \(accept ?? "")")
            #expect(found.headers == expected.headers, "\(path) \(accept ?? "")")
            #expect(bytes(found) == bytes(expected), "\(path) \(accept ?? "")")
          }
        }
      }
    }
    #expect(site.cache.load.hits > 50)
  }

  @Test func aWriteOfThisProcessIsSeenAtOnce() throws {
    let site = try CachedSite()
    for round in 1...20 {
      #expect(!text(site.get("/issues/crane-stuck")).contains("round \(round)."))
      try site.edit("- the crane stands, round \(round).")
      #expect(text(site.get("/issues/crane-stuck")).contains("round \(round)."))
      #expect(text(site.get("/issues/crane-stuck")).contains("round \(round)."))
    }
  }

  @Test func aWriteThroughTheAPIIsSeenAtOnce() throws {
    let site = try CachedSite()
    let before = site.get("/api/v1/issues/crane-stuck")
    let report = Request(
      method: .put, rawPath: "/api/v1/issues/crane-stuck",
      segments: ["api", "v1", "issues", "crane-stuck"],
      headers: HeaderFields([
        .init("Authorization", "Bearer secret-admin-token"), .init("If-Match", "*"),
        .init("Content-Type", "application/json"),
      ]),
      body: Array(#"{"title": "Crane stuck", "section": "Cranes", "markdown": "- new words"}"#.utf8)
    )
    #expect(site.app.response(to: report).status == .ok)
    let after = site.get("/api/v1/issues/crane-stuck")
    #expect(text(after).contains("new words"))
    #expect(before.headers["ETag"] != after.headers["ETag"])
  }

  /// Another store on the same file shares nothing with the first but the file, as another process.
  @Test func aWriteThroughAnotherConnectionIsSeenAtOnce() throws {
    let site = try CachedSite()
    let other = try Store(path: site.path)
    defer { other.close() }
    for round in 1...20 {
      _ = site.get("/issues/crane-stuck")
      try site.edit("- elsewhere, round \(round).", through: other)
      #expect(text(site.get("/issues/crane-stuck")).contains("round \(round)."))
    }
  }

  @Test func anImportIsSeenAtOnce() throws {
    let site = try CachedSite()
    _ = site.get("/guides")
    _ = site.get("/issues")
    try site.load("# Quay\n\n## Berths\n\n### Berth taken\n- a ship lies there\n")
    #expect(text(site.get("/guides")).contains("Quay"))
    #expect(text(site.get("/issues")).contains("Berth taken"))
  }

  /// Diagnoses, reports and the like are written all the time.
  @Test func commitsOfWhatNoPageShowsLeaveItAlone() throws {
    let site = try CachedSite()
    let other = try Store(path: site.path)
    defer { other.close() }
    _ = site.get("/issues/crane-stuck")
    for (number, store) in [site.store, other, site.store, other].enumerated() {
      try store.write(as: .system) { writing in
        let connection = writing.connection
        try connection.execute("INSERT INTO setting (name, value) VALUES (\("x\(number)"), 'y')")
        try connection.execute(
          """
          INSERT INTO question (kind, text, template, source, reporter, results, milliseconds, created_at)
          VALUES ('search', 'crane', 'crane', 'html', 'x', 0, 1.0, 1)
          """)
        try writing.audit("POST", subject: "/search", peer: "x")
      }
      _ = site.get("/issues/crane-stuck")
      #expect(site.cache.load.hits == number + 1)
    }
  }

  @Test func anOutcomeChangesThePagesThatShowOutcomes() throws {
    let site = try CachedSite()
    let paths = ["/issues/crane-stuck", "/guides", "/issues/crane-stuck.json"]
    for path in paths + paths { _ = site.get(path) }
    #expect(site.cache.load.hits == 3)
    var report = Request(
      method: .post, rawPath: "/issues/crane-stuck/outcomes",
      segments: ["issues", "crane-stuck", "outcomes"],
      headers: HeaderFields([
        .init("Host", "127.0.0.1"), .init("Content-Type", "application/x-www-form-urlencoded"),
        .init("Authorization", "Bearer secret-admin-token"),
      ]))
    report.body = Array("fix=1&result=worked".utf8)
    #expect(site.app.response(to: report).status.code < 400)
    #expect(text(site.get("/issues/crane-stuck")).contains("worked 1 of 1"))
    #expect(text(site.get("/issues/crane-stuck.json")).contains("\"worked\": 1"))
    #expect(site.cache.load.hits == 3)
    _ = site.get("/guides")
    #expect(site.cache.load.hits == 4)
  }

  /// The rows that a kept page is made of are in tables whose changes are noticed: as SQLite's own
  /// programs for the page's statements say, not as we believe.
  @Test func aKeptPageReadsOnlyTablesThatAreWatched() throws {
    let site = try CachedSite()
    let watched: [ContentState.Part: Set<String>] = try site.store.read(as: .system) { reading in
      let triggers = try reading.connection.rows(
        "SELECT tbl_name, sql FROM sqlite_schema WHERE type = 'trigger'"
      ) { (table: $0.text(0), sql: $0.text(1)) }
      let knowledge = triggers.filter { $0.sql.contains("SET knowledge") }.map(\.table)
      // What the triggers write is the state itself.
      var state: Set = ["content_state"]
      // Parts of the search index that every transaction writes together with `issue_index`, and the
      // names that a guide has had, which are written with the guide.
      state.formUnion(["term", "posting", "sample_shingle", "a virtual table", "guide_slug"])
      return [
        .knowledge: state.union(knowledge),
        // The words of a wording are written with it.
        .everything: state.union(triggers.map(\.table)).union(["wording_term"]),
      ]
    }
    #expect(watched[.everything] != watched[.knowledge])
    var all: Set<String> = []
    let examples = [
      "{guide}": "harbour", "{slug}": "crane-stuck", "{n}": "1", "{id}": "1",
      "{name}": "fixbook.css", "{chapter}": "issues",
    ]
    for route in App.routes {
      guard let part = route.cached else { continue }
      var path = route.pattern
      for (name, value) in examples { path = path.replacingOccurrences(of: name, with: value) }
      if path == "/search" { path += "?q=%22jib+stays%22+cabb+-drum&guide=harbour" }
      for prefix in (route.hasPage ? [""] : []) + (route.hasAPI ? ["/api/v1"] : []) {
        for accept in ["text/html", "application/json", "text/plain", "text/markdown"] {
          // Otherwise an issue comes from memory.
          try site.store.write(as: .system) {
            try $0.connection.execute("UPDATE issue SET title = title")
          }
          var read: Set<String> = []
          let response = try site.tracing(&read) { site.get(prefix + path, accept: accept) }
          all.formUnion(read)
          #expect(response.status == .ok, "\(prefix + path)")
          let unwatched = read.subtracting(watched[part]!)
          #expect(unwatched == [], "\(prefix + path)")
        }
      }
    }
    #expect(
      all.isSuperset(of: [
        "issue", "guide", "section", "fix", "outcome", "revision", "a virtual table",
      ]))
  }

  @Test func itSurvivesACheckpointThatRestartsTheLog() throws {
    let site = try CachedSite()
    let other = try Connection(path: site.path, mode: .readWrite)
    for round in 1...10 {
      _ = site.get("/issues/crane-stuck")
      let hits = site.cache.load.hits
      try other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
      #expect(text(site.get("/issues/crane-stuck")).contains("The jib stays"))
      #expect(site.cache.load.hits == hits + 1)
      try site.edit("- The jib stays, round \(round).")
      #expect(text(site.get("/issues/crane-stuck")).contains("round \(round)."))
    }
  }

  @Test func formsAndCodingsAreKeptApart() throws {
    let site = try CachedSite()
    for _ in 0..<2 {
      let html = site.get("/issues/crane-stuck", accept: "text/html")
      let json = site.get("/issues/crane-stuck", accept: "application/json")
      let plain = site.get("/issues/crane-stuck")
      let zipped = site.get("/issues/crane-stuck", accept: "text/html", coding: "gzip")
      #expect(html.headers["Content-Type"] == "text/html; charset=utf-8")
      #expect(json.headers["Content-Type"] == "application/json")
      #expect(plain.headers["Content-Type"] == "text/plain; charset=utf-8")
      #expect(zipped.headers["Content-Encoding"] == "gzip")
      #expect(html.headers["Content-Encoding"] == nil)
      #expect(Gzip.expand(bytes(zipped)) == bytes(html))
      #expect(Set([html, json, plain, zipped].map { $0.headers["ETag"] }).count == 4)
    }
  }

  /// Addresses come from the configuration alone, so nothing of this needs to be in the key.
  @Test func noPageHasAnAddressThatAClientNamed() throws {
    let site = try CachedSite()
    let named: [HeaderFields.Field] = [
      .init("Host", "evil.example"), .init("X-Forwarded-Host", "evil.example"),
      .init("X-Forwarded-Proto", "evil"), .init("X-Forwarded-Prefix", "/evil"),
      .init("Forwarded", "host=evil.example;proto=evil"), .init("X-Original-URL", "/evil"),
    ]
    for path in [
      "/", "/issues/crane-stuck", "/issues/1", "/issues/crane-stuck.json", "/guides", "/recent",
      "/search?q=crane", "/feed.atom", "/llms.txt", "/sitemap.xml", "/robots.txt",
      "/opensearch.xml", "/issues/none", "/api/v1/issues?limit=1",
    ] {
      let response = site.get(path, more: named)
      #expect(!text(response).contains("evil"), "\(path)")
      #expect(!response.headers.fields.contains { $0.value.contains("evil") }, "\(path)")
      #expect(!text(site.get(path)).contains("evil"), "\(path)")
    }
  }

  @Test func queriesAreKeptApart() throws {
    let site = try CachedSite()
    for _ in 0..<2 {
      #expect(text(site.get("/issues?limit=1")).contains("More:"))
      #expect(!text(site.get("/issues?limit=20")).contains("More:"))
      #expect(site.get("/issues?limit=x").status == .unprocessableContent)
    }
  }

  @Test func whatTheClientHasIsNotSentAgain() throws {
    let site = try CachedSite()
    let tag = try #require(site.get("/issues/crane-stuck").headers["ETag"])
    let known = site.get("/issues/crane-stuck", more: [.init("If-None-Match", tag)])
    #expect(known.status == .notModified)
    #expect(known.headers["ETag"] == tag)
    #expect(bytes(known) == [])
    let other = site.get("/issues/crane-stuck", more: [.init("If-None-Match", "\"1-other\"")])
    #expect(other.status == .ok)
    try site.edit("- other words")
    let changed = site.get("/issues/crane-stuck", more: [.init("If-None-Match", tag)])
    #expect(changed.status == .ok)
    #expect(site.get("/issues/crane-stuck").headers["ETag"] == changed.headers["ETag"])
  }

  @Test func headHasTheFieldsOfGet() throws {
    let site = try CachedSite()
    for _ in 0..<2 {
      var request = CachedSite.request("/issues/crane-stuck", accept: "text/html")
      request.method = .head
      let head = site.app.response(to: request)
      #expect(head.headers == site.get("/issues/crane-stuck", accept: "text/html").headers)
    }
    #expect(site.cache.load.hits == 3)
  }

  @Test func whoHasAnAccountOrATokenPassesItBy() throws {
    let site = try CachedSite()
    let session = try site.signIn()
    let cookie = HeaderFields.Field("Cookie", "fixbook_session=\(session)")
    let token = HeaderFields.Field("Authorization", "Bearer secret-admin-token")
    for _ in 0..<3 {
      let own = site.get("/issues/crane-stuck", accept: "text/html", more: [cookie])
      #expect(text(own).contains("editor-edna"))
      #expect(own.headers["Cache-Control"] == "private, no-cache")
      let anyone = site.get("/issues/crane-stuck", accept: "text/html")
      #expect(!text(anyone).contains("editor-edna"))
      let wrong = HeaderFields.Field("Authorization", "Bearer wrong")
      #expect(site.get("/issues/crane-stuck", more: [wrong]).status == .unauthorized)
      #expect(site.get("/issues/crane-stuck", more: [token]).status == .ok)
    }
    #expect(site.cache.load.hits == 2)
  }

  @Test func aGuideThatIsHiddenIsHiddenAtOnce() throws {
    let site = try CachedSite()
    let session = try site.signIn()
    #expect(site.get("/issues/crane-stuck").status == .ok)
    try site.store.write(as: .system) {
      try $0.connection.execute("UPDATE guide SET audience = 'members'")
    }
    #expect(site.get("/issues/crane-stuck").status == .notFound)
    let cookie = HeaderFields.Field("Cookie", "fixbook_session=\(session)")
    #expect(site.get("/issues/crane-stuck", more: [cookie]).status == .ok)
    #expect(site.get("/issues/crane-stuck").status == .notFound)
    #expect(!text(site.get("/issues")).contains("Crane stuck"))
  }

  @Test func errorsAndRedirectsAreNotKept() throws {
    let site = try CachedSite()
    for path in ["/issues/none", "/issues/crane-stuck?x=1", "/search?x=crane", "/", "/readyz"] {
      _ = site.get(path)
    }
    #expect(site.cache.load.responses == 0)
  }

  @Test func itStaysWithinItsLimit() throws {
    let site = try CachedSite(cacheSize: 256 * 1_024)
    for width in 20...399 {
      _ = site.get("/issues/crane-stuck?width=\(width)")
      _ = site.get("/issues/crane-stuck")
      #expect(site.cache.load.bytes <= 256 * 1_024)
    }
    #expect(site.cache.load.responses > 15)
    // What is asked for again and again stays.
    #expect(site.cache.load.hits >= 379)
  }

  @Test func readersAndWritersAtOnceNeverSeeThePast() throws {
    let site = try CachedSite()
    let other = try Store(path: site.path)
    defer { other.close() }
    let acknowledged = Acknowledged()
    let failures = Acknowledged()
    DispatchQueue.concurrentPerform(iterations: 5) { thread in
      if thread == 0 {
        for round in 1...200 {
          // Both writers take turns.
          try? site.edit("- round \(round).", through: round % 2 == 0 ? other : site.store)
          acknowledged.set(round)
        }
        acknowledged.set(1_000)
        return
      }
      while true {
        let least = acknowledged.value
        if least == 1_000 { return }
        let shown = text(site.get("/issues/crane-stuck")).split(separator: "round ").dropFirst()
          .first
        let round = Int(shown?.prefix { $0.isNumber } ?? "") ?? 0
        if round < least { failures.set(round + 1) }
      }
    }
    #expect(failures.value == 0)
  }
}

func bytes(_ response: Response) -> [UInt8] {
  guard case .bytes(let bytes) = response.body else { return [] }
  return bytes
}

func text(_ response: Response) -> String {
  String(decoding: bytes(response), as: UTF8.self)
}

private final class Acknowledged: @unchecked Sendable {
  private let lock = NSLock()
  private var number = 0

  var value: Int { lock.withLock { number } }
  func set(_ value: Int) { lock.withLock { number = value } }
}

private final class Statements {
  var texts: [String] = []
}

extension AppSettings {
  var uncached: AppSettings {
    var settings = self
    settings.cacheSize = 0
    settings.adminToken = "secret-admin-token"
    return settings
  }
}

/// The product on a small base of its own, as one function.
final class CachedSite: Sendable {
  let path: String
  let store: Store
  let app: App
  private let folder: URL

  var cache: ResponseCache { app.cache! }

  init(cacheSize: Int = 8 * 1_024 * 1_024) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "fixbook-cache-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    path = folder.path + "/fixbook.db"
    store = try Store(path: path)
    try CachedSite.load(CachedSite.guide, into: store)
    var settings = AppSettings(base: "http://127.0.0.1:8080", adminToken: "secret-admin-token")
    settings.cacheSize = cacheSize
    app = App(store: store, configuration: settings)
    try #require(app.cache != nil)
  }

  private static let guide =
    """
    # Harbour

    ## Cranes

    ### Crane stuck
    - The jib stays where it is
    - **Check**: berth-code: length 8..12
    - **Fix**: Close the cab door until it clicks.

    \(String(repeating: "Words that make the page long enough to be packed. ", count: 60))

    ### Brake hot
    - the drum smokes
    """

  deinit {
    store.close()
    try? FileManager.default.removeItem(at: folder)
  }

  func load(_ guide: String) throws { try CachedSite.load(guide, into: store) }

  private static func load(_ guide: String, into store: Store) throws {
    var importer = Importer()
    importer.add(file: Array(guide.utf8), path: "guide.md")
    let prepared = importer
    _ = try store.write(as: .importer) { try prepared.store($0) }
  }

  func edit(_ markdown: String, through other: Store? = nil) throws {
    try (other ?? store).write(as: .system) { writing in
      guard case .issue(let id) = try writing.reading.issueID(named: "crane-stuck") else { return }
      _ = try writing.updateIssue(
        id, IssueText(title: "Crane stuck", section: "Cranes", markdown: markdown), base: .any,
        comment: "")
    }
  }

  /// Adds the tables that are read meanwhile.
  func tracing<T>(_ tables: inout Set<String>, _ body: () -> T) throws -> T {
    let statements = Statements()
    // The pool lends the same connection to one after the other.
    try store.read(as: .system) { $0.connection.trace = { statements.texts.append($0) } }
    let result = body()
    try store.read(as: .system) { reading in
      let connection = reading.connection
      connection.trace = nil
      let places = try connection.rows("SELECT rootpage, tbl_name FROM sqlite_schema") {
        ($0.int(0), $0.text(1))
      }
      let names = Dictionary(places, uniquingKeysWith: { first, _ in first })
      for text in statements.texts where text.hasPrefix("SELECT") || text.hasPrefix("WITH") {
        let parameters = text.matches(of: /\$(\d+)/).compactMap { Int($0.1) }.max() ?? 0
        // https://www.sqlite.org/opcode.html: OpenRead opens the table or index whose root page is P2.
        try connection.each(
          SQL(
            trusted: "EXPLAIN " + text, values: Array(repeating: .null, count: parameters))
        ) { row in
          if row.text(1) == "OpenRead" { tables.insert(names[row.int(3)] ?? "unknown") }
          // `json_each` reads its argument; any other virtual table reads tables of its own.
          if row.text(1) == "VOpen", !text.contains("json_each(") || text.contains("_fts") {
            tables.insert("a virtual table")
          }
          return true
        }
      }
    }
    return result
  }

  /// The secret of a new editor's session.
  func signIn() throws -> String {
    try store.write(as: .system) { writing in
      let account = try writing.createAccount(name: "editor-edna", role: .editor)
      return try writing.createSession(account: account.id)
    }
  }

  static func request(
    _ target: String, accept: String? = nil, coding: String? = nil, more: [HeaderFields.Field] = []
  ) -> Request {
    let parts = target.split(separator: "?", maxSplits: 1)
    var headers = HeaderFields([.init("Host", "127.0.0.1")] + more)
    if let accept { headers.add("accept", accept) }
    if let coding { headers.add("Accept-Encoding", coding) }
    return Request(
      method: .get, rawPath: String(parts[0]),
      segments: parts[0].split(separator: "/").map(String.init),
      rawQuery: parts.count > 1 ? String(parts[1]) : nil, headers: headers)
  }

  func get(
    _ target: String, accept: String? = nil, coding: String? = nil, more: [HeaderFields.Field] = []
  ) -> Response {
    app.response(to: CachedSite.request(target, accept: accept, coding: coding, more: more))
  }
}
