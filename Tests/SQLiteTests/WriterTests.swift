import SQLite
import TestSupport
import Testing
import Threads

/// One database with a table of numbers, its writer and a connection to look with.
private final class Bench: @unchecked Sendable {
  // @unchecked: `looker` and `commits` are used as each test says.
  let folder: TemporaryFolder
  let path: String
  let looker: Connection
  let writer: Writer
  /// Texts of BEGIN, COMMIT … as the writer runs them.
  let commits = Monitor<[String]>([])

  init(pages: Int? = nil, limits: Writer.Limits = Writer.Limits()) throws {
    folder = try TemporaryFolder()
    let path = folder.file()
    self.path = path
    looker = try .wal(path)
    try looker.run(script: "CREATE TABLE number (id INTEGER PRIMARY KEY, value INTEGER, text TEXT)")
    let commits = commits
    writer = Writer(limits: limits) {
      let connection = try Connection(path: path, mode: .readWrite)
      if let pages { _ = try connection.integer(SQL(trusted: "PRAGMA max_page_count = \(pages)")) }
      connection.trace = { text in
        if text.hasPrefix("COMMIT") || text.hasPrefix("BEGIN") {
          commits.withLock { $0.append(text) }
        }
      }
      return connection
    }
  }

  var values: [Int] { get throws { try looker.integers("SELECT value FROM number ORDER BY id") } }
  var commitCount: Int { commits.withLock { $0.count { $0 == "COMMIT" } } }

  /// Keeps the writer's thread until the function returned is called.
  func hold() -> @Sendable () -> Void {
    let gate = Monitor(false)
    let entered = Monitor(false)
    writer.submit(
      { _ in
        entered.change { $0 = true }
        gate.wait { $0 ? () : nil }
      }, finish: { _ in })
    entered.wait { $0 ? () : nil }
    return { gate.change { $0 = true } }
  }

  deinit { writer.stop() }
}

private struct Refused: Error, Equatable { let number: Int }

@Suite(.timeLimit(.minutes(2)))
struct WriterTests {
  @Test func `writes that wait together share a commit`() throws {
    let bench = try Bench()
    let release = bench.hold()
    let done = Monitor(0)
    for number in 0..<200 {
      bench.writer.submit(
        { try $0.execute("INSERT INTO number (value) VALUES (\(number))") },
        finish: {
          result in
          #expect(throws: Never.self) { try result.get() }
          done.change { $0 += 1 }
        })
    }
    #expect(bench.writer.waiting == 200)
    release()
    done.wait { $0 == 200 ? () : nil }
    // One for the write that held the thread, one for all others.
    #expect(bench.commitCount == 2)
    #expect(try bench.values == Array(0..<200))
  }

  @Test func `many threads write at once, all is stored in fewer commits than writes`() throws {
    let bench = try Bench()
    let release = bench.hold()
    let threads = (0..<16).map { thread in
      Thread.start("writes") {
        for number in 0..<25 {
          #expect(throws: Never.self) {
            try bench.writer.perform {
              try $0.execute("INSERT INTO number (value) VALUES (\(thread * 100 + number))")
            }
          }
        }
      }
    }
    release()
    for thread in threads { thread.join() }
    let values = try bench.values
    #expect(values.count == 400)
    #expect(Set(values).count == 400)
    for thread in 0..<16 {
      let own = values.filter { $0 / 100 == thread }
      #expect(own == own.sorted(), "one thread's writes keep their order")
    }
    #expect(bench.commitCount < 400)
  }

  /// Never by themselves, as far as a test can tell.
  private var patient: Writer.Limits {
    var limits = Writer.Limits()
    limits.unattended = 1_000_000_000
    limits.unattendedBurst = 0
    limits.group = 8
    return limits
  }

  /// One whose only commit for the sake of a write that nobody waits for has been used up.
  private func patientBench() throws -> Bench {
    let bench = try Bench(limits: patient)
    let done = Monitor(0)
    submitUnattended(1, to: bench, done)
    done.wait { $0 == 1 ? () : nil }
    return bench
  }

  /// Submits writes of 0, 1 … that nobody waits for; `done` counts those that are stored.
  private func submitUnattended(_ count: Int, to bench: Bench, _ done: Monitor<Int>) {
    for number in 0..<count {
      bench.writer.submit(isAwaited: false) {
        try $0.execute("INSERT INTO number (value) VALUES (\(number))")
      } finish: { result in
        #expect(throws: Never.self) { try result.get() }
        done.change { $0 += 1 }
      }
    }
  }

  @Test func `a write that nobody waits for shares the commit of one that is awaited`() throws {
    let bench = try patientBench()
    submitUnattended(5, to: bench, Monitor(0))
    #expect(bench.writer.waiting == 5)
    try bench.writer.perform { try $0.execute("INSERT INTO number (value) VALUES (5)") }
    #expect(bench.commitCount == 2)
    #expect(try bench.values == [0] + Array(0...5))
  }

  @Test func `writes that nobody waits for are committed when they are a group`() throws {
    let bench = try patientBench()
    let done = Monitor(0)
    submitUnattended(8, to: bench, done)
    done.wait { $0 == 8 ? () : nil }
    #expect(bench.commitCount == 2)
    #expect(try bench.values == [0] + Array(0..<8))
  }

  @Test func `writes that nobody waits for are committed in time, and when the writer stops`()
    throws
  {
    let soon = try Bench()
    let done = Monitor(0)
    submitUnattended(3, to: soon, done)
    done.wait { $0 == 3 ? () : nil }
    #expect(try soon.values == Array(0..<3))

    let stopped = try patientBench()
    submitUnattended(1, to: stopped, Monitor(0))
    stopped.writer.stop()
    #expect(try stopped.values == [0, 0])
  }

  @Test func `a write that throws is undone alone`() throws {
    let bench = try Bench()
    let release = bench.hold()
    let results = Monitor<[Int: String]>([:])
    for number in 0..<10 {
      bench.writer.submit(
        { connection -> Int in
          try connection.execute("INSERT INTO number (value) VALUES (\(number))")
          if number % 3 == 1 { throw Refused(number: number) }
          if number % 3 == 2 {
            try connection.execute("INSERT INTO number (id, value) VALUES (1, 0), (1, 0)")
          }
          return number
        },
        finish: { result in
          results.change {
            switch result {
            case .success(let value): $0[number] = "stored \(value)"
            case .failure(let error): $0[number] = error is Refused ? "refused" : "constraint"
            }
          }
        })
    }
    release()
    let all = results.wait { $0.count == 10 ? $0 : nil }
    for number in 0..<10 {
      #expect(all[number] == ["stored \(number)", "refused", "constraint"][number % 3])
    }
    #expect(try bench.values == [0, 3, 6, 9])
    #expect(bench.commitCount == 2)
  }

  @Test func `a write is answered only when another connection can see it`() throws {
    let bench = try Bench()
    let seen = Monitor<[Bool]>([])
    for number in 0..<50 {
      bench.writer.submit(
        { try $0.execute("INSERT INTO number (value) VALUES (\(number))") },
        finish: {
          _ in
          // On the writer's thread, before anything else is written; nobody else uses this connection.
          let count = try? bench.looker.integer(
            "SELECT count(*) FROM number WHERE value = \(number)")
          seen.change { $0.append(count == 1) }
        })
    }
    let all = seen.wait { $0.count == 50 ? $0 : nil }
    #expect(all == Array(repeating: true, count: 50))
  }

  @Test func `a write sees the writes before it in the same group`() throws {
    let bench = try Bench()
    let release = bench.hold()
    let counts = Monitor<[Int]>([])
    for _ in 0..<20 {
      bench.writer.submit(
        { connection -> Int in
          try connection.execute("INSERT INTO number (value) VALUES (1)")
          return try connection.integer("SELECT count(*) FROM number")
        }, finish: { result in counts.change { $0.append((try? result.get()) ?? -1) } })
    }
    release()
    #expect(counts.wait { $0.count == 20 ? $0 : nil } == Array(1...20))
  }

  @Test func `stop finishes what waits and later writes fail cleanly`() throws {
    let bench = try Bench()
    let release = bench.hold()
    let finished = Monitor(0)
    for number in 0..<100 {
      bench.writer.submit(
        { try $0.execute("INSERT INTO number (value) VALUES (\(number))") },
        finish: {
          result in
          if case .success = result { finished.change { $0 += 1 } }
        })
    }
    let stopping = Thread.start("stop") { bench.writer.stop() }
    release()
    stopping.join()
    #expect(finished.withLock { $0 } == 100)
    #expect(try bench.values == Array(0..<100))
    #expect(throws: WriterStopped.self) {
      try bench.writer.perform { try $0.execute("INSERT INTO number (value) VALUES (1)") }
    }
    bench.writer.stop()
    #expect(try bench.values.count == 100)
  }

  @Test func `a full file is said so, nothing is half written, and later writes work`() throws {
    let bench = try Bench(pages: 40)
    let big = String(repeating: "x", count: 3_000)
    var stored = 0
    var failure: (any Error)?
    for number in 0..<200 where failure == nil {
      do {
        try bench.writer.perform { connection in
          try connection.execute("INSERT INTO number (value) VALUES (\(number))")
          for _ in 0..<5 {
            try connection.execute("INSERT INTO number (value, text) VALUES (\(number), \(big))")
          }
        }
        stored += 1
      } catch { failure = error }
    }
    #expect((failure as? DatabaseError)?.isFull == true)
    #expect(stored > 0)
    #expect(try bench.values.count == stored * 6)
    // A small write still fits, a removal makes room again.
    try bench.writer.perform { try $0.execute("DELETE FROM number WHERE value = 0") }
    try bench.writer.perform { connection in
      for _ in 0..<4 {
        try connection.execute("INSERT INTO number (value, text) VALUES (-1, \(big))")
      }
    }
    #expect(try bench.looker.integer("SELECT count(*) FROM number WHERE value = -1") == 4)
    #expect(try bench.looker.texts("PRAGMA integrity_check") == ["ok"])
  }

  @Test func `when one of a group does not fit, the others are stored`() throws {
    let bench = try Bench(pages: 40)
    let release = bench.hold()
    let results = Monitor<[Int: Bool]>([:])
    for number in 0..<8 {
      let size = number == 3 ? 1_000_000 : 100
      bench.writer.submit(
        { connection in
          try connection.execute(
            "INSERT INTO number (value, text) VALUES (\(number), \(String(repeating: "x", count: size)))"
          )
        },
        finish: { result in
          results.change {
            switch result {
            case .success: $0[number] = true
            case .failure(let error):
              #expect((error as? DatabaseError)?.isFull == true, "\(error)")
              $0[number] = false
            }
          }
        })
    }
    release()
    let all = results.wait { $0.count == 8 ? $0 : nil }
    #expect(all == Dictionary(uniqueKeysWithValues: (0..<8).map { ($0, $0 != 3) }))
    #expect(try bench.values == [0, 1, 2, 4, 5, 6, 7])
  }

  @Test func `two writers on one file both get through`() throws {
    let bench = try Bench()
    let path = bench.path
    let other = Writer { try Connection(path: path, mode: .readWrite) }
    defer { other.stop() }
    let failures = Monitor<[String]>([])
    let threads = (0..<8).map { thread in
      Thread.start("writes") {
        for number in 0..<20 {
          do {
            try (thread % 2 == 0 ? bench.writer : other).perform { connection in
              // Reads first, so that a deferred transaction would fail with SQLITE_BUSY_SNAPSHOT.
              let count = try connection.integer("SELECT count(*) FROM number")
              try connection.execute(
                "INSERT INTO number (value, text) VALUES (\(thread * 100 + number), \("\(count)"))")
            }
          } catch { failures.withLock { $0.append("\(error)") } }
        }
      }
    }
    for thread in threads { thread.join() }
    #expect(failures.withLock { $0 } == [])
    #expect(try bench.values.count == 160)
    // Nobody wrote between a transaction's reading and its writing.
    #expect(
      try bench.looker.integers("SELECT CAST(text AS INTEGER) FROM number ORDER BY id")
        == Array(0..<160))
  }

  @Test func `a writer that cannot open its file says so and opens it when it can`() throws {
    let folder = try TemporaryFolder()
    let path = folder.file()
    let isBroken = Monitor(true)
    let writer = Writer {
      if isBroken.withLock({ $0 }) { throw Refused(number: 0) }
      return try Connection(path: path, mode: .readWrite)
    }
    defer { writer.stop() }
    #expect(throws: Refused.self) { try writer.perform { try $0.execute("CREATE TABLE t (x)") } }
    isBroken.withLock { $0 = false }
    #expect(throws: Never.self) { try writer.perform { try $0.execute("CREATE TABLE t (x)") } }
  }
}
