import Diagnosis
import Guide
import HTTP
import JSON
import Markup
import Store

// Up to 100 texts in one request.

extension App {
  static func diagnoseBatch(_ context: Context) throws -> Reply {
    var query = try context.query()
    let guide = try query.text("guide")
    let limit = try query.limit()
    try query.finish()
    var fields = try context.body()
    let texts = try fields.texts("texts")
    guard !texts.isEmpty else { throw Failure.missing("texts") }
    let environment = try fields.properties("environment").map { Property($0.key, $0.value) }
    try fields.finish()
    let inputs = try texts.enumerated().map { index, text throws(Failure) in
      let input = DiagnoseInput(
        text: Intake.read(text), guide: guide, limit: limit, environment: environment)
      do {
        return try input.checked()
      } catch {
        throw Failure.invalid("texts", "texts[\(index)] holds nothing to diagnose.")
      }
    }
    try context.app.countDiagnoses(inputs.count - 1, context)
    let pages = try inputs.map { input in
      try context.app.diagnose(
        input, caller: context.caller, source: context.caller.source, channel: context.channel)
    }
    return .page(
      DiagnosesPage(diagnoses: pages), headers: [HeaderFields.Field("Cache-Control", "no-store")])
  }
}

/// Several answers, in the order of the texts.
struct DiagnosesPage: Page {
  let diagnoses: [DiagnosisPage]
  let title = "Diagnoses"

  func json(_ site: Site) -> JSON {
    ["results": .array(diagnoses.map { $0.json(site) }), "next": .null]
  }

  func html(_ site: Site) -> HTML { .verbatim(text(site, width: 80)) }

  func text(_ site: Site, width: Int) -> String {
    diagnoses.map { $0.text(site, width: width) }.joined(separator: "\n")
  }
}

extension Operation {
  static let diagnoseBatch = Operation(
    "diagnoseBatch", in: .diagnose, "Diagnose up to 100 texts",
    "The whole body may have 8 MiB. The answers stand in the order of the texts.",
    query: [.guide, .limit(1...20, standard: 5)],
    body: [
      .texts("texts", count: 1...100, limit: 1_000_000, "The messages, stack traces, logs.").needed
        .example(["exec format error"]),
      .properties("environment", "What all of them ran on.").example(["arch": "arm64"]),
    ], bodyLimit: 8 * 1_024 * 1_024,
    answers: [.list(of: .diagnosis, "One diagnosis for each text; `next` is always null.")],
    example: Example(body: ["texts": ["exec format error", "CannotPullContainerError: 403"]]))
}
