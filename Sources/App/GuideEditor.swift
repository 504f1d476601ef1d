import Guide
import HTTP
import JSON
import Markup
import Store

// Guides and sections made, renamed, reordered and archived.

/// What is sent of a guide or section; nil stays as it is.
private struct TitledInput {
  var title: String?
  var introduction: String?
  var owner: String?
  var escalate: String?

  init(_ fields: inout Fields) throws(Failure) {
    title = try fields.text("title", limit: 200)
    introduction = try fields.text("introduction", limit: 100_000)?.replacing("\r\n", with: "\n")
    owner = try fields.text("owner", limit: 2_000)
    escalate = try fields.text("escalate", limit: 2_000)
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

extension App {
  static func newGuideForm(_ context: Context) throws -> Reply {
    try context.require(.edit)
    try context.query().finish()
    let page = TitledEditorPage(
      heading: "New guide", action: "/guides/new", text: TitledText(title: "", markdown: ""))
    return .page(page, headers: privately)
  }

  /// A new guide from the page's form or the API.
  static func createGuide(_ context: Context) throws -> Reply {
    try context.require(.edit)
    var fields = try context.body()
    let input = try TitledInput(&fields)
    try fields.finish()
    let text = input.text(changing: TitledText(title: "", markdown: ""))
    let page = TitledEditorPage(heading: "New guide", action: "/guides/new", text: text)
    let site = context.site
    let prefix = context.isAPI ? "/api/v1" : ""
    let isHTML = context.representation == .html
    if let mistake = input.mistake(isNew: true) { return try page.refused(mistake, context) }
    return .write { writing in
      let slug = try page.keepingWhatWasTyped(context) { try writing.createGuide(text) }
      if isHTML { return .redirect(.seeOther, to: "/guides/\(slug)") }
      return .page(
        try guidePage(slug, writing.reading), status: .created,
        headers: [HeaderFields.Field("Location", site.url("\(prefix)/guides/\(slug)"))])
    }
  }

  private static func guidePage(_ slug: String, _ reading: Reading) throws -> GuidePage {
    guard let guide = try reading.guide(slug) else { throw Failure.notFound("guide") }
    return GuidePage(guide: guide, sections: try reading.sections(ofGuide: guide.id))
  }

  private static func guide(_ context: Context, _ reading: Reading) throws -> GuideSummary {
    let name = context.path[0]
    guard let guide = try reading.guide(try reading.movedGuide(name) ?? name) else {
      throw Failure.notFound("guide")
    }
    return guide
  }

  static func editGuideForm(_ context: Context) throws -> Reply {
    try context.require(.edit)
    return try context.read { reading in
      let guide = try App.guide(context, reading)
      try context.query().finish()
      let text = try reading.guideText(guide.id)!
      return .page(
        TitledEditorPage(
          heading: "Edit the guide", action: "/guides/\(guide.slug)/edit", text: text,
          guide: guide, sections: try reading.sections(ofGuide: guide.id)), headers: privately)
    }
  }

  static func updateGuide(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (guide, old) = try context.read { reading -> (GuideSummary, TitledText) in
      let guide = try App.guide(context, reading)
      return (guide, try reading.guideText(guide.id)!)
    }
    var fields = try context.body()
    let input = try TitledInput(&fields)
    try fields.finish()
    let text = input.text(changing: old)
    let page = TitledEditorPage(
      heading: "Edit the guide", action: "/guides/\(guide.slug)/edit", text: text, guide: guide)
    if let mistake = input.mistake(isNew: false) { return try page.refused(mistake, context) }
    let isHTML = context.representation == .html
    return .write { writing in
      let slug = try page.keepingWhatWasTyped(context) {
        try writing.updateGuide(guide.slug, text)
      }
      if isHTML { return .redirect(.seeOther, to: "/guides/\(slug)") }
      return .page(try guidePage(slug, writing.reading))
    }
  }

  static func archiveGuide(_ context: Context) throws -> Reply {
    try changeGuide(context) { try $0.archiveGuide($1) }
  }

  static func restoreGuide(_ context: Context) throws -> Reply {
    try changeGuide(context) { try $0.restoreGuide($1) }
  }

  private static func changeGuide(
    _ context: Context, _ change: @escaping @Sendable (Writing, String) throws -> Void
  ) throws -> Reply {
    try context.require(.edit)
    let guide: GuideSummary = try context.read { try App.guide(context, $0) }
    try context.body().finish()
    let isHTML = context.representation == .html
    return .write { writing in
      try change(writing, guide.slug)
      if isHTML { return .redirect(.seeOther, to: "/guides/\(guide.slug)") }
      return .page(try guidePage(guide.slug, writing.reading))
    }
  }

  // MARK: Sections

  static func createSection(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let guide: GuideSummary = try context.read { try App.guide(context, $0) }
    var fields = try context.body()
    let input = try TitledInput(&fields)
    try fields.finish()
    if let mistake = input.mistake(isNew: true) {
      throw Failure.invalid(mistake.field ?? "title", mistake.reason)
    }
    let text = input.text(changing: TitledText(title: "", markdown: ""))
    let isHTML = context.representation == .html
    return .write { writing in
      _ = try writing.createSection(ofGuide: guide.slug, text)
      if isHTML { return .redirect(.seeOther, to: "/guides/\(guide.slug)/edit") }
      return .page(try guidePage(guide.slug, writing.reading), status: .created)
    }
  }

  private static func section(
    _ context: Context, _ reading: Reading
  ) throws -> (guide: GuideSummary, id: Int, text: TitledText) {
    let guide = try App.guide(context, reading)
    guard let id = wholeNumber(context.path[1]),
      let text = try reading.sectionText(id, ofGuide: guide.id)
    else { throw Failure.notFound("section") }
    return (guide, id, text)
  }

  static func editSectionForm(_ context: Context) throws -> Reply {
    try context.require(.edit)
    return try context.read { reading in
      let (guide, id, text) = try section(context, reading)
      try context.query().finish()
      return .page(
        TitledEditorPage(
          heading: "Edit the section", action: "/guides/\(guide.slug)/sections/\(id)/edit",
          text: text, guide: guide), headers: privately)
    }
  }

  static func updateSection(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (guide, id, old) = try context.read { try section(context, $0) }
    var fields = try context.body()
    let input = try TitledInput(&fields)
    let place = try fields.integer("position", in: 1...Int.max)
    try fields.finish()
    let text = input.text(changing: old)
    let page = TitledEditorPage(
      heading: "Edit the section", action: "/guides/\(guide.slug)/sections/\(id)/edit", text: text,
      guide: guide)
    if let mistake = input.mistake(isNew: false) { return try page.refused(mistake, context) }
    let isHTML = context.representation == .html
    return .write { writing in
      if text != old {
        try page.keepingWhatWasTyped(context) {
          try writing.updateSection(id, ofGuide: guide.slug, text)
        }
      }
      if let place { try writing.moveSection(id, ofGuide: guide.slug, to: place - 1) }
      if isHTML { return .redirect(.seeOther, to: "/guides/\(guide.slug)/edit") }
      return .page(try guidePage(guide.slug, writing.reading))
    }
  }

  static func removeSection(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (guide, id, _) = try context.read { try section(context, $0) }
    try context.body().finish()
    let isHTML = context.representation == .html
    return .write { writing in
      try writing.removeSection(id, ofGuide: guide.slug)
      if isHTML { return .redirect(.seeOther, to: "/guides/\(guide.slug)/edit") }
      return .page(try guidePage(guide.slug, writing.reading))
    }
  }

  static func failure(ofGuide error: GuideWriteError) -> Failure {
    switch error {
    case .notFound: .notFound("guide")
    case .sectionNotFound: .notFound("section")
    case .titleTaken(let slug):
      .invalid("title", "The guide \(slug) is or was called so; choose another title.")
    case .malformed(let mistake):
      .invalid("introduction", "line \(mistake.line): \(mistake.reason)")
    case .notHere(let reason): .invalid("guide", reason)
    }
  }
}

/// The form for a guide's or section's title, introduction and contact.
struct TitledEditorPage: HTMLOnly {
  let heading: String
  let action: String
  let text: TitledText
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
      <form class="paste fields" method="post" action="\(action)">
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
