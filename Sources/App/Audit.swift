import HTTP
import JSON
import Markup
import Store

// Who did what: the audit log, for admins.

extension App {
  static func listAudit(_ context: Context) throws -> Reply {
    try context.require(.admin)
    var query = try context.query()
    var filter = AuditFilter()
    func given(_ name: String) throws(Failure) -> String? {
      try query.text(name, limit: 300).flatMap { $0.isEmpty ? nil : $0 }
    }
    filter.actor = try given("actor")
    filter.action = try given("action")
    filter.subject = try given("subject")
    let since = try query.time("since")
    let until = try query.time("until")
    let limit = try query.integer("limit", in: 1...100) ?? 50
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    filter.since = since?.time
    // A day is meant with its evening.
    filter.until = until.map { $0.text.utf8.count == 10 ? $0.time + 86_400 : $0.time }
    let found = try context.read {
      try $0.auditEntries(
        filter, before: cursor.offset == 0 ? .max : cursor.offset, limit: limit + 1)
    }
    let shown = Array(found.prefix(limit))
    let page = AuditPage(
      entries: shown, filter: filter, since: since?.text, until: until?.text,
      next: NextPage(
        found.count > limit ? Cursor(offset: shown.last!.id).text : nil, context))
    return .page(page, headers: privately + page.next.headers)
  }
}

struct AuditPage: HTMLOnly {
  let entries: [AuditEntry]
  let filter: AuditFilter
  /// As they were given.
  let since: String?
  let until: String?
  let next: NextPage?
  let title = "Audit log"

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/audit"))
    <h1>Audit log</h1>
    <form action="/admin/audit" class="fields">
    <p><label for="actor">Who</label><input id="actor" name="actor" value="\(filter.actor)" autocomplete="off"></p>
    <p><label for="action">What</label><input id="action" name="action" value="\(filter.action)" autocomplete="off" placeholder="POST, sign in, create token"></p>
    <p><label for="subject">On what (its beginning)</label><input id="subject" name="subject" value="\(filter.subject)" autocomplete="off" placeholder="/issues/"></p>
    <p class="row"><label for="since">From</label> <input id="since" name="since" type="date" value="\(since.map { String($0.prefix(10)) })"> <label for="until">to</label> <input id="until" name="until" type="date" value="\(until.map { String($0.prefix(10)) })"> <button>Show</button></p>
    </form>
    \("<p>Nothing of that kind was written down.</p>", if: entries.isEmpty)
    \("<ol class=\"issues\">\n\(entries.map { item($0) })</ol>", if: !entries.isEmpty)
    \(next.html)
    """
  }

  private func item(_ entry: AuditEntry) -> HTML {
    """
    <li><strong>\(entry.action)</strong> \(entry.subject) \
    <span class="quiet">\(entry.actor)\(" (\(entry.identity))", if: !entry.identity.isEmpty)\
    \(" from \(entry.peer)", if: !entry.peer.isEmpty) · \(.moment(entry.at))</span></li>

    """
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        entries.map {
          [
            "id": .integer($0.id), "actor": .string($0.actor), "identity": .string($0.identity),
            "action": .string($0.action), "subject": .string($0.subject), "peer": .string($0.peer),
            "at": .string($0.at.rfc3339),
          ]
        }), "next": next.json,
    ]
  }
}
