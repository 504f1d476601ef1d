import Testing

@testable import Diagnosis

@Suite struct IntakeTests {
  static let texts: [String] = [
    "", "\n", "one line", "one line\n", "a\r\nb\r\nc", "\n\n\nlast", "10%\r20%\r30%\ndone",
    "\u{1B}[31merror:\u{1B}[0m no such host\n\u{1B}]0;title\u{07}next\n",
    "\u{1B}_bk;t=1779285601853\u{07}~~~ Preparing\n\u{1B}_bk;t=17792856\u{07}x\n",
    "section_start:1778587320:prepare\r\u{1B}[0K\u{1B}[36;1mPreparing\u{1B}[0;m\n",
    "grün 🚨 ünïcödé\nzweite Zeile — mit Strich", log(lines: 60), trace,
    "before\n-----BEGIN PRIVATE"
      + " KEY-----\n\(Samples.mixed(64))\n-----END PRIVATE KEY-----\nafter",
    "{\"a\":\"" + String(repeating: "x y, ", count: 14_000) + " error: it failed\"}\nend",
    String(repeating: "word", count: 20_000), "password=hunter2\nnext\n",
  ]

  static func log(lines: Int) -> String {
    (0..<lines).map { number in
      number == 40
        ? "2026-01-01T00:00:40Z ERROR app cannot connect to db: connection refused"
        : "2026-01-01T00:00:\(10 + number % 50)Z INFO app request \(number) done in \(number)ms"
    }.joined(separator: "\n")
  }

  static let trace = """
    Traceback (most recent call last):
      File "/srv/app.py", line 40, in main
        tools = build()
    KeyError: 'JIRA_BASE_URL'
    """

  @Test(arguments: texts)
  func `any chunks give the same`(text: String) {
    let bytes = Array(text.utf8)
    let whole = Intake.read(text)
    for size in [1, 2, 3, 7, 100, 4096, 33_000] where bytes.count / size < 20_000 {
      var intake = Intake()
      var place = 0
      while place < bytes.count {
        intake.feed(Array(bytes[place..<min(place + size, bytes.count)]))
        place += size
      }
      #expect(intake.finish() == whole, "chunks of \(size)")
    }
  }

  @Test func `the only line of a text is what its reading finds`() {
    var random = SystemRandomNumberGenerator()
    let words = [
      "exec", "format", "error:", "\u{1B}[31m", "[36;1m", "password=hunter2", "10.0.0.7", "  ",
      "\t", "at",
      "/srv/app.py:40", "<num>", "é", "\r", "\n", "section_start:17:x", "Traceback",
      "[secret:password]", "",
    ]
    var onlyLines = 0
    for _ in 0..<3_000 {
      let text = (0..<Int.random(in: 0...6, using: &random)).map { _ in words.randomElement()! }
        .joined(separator: " ")
      guard let line = Intake.onlyLine(of: text) else { continue }
      onlyLines += 1
      #expect(line == Intake.read(text).mostTelling?.text, "\(text.debugDescription)")
    }
    #expect(onlyLines > 300)
    #expect(Intake.onlyLine(of: "  ") == nil)
    #expect(Intake.onlyLine(of: String(repeating: "a", count: Intake.lineLength + 1)) == nil)
  }

  @Test func `a short text split at every byte`() {
    let bytes = Array("\u{FEFF}é\u{1B}[31m🚨 a\r\nb\u{1B}[0m\rc\n".utf8)
    var whole = Intake()
    whole.feed(bytes)
    let expected = whole.finish()
    for cut in 0...bytes.count {
      var intake = Intake()
      intake.feed(Array(bytes[..<cut]))
      intake.feed(Array(bytes[cut...]))
      #expect(intake.finish() == expected)
    }
    #expect(expected.lines.map(\.text) == ["é🚨 a", "c"])
  }

  @Test(arguments: texts)
  func `line numbers are those of the input`(text: String) {
    let read = Intake.read(text)
    let lines = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let count = text.isEmpty ? 0 : text.utf8.last == 0x0A ? lines.count - 1 : lines.count
    #expect(read.lineCount == count)
    #expect(read.byteCount == text.utf8.count)
    for line in read.lines where !line.text.contains("[secret:") {
      let word = line.text.split { !$0.isLetter }.first ?? ""
      #expect(lines[line.number - 1].contains(word))
    }
    #expect(read.lines.map(\.number) == read.lines.map(\.number).sorted())
    #expect(Set(read.lines.map(\.number)).count == read.lines.count)
  }

  @Test(arguments: [
    ("a\u{1B}[1;31mb\u{1B}[0mc", "abc"), ("\u{1B}[2K\rdone", "done"),
    ("x\u{1B}]8;;u\u{1B}\\y", "xy"),
    ("\u{1B}(Bplain", "plain"), ("a\u{0}b\u{1}c", "abc"), ("50%\r100%", "100%"), ("text\r", "text"),
    ("E\u{8}E", "E"), ("[36mbridge[0m  x", "bridge  x"), ("rate[5m] and a[0]", "rate[5m] and a[0]"),
    ("\u{1B}_bk;t=1\u{7}line", "line"), ("section_end:1778587331:prepare_executor", ""),
    ("error: disk full\r 10%\r 20%", "error: disk full  20%"), ("tail  \t ", "tail"),
    ("\u{1B}]unfinished", "unfinished"), ("\u{9B}31mred", "red"),
  ])
  func `a line is cleaned`(raw: String, clean: String) {
    let bytes = LineCleaner.clean(Array(raw.utf8).span)
    #expect(String(decoding: bytes, as: UTF8.self) == clean)
  }

  @Test func `broken UTF-8 is replaced`() {
    var intake = Intake()
    intake.feed([0x61, 0xFF, 0xFE, 0x62, 0xC3])
    #expect(intake.finish().lines.map(\.text) == ["a\u{FFFD}\u{FFFD}b\u{FFFD}"])
  }

  @Test func `UTF-16 with its mark is decoded, in both orders and any chunks`() {
    let text = "Fehler: größer 🚨\r\nzweite"
    for isLittle in [true, false] {
      let bytes = ("\u{FEFF}" + text).utf16.flatMap { unit -> [UInt8] in
        let pair = [UInt8(unit & 0xFF), UInt8(unit >> 8)]
        return isLittle ? pair : pair.reversed()
      }
      for size in [1, 2, 3, 5, 1000] {
        var intake = Intake()
        for start in stride(from: 0, to: bytes.count, by: size) {
          intake.feed(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        let read = intake.finish()
        #expect(read.lines.map(\.text) == ["Fehler: größer 🚨", "zweite"])
        #expect(read.byteCount == bytes.count)
      }
    }
  }

  @Test func `a long line keeps its head and the neighbourhood of its error`() {
    let filler = String(repeating: "lorem ipsum dolor, ", count: 10_000)
    let text = "head " + filler + "connection refused by db-7" + filler
    let read = Intake.read(text)
    #expect(read.lines.count == 1 && read.lineCount == 1)
    #expect(read.lines[0].text.utf8.count <= Intake.lineLength)
    #expect(read.lines[0].text.hasPrefix("head lorem"))
    #expect(read.lines[0].text.contains("connection refused by db-7"))
  }

  @Test func `secrets never pass, wherever a long line is cut`() {
    let secret = "ghp" + "_" + Samples.mixed(36)
    for shift in stride(from: 0, to: 80, by: 3) {
      let filler = String(repeating: "z", count: Intake.pieceLength - 60 + shift)
      for divider in [" ", ",", "\"", "="] {
        let text = filler + divider + secret + " error: failed here"
        let read = Intake.read(text)
        #expect(!read.lines.contains { $0.text.contains(secret.prefix(12)) }, "\(shift)")
        #expect(!read.lines.contains { $0.text.contains(secret.suffix(12)) }, "\(shift)")
      }
    }
  }

  @Test func `secrets are counted in repeated lines too`() {
    let lines = (0..<50).map {
      "2026-01-01T00:00:00Z INFO sent password=hunter\($0) to 10.0.0.\($0)"
    }
    let read = Intake.read(lines.joined(separator: "\n"))
    #expect(read.redacted == 50)
    #expect(!read.lines.contains { $0.text.contains("hunter") })
  }

  @Test func `random bytes do no harm, and the result is bounded`() {
    var random = Samples.Random(seed: 11)
    for round in 0..<60 {
      let size = random.next(20_000)
      let bytes = (0..<size).map { _ in
        round % 2 == 0
          ? UInt8(random.next(256))
          : Array("\n\r\u{1B}[];m:=\"{}'/\\-._@ aeE05%".utf8)[random.next(26)]
      }
      var intake = Intake()
      intake.feed(bytes)
      let read = intake.finish()
      #expect(read.lines.count <= Intake.lineLimit)
      #expect(read.lines.allSatisfy { $0.text.utf8.count <= Intake.lineLength * 3 })
      #expect(read.lines.allSatisfy { (0...1).contains($0.weight) && $0.repeats >= 1 })
    }
  }

  @Test func `32 MiB of log keeps few lines, among them the error`() {
    var intake = Intake()
    var number = 0
    var fed = 0
    while fed < 32 << 20 {
      var chunk: [UInt8] = []
      for _ in 0..<4000 {
        number += 1
        chunk += Array(
          "2026-01-01T00:00:00Z INFO web-\(number % 9) GET /a/\(number) 200 3ms\n".utf8)
      }
      if fed < 16 << 20, fed + chunk.count >= 16 << 20 {
        chunk += Array("2026-01-01T00:00:00Z ERROR db: too many connections\n".utf8)
        number += 1
      }
      fed += chunk.count
      intake.feed(chunk)
    }
    let read = intake.finish()
    #expect(read.lineCount == number && read.byteCount == fed && read.isLog)
    #expect(read.lines.count < 40)
    #expect(read.lines.max { $0.weight < $1.weight }?.text.contains("too many connections") == true)
  }

  @Test func `many different lines stay within the limit and keep the error`() {
    var random = Samples.Random(seed: 3)
    var lines = (0..<12_000).map { _ in
      (0..<8).map { _ in Samples.letters("abcdefghijklmnop", 3 + random.next(6)) + "\u{78}" }
        .map { $0 + String(repeating: "q", count: random.next(9)) }.joined(separator: " ")
    }
    lines[5000] = "FATAL could not open the journal: permission denied"
    let read = Intake.read(lines.joined(separator: "\n"))
    #expect(read.lines.count <= Intake.lineLimit)
    #expect(read.lines.contains { $0.number == 5001 && $0.weight > 0.8 })
  }
}
