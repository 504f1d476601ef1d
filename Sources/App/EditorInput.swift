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

  /// What a button of the form asks for.
  enum Action: String, CaseIterable {
    case save, preview
    /// Shows the text in fields, or as text.
    case form, text
    case addSymptom = "add-symptom"
    case addCause = "add-cause"
    case addFix = "add-fix"
    case addCheck = "add-check"
    case addSample = "add-sample"
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
    let action = try fields.choice("action", as: Action.self) ?? .save
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
    case .addSymptom: form?.symptoms.append("")
    case .addCause: form?.causes.append("")
    case .addFix: form?.fixes.append(.init())
    case .addCheck: form?.checks.append("")
    case .addSample: form?.samples.append(.init())
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
