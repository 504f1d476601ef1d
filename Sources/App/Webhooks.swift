import HTTP
import JSON
import Markup
import Store

// `/api/v1/webhooks` and `/admin/webhooks`: whom changes are told. For admins.

/// What is asked of a new webhook.
struct WebhookInput: Sendable {
  let url: String
  let format: Webhook.Format
  let events: [WebhookEvent]
  let audience: Webhook.Audience
  let secret: String

  static let fields: [Field] = [
    .text("url", limit: 2_000, "Where messages go.").required
      .example("https://hooks.example.com/fixbook"),
    .choice("format", of: Webhook.Format.self, "Shape of a message.").standard("json"),
    .choice("audience", of: Webhook.Audience.self, "Whose eyes it has.").standard("members"),
    .texts(
      "events", count: 0...50, limit: 100,
      "What to tell; none means all: \(WebhookInput.names)."),
    .text("secret", limit: 200, "`whsec_` and base64 of 24 to 64 bytes; made when left out."),
  ]

  init(_ context: Context) throws(Failure) {
    var fields = try context.body()
    url = try fields.required("url", limit: 2_000)
    format = try fields.choice("format", as: Webhook.Format.self) ?? .json
    audience = try fields.choice("audience", as: Webhook.Audience.self) ?? .members
    var events: [WebhookEvent] = []
    for name in try fields.texts("events") {
      guard let event = WebhookEvent(rawValue: name), event != .test else {
        throw Failure.invalid("events", "events may be \(WebhookInput.names).")
      }
      if !events.contains(event) { events.append(event) }
    }
    // The form's boxes.
    for event in WebhookEvent.told where try fields.flag("on " + event.rawValue) {
      events.append(event)
    }
    self.events = events
    let given = try fields.text("secret", limit: 200).flatMap { $0.isEmpty ? nil : $0 }
    if let given, !MessageKey.isOne(given) {
      throw Failure.invalid("secret", "secret is whsec_ and the base64 of 24 to 64 bytes.")
    }
    secret = given ?? MessageKey.make()
    try fields.finish()
    do {
      _ = try Destination(url).addresses(allowing: context.app.configuration.webhookHosts)
    } catch {
      throw Failure.invalid("url", "url can't be sent to: \(error.reason).")
    }
  }

  private static var names: String {
    WebhookEvent.told.map(\.rawValue).joined(separator: ", ")
  }
}

extension WebhookEvent {
  /// Those that one can ask for.
  static let told = allCases.filter { $0 != .test }
}

extension App {
  static func listWebhooks(_ context: Context) throws -> Reply {
    try requireAdmin(context)
    try context.query().finish()
    let hooks = try context.read { try $0.webhooks() }
    return .page(WebhooksPage(webhooks: hooks), headers: privately)
  }

  static func createWebhook(_ context: Context) throws -> Reply {
    try requireAdmin(context)
    let input = try WebhookInput(context)
    return .write { writing in
      let hook = try writing.createWebhook(
        url: input.url, format: input.format, secret: input.secret, events: input.events,
        audience: input.audience)
      return .page(
        NewWebhookPage(webhook: hook, secret: input.secret), status: .created,
        headers: privately + [
          HeaderFields.Field("Location", context.site.url("/api/v1/webhooks/\(hook.id)/deliveries"))
        ])
    }
  }

  static func deleteWebhook(_ context: Context) throws -> Reply {
    try requireAdmin(context)
    try context.takesNothing()
    let hook = try webhook(context)
    let isHTML = context.representation == .html
    return .write { writing in
      try writing.deleteWebhook(hook.id)
      if isHTML { return .redirect(.seeOther, to: "/admin/webhooks") }
      return .page(DonePage(title: "Deleted", detail: "Nothing is sent there any more."))
    }
  }

  static func testWebhook(_ context: Context) throws -> Reply {
    try requireAdmin(context)
    try context.takesNothing()
    let hook = try webhook(context)
    let isHTML = context.representation == .html
    return .write { writing in
      let delivery = try writing.testWebhook(hook.id)
      if isHTML { return .redirect(.seeOther, to: "/admin/webhooks/\(hook.id)") }
      return .page(
        DeliveriesPage(webhook: hook, deliveries: [delivery], next: nil), status: .accepted)
    }
  }

  static func listDeliveries(_ context: Context) throws -> Reply {
    try requireAdmin(context)
    let hook = try webhook(context)
    var query = try context.query()
    let limit = try query.integer("limit", in: 1...100) ?? 20
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    let found = try context.read {
      try $0.deliveries(ofWebhook: hook.id, limit: limit + 1, offset: cursor.offset)
    }
    let page = DeliveriesPage(
      webhook: hook, deliveries: Array(found.prefix(limit)),
      next: NextPage(
        found.count > limit ? Cursor(offset: cursor.offset + limit).text : nil, context))
    return .page(page, headers: privately + page.next.headers)
  }

  private static func requireAdmin(_ context: Context) throws(Failure) {
    if context.caller.may(.admin) { return }
    if !context.isAPI, !context.caller.isToken {
      throw Failure.forbidden("Sign in as an admin to see this page.")
    }
    try context.require(.admin)
  }

  private static func webhook(_ context: Context) throws -> Webhook {
    guard let id = wholeNumber(context.path[0]), let hook = try context.read({ try $0.webhook(id) })
    else {
      throw Failure.notFound("webhook")
    }
    return hook
  }
}

extension Webhook {
  var json: JSON {
    [
      "id": .integer(id), "url": .string(url), "format": .string(format.rawValue),
      "events": .array(events.map { .string($0.rawValue) }),
      "audience": .string(audience.rawValue), "created_by": .string(createdBy),
      "created_at": .string(createdAt.rfc3339), "stopped": stopped.json,
    ]
  }

  fileprivate var inWords: String {
    let what = events.isEmpty ? "everything" : events.map(\.rawValue).joined(separator: ", ")
    return "\(format.rawValue): \(what), as \(audience.rawValue) may see it"
  }
}

struct WebhooksPage: HTMLOnly {
  let webhooks: [Webhook]
  let title = "Webhooks"

  func json(_ site: Site) -> JSON {
    ["results": .array(webhooks.map(\.json)), "next": .null]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + webhooks.map { "\($0.id)  \($0.url)\n    \($0.inWords)\n" }.joined()
  }

  func html(_ site: Site) -> HTML {
    let items: [HTML] = webhooks.map { hook in
      """
      <li><a href="/admin/webhooks/\(hook.id)">\(hook.url)</a> <span class="quiet">\(hook.inWords)\
      \(hook.stopped.map { ". Stopped: \($0)" })</span></li>

      """
    }
    return """
      \(AdminPage.navigation("/admin/webhooks"))
      <h1>Webhooks</h1>
      <p>When something changes, a message goes to these addresses. Each has a log of what was sent.</p>
      \("<p>None yet.</p>", if: webhooks.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !webhooks.isEmpty)
      <h2>Add one</h2>
      \(form)
      """
  }

  private var form: HTML {
    let boxes: [HTML] = WebhookEvent.told.map { event in
      """
      <label><input type="checkbox" name="on \(event.rawValue)"> \(event.rawValue)</label>

      """
    }
    return """
      <form class="fields" action="/admin/webhooks" method="post">
      <p><label for="url">Address</label><input id="url" name="url" type="url" required placeholder="https://hooks.example.com/…"></p>
      <p><label for="format">Shape</label><select id="format" name="format">
      <option value="json">JSON, signed</option><option value="slack">Slack, Mattermost</option><option value="teams">Teams</option></select></p>
      <p><label for="audience">Tell what may be seen by</label><select id="audience" name="audience">
      <option value="members">members</option><option value="anyone">anyone: no reports, suggestions and gaps</option>
      <option value="everything">everything, guides for named people too</option></select></p>
      <fieldset class="boxes"><legend>Events; none ticked means all</legend>
      \(boxes)</fieldset>
      <p><button class="primary">Add</button></p>
      </form>
      """
  }
}

/// The only time that the secret is shown.
struct NewWebhookPage: HTMLOnly {
  let webhook: Webhook
  let secret: String
  let title = "Webhook added"

  func json(_ site: Site) -> JSON {
    .object((webhook.json.members ?? []) + [JSON.Member("secret", .string(secret))])
  }

  func text(_ site: Site, width: Int) -> String {
    "webhook \(webhook.id)\nsecret \(secret)\n"
  }

  func html(_ site: Site) -> HTML {
    """
    \(AdminPage.navigation("/admin/webhooks"))
    <h1>Webhook added</h1>
    <p>Messages are signed with this secret, which is shown once. A receiver of JSON checks the header \
    <code>webhook-signature</code> with it.</p>
    \(.verbatim(secret))
    <form action="/admin/webhooks/\(webhook.id)/test" method="post"><p><button class="primary">Send a test message</button></p></form>
    <p><a href="/admin/webhooks">All webhooks</a></p>
    """
  }
}

/// What was sent to a webhook, and what came back.
struct DeliveriesPage: HTMLOnly {
  let webhook: Webhook
  let deliveries: [Delivery]
  let next: NextPage?
  var title: String { "Webhook \(webhook.id)" }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        deliveries.map { delivery in
          [
            "id": .string(delivery.id), "event": .string(delivery.event.rawValue),
            "state": .string(delivery.state), "attempts": .integer(delivery.attempts),
            "status": delivery.status.json, "error": delivery.error.json,
            "due_at": (delivery.dueAt?.rfc3339).json,
            "created_at": .string(delivery.createdAt.rfc3339),
            "delivered_at": (delivery.deliveredAt?.rfc3339).json,
          ]
        }), "next": next.json,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    deliveries.map { "\($0.createdAt.rfc3339)  \($0.event.rawValue)  \($0.inWords)\n" }.joined()
  }

  func html(_ site: Site) -> HTML {
    let items: [HTML] = deliveries.map { delivery in
      """
      <li>\(.moment(delivery.createdAt)) <strong>\(delivery.event.rawValue)</strong> \
      <span class="quiet">\(delivery.inWords) · \(delivery.id)</span></li>

      """
    }
    return """
      \(AdminPage.navigation(""))
      <h1>\(title)</h1>
      <p>\(webhook.url)</p>
      <p class="quiet">\(webhook.inWords). Added by \(webhook.createdBy), \(.day(webhook.createdAt)).</p>
      \(webhook.stopped.map { "<p class=\"notice fail\">Stopped: \($0). A test message that is taken starts it again.</p>" as HTML })
      <form action="/admin/webhooks/\(webhook.id)/test" method="post"><p><button>Send a test message</button></p></form>
      <h2>What was sent</h2>
      \("<p>Nothing yet.</p>", if: deliveries.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !deliveries.isEmpty)
      \(next.html)
      <form action="/admin/webhooks/\(webhook.id)/delete" method="post"><p><button>Delete this webhook</button></p></form>
      """
  }
}

extension Delivery {
  fileprivate var state: String {
    deliveredAt != nil ? "delivered" : dueAt != nil ? "waiting" : "failed"
  }

  fileprivate var inWords: String {
    if deliveredAt != nil { return "delivered, answered \(status ?? 0)" }
    let tries = attempts == 0 ? "not tried yet" : counted(attempts, "attempt")
    let last = error.map { "; \($0)" } ?? ""
    return dueAt == nil ? "given up after \(tries)\(last)" : "waiting, \(tries)\(last)"
  }
}
