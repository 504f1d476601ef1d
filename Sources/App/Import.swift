package import Guide
import JSON
package import Store

/// A guide read from files or records, ready to be stored.
package struct PreparedGuide: Sendable {
  package let file: GuideFile
  package let shape: GuideShape
  package let sections: [ImportedSection]
  /// The file or folder it was read from.
  package let path: String

  package var issueCount: Int { sections.reduce(0) { $0 + $1.issues.count } }
}

/// A file that was not understood: where and why.
package struct ImportProblem: Sendable, Equatable {
  package let path: String
  package let line: Int
  package let reason: String

  package init(path: String, line: Int, reason: String) {
    self.path = path
    self.line = line
    self.reason = reason
  }
}

/// Turns files into guides. Reads no files itself.
package struct Importer: Sendable {
  package private(set) var guides: [PreparedGuide] = []
  package private(set) var problems: [ImportProblem] = []
  /// What was understood and what was kept as plain text, by file and line.
  package private(set) var notes: [ImportProblem] = []

  /// What was taken as it is and is probably not meant so, by file and line.
  package private(set) var warnings: [ImportProblem] = []

  package init() {}

  /// A file of its own: a guide, or one issue that is its own guide.
  package mutating func add(file bytes: [UInt8], path: String) {
    guard let file = read(bytes, path: path) else { return }
    if let format = PageFormat(path: path), let name = format.name, format != .html {
      warnings.append(
        ImportProblem(
          path: path, line: 1,
          reason: "\(name) is read as if it were Markdown; better \(format.wayOut(path))"))
    }
    add(file, path: path)
  }

  private mutating func add(_ file: GuideFile, path: String) {
    let shape: GuideShape =
      switch file.layout {
      case .sections: .sections
      case .issues: .issues
      case .single: .single
      }
    let sections = file.sections.map { section in
      ImportedSection(section: section, issues: section.issues.map { ImportedIssue(span: $0) })
    }
    append(PreparedGuide(file: file, shape: shape, sections: sections, path: path))
  }

  /// A folder: files of one issue each become one guide, named like the folder, subfolders its
  /// sections; files that are guides by themselves stay such.
  package mutating func add(
    folder name: String, files: [(path: String, bytes: [UInt8])], at root: String
  ) {
    var sections: [ImportedSection] = []
    var head = ""
    for (path, bytes) in files {
      let shown = root + "/" + path
      if bytes.allSatisfy({ $0 <= 0x20 }) {
        warnings.append(ImportProblem(path: shown, line: 1, reason: "this file is empty: left out"))
        continue
      }
      if ["readme.md", "readme.markdown"].contains(path.lowercased()) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
          _ = read(bytes, path: shown)
          continue
        }
        head = text
        continue
      }
      guard let file = read(bytes, path: shown) else { continue }
      guard file.layout == .single, let span = file.sections.first?.issues.first else {
        add(file, path: shown)
        continue
      }
      let folder = path.split(separator: "/").dropLast().joined(separator: " / ")
      var issue = ImportedIssue(span: span, path: path)
      issue.span.lead = file.head + (file.sections.first?.lead ?? "") + span.lead
      issue.given = Importer.given(file)
      if let place = sections.firstIndex(where: { $0.section.title == folder }) {
        sections[place].issues.append(issue)
      } else {
        sections.append(
          ImportedSection(section: GuideSection(title: folder), issues: [issue]))
      }
    }
    guard !sections.isEmpty else { return }
    let file = GuideFile(layout: .single, title: name, head: head, introduction: head)
    append(PreparedGuide(file: file, shape: .folder, sections: sections, path: root))
  }

  /// A guide is known by its title: of two with one title the second would archive the issues of the first.
  private mutating func append(_ guide: PreparedGuide) {
    let slug = Guide.slug(of: guide.file.title)
    guard let other = guides.first(where: { Guide.slug(of: $0.file.title) == slug }) else {
      return guides.append(guide)
    }
    // One file may be named twice, by itself and with its folder.
    if guide.path == other.path, guide.file == other.file, guide.shape != .folder { return }
    problems.append(
      ImportProblem(
        path: guide.path, line: 1,
        reason:
          "\(other.path) has the title “\(guide.file.title)”, too, and a guide is known by its "
          + "title; give one of them another."))
  }

  /// What was noticed, and what was read out of each issue, in the file's order.
  private static func understood(_ file: GuideFile) -> [GuideNote] {
    let issues = file.sections.flatMap(\.issues).map {
      $0.note(on: IssueContent.reading($0.markdown, title: $0.title).content)
    }
    return (file.notes + issues).enumerated()
      .sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }.map(\.element)
  }

  /// Licence and attribution of a file's front matter travel with its issue.
  private static func given(_ file: GuideFile) -> IssueContent? {
    guard file.license != nil || file.attribution != nil else { return nil }
    var content = IssueContent()
    content.license = file.license
    content.attribution = file.attribution
    return content
  }

  private mutating func read(_ bytes: [UInt8], path: String) -> GuideFile? {
    let name = String(path.split(separator: "/").last ?? "guide")
    do {
      let file = try GuideFile.read(bytes, name: name)
      notes += Importer.understood(file).map {
        ImportProblem(path: path, line: $0.line, reason: $0.text)
      }
      // A text in the guide format must keep to it; other layouts are taken as they are.
      if file.layout == .sections {
        var broken = false
        for issue in file.sections.flatMap(\.issues) {
          let found = IssueContent.reading(issue.markdown, title: issue.title).problems
          warnings += IssueContent.validate(markdown: issue.markdown).filter { !found.contains($0) }
            .map {
              ImportProblem(path: path, line: issue.line + $0.line - 1, reason: $0.reason)
            }
          for problem in found {
            broken = true
            problems.append(
              ImportProblem(
                path: path, line: issue.line + problem.line - 1, reason: problem.reason))
          }
        }
        if broken { return nil }
      }
      return file
    } catch {
      problems.append(ImportProblem(path: path, line: error.line, reason: error.reason))
      return nil
    }
  }

  /// JSON Lines: one issue a line, with `guide`, `section`, `title`, `body` and arrays that win
  /// over what is read from the body.
  package mutating func add(records text: [UInt8], path: String) {
    var byGuide: [String: [ImportedSection]] = [:]
    var order: [String] = []
    var number = 0
    for line in text.split(separator: 0x0a, omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ $0 <= 0x20 }) { continue }
      do {
        let record = try Importer.record(try JSON.read(Array(line)))
        if byGuide[record.guide] == nil { order.append(record.guide) }
        var sections = byGuide[record.guide] ?? []
        if let place = sections.lastIndex(where: { $0.section.title == record.section }) {
          sections[place].issues.append(record.issue)
        } else {
          sections.append(
            ImportedSection(
              section: GuideSection(title: record.section), issues: [record.issue]))
        }
        byGuide[record.guide] = sections
      } catch let error as JSONError {
        problems.append(
          ImportProblem(path: path, line: number, reason: "not JSON: \(error.reason)."))
      } catch let error as GuideError {
        problems.append(ImportProblem(path: path, line: number, reason: error.reason))
      } catch {
        problems.append(ImportProblem(path: path, line: number, reason: "\(error)"))
      }
    }
    for guide in order {
      let file = GuideFile(layout: .single, title: guide)
      append(
        PreparedGuide(
          file: file, shape: .records, sections: byGuide[guide] ?? [], path: path))
    }
  }

  private static func record(
    _ json: JSON
  ) throws(GuideError) -> (guide: String, section: String, issue: ImportedIssue) {
    func text(_ name: String) throws(GuideError) -> String? {
      guard let value = json[name], !value.isNull else { return nil }
      guard let text = value.text else {
        throw GuideError(line: 1, reason: "\(name) must be a string, not \(value.typeName).")
      }
      return text
    }
    func texts(_ name: String) throws(GuideError) -> [String] {
      guard let value = json[name], !value.isNull else { return [] }
      guard let items = value.items else {
        throw GuideError(line: 1, reason: "\(name) must be an array, not \(value.typeName).")
      }
      return try items.map { item throws(GuideError) in
        guard let text = item.text ?? item["text"]?.text else {
          throw GuideError(line: 1, reason: "\(name) must hold strings, or objects with \"text\".")
        }
        return text
      }
    }
    guard let title = try text("title"), !title.isEmpty else {
      throw GuideError(line: 1, reason: "title is missing.")
    }
    guard let guide = try text("guide"), !guide.isEmpty else {
      throw GuideError(line: 1, reason: "guide is missing.")
    }
    var given = IssueContent()
    given.symptoms = try texts("symptoms").map { Passage(text: $0, line: 1) }
    given.causes = try texts("causes").map { Passage(text: $0, line: 1) }
    given.fixes = try texts("fixes").map { FixText(kind: .fix, text: $0, line: 1) }
    given.aliases = try texts("aliases")
    given.samples = try texts("samples").map { Sample(text: $0, negative: false, line: 1) }
    given.tags = try texts("tags")
    given.license = try text("license")
    given.attribution = try text("attribution")
    if let source = try text("source") { given.sources = [source] }
    let body = try text("body") ?? ""
    let span = IssueSpan(
      title: title, lead: "# \(headingText(title))\n\n", markdown: body, trail: "\n", line: 1)
    return (
      guide, try text("section") ?? "",
      ImportedIssue(span: span, externalID: try text("id"), given: given)
    )
  }

  /// Stores all guides in one transaction.
  package func store(_ writing: Writing) throws -> [ImportSummary] {
    try guides.map { try writing.importGuide($0.file, shape: $0.shape, sections: $0.sections) }
  }
}

/// The guides that come with the program.
package enum ShippedGuides {
  /// All of them, read and ready to be stored.
  package static func importer() -> Importer {
    var importer = Importer()
    for guide in Assets.guides { importer.add(file: guide.bytes, path: guide.name) }
    return importer
  }
}
