import Diagnosis
import HTTP
import JSON
import Markup
import Store

extension App {
  static func search(_ context: Context) throws -> Reply {
    var query = try context.query()
    let words = try query.text("q") ?? ""
    let guide = try query.text("guide")
    let tag = try query.text("tag")
    let limit = try query.limit()
    let explains = try query.flag("explain")
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    let input = SearchInput(
      words: words, guide: guide, tag: tag, limit: limit, offset: cursor.offset,
      explains: explains)
    var page = try context.app.searched(
      input, viewer: context.caller.viewer, channel: context.channel)
    page.next = NextPage(page.next?.cursor, context)
    return .page(page, headers: page.next.headers)
  }

  /// Searches and counts the question, for who asks on another way than an address of its own.
  func search(_ input: SearchInput, caller: Caller, channel: String) throws -> SearchPage {
    let page = try searched(input, viewer: caller.viewer, channel: channel)
    if let asked = page.asked { count(asked, of: caller) }
    return page
  }

  /// Searches; the answer says what it is to be counted as.
  private func searched(
    _ input: SearchInput, viewer: Viewer, channel: String
  ) throws -> SearchPage {
    let started = monotonicMilliseconds()
    var page = try store.read(as: viewer) { try SearchPage.search(input, $0) }
    // What goes on with an answer is no question of its own.
    if input.offset == 0, !input.words.allSatisfy(\.isWhitespace) {
      page.asked = AskedSearch(
        input, page, channel: channel, milliseconds: monotonicMilliseconds() - started)
    }
    return page
  }
}

struct SearchInput {
  var words: String
  var guide: String?
  var tag: String?
  var limit = 20
  var offset = 0
  var explains = false
}

/// Ranked issues for a few words.
struct SearchPage: Page {
  struct Result: Sendable {
    let issue: IssueSummary
    let hit: SearchHit
    let excerpt: Excerpt
  }

  let query: String
  let guide: String?
  let tag: String?
  let results: [Result]
  var next: NextPage?
  let explains: Bool
  var asked: AskedSearch?
  /// What was asked with typing errors put right, where a word of it is in no issue.
  var suggestion: String?
  /// Whether the results are those for the suggestion, since there are none for what was asked.
  var isRespelled = false
  /// Whom to ask about what is not found.
  var contact: String?

  var title: String { query.isEmpty ? "Search" : "Search: \(query)" }

  static func search(_ input: SearchInput, _ reading: Reading) throws -> SearchPage {
    var terms = SearchQuery(input.words)
    if terms.guide == nil { terms.guide = input.guide }
    if terms.tag == nil { terms.tag = input.tag }
    guard let corpus = try reading.corpus(guide: terms.guide) else {
      throw Failure.invalid("guide", "There is no such guide; /guides lists them.")
    }
    var hits = try Searcher.search(terms, corpus: corpus, reading: reading)
    let suggestion = try Searcher.respelled(input.words, terms, corpus: corpus)
    var isRespelled = false
    if hits.isEmpty, let suggestion {
      var respelled = SearchQuery(suggestion)
      respelled.guide = terms.guide
      respelled.tag = terms.tag
      hits = try Searcher.search(respelled, corpus: corpus, reading: reading)
      isRespelled = !hits.isEmpty
      if isRespelled { terms = respelled }
    }
    let shown = hits.dropFirst(input.offset).prefix(input.limit)
    let ids = shown.map(\.issueID)
    let issues = try corpus.shown(ids)
    var wanted = WantedWords(terms.wanted)
    var results: [Result] = []
    results.reserveCapacity(ids.count)
    for hit in shown {
      guard let issue = issues[hit.issueID] else { continue }
      results.append(
        Result(issue: issue.summary, hit: hit, excerpt: Excerpt(of: issue.text, wanted: &wanted)))
    }
    let end = input.offset + input.limit
    return SearchPage(
      query: input.words, guide: input.guide, tag: input.tag, results: results,
      next: hits.count > end ? next(input, at: end) : nil, explains: input.explains,
      suggestion: hits.isEmpty ? nil : suggestion, isRespelled: isRespelled,
      contact: try reading.contact(guide: terms.guide))
  }

  /// Where a search goes on that came by no address.
  private static func next(_ input: SearchInput, at place: Int) -> NextPage {
    let cursor = Cursor(offset: place).text
    let parameters = [
      ("q", input.words), ("guide", input.guide), ("tag", input.tag),
      ("limit", String(input.limit)), ("cursor", cursor),
    ]
    let query = parameters.compactMap { name, value in
      value.map { "\(name)=\(queryEncoded($0))" }
    }
    return NextPage(cursor, target: "/search?" + query.joined(separator: "&"))
  }

  func json(_ site: Site) -> JSON {
    [
      "query": .string(query),
      "searched_for": .string(isRespelled ? suggestion ?? query : query),
      "did_you_mean": suggestion.json,
      "results": .array(
        results.map { result in
          var members: [JSON.Member] = [
            .init("issue", IssueJSON.summary(result.issue, site)),
            .init("score", .number(rounded(result.hit.score))),
            .init("excerpt", .string(result.excerpt.plain)),
            .init("why", .string(result.hit.reason)),
          ]
          if explains {
            members.append(.init("explain", SearchPage.parts(result.hit)))
          }
          return .object(members)
        }), "next": next.json,
    ]
  }

  /// The parts of a score; they add up to it.
  private static func parts(_ hit: SearchHit) -> JSON {
    [
      "words": .array(
        hit.words.map {
          [
            "word": .string($0.written), "as": $0.related.json, "in": $0.fields.names.json,
            "value": .number(rounded($0.value)),
          ]
        }),
      "runs": .number(rounded(hit.runs)), "sample": .number(rounded(hit.sample)),
      "learned": hit.learned.json,
    ]
  }

  /// Says what was searched for when it is not what was typed, or what might be meant.
  private var spelling: HTML {
    guard let suggestion else { return "" }
    let link: HTML = "<a href=\"\(path(suggestion))\">\(suggestion)</a>"
    return isRespelled
      ? "<p class=\"notice\" role=\"status\">Nothing found for “\(query)”. Searched for \(link) instead.</p>"
      : "<p class=\"notice\">Searched for “\(query)”; did you mean \(link)?</p>"
  }

  private func path(_ words: String) -> String {
    "/search?q=" + queryEncoded(words) + (guide.map { "&guide=" + queryEncoded($0) } ?? "")
  }

  func html(_ site: Site) -> HTML {
    """
    <h1>Search</h1>
    \(guide.map { "<p>In the guide <a href=\"/guides/\($0)\">\($0)</a>. <a href=\"/search?q=\(queryEncoded(query))\">Search all guides</a></p>" as HTML })
    \(.searchForm("Words, a code, a flag or a “phrase”", query: query, guide: guide))
    \(spelling)
    \(list(site))
    """
  }

  private func list(_ site: Site) -> HTML {
    if query.allSatisfy(\.isWhitespace) { return "" }
    if results.isEmpty {
      return """
        <h2>Nothing found</h2>
        <p>Try fewer words, or <a href="/diagnose">paste the whole message or log</a>.</p>
        \(waysOn(site))
        """
    }
    let items: [HTML] = results.map { result in
      """
      <li><a href="/issues/\(result.issue.slug)">\(result.issue.title)</a> \
      <span class="quiet">\(.place(result.issue))</span>
      <p>\(result.excerpt.html)</p>
      <p class="quiet">\(result.hit.reason)\(explains ? " · \(SearchPage.sum(result.hit))" : "")</p></li>

      """
    }
    return """
      <ol class="results">
      \(items)</ol>\(next.html)
      \(next == nil ? waysOn(site) : "")
      """
  }

  /// The score as a sum, for people.
  private static func sum(_ hit: SearchHit) -> String {
    var parts = hit.words.map { "\($0.written) \(rounded($0.value))" }
    if hit.runs > 0 { parts.append("word order \(rounded(hit.runs))") }
    if hit.sample != 0 { parts.append("sample \(rounded(hit.sample))") }
    return "score \(rounded(hit.score)) = " + parts.joined(separator: " + ")
  }

  /// The same as `spelling`, in plain text.
  private var spellingText: String? {
    suggestion.map {
      isRespelled
        ? "Nothing found for “\(query)”. Searched for “\($0)” instead."
        : "Searched for “\(query)”; did you mean “\($0)”?"
    }
  }

  /// Whom to ask, and where to write it down: no search is a dead end.
  private func waysOn(_ site: Site) -> HTML {
    let write: HTML =
      site.mayEdit
      ? "<a href=\"/issues/new?title=\(queryEncoded(String(query.prefix(200))))\">Write it down</a>"
      : "<a href=\"/report\">Leave a report</a>"
        + (site.mayReport
          ? " or <a href=\"/suggestions/new?title=\(queryEncoded(String(query.prefix(200))))\">suggest a new issue</a>"
          : "")
    return """
      <p class="quiet">Not what you look for? \(contact.map { "Ask \(Markdown.inline($0)). " as HTML })\(write).</p>
      """
  }

  func markdown(_ site: Site) -> String {
    "# Search: \(query)\n\n" + (spellingText.map { $0 + "\n\n" } ?? "")
      + results.map {
        "- [\(linkText($0.issue.title))](\(site.url(issue: $0.issue.slug))): \($0.excerpt.plain) (\($0.hit.reason))\n"
      }.joined() + next.markdown(site)
  }

  func text(_ site: Site, width: Int) -> String {
    if query.allSatisfy(\.isWhitespace) {
      return wrapped("Say what to look for: \(site.url("/search"))?q=WORDS", width)
    }
    let ask = contact.map { wrapped("Not what you look for? Ask \($0)", width) } ?? ""
    if results.isEmpty {
      return wrapped("Nothing found for: \(query)", width)
        + wrapped(
          "Try fewer words, or send the whole message or log to \(site.url("/diagnose"))", width)
        + ask
        + wrapped("Write it down: \(site.url("/issues/new"))?title=\(queryEncoded(query))", width)
    }
    return (spellingText.map { wrapped($0, width) + "\n" } ?? "")
      + results.map { result in
        "\(result.issue.title)\n  \(site.url(issue: result.issue.slug))\n"
          + wrapped(result.excerpt.plain, width, indent: 2)
          + wrapped(result.hit.reason, width, indent: 2)
          + (explains ? wrapped(SearchPage.sum(result.hit), width, indent: 2) : "") + "\n"
      }.joined()
      + next.text(site)
      + ask
  }
}
