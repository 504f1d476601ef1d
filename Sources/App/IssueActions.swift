import Guide
import HTTP
import Store

// What editors do with an issue as a whole.

extension App {
  static func revert(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let number = try fields.integer("revision") else {
      throw Failure.missing("revision")
    }
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      guard let old = try writing.reading.revision(number, ofIssue: id) else {
        throw Failure.invalid("revision", "There is no revision \(number) of this issue.")
      }
      let saved = try writing.updateIssue(
        id, IssueText(title: old.title, section: old.section, markdown: old.markdown), base: .any,
        comment: "reverted to revision \(number)")
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return .page(
        IssuePage(issue: try writing.reading.issue(id)!), headers: [IssuePage.tag(saved.revision)])
    }
  }

  static func restoreIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    guard let id = wholeNumber(context.path[0]) else {
      throw Failure.invalid("id", "A deleted issue is named by its id.")
    }
    try context.takesNothing()
    let isHTML = context.representation == .html
    return .write { writing in
      let saved = try writing.restoreIssue(id)
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return .page(IssuePage(issue: try writing.reading.issue(id)!))
    }
  }

  static func verifyIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    let against = try fields.text("against") ?? ""
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      _ = try writing.verify(issue: id, against: against)
      let issue = try writing.reading.issue(id)!
      if isHTML { return .redirect(.seeOther, to: "/issues/\(issue.summary.slug)") }
      return .page(IssuePage(issue: issue))
    }
  }
}
