import Guide
import HTTP
import JSON
import Markup
import Store

// Writing in the browser, without JavaScript: a form, a preview, a conflict that shows both.

extension App {
  static func newIssueForm(_ context: Context) throws -> Reply {
    guard context.caller.may(.edit) else { return try refuseEditor(context) }
    var query = try context.query()
    let guide = try query.text("guide")
    let section = try query.text("section") ?? ""
    let title = try query.text("title") ?? ""
    let markdown = try query.text("markdown", limit: 20_000) ?? EditorPage.template
    try query.finish()
    let guides = try context.read { try $0.guides() }
    return .page(
      EditorPage(
        slug: nil, guide: guide ?? guides.first?.slug ?? "", guides: guides,
        text: IssueText(title: title, section: section, markdown: markdown)),
      headers: privately)
  }

  static func editForm(_ context: Context) throws -> Reply {
    guard context.caller.may(.edit) else { return try refuseEditor(context) }
    try context.query().finish()
    return try editor(context, isSuggestion: false)
  }

  /// The form with the issue's text as it is now.
  static func editor(_ context: Context, isSuggestion: Bool) throws -> Reply {
    try context.read { reading in
      let (id, _) = try issueID(context, reading)
      guard let issue = try reading.issue(id) else { throw Failure.notFound("issue") }
      let summary = issue.summary
      return .page(
        EditorPage(
          slug: summary.slug, guide: summary.guide, guides: [],
          text: IssueText(
            title: summary.title, section: summary.section, markdown: issue.markdown,
            revision: summary.revision),
          sections: try reading.sectionTitles(ofGuide: summary.guide), isSuggestion: isSuggestion),
        headers: privately)
    }
  }

  /// Someone without the right is led to sign in.
  private static func refuseEditor(_ context: Context) throws -> Reply {
    if context.caller.isAnonymous, context.representation == .html {
      return .redirect(.seeOther, to: SignInPage.path(for: context.request))
    }
    throw context.caller.isAnonymous ? Failure.unauthorized : Failure.missingScope("edit")
  }

  private enum Action: String, CaseIterable { case save, preview }

  static func saveNewIssue(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var fields = try context.body()
    let guide = try fields.required("guide", limit: 200)
    let (text, comment, action) = try editorFields(&fields)
    try fields.finish()
    let guides = try context.read { try $0.guides() }
    var page = EditorPage(slug: nil, guide: guide, guides: guides, text: text, comment: comment)
    page.mistakes = EditorPage.mistakes(text)
    if action == .preview || !page.mistakes.isEmpty {
      page.showsPreview = true
      return .page(
        page, status: action == .save ? .unprocessableContent : .ok, headers: privately)
    }
    return .write { writing in
      let saved = try writing.createIssue(guide: guide, text, comment: comment)
      try SampleCheck.guardSamples(ofIssue: saved.id, before: [:], writing)
      return .redirect(.seeOther, to: "/issues/\(saved.slug)")
    }
  }

  static func saveEdit(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let base = try fields.integer("base", in: 1...Int.max) else {
      throw Failure.missing("base")
    }
    let (edited, comment, action) = try editorFields(&fields)
    try fields.finish()
    var text = edited
    text.revision = base
    let (slug, guide, sections) = try context.read { reading in
      guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
      return (issue.slug, issue.guide, try reading.sectionTitles(ofGuide: issue.guide))
    }
    var draft = EditorPage(
      slug: slug, guide: guide, guides: [], text: text, comment: comment, sections: sections)
    draft.mistakes = EditorPage.mistakes(text)
    if action == .preview || !draft.mistakes.isEmpty {
      draft.showsPreview = true
      return .page(
        draft, status: action == .save ? .unprocessableContent : .ok, headers: privately)
    }
    let page = draft
    let wanted = text
    return .write { writing in
      let wrongBefore = try SampleCheck.wrong(ofIssue: id, writing)
      do {
        let saved = try writing.updateIssue(id, wanted, base: .merging(base), comment: comment)
        try SampleCheck.guardSamples(ofIssue: id, before: wrongBefore, writing)
        return .redirect(
          .seeOther, to: "/issues/\(saved.slug)" + (saved.merged ? "?merged=\(saved.revision)" : "")
        )
      } catch IssueWriteError.conflict(let base, let current, let yours) {
        var page = page
        page.conflict = (base, current, yours)
        // Saving again starts from what is there now.
        page.text.revision = current.revision
        return .page(page, status: .conflict, headers: privately)
      }
    }
  }

  private static func editorFields(
    _ fields: inout Fields
  ) throws(Failure) -> (IssueText, comment: String, Action) {
    let title = try fields.required("title", limit: 200)
    let section = try fields.text("section", limit: 200) ?? ""
    let markdown = try fields.required("markdown", limit: 200_000)
    let comment = try fields.text("comment", limit: 500) ?? ""
    let action = try fields.choice("action", as: Action.self) ?? .save
    guard !title.contains(where: \.isNewline) else {
      throw Failure.invalid("title", "title must be one line.")
    }
    // Forms send CRLF (https://html.spec.whatwg.org/#append-an-entry); the file's own line ends win.
    let text = normal(markdown.replacing("\r\n", with: "\n"))
    return (IssueText(title: title, section: section, markdown: text), comment, action)
  }

  static func revert(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (id, _) = try context.read { try issueID(context, $0) }
    var fields = try context.body()
    guard let number = try fields.integer("revision", in: 1...Int.max) else {
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
    guard let id = Int(context.path[0]) else {
      throw Failure.invalid("id", "A deleted issue is named by its id.")
    }
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
    let against = try fields.text("against", limit: 200) ?? ""
    try fields.finish()
    let isHTML = context.representation == .html
    return .write { writing in
      _ = try writing.verify(issue: id, against: against)
      let issue = try writing.reading.issue(id)!
      if isHTML { return .redirect(.seeOther, to: "/issues/\(issue.summary.slug)") }
      return .page(IssuePage(issue: issue))
    }
  }

  static func showDiff(_ context: Context) throws -> Reply {
    var query = try context.query()
    let from = try query.integer("from", in: 1...Int.max)
    let to = try query.integer("to", in: 1...Int.max)
    try query.finish()
    return try context.read { reading in
      let (id, _) = try issueID(context, reading)
      guard let issue = try reading.summaries([id]).first else { throw Failure.notFound("issue") }
      let newer = to ?? issue.revision
      let older = from ?? max(1, newer - 1)
      guard let old = try reading.revision(older, ofIssue: id),
        let new = try reading.revision(newer, ofIssue: id)
      else { throw Failure.notFound("revision") }
      return .page(DiffPage(issue: issue, old: old, new: new))
    }
  }
}

/// Two revisions side by side in words.
struct DiffPage: Page {
  let issue: IssueSummary
  let old: Reading.Revision
  let new: Reading.Revision

  var title: String { "\(issue.title): revision \(old.number) to \(new.number)" }

  private var pieces: [WordDiff.Piece] { WordDiff.pieces(from: old.markdown, to: new.markdown) }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/issues/\(issue.slug)">\(issue.title)</a> › <a href="/issues/\(issue.slug)/history">History</a></p>
    <h1>Revision \(old.number) to \(new.number)</h1>
    <p class="quiet">\(.moment(new.createdAt)) · \(new.author)\(new.comment.isEmpty ? "" : " · ")\(new.comment)</p>
    \("<p>Title: <del>\(old.title)</del> <ins>\(new.title)</ins></p>", if: old.title != new.title)
    \("<p>Section: <del>\(old.section)</del> <ins>\(new.section)</ins></p>", if: old.section != new.section)
    \(DiffPage.marked(pieces))
    \(site.mayEdit ? revertForm : "")
    """
  }

  /// What went is struck out, what came is underlined.
  static func marked(_ pieces: [WordDiff.Piece]) -> HTML {
    let parts: [HTML] = pieces.map { piece in
      switch piece.kind {
      case .same: "\(piece.text)"
      case .removed: "<del>\(piece.text)</del>"
      case .added: "<ins>\(piece.text)</ins>"
      }
    }
    return "<pre class=\"diff\" tabindex=\"0\">\(parts)</pre>"
  }

  private var revertForm: HTML {
    """
    <form action="/issues/\(issue.slug)/revert" method="post">
    <input type="hidden" name="revision" value="\(old.number)">
    <p><button>Go back to revision \(old.number)</button></p></form>
    """
  }

  func json(_ site: Site) -> JSON {
    [
      "issue": IssueJSON.summary(issue, site), "from": .integer(old.number),
      "to": .integer(new.number),
      "title": ["from": .string(old.title), "to": .string(new.title)],
      "section": ["from": .string(old.section), "to": .string(new.section)],
      "pieces": .array(
        pieces.map { piece in
          let kind =
            switch piece.kind {
            case .same: "same"
            case .removed: "removed"
            case .added: "added"
            }
          return ["kind": .string(kind), "text": .string(piece.text)]
        }),
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + pieces.map { piece in
        switch piece.kind {
        case .same: piece.text
        case .removed: "[-\(piece.text)-]"
        case .added: "{+\(piece.text)+}"
        }
      }.joined() + "\n"
  }
}

/// The editor: text in the guide format, with preview, mistakes at their line, and both sides of a
/// conflict.
struct EditorPage: HTMLOnly {
  /// nil: a new issue.
  let slug: String?
  let guide: String
  let guides: [GuideSummary]
  var text: IssueText
  var comment = ""
  var sections: [String] = []
  /// Sent to the editors' queue instead of being saved.
  var isSuggestion = false
  var showsPreview = false
  var mistakes: [GuideError] = []
  var conflict: (base: IssueText, current: IssueText, yours: IssueText)?

  var title: String { slug == nil ? "New issue" : "Edit: \(text.title)" }

  static let template = """
    - What is seen: the message, the symptom
    - **Cause**: why it happens
    - **Fix**: what to do

    - **Verify**: how to see that it worked
    - **Also seen as**: other wordings; of the same thing

    ```sample
    a line of a log that means this issue
    ```
    """

  static func mistakes(_ text: IssueText) -> [GuideError] {
    IssueContent.validate(markdown: text.markdown)
  }

  func html(_ site: Site) -> HTML {
    """
    \(slug.map { "<p class=\"crumbs\"><a href=\"/issues/\($0)\">\(text.title)</a></p>" as HTML } ?? "")
    <h1>\(isSuggestion ? "Suggest an edit" : slug == nil ? "New issue" : "Edit")</h1>
    \(conflictHTML)
    \(mistakesHTML)
    \(showsPreview ? preview : "")
    <form class="paste fields" method="post" action="\(action)">
    \(isSuggestion ? slug.map { "<input type=\"hidden\" name=\"issue\" value=\"\($0)\">" as HTML } : nil)
    \(slug == nil ? guideField : "<input type=\"hidden\" name=\"base\" value=\"\(text.revision)\">" as HTML)
    <p><label for="title">Title</label><input id="title" name="title" value="\(text.title)" required maxlength="200"></p>
    <p><label for="section">Section</label><input id="section" name="section" value="\(text.section)" list="sections" maxlength="200"></p>
    <datalist id="sections">\(sections.map { "<option value=\"\($0)\"></option>" as HTML })</datalist>
    <label for="markdown">Text, in the guide format</label>
    <textarea id="markdown" name="markdown" rows="24" spellcheck="true" required>\(HTML.raw("\n"))\(text.markdown)</textarea>
    <p><label for="comment">What you changed</label><input id="comment" name="comment" value="\(comment)" maxlength="500"></p>
    <p class="row"><button class="primary" name="action" value="save">\(isSuggestion ? "Suggest" : "Save")</button>
    \("<button name=\"action\" value=\"preview\">Preview</button>", if: !isSuggestion)</p>
    </form>
    \(formatHelp)
    """
  }

  /// Where the form is sent.
  private var action: String {
    if isSuggestion { return "/suggestions" }
    return slug.map { "/issues/\($0)/edit" } ?? "/issues/new"
  }

  private var guideField: HTML {
    let options: [HTML] = guides.map {
      "<option value=\"\($0.slug)\"\($0.slug == guide ? " selected" : "" as HTML)>\($0.title)</option>"
    }
    return """
      <p><label for="guide">Guide</label> <select id="guide" name="guide">\(options)</select></p>
      """
  }

  private var mistakesHTML: HTML {
    guard !mistakes.isEmpty else { return "" }
    let items: [HTML] = mistakes.map { "<li>Line \($0.line): \($0.reason)</li>" }
    return
      "<div class=\"notice fail\" role=\"alert\"><h2>Not saved yet</h2>\n<ul>\(items)</ul></div>"
  }

  private var preview: HTML {
    """
    <section class="preview" aria-labelledby="preview">
    <h2 id="preview">Preview: \(text.title)</h2>
    \(Markdown.html(text.markdown, topHeading: 3))
    </section>
    """
  }

  private var conflictHTML: HTML {
    guard let conflict else { return "" }
    return """
      <div class="notice" role="alert"><h2>Someone else changed the same lines</h2>
      <p>Nothing is lost. Your text stands in the form; theirs is below. Put together what should hold and save again.</p></div>
      \(side("Theirs, revision \(conflict.current.revision)", conflict.base, conflict.current))
      \(side("Yours", conflict.base, conflict.yours))
      <details><summary>Where both began, revision \(conflict.base.revision)</summary>\(.verbatim(conflict.base.markdown))</details>
      """
  }

  private func side(_ name: String, _ base: IssueText, _ text: IssueText) -> HTML {
    let pieces = WordDiff.pieces(from: base.markdown, to: text.markdown)
    return "<h2>\(name)</h2>\n\(DiffPage.marked(pieces))"
  }

  private var formatHelp: HTML {
    """
    <details><summary>The guide format</summary>
    <dl>
    <dt><code>- text</code></dt><dd>a symptom</dd>
    <dt><code>- **Cause**: text</code></dt><dd>why it happens</dd>
    <dt><code>- **Fix**: text</code></dt><dd>a fix; code and paragraphs below belong to it</dd>
    <dt><code>- **Risk**: disruptive</code></dt><dd>of the fix above: safe, disruptive or destructive</dd>
    <dt><code>- **Verify**: text</code></dt><dd>how to see that it worked</dd>
    <dt><code>- **Also seen as**: one; two</code></dt><dd>other wordings, for search</dd>
    <dt><code>```sample</code></dt><dd>lines that must lead to this issue</dd>
    </dl></details>
    """
  }
}
