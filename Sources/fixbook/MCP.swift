import App
import Glibc
import Store

/// A line longer than this is no honest message: a log of 32 MiB as JSON, with room to spare.
private let lineLimit = 64 * 1_024 * 1_024

let mcp = Verb(
  "mcp", "Serves the Model Context Protocol on standard input and output",
  flags: [
    .database,
    .value(
      "public-url", "URL",
      "what links begin with (default: $FIXBOOK_PUBLIC_URL, or where the base was served last)"),
  ],
  example: "FIXBOOK_TOKEN=… fixbook mcp --db fixbook.db"
) { arguments in
  try arguments.noOperands()
  let publicURL = try arguments.value("public-url").map(checkedURL)
  let store = try Main.openStore(arguments)
  defer { store.close() }
  let app = App(
    store: store,
    configuration: AppSettings(
      base: try linkBase(arguments, store), publicURL: publicURL, anonymousReports: false,
      log: { Console.error("fixbook mcp: \($0)\n") }))
  var session = try MCPSession(app: app, token: Console.environment("FIXBOOK_TOKEN"))
  var line: [UInt8] = []
  var skips = false
  try readPieces(nil) { piece in
    for part in piece.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated() {
      // Each part but the first begins behind a newline.
      if part.offset > 0 {
        if skips {
          Console.out(MCPSession.tooLong + [0x0a])
        } else if let answer = session.answer(line) {
          Console.out(answer + [0x0a])
        }
        line.removeAll(keepingCapacity: line.count < 65_536)
        skips = false
      }
      if line.count + part.element.count > lineLimit { skips = true }
      if !skips { line += part.element }
    }
  }
  // A last message without its newline.
  if !skips, let answer = session.answer(line) { Console.out(answer + [0x0a]) }
  return .done
}
