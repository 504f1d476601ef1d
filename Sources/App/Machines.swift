import HTTP
import JSON
import Markup
import Store

// Addresses that only programs read.

extension App {
  static func health(_ context: Context) throws -> Reply {
    .bytes(
      Array("ok\n".utf8), type: Representation.text.contentType,
      headers: [HeaderFields.Field("Cache-Control", "no-store")])
  }

  static func ready(_ context: Context) throws -> Reply {
    _ = try context.read { try $0.guides() }
    // Reads go on whatever keeps writes from being stored.
    let fault = context.store.faults.current.map { ", but for writes: \($0)" } ?? ""
    return .bytes(
      Array("ready\(fault)\n".utf8), type: Representation.text.contentType,
      headers: [HeaderFields.Field("Cache-Control", "no-store")])
  }

  static func robots(_ context: Context) throws -> Reply {
    let text = """
      User-agent: *
      Disallow: /diagnoses/
      Disallow: /reports/
      Disallow: /sign-in
      Disallow: /account
      Sitemap: \(context.site.url("/sitemap.xml"))

      """
    return .bytes(Array(text.utf8), type: Representation.text.contentType)
  }

  static func openSearch(_ context: Context) throws -> Reply {
    let base = context.site.base
    let document: HTML = """
      <?xml version="1.0" encoding="UTF-8"?>
      <OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
      <ShortName>Fixbook</ShortName>
      <Description>Known problems and the fixes that worked</Description>
      <InputEncoding>UTF-8</InputEncoding>
      <Url type="text/html" template="\(base)/search?q={searchTerms}"/>
      <Url type="application/atom+xml" rel="self" template="\(base)/opensearch.xml"/>
      </OpenSearchDescription>

      """
    return .bytes(document.bytes, type: "application/opensearchdescription+xml")
  }

  static func sitemap(_ context: Context) throws -> Reply {
    let issues = try context.read { try $0.issues(Reading.IssueFilter(), limit: 50_000) }
    let entries: [HTML] = issues.map {
      "<url><loc>\(context.site.url(issue: $0.slug))</loc><lastmod>\($0.updatedAt.rfc3339)</lastmod></url>\n"
    }
    let document: HTML = """
      <?xml version="1.0" encoding="UTF-8"?>
      <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
      \(entries)</urlset>

      """
    return .bytes(document.bytes, type: "application/xml; charset=utf-8")
  }
}
