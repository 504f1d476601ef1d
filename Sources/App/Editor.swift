import Guide
import HTTP
import Store

// Writing in the browser, without JavaScript: fields or text, a preview, a conflict that shows both.

/// A write that ends with a page instead: nothing of it is stored.
struct UnfinishedWrite: Error {
  let reply: Reply
}

extension App {
  static func newIssueForm(_ context: Context) throws -> Reply {
    guard context.caller.may(.edit) else { return try refuseEditor(context, .edit) }
    return try newIssue(context, isSuggestion: false)
  }

  /// The empty form, or with what a link to it says.
  static func newIssue(_ context: Context, isSuggestion: Bool) throws -> Reply {
    var query = try context.query()
    let guide = try query.text("guide")
    let section = try query.text("section") ?? ""
    let title = try query.text("title") ?? ""
    let markdown = try query.text("markdown", limit: 20_000) ?? EditorPage.template
    let isForm = try query.flag("fields")
    try query.finish()
    let (guides, sections) = try context.read { reading in
      let guides = try reading.guides()
      return (guides, try (guide ?? guides.first?.slug).map(reading.sectionTitles) ?? [])
    }
    var draft = EditorDraft(
      guide: guide ?? guides.first?.slug ?? "",
      IssueText(title: title, section: section, markdown: markdown))
    if isForm {
      if markdown == EditorPage.template { draft.markdown = "" }
      draft.apply(.form)
    }
    return .page(
      EditorPage(
        slug: nil, draft: draft, guides: guides, sections: sections, isSuggestion: isSuggestion,
        isFresh: true), headers: privately)
  }

  static func editForm(_ context: Context) throws -> Reply {
    guard context.caller.may(.edit) else { return try refuseEditor(context, .edit) }
    return try editor(context, isSuggestion: false)
  }

  /// The form with the issue's text as it is now.
  static func editor(_ context: Context, isSuggestion: Bool) throws -> Reply {
    var query = try context.query()
    let isForm = try query.flag("fields")
    try query.finish()
    return try context.read { reading in
      let id = try readIssueID(context, reading)
      let issue = try visibleIssue(id, reading)
      let summary = issue.summary
      var draft = EditorDraft(
        IssueText(
          title: summary.title, section: summary.section, markdown: issue.markdown,
          revision: summary.revision))
      if isForm { draft.apply(.form) }
      return .page(
        EditorPage(
          slug: summary.slug, draft: draft,
          sections: try reading.sectionTitles(ofGuide: summary.guide), isSuggestion: isSuggestion,
          isFresh: true), headers: privately)
    }
  }

  /// Someone without the right is led to sign in.
  static func refuseEditor(_ context: Context, _ scope: Scope) throws -> Reply {
    if context.caller.isAnonymous, context.representation == .html {
      return .redirect(.seeOther, to: SignInPage.path(for: context.request))
    }
    throw context.caller.lacks(scope)
  }

  static func saveNewIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var fields = try context.body()
    let guide = try fields.required("guide", limit: 200)
    var (draft, action) = try EditorDraft.read(&fields, guide: guide, base: 0)
    let suggestion = try fields.integer("suggestion")
    try fields.finish()
    let (guides, sections) = try context.read {
      draft.place = try $0.place(inGuide: guide)
      return (try $0.guides(), try $0.sectionTitles(ofGuide: guide))
    }
    let page = EditorPage(
      slug: nil, draft: draft, guides: guides, sections: sections, suggestion: suggestion)
    if let reply = page.unsaved(action) { return reply }
    return .write { writing in
      try page.keepingWhatWasTyped {
        let samples = try SampleGuard(
          issue: nil, title: page.draft.text.title, markdown: page.draft.text.markdown, writing)
        let saved = try writing.createIssue(
          guide: guide, page.draft.text, comment: page.draft.comment)
        if let suggestion { try writing.settle(suggestion: suggestion) }
        let broken = try samples.check(saved: saved.id, writing)
        return .redirect(
          .seeOther,
          to: "/issues/\(saved.slug)" + afterSaving(page.draft.text, merged: nil, broken: broken))
      }
    }
  }

  static func saveEdit(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let base = try fields.integer("base", in: 1...Int.max) else {
      throw Failure.missing("base")
    }
    let (sent, action) = try EditorDraft.read(&fields, guide: nil, base: base)
    let suggestion = try fields.integer("suggestion")
    try fields.finish()
    let (draft, page) = try context.read { reading in
      var draft = sent
      try draft.keepSection(ofIssue: id, reading)
      var page = try EditorPage(issue: id, draft, reading)
      page.suggestion = suggestion
      return (draft, page)
    }
    if let reply = page.unsaved(action) { return reply }
    return .write { writing in
      try page.keepingWhatWasTyped {
        let text = try draft.text.withLineEnds(ofIssue: id, writing.reading)
        let samples = try SampleGuard(
          issue: id, title: text.title, markdown: text.markdown, writing)
        let saved = try writing.updateIssue(
          id, text, base: .merging(base), comment: draft.comment)
        if let suggestion { try writing.settle(suggestion: suggestion) }
        let broken = try samples.check(saved: id, writing)
        return .redirect(
          .seeOther,
          to: "/issues/\(saved.slug)"
            + afterSaving(text, merged: saved.merged ? saved.revision : nil, broken: broken))
      }
    }
  }

  /// What the page is told about the writing that led to it.
  private static func afterSaving(
    _ text: IssueText, merged revision: Int?, broken: [BrokenSample]
  ) -> String {
    var fields: [String] = []
    if !LikelySecrets(text).isEmpty { fields.append("secrets=true") }
    if let revision { fields.append("merged=\(revision)") }
    var slugs: [String] = []
    for sample in broken where !slugs.contains(sample.issue) { slugs.append(sample.issue) }
    if !slugs.isEmpty {
      fields.append("broken=" + queryEncoded(slugs.prefix(5).joined(separator: ",")))
    }
    return fields.isEmpty ? "" : "?" + fields.joined(separator: "&")
  }
}

extension EditorPage {
  /// For an issue that is there.
  init(issue id: Int, _ draft: EditorDraft, isSuggestion: Bool = false, _ reading: Reading) throws {
    guard let issue = try reading.summaries([id]).first,
      let place = try reading.place(ofIssue: id)
    else { throw Failure.notFound("issue") }
    var draft = draft
    draft.place = place
    self.init(
      slug: issue.slug, draft: draft, sections: try reading.sectionTitles(ofGuide: issue.guide),
      isSuggestion: isSuggestion)
  }

  /// The page to show instead of saving: what a button asked for, or the mistakes; nil to save.
  func unsaved(_ action: EditorDraft.Action) -> Reply? {
    var page = self
    page.draft.apply(action)
    switch action {
    case .save, .preview:
      page.mistakes = draft.mistakes
      guard action == .preview || !page.mistakes.isEmpty else { return nil }
      page.showsPreview = true
    case .text: if page.draft.form != nil { page.mistakes = page.draft.mistakes }
    case .form: break
    case .add(let row): page.focus = "\(row.rawValue)-\(page.draft.count(row))"
    case .up(let row, let number):
      // The same button again, where there is one, else its counterpart.
      page.focus =
        number > 2
        ? "up-\(row.rawValue)-\(number - 1)" : "down-\(row.rawValue)-\(max(1, number - 1))"
    case .down(let row, let number):
      page.focus =
        number + 1 < page.draft.count(row)
        ? "down-\(row.rawValue)-\(number + 1)" : "up-\(row.rawValue)-\(number + 1)"
    }
    return .page(
      page, status: action == .save ? .unprocessableContent : .ok, headers: App.privately)
  }

  /// Runs a write; where it is refused, the form comes back with all that was typed.
  func keepingWhatWasTyped(_ write: () throws -> Reply) throws -> Reply {
    do {
      return try write()
    } catch IssueWriteError.conflict(let base, let current, let yours) {
      var page = self
      page.conflict = (base, current, yours)
      // Put together as text; saving again starts from what is there now.
      page.draft.form = nil
      page.draft.markdown = draft.text.markdown
      page.draft.base = current.revision
      throw UnfinishedWrite(reply: .page(page, status: .conflict, headers: App.privately))
    } catch {
      guard let mistakes = EditorMistake.of(error, in: draft.text.markdown) else { throw error }
      var page = self
      page.mistakes = mistakes
      page.showsPreview = true
      throw UnfinishedWrite(
        reply: .page(page, status: .unprocessableContent, headers: App.privately))
    }
  }
}

extension IssueText {
  /// Forms know one line ending only: a text that came with CRLF keeps it, or every line would be
  /// a change.
  func withLineEnds(ofIssue id: Int, _ reading: Reading) throws -> IssueText {
    guard let base = try reading.revision(revision, ofIssue: id),
      base.markdown.utf8.contains(0x0d),
      base.markdown.utf8.count(where: { $0 == 0x0d })
        == base.markdown.utf8.count(where: { $0 == 0x0a })
    else { return self }
    var copy = self
    copy.markdown = markdown.split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: "\r\n")
    return copy
  }
}
