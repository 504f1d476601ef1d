/// Writes a form's fields into the text they were read from.
struct IssueFormWriter {
  private struct Slot {
    var field: IssueForm.Field?
    var style: IssueCut.Style
    var text: String
    /// Place in the text as it was; nil for what is new.
    var place: Int?
    var gap = 0
  }

  private let form: IssueForm
  private let old: IssueForm
  private let original: String
  private var slots: [Slot]
  private var isChanged = false
  private(set) var mistakes: [IssueForm.Mistake] = []
  private(set) var text = ""

  init(_ form: IssueForm, _ markdown: String) {
    let cut = IssueCut(markdown)
    self.form = form
    old = cut.form
    original = markdown
    slots = cut.pieces.enumerated().map { place, piece in
      Slot(
        field: piece.field, style: piece.style, text: piece.text, place: place, gap: piece.gap)
    }
  }

  mutating func write() {
    for slot in slots where slot.field != nil { rewrite(slot) }
    addRows()
    guard isChanged else {
      text = original
      return
    }
    let lines = join()
    checkFormat(lines)
    if mistakes.isEmpty { mistakes = form.misread(as: IssueForm(markdown: text)) }
  }

  // MARK: Parts that are there

  private mutating func rewrite(_ slot: Slot) {
    let field = slot.field!
    switch field {
    case .symptom(let row): passage(field, old.symptoms[row], form.symptoms[at: row] ?? "", slot)
    case .cause(let row): passage(field, old.causes[row], form.causes[at: row] ?? "", slot)
    case .fix(let row): fix(row, slot)
    case .verify(let row):
      guard let new = form.fixes[at: row], !new.isEmpty else { return }
      if !new.verify.saysTheSame(as: old.fixes[row].verify) {
        replace(field, with: PartMarkdown.label("Verify", new.verify), slot.style)
      }
    case .risk(let row):
      guard let new = form.fixes[at: row], !new.isEmpty else { return }
      if new.risk != old.fixes[row].risk {
        replace(field, with: PartMarkdown.label("Risk", new.risk?.rawValue ?? ""), slot.style)
      }
    case .check(let row):
      let new = form.checks[at: row] ?? ""
      if !new.saysTheSame(as: old.checks[row]) {
        replace(field, with: PartMarkdown.label("Check", new), slot.style)
      }
    case .sample(let row):
      let new = form.samples[at: row] ?? IssueForm.Sample()
      if new != old.samples[row] { replace(field, with: PartMarkdown.sample(new), .plain) }
    case .text(let row):
      let new = form.texts[at: row] ?? ""
      if new != old.texts[row] { replace(field, with: new.trimmedLines, .plain) }
    case .list(let list):
      guard form.lists[list] ?? "" != old.lists[list] ?? "" else { return }
      if slots.first(where: { $0.field == field })?.place == slot.place {
        replace(field, with: PartMarkdown.list(list, form.lists[list] ?? ""), slot.style)
      } else {
        remove { $0.place == slot.place }
      }
    }
  }

  private mutating func passage(
    _ field: IssueForm.Field, _ old: String, _ new: String, _ slot: Slot
  ) {
    guard !old.saysTheSame(as: new) else { return }
    let text =
      switch slot.style {
      case .plain: new.trimmedLines
      case .bullet: PartMarkdown.bullet(new)
      case .label, .labelParagraph: PartMarkdown.label(field.isSymptom ? "Symptom" : "Cause", new)
      }
    replace(field, with: text, slot.style)
  }

  private mutating func fix(_ row: Int, _ slot: Slot) {
    let new = form.fixes[at: row] ?? IssueForm.Fix()
    let before = old.fixes[row]
    if new == before { return }
    if new.isEmpty {
      if !new.verify.isBlank, !new.verify.saysTheSame(as: before.verify) { noText(row) }
      isChanged = true
      return remove {
        $0.field == .fix(row) || $0.field == .verify(row) || $0.field == .risk(row)
      }
    }
    guard !new.text.saysTheSame(as: before.text) || new.kind != before.kind else { return }
    let text = slot.style == .plain ? new.text.trimmedLines : PartMarkdown.fix(new)
    replace(.fix(row), with: text, slot.style)
  }

  private mutating func noText(_ row: Int) {
    mistakes.append(
      .init(field: .fix(row), reason: "Say what to do; how to verify it is no fix by itself."))
  }

  private mutating func replace(
    _ field: IssueForm.Field, with text: String, _ style: IssueCut.Style
  ) {
    guard !text.isEmpty else { return remove { $0.field == field } }
    guard let index = slots.firstIndex(where: { $0.field == field }) else { return }
    isChanged = true
    let marker = slots[index].text.first
    slots[index].text = text
    if style == .labelParagraph { slots[index].text = PartMarkdown.withoutBullet(text) }
    if let marker, marker == "*" || marker == "+", text.hasPrefix("- "), style != .labelParagraph {
      slots[index].text = String(marker) + text.dropFirst()
    }
  }

  private mutating func remove(_ condition: (Slot) -> Bool) {
    let count = slots.count
    slots.removeAll(where: condition)
    if slots.count < count { isChanged = true }
  }

  // MARK: New parts

  private mutating func addRows() {
    for (row, text) in form.symptoms.enumerated().dropFirst(old.symptoms.count) where !text.isBlank
    {
      let isLate = slots.contains { $0.field?.isFixPart ?? false }
      let after = last(where: \.isSymptom)
      insert(
        .symptom(row),
        isLate && after == nil ? PartMarkdown.label("Symptom", text) : PartMarkdown.bullet(text),
        after: after ?? opening)
    }
    for (row, text) in form.causes.enumerated().dropFirst(old.causes.count) where !text.isBlank {
      insert(
        .cause(row), PartMarkdown.label("Cause", text),
        after: last(where: \.isCause) ?? last(where: \.isSymptom) ?? opening)
    }
    for (row, text) in form.checks.enumerated().dropFirst(old.checks.count) where !text.isBlank {
      insert(
        .check(row), PartMarkdown.label("Check", text),
        after: last(where: \.isCheck) ?? last { $0.isCause || $0.isSymptom } ?? opening)
    }
    for (row, fix) in form.fixes.enumerated() { addFix(fix, row) }
    for list in IssueForm.List.allCases {
      guard let value = form.lists[list], !value.isBlank, last(where: { $0 == .list(list) }) == nil
      else { continue }
      insert(
        .list(list), PartMarkdown.list(list, value), after: last(where: \.isList) ?? beforeSamples)
    }
    for (row, sample) in form.samples.enumerated().dropFirst(old.samples.count)
    where !sample.text.isBlank {
      insert(.sample(row), PartMarkdown.sample(sample), after: slots.count)
    }
    for (row, text) in form.texts.enumerated().dropFirst(old.texts.count) where !text.isBlank {
      insert(.text(row), text.trimmedLines, after: slots.isEmpty ? 0 : slots.count)
    }
  }

  private mutating func addFix(_ fix: IssueForm.Fix, _ row: Int) {
    if row >= old.fixes.count {
      guard !fix.isEmpty else {
        if !fix.verify.isBlank || fix.risk != nil { noText(row) }
        return
      }
      insert(.fix(row), PartMarkdown.fix(fix), after: last(where: \.isFixPart) ?? beforeDetails)
    }
    guard !fix.isEmpty else { return }
    func end(_ slots: [Slot], _ fields: [IssueForm.Field]) -> Int? {
      slots.lastIndex { $0.field.map(fields.contains) ?? false }.map { $0 + 1 }
    }
    if !fix.verify.isBlank, !slots.contains(where: { $0.field == .verify(row) }),
      let place = end(slots, [.fix(row)])
    {
      insert(.verify(row), PartMarkdown.label("Verify", fix.verify), after: place)
    }
    if let risk = fix.risk, !slots.contains(where: { $0.field == .risk(row) }),
      let place = end(slots, [.fix(row), .verify(row)])
    {
      insert(.risk(row), PartMarkdown.label("Risk", risk.rawValue), after: place)
    }
  }

  private mutating func insert(_ field: IssueForm.Field, _ text: String, after place: Int) {
    guard !text.isEmpty else { return }
    isChanged = true
    var text = text
    let neighbour = place > 0 ? slots[place - 1].text.first : nil
    if let neighbour, neighbour == "*" || neighbour == "+", text.hasPrefix("- "),
      Self.isTight(slots[place - 1].text)
    {
      text = String(neighbour) + text.dropFirst()
    }
    slots.insert(Slot(field: field, style: .label, text: text, place: nil), at: place)
  }

  /// Behind the last part of a kind.
  private func last(where condition: (IssueForm.Field) -> Bool) -> Int? {
    slots.lastIndex { $0.field.map(condition) ?? false }.map { $0 + 1 }
  }

  /// Behind the text an issue opens with.
  private var opening: Int {
    slots.firstIndex { slot in
      if case .text = slot.field { return false }
      return slot.field != nil
    } ?? slots.count
  }

  private var beforeSamples: Int {
    slots.firstIndex { if case .sample = $0.field { true } else { false } } ?? slots.count
  }

  /// Before the first of the lists and samples that an issue closes with.
  private var beforeDetails: Int {
    slots.firstIndex {
      switch $0.field {
      case .sample, .list: true
      default: false
      }
    } ?? slots.count
  }

  // MARK: Joining

  /// Joins the slots; gives the lines that each stands on, counted from 1.
  private mutating func join() -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    var line = 1
    text = ""
    for (index, slot) in slots.enumerated() {
      if index > 0 {
        let before = slots[index - 1]
        let areNeighbours = before.place != nil && slot.place == before.place! + 1
        let isTight = Self.isTight(before.text) && Self.beginsWithItem(slot.text)
        let gap = areNeighbours ? before.gap : isTight ? 0 : 1
        text += String(repeating: "\n", count: gap + 1)
        line += gap + 1
      }
      let count = slot.text.lines.count
      ranges.append(line...line + max(0, count - 1))
      line += max(0, count - 1)
      text += slot.text
    }
    return ranges
  }

  /// One list item without a blank line: another may follow at once.
  private static func isTight(_ text: String) -> Bool {
    let outline = Outline(Array(text.utf8))
    guard outline.blocks.count == 1, case .item = outline.blocks[0].kind else { return false }
    return !outline.lines.contains(where: \.isBlank)
  }

  private static func beginsWithItem(_ text: String) -> Bool {
    if case .item = Outline(Array(text.utf8)).blocks.first?.kind { true } else { false }
  }

  // MARK: Mistakes

  private mutating func checkFormat(_ ranges: [ClosedRange<Int>]) {
    for problem in IssueContent.validate(markdown: text) {
      let slot = ranges.firstIndex { $0.contains(problem.line) }
      mistakes.append(.init(field: slot.flatMap { slots[$0].field }, reason: problem.reason))
    }
  }
}

extension IssueForm.Field {
  fileprivate var isSymptom: Bool { if case .symptom = self { true } else { false } }
  fileprivate var isCause: Bool { if case .cause = self { true } else { false } }
  fileprivate var isCheck: Bool { if case .check = self { true } else { false } }
  fileprivate var isList: Bool { if case .list = self { true } else { false } }

  fileprivate var isFixPart: Bool {
    switch self {
    case .fix, .verify, .risk: true
    default: false
    }
  }
}
