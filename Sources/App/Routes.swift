import HTTP

extension App {
  /// Every address, in reading order.
  static let routes: [Route] = [
    .get("/", api: false, App.home),
    .get("/index", api: false, App.home),
    .get("/search", heavy: true, App.search),

    .get("/diagnose", api: false, App.diagnoseForm),
    .write(.post, "/diagnose", heavy: true, diagnose: true, App.diagnose),
    .get("/diagnoses/{id}", App.showDiagnosis),
    .write(.post, "/diagnoses/{id}/outcomes", App.recordOnDiagnosis),
    .write(.post, "/diagnoses/{id}/feedback", App.feedback),

    .get("/guides", App.listGuides),
    .get("/guides/{guide}", heavy: true, App.showGuide),

    .get("/issues", App.listIssues),
    .get("/issues/new", api: false, App.newIssueForm),
    .write(.post, "/issues/new", api: false, App.saveNewIssue),
    .write(.post, "/issues", page: false, App.createIssue),
    .get("/issues/{slug}", App.showIssue),
    .write(.put, "/issues/{slug}", page: false, App.updateIssue),
    .write(.patch, "/issues/{slug}", page: false, App.updateIssue),
    .write(.delete, "/issues/{slug}", page: false, App.deleteIssue),
    .write(.post, "/issues/{slug}/outcomes", App.recordOnIssue),
    .get("/issues/{slug}/edit", api: false, App.editForm),
    .write(.post, "/issues/{slug}/edit", api: false, App.saveEdit),
    .get("/issues/{slug}/diff", App.showDiff),
    .write(.post, "/issues/{slug}/revert", App.revert),
    .write(.post, "/issues/{slug}/restore", App.restoreIssue),
    .write(.post, "/issues/{slug}/verify", App.verifyIssue),
    .get("/issues/{slug}/history", api: false, App.listRevisions),
    .get("/issues/{slug}/revisions", App.listRevisions),
    .get("/issues/{slug}/revisions/{n}", App.showRevision),
    .get("/fixes/{id}", App.showFix),

    .get("/checks", App.listChecks),
    .get("/checks/{name}", App.runCheck),
    .write(.post, "/checks/{name}", asksOnly: true, App.runCheck),

    .get("/report", api: false, App.reportForm),
    .get("/reports", App.listReports),
    .write(.post, "/reports", App.openReport),
    .get("/reports/{id}", App.showReport),
    .write(.delete, "/reports/{id}", page: false, App.deleteReport),
    .write(.post, "/reports/{id}/outcomes", App.recordOnReport),
    .write(.post, "/reports/{id}/resolve", App.resolveReport),

    .get("/gaps", heavy: true, App.listGaps),
    .write(.post, "/gaps/draft", App.draftFromGap),

    .get("/recent", api: false, App.recent),
    .get("/changes", page: false, App.changes),
    .get("/feed.atom", api: false, App.feed),

    .get("/help", api: false, App.help),
    .get("/help/problems", api: false, App.problemsHelp),
    .get("/sign-in", api: false, App.signInForm),
    .write(.post, "/sign-in", api: false, heavy: true) { try $0.app.signIn($0) },
    .write(.post, "/sign-out", api: false, App.signOut),
    .get("/account", api: false, App.account),
    .write(.post, "/account/password", api: false, heavy: true) { try $0.app.setPassword($0) },

    .write(.post, "/mcp", api: false, heavy: true, asksOnly: true, App.mcp),
    .get("/llms.txt", api: false, heavy: true, App.llms),
    .get("/llms-full.txt", api: false, heavy: true, App.llmsFull),

    .get("/healthz", api: false, App.health),
    .get("/readyz", api: false, App.ready),
    .get("/robots.txt", api: false, App.robots),
    .get("/sitemap.xml", api: false, heavy: true, App.sitemap),
    .get("/opensearch.xml", api: false, App.openSearch),
    .get("/favicon.ico", api: false) { try Assets.reply("favicon.svg", $0) },
    .get("/assets/{name}", api: false) { try Assets.reply($0.path[0], $0) },
  ]
}
