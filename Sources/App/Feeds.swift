import HTTP
import Markup
import Store

// What changed, as Atom (RFC 4287): of everything, of one guide, of one issue.

extension App {
  static func feed(_ context: Context) throws -> Reply {
    try feed(context) { _ in
      Feed.Source(path: "/feed.atom", page: "/recent", title: "Fixbook: changes", since: nil)
    }
  }

  static func guideFeed(_ context: Context) throws -> Reply {
    try feed(context) { reading in
      guard let guide = try reading.guide(context.path[0]) else { throw Failure.notFound("guide") }
      return Feed.Source(
        path: "/guides/\(guide.slug)/feed.atom", page: "/guides/\(guide.slug)",
        title: "Fixbook: \(guide.title)", since: guide.updatedAt, guide: guide.id)
    }
  }

  static func issueFeed(_ context: Context) throws -> Reply {
    try feed(context) { reading in
      let id = try readIssueID(context, reading)
      let issue = try visibleIssue(id, reading)
      return Feed.Source(
        path: "/issues/\(issue.summary.slug)/feed.atom", page: "/issues/\(issue.summary.slug)",
        title: "Fixbook: \(issue.summary.title)", since: issue.createdAt, issue: id)
    }
  }

  private static func feed(
    _ context: Context, _ source: (Reading) throws -> Feed.Source
  ) throws -> Reply {
    var query = try context.query()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    let feed = try context.read { reading in
      let source = try source(reading)
      let found = try reading.recentChanges(
        ofGuide: source.guide, ofIssue: source.issue,
        before: cursor.offset == 0 ? .max : cursor.offset, limit: Feed.entries + 1)
      let shown = Array(found.prefix(Feed.entries))
      return Feed(
        source: source, changes: shown, base: try reading.baseName(),
        next: found.count > Feed.entries ? Cursor(offset: shown.last!.sequence).text : nil)
    }
    return .bytes(
      feed.document(context.site).bytes, type: "application/atom+xml; charset=utf-8")
  }
}

/// One page of a feed.
struct Feed: Sendable {
  static let entries = 100

  /// What a feed is of.
  struct Source: Sendable {
    let path: String
    /// The page that shows the same to people.
    let page: String
    let title: String
    /// When it was last changed if no change is listed.
    let since: Time?
    var guide: Int?
    var issue: Int?

    /// Stays when a title changes.
    var name: String {
      issue.map { "issue \($0)" } ?? guide.map { "guide \($0)" } ?? "everything"
    }
  }

  let source: Source
  let changes: [Change]
  /// The base's own name.
  let base: String
  /// RFC 5005 §3: where older entries are.
  let next: String?

  func document(_ site: Site) -> HTML {
    let path = site.url(source.path)
    // The newest by its clock: one that was set back must not make a feed look old.
    let updated =
      changes.map(\.at).max() ?? source.since ?? Time(milliseconds: 0)
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <feed xmlns="http://www.w3.org/2005/Atom">
      <title>\(xml(source.title))</title><id>\(id(of: "feed of " + source.name))</id>
      <link rel="self" type="application/atom+xml" href="\(path)"/>
      <link rel="alternate" type="text/html" href="\(site.url(source.page))"/>
      \(next.map { "<link rel=\"next\" type=\"application/atom+xml\" href=\"\(path)?cursor=\($0)\"/>\n" as HTML })\
      <updated>\(updated.rfc3339)</updated>
      <generator version="\(App.version)">Fixbook</generator>
      \(changes.map { entry($0, site) })</feed>

      """
  }

  private func entry(_ change: Change, _ site: Site) -> HTML {
    let page =
      change.issue.map { site.url(issue: $0.slug) }
      ?? change.guide.map { site.url("/guides/" + $0) } ?? site.url("/recent")
    let summary = change.summary.isEmpty ? change.kind : "\(change.kind): \(change.summary)"
    return """
      <entry><id>\(id(of: "change \(change.sequence)"))</id>
      <title>\(xml(change.issue?.title ?? change.summary))</title>
      <updated>\(change.at.rfc3339)</updated><author><name>\(xml(change.author))</name></author>
      <link rel="alternate" type="text/html" href="\(page)"/><category term="\(change.kind)"/>
      <summary>\(xml(summary))</summary></entry>

      """
  }

  /// The same for ever, at whatever address the base is reached: a UUID of version 8
  /// (RFC 9562 §5.8) made of the base's name and the thing's.
  private func id(of thing: String) -> String {
    var digits = Array(Secrets.digest(Array("\(base) \(thing)".utf8)))
    digits[12] = "8"
    digits[16] = "a"
    var id = "urn:uuid:"
    for (place, digit) in digits.enumerated() {
      if [8, 12, 16, 20].contains(place) { id.append("-") }
      id.append(digit)
    }
    return id
  }

  /// Without the two characters that HTML can say and XML can't
  /// (https://www.w3.org/TR/xml/#charsets).
  private func xml(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: { $0.value & 0xfffffe == 0xfffe }) else {
      return text
    }
    return String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.value & 0xfffffe == 0xfffe ? "\u{fffd}" : $0 }))
  }
}

extension HTML {
  /// For a page's head: the feed that tells of it.
  static func feedLink(_ path: String, title: String) -> HTML {
    "<link rel=\"alternate\" type=\"application/atom+xml\" title=\"Changes: \(title)\" href=\"\(path)\">"
  }
}
