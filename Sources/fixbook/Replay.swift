import App
import Diagnosis
import JSON
import Store

/// Diagnoses old logs without storing anything of them.
func replayLogs(_ paths: [String], _ arguments: Arguments, _ store: Store) throws -> ExitCode {
  var counts: [Verdict: Int] = [:]
  var gaps: [String: Int] = [:]
  for path in paths {
    var intake = Intake()
    try readPieces(path) { intake.feed($0) }
    let text = intake.finish()
    let verdict = try store.read(as: .system, deadline: 60_000) { reading -> Verdict in
      guard let corpus = try reading.corpus(guide: arguments.value("guide")) else {
        throw CommandError("there is no guide \(arguments.value("guide") ?? "")")
      }
      return try Matcher().answer(text, corpus: corpus, limit: 3).verdict
    }
    counts[verdict, default: 0] += 1
    if verdict == .unknown, let line = text.mostTelling {
      gaps[Template.of(line.text), default: 0] += 1
    }
  }
  let total = Double(max(paths.count, 1))
  let top = gaps.sorted { ($0.value, $1.key) > ($1.value, $0.key) }.prefix(10)
  if arguments.has("json") {
    let json: JSON = [
      "logs": .integer(paths.count), "known": .integer(counts[.known] ?? 0),
      "possible": .integer(counts[.possible] ?? 0), "unknown": .integer(counts[.unknown] ?? 0),
      "gaps": .array(top.map { ["template": .string($0.key), "logs": .integer($0.value)] }),
    ]
    Console.out(json.string + "\n")
    return .done
  }
  for verdict in [Verdict.known, .possible, .unknown] {
    let count = counts[verdict] ?? 0
    Console.out(
      "\(verdict.rawValue)\t\(count)\t\(Int((Double(count) / total * 100).rounded())) %\n")
  }
  for gap in top { Console.out("\(gap.value)\t\(gap.key)\n") }
  return .done
}
