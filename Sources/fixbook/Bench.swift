import App
import JSON
import Store

let bench = Verb(
  "bench", "Makes a synthetic knowledge base for measuring, or measures the order of fixes",
  flags: [
    .database, .value("generate", "N", "how many issues"),
    .toggle("simulate", "how many fixes people try in vain, for several orders of them"),
    .value("reports", "N", "with --simulate: this many reports instead of 10 to 5000"),
    .value("replicates", "N", "with --simulate: worlds for each row"),
    .value("seed", "N", "with --simulate: of the random numbers (default 1)"), .json,
  ],
  example: "fixbook bench --generate 10000 --db bench.db"
) { arguments in
  if arguments.has("simulate") { return try simulate(arguments) }
  guard let count = try arguments.integer("generate", in: 1...10_000_000) else {
    throw UsageError("--generate is missing")
  }
  let store = try Main.openStore(arguments, create: true)
  defer { store.close() }
  var done = 0
  while done < count {
    let range = done + 1...min(done + 5_000, count)
    try store.write(as: .importer) { try SyntheticCorpus.add(range, to: $0) }
    done = range.upperBound
    if Console.errorIsTerminal { Console.error("\r\(done) of \(count)") }
  }
  if Console.errorIsTerminal { Console.error("\n") }
  if arguments.has("json") {
    Console.out(JSON.object([.init("issues", .integer(count))]).string + "\n")
  }
  return .done
}

/// 1 when the order that pages show is worse than another by more than chance.
private func simulate(_ arguments: Arguments) throws -> ExitCode {
  let reports = try arguments.integer("reports", in: 1...100_000)
  let holds = RankingTrial.run(
    reports: reports.map { [$0] } ?? [10, 30, 100, 300, 1_000, 5_000],
    replicates: try arguments.integer("replicates", in: 2...100_000),
    seed: UInt64(try arguments.integer("seed", in: 0...Int.max) ?? 1),
    asJSON: arguments.has("json"))
  return holds ? .done : .notKnown
}
