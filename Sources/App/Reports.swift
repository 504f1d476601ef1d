import Diagnosis
import HTTP
import JSON
import Markup
import Store

extension App {
  static func reportForm(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .page(ReportFormPage())
  }

  static func openReport(_ context: Context) throws -> Reply {
    try context.requireReporting()
    var fields = try context.body()
    let input = try ReportInput(&fields)
    let ending = try ReportInput.Ending(&fields)
    try fields.finish()
    let caller = context.caller
    let newcomer = Newcomer(context)
    let named = try input.named(pending: context.store.pending) { try context.read($0) }
    let report = input.report(
      of: named, caller: caller, reporter: newcomer?.reporter, source: caller.source)
    let site = context.site
    let isHTML = context.representation == .html
    let isAPI = context.isAPI
    return .write { writing in
      let opened =
        try ending.map {
          try writing.openReport(report, closedBy: $0.kind.rawValue, text: $0.text)
        } ?? writing.openReport(report)
      let path = (isAPI ? "/api/v1" : "") + "/reports/" + opened.id
      let cookie = newcomer.map { [$0.setCookie] } ?? []
      if isHTML {
        return .redirect(
          .seeOther, to: path + (ending == nil ? "" : "?closed=1"), headers: cookie)
      }
      return .page(
        try ReportPage(opened, reading: writing.reading, isNew: ending == nil), status: .created,
        headers: [HeaderFields.Field("Location", site.url(path))] + cookie)
    }
  }

  static func showReport(_ context: Context) throws -> Reply {
    return try context.read { reading in
      guard let report = try reading.report(context.path[0]) else {
        throw Failure.notFound("report")
      }
      var query = try context.query()
      let recorded = try query.integer("recorded")
      let isClosed = try query.flag("closed")
      try query.finish()
      var page = try ReportPage(report, reading: reading, recorded: recorded)
      page.isJustClosed = isClosed
      return .page(
        page,
        headers: [HeaderFields.Field("Cache-Control", "private, no-cache")])
    }
  }

  static func listReports(_ context: Context) throws -> Reply {
    // Members list reports; others need the link of one.
    guard !context.caller.isAnonymous else {
      throw context.isAPI
        ? Failure.unauthorized : Failure.forbidden("Sign in to see the list of reports.")
    }
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.reports(before: cursor.last, limit: limit + 1)
      let shown = found.prefix(limit)
      let page = ReportListPage(
        reports: try shown.map { try ReportPage($0.report, reading: reading) },
        next: NextPage(
          found.count > limit ? Cursor(offset: shown.last!.place).text : nil, context))
      return .page(page, headers: page.next.headers)
    }
  }

  static func deleteReport(_ context: Context) throws -> Reply {
    try context.require(.report)
    guard let report = try context.read({ try $0.report(context.path[0]) }) else {
      throw Failure.notFound("report")
    }
    try requireReporter(of: report, context.caller)
    try context.takesNothing()
    return .write { writing in
      try writing.deleteReport(report.id)
      return .page(DonePage(title: "Deleted", detail: "The report and its outcomes are gone."))
    }
  }

  enum ClosedBy: String, CaseIterable { case fix, other, itself }

  static func resolveReport(_ context: Context) throws -> Reply {
    try context.requireReporting()
    guard let report = try context.read({ try $0.report(context.path[0]) }) else {
      throw Failure.notFound("report")
    }
    try requireReporter(of: report, context.caller)
    var fields = try context.body()
    guard let by = try fields.choice("by", as: ClosedBy.self) else { throw Failure.missing("by") }
    let text =
      by == .other ? try fields.required("text") : try fields.text("text")
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      let closed = try writing.closeReport(
        report.id, by: by.rawValue, text: SecretMasker.mask(text ?? "").text)
      if isHTML { return .redirect(.seeOther, to: "/reports/\(report.id)?closed=1") }
      return .page(try ReportPage(closed, reading: writing.reading))
    }
  }
}

struct ReportListPage: Page {
  let reports: [ReportPage]
  let next: NextPage?
  let title = "Reports"

  func html(_ site: Site) -> HTML {
    let items: [HTML] = reports.map {
      """
      <li><a href="/reports/\($0.report.id)">\($0.issue?.title ?? String($0.report.text.prefix(80)))</a> \
      <span class="quiet">\($0.report.state.rawValue) · \(.day($0.report.createdAt))</span></li>

      """
    }
    return """
      <h1>Reports</h1>
      \("<p>None yet.</p>", if: reports.isEmpty)
      \("<ul class=\"issues\">\n\(items)</ul>", if: !reports.isEmpty)
      \(next.html)
      """
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(reports.map { $0.json(site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + reports.map {
        "\($0.report.state.rawValue)  \($0.issue?.title ?? String($0.report.text.prefix(50)))\n"
          + "  \(site.url("/reports/" + $0.report.id))\n"
      }.joined() + next.text(site)
  }
}

struct ReportFormPage: Page {
  let title = "Report a problem"

  func html(_ site: Site) -> HTML {
    """
    <h1>Report a problem</h1>
    <p>Nothing known fits? Leave it here, so that others see it and can answer. \
    If you have not asked yet, <a href="/diagnose">diagnose it</a> first.</p>
    <form class="paste" action="/reports" method="post">
    <label for="text">The error message or what you saw</label>
    <textarea id="text" name="text" rows="10" required spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
    <p><button class="primary">Send the report</button></p>
    <p class="quiet">Known kinds of secret are masked before anything is stored.</p>
    </form>
    """
  }

  func json(_ site: Site) -> JSON {
    ["title": .string(title), "post": .string(site.url("/api/v1/reports"))]
  }

  func text(_ site: Site, width: Int) -> String {
    wrapped("Nothing known fits? Send what you saw, so that others see it and can answer:", width)
      + "\n  failing-command 2>&1 | curl -s --data-urlencode text@- \(site.url("/reports"))\n"
  }
}
