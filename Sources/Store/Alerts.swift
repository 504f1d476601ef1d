import SQLite

/// What an alert manager says of one alert, and the report it would make.
package struct AlertNotice: Sendable {
  package let fingerprint: String
  /// The alert's name.
  package let name: String
  package let startedAt: Time
  /// nil while it fires.
  package let endedAt: Time?
  package var report: NewReport

  package init(
    fingerprint: String, name: String, startedAt: Time, endedAt: Time?, report: NewReport
  ) {
    self.fingerprint = fingerprint
    self.name = name
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.report = report
  }
}

/// What became of a notice.
package enum AlertAction: String, Sendable, CaseIterable {
  /// A report was opened.
  case opened
  /// The report was closed, or opened and closed when nobody had told that it fired.
  case closed
  /// The report is there already.
  case repeated
  /// It tells that an alert fires of which the end is known.
  case late
}

/// One time that an alert fired.
private struct Firing {
  /// How far two starts of one firing may lie apart, in milliseconds: each of a pair of Prometheus
  /// servers has its own, and Alertmanager tells the earlier one once it knows both.
  static let tolerance = 5 * 60_000

  let startedAt: Int
  let endedAt: Int?
  let reportID: String?

  /// Whether a notice is of this firing: the same start, or times that overlap.
  func includes(_ notice: AlertNotice) -> Bool {
    let start = notice.startedAt.milliseconds
    if start == startedAt { return true }
    guard let end = notice.endedAt?.milliseconds else {
      return start >= startedAt - Firing.tolerance && start <= endedAt ?? .max
    }
    return startedAt <= end && start <= endedAt ?? .max
  }
}

extension Reading {
  /// Firings of the same labels, newest first. Older ones than these are not repeated any more.
  private func firings(_ fingerprint: String) throws -> [Firing] {
    try connection.rows(
      """
      SELECT started_at, ended_at, report_id FROM alert WHERE fingerprint = \(fingerprint)
      ORDER BY started_at DESC LIMIT 20
      """
    ) { Firing(startedAt: $0.int(0), endedAt: $0.optionalInt(1), reportID: $0.optionalText(2)) }
  }

  fileprivate func firing(of notice: AlertNotice) throws -> Firing? {
    let known = try firings(notice.fingerprint)
    return known.first { $0.startedAt == notice.startedAt.milliseconds }
      ?? known.first { $0.includes(notice) }
  }

  /// Whether a report was made for that firing already.
  package func isKnown(_ notice: AlertNotice) throws -> Bool { try firing(of: notice) != nil }
}

extension Writing {
  /// Opens a report for an alert that fires, once, and closes it when the alert is resolved, in
  /// whatever order the notices come. What a person said of the report stays.
  package func receive(_ notice: AlertNotice) throws -> (action: AlertAction, report: String?) {
    let end = notice.endedAt?.milliseconds
    guard let firing = try reading.firing(of: notice) else {
      let report = try openReport(notice.report)
      try connection.execute(
        """
        INSERT INTO alert (fingerprint, started_at, ended_at, name, report_id)
        VALUES (\(notice.fingerprint), \(notice.startedAt.milliseconds), \(end), \(notice.name),
          \(report.id))
        """)
      guard end != nil else { return (.opened, report.id) }
      try goneByItself(report.id)
      return (.closed, report.id)
    }
    guard let end else { return (firing.endedAt == nil ? .repeated : .late, firing.reportID) }
    try connection.execute(
      """
      UPDATE alert SET ended_at = \(max(end, firing.endedAt ?? 0))
      WHERE fingerprint = \(notice.fingerprint) AND started_at = \(firing.startedAt)
      """)
    guard firing.endedAt == nil else { return (.repeated, firing.reportID) }
    if let report = firing.reportID { try goneByItself(report) }
    return (.closed, firing.reportID)
  }

  private func goneByItself(_ id: String) throws {
    guard let report = try reading.report(id), report.state != .resolved else { return }
    _ = try closeReport(id, by: "itself", text: "")
  }
}
