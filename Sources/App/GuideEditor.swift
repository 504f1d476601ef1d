import Guide
import HTTP
import Store

// Guides made, renamed and archived.

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

  static func guidePage(_ slug: String, _ reading: Reading) throws -> GuidePage {
    guard let guide = try reading.guide(slug) else { throw Failure.notFound("guide") }
    return GuidePage(guide: guide, sections: try reading.sections(ofGuide: guide.id))
  }

  static func guide(_ context: Context, _ reading: Reading) throws -> GuideSummary {
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
          base: text.version, guide: guide, sections: try reading.sections(ofGuide: guide.id)),
        headers: privately)
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
    let page = TitledEditorPage(
      heading: "Edit the guide", action: "/guides/\(guide.slug)/edit",
      text: input.text(changing: old), base: input.base, guide: guide)
    if let mistake = input.mistake(isNew: false) { return try page.refused(mistake, context) }
    let isHTML = context.representation == .html
    return .write { writing in
      let slug = try page.keepingWhatWasTyped(context) {
        guard let current = try writing.reading.guideText(guide.id) else {
          throw GuideWriteError.notFound
        }
        return try writing.updateGuide(
          guide.slug, try page.saving(input, over: current, context))
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
