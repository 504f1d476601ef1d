import SQLite

extension Writing {
  /// Opens a report of something that is over, or takes the one that this reporter has of the
  /// diagnosis, and closes it.
  package func openReport(_ report: NewReport, closedBy by: String, text: String) throws -> Report {
    guard
      let diagnosis = report.diagnosisID,
      let open = try reportID(ofDiagnosis: diagnosis, reporter: report.reporter)
    else { return try closeReport(openReport(report).id, by: by, text: text) }
    if let issue = report.issueID {
      try connection.execute(
        "UPDATE report SET issue_id = coalesce(issue_id, \(issue)) WHERE id = \(open)")
    }
    return try closeReport(open, by: by, text: text)
  }

  /// The newest report that a reporter has of a diagnosis.
  func reportID(ofDiagnosis id: String, reporter: String) throws -> String? {
    try connection.first(
      """
      SELECT id FROM report WHERE diagnosis_id = \(id) AND reporter = \(reporter)
      ORDER BY rowid DESC LIMIT 1
      """, { $0.text(0) })
  }
}
