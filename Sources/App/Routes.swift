import HTTP
import Store

extension App {
  /// Every address, in reading order.
  static let routes: [Route] = [
    .get("/", api: false, App.home),
    .get("/index", api: false, App.home),
    .get("/search", .search, heavy: true, App.search),

    .get("/diagnose", api: false, App.diagnoseForm),
    .write(.post, "/diagnose", .diagnose, heavy: true, diagnose: true, App.diagnose),
    .get("/diagnoses/{id}", .showDiagnosis, App.showDiagnosis),
    .write(.post, "/diagnoses/{id}/outcomes", .recordOnDiagnosis, App.recordOnDiagnosis),
    .write(.post, "/diagnoses/{id}/feedback", .feedback, App.feedback),

    .get("/guides", .listGuides, cached: .knowledge, App.listGuides),
    .get("/guides/{guide}", .showGuide, heavy: true, cached: .knowledge, App.showGuide),

    .get("/issues", .listIssues, cached: .knowledge, App.listIssues),
    .get("/issues/new", api: false, App.newIssueForm),
    .write(.post, "/issues/new", api: false, App.saveNewIssue),
    .write(.post, "/issues", .createIssue, App.createIssue),
    .get("/issues/{slug}", .showIssue, cached: .everything, App.showIssue),
    .write(.put, "/issues/{slug}", .replaceIssue, App.updateIssue),
    .write(.patch, "/issues/{slug}", .changeIssue, App.updateIssue),
    .write(.delete, "/issues/{slug}", .deleteIssue, App.deleteIssue),
    .write(.post, "/issues/{slug}/outcomes", .recordOnIssue, App.recordOnIssue),
    .get("/issues/{slug}/edit", api: false, App.editForm),
    .write(.post, "/issues/{slug}/edit", api: false, App.saveEdit),
    .get("/issues/{slug}/diff", .showDiff, cached: .knowledge, App.showDiff),
    .write(.post, "/issues/{slug}/revert", .revert, App.revert),
    .write(.post, "/issues/{slug}/restore", .restoreIssue, App.restoreIssue),
    .write(.post, "/issues/{slug}/verify", .verifyIssue, App.verifyIssue),
    .get(
      "/issues/{slug}/history", .listRevisions, api: false, cached: .knowledge, App.listRevisions),
    .get("/issues/{slug}/revisions", .listRevisions, cached: .knowledge, App.listRevisions),
    .get("/issues/{slug}/revisions/{n}", .showRevision, cached: .knowledge, App.showRevision),
    .get("/issues/{slug}/learned", .listLearned, App.listLearned),
    .write(.post, "/issues/{slug}/learned", .decideLearned, App.decideLearned),
    .get("/fixes/{id}", .showFix, cached: .everything, App.showFix),

    .get("/checks", .listChecks, cached: .knowledge, App.listChecks),
    .get("/checks/{name}", .showCheck, App.runCheck),
    .write(.post, "/checks/{name}", .runCheck, asksOnly: true, App.runCheck),

    .get("/report", api: false, App.reportForm),
    .get("/reports", .listReports, App.listReports),
    .write(.post, "/reports", .openReport, App.openReport),
    .get("/reports/{id}", .showReport, App.showReport),
    .write(.delete, "/reports/{id}", .deleteReport, App.deleteReport),
    .write(.post, "/reports/{id}/outcomes", .recordOnReport, App.recordOnReport),
    .write(.post, "/reports/{id}/resolve", .resolveReport, App.resolveReport),

    .get("/issues/{slug}/suggest", api: false, App.suggestForm),
    .write(.post, "/issues/{slug}/merge", .mergeIssues, App.mergeIssues),
    .write(.post, "/issues/{slug}/unmerge", .unmergeIssue, App.unmergeIssue),
    .get("/suggestions", .listSuggestions, App.listSuggestions),
    .write(.post, "/suggestions", .suggest, App.suggest),
    .get("/suggestions/{id}", .showSuggestion, App.showSuggestion),
    .write(.post, "/suggestions/{id}/accept", .acceptSuggestion, App.acceptSuggestion),
    .write(.post, "/suggestions/{id}/reject", .rejectSuggestion, App.rejectSuggestion),
    .get("/gaps", .listGaps, heavy: true, App.listGaps),
    .write(.post, "/gaps/draft", .draftFromGap, App.draftFromGap),

    .get("/go/{name}", api: false, App.go),
    .get("/go", api: false, App.goNowhere),
    .get("/go/", api: false, App.goNowhere),
    .write(.post, "/hooks/alertmanager", api: false, heavy: true, App.alertmanager),

    .get("/recent", api: false, App.recent),
    .get("/changes", .changes, page: false, App.changes),
    .get("/feed.atom", api: false, App.feed),

    .get("/help", api: false, cached: .knowledge, App.help),
    .get("/help/problems", api: false, cached: .knowledge, App.problemsHelp),
    .get("/sign-in", api: false, App.signInForm),
    .write(.post, "/sign-in", api: false, heavy: true) { try $0.app.signIn($0) },
    .write(.post, "/sign-out", api: false, App.signOut),
    .get("/account", api: false, App.account),
    .write(.post, "/account/password", api: false, heavy: true) { try $0.app.setPassword($0) },

    .get("/openapi.json", api: false, heavy: true, cached: .knowledge, App.openAPI),
    .write(.post, "/mcp", api: false, heavy: true, asksOnly: true, App.mcp),
    .get("/llms.txt", api: false, heavy: true, cached: .knowledge, App.llms),
    .get("/llms-full.txt", api: false, heavy: true, cached: .knowledge, App.llmsFull),

    .get("/healthz", api: false, cached: .knowledge, App.health),
    .get("/readyz", api: false, App.ready),
    .get("/metrics", api: false, heavy: true, App.metrics),
    .get("/robots.txt", api: false, cached: .knowledge, App.robots),
    .get("/sitemap.xml", api: false, heavy: true, cached: .knowledge, App.sitemap),
    .get("/opensearch.xml", api: false, cached: .knowledge, App.openSearch),
    .get("/favicon.ico", api: false, cached: .knowledge) { try Assets.reply("favicon.svg", $0) },
    .get("/assets/{name}", api: false, cached: .knowledge) { try Assets.reply($0.path[0], $0) },
  ]
}
