extension GuideFile {
  /// Reads a Markdown file as a guide.
  ///
  /// - Parameters:
  ///   - name: The file's name; it is the title where the file has none.
  /// - Throws: `GuideError` with the line of the first byte that is not UTF-8. Everything else
  ///   is read: what is not understood is kept as text, and `notes` says so.
  package static func read(_ bytes: [UInt8], name: String) throws(GuideError) -> GuideFile {
    try checkUTF8(bytes)
    var reader = GuideReader(bytes, name: name)
    return reader.read()
  }

  private static func checkUTF8(_ bytes: [UInt8]) throws(GuideError) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      let before = bytes[..<error.byteOffsets.lowerBound].text.lines
      let endsLine =
        error.byteOffsets.lowerBound == 0
        || bytes[error.byteOffsets.lowerBound - 1].isLineEnd
      throw GuideError(
        line: before.count + (endsLine ? 1 : 0),
        reason: kind(of: bytes).map { "This is no Markdown in UTF-8, but \($0)." }
          ?? "This line is not UTF-8; save the file as UTF-8 and import it again.")
    }
  }

  /// What another kind of file is, by its first bytes.
  private static func kind(of bytes: [UInt8]) -> String? {
    let kinds: [([UInt8], String)] = [
      (
        Array("PK".utf8) + [3, 4],
        "a zip file (or a document that is one, such as .docx): unpack it"
      ),
      ([0x1f, 0x8b], "a gzip file: unpack it"), (Array("%PDF-".utf8), "a PDF file"),
      ([0x89] + Array("PNG".utf8), "a picture"), ([0xff, 0xd8, 0xff], "a picture"),
      ([0xff, 0xfe], "text in UTF-16: save it as UTF-8"),
      ([0xfe, 0xff], "text in UTF-16: save it as UTF-8"),
    ]
    return kinds.first { bytes.starts(with: $0.0) }?.1
  }
}

/// Cuts one file into the spans of a `GuideFile`.
struct GuideReader {
  let bytes: [UInt8]
  let name: String
  let outline: Outline
  let frontMatter: FrontMatter?
  /// Lines above the first line of `outline`.
  let linesAbove: Int
  let bodyStart: Int
  let titleHeading: HeadingLine?
  /// Headings below the title, tables of contents left out.
  let headings: [HeadingLine]
  /// Headings of tables of contents.
  let contents: [HeadingLine]
  let finder: ContentsFinder
  var notes: [GuideNote] = []
  /// Of the heading that began the last section.
  var sectionLevel = 0

  init(_ bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
    let bom = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    frontMatter = FrontMatter(bytes, from: bom)
    bodyStart = frontMatter?.end ?? bom
    linesAbove = frontMatter?.lineCount ?? 0
    outline = Outline(bytes, from: bodyStart)
    let all = outline.headings
    let title = Self.titleHeading(all, hasFrontTitle: frontMatter?.value("title") != nil)
    titleHeading = title
    let titled = title.map { $0.level == 1 } ?? false
    let below = all.filter { $0.block != title?.block }.map { heading in
      var heading = heading
      if titled { heading.level = max(heading.level, 2) }
      return heading
    }
    finder = ContentsFinder(outline: outline, headings: below)
    let contentsIndices = Set(finder.headingIndices())
    contents = contentsIndices.sorted().map { below[$0] }
    headings = below.enumerated().filter { !contentsIndices.contains($0.offset) }.map(\.element)
  }

  /// The heading that names the file: the first, unless it names a part or is one of several
  /// of its level.
  private static func titleHeading(_ all: [HeadingLine], hasFrontTitle: Bool) -> HeadingLine? {
    guard let first = all.first(where: { $0.level == 1 }) else { return nil }
    if first.isIssuePart { return nil }
    let ones = all.indices.filter { all[$0].level == 1 }
    let parents = ones.count { $0 + 1 < all.count && all[$0 + 1].level > 1 }
    if ones.count >= 2, hasFrontTitle || parents >= 2 { return nil }
    let isList = ones.count >= 3 && ones.count == all.count && !first.body.isEmpty
    if isList, !Heading.namesMany(first.title) { return nil }
    return first
  }

  mutating func read() -> GuideFile {
    var file = GuideFile(layout: .single, title: title)
    file.frontMatter = frontMatter?.properties ?? []
    file.owner = frontMatter?.value("owner")
    file.escalate = frontMatter?.value("escalate", "escalation")
    file.license = frontMatter?.value("license", "licence")
    file.attribution = frontMatter?.value("attribution")
    noteTop()
    let choice = choice()
    file.layout = choice.layout
    switch choice.layout {
    case .single: readSingle(into: &file)
    case .sections, .issues: readBook(into: &file, choice)
    }
    file.notes = notes
    return file
  }

  var title: String {
    if let titleHeading { return titleHeading.title }
    if let title = frontMatter?.value("title") { return Heading.oneLine(title) }
    return Self.title(ofFile: name)
  }

  /// `Common-Issues.md` → "Common Issues".
  static func title(ofFile name: String) -> String {
    var base = name.split(separator: "/").last ?? ""
    for ending in [".md", ".markdown", ".mkd", ".mdown", ".mkdn", ".mdx"]
    where base.lowercased().hasSuffix(ending) {
      base = base.dropLast(ending.count)
    }
    let words = base.split { $0 == "-" || $0 == "_" || $0 == " " }
    return words.isEmpty ? "Untitled" : words.joined(separator: " ")
  }

  private func choice() -> LayoutChooser.Choice {
    let isBlank = outline.blocks.allSatisfy { $0.kind == .html } || isOnlyTitle
    if headings.isEmpty, isBlank { return LayoutChooser.Choice(layout: .sections, level: 2) }
    return LayoutChooser(
      outline: outline, headings: headings, title: title, name: Self.title(ofFile: name),
      hasTitle: titleHeading != nil || frontMatter?.value("title") != nil,
      hasContents: !contents.isEmpty
    ).choose()
  }

  private var isOnlyTitle: Bool {
    outline.blocks.count == 1 && titleHeading != nil
  }

  /// The file from its beginning to the end of the title's heading is the lead, the rest the text.
  private mutating func readSingle(into file: inout GuideFile) {
    let first = titleHeading.map(\.end) ?? 0
    let issue = issue(title: file.title, from: 0, firstLine: first, to: bytes.count)
    file.sections = [GuideSection(title: "", issues: [issue])]
    if let titleHeading, titleHeading.block > 0 {
      note(0, "text above the title is kept as it is")
    }
  }

  /// An issue whose lead begins at byte `start` and whose text begins at or after `firstLine`.
  func issue(title: String, from start: Int, firstLine: Int, to end: Int) -> IssueSpan {
    var line = firstLine
    while line < outline.lines.count, outline.lines[line].start < end, outline.lines[line].isBlank {
      line += 1
    }
    let textStart = line < outline.lines.count ? min(outline.lines[line].start, end) : end
    var textEnd = end
    while textEnd > textStart, bytes[textEnd - 1].isWhitespace { textEnd -= 1 }
    return IssueSpan(
      title: title, lead: bytes[start..<textStart].text,
      markdown: bytes[textStart..<textEnd].text, trail: bytes[textEnd..<end].text,
      line: line + linesAbove + 1)
  }

  mutating func note(_ line: Int, _ text: String) {
    notes.append(GuideNote(line: line + linesAbove + 1, text: text))
  }

  private mutating func noteTop() {
    if let frontMatter {
      notes.append(
        GuideNote(line: 1, text: "front matter with \(frontMatter.properties.count) entries"))
    }
    let read = Set(outline.headings.map(\.block))
    for (index, block) in outline.blocks.enumerated() where !read.contains(index) {
      guard case .underlined = block.kind else { continue }
      note(
        block.lines.lowerBound,
        "underlined heading is kept as text"
          + (outline.countsUnderlined ? "" : "; only # headings are read"))
    }
    if let page = outline.htmlPage {
      note(
        page,
        "this is a page in HTML, whose headings are not read: turn it into Markdown first, e.g. with "
          + "“pandoc -f html -t gfm”")
    }
    if let line = outline.unclosedHTML {
      note(line, "this HTML is not closed; what follows it is read as part of it")
    }
    for fence in outline.fences where fence.closing == nil {
      note(fence.opening, "this code fence is not closed; what follows it is read as code")
    }
  }
}
