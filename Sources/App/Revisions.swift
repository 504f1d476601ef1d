import Guide
import JSON
import Markup
import Store
import Threads

extension App {
  static func listRevisions(_ context: Context) throws -> Reply {
    try context.read { reading in
      let id = try readIssueID(context, reading)
      guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
      var query = try context.query()
      let limit = try query.limit()
      let cursor = try Cursor(try query.text("cursor"))
      try query.finish()
      let found = try reading.revisions(
        ofIssue: id, before: cursor.offset == 0 ? .max : cursor.offset, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      let page = RevisionsPage(
        issue: issue, revisions: shown,
        next: NextPage(
          found.count > limit ? Cursor(offset: shown.last!.number).text : nil, context),
        absorbed: context.caller.may(.edit) ? try reading.issuesMerged(into: id) : [])
      return .page(page, headers: page.next.headers)
    }
  }

  static func showRevision(_ context: Context) throws -> Reply {
    return try context.read { reading in
      let id = try readIssueID(context, reading)
      guard let number = wholeNumber(context.path[1]),
        let revision = try reading.revision(number, ofIssue: id),
        let issue = try reading.summaries([id]).first
      else { throw Failure.notFound("revision") }
      try context.query().finish()
      return .page(RevisionPage(issue: issue, revision: revision))
    }
  }
}

/// The history of an issue.
struct RevisionsPage: Page {
  let issue: IssueSummary
  let revisions: [Reading.Revision]
  let next: NextPage?
  /// What was merged into the issue, for editors.
  var absorbed: [RemovedIssue] = []

  var title: String { "History of \(issue.title)" }

  func html(_ site: Site) -> HTML {
    let rows: [HTML] = revisions.map {
      """
      <tr><td><a href="/issues/\(issue.slug)/revisions/\($0.number)">\($0.number)</a></td>\
      <td class="nowrap">\(.moment($0.createdAt))</td><td>\($0.author)</td><td>\($0.comment)</td>\
      <td>\("<a href=\"/issues/\(issue.slug)/diff?to=\($0.number)\">changes</a>", if: $0.number > 1)</td></tr>

      """
    }
    return """
      <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a></p>
      <h1>History</h1>
      <div class="scroll" tabindex="0" role="region" aria-label="Revisions"><table>
      <thead><tr><th scope="col">Revision</th><th scope="col">When</th><th scope="col">Who</th><th scope="col">Why</th><th scope="col">Compare</th></tr></thead>
      <tbody>
      \(rows)</tbody></table></div>
      \(next.html)
      \(comparison)
      \(RemovedViews.merged(absorbed))
      """
  }

  /// Any two revisions beside each other.
  private var comparison: HTML {
    guard issue.revision > 1 else { return "" }
    func field(_ name: String, _ label: String, _ value: Int) -> HTML {
      """
      <label for="\(name)">\(label)</label>\
      <input id="\(name)" name="\(name)" type="number" min="1" max="\(issue.revision)" value="\(value)" required>
      """
    }
    return """
      <form action="/issues/\(issue.slug)/diff" class="row paste">
      \(field("from", "Compare revision", 1)) \(field("to", "with", issue.revision))
      <input type="hidden" name="view" value="side"><button>Compare</button></form>
      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(revisions.map { RevisionPage.summary($0, issue, site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + revisions.map {
        wrapped(
          "\($0.number)  \($0.createdAt.inWords)  \($0.author)  \($0.comment)", width, hanging: 4)
      }.joined() + next.text(site)
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
    <p class="quiet">\(.moment(revision.createdAt)) · \(revision.author)\(revision.comment.isEmpty ? "" : " · ")\(revision.comment)</p>
    <h2>\(revision.title)</h2>
    \(.verbatim(revision.markdown))
    \(site.mayEdit && revision.number < issue.revision ? DiffPage.revertForm(issue, revision.number) : "")
    """
  }

  func json(_ site: Site) -> JSON {
    guard case .object(let members) = RevisionPage.summary(revision, issue, site) else {
      return .null
    }
    return .object(members + [.init("markdown", .string(revision.markdown))])
  }

  func markdown(_ site: Site) -> String {
    "# \(headingText(revision.title))\n\n\(revision.markdown)\n"
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + "\(revision.createdAt.inWords) \(revision.author): \(revision.comment)\n\n"
      + revision.markdown + "\n"
  }
}
