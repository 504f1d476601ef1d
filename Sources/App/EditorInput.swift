import Guide
import HTTP
import Store

/// What an editor's form holds, as it was typed.
struct EditorDraft: Sendable {
  /// nil: an issue that is there.
  var guide: String?
  /// The revision that was edited.
  var base = 0
  var title = ""
  var section = ""
  /// A program may leave the section out, which then stays as it is.
  var hasSection = true
  /// The text in the guide format; where `form` is given, the text that it was read from.
  var markdown = ""
  /// The same text in fields.
  var form: IssueForm?
  var comment = ""
  /// What the text must keep to where it stands.
  var place = IssuePlace.book

  init(guide: String? = nil, _ text: IssueText) {
    self.guide = guide
    base = text.revision
    title = text.title
    section = text.section
    markdown = text.markdown
  }

  /// Parts of a form that come in rows.
  enum Row: String, CaseIterable { case symptom, cause, fix, check, sample }

  /// What a button of the form asks for.
  enum Action: Equatable {
    case save, preview
    /// Shows the text in fields, or as text.
    case form, text
    case add(Row)
    /// Changes places with the row above or below; rows count from 1.
    case up(Row, Int)
    case down(Row, Int)

    /// As buttons say it: "save", "add-fix", "up-fix-2".
    init?(_ name: String) {
      let words = name.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
      let row = words.count > 1 ? Row(rawValue: words[1]) : nil
      let number = words.count == 3 ? wholeNumber(words[2]) : nil
      switch (words[0], row, number, words.count) {
      case ("save", nil, nil, 1): self = .save
      case ("preview", nil, nil, 1): self = .preview
      case ("form", nil, nil, 1): self = .form
      case ("text", nil, nil, 1): self = .text
      case ("add", let row?, nil, 2): self = .add(row)
      case ("up", let row?, let number?, 3): self = .up(row, number)
      case ("down", let row?, let number?, 3): self = .down(row, number)
      default: return nil
      }
    }
  }

  /// Reads the fields that every editor's form has.
  static func read(
    _ fields: inout Fields, guide: String?, base: Int
  ) throws(Failure) -> (EditorDraft, Action) {
    var draft = EditorDraft(IssueText(title: "", section: "", markdown: ""))
    draft.guide = guide
    draft.base = base
    draft.title = try fields.text("title", limit: 10_000) ?? ""
    let section = try fields.text("section", limit: 10_000)
    draft.section = section ?? ""
    draft.hasSection = section != nil
    draft.markdown = lines(try fields.text("markdown", limit: 200_000) ?? "")
    draft.comment = try fields.text("comment", limit: 10_000) ?? ""
    guard let action = Action(try fields.text("action", limit: 100) ?? "save") else {
      throw Failure.invalid("action", "action must be what a button of the form says.")
    }
    if try fields.flag("fields") { draft.form = try IssueForm(&fields) }
    return (draft, action)
  }

  /// Forms send CRLF (https://html.spec.whatwg.org/#append-an-entry).
  fileprivate static func lines(_ text: String) -> String { text.replacing("\r\n", with: "\n") }

  /// The text as it would be saved.
  var text: IssueText {
    IssueText(title: title, section: section, markdown: written.markdown, revision: base)
  }

  private var written: (markdown: String, mistakes: [IssueForm.Mistake]) {
    guard let form else { return (normal(markdown), []) }
    let (text, mistakes) = form.written(into: markdown)
    return (normal(text), mistakes)
  }

  /// Takes the section that was left out from the revision that was edited.
  mutating func keepSection(ofIssue id: Int, _ reading: Reading) throws {
    guard !hasSection else { return }
    section = try reading.revision(base, ofIssue: id)?.section ?? ""
  }

  /// What must be put right before the text can be saved.
  var mistakes: [EditorMistake] {
    var mistakes: [EditorMistake] = []
    func check(_ field: String, _ text: String, limit: Int, isNeeded: Bool = false) {
      if isNeeded, text.allSatisfy(\.isWhitespace) {
        mistakes.append(EditorMistake(field: field, reason: "The \(field) is missing."))
      } else if text.contains(where: \.isNewline) {
        mistakes.append(EditorMistake(field: field, reason: "The \(field) must be one line."))
      } else if text.unicodeScalars.count > limit {
        mistakes.append(
          EditorMistake(field: field, reason: "At most \(limit) characters can be kept here."))
      }
    }
    check("title", title, limit: 200, isNeeded: true)
    check("section", section, limit: 200)
    check("comment", comment, limit: 500)
    let (markdown, wrong) = written
    if form != nil {
      return mistakes + wrong.map { EditorMistake(field: $0.field?.name, reason: $0.reason) }
    }
    if markdown.isEmpty {
      mistakes.append(EditorMistake(field: "markdown", reason: "The text is missing."))
    }
    return mistakes
      + EditorMistake.all(
        IssueContent.validate(markdown: markdown, at: place), in: markdown)
  }

  /// Does what a button asks for, but for saving.
  mutating func apply(_ action: Action) {
    switch action {
    case .save, .preview: break
    case .form: if form == nil { form = IssueForm(markdown: normal(markdown)) }
    case .text:
      // With mistakes it stays as it is: fields say better where they are.
      guard form != nil, written.mistakes.isEmpty else { return }
      markdown = written.markdown
      form = nil
    case .add(.symptom): form?.symptoms.append("")
    case .add(.cause): form?.causes.append("")
    case .add(.fix): form?.fixes.append(.init())
    case .add(.check): form?.checks.append("")
    case .add(.sample): form?.samples.append(.init())
    case .up(let row, let number): exchange(row, number - 2)
    case .down(let row, let number): exchange(row, number - 1)
    }
  }

  /// Lets a row change places with the next one. A part keeps its identity: that hangs on its text.
  private mutating func exchange(_ row: Row, _ index: Int) {
    func exchange<Part>(_ parts: inout [Part]) {
      if index >= 0, index + 1 < parts.count { parts.swapAt(index, index + 1) }
    }
    guard form != nil else { return }
    switch row {
    case .symptom: exchange(&form!.symptoms)
    case .cause: exchange(&form!.causes)
    case .fix: exchange(&form!.fixes)
    case .check: exchange(&form!.checks)
    case .sample: exchange(&form!.samples)
    }
  }

  /// How many rows of a kind the form has.
  func count(_ row: Row) -> Int {
    guard let form else { return 0 }
    return switch row {
    case .symptom: form.symptoms.count
    case .cause: form.causes.count
    case .fix: form.fixes.count
    case .check: form.checks.count
    case .sample: form.samples.count
    }
  }
}

/// Something that must be put right, where it stands.
struct EditorMistake: Sendable, Equatable {
  /// Name of the form's field.
  var field: String?
  /// Line of the text, from 1.
  var line: Int?
  /// What stands on that line.
  var excerpt: String?
  var reason: String

  static func all(_ errors: [GuideError], in markdown: String) -> [EditorMistake] {
    let lines = markdown.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return errors.map { error in
      let line = lines.indices.contains(error.line - 1) ? lines[error.line - 1] : ""
      return EditorMistake(
        field: "markdown", line: error.line, excerpt: line.isEmpty ? nil : String(line.prefix(120)),
        reason: error.reason)
    }
  }

  /// What the store or the samples refuse, where the person who edits can put it right.
  static func of(_ error: any Error, in markdown: String) -> [EditorMistake]? {
    switch error {
    case let error as BrokenSamples: return all(error.mistakes, in: markdown)
    case IssueWriteError.malformed(let errors): return all(errors, in: markdown)
    case IssueWriteError.checkNameTaken(let name, let slug):
      return [
        EditorMistake(
          field: "markdown",
          reason: "The check name \(name) is taken by the issue \(slug). Choose another.")
      ]
    case IssueWriteError.sectionNotFound(let name):
      return [
        EditorMistake(field: "section", reason: "This guide can't have a section \(name).")
      ]
    case IssueWriteError.guideNotFound(let name):
      return [EditorMistake(field: "guide", reason: "There is no guide \(name).")]
    default: return nil
    }
  }
}

extension IssueForm {
  /// Rows are named "symptom-1", "symptom-2" … without a gap.
  fileprivate init(_ fields: inout Fields) throws(Failure) {
    self.init()
    func rows(_ name: String, _ fields: inout Fields) throws(Failure) -> [String] {
      var rows: [String] = []
      while rows.count < 200,
        let text = try fields.text("\(name)-\(rows.count + 1)", limit: 200_000)
      {
        rows.append(EditorDraft.lines(text))
      }
      return rows
    }
    symptoms = try rows("symptom", &fields)
    causes = try rows("cause", &fields)
    checks = try rows("check", &fields)
    texts = try rows("text", &fields)
    for (row, text) in try rows("fix", &fields).enumerated() {
      let number = row + 1
      let kind = try fields.text("kind-\(number)") ?? ""
      let risk = try fields.text("risk-\(number)") ?? ""
      fixes.append(
        Fix(
          kind: FixText.Kind(rawValue: kind) ?? .fix, text: text,
          verify: EditorDraft.lines(try fields.text("verify-\(number)", limit: 20_000) ?? ""),
          risk: FixText.Risk(rawValue: risk)))
    }
    for (row, text) in try rows("sample", &fields).enumerated() {
      let means = try fields.text("means-\(row + 1)")
      samples.append(Sample(text: text, negative: means == "other"))
    }
    for list in List.allCases {
      lists[list] = EditorDraft.lines(try fields.text(list.rawValue, limit: 20_000) ?? "")
    }
  }
}
