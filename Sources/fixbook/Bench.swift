import App
import JSON
import Store

let bench = Verb(
  "bench", "Makes a synthetic knowledge base for measuring",
  flags: [.database, .value("generate", "N", "how many issues"), .json],
  example: "fixbook bench --generate 10000 --db bench.db"
) { arguments in
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
