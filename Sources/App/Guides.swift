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
    let found = try context.read { try $0.guides(from: cursor.offset, limit: limit + 1) }
    let page = GuidesPage(
      guides: Array(found.prefix(limit)),
      next: NextPage(
        found.count > limit ? Cursor(offset: cursor.offset + limit).text : nil, context))
    return .page(page, headers: page.next.headers)
  }

  static func showGuide(_ context: Context) throws -> Reply {
    return try context.read { reading in
      guard let guide = try reading.guide(context.path[0]) else { throw Failure.notFound("guide") }
      try context.query().finish()
      if context.representation == .markdown {
        // The exported guide, byte for byte.
        let text = GuideExport.page(try reading.exported(guide: guide.id), guide)
        return .bytes(
          Array(text.utf8), type: Representation.markdown.contentType,
          headers: [HeaderFields.Field("Vary", "Accept")])
      }
      return .page(GuidePage(guide: guide, sections: try reading.sections(ofGuide: guide.id)))
    }
  }
}

/// A guide as one Markdown page.
enum GuideExport {
  static func page(_ files: [ExportedFile], _ guide: GuideSummary) -> String {
    if files.count == 1, files[0].path == nil { return files[0].text }
    // Files in order, headings demoted below the guide's and the sections' own titles.
    var text = "# \(guide.title)\n"
    var section = ""
    for file in files {
      if file.section != section {
        section = file.section
        if !section.isEmpty { text += "\n## \(section)\n" }
      }
      text += "\n" + demotedHeadings(file.text, by: 2)
    }
    return text
  }
}

struct GuidesPage: Page {
  let guides: [GuideSummary]
  let next: NextPage?
  let title = "Guides"

  func html(_ site: Site) -> HTML {
    "<h1>Guides</h1>\(GuidesPage.list(guides))\(next.html)"
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
        "- [\($0.title)](\(site.url("/guides/" + $0.slug))), \(counted($0.issueCount, "issue"))\n"
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
  let guide: GuideSummary
  let sections: [SectionSummary]

  var title: String { guide.title }

  static func summary(_ guide: GuideSummary, _ site: Site) -> JSON {
    [
      "slug": .string(guide.slug), "title": .string(guide.title),
      "issues": .integer(guide.issueCount), "owner": guide.owner.json,
      "escalate": guide.escalate.json, "license": guide.license.json,
      "attribution": guide.attribution.json, "updated_at": .string(guide.updatedAt.rfc3339),
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
                "title": .string(section.title),
                "issues": .array(section.issues.map { IssueJSON.summary($0, site) }),
              ]
            })),
      ])
  }

  func html(_ site: Site) -> HTML {
    let parts: [HTML] = sections.map { section in
      let items: [HTML] = section.issues.map {
        "<li><a href=\"/issues/\($0.slug)\">\($0.title)</a></li>\n"
      }
      return """
        \(section.title.isEmpty ? "" : "<h2>\(section.title)</h2>" as HTML)
        <ul class="issues">
        \(items)</ul>

        """
    }
    return """
      <p class="crumbs"><a href="/guides">Guides</a></p>
      <h1>\(guide.title)</h1>
      \(Markdown.html(guide.introduction, topHeading: 2))
      \(.searchForm("Search this guide", guide: guide.slug))
      \(parts)
      """
  }

  func text(_ site: Site, width: Int) -> String {
    var text = heading(guide.title, width) + Markdown.plainText(guide.introduction, width: width)
    for section in sections {
      if !section.title.isEmpty { text += "\n\(section.title)\n" }
      for issue in section.issues {
        text += "  \(issue.title)\n    \(site.url(issue: issue.slug))\n"
      }
    }
    return text
  }
}
