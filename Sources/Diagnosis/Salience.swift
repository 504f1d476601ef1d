/// What one line says by itself, before the rest of the log is known.
struct Salience: Sendable {
  enum Kind: Sendable {
    case message
    /// A frame of a stack trace, a line of code in one, a caret.
    case frame
    /// Health checks, progress, downloads: what is written all the time.
    case chatter
    /// Says only that something ended badly: `Process completed with exit code 1`.
    case outcome
  }

  var kind: Kind
  /// 0…1 by level, words and codes.
  var trouble: Double
  var level: LogLevel?

  static func of(_ reading: PrefixReader.Reading) -> Salience {
    let message = reading.message
    if LineShape.isFrame(message) {
      return Salience(kind: .frame, trouble: 0.08, level: reading.level)
    }
    let words = Vocabulary.weights(in: message)
    let codes = StatusCodes.weight(in: message)
    let spoken = union((words + [codes]).sorted(by: >).prefix(3))
    let isException = LineShape.namesException(message)
    let trouble = combined(spoken, isException: isException, reading.level)
    if LineShape.isPass(message) {
      return Salience(kind: .chatter, trouble: 0.1, level: reading.level)
    }
    let isQuiet = trouble < 0.35 || (reading.level ?? .error) <= .info && spoken < 0.4
    let kind: Kind =
      LineShape.isOutcome(message)
      ? .outcome : isQuiet && LineShape.isChatter(message) ? .chatter : .message
    return Salience(kind: kind, trouble: trouble, level: reading.level)
  }

  /// Independent signs of the same thing.
  private static func union(_ weights: some Sequence<Double>) -> Double {
    1 - weights.reduce(1) { $0 * (1 - $1) }
  }

  private static func combined(_ spoken: Double, isException: Bool, _ level: LogLevel?) -> Double {
    let said = isException ? union([spoken, 0.6]) : spoken
    return switch level {
    case .fatal: union([said * 0.8, 0.85])
    case .error: union([said * 0.8, 0.7])
    case .warning: max(0.35, union([said * 0.75, 0.1]))
    case .notice, .info: said * 0.85
    case .debug, .trace: said * 0.6
    case nil: said
    }
  }
}

/// What a message looks like, whatever it says.
enum LineShape {
  /// `    at f (file:1:2)`, `File "x", line 3, in f`, `main.go:48 +0x2a4`, a caret line.
  static func isFrame(_ message: [UInt8]) -> Bool {
    let start = message.skippingBlanks(from: 0)
    if message.has("at ", at: start) {
      return isLocation(message, from: start + 3)
    }
    if message.has("File \"", at: start) { return message.find("\", line ", from: start) != nil }
    if message.has("... ", at: start), message.find(" more", from: start) != nil { return true }
    if message.has("goroutine ", at: start) || message.has("created by ", at: start) { return true }
    if message.has("--- End of", at: start) { return true }
    if message.has("from ", at: start), message.find(":in `", from: start) != nil { return true }
    if message.has("#", at: start), message.byte(start + 1).isDigit {
      // gdb and PHP: `#0 0x… in f`, `#1 /srv/a.php(12): f()`
      return message.find(" in ", from: start, to: start + 40) != nil && message.find("0x") != nil
        || message.find(".php(", from: start) != nil
    }
    return isMarks(message, from: start) || isGoFrame(message) || isPlace(message, from: start)
  }

  /// Nothing but a file and a line in it, perhaps after an arrow: `--> src/reports.rs:114:19`.
  private static func isPlace(_ message: [UInt8], from start: Int) -> Bool {
    let path = message.has("--> ", at: start) ? start + 4 : start
    guard path < message.count, !message[path...].contains(where: { $0.isBlank }),
      message[path...].contains(.ascii("/")), message[path...].contains(.ascii("."))
    else { return false }
    var end = message.count
    while end > path, message[end - 1].isDigit { end -= 1 }
    return end < message.count && message[end - 1] == .ascii(":")
  }

  /// What follows `at`: a call with brackets, or a file with a line.
  private static func isLocation(_ message: [UInt8], from start: Int) -> Bool {
    let rest = message[start...]
    return rest.contains(.ascii("(")) || rest.contains(.ascii(":")) && rest.contains { $0.isDigit }
      || rest.allSatisfy { !$0.isBlank }
  }

  /// `^^^^`, `~~~^~~`, `|`, `-----`: no letter and no digit.
  private static func isMarks(_ message: [UInt8], from start: Int) -> Bool {
    start < message.count && message[start...].allSatisfy { !$0.isAlphanumeric && $0 < 0x80 }
  }

  /// `\t/src/main.go:23 +0x3d1` and `main.must({0x14, 0x17})`
  private static func isGoFrame(_ message: [UInt8]) -> Bool {
    if message.find(".go:") != nil, message.find(" +0x") != nil { return true }
    guard message.last == .ascii(")"), let open = message.firstIndex(of: .ascii("(")) else {
      return false
    }
    let name = message[..<open]
    let call = message[open...]
    return name.contains(.ascii(".")) && !name.contains { $0.isBlank }
      && (call.elementsEqual("(...)".utf8) || call.elementsEqual("()".utf8)
        || message.find("0x", from: open) != nil)
  }

  /// Begins with the name of an exception or error and a colon, or `Caused by:`.
  static func namesException(_ message: [UInt8]) -> Bool {
    let start = message.skippingBlanks(from: 0)
    let end = message.end(from: start, upTo: 120) { $0.isWord || ".$/:".utf8.contains($0) }
    var name = end
    while name > start, message[name - 1] == .ascii(":") { name -= 1 }
    guard name < end || message.byte(end) == .ascii("(") else {
      return message.hasFolded("caused by", at: start) || message.hasFolded("panic:", at: start)
    }
    return ["error", "exception", "fault", "failure", "exit", "interrupt", "warning"].contains {
      name - $0.utf8.count > start && message.hasFolded($0, at: name - $0.utf8.count)
    }
  }

  /// Little but words such as failed, exit, code, error, job, process, command and numbers.
  static func isOutcome(_ message: [UInt8]) -> Bool {
    guard message.count < 160 else { return false }
    var others = 0
    var outcome = 0
    var place = 0
    while place < message.count {
      let end = message.end(from: place) { $0.isLetter || $0 == .ascii("'") }
      if end > place {
        let word = String(decoding: message[place..<end], as: UTF8.self).lowercased()
        if outcomeWords.contains(word) {
          outcome += 1
        } else if end - place > 2, !fillers.contains(word) {
          others += 1
          if others > 2 { return false }
        }
      }
      place = max(end, place + 1)
    }
    return outcome >= 1 && others == 0 || outcome >= 2 && others <= 2
  }

  /// A test or step that went well: `✓ …`, `ok 4 - …`, `PASS …`.
  static func isPass(_ message: [UInt8]) -> Bool {
    let start = message.skippingBlanks(from: 0)
    return ["✓", "✔", "√", "PASS ", "PASSED ", "--- PASS", "[ OK ]", "[PASS]"].contains {
      message.has($0, at: start)
    } || message.has("ok ", at: start) && message.byte(start + 3).isDigit
  }

  private static let outcomeWords: Set<String> = [
    "failed", "failure", "exit", "exited", "status", "code", "aborting", "finished", "errors",
    "error", "terminated", "returned", "unsuccessful", "aborted", "passed", "skipped",
    "ok", "changed", "unreachable", "rescued", "ignored",
  ]
  private static let fillers: Set<String> = [
    "job", "process", "command", "main", "completed", "with", "script", "the", "due", "previous",
    "result", "task", "build", "step", "stage", "subprocess", "and", "total", "user", "tests",
    "test", "container", "restarting", "service", "run", "running", "runner", "see", "above", "for",
    "details", "during", "was", "has", "did", "not", "complete", "successfully", "solve",
  ]

  private static let chatterWords = [
    "/ping", "/health", "/ready", "/live", "heartbeat", "healthcheck", "health check", "keepalive",
    "keep-alive", "deprecationwarning", "deprecated", "npm notice", "[notice]", "npm warn",
    "progress:", "downloading", "downloaded", "collecting ", "extracting", "unpacking", "pulling",
    "pull complete", "already exists", "waiting", "copying blob", "\" 200", " 200 ok", " 200 ",
    "\" 304", " 204 ", "cache hit", "cache miss", "create_in_progress", "create_complete",
    "creation complete", "creating...", "still creating", "refreshing state", "uploading to",
    "status=healthy", "status=ok", "polling", "idle", "tick", "get:", "hit:", "preparing to unpack",
    "setting up ", "selecting previously", "reading package", "go: downloading", "[pipeline]",
    "using cached", "requirement already", "sending build context", "transferring", "exporting",
    "resolving", "fetching", "receiving objects", "compressing objects", "counting objects",
  ]
  private static let chatter = WordAutomaton(chatterWords)

  static func isChatter(_ message: [UInt8]) -> Bool {
    var found = false
    chatter.scan(message.span) { _, end in found = found || end <= 300 }
    return found
  }
}
