import Diagnosis
import Guide
import HTTP
import JSON
import Markup
import Store

// `POST /hooks/alertmanager`: what Prometheus' Alertmanager sends to a `webhook_config`, version 4
// (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config), and Grafana in the same shape.

/// One alert of a notification.
struct Alert: Sendable {
  let name: String
  let fingerprint: String
  let startedAt: Time
  /// nil while it fires.
  let endedAt: Time?
  let labels: [Property]
  let annotations: [Property]

  static let limit = 1_000

  /// The alerts of a notification. Other members than those needed are passed over: the shape
  /// belongs to Alertmanager and grows there.
  static func read(_ body: [UInt8]) throws(Failure) -> [Alert] {
    let notification: JSON
    do {
      notification = try JSON.read(body)
    } catch {
      throw Failure.notJSON("\(error.reason), at byte \(error.offset)")
    }
    guard let items = notification["alerts"]?.items else { throw Failure.missing("alerts") }
    guard items.count <= limit else {
      throw Failure.invalid("alerts", "Send at most \(limit) alerts at once (max_alerts).")
    }
    var alerts: [Alert] = []
    for (index, item) in items.enumerated() {
      alerts.append(try Alert(item, "alerts[\(index)]"))
    }
    return alerts
  }

  private init(_ item: JSON, _ place: String) throws(Failure) {
    func wrong(_ name: String, _ what: String) -> Failure {
      Failure.invalid("\(place).\(name)", "\(place).\(name) must be \(what).")
    }
    labels = (item["labels"]?.members ?? []).compactMap { member in
      member.value.text.map { Property(member.name, $0) }
    }
    guard !labels.isEmpty else { throw wrong("labels", "an object of strings") }
    annotations = (item["annotations"]?.members ?? []).compactMap { member in
      member.value.text.map { Property(member.name, $0) }
    }
    name = labels.first { $0.key == "alertname" }?.value ?? "alert"
    guard let start = item["startsAt"]?.text.flatMap({ Time(rfc3339: $0) }) else {
      throw wrong("startsAt", "a time like 2026-05-03T14:05:09Z")
    }
    startedAt = start
    switch item["status"]?.text {
    case "firing": endedAt = nil
    case "resolved":
      // A resolved alert has its end; year 1 is Go's word for none.
      let end = item["endsAt"]?.text.flatMap { Time(rfc3339: $0) }
      endedAt = end.flatMap { $0 >= start ? $0 : nil } ?? max(start, .now())
    default: throw wrong("status", "firing or resolved")
    }
    // Alertmanager before 0.16 sends none.
    let ownLabels = labels.map { $0.key + "\u{0}" + $0.value }.sorted().joined(separator: "\u{0}")
    fingerprint =
      item["fingerprint"]?.text.flatMap { $0.isEmpty ? nil : String($0.prefix(100)) }
      ?? Secrets.digest(Array(ownLabels.utf8))
  }

  /// What is diagnosed and reported: what people wrote of it first, then its labels, a line each.
  var text: String {
    let order = ["summary", "message", "description"]
    let written = annotations.filter { !$0.key.hasSuffix("_url") && !$0.value.isEmpty }
      .enumerated().sorted { left, right in
        let places = [left, right].map { order.firstIndex(of: $0.element.key) ?? order.count }
        return (places[0], left.offset) < (places[1], right.offset)
      }.map(\.element.value)
    let marks = labels.filter { $0.key != "alertname" }.map { "\($0.key)=\($0.value)" }
    return ([name] + written + marks).joined(separator: "\n")
  }

  /// The labels, masked, as far as an environment takes them.
  var environment: [Property] {
    labels.prefix(50).map {
      Property(String($0.key.prefix(100)), SecretMasker.mask(String($0.value.prefix(500))).text)
    }
  }
}

extension App {
  static func alertmanager(_ context: Context) throws -> Reply {
    try context.requireReporting()
    let alerts = try Alert.read(context.request.body)
    let caller = context.caller
    let notices = try alerts.map { alert -> AlertNotice in
      var notice = AlertNotice(
        fingerprint: alert.fingerprint, name: alert.name, startedAt: alert.startedAt,
        endedAt: alert.endedAt,
        report: NewReport(
          text: SecretMasker.mask(alert.text).text, environment: alert.environment,
          reporter: caller.reporter, source: caller.isAnonymous ? .anonymous : .automation))
      // A repetition, which most notices are, needs no diagnosis.
      let isKnown = try context.read { try $0.isKnown(notice) }
      if !isKnown { try diagnose(alert, for: &notice.report, context) }
      return notice
    }
    return .write { writing in
      let results = try notices.map { notice in
        let (action, report) = try writing.receive(notice)
        return AlertsPage.Result(notice: notice, action: action, report: report)
      }
      return .page(AlertsPage(results: results))
    }
  }

  /// The report cites the diagnosis. Its issue is the one that has the alert's name, else the one that
  /// the diagnosis is sure of.
  private static func diagnose(
    _ alert: Alert, for report: inout NewReport, _ context: Context
  ) throws {
    let input = DiagnoseInput(text: Intake.read(alert.text), limit: 3)
    let page = try context.app.diagnose(
      input, caller: context.caller, source: report.source, channel: "alert")
    report.diagnosisID = page.id
    let named = try context.read { reading -> Int? in
      guard let slug = try reading.issue(called: alert.name) else { return nil }
      if case .issue(let id) = try reading.issueID(named: slug) { return id }
      return nil
    }
    report.issueID = named ?? (page.verdict == .known ? page.matches.first?.issue.id : nil)
  }
}

/// What became of the alerts of a notification.
struct AlertsPage: HTMLOnly {
  struct Result: Sendable {
    let notice: AlertNotice
    let action: AlertAction
    let report: String?
  }

  let results: [Result]
  let title = "Alerts"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = results.map { result in
      """
      <li>\(result.report.map { "<a href=\"/reports/\($0)\">\(result.notice.name)</a>" as HTML } ?? "\(result.notice.name)") \
      <span class="quiet">\(result.action.rawValue)</span></li>

      """
    }
    return "<h1>Alerts</h1>\n<ul class=\"issues\">\n\(items)</ul>"
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        results.map { result in
          [
            "fingerprint": .string(result.notice.fingerprint),
            "name": .string(result.notice.name), "action": .string(result.action.rawValue),
            "report": result.report.json,
            "url": result.report.map { site.url("/reports/" + $0) }.json,
          ]
        })
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    results.map { result in
      "\(result.action.rawValue)  \(result.notice.name)\n"
        + (result.report.map { "  \(site.url("/reports/" + $0))\n" } ?? "")
    }.joined()
  }
}
