import HTTP
import JSON
import SQLite
import Testing

@testable import App
@testable import Store

/// What every page may cost in statements, whatever the base holds.
struct BudgetTests {
  @Test(arguments: [
    ("/", 6), ("/issues", 2), ("/issues/exec-format-error", 13), ("/guides", 2),
    ("/guides/field-guide", 4),
    ("/guides/field-guide.md", 4), ("/search?q=timeout", 14), ("/recent", 4), ("/checks", 2),
    ("/checks/session-id?value=x", 2), ("/fixes/1", 6), ("/issues/exec-format-error/history", 4),
    ("/healthz", 0), ("/assets/fixbook.css", 0), ("/help", 1), ("/nothing", 0), ("/robots.txt", 0),
  ])
  func `a page takes no more statements than it should`(path: String, budget: Int) throws {
    let server = try Server()
    let log = Log()
    // One thread uses one connection of the pool, the one it gave back last.
    try server.store.read(as: .system) { reading in
      reading.connection.trace = { if $0 != "BEGIN" && $0 != "COMMIT" { log.texts.append($0) } }
      _ = try reading.connection.integer("SELECT 1")
    }
    log.texts = []
    let reply = try server.get(path, accept: "text/html")
    #expect(reply.status == (path == "/nothing" ? 404 : 200) || path.hasSuffix(".css"))
    #expect(log.texts.count <= budget, "\(log.texts.count): \(log.texts)")
    if budget > 1 { #expect(!log.texts.isEmpty) }
  }

  @Test func `a list costs the same however long it is`() throws {
    let issues = (0..<60).map { "\n### Issue \($0)\n- **Fix**: x\n- **Tags**: t\n" }.joined()
    let server = try Server(guide: "# Big\n\n## S\n" + issues)
    let log = Log()
    try server.store.read(as: .system) { reading in
      reading.connection.trace = { log.texts.append($0) }
      _ = try reading.connection.integer("SELECT 1")
    }
    func cost(_ path: String) throws -> Int {
      log.texts = []
      #expect(try server.get(path, accept: "text/html").status == 200)
      return log.texts.count
    }
    #expect(try cost("/issues?limit=1") == cost("/issues?limit=60"))
    #expect(try cost("/recent?limit=2") == cost("/recent?limit=60"))
    #expect(try cost("/guides") <= 4)
  }

  @Test func `windows of the limiter count by key and begin anew`() {
    let limiter = RateLimiter()
    let now: UInt64 = 600_000_000_000
    let second: UInt64 = 1_000_000_000
    for _ in 0..<3 { #expect(limiter.allows("a", count: 3, seconds: 60, now: now)) }
    #expect(!limiter.allows("a", count: 3, seconds: 60, now: now))
    #expect(limiter.allows("b", count: 3, seconds: 60, now: now))
    #expect(limiter.allows("a", count: 3, seconds: 60, now: now + 60 * second))
    // However many addresses there are, it stays bounded and goes on counting.
    for number in 0..<50_000 {
      _ = limiter.allows("k\(number)", count: 1, seconds: 60, now: now + 120 * second)
    }
    #expect(limiter.allows("a", count: 1, seconds: 60, now: now + 180 * second))
    #expect(!limiter.allows("a", count: 1, seconds: 60, now: now + 180 * second))
  }
}

private final class Log: @unchecked Sendable {
  // @unchecked: one thread asks and looks.
  var texts: [String] = []
}
