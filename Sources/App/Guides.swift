import Guide
import HTTP
import JSON
import Markup
import Store

extension App {
  static func listGuides(_ context: Context) throws -> Reply {
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.guides(from: cursor.offset, limit: limit + 1)
      let next = NextPage(
        found.count > limit ? Cursor(offset: cursor.offset + limit).text : nil, context)
      let page = GuidesPage(
        guides: Array(found.prefix(limit)), next: next,
        archived: context.caller.may(.edit) && next == nil ? try reading.archivedGuides() : [])
      return .page(page, headers: next.headers)
    }
  }

  static func showGuide(_ context: Context) throws -> Reply {
    return try context.read { reading in
      guard let guide = try reading.guide(context.path[0]) else {
        guard let slug = try reading.movedGuide(context.path[0]) else {
          throw Failure.notFound("guide")
        }
        let prefix = context.isAPI ? "/api/v1" : ""
        let query = context.request.rawQuery.map { "?" + $0 } ?? ""
        return .redirect(
          .movedPermanently, to: "\(prefix)/guides/\(slug)\(context.suffix)\(query)")
      }
      var query = try context.query()
      // A long guide is a page for each hundred issues in a browser, and whole elsewhere.
      let cursor = context.representation == .html ? try Cursor(try query.text("cursor")) : nil
      try query.finish()
      if context.representation == .markdown {
        // The exported guide, byte for byte.
        let text = GuideExport.page(try reading.exported(guide: guide.id), guide)
        return .bytes(
          Array(text.utf8), type: Representation.markdown.contentType,
          headers: [HeaderFields.Field("Vary", "Accept")])
      }
      guard let cursor else {
        return .page(GuidePage(guide: guide, sections: try reading.sections(ofGuide: guide.id)))
      }
      let page = GuidePage(
        guide: guide,
        sections: try reading.sections(
          ofGuide: guide.id, after: cursor.last, limit: GuidePage.length + 1),
        last: cursor.last, context)
      return .page(page, headers: page.next.headers)
    }
  }
}

/// A guide as one Markdown page.
enum GuideExport {
  static func page(_ files: [ExportedFile], _ guide: GuideSummary) -> String {
    if files.count == 1, files[0].path == nil { return files[0].text }
    // Files in order, headings demoted below the guide's and the sections' own titles.
    var text = "# \(headingText(guide.title))\n"
    var section = ""
    for file in files {
      if file.section != section {
        section = file.section
        if !section.isEmpty { text += "\n## \(headingText(section))\n" }
      }
      text += "\n" + demotedHeadings(file.text, by: 2)
    }
    return text
  }
}

struct GuidesPage: Page {
  let guides: [GuideSummary]
  let next: NextPage?
  var archived: [GuideSummary] = []
  let title = "Guides"

  func html(_ site: Site) -> HTML {
    """
    <h1>Guides</h1>
    \(GuidesPage.list(guides))
    \(next.html)
    \("<p><a class=\"button\" href=\"/guides/new\">New guide</a></p>", if: site.mayEdit)
    \("<h2>Archived</h2>\n\(GuidesPage.list(archived))", if: !archived.isEmpty)
    """
  }

  static func list(_ guides: [GuideSummary]) -> HTML {
    if guides.isEmpty {
      return "<p>None yet. Import one: <code>fixbook import --db fixbook.db runbooks/</code></p>"
    }
    let items: [HTML] = guides.map {
      """
      <li><a href="/guides/\($0.slug)">\($0.title)</a> <span class="quiet">\(counted($0.issueCount, "issue"))</span></li>

      """
    }
    return "<ul class=\"issues\">\n\(items)</ul>"
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(guides.map { GuidePage.summary($0, site) }), "next": next.json]
  }

  func markdown(_ site: Site) -> String {
    "# Guides\n\n"
      + guides.map {
        "- [\(linkText($0.title))](\(site.url("/guides/" + $0.slug))), \(counted($0.issueCount, "issue"))\n"
      }
      .joined() + next.markdown(site)
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + guides.map {
        "\n\($0.title) (\(counted($0.issueCount, "issue")))\n  \(site.url("/guides/" + $0.slug))\n"
      }.joined() + next.text(site)
  }
}

struct GuidePage: Page {
  /// Issues of one page in a browser.
  static let length = 100

  let guide: GuideSummary
  let sections: [SectionSummary]
  /// Not the first page.
  var isContinued = false
  var next: NextPage?

  init(guide: GuideSummary, sections: [SectionSummary]) {
    self.guide = guide
    self.sections = sections
  }

  /// A part of a long guide: what stands behind the issue `last`, with one issue more than is shown.
  init(guide: GuideSummary, sections: [SectionSummary], last: Int?, _ context: Context) {
    var shown = sections
    var more = false
    if sections.map(\.issues.count).reduce(0, +) > GuidePage.length,
      let index = shown.lastIndex(where: { !$0.issues.isEmpty })
    {
      more = true
      shown[index].issues.removeLast()
    }
    self.guide = guide
    self.sections = shown
    isContinued = last != nil
    let end = shown.last { !$0.issues.isEmpty }?.issues.last
    next = NextPage(more ? end.map { Cursor(offset: $0.id).text } : nil, context)
  }

  var title: String { guide.title }

  func head(_ site: Site) -> HTML {
    .feedLink("/guides/\(guide.slug)/feed.atom", title: guide.title)
  }

  static func summary(_ guide: GuideSummary, _ site: Site) -> JSON {
    [
      "slug": .string(guide.slug), "title": .string(guide.title),
      "issues": .integer(guide.issueCount), "owner": guide.owner.json,
      "escalate": guide.escalate.json, "license": guide.license.json,
      "attribution": guide.attribution.json, "archived": .bool(guide.isArchived),
      "updated_at": .string(guide.updatedAt.rfc3339),
      "url": .string(site.url("/guides/" + guide.slug)),
    ]
  }

  func json(_ site: Site) -> JSON {
    guard case .object(let members) = GuidePage.summary(guide, site) else { return .null }
    return .object(
      members + [
        .init("introduction", .string(guide.introduction)),
        .init(
          "sections",
          .array(
            sections.map { section in
              [
                "id": .integer(section.id), "title": .string(section.title),
                "introduction": .string(section.introduction),
                "issues": .array(section.issues.map { IssueJSON.summary($0, site) }),
              ]
            })),
      ])
  }

  func html(_ site: Site) -> HTML {
    let isPart = isContinued || next != nil
    let shown = sections.filter { site.mayEdit && !isPart || !$0.issues.isEmpty }
    let parts: [HTML] = shown.map { section in
      let items: [HTML] = section.issues.map {
        "<li><a href=\"/issues/\($0.slug)\">\($0.title)</a></li>\n"
      }
      return """
        \("<h2>\(section.title)</h2>", if: !section.title.isEmpty)
        \(Markdown.html(section.introduction, topHeading: 3))
        \("<ul class=\"issues\">\n\(items)</ul>", if: !items.isEmpty)

        """
    }
    return """
      <p class="crumbs"><a href="/guides">Guides</a></p>
      <h1>\(guide.title)</h1>
      \("<p class=\"notice\">This guide is archived: it is in no list, and search does not find its issues.</p>", if: guide.isArchived)
      \(isContinued ? "<p><a href=\"/guides/\(guide.slug)\">From the beginning</a></p>" : Markdown.html(guide.introduction, topHeading: 2))
      \(.searchForm("Search this guide", guide: guide.slug))
      \(isPart ? contents : "")
      \(parts)
      \(next.html)
      \("<p class=\"row\"><a class=\"button\" href=\"/issues/new?guide=\(guide.slug)&amp;fields=1\">New issue</a> <a class=\"button\" href=\"/guides/\(guide.slug)/edit\">Edit this guide</a></p>", if: site.mayEdit)
      \("<p><a class=\"button\" href=\"/suggestions/new?guide=\(guide.slug)&amp;fields=1\">Suggest a new issue</a></p>", if: site.mayReport && !site.mayEdit && !guide.isArchived)
      """
  }

  /// The sections of a guide that is longer than a page.
  private var contents: HTML {
    let titled = sections.filter { !$0.title.isEmpty }.prefix(100)
    guard titled.count > 1 else { return "" }
    let items: [HTML] = titled.map {
      "<li><a href=\"/issues?guide=\(guide.slug)&amp;section=\(queryEncoded($0.title))\">\($0.title)</a></li>\n"
    }
    return "<details><summary>Sections</summary>\n<ul>\n\(items)</ul></details>"
  }

  func text(_ site: Site, width: Int) -> String {
    var text = heading(guide.title, width) + Markdown.plainText(guide.introduction, width: width)
    for section in sections where !section.issues.isEmpty {
      if !section.title.isEmpty { text += "\n\(section.title)\n" }
      for issue in section.issues {
        text += "  \(issue.title)\n    \(site.url(issue: issue.slug))\n"
      }
    }
    return text
  }
}
