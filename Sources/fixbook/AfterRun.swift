import Glibc
import Markup
import Store

/// What becomes of a remembered failure when its command succeeds.
struct AfterRun {
  let desk: Desk
  let memory: RunMemory
  let arguments: Arguments
  /// The last bytes that the command printed.
  let ending: [UInt8]

  func succeeded(fixedBy: Int?) throws {
    guard let failure = memory.failure else { return }
    if let fixedBy {
      try desk.record(failure.diagnosis, fix: fixedBy, result: .worked, observed: observed)
      memory.forget()
    } else if Prompt.isPossible {
      try ask(failure)
    }
  }

  /// The command that succeeded, and the last lines it printed.
  private var observed: String {
    let lines = String(decoding: ending, as: UTF8.self).split(separator: "\n").suffix(5)
    return (["$ " + arguments.operands.joined(separator: " ")] + lines.map(String.init))
      .joined(separator: "\n")
  }

  private func ask(_ failure: RememberedFailure) throws {
    let what = failure.title.isEmpty ? "nothing known" : printable(failure.title)
    var text = "\nfixbook: this failed \(age(failure)) ago: \(what)\n"
    for (index, fix) in failure.fixes.enumerated() {
      text += "  \(index + 1)  \(printable(Markdown.summary(fix.text)))\n"
    }
    Console.error(text)
    let choices = failure.fixes.isEmpty ? "[o]ther [s]kip" : "[w]orked [n]o [o]ther [s]kip"
    guard let answer = Prompt.line("What fixed it? \(choices): ") else {
      Console.error("\n")
      return
    }
    switch answer.first {
    case "w" where !failure.fixes.isEmpty:
      try record(.worked, failure, number: answer.dropFirst(), "Which one worked?")
    case "n" where !failure.fixes.isEmpty:
      try record(.noEffect, failure, number: answer.dropFirst(), "Which one did not help?")
    case "o":
      guard let words = Prompt.line("What was it, in a line: "), !words.isEmpty else { return }
      try desk.close(failure.diagnosis, issue: failure.issue, text: words)
      Console.error("fixbook: kept for the next one who meets this.\n")
    case let digit? where digit.isASCII && digit.isNumber && !failure.fixes.isEmpty:
      try record(.worked, failure, number: answer[...], "Which one worked?")
    case "s": break
    default: return
    }
    memory.forget()
  }

  private func record(
    _ result: OutcomeResult, _ failure: RememberedFailure, number: Substring, _ question: String
  ) throws {
    var number = Int(number)
    if failure.fixes.count == 1 { number = 1 }
    if number == nil {
      number = Prompt.line("\(question) 1-\(failure.fixes.count): ").flatMap { Int($0) }
    }
    guard let number, failure.fixes.indices.contains(number - 1) else {
      Console.error("fixbook: nothing recorded.\n")
      return
    }
    try desk.record(
      failure.diagnosis, fix: failure.fixes[number - 1].id, result: result, observed: "")
    Console.error("fixbook: recorded.\n")
  }

  private func age(_ failure: RememberedFailure) -> String {
    let seconds = max(time(nil) - failure.failedAt, 0)
    return switch seconds {
    case ..<60: "a moment"
    case ..<5_400: "\((seconds + 30) / 60) min"
    case ..<129_600: "\((seconds + 1_800) / 3_600) h"
    default: "\((seconds + 43_200) / 86_400) days"
    }
  }

  /// Text of others without what a terminal would obey, on one line.
  private func printable(_ text: String) -> String {
    let kept = text.unicodeScalars.filter {
      $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value)
    }
    return String(String.UnicodeScalarView(kept).prefix(100))
  }
}

/// Questions on the terminal: on standard error, since standard output is the command's.
enum Prompt {
  /// Seconds after which nobody is there.
  private static let patience = 60

  /// A person sits there: no pipe, no CI, no job in the background (reading would stop that).
  static var isPossible: Bool {
    if let ci = Console.environment("CI"), ci != "false" { return false }
    return Console.inputIsTerminal && Console.errorIsTerminal && tcgetpgrp(0) == getpgrp()
  }

  /// A line in lower-case-insensitive form as typed; nil when there is none: Ctrl-C, Ctrl-D, or time is up.
  static func line(_ question: String) -> String? {
    // Ctrl-C leaves the question, not the program: the command's exit code is ours. It is held back but
    // while waiting, so that none falls between the question and the wait (pselect(2)).
    var interrupt = sigset_t()
    sigemptyset(&interrupt)
    sigaddset(&interrupt, SIGINT)
    var mask = sigset_t()
    pthread_sigmask(SIG_BLOCK, &interrupt, &mask)
    var action = sigaction()
    var former = sigaction()
    action.__sigaction_handler.sa_handler = { _ in }
    sigaction(SIGINT, &action, &former)
    defer {
      sigaction(SIGINT, &former, nil)
      pthread_sigmask(SIG_SETMASK, &mask, nil)
    }
    Console.error(question)
    var bytes: [UInt8] = []
    while bytes.count < 4_000 {
      var input = fd_set()
      input.__fds_bits.0 = 1  // descriptor 0
      var byte: UInt8 = 0
      var wait = timespec(tv_sec: patience, tv_nsec: 0)
      guard pselect(1, &input, nil, nil, &wait, &mask) == 1, read(0, &byte, 1) == 1 else {
        return nil
      }
      if byte == 0x0A { break }
      bytes.append(byte)
    }
    var text = String(decoding: bytes, as: UTF8.self)[...]
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return String(text)
  }
}
