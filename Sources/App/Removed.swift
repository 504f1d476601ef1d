import HTTP
import JSON
import Markup
import Store

// Issues that are no more where they were, and the ways back: deleted and restored, merged and taken
// apart again.

extension App {
  static func deleteFromPage(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    let comment = try fields.text("comment", limit: 500) ?? ""
    try fields.finish()
    return .write { writing in
      try writing.deleteIssue(id, base: .any, comment: comment)
      return .redirect(.seeOther, to: "/deleted")
    }
  }

  static func listDeleted(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var query = try context.query()
    let limit = try query.limit()
    let cursor = try Cursor(try query.text("cursor"))
    try query.finish()
    return try context.read { reading in
      let found = try reading.removedIssues(after: cursor.last, limit: limit + 1)
      let shown = Array(found.prefix(limit))
      let next = NextPage(
        found.count > limit ? Cursor(offset: shown.last!.id).text : nil, context)
      return .page(DeletedPage(issues: shown, next: next), headers: privately + next.headers)
    }
  }

  /// What an editor is shown at the address of a deleted issue.
  static func deleted(_ issue: RemovedIssue, _ context: Context) throws -> Reply {
    guard context.representation == .html else {
      throw Failure(
        .notFound, "not_found", "Not found",
        "\(issue.title) was deleted by \(issue.by); it can be restored."
      )
      .member(
        "restore", .string(context.site.url("/api/v1/issues/\(issue.id)/restore")))
    }
    return .page(DeletedIssuePage(issue: issue), status: .notFound, headers: privately)
  }

  /// Brings back what was deleted or archived.
  static func restoreIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let name = context.path[0]
    try context.body().finish()
    let isHTML = context.representation == .html
    return .write { writing in
      let id: Int
      if let known = try writing.reading.issueID(named: name)?.id {
        id = known
        if try writing.reading.summaries([id]).first?.confidence == .archived {
          try writing.setConfidence(.unverified, ofIssue: id)
        }
      } else if let deleted = try writing.reading.deletedIssue(named: name) {
        id = try writing.restoreIssue(deleted.id).id
      } else {
        throw Failure.notFound("issue")
      }
      let issue = try writing.reading.issue(id)!
      if isHTML { return .redirect(.seeOther, to: "/issues/\(issue.summary.slug)") }
      return try IssuePage.written(id, writing.reading, context.site)
    }
  }

  static func mergeIssues(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    let into = try fields.required("into")
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      guard let target = try writing.reading.issueID(named: into)?.id else {
        throw Failure.invalid("into", "There is no such issue.")
      }
      guard target != id else {
        throw Failure.invalid("into", "An issue cannot be merged into itself.")
      }
      let result = try writing.mergeIssue(id, into: target)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(result.target.slug)") }
      return try IssuePage.written(target, writing.reading, context.site)
    }
  }

  /// Named by the id or the last slug of the issue that was merged; a slug leads elsewhere else.
  static func unmergeIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    try context.takesNothing()
    let name = context.path[0]
    let isHTML = context.representation == .html
    return .write { writing in
      guard let merged = try writing.reading.mergedIssue(named: name) else {
        throw Failure.notFound("merged issue")
      }
      let saved = try writing.unmergeIssue(merged.id)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return try IssuePage.written(merged.id, writing.reading, context.site)
    }
  }
}

/// Issues that were deleted or merged, to be brought back.
struct DeletedPage: HTMLOnly {
  let issues: [RemovedIssue]
  let next: NextPage?
  let title = "Deleted and merged issues"

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/guides">Guides</a></p>
    <h1>\(title)</h1>
    <p>Nothing is lost: what left its place comes back with its history, its fixes and their outcomes.</p>
    \("<p class=\"notice\">There are none.</p>", if: issues.isEmpty)
    \(RemovedViews.list(issues))
    \(next.html)
    """
  }
}

/// The address of a deleted issue, for editors.
struct DeletedIssuePage: HTMLOnly {
  let issue: RemovedIssue
  var title: String { "Deleted: \(issue.title)" }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/deleted">Deleted and merged issues</a></p>
    <h1>\(issue.title)</h1>
    <div class="notice fail"><p><strong>This issue was deleted</strong> \
    by \(issue.by) on \(.day(issue.at)). Others are told that there is no such page.</p>
    \(RemovedViews.button(issue))</div>
    <h2>Its last text</h2>
    \(Markdown.html(issue.markdown, topHeading: 3))
    """
  }
}

/// Removed issues as pages show them.
enum RemovedViews {
  static func list(_ issues: [RemovedIssue]) -> HTML {
    guard !issues.isEmpty else { return "" }
    let items: [HTML] = issues.map { issue in
      let name: HTML =
        issue.isMerged ? "\(issue.title)" : "<a href=\"/issues/\(issue.id)\">\(issue.title)</a>"
      let target: HTML? = issue.mergedInto.map {
        " into <a href=\"/issues/\($0)\">\($0)</a>"
      }
      return """
        <li class="row between"><span>\(name)<br>
        <span class="quiet">\(issue.guideTitle)\(" › \(issue.section)", if: !issue.section.isEmpty)<br>
        \(issue.isMerged ? "merged" : "deleted")\(target) by \(issue.by), \(.day(issue.at))</span></span>
        \(button(issue))</li>

        """
    }
    return "<ul class=\"issues\">\n\(items)</ul>"
  }

  /// What was merged into an issue, where there is any.
  static func merged(_ issues: [RemovedIssue]) -> HTML {
    guard !issues.isEmpty else { return "" }
    return "<h3>Merged into this issue</h3>\n\(list(issues))"
  }

  static func button(_ issue: RemovedIssue) -> HTML {
    let (action, name) = issue.isMerged ? ("unmerge", "Undo the merge") : ("restore", "Restore")
    return """
      <form action="/issues/\(issue.id)/\(action)" method="post"><button aria-label="\(name)\(" of", if: issue.isMerged) \(issue.title)">\(name)</button></form>
      """
  }
}
