import JSON
import Store

/// What is said of an event, in the shapes that receivers take.
struct WebhookMessage: Sendable {
  /// What is looked up when a message is sent.
  struct Details: Sendable {
    var report: Report?
    var question: String?
  }

  private let delivery: Delivery
  private let details: Details
  private let base: String

  init(_ delivery: Delivery, _ details: Details, base: String) {
    self.delivery = delivery
    self.details = details
    self.base = base
  }

  func body(_ format: Webhook.Format) -> JSON {
    switch format {
    case .json: json
    case .slack: slack
    case .teams: teams
    }
  }

  private var subject: JSON { delivery.subject }
  private var author: String { subject["author"]?.text ?? "" }

  /// Of an issue's page, a report's, …
  private var url: String {
    if delivery.event == .fixMadeWorse { return base + "/warnings" }
    if let id = subject["report"]?.text { return base + "/reports/" + id }
    if let id = subject["suggestion"]?.integer { return base + "/suggestions/\(id)" }
    if subject["gap"] != nil { return base + "/gaps" }
    if let slug = subject["issue"]?["slug"]?.text { return uriEncoded(base + "/issues/" + slug) }
    return base + "/"
  }

  /// The shape that Standard Webhooks recommends: type, timestamp, data.
  private var json: JSON {
    var data = [JSON.Member("url", .string(url))]
    for member in subject.members ?? [] {
      switch member.name {
      case "issue": data.append(JSON.Member("issue", issue))
      case "report": data.append(JSON.Member("report", report))
      case "gap":
        data.append(
          JSON.Member("gap", ["id": member.value, "text": details.question.json]))
      default: data.append(member)
      }
    }
    return [
      "type": .string(delivery.event.rawValue),
      "timestamp": .string(delivery.createdAt.rfc3339), "data": .object(data),
    ]
  }

  private var issue: JSON {
    guard let members = subject["issue"]?.members, let slug = subject["issue"]?["slug"]?.text else {
      return .null
    }
    return .object(members + [JSON.Member("url", .string(uriEncoded(base + "/issues/" + slug)))])
  }

  private var report: JSON {
    [
      "id": subject["report"] ?? .null, "state": (details.report?.state.rawValue).json,
      "text": (details.report?.text).map { String($0.prefix(500)) }.json,
      "source": (details.report?.source.rawValue).json,
      "closed_by": (details.report?.closedBy).json,
    ]
  }

  /// "Issue edited", and what it is about.
  private var heading: String {
    switch delivery.event {
    case .issueCreated: "New issue"
    case .issueEdited: "Issue edited"
    case .issueArchived: "Issue archived"
    case .issueVerified: "Issue verified"
    case .reportOpened: "Report opened"
    case .reportResolved: "Report resolved"
    case .suggestionMade: "Edit suggested"
    case .gapFirstSeen: "Not known yet"
    case .fixRegressed: "A fix stopped working"
    case .fixMadeWorse: "A fix is said to have made things worse"
    case .test: "Test"
    }
  }

  private var title: String {
    if let title = subject["issue"]?["title"]?.text { return title }
    if let title = subject["title"]?.text { return title }
    let text = details.question ?? details.report?.text
    let line = text?.split(separator: "\n").first.map(String.init)
    return line.map { String($0.prefix(150)) } ?? "Fixbook"
  }

  private var summary: String {
    let summary = subject["summary"]?.text ?? subject["comment"]?.text ?? ""
    let by = author.isEmpty ? "" : "by \(author)"
    return [by, summary].filter { !$0.isEmpty }.joined(separator: ": ")
  }

  /// https://api.slack.com/messaging/webhooks; Mattermost and Rocket.Chat take the same.
  private var slack: JSON {
    func escaped(_ text: String) -> String {
      text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
    let link = "<\(url)|\(escaped(title.replacing("|", with: "¦")))>"
    let tail = summary.isEmpty ? "" : " " + escaped(summary)
    return ["text": .string("*\(heading)*: \(link)\(tail)")]
  }

  /// An adaptive card, as the Workflows of Teams take it at an incoming webhook.
  private var teams: JSON {
    func block(_ text: String, _ more: [JSON.Member] = []) -> JSON {
      // A card's text is Markdown of a kind; what people wrote is no link or list of ours.
      let plain = String(text.map { "[]*_`".contains($0) ? " " : $0 })
      return .object(
        [
          JSON.Member("type", "TextBlock"), JSON.Member("text", .string(plain)),
          JSON.Member("wrap", true),
        ] + more)
    }
    var blocks = [block("\(heading): \(title)", [JSON.Member("weight", "Bolder")])]
    if !summary.isEmpty { blocks.append(block(summary)) }
    return [
      "type": "message",
      "attachments": [
        [
          "contentType": "application/vnd.microsoft.card.adaptive",
          "content": [
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
            "type": "AdaptiveCard", "version": "1.4", "body": .array(blocks),
            "actions": [["type": "Action.OpenUrl", "title": "Open", "url": .string(url)]],
          ],
        ]
      ],
    ]
  }
}
