import App
import Diagnosis
import JSON
import Store

let eval = Verb(
  "eval", "Scores labelled queries, each file in its base; or fits the judge's weights",
  operands: "[QUERIES.jsonl [DB QUERIES.jsonl]…]",
  flags: [
    .database, .guide, .value("worst", "N", "show the N worst misses with what led astray"),
    .toggle("fit", "fit the judge to the queries, cross-validated, and print its weights"),
    .toggle("from-feedback", "score what people said with \"This was another problem\""),
    .toggle(
      "lessons", "measure what the questions of each file would teach each other, over thresholds"),
    .toggle("rows", "print one JSON object per query, with the judge's features"), .json,
  ],
  example: "fixbook eval --db fixbook.db --guide agentcore-troubleshooting queries.jsonl"
) { arguments in
  let operands = arguments.operands
  if arguments.has("from-feedback") {
    guard operands.isEmpty, !arguments.has("fit") else {
      throw UsageError("--from-feedback takes its queries from the base")
    }
    return try report(
      try EvaluatedQuery.all(
        guide: arguments.value("guide"), in: try Main.openStore(arguments),
        LabelledQuery.feedback), arguments)
  }
  if arguments.has("lessons") {
    guard !operands.isEmpty else { throw UsageError("name files of queries") }
    let measure = try LessonMeasure(operands, in: try Main.openStore(arguments))
    Console.out(arguments.has("json") ? measure.json.string + "\n" : measure.table)
    return .done
  }
  guard operands.count % 2 == 1 else {
    throw UsageError("name the file of queries, and further ones after their base")
  }
  let main = arguments.value("db") ?? ""
  var sets = [
    FitSet(
      name: fileName(operands[0]),
      queries: try EvaluatedQuery.all(
        operands[0], guide: arguments.value("guide"), in: try Main.openStore(arguments)),
      isOfMainBase: true)
  ]
  for index in stride(from: 1, to: operands.count, by: 2) {
    sets.append(
      FitSet(
        name: fileName(operands[index + 1]),
        queries: try EvaluatedQuery.all(
          operands[index + 1], guide: nil, in: Store(path: operands[index], create: false)),
        isOfMainBase: operands[index] == main))
  }
  if arguments.has("fit") {
    Console.out(JudgeFit(sets).report)
    return .done
  }
  return try report(sets.flatMap(\.queries), arguments)
}

private func fileName(_ path: String) -> String {
  String((path.split(separator: "/").last ?? "").prefix { $0 != "." })
}

private func report(_ results: [EvaluatedQuery], _ arguments: Arguments) throws -> ExitCode {
  let worst = try arguments.integer("worst", in: 0...1_000) ?? 0
  if arguments.has("rows") {
    for result in results { Console.out(result.json.string + "\n") }
  } else if arguments.has("json") {
    Console.out(Evaluation.json(results).string + "\n")
  } else {
    Console.out(Evaluation.table(results))
    let misses = results.filter(\.isMiss).sorted { $0.confidence > $1.confidence }
    for miss in misses.prefix(worst) { Console.out(miss.explanation) }
  }
  return .done
}
