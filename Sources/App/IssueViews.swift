import Guide
import JSON
import Markup
import Store

extension IssuePage {
  func head(_ site: Site) -> HTML {
    "<link rel=\"canonical\" href=\"\(site.url(issue: issue.summary.slug))\">"
  }

  func html(_ site: Site) -> HTML {
    """
    <article>
    <p class="crumbs"><a href="/guides/\(issue.summary.guide)">\(issue.guideTitle)</a>\(issue.summary.section.isEmpty ? "" : " › ")\(issue.summary.section)</p>
    <h1>\(issue.summary.title)</h1>
    \(list("How to recognise it", issue.symptoms))
    \(list("Cause", issue.causes))
    \(FixViews.list(issue.fixes, site, action: "/issues/\(issue.summary.slug)/outcomes"))
    \(samples)
    \(details(site))
    </article>
    """
  }

  private func list(_ name: String, _ texts: [String]) -> HTML {
    guard !texts.isEmpty else { return "" }
    let items: [HTML] = texts.map { "<li>\(Markdown.inline($0))</li>" }
    return "<h2>\(name)</h2><ul>\(items)</ul>"
  }

  private var samples: HTML {
    let positive = issue.samples.filter { !$0.negative }
    guard !positive.isEmpty else { return "" }
    let lines: [HTML] = positive.map { "<li><code>\($0.text)</code></li>" }
    return "<h2>Lines that mean this issue</h2><ul class=\"samples\">\(lines)</ul>"
  }

  private func details(_ site: Site) -> HTML {
    var rows: [HTML] = []
    func row(_ name: String, _ value: HTML) { rows.append("<dt>\(name)</dt><dd>\(value)</dd>") }
    if !issue.environment.isEmpty {
      row("Applies to", "\(issue.environment.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))")
    }
    if !issue.aliases.isEmpty { row("Also seen as", "\(issue.aliases.joined(separator: "; "))") }
    for check in issue.checks {
      row("Check", "<a href=\"/checks/\(check.name)\">\(check.name)</a>: \(check.rule)")
    }
    if let owner = issue.owner { row("Owner", Markdown.inline(owner)) }
    if let escalate = issue.escalate { row("Escalate", Markdown.inline(escalate)) }
    for source in issue.sources { row("Source", Markdown.inline(source)) }
    if let license = issue.license { row("Licence", "\(license)") }
    if let attribution = issue.attribution { row("Attribution", Markdown.inline(attribution)) }
    if !issue.tags.isEmpty { row("Tags", "\(issue.tags.joined(separator: ", "))") }
    row("State", "\(issue.summary.confidence.rawValue)")
    row(
      "Revision",
      "<a href=\"/issues/\(issue.summary.slug)/history\">\(issue.summary.revision), \(issue.summary.updatedAt.date)</a>")
    return "<h2>About this issue</h2><dl>\(rows)</dl>"
  }

  func text(_ site: Site, width: Int) -> String {
    let summary = issue.summary
    var text = heading(summary.title, width)
    let place = [issue.guideTitle, summary.section].filter { !$0.isEmpty }.joined(separator: " > ")
    text += wrapped("\(place), revision \(summary.revision), \(summary.confidence.rawValue)", width)
    text += textList("How to recognise it", issue.symptoms, width)
    text += textList("Cause", issue.causes, width)
    text += FixViews.text(issue.fixes, width)
    if !issue.environment.isEmpty {
      text += "\n" + wrapped(
        "Applies to: " + issue.environment.map { "\($0.key)=\($0.value)" }.joined(separator: ", "),
        width)
    }
    if let owner = issue.owner { text += "\n" + wrapped("Owner: \(owner)", width, hanging: 2) }
    if let escalate = issue.escalate { text += wrapped("Escalate: \(escalate)", width, hanging: 2) }
    text += "\n\(site.url(issue: summary.slug))\n"
    if let fix = issue.fixes.first {
      text += "\nDid it work? Record it:\n"
      text += "curl -s -d fix=\(fix.id) -d result=worked \(site.url(issue: summary.slug))/outcomes\n"
    }
    return text
  }

  private func textList(_ name: String, _ texts: [String], _ width: Int) -> String {
    guard !texts.isEmpty else { return "" }
    return "\n\(name)\n"
      + texts.map { item in
        var lines = indentedMarkdown(item, width, 4)
        if lines.hasPrefix("    ") { lines = "  - " + lines.dropFirst(4) }
        return lines
      }.joined()
  }
}

/// A list of issues.
struct IssueListPage: Page {
  let issues: [IssueSummary]
  let next: String?

  let title = "Issues"

  func html(_ site: Site) -> HTML {
    """
    <h1>Issues</h1>
    \(IssueListPage.list(issues))
    \(Cursor.more(next, path: "/issues"))
    """
  }

  static func list(_ issues: [IssueSummary]) -> HTML {
    if issues.isEmpty { return "<p>None.</p>" }
    let items: [HTML] = issues.map {
      """
      <li><a href="/issues/\($0.slug)">\($0.title)</a> <span class="quiet">\($0.guide)\($0.section.isEmpty ? "" : " › ")\($0.section)</span></li>
      """
    }
    return "<ul class=\"issues\">\(items)</ul>"
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(issues.map { IssueJSON.summary($0, site) }), "next": next.json]
  }

  func markdown(_ site: Site) -> String {
    "# Issues\n\n" + issues.map { "- [\($0.title)](\(site.url(issue: $0.slug)))\n" }.joined()
  }

  func text(_ site: Site, width: Int) -> String {
    heading("Issues", width)
      + issues.map { "\n\($0.title)\n  \(site.url(issue: $0.slug))\n" }.joined()
      + (next.map { "\nMore: \(site.url("/issues?cursor=\($0)"))\n" } ?? "")
  }
}

/// The history of an issue.
struct RevisionsPage: Page {
  let issue: IssueSummary
  let revisions: [Reading.Revision]
  let next: String?

  var title: String { "History of \(issue.title)" }

  func html(_ site: Site) -> HTML {
    let rows: [HTML] = revisions.map {
      """
      <tr><td><a href="/issues/\(issue.slug)/revisions/\($0.number)">\($0.number)</a></td>\
      <td>\($0.createdAt.rfc3339)</td><td>\($0.author)</td><td>\($0.comment)</td></tr>
      """
    }
    return """
      <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a></p>
      <h1>History</h1>
      <div class="scroll" tabindex="0" role="region" aria-label="Revisions"><table>
      <thead><tr><th scope="col">Revision</th><th scope="col">When</th><th scope="col">Who</th><th scope="col">Why</th></tr></thead>
      <tbody>\(rows)</tbody></table></div>
      \(Cursor.more(next, path: "/issues/\(issue.slug)/history"))
      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(revisions.map { RevisionPage.summary($0, issue, site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + revisions.map {
        wrapped("\($0.number)  \($0.createdAt.rfc3339)  \($0.author)  \($0.comment)", width, hanging: 4)
      }.joined()
  }
}

/// One revision of an issue.
struct RevisionPage: Page {
  let issue: IssueSummary
  let revision: Reading.Revision

  var title: String { "\(revision.title), revision \(revision.number)" }

  static func summary(_ revision: Reading.Revision, _ issue: IssueSummary, _ site: Site) -> JSON {
    [
      "number": .integer(revision.number), "title": .string(revision.title),
      "section": .string(revision.section), "author": .string(revision.author),
      "comment": .string(revision.comment), "created_at": .string(revision.createdAt.rfc3339),
      "url": .string(site.url("/issues/\(issue.slug)/revisions/\(revision.number)")),
    ]
  }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a> › <a href="/issues/\(issue.slug)/history">History</a></p>
    <h1>Revision \(revision.number)</h1>
    <p class="quiet">\(revision.createdAt.rfc3339) · \(revision.author) · \(revision.comment)</p>
    <h2>\(revision.title)</h2>
    <pre tabindex="0"><code>\(revision.markdown)</code></pre>
    """
  }

  func json(_ site: Site) -> JSON {
    guard case .object(let members) = RevisionPage.summary(revision, issue, site) else { return .null }
    return .object(members + [.init("markdown", .string(revision.markdown))])
  }

  func markdown(_ site: Site) -> String { "# \(revision.title)\n\n\(revision.markdown)\n" }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + "\(revision.createdAt.rfc3339) \(revision.author): \(revision.comment)\n\n"
      + revision.markdown + "\n"
  }
}

/// "Done", where there is nothing more to show.
struct DonePage: Page {
  let title: String
  let detail: String

  func html(_ site: Site) -> HTML { "<h1>\(title)</h1><p>\(detail)</p>" }
  func json(_ site: Site) -> JSON { ["title": .string(title), "detail": .string(detail)] }
  func text(_ site: Site, width: Int) -> String { wrapped("\(title). \(detail)", width) }
}
