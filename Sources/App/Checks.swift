import Guide
import HTTP
import JSON
import Markup
import Store

extension App {
  static func listChecks(_ context: Context) throws -> Reply {
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    let found = try context.read { try $0.checks(from: cursor.offset, limit: limit + 1) }
    let page = ChecksPage(
      checks: Array(found.prefix(limit)),
      next: NextPage(
        found.count > limit ? Cursor(offset: cursor.offset + limit).text : nil, context))
    return .page(page, headers: page.next.headers)
  }

  static func runCheck(_ context: Context) throws -> Reply {
    guard let check = try context.read({ try $0.check(named: context.path[0]) }) else {
      throw Failure.notFound("check")
    }
    var value: String?
    if context.request.method == .post {
      var fields = try context.body()
      value = try fields.text("value")
      try fields.finish()
    } else {
      var query = try context.query()
      value = try query.text("value")
      try query.finish()
    }
    guard let value else {
      if context.request.method == .get {
        return .page(CheckPage(check: check, value: nil, result: nil))
      }
      throw Failure.missing("value")
    }
    return .page(try CheckPage.run(check, value))
  }
}

struct ChecksPage: Page {
  let checks: [StoredCheck]
  let next: NextPage?
  let title = "Checks"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = checks.map {
      "<li><a href=\"/checks/\(queryEncoded($0.name))\">\($0.name)</a> <span class=\"quiet\"><code>\($0.rule)</code></span></li>\n"
    }
    return """
      <h1>Checks</h1>
      <p>Rules for values, written in the issues: try a value before you deploy it.</p>
      \("<p>None is written down yet.</p>", if: checks.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !checks.isEmpty)
      \(next.html)
      """
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        checks.map {
          [
            "name": .string($0.name), "rule": .string($0.rule), "issue": .string($0.issue),
            "url": .string(site.url("/checks/" + queryEncoded($0.name))),
          ]
        }), "next": next.json,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + checks.map { wrapped("\($0.name): \($0.rule)", width, hanging: 4) }.joined()
      + next.text(site)
  }
}

struct CheckPage: Page {
  let check: StoredCheck
  let value: String?
  let result: (pass: Bool, detail: String)?

  var title: String { "Check \(check.name)" }

  static func run(_ check: StoredCheck, _ value: String) throws(Failure) -> CheckPage {
    guard let rule = try? Rule.parse(check.rule, name: check.name) else {
      throw Failure.internalError
    }
    let result = rule.evaluate(value)
    return CheckPage(check: check, value: value, result: (result.pass, result.detail))
  }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/checks">Checks</a></p>
    <h1>\(check.name)</h1>
    <p>Rule: <code>\(check.rule)</code>, from the issue <a href="/issues/\(check.issue)">\(check.issue)</a></p>
    <form action="/checks/\(queryEncoded(check.name))" class="ask">
    <label for="value">Value</label>
    <input id="value" name="value" value="\(value ?? "")" autocomplete="off" spellcheck="false"><button>Check</button>
    </form>
    \(result.map { "<p class=\"notice\($0.pass ? "" : " fail")\" role=\"status\"><strong>\($0.pass ? "Pass" : "Fail")</strong>: \($0.detail)</p>" as HTML } ?? "")
    """
  }

  func json(_ site: Site) -> JSON {
    guard let result else {
      return [
        "name": .string(check.name), "rule": .string(check.rule), "issue": .string(check.issue),
      ]
    }
    return [
      "name": .string(check.name), "pass": .bool(result.pass), "detail": .string(result.detail),
      "issue": .string(check.issue),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    guard let result else { return "\(check.name): \(check.rule)\n" }
    let address = result.pass ? "" : "\n  \(site.url(issue: check.issue))"
    return "\(result.pass ? "PASS" : "FAIL") \(check.name): \(result.detail)\(address)\n"
  }
}
