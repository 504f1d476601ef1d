/// A table whose columns say what is seen and what to do (GFM §4.10): `| Error | Meaning | Action |`.
struct Table {
  typealias Role = PartName.Role

  struct Row {
    /// Line of the outline.
    var line: Int
    var cells: [String]
  }

  let roles: [Role?]
  let rows: [Row]

  /// Columns that are none of these say something else, which must not be lost.
  var saysMore: Bool { roles.contains(nil) }

  /// Nil for a paragraph that is no table, and for a table without a column of fixes.
  init?(_ outline: Outline, paragraph index: Int) {
    let block = outline.blocks[index]
    guard block.kind == .paragraph, block.lines.count >= 3 else { return nil }
    let lines = Array(block.lines)
    let head = Self.cells(outline.text(ofLine: lines[0]))
    let marks = Self.cells(outline.text(ofLine: lines[1]))
    guard head.count >= 2, marks.count == head.count, marks.allSatisfy(Self.isMark) else {
      return nil
    }
    let roles = head.map(Self.role)
    guard roles.contains(where: { $0 == .fix || $0 == .workaround }),
      roles.contains(where: { $0 == .symptom || $0 == .cause })
    else { return nil }
    self.roles = roles
    rows = lines.dropFirst(2).map { line in
      // A row may have fewer cells than the head, and what is more is no part of the table.
      let cells = Self.cells(outline.text(ofLine: line))
      return Row(
        line: line, cells: roles.indices.map { $0 < cells.count ? cells[$0] : "" })
    }
  }

  /// The cells of that role, joined.
  func text(_ wanted: [Role], of row: Row) -> String {
    zip(roles, row.cells).filter { role, cell in
      role.map(wanted.contains) ?? false && !cell.isEmpty
    }
    .map(\.1).joined(separator: "\n\n")
  }

  private static func role(_ head: String) -> Role? {
    let word = head.filter { $0 != "*" && $0 != "`" && $0 != "?" && $0 != ":" }.trimmed.lowercased()
    if let role = words[word] { return role }
    if let part = PartName(head), part.isPart { return part.role }
    // "Error pattern", "What to do about it": the last word that names a part says which.
    let words = word.split { !$0.isLetter }.map(String.init)
    return words.last { wordRoles[$0] != nil }.flatMap { wordRoles[$0] }
  }

  private static let wordRoles: [String: Role] = [
    "error": .symptom, "errors": .symptom, "problem": .symptom, "issue": .symptom,
    "symptom": .symptom, "message": .symptom, "exception": .symptom, "warning": .symptom,
    "failure": .symptom, "cause": .cause, "causes": .cause, "reason": .cause, "fix": .fix,
    "solution": .fix, "resolution": .fix, "remedy": .fix, "workaround": .workaround,
    "mitigation": .fix,
  ]

  /// Whether a paragraph is a table of any kind.
  static func isDrawn(_ outline: Outline, paragraph index: Int) -> Bool {
    let lines = Array(outline.blocks[index].lines)
    guard lines.count >= 2 else { return false }
    let marks = cells(outline.text(ofLine: lines[1]))
    return marks.count == cells(outline.text(ofLine: lines[0])).count && marks.allSatisfy(isMark)
      && outline.text(ofLine: lines[1]).contains("|")
  }

  /// Heads of columns that mean something else as headings of articles, or nothing.
  private static let words: [String: Role] = [
    "meaning": .cause, "description": .cause, "explanation": .cause, "why": .cause,
    "what it means": .cause, "probable cause": .cause,
    "code": .symptom, "error code": .symptom, "message": .symptom, "exit code": .symptom,
    "status": .symptom, "status code": .symptom, "alert": .symptom, "sign": .symptom,
    "log message": .symptom, "log line": .symptom, "if you see": .symptom,
    "action": .fix, "actions": .fix, "remedy": .fix, "response": .fix, "steps": .fix,
    "corrective action": .fix, "suggested action": .fix, "suggested fix": .fix, "try": .fix,
    "do this": .fix, "answer": .fix, "how to solve": .fix, "quick fix": .fix,
    "troubleshooting": .fix, "next step": .fix, "next steps": .fix,
  ]

  private static func isMark(_ cell: String) -> Bool {
    let dashes = cell.drop { $0 == ":" }.prefix { $0 == "-" }
    return !dashes.isEmpty && cell.filter { $0 != ":" && $0 != "-" }.isEmpty
  }

  /// A row's cells; a backslash guards a bar, also inside code.
  private static func cells(_ line: String) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isGuarded = false
    for character in line.trimmed {
      if character == "|", !isGuarded {
        cells.append(cell)
        cell = ""
      } else {
        if character == "|" { cell.removeLast() }
        cell.append(character)
      }
      isGuarded = character == "\\" && !isGuarded
    }
    cells.append(cell)
    if cells.first?.isBlank == true { cells.removeFirst() }
    if cells.last?.isBlank == true, line.trimmed.hasSuffix("|") { cells.removeLast() }
    return cells.map { breaks($0.trimmed) }
  }

  /// `<br>` is how a cell has several lines.
  private static func breaks(_ cell: String) -> String {
    guard cell.contains("<") else { return cell }
    return ["<br>", "<br/>", "<br />", "<BR>"].reduce(cell) { $0.replacing($1, with: "\n") }
  }
}
