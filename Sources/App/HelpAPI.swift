import HTTP
import JSON
import Markup
import Store

// The API for people: what /openapi.json says, in words, with a curl line for each call.

extension App {
  static func apiHelp(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .page(APIHelpPage(group: nil))
  }

  static func apiChapterHelp(_ context: Context) throws -> Reply {
    guard let group = Operation.Group.allCases.first(where: { $0.slug == context.path[0] }) else {
      throw Failure.notFound("chapter")
    }
    try context.query().finish()
    return .page(APIHelpPage(group: group))
  }
}

extension Operation.Group {
  /// "reports-and-outcomes"
  var slug: String { rawValue.lowercased().replacing(" ", with: "-") }
}

/// The contents, or one chapter.
struct APIHelpPage: Page {
  let group: Operation.Group?

  var title: String { group.map { "API: \($0.rawValue)" } ?? "API" }

  private static func calls(_ group: Operation.Group) -> [(Operation, Route)] {
    App.routes.filter(\.hasAPI).compactMap { route in
      route.operation.flatMap { $0.group == group ? ($0, route) : nil }
    }
  }

  private static func list(_ codes: [String]) -> String {
    codes.filter { !ProblemCodes.ofHTTP.contains($0) }.map { "`\($0)`" }.joined(separator: ", ")
  }

  private func source(_ site: Site) -> String {
    guard let group else { return contents(site) }
    let calls = APIHelpPage.calls(group).map { operation, route in
      chapter(operation, route, site)
    }
    return "[All calls](\(site.url("/help/api")))\n\n" + calls.joined(separator: "\n")
  }

  private func contents(_ site: Site) -> String {
    var text = """
      Everything below `/api/v1` takes and gives JSON. Reading, searching and diagnosing need no account; \
      writing needs a token in the variable `TOKEN`, which an operator makes:

      ```
      TOKEN=$(fixbook token create --db fixbook.db --name me --scope read,report,edit)
      ```

      The commands use `jq` and, in order, what the ones before them kept in variables. \
      [openapi.json](\(site.url("/openapi.json"))) says the same to programs; \
      [problem codes](\(site.url("/help/problems"))) are listed apart.

      - **Lists** are `{"results": […], "next": …}`: give `next` as `cursor` for the next page, or follow \
      the `Link` header.
      - **Every read** has an `ETag`; `If-None-Match` gets 304.
      - **Errors** are problem documents with a stable `code`. Each call lists its own; besides, any may \
      answer \(APIHelpPage.list(ProblemCodes.everywhere)), and a write also \
      \(APIHelpPage.list(ProblemCodes.ofWrites)).
      - **Idempotency-Key**: a POST that carries one is done once, however often it is sent in 24 hours.
      - **Unknown fields** are refused (422), so that a typing error is not silence.

      """
    for group in Operation.Group.allCases {
      let calls = APIHelpPage.calls(group)
      if calls.isEmpty { continue }
      text += "\n## [\(group.rawValue)](\(site.url("/help/api/" + group.slug)))\n\n"
      for (operation, route) in calls {
        text += "- `\(route.method.name) /api/v1\(route.pattern)`: \(operation.summary)\n"
      }
    }
    return text
  }

  private func chapter(_ operation: Operation, _ route: Route, _ site: Site) -> String {
    var text = """
      ## \(operation.summary)

      `\(route.method.name) /api/v1\(route.pattern)`\(operation.callerInWords)


      """
    if !operation.details.isEmpty { text += operation.details + "\n\n" }
    let fields = [
      ("path", route.pathFields), ("address", operation.query), ("header", operation.headers),
      ("body", operation.body),
    ]
    for (place, fields) in fields {
      for field in fields {
        text += "- `\(field.name)` (\(place), \(field.kindInWords)): \(field.about)\n"
      }
    }
    if fields.contains(where: { !$0.1.isEmpty }) { text += "\n" }
    for example in operation.examples {
      text += "```sh\n\(example.curl(route, site))\n```\n\n"
    }
    for answer in operation.answers {
      text += "- \(answer.status.code): \(answer.about)\n"
    }
    let common = Set(ProblemCodes.everywhere + ProblemCodes.ofWrites)
    let errors = operation.problems(of: route).compactMap { problem -> String? in
      let codes = problem.codes.filter { !common.contains($0) }.map { "`\($0)`" }
      return codes.isEmpty ? nil : "\(problem.status) \(codes.joined(separator: ", "))"
    }
    if !errors.isEmpty { text += "- Errors: \(errors.joined(separator: "; "))\n" }
    return text
  }

  func html(_ site: Site) -> HTML {
    "<h1>\(title)</h1>\n\(Markdown.html(source(site), topHeading: 2))"
  }

  func json(_ site: Site) -> JSON {
    ["title": .string(title), "markdown": .string(source(site))]
  }

  func markdown(_ site: Site) -> String { "# \(title)\n\n" + source(site) }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + "\n" + Markdown.plainText(source(site), width: width)
  }
}

extension Operation {
  fileprivate var callerInWords: String {
    switch caller {
    case .anyone: ""
    case .member: ", with a token"
    case .scope(let scope): ", with a token of the scope `\(scope.rawValue)`"
    }
  }
}

extension Field {
  /// "1 to 100, normally 20"
  fileprivate var kindInWords: String {
    var words: [String] = []
    switch kind {
    case .text(let limit): words.append("at most \(limit) characters")
    case .choice(let values): words.append(values.map { "`\($0)`" }.joined(separator: ", "))
    case .cursor: words.append("a `next`")
    case .integer(let range) where range.upperBound == .max: words.append("a number")
    case .integer(let range): words.append("\(range.lowerBound) to \(range.upperBound)")
    case .flag: words.append("true or false")
    case .properties: words.append("names and values")
    case .choices(let values): words.append("some of " + values.joined(separator: ", "))
    case .texts(let count, _): words.append("\(count.lowerBound) to \(count.upperBound) texts")
    }
    if let standard {
      words.append("normally `\(standard.text ?? standard.integer.map(String.init) ?? "")`")
    }
    if isRequired { words.append("needed") }
    return words.joined(separator: ", ")
  }
}
