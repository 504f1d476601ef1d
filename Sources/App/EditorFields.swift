import Guide
import Markup

/// An issue's parts as fields of a form: rows that can be changed, emptied and added to.
enum EditorFields {
  static func html(
    _ form: IssueForm, markdown: String, mistakes: [EditorMistake], focus: String?
  ) -> HTML {
    let fields = EditorFieldRows(mistakes: mistakes, focus: focus)
    let symptoms: [HTML] = fields.rows("symptom", form.symptoms, lines: 2)
    let causes: [HTML] = fields.rows("cause", form.causes, lines: 2)
    let fixes: [HTML] = (form.fixes.isEmpty ? [.init()] : form.fixes).enumerated()
      .map { fields.fix($1, number: $0 + 1, of: form.fixes.count) }
    let checks: [HTML] = form.checks.isEmpty ? [] : fields.rows("check", form.checks, lines: 1)
    let samples: [HTML] = form.samples.enumerated().map {
      fields.sample($1, number: $0 + 1, of: form.samples.count)
    }
    let texts: [HTML] = form.texts.isEmpty ? [] : fields.rows("text", form.texts, lines: 4)
    return """
      <input type="hidden" name="fields" value="1">
      <input type="hidden" name="markdown" value="\(markdown)">
      <p class="row"><button name="action" value="save" hidden>Save</button>\
      <button name="action" value="text">Edit as text</button></p>
      \(part("Symptoms", symptoms, add: "symptom"))
      \(part("Causes", causes, add: "cause"))
      \(part("Fixes", fixes, add: "fix"))
      \(part("Checks", checks, add: "check"))
      \(part("Samples", samples, add: "sample"))
      \("<fieldset><legend>Other text</legend>\n\(texts)</fieldset>", if: !texts.isEmpty)
      <fieldset><legend>More about it</legend>
      \(fields.area("aliases", form.lists[.aliases] ?? "", lines: 3))
      \(fields.line("tags", form.lists[.tags] ?? ""))
      \(fields.area("environment", form.lists[.environment] ?? "", lines: 2))
      \(fields.line("owner", form.lists[.owner] ?? ""))
      \(fields.line("escalate", form.lists[.escalate] ?? ""))
      \(fields.area("sources", form.lists[.sources] ?? "", lines: 2))
      \(fields.area("related", form.lists[.related] ?? "", lines: 1))
      \(fields.area("duplicate-of", form.lists[.duplicateOf] ?? "", lines: 1))
      \(fields.area("supersedes", form.lists[.supersedes] ?? "", lines: 1))
      </fieldset>
      """
  }

  private static func part(_ name: String, _ rows: [HTML], add: String) -> HTML {
    """
    <fieldset><legend>\(name)</legend>
    \(rows)<p><button name="action" value="add-\(add)">Add a \(add)</button></p>
    </fieldset>
    """
  }

  /// What a field is called: "symptom-2" is "Symptom 2".
  static func label(_ field: String) -> String {
    switch field {
    case "markdown": return "Text"
    case "aliases": return "Also seen as, one wording a line"
    case "tags": return "Tags, with commas between them"
    case "environment": return "Applies to, one key=value a line"
    case "owner": return "Whom it belongs to"
    case "escalate": return "Whom to ask when nothing helps"
    case "sources": return "Sources, one a line"
    case "related": return "Related issues, one address or title a line"
    case "duplicate-of": return "Duplicate of"
    case "supersedes": return "Supersedes"
    default: break
    }
    let parts = field.split(separator: "-")
    let name =
      switch parts.first {
      case "verify": "How to see that it worked, fix"
      case "risk": "Risk of fix"
      case "kind": "Kind of fix"
      case "means": "The lines of sample"
      case "check": "Name: rule, check"
      case "sample": "Lines of a log or message, sample"
      case "text": "Text"
      case let name?: name.prefix(1).uppercased() + name.dropFirst()
      case nil: ""
      }
    return parts.count > 1 ? "\(name) \(parts[1])" : name
  }

  static func marks(_ field: String, _ mistakes: [EditorMistake]) -> HTML {
    guard mistakes.contains(where: { $0.field == field }) else { return "" }
    return " aria-invalid=\"true\" aria-describedby=\"\(field)-mistake\""
  }

  static func reasons(_ field: String, _ mistakes: [EditorMistake]) -> HTML {
    let reasons = mistakes.filter { $0.field == field }.map(\.reason)
    guard !reasons.isEmpty else { return "" }
    return "<p class=\"mistake\" id=\"\(field)-mistake\">\(reasons.joined(separator: " "))</p>\n"
  }
}

private struct EditorFieldRows {
  let mistakes: [EditorMistake]
  let focus: String?

  func rows(_ name: String, _ texts: [String], lines: Int) -> [HTML] {
    (texts.isEmpty ? [""] : texts).enumerated().map { row, text in
      area("\(name)-\(row + 1)", text, lines: lines, order: order(name, row + 1, of: texts.count))
    }
  }

  /// Buttons that let a row change places with its neighbours.
  func order(_ name: String, _ number: Int, of count: Int) -> HTML {
    guard count > 1, EditorDraft.Row(rawValue: name) != nil else { return "" }
    func button(_ way: String, _ arrow: String) -> HTML {
      let value = "\(way)-\(name)-\(number)"
      return """
        <button name="action" value="\(value)" class="small" aria-label="Move \(name) \(number) \(way)"\(value == focus ? " autofocus" : "" as HTML)>\(arrow)</button>
        """
    }
    return """
      <span class="order">\(number > 1 ? button("up", "↑") : "")\(number < count ? button("down", "↓") : "")</span>
      """
  }

  func area(_ field: String, _ text: String, lines: Int, order: HTML = "") -> HTML {
    let count = max(lines, min(20, text.count { $0 == "\n" } + 1 + text.count / 90))
    return """
      \(order)<p><label for="\(field)">\(EditorFields.label(field))</label>
      <textarea id="\(field)" name="\(field)" rows="\(count)"\(attributes(field))>\(HTML.raw("\n"))\(text)</textarea></p>
      \(EditorFields.reasons(field, mistakes))
      """
  }

  func line(_ field: String, _ text: String) -> HTML {
    """
    <p><label for="\(field)">\(EditorFields.label(field))</label>\
    <input id="\(field)" name="\(field)" value="\(text)"\(attributes(field))></p>
    \(EditorFields.reasons(field, mistakes))
    """
  }

  private func attributes(_ field: String) -> HTML {
    "\(EditorFields.marks(field, mistakes))\(field == focus ? " autofocus" : "" as HTML)"
  }

  private func choice(_ field: String, _ options: [(String, String)], _ chosen: String) -> HTML {
    let items: [HTML] = options.map { value, name in
      "<option value=\"\(value)\"\(value == chosen ? " selected" : "" as HTML)>\(name)</option>"
    }
    return """
      <label for="\(field)">\(EditorFields.label(field))</label>\
      <select id="\(field)" name="\(field)">\(items)</select>
      """
  }

  func fix(_ fix: IssueForm.Fix, number: Int, of count: Int) -> HTML {
    let risks =
      [("", "not said")]
      + [FixText.Risk.safe, .disruptive, .destructive].map { ($0.rawValue, $0.rawValue) }
    return """
      <div class="fix">
      \(area("fix-\(number)", fix.text, lines: 3, order: order("fix", number, of: count)))
      \(area("verify-\(number)", fix.verify, lines: 1))
      <p class="row">\(choice("kind-\(number)", [("fix", "fix"), ("workaround", "workaround")], fix.kind.rawValue))
      \(choice("risk-\(number)", risks, fix.risk?.rawValue ?? ""))</p>
      </div>

      """
  }

  func sample(_ sample: IssueForm.Sample, number: Int, of count: Int) -> HTML {
    let means = [("this", "mean this issue"), ("other", "mean something else")]
    return """
      \(area("sample-\(number)", sample.text, lines: 2, order: order("sample", number, of: count)))
      <p class="row">\(choice("means-\(number)", means, sample.negative ? "other" : "this"))</p>

      """
  }
}
