import Guide
import Markup
import Store

/// The editor: the text in fields or in the guide format, with preview, mistakes where they stand, and
/// the sides of a conflict.
struct EditorPage: HTMLOnly {
  /// nil: a new issue.
  let slug: String?
  var draft: EditorDraft
  /// To choose from, for a new issue.
  var guides: [GuideSummary] = []
  var sections: [String] = []
  /// Sent to the editors' queue instead of being saved.
  var isSuggestion = false
  /// The suggestion that saving accepts.
  var suggestion: Int?
  /// Nothing was sent yet.
  var isFresh = false
  var showsPreview = false
  var mistakes: [EditorMistake] = []
  var conflict: (base: IssueText, current: IssueText, yours: IssueText)?
  /// The field that a button has just added.
  var focus: String?

  var title: String { slug == nil ? heading : "\(heading): \(draft.title)" }

  private var heading: String {
    switch (slug, isSuggestion) {
    case (nil, true): "Suggest a new issue"
    case (_, true): "Suggest an edit"
    case (nil, false): "New issue"
    case (_, false): "Edit"
    }
  }

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

  func head(_ site: Site) -> HTML {
    "<script src=\"\(Assets.url("editor.js"))\" defer></script>"
  }

  func html(_ site: Site) -> HTML {
    """
    \(slug.map { "<p class=\"crumbs\"><a href=\"/issues/\($0)\">\(draft.title)</a></p>" as HTML })
    \(suggestion.map { "<p class=\"crumbs\"><a href=\"/suggestions/\($0)\">Suggestion \($0)</a></p>" as HTML })
    <h1>\(heading)</h1>
    \("<p>An editor looks at it before others see it, and you need not be sure of everything.</p>", if: isSuggestion && slug == nil && isFresh)
    \(conflictHTML)
    \(mistakesHTML)
    \(isFresh ? "" : LikelySecrets(draft.text).notice)
    \(showsPreview ? preview : "")
    <form class="paste fields editor" method="post" action="\(action)"\(data)>
    \(isSuggestion ? slug.map { "<input type=\"hidden\" name=\"issue\" value=\"\($0)\">" as HTML } : nil)
    \(suggestion.map { "<input type=\"hidden\" name=\"suggestion\" value=\"\($0)\">" as HTML })
    \(slug == nil ? guideField : "<input type=\"hidden\" name=\"base\" value=\"\(draft.base)\">" as HTML)
    <p><label for="title">Title</label><input id="title" name="title" value="\(draft.title)" required maxlength="200"\(EditorFields.marks("title", mistakes))></p>
    \(EditorFields.reasons("title", mistakes))
    <p><label for="section">Section</label><input id="section" name="section" value="\(draft.section)" list="sections" maxlength="200"\(EditorFields.marks("section", mistakes))></p>
    \(EditorFields.reasons("section", mistakes))
    <datalist id="sections">\(sections.map { "<option value=\"\($0)\"></option>" as HTML })</datalist>
    \(draft.form.map { EditorFields.html($0, markdown: draft.markdown, mistakes: mistakes, focus: focus) } ?? textField)
    <p><label for="comment">\(slug == nil ? "Where you met it, or why" : "What you changed")</label><input id="comment" name="comment" value="\(draft.comment)" maxlength="500"></p>
    \(EditorFields.reasons("comment", mistakes))
    <p class="row"><button class="primary" name="action" value="save">\(isSuggestion ? "Suggest" : "Save")</button>
    <button name="action" value="preview">Preview</button></p>
    </form>
    \(formatHelp)
    """
  }

  private var data: HTML {
    // Where somebody without an account writes, a preview counts as a write: only on demand.
    let live: HTML = isSuggestion ? "" : " data-live"
    return "\(live)\(isFresh ? " data-fresh" : "" as HTML)"
  }

  private var textField: HTML {
    """
    <p class="row"><button name="action" value="form">Edit in fields</button></p>
    <p><label for="markdown">Text, in the guide format</label>
    <textarea id="markdown" name="markdown" rows="24" spellcheck="true" required maxlength="200000"\(EditorFields.marks("markdown", mistakes))>\(HTML.raw("\n"))\(draft.markdown)</textarea></p>
    """
  }

  /// Where the form is sent.
  private var action: String {
    if isSuggestion { return "/suggestions" }
    return slug.map { "/issues/\($0)/edit" } ?? "/issues/new"
  }

  private var guideField: HTML {
    let options: [HTML] = guides.map {
      "<option value=\"\($0.slug)\"\($0.slug == draft.guide ? " selected" : "" as HTML)>\($0.title)</option>"
    }
    return """
      <p><label for="guide">Guide</label> <select id="guide" name="guide">\(options)</select></p>
      """
  }

  private var mistakesHTML: HTML {
    guard !mistakes.isEmpty else { return "" }
    let items: [HTML] = mistakes.map { mistake in
      let line: HTML? = mistake.line.map { "Line \($0)" }
      let name: HTML? = line ?? mistake.field.map { "\(EditorFields.label($0))" }
      let place: HTML? = name.map { name in
        mistake.field.map { "<a href=\"#\($0)\">\(name)</a>: " } ?? "\(name): "
      }
      let excerpt: HTML? = mistake.excerpt.map { "<br><code>\($0)</code>" }
      return "<li>\(place)\(mistake.reason)\(excerpt)</li>\n"
    }
    return """
      <div class="notice fail" id="mistakes" role="alert"><h2>Not saved yet</h2>
      <ul>
      \(items)</ul></div>
      """
  }

  private var preview: HTML {
    """
    <section class="preview" aria-labelledby="preview">
    <h2 id="preview">Preview: \(draft.title)</h2>
    \(Markdown.html(draft.text.markdown, topHeading: 3))
    </section>
    """
  }

  private var conflictHTML: HTML {
    guard let conflict else { return "" }
    return """
      <div class="notice" role="alert"><h2>Someone else changed the same lines</h2>
      <p>Nothing is lost. Your text stands in the form; theirs is below. Put together what should hold and save again.</p>
      <p><a href="#markdown">Go to your text</a></p></div>
      \(side("Theirs, revision \(conflict.current.revision)", conflict.base, conflict.current))
      \(side("Yours", conflict.base, conflict.yours))
      <details><summary>Where both began, revision \(conflict.base.revision)</summary>\(.verbatim(conflict.base.markdown))</details>
      """
  }

  private func side(_ name: String, _ base: IssueText, _ text: IssueText) -> HTML {
    """
    <h2>\(name)</h2>
    \("<p>Title: <del>\(base.title)</del> <ins>\(text.title)</ins></p>", if: base.title != text.title)
    \("<p>Section: <del>\(base.section)</del> <ins>\(text.section)</ins></p>", if: base.section != text.section)
    \(DiffViews.inline(WordDiff.pieces(from: base.markdown, to: text.markdown)))
    """
  }

  private var formatHelp: HTML {
    guard draft.form == nil else { return "" }
    return """
      <details><summary>The guide format</summary>
      <dl>
      <dt><code>- text</code></dt><dd>a symptom</dd>
      <dt><code>- **Cause**: text</code></dt><dd>why it happens</dd>
      <dt><code>- **Fix**: text</code></dt><dd>a fix; code and paragraphs below belong to it</dd>
      <dt><code>- **Risk**: disruptive</code></dt><dd>of the fix above: safe, disruptive or destructive</dd>
      <dt><code>- **Verify**: text</code></dt><dd>how to see that it worked</dd>
      <dt><code>- **Also seen as**: one; two</code></dt><dd>other wordings, for search</dd>
      <dt><code>- **Tags**: one, two</code></dt><dd>tags, each with a list of its issues</dd>
      <dt><code>```sample</code></dt><dd>lines that must lead to this issue</dd>
      </dl></details>
      """
  }
}
