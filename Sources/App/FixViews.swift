import Guide
import Markup
import Store

/// Fixes with their evidence, as issue and diagnosis pages show them.
enum FixViews {
  /// `action`: where outcomes are posted; nil shows no buttons.
  static func list(_ fixes: [Fix], _ site: Site, action: String?) -> HTML {
    if fixes.isEmpty { return "<p>No fix is written down yet.</p>" }
    let items: [HTML] = fixes.enumerated().map { index, fix in
      """
      <section class="fix" id="fix-\(fix.id)">
      <h3>\(fix.kind == .fix ? "Fix" : "Workaround") \(index + 1) <span class="evidence-note">\(fix.evidence.inWords)</span></h3>
      \(risk(fix))
      <div class="prose">\(Markdown.html(fix.text))</div>
      \(fix.verify.map { "<p class=\"verify\"><strong>Check that it worked:</strong></p><div class=\"prose\">\(Markdown.html($0))</div>" as HTML } ?? "")
      \(action.map { site.mayReport ? buttons(fix, $0) : "" } ?? "")
      </section>
      """
    }
    return "<h2>What to do</h2>\(items)"
  }

  private static func risk(_ fix: Fix) -> HTML {
    switch fix.risk {
    case .destructive:
      "<p class=\"risk destructive\"><strong>Destructive:</strong> this deletes or replaces something. Not without someone’s approval.</p>"
    case .disruptive:
      "<p class=\"risk disruptive\"><strong>Disruptive:</strong> this interrupts what is running.</p>"
    case .safe, nil: ""
    }
  }

  private static func buttons(_ fix: Fix, _ action: String) -> HTML {
    """
    <form class="outcome" action="\(action)" method="post">
    <input type="hidden" name="fix" value="\(fix.id)">
    <button name="result" value="worked" class="good">Fixed it</button>
    <button name="result" value="no_effect">Didn’t help</button>
    <details><summary>More</summary>
    <p><button name="result" value="partly">Helped a little</button>
    <button name="result" value="recurred">Came back</button>
    <button name="result" value="made_worse">Made it worse</button>
    <button name="result" value="not_applicable">Didn’t apply</button></p>
    </details>
    </form>
    """
  }

  static func text(_ fixes: [Fix], _ width: Int) -> String {
    if fixes.isEmpty { return "\nNo fix is written down yet.\n" }
    var text = ""
    for (index, fix) in fixes.enumerated() {
      let name = fix.kind == .fix ? "Fix" : "Workaround"
      let risk = fix.risk.map { $0 == .safe ? "" : " [\($0.rawValue)]" } ?? ""
      text += "\n\(name) \(index + 1)\(risk): \(fix.evidence.inWords)\n"
      text += indentedMarkdown(fix.text, width, 2)
      if let verify = fix.verify {
        text += "  Check that it worked:\n" + indentedMarkdown(verify, width, 4)
      }
    }
    return text
  }
}
