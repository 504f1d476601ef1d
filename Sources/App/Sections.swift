import Guide
import HTTP
import Store

// Sections made, renamed, reordered and removed.

extension App {
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
          text: text, base: text.version, guide: guide), headers: privately)
    }
  }

  static func updateSection(_ context: Context) throws -> Reply {
    try context.require(.edit)
    let (guide, id, old) = try context.read { try section(context, $0) }
    var fields = try context.body()
    let input = try TitledInput(&fields)
    let place = try fields.integer("position", in: 1...Int.max)
    try fields.finish()
    let page = TitledEditorPage(
      heading: "Edit the section", action: "/guides/\(guide.slug)/sections/\(id)/edit",
      text: input.text(changing: old), base: input.base, guide: guide)
    if let mistake = input.mistake(isNew: false) { return try page.refused(mistake, context) }
    let isHTML = context.representation == .html
    return .write { writing in
      try page.keepingWhatWasTyped(context) {
        guard let current = try writing.reading.sectionText(id, ofGuide: guide.id) else {
          throw GuideWriteError.sectionNotFound
        }
        let text = try page.saving(input, over: current, context)
        if text != current { try writing.updateSection(id, ofGuide: guide.slug, text) }
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
}
