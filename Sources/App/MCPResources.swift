import HTTP
import JSON
import Store

/// Issues and guides as resources: what an application lets a person pick.
enum MCPResources {
  private static let issues = "fixbook://issues/"
  private static let guides = "fixbook://guides/"
  static let pageSize = 100
  /// A guide of many issues is cut; its issues can be read one by one.
  static let limit = 1_024 * 1_024

  static let templates: JSON = [
    "resourceTemplates": [
      [
        "uriTemplate": "fixbook://issues/{slug}", "name": "issue", "title": "Issue",
        "description": "A known problem with its fixes, by slug or id.",
        "mimeType": "text/markdown",
      ],
      [
        "uriTemplate": "fixbook://guides/{slug}", "name": "guide", "title": "Guide",
        "description": "A whole guide, by slug.", "mimeType": "text/markdown",
      ],
    ]
  ]

  /// Guides on the first page, then all issues in the guides' order.
  static func list(
    _ message: MCPMessage, _ app: App, _ caller: Caller
  ) throws(MCPError) -> JSON {
    let last = try cursor(message)?.last
    return try reading(app, caller) { reading in
      var entries: [JSON] = []
      if last == nil {
        entries += try reading.guides().map {
          entry(
            guides, $0.slug, $0.title, "A guide with \(counted($0.issueCount, "issue")).",
            $0.updatedAt)
        }
      }
      let found = try reading.issues(
        Reading.IssueFilter(), after: last, limit: pageSize + 1)
      let shown = found.prefix(pageSize)
      entries += shown.map {
        entry(issues, $0.slug, $0.title, "A known problem and its fixes.", $0.updatedAt)
      }
      var members: [JSON.Member] = [.init("resources", .array(entries))]
      if found.count > pageSize {
        members.append(.init("nextCursor", .string(Cursor(offset: shown.last!.id).text)))
      }
      return .object(members)
    }
  }

  private static func cursor(_ message: MCPMessage) throws(MCPError) -> Cursor? {
    guard let cursor = message.params["cursor"], !cursor.isNull else { return nil }
    guard let text = cursor.text, let place = try? Cursor(text) else { throw MCPError.badCursor }
    return place
  }

  private static func entry(
    _ scheme: String, _ slug: String, _ title: String, _ description: String, _ updated: Time
  ) -> JSON {
    [
      "uri": .string(scheme + queryEncoded(slug)), "name": .string(slug),
      "title": .string(MCPText.visible(title)), "description": .string(description),
      "mimeType": "text/markdown", "annotations": ["lastModified": .string(updated.rfc3339)],
    ]
  }

  static func read(
    _ message: MCPMessage, _ version: MCPVersion, _ app: App, _ caller: Caller
  ) throws(MCPError) -> JSON {
    guard let uri = message.params["uri"]?.text else {
      throw MCPError(.invalidParams, "uri must be a string.")
    }
    let site = app.site(of: caller)
    let text = try reading(app, caller) { reading in
      if let name = name(uri, issues) { return try issue(name, site, reading) }
      if let name = name(uri, guides) { return try guide(name, site, reading) }
      return nil
    }
    guard let text else {
      throw MCPError(
        version.isStateless ? .invalidParams : .resourceNotFound,
        "There is no such resource; resources/list names them.", data: ["uri": .string(uri)])
    }
    return [
      "contents": [["uri": .string(uri), "mimeType": "text/markdown", "text": .string(text)]]
    ]
  }

  private static func name(_ uri: String, _ scheme: String) -> String? {
    guard uri.hasPrefix(scheme), !uri.contains("+") else { return nil }
    let name = formDecoded(uri.dropFirst(scheme.count))
    return name?.isEmpty == false ? name : nil
  }

  private static func issue(_ name: String, _ site: Site, _ reading: Reading) throws -> String? {
    let id: Int
    switch try reading.issueID(named: name) {
    case .issue(let found), .moved(let found, _): id = found
    case nil: return nil
    }
    guard let issue = try reading.issue(id), !issue.isDeleted else { return nil }
    let page = IssuePage(issue: issue)
    var text = MCPText()
    text.say("An issue of Fixbook, revision \(issue.summary.revision).")
    text.quote(
      "address: \(site.url(issue: issue.summary.slug))\n\n" + page.markdown(site))
    text.say(MCPText.fixes(of: issue))
    return text.text
  }

  private static func guide(_ name: String, _ site: Site, _ reading: Reading) throws -> String? {
    guard let guide = try reading.guide(name) else { return nil }
    let whole = GuideExport.page(try reading.exported(guide: guide.id), guide)
    let shown = prefix(of: whole, bytes: limit)
    var text = MCPText()
    text.say("A guide of Fixbook.")
    if shown.utf8.count < whole.utf8.count {
      text.add(
        "It is cut after \(limit) bytes; read its issues one by one: resources/list names them.")
    }
    text.quote("address: \(site.url("/guides/" + guide.slug))\n\n" + shown)
    return text.text
  }

  /// Whole characters of at most so many bytes.
  static func prefix(of text: String, bytes limit: Int) -> String {
    guard text.utf8.count > limit else { return text }
    var end = text.utf8.index(text.startIndex, offsetBy: limit)
    while end.samePosition(in: text.unicodeScalars) == nil { end = text.utf8.index(before: end) }
    return String(text[..<end])
  }

  private static func reading<T>(
    _ app: App, _ caller: Caller, _ body: (Reading) throws -> T
  ) throws(MCPError) -> T {
    do {
      return try app.store.read(as: caller.viewer, body)
    } catch let error as MCPError {
      throw error
    } catch {
      throw MCPError(.internalError, app.failure(of: error, doing: "MCP").detail)
    }
  }
}
