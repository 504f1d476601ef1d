import Diagnosis
import HTTP
import JSON
import Markup
import Store

// Questions that could not be answered, and how they become drafts.

extension App {
  static func listGaps(_ context: Context) throws -> Reply {
    guard !context.caller.isAnonymous else {
      throw context.isAPI ? Failure.unauthorized : Failure.forbidden("Sign in to see the gaps.")
    }
    var query = try context.query()
    let limit = try query.limit()
    let days = try query.integer("days") ?? 30
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    context.store.settle()
    return try context.read { reading in
      let (open, next) = try openGaps(
        since: .now() + -days * 86_400, from: cursor.offset, limit: limit, reading)
      let page = GapsPage(
        gaps: open, guides: try reading.guides(), days: days,
        next: NextPage(next.map { Cursor(offset: $0).text }, context))
      return .page(page, headers: page.next.headers)
    }
  }

  /// Gaps from that place on, without those that have become known since, and the place behind
  /// them if there are more.
  private static func openGaps(
    since time: Time, from start: Int, limit: Int, _ reading: Reading
  ) throws -> ([Gap], next: Int?) {
    guard let corpus = try reading.corpus(guide: nil) else { throw Failure.internalError }
    var open: [Gap] = []
    // Each is diagnosed again: no more than so many for one page.
    let most = limit + 100
    let found = try reading.gaps(since: time, from: start, limit: most + 1)
    for (index, gap) in found.enumerated() {
      if index == most { return (open, start + index) }
      if try Draft.issue(answering: gap, corpus) != nil { continue }
      if open.count == limit { return (open, start + index) }
      open.append(gap)
    }
    return (open, nil)
  }

  /// One click: a draft with the line as its sample, ready to be edited.
  static func draftFromGap(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var fields = try context.body()
    guard let id = try fields.integer("gap") else { throw Failure.missing("gap") }
    let guide = try fields.text("guide")
    try fields.finish()
    let (gap, guides) = try context.read { (try $0.gap(id), try $0.guides()) }
    guard let gap else { throw Failure.invalid("gap", "There is no such gap.") }
    guard let slug = guide ?? guides.first?.slug else {
      throw Failure.invalid("guide", "Import or make a guide first.")
    }
    let line = gap.text.split(separator: "\n").first.map(String.init) ?? gap.text
    let title = Draft.title(line)
    let text = IssueText(title: title, section: "Drafts", markdown: Draft.markdown(line))
    let isHTML = context.representation == .html
    let site = context.site
    let prefix = context.isAPI ? "/api/v1" : ""
    return .write { writing in
      // Clicked twice, or by two: the second goes on with what the first has begun.
      let reading = writing.reading
      if let corpus = try reading.corpus(guide: nil),
        let id = try Draft.issue(answering: gap, corpus),
        let known = try reading.summaries([id]).first
      {
        if isHTML { return .redirect(.seeOther, to: "/issues/\(known.slug)") }
        return try IssuePage.written(id, reading, site)
      }
      let saved = try writing.createIssue(
        guide: slug, text, confidence: .draft,
        comment: "from a gap that \(counted(gap.people, "reporter")) met")
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)/edit") }
      return try IssuePage.written(
        saved.id, writing.reading, site, status: .created,
        headers: [HeaderFields.Field("Location", site.url("\(prefix)/issues/\(saved.slug)"))])
    }
  }
}

struct GapsPage: Page {
  let gaps: [Gap]
  let guides: [GuideSummary]
  let days: Int
  let next: NextPage?
  let title = "Gaps"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = gaps.map { gap in
      """
      <li><code>\(String(gap.text.prefix(300)))</code>
      <p class="quiet">\(counted(gap.people, "reporter")), \(counted(gap.times, "time")), last \(.day(gap.lastAskedAt))</p>
      \(site.mayEdit && !guides.isEmpty ? form(gap) : "")</li>

      """
    }
    return """
      <h1>Gaps</h1>
      <p>What people asked in the last \(counted(days, "day")) and nobody has written down.</p>
      \("<p>None: every question was answered.</p>", if: gaps.isEmpty)
      \("<ol class=\"results\">\n\(items)</ol>", if: !gaps.isEmpty)
      \(next.html)
      """
  }

  private func form(_ gap: Gap) -> HTML {
    let options: [HTML] = guides.map { "<option value=\"\($0.slug)\">\($0.title)</option>" }
    return """
      <form action="/gaps/draft" method="post" class="row">
      <input type="hidden" name="gap" value="\(gap.id)">
      <label for="guide-\(gap.id)">Guide</label> <select id="guide-\(gap.id)" name="guide">\(options)</select>
      <button>Write it down</button></form>
      """
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        gaps.map {
          [
            "id": .integer($0.id), "text": .string($0.text), "template": .string($0.template),
            "people": .integer($0.people), "times": .integer($0.times),
            "last_asked_at": .string($0.lastAskedAt.rfc3339),
          ]
        }), "next": next.json,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + (gaps.isEmpty
        ? "None: every question of the last \(counted(days, "day")) was answered.\n"
        : "people\ttimes\tquestion\n")
      + gaps.map { "\($0.people)\t\($0.times)\t\($0.text.split(separator: "\n").first ?? "")\n" }
      .joined() + next.text(site)
  }
}
