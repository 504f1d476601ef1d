import JSON
import SQLite

// What waits to be sent to webhooks, and what became of it.

extension Writing {
  /// Takes the delivery that is due first, for at most `lease` seconds: after that another process may
  /// try it, so that a crash loses none. nil when none is due but to webhooks of `excluded`.
  package func claimDelivery(without excluded: Set<Int>, lease: Int) throws -> OutgoingDelivery? {
    while let outgoing = try nextOutgoing(without: excluded) {
      guard try sees(guide(of: outgoing.delivery), outgoing.webhook.audience) else {
        try withdraw(outgoing.delivery)
        continue
      }
      try connection.execute(
        """
        UPDATE delivery SET attempts = attempts + 1, due_at = \((now + lease).milliseconds)
        WHERE id = \(outgoing.delivery.id)
        """)
      return try reading.delivery(outgoing.delivery.id).map {
        OutgoingDelivery(delivery: $0, webhook: outgoing.webhook, secret: outgoing.secret)
      }
    }
    return nil
  }

  private func nextOutgoing(without excluded: Set<Int>) throws -> OutgoingDelivery? {
    guard
      let id = try connection.first(
        """
        SELECT id FROM delivery WHERE due_at IS NOT NULL AND due_at <= \(now.milliseconds)
          AND webhook_id NOT IN (SELECT value FROM json_each(\(idList(excluded.sorted()))))
        ORDER BY due_at LIMIT 1
        """, { $0.text(0) }),
      let delivery = try reading.delivery(id),
      let webhook = try reading.webhook(delivery.webhookID)
    else { return nil }
    let secret = try connection.first(
      "SELECT secret FROM webhook WHERE id = \(webhook.id)", { $0.text(0) })
    return OutgoingDelivery(delivery: delivery, webhook: webhook, secret: secret ?? "")
  }

  /// The guide that a message tells of, as things are now: an issue may have been moved, and a guide
  /// closed, while the message waited.
  private func guide(of delivery: Delivery) throws -> Int? {
    let subject = delivery.subject
    if let issue = subject["issue"]?["id"]?.integer {
      return try connection.first("SELECT guide_id FROM issue WHERE id = \(issue)") { $0.int(0) }
    }
    if let gap = subject["gap"]?.integer {
      return try connection.first("SELECT guide_id FROM question WHERE id = \(gap)") {
        $0.optionalInt(0)
      } ?? nil
    }
    return try subject["guide"]?.text.flatMap { slug in
      try connection.first("SELECT guide_id FROM guide_slug WHERE slug = \(slug)") { $0.int(0) }
    }
  }

  /// Takes a message back that its webhook may not have any more, and what it said.
  private func withdraw(_ delivery: Delivery) throws {
    try connection.execute(
      """
      UPDATE delivery SET due_at = NULL, subject = '{}',
        error = 'its guide is no longer for this webhook' WHERE id = \(delivery.id)
      """)
  }

  /// What an attempt came to. `retry` seconds from now it is tried again; nil: never.
  package func finish(
    _ delivery: Delivery, status: Int?, error: String?, retry: Int?
  ) throws {
    try connection.execute(
      """
      UPDATE delivery SET status = \(status), error = \(error),
        due_at = CASE WHEN due_at IS NULL THEN NULL
          ELSE \(error == nil ? nil : retry.map { (now + $0).milliseconds }) END,
        delivered_at = \(error == nil ? now.milliseconds : nil) WHERE id = \(delivery.id)
      """)
    // Who takes a message again, as a test, wants more of them.
    if error == nil {
      try connection.execute(
        "UPDATE webhook SET stopped = NULL WHERE id = \(delivery.webhookID) AND stopped IS NOT NULL"
      )
    }
    // The log is kept for 30 days.
    try connection.execute(
      """
      DELETE FROM delivery WHERE id IN (SELECT id FROM delivery
        WHERE due_at IS NULL AND created_at < \((now + -30 * 86_400).milliseconds) LIMIT 100)
      """)
  }

  /// The receiver wants no more (410).
  package func stopWebhook(_ id: Int, reason: String) throws {
    try connection.execute("UPDATE webhook SET stopped = \(reason) WHERE id = \(id)")
    try connection.execute(
      "UPDATE delivery SET due_at = NULL WHERE webhook_id = \(id) AND due_at IS NOT NULL")
  }
}
