import Guide
import HTTP
import Markup
import Store

/// The form for a guide's or section's title, introduction and contact.
struct TitledEditorPage: HTMLOnly {
  let heading: String
  let action: String
  var text: TitledText
  /// The version of what is there that the text was written from; nil: nothing is there yet.
  var base: String?
  /// What somebody else saved since the form was opened.
  var theirs: TitledText?
  var guide: GuideSummary?
  /// To be renamed and reordered, on the page of a guide.
  var sections: [SectionSummary] = []
  var mistake: EditorMistake?

  var title: String { text.title.isEmpty ? heading : "\(heading): \(text.title)" }

  func html(_ site: Site) -> HTML {
    let mistakes = [mistake].compactMap { $0 }
    return """
      \(guide.map { "<p class=\"crumbs\"><a href=\"/guides/\($0.slug)\">\($0.title)</a></p>" as HTML })
      <h1>\(heading)</h1>
      \(mistakes.map { "<div class=\"notice fail\" role=\"alert\"><h2>Not saved yet</h2><p>\($0.reason)</p></div>" as HTML })
      \(theirs.map { conflict(with: $0) })
      <form class="paste fields" method="post" action="\(action)">
      \(base.map { "<input type=\"hidden\" name=\"base\" value=\"\($0)\">" as HTML })
      <p><label for="title">Title</label><input id="title" name="title" value="\(text.title)" required maxlength="200"></p>
      <p><label for="introduction">Introduction, in Markdown</label>
      <textarea id="introduction" name="introduction" rows="10">\(HTML.raw("\n"))\(text.withoutContact)</textarea></p>
      <p><label for="owner">Whom it belongs to</label><input id="owner" name="owner" value="\(text.contact(.owner))" maxlength="2000"></p>
      <p><label for="escalate">Whom to ask when nothing helps</label><input id="escalate" name="escalate" value="\(text.contact(.escalate))" maxlength="2000"></p>
      <p><button class="primary">Save</button></p>
      </form>
      \(sectionsHTML)
      """
  }

  private func conflict(with theirs: TitledText) -> HTML {
    """
    <div class="notice" role="alert"><h2>Someone else saved this meanwhile</h2>
    <p>Nothing is lost. Your text stands in the form; how it differs from theirs is below. Put together what should hold and save again.</p></div>
    <h2>From theirs to yours</h2>
    \("<p>Title: <del>\(theirs.title)</del> <ins>\(text.title)</ins></p>", if: theirs.title != text.title)
    \(DiffViews.inline(WordDiff.pieces(from: theirs.markdown, to: text.markdown)))
    """
  }

  private var sectionsHTML: HTML {
    guard let guide, action == "/guides/\(guide.slug)/edit" else { return "" }
    let base: HTML = "/guides/\(guide.slug)"
    let titled = sections.filter { !$0.title.isEmpty }
    let items: [HTML] = titled.enumerated().map { place, section in
      let address: HTML = "\(base)/sections/\(section.id)"
      let up: HTML = """
        <form action="\(address)/edit" method="post"><button name="position" value="\(place)" \
        aria-label="Move \(section.title) up">Up</button></form>
        """
      let remove: HTML = """
        <form action="\(address)/remove" method="post"><button aria-label="Remove \(section.title)">Remove</button></form>
        """
      return """
        <li class="row"><a href="\(address)/edit">\(section.title)</a> <span class="quiet">\(counted(section.issues.count, "issue"))</span>\
        \(up, if: place > 0)\(remove, if: section.issues.isEmpty)</li>

        """
    }
    let name: HTML = guide.isArchived ? "restore" : "archive"
    return """
      <h2>Sections</h2>
      \("<ol class=\"issues\">\n\(items)</ol>", if: !items.isEmpty)
      <form class="ask" action="\(base)/sections" method="post">
      <label for="section">New section</label><input id="section" name="title" required maxlength="200"><button>Add</button>
      </form>
      <h2>\(guide.isArchived ? "Bring it back" : "Archive it")</h2>
      <p>\(guide.isArchived ? "Its issues return to lists and search as they were." : "An archived guide leaves lists and search with all its issues. Its pages stay, and it can be restored.")</p>
      <form action="\(base)/\(name)" method="post"><p><button>\(guide.isArchived ? "Restore" : "Archive") this guide</button></p></form>
      """
  }

  /// The form again, or a problem for programs.
  func refused(_ mistake: EditorMistake, _ context: Context) throws -> Reply {
    guard context.representation == .html else {
      throw Failure.invalid(mistake.field ?? "title", mistake.reason)
    }
    var page = self
    page.mistake = mistake
    return .page(page, status: .unprocessableContent, headers: App.privately)
  }

  /// The text to save, of what is there now. Where somebody else has changed the same field since the
  /// form was opened, it comes back with both.
  func saving(
    _ input: TitledInput, over current: TitledText, _ context: Context
  ) throws -> TitledText {
    if let merged = input.merged(over: current) { return merged.text(changing: current) }
    guard context.representation == .html else {
      throw Failure(
        .conflict, "edit_conflict", "Changed meanwhile",
        "Someone else saved another text since. Take what you need from it and send yours again.")
    }
    var page = self
    (page.text, page.theirs, page.base) = (
      input.text(changing: current), current, current.version
    )
    throw UnfinishedWrite(reply: .page(page, status: .conflict, headers: App.privately))
  }

  func keepingWhatWasTyped<T>(_ context: Context, _ write: () throws -> T) throws -> T {
    do {
      return try write()
    } catch let error as GuideWriteError where context.representation == .html {
      let failure = App.failure(ofGuide: error)
      guard failure.status == .unprocessableContent else { throw error }
      throw UnfinishedWrite(
        reply: try refused(
          EditorMistake(field: failure.field, reason: failure.detail), context))
    }
  }
}

/// What is sent of a guide or section; nil stays as it is.
struct TitledInput {
  var title: String?
  var introduction: String?
  var owner: String?
  var escalate: String?
  /// The version of the text that a form was filled with.
  var base: String?

  init(_ fields: inout Fields) throws(Failure) {
    title = try fields.text("title", limit: 200)
    introduction = try fields.text("introduction", limit: 100_000)?.replacing("\r\n", with: "\n")
    owner = try fields.text("owner", limit: 2_000)
    escalate = try fields.text("escalate", limit: 2_000)
    base = try fields.text("base", limit: 64)
  }

  /// The text with what was sent, of the text that is there.
  func text(changing old: TitledText) -> TitledText {
    var parts = IssueForm(markdown: old.markdown)
    let contact = (parts.lists[.owner], parts.lists[.escalate])
    var markdown = old.markdown
    if let introduction, normal(introduction) != old.withoutContact {
      markdown = normal(introduction)
      parts = IssueForm(markdown: markdown)
      if parts.lists[.owner]?.isEmpty ?? true { parts.lists[.owner] = contact.0 }
      if parts.lists[.escalate]?.isEmpty ?? true { parts.lists[.escalate] = contact.1 }
    }
    if let owner { parts.lists[.owner] = oneLine(owner) }
    if let escalate { parts.lists[.escalate] = oneLine(escalate) }
    return TitledText(
      title: title.map(oneLine) ?? old.title, markdown: parts.written(into: markdown).markdown)
  }

  /// Without what was not changed since the form was filled, so that this stays as others have saved it
  /// since; nil where they changed the same field.
  func merged(over current: TitledText) -> TitledInput? {
    guard let base = base?.split(separator: "-").map(String.init),
      base.count == current.fields.count
    else { return self }
    var mine = [
      title.map(oneLine), introduction.map(normal), owner.map(oneLine), escalate.map(oneLine),
    ]
    for (place, theirs) in current.fields.enumerated() {
      guard let text = mine[place], text != theirs else { continue }
      if TitledText.mark(text) == base[place] {
        mine[place] = nil
      } else if TitledText.mark(theirs) != base[place] {
        return nil
      }
    }
    var input = self
    (input.title, input.introduction, input.owner, input.escalate) = (
      mine[0], mine[1], mine[2], mine[3]
    )
    return input
  }

  /// What must be put right.
  func mistake(isNew: Bool) -> EditorMistake? {
    guard let title else {
      return isNew ? EditorMistake(field: "title", reason: "The title is missing.") : nil
    }
    if title.allSatisfy(\.isWhitespace) {
      return EditorMistake(field: "title", reason: "The title is missing.")
    }
    return title.contains(where: \.isNewline)
      ? EditorMistake(field: "title", reason: "The title must be one line.") : nil
  }
}

extension TitledText {
  /// What the form's fields hold.
  fileprivate var fields: [String] {
    [oneLine(title), withoutContact, oneLine(contact(.owner)), oneLine(contact(.escalate))]
  }

  /// Names what each field holds, so that a form can say what it was filled with.
  var version: String { fields.map { TitledText.mark($0) }.joined(separator: "-") }

  fileprivate static func mark(_ text: String) -> String {
    String(Secrets.digest(Array(text.utf8)).prefix(12))
  }

  /// The text below the title without the lines that say whom to ask.
  fileprivate var withoutContact: String {
    var parts = IssueForm(markdown: markdown)
    parts.lists[.owner] = ""
    parts.lists[.escalate] = ""
    return parts.written(into: markdown).markdown
  }

  fileprivate func contact(_ list: IssueForm.List) -> String {
    IssueForm(markdown: markdown).lists[list] ?? ""
  }
}
