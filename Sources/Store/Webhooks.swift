package import JSON
import SQLite

/// What a webhook can tell of.
package enum WebhookEvent: String, Sendable, CaseIterable {
  case issueCreated = "issue.created"
  case issueEdited = "issue.edited"
  case issueArchived = "issue.archived"
  case issueVerified = "issue.verified"
  case reportOpened = "report.opened"
  case reportResolved = "report.resolved"
  case suggestionMade = "suggestion.made"
  case gapFirstSeen = "gap.first_seen"
  case fixRegressed = "fix.regressed"
  case fixMadeWorse = "fix.made_worse"
  case test = "webhook.test"

  /// The event of an entry of the change stream.
  init?(change kind: String) {
    switch kind {
    case "issue created": self = .issueCreated
    case "issue edited", "issue restored": self = .issueEdited
    case "issue archived", "issue deleted": self = .issueArchived
    case "issue verified": self = .issueVerified
    case Writing.regressed: self = .fixRegressed
    default: return nil
    }
  }
}

/// Whom changes are told.
package struct Webhook: Sendable, Equatable {
  package enum Format: String, Sendable, CaseIterable { case json, slack, teams }
  /// Whose eyes it has.
  package enum Audience: String, Sendable, CaseIterable { case anyone, members, everything }

  package let id: Int
  package let url: String
  package let format: Format
  /// Empty: all.
  package let events: [WebhookEvent]
  package let audience: Audience
  package let createdBy: String
  package let createdAt: Time
  /// Why nothing is sent any more.
  package let stopped: String?
}

/// One message in the outbox.
package struct Delivery: Sendable, Equatable {
  package let id: String
  package let webhookID: Int
  package let event: WebhookEvent
  package let subject: JSON
  package let attempts: Int
  /// When it is tried next; nil: no more.
  package let dueAt: Time?
  /// Status of the last answer.
  package let status: Int?
  package let error: String?
  package let createdAt: Time
  package let deliveredAt: Time?
}

/// A delivery on its way, with all that it needs.
package struct OutgoingDelivery: Sendable {
  package let delivery: Delivery
  package let webhook: Webhook
  package let secret: String
}

extension Reading {
  private static let webhookColumns: SQL = """
    w.id, w.url, w.format, w.events, w.audience, w.created_by, w.created_at, w.stopped
    """
  private static let deliveryColumns: SQL = """
    d.id, d.webhook_id, d.event, d.subject, d.attempts, d.due_at, d.status, d.error, d.created_at,
    d.delivered_at
    """

  static func webhook(_ row: Row, from start: Int32 = 0) -> Webhook {
    Webhook(
      id: row.int(start), url: row.text(start + 1),
      format: Webhook.Format(rawValue: row.text(start + 2)) ?? .json,
      events: row.text(start + 3).split(separator: ",").compactMap {
        WebhookEvent(rawValue: String($0))
      },
      audience: Webhook.Audience(rawValue: row.text(start + 4)) ?? .anyone,
      createdBy: row.text(start + 5), createdAt: Time(milliseconds: row.int(start + 6)),
      stopped: row.optionalText(start + 7))
  }

  static func delivery(_ row: Row) -> Delivery {
    Delivery(
      id: row.text(0), webhookID: row.int(1), event: WebhookEvent(rawValue: row.text(2)) ?? .test,
      subject: (try? JSON.read(row.text(3))) ?? .null, attempts: row.int(4),
      dueAt: row.optionalInt(5).map { Time(milliseconds: $0) }, status: row.optionalInt(6),
      error: row.optionalText(7), createdAt: Time(milliseconds: row.int(8)),
      deliveredAt: row.optionalInt(9).map { Time(milliseconds: $0) })
  }

  package func webhooks() throws -> [Webhook] {
    try connection.rows(
      "SELECT \(Reading.webhookColumns) FROM webhook w WHERE w.deleted_at IS NULL ORDER BY w.id"
    ) { Reading.webhook($0) }
  }

  package func webhook(_ id: Int) throws -> Webhook? {
    try connection.first(
      """
      SELECT \(Reading.webhookColumns) FROM webhook w WHERE w.id = \(id) AND w.deleted_at IS NULL
      """
    ) { Reading.webhook($0) }
  }

  /// The log of a webhook, newest first.
  package func deliveries(ofWebhook id: Int, limit: Int, offset: Int) throws -> [Delivery] {
    try connection.rows(
      """
      SELECT \(Reading.deliveryColumns) FROM delivery d WHERE d.webhook_id = \(id)
      ORDER BY d.created_at DESC, d.rowid DESC LIMIT \(limit) OFFSET \(offset)
      """, Reading.delivery)
  }

  package func delivery(_ id: String) throws -> Delivery? {
    try connection.first(
      "SELECT \(Reading.deliveryColumns) FROM delivery d WHERE d.id = \(id)", Reading.delivery)
  }

  /// When the next delivery to a webhook that is not one of `excluded` is due; nil when there is none.
  package func nextDelivery(without excluded: Set<Int>) throws -> Time? {
    try connection.first(
      """
      SELECT due_at FROM delivery WHERE due_at IS NOT NULL
        AND webhook_id NOT IN (SELECT value FROM json_each(\(idList(excluded.sorted()))))
      ORDER BY due_at LIMIT 1
      """
    ) { Time(milliseconds: $0.int(0)) }
  }

  /// A question's masked text.
  package func questionText(_ id: Int) throws -> String? {
    try connection.first("SELECT text FROM question WHERE id = \(id)") { $0.text(0) }
  }
}

extension Writing {
  package func createWebhook(
    url: String, format: Webhook.Format, secret: String, events: [WebhookEvent],
    audience: Webhook.Audience
  ) throws -> Webhook {
    try connection.execute(
      """
      INSERT INTO webhook (url, format, secret, events, audience, created_by, created_at)
      VALUES (\(url), \(format.rawValue), \(secret),
        \(events.map(\.rawValue).joined(separator: ",")), \(audience.rawValue), \(author.name),
        \(now.milliseconds))
      """)
    return try reading.webhook(connection.lastInsertedID)!
  }

  /// Its deliveries stay in the log's table, and none is tried any more. The secret goes.
  package func deleteWebhook(_ id: Int) throws {
    try connection.execute(
      "UPDATE webhook SET deleted_at = \(now.milliseconds), secret = '' WHERE id = \(id)")
    try connection.execute(
      "UPDATE delivery SET due_at = NULL WHERE webhook_id = \(id) AND due_at IS NOT NULL")
  }

  /// Puts a message into the outbox of one webhook.
  package func testWebhook(_ id: Int) throws -> Delivery {
    let name = try send(.test, to: id, ["author": .string(author.name)])
    return try reading.delivery(name)!
  }

  private func send(_ event: WebhookEvent, to webhook: Int, _ subject: JSON) throws -> String {
    let id = "msg_" + Secrets.identifier()
    try connection.execute(
      """
      INSERT INTO delivery (id, webhook_id, event, subject, due_at, created_at)
      VALUES (\(id), \(webhook), \(event.rawValue), \(subject.string), \(now.milliseconds),
        \(now.milliseconds))
      """)
    told.isSet = true
    return id
  }

  /// Messages about gaps that one webhook gets in an hour: anyone may ask.
  private static let gapsPerHour = 10

  /// Puts a message into the outbox of every webhook that wants the event and may see its guide;
  /// what belongs to no guide is for members.
  func notify(
    _ event: WebhookEvent, guide: Int?, isPublic: Bool = false, _ subject: () throws -> JSON
  ) throws {
    // An import would tell of thousands.
    if author == .importer { return }
    let hooks = try connection.rows(
      """
      SELECT w.id, w.events, w.audience FROM webhook w WHERE w.deleted_at IS NULL
        AND w.stopped IS NULL
      """
    ) {
      (
        id: $0.int(0), events: $0.text(1).split(separator: ","),
        audience: Webhook.Audience(rawValue: $0.text(2)) ?? .anyone
      )
    }
    for hook in hooks where hook.events.isEmpty || hook.events.contains(event.rawValue[...]) {
      guard isPublic || hook.audience != .anyone, try sees(guide, hook.audience) else { continue }
      if event == .gapFirstSeen, try hasManyGaps(hook.id) { continue }
      _ = try send(event, to: hook.id, try subject())
    }
  }

  func sees(_ guide: Int?, _ audience: Webhook.Audience) throws -> Bool {
    guard let guide, audience != .everything else { return true }
    // A member of whom nothing is known but that they are one.
    let viewer: Viewer = audience == .anyone ? .anyone : .member(account: 0)
    let eyes = Reading(connection: connection, viewer: viewer)
    return try connection.integer(
      "SELECT count(*) FROM guide WHERE id = \(guide) AND \(eyes.visible("guide.id"))") > 0
  }

  private func hasManyGaps(_ webhook: Int) throws -> Bool {
    try connection.integer(
      """
      SELECT count(*) FROM delivery WHERE webhook_id = \(webhook)
        AND created_at > \((now + -3_600).milliseconds) AND event = \(WebhookEvent.gapFirstSeen.rawValue)
      """) >= Writing.gapsPerHour
  }

  /// Tells of an entry of the change stream.
  func notify(
    change kind: String, issueID: Int?, guideID: Int?, revision: Int?, summary: String
  ) throws {
    guard let event = WebhookEvent(change: kind) else { return }
    try notify(event, guide: guideID, isPublic: true) {
      [
        "issue": try issueID.map { try subject(ofIssue: $0) } ?? .null,
        "revision": revision.json, "author": .string(author.name), "summary": .string(summary),
      ]
    }
  }

  /// Tells of a report, by its id: the text is looked up when the message is sent, so that a deleted
  /// report is gone from here too.
  func notify(
    _ event: WebhookEvent, report id: String, issue: Int?, _ more: [JSON.Member] = []
  ) throws {
    let guide = try issue.flatMap { issue in
      try connection.first("SELECT guide_id FROM issue WHERE id = \(issue)") { $0.int(0) }
    }
    try notify(event, guide: guide) {
      .object(
        [
          .init("report", .string(id)),
          .init("issue", try issue.map { try subject(ofIssue: $0) } ?? .null),
          .init("author", .string(author.name)),
        ] + more)
    }
  }

  private func subject(ofIssue id: Int) throws -> JSON {
    try connection.first(
      """
      SELECT i.id, i.slug, i.title, g.slug, s.title FROM issue i JOIN guide g ON g.id = i.guide_id
      JOIN section s ON s.id = i.section_id WHERE i.id = \(id)
      """
    ) { row in
      [
        "id": .integer(row.int(0)), "slug": .string(row.text(1)), "title": .string(row.text(2)),
        "guide": .string(row.text(3)), "section": .string(row.text(4)),
      ]
    } ?? .null
  }
}
