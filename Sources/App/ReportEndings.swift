import HTTP
import Markup
import Store

// How a report ends without a fix of ours, and begins again.

extension App {
  static func reopenReport(_ context: Context) throws -> Reply {
    try context.requireReporting()
    guard let report = try context.read({ try $0.report(context.path[0]) }) else {
      throw Failure.notFound("report")
    }
    try requireReporter(of: report, context.caller)
    try context.body().finish()
    let isHTML = context.representation == .html
    return .write { writing in
      let opened = try writing.reopenReport(report.id)
      if isHTML { return .redirect(.seeOther, to: "/reports/" + report.id) }
      return .page(try ReportPage(opened, reading: writing.reading))
    }
  }
}

extension ReportPage {
  /// What to do with a report beside trying fixes.
  func endings(_ site: Site) -> HTML {
    guard site.mayReport else { return "" }
    let address = "/reports/\(report.id)"
    if report.state == .resolved {
      return """
        <form action="\(address)/reopen" method="post"><p><button>It is back: open it again</button></p></form>
        """
    }
    // Beside a fix, and where nothing more is written down, the page asks for it already.
    let other = OutcomeForms.somethingElse(
      .report(report.id, diagnosis: report.diagnosisID), field: "else")
    return """
      <details><summary>It ended another way</summary>
      \(other, if: issue == nil)
      <form action="\(address)/resolve" method="post">
      <input type="hidden" name="by" value="itself">
      <p><button>It went away by itself</button></p>
      </form>
      </details>
      """
  }
}
