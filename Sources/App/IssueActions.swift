import Guide
import HTTP
import Markup
import Store

// What editors do with an issue as a whole.

extension App {
  static func revert(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let number = try fields.integer("revision", in: 1...Int.max) else {
      throw Failure.missing("revision")
    }
    let base = try fields.integer("base", in: 1...Int.max)
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      guard let old = try writing.reading.revision(number, ofIssue: id) else {
        throw Failure.invalid("revision", "There is no revision \(number) of this issue.")
      }
      let saved = try writing.updateIssue(
        id, IssueText(title: old.title, section: old.section, markdown: old.markdown),
        base: base.map { .exactly($0) } ?? .any, comment: "reverted to revision \(number)")
      if isHTML { return .redirect(.seeOther, to: "/issues/\(saved.slug)") }
      return try IssuePage.written(id, writing.reading, context.site)
    }
  }

  static func archiveIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    try context.body().finish()
    return changed(context, id) { try $0.setConfidence(.archived, ofIssue: id) }
  }

  /// To another guide or section, or to another place in its own.
  static func moveIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    let guide = try fields.text("guide", limit: 200)
    let section = try fields.text("section", limit: 200)
    let place = try fields.integer("position", in: 1...Int.max)
    try fields.finish()
    if let section, section.contains(where: \.isNewline) {
      throw Failure.invalid("section", "section must be one line.")
    }
    if let guide, try context.read({ try $0.guide(guide) }) == nil {
      throw Failure.invalid("guide", "There is no guide \(guide); /guides lists them.")
    }
    return changed(context, id) { writing in
      guard let now = try writing.reading.summaries([id]).first else {
        throw IssueWriteError.notFound
      }
      let isElsewhere = guide.map { $0 != now.guide } ?? false
      _ = try writing.moveIssue(
        id, toGuide: guide ?? now.guide, section: section ?? (isElsewhere ? "" : now.section),
        place: place.map { $0 - 1 })
    }
  }

  /// Runs a change and answers with the issue as it is then.
  private static func changed(
    _ context: Context, _ id: Int, _ change: @escaping @Sendable (Writing) throws -> Void
  ) -> Reply {
    let isHTML = context.representation == .html
    return .write { writing in
      try change(writing)
      guard let issue = try writing.reading.issue(id) else { throw Failure.notFound("issue") }
      if isHTML { return .redirect(.seeOther, to: "/issues/\(issue.summary.slug)") }
      return try IssuePage.written(id, writing.reading, context.site)
    }
  }

  static func verifyIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    let against = try fields.text("against", limit: 200) ?? ""
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      _ = try writing.verify(issue: id, against: against)
      let issue = try writing.reading.issue(id)!
      if isHTML { return .redirect(.seeOther, to: "/issues/\(issue.summary.slug)") }
      return try IssuePage.written(id, writing.reading, context.site)
    }
  }
}
