package import Diagnosis
import Guide
package import JSON
import Markup
package import Store

/// The same answers without a server: for the command line.
package enum Offline {
  /// An answer in both forms that the command line prints.
  package struct Answer: Sendable {
    package let text: String
    package let json: JSON
    package let verdict: Verdict
    package let isEmpty: Bool
  }

  private static func site(_ base: String, _ store: Store) -> Site {
    Site(
      base: base,
      caller: Caller(
        identity: .anonymous, scopes: [.read, .report], reporter: "local"),
      openToAnyone: true, now: .now(), database: store.path)
  }

  /// What `/diagnose` answers, without a server; not stored. Throws `Failure.empty` when nothing
  /// but white space was given.
  package static func diagnose(
    _ text: PastedText, guide: String?, limit: Int, store: Store, base: String, width: Int
  ) throws -> Answer {
    guard text.lines.contains(where: { $0.text.contains { !$0.isWhitespace } }) else {
      throw Failure.empty
    }
    let page = try DiagnosisPage.diagnose(
      DiagnoseInput(text: text, guide: guide, limit: limit), store: store, viewer: .system,
      source: .automation, reporter: "local")
    let site = site(base, store)
    return Answer(
      text: Markdown.forTerminal(page.text(site, width: width)), json: page.json(site),
      verdict: page.verdict,
      isEmpty: page.matches.isEmpty)
  }

  /// What `/search` answers, without a server.
  package static func search(
    _ words: String, guide: String?, limit: Int, store: Store, base: String, width: Int
  ) throws -> Answer {
    let page = try store.read(as: .system) {
      try SearchPage.search(SearchInput(words: words, guide: guide, limit: limit), $0)
    }
    let site = site(base, store)
    return Answer(
      text: Markdown.forTerminal(page.text(site, width: width)), json: page.json(site),
      verdict: .possible,
      isEmpty: page.results.isEmpty)
  }

  /// Runs a check; nil when there is none of that name.
  package static func check(
    _ name: String, value: String, store: Store
  ) throws -> (pass: Bool, detail: String, issue: String)? {
    guard let check = try store.read(as: .system, { try $0.check(named: name) }) else { return nil }
    let rule = try Rule.parse(check.rule, name: check.name)
    let result = rule.evaluate(value)
    return (result.pass, result.detail, check.issue)
  }
}
