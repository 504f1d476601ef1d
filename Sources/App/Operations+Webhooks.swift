import HTTP
import JSON
import Store

extension Operation {
  static let listWebhooks = Operation(
    "listWebhooks", in: .changes, "List webhooks", by: .scope(.admin),
    answers: [.list(of: .webhook, "All of them, without their secrets.")], example: Example())

  static let createWebhook = Operation(
    "createWebhook", in: .changes, "Have changes told to an address",
    """
    Messages are signed as [Standard Webhooks](https://www.standardwebhooks.com/) says, and go by https to public \
    addresses, or to hosts that the operator allowed.
    """, by: .scope(.admin), body: WebhookInput.fields, givesSecret: true,
    answers: [
      .created(
        .newWebhook, "Added.", headers: [.text("Location", "Address of its log of deliveries.")])
    ], codes: ["invalid_field"],
    example: Example(
      body: ["url": "https://hooks.example.com/fixbook", "events": ["issue.edited"]],
      keeps: ["HOOK": "id"]))

  static let testWebhook = Operation(
    "testWebhook", in: .changes, "Send a test message", by: .scope(.admin),
    answers: [
      Answer(
        status: .accepted, about: "In the outbox.",
        schema: Schema.object([
          .init("results", Schema.list(of: Shape.delivery.reference)),
          .init("next", Schema.optional(Schema.string())),
        ]))
    ], example: Example(["$HOOK"]))

  static let listDeliveries = Operation(
    "listDeliveries", in: .changes, "Read what was sent to a webhook", "The log of 30 days.",
    by: .scope(.admin), query: [.limit, .cursor],
    answers: [.list(of: .delivery, "Newest first.")], example: Example(["$HOOK"]))

  static let deleteWebhook = Operation(
    "deleteWebhook", in: .changes, "Delete a webhook", by: .scope(.admin),
    answers: [.ok(.done, "Nothing is sent there any more.")], example: Example(["$HOOK"]))
}
