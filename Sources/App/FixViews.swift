import Guide
import Markup
import Store

/// Fixes with their evidence, as issue and diagnosis pages show them.
enum FixViews {
  /// `place`: what outcomes are recorded for; nil shows no buttons.
  static func list(
    _ fixes: [Fix], _ site: Site, at place: OutcomePlace?, heading: String = "What to do",
    linksToFix: Bool = true
  ) -> HTML {
    let place = site.mayReport ? place : nil
    let items: [HTML] = fixes.enumerated().map { index, fix in
      let name = fix.name + (fixes.count > 1 ? " \(index + 1)" : "")
      return """
        <section class="fix" id="fix-\(fix.id)">
        <h3>\(name) \(evidence(fix, isLinked: linksToFix))</h3>
        \(doubt(fix))
        \(risk(fix))
        \(Markdown.html(fix.text))
        \(verify(fix))
        \(place.map { OutcomeForms.html(fix, name, $0) })
        </section>
        """
    }
    return """
      <h2 id="fixes">\(heading)</h2>
      \("<p>No fix is written down yet.</p>", if: fixes.isEmpty)
      \(items)
      """
  }

  /// What was recorded; it leads to how it came about.
  private static func evidence(_ fix: Fix, isLinked: Bool) -> HTML {
    guard fix.evidence.isTried else {
      return "<span class=\"evidence-note\">\(fix.evidence.inWords)</span>"
    }
    let words: HTML =
      isLinked
      ? "<a href=\"/fixes/\(fix.id)\">\(fix.evidence.inWords)</a>" : "\(fix.evidence.inWords)"
    return "<span class=\"evidence-note tried\">\(words)</span>"
  }

  /// It used to work and stopped.
  private static func doubt(_ fix: Fix) -> HTML {
    guard let regression = fix.regression else { return "" }
    return """
      <p class="risk disruptive"><strong>In doubt</strong>: it used to work, but \(regression.reason).</p>
      """
  }

  private static func risk(_ fix: Fix) -> HTML {
    guard let risk = fix.risk, let warning = risk.warning else { return "" }
    return """
      <p class="risk \(risk.rawValue)"><strong>\(risk.name)</strong>: \(warning)</p>
      """
  }

  private static func verify(_ fix: Fix) -> HTML {
    guard let verify = fix.verify else { return "" }
    if isOneParagraph(verify) {
      return "<p><strong>Check that it worked:</strong> \(Markdown.inline(verify))</p>"
    }
    return "<p><strong>Check that it worked:</strong></p>\(Markdown.html(verify))"
  }

  static func text(_ fixes: [Fix], _ width: Int) -> String {
    if fixes.isEmpty { return "\nNo fix is written down yet.\n" }
    var text = ""
    for (index, fix) in fixes.enumerated() {
      let name = fix.name + (fixes.count > 1 ? " \(index + 1)" : "")
      text += "\n" + self.text(fix, name, width)
    }
    return text
  }

  static func text(_ fix: Fix, _ name: String, _ width: Int) -> String {
    var text = wrapped("\(name): \(fix.evidence.inWords)", width, hanging: 2)
    if let regression = fix.regression {
      text += wrapped("IN DOUBT: it used to work, but \(regression.reason).", width, indent: 2)
    }
    if let risk = fix.risk, let warning = risk.warning {
      text += wrapped("\(risk.name.uppercased()): \(warning)", width, indent: 2)
    }
    text += indentedMarkdown(fix.text, width, 2)
    if let verify = fix.verify {
      if isOneParagraph(verify) {
        text += "\n" + indentedMarkdown("Check that it worked: " + verify, width, 2)
      } else {
        text += "\n  Check that it worked:\n" + indentedMarkdown(verify, width, 4)
      }
    }
    return text
  }

  /// Text that may follow other words on their line.
  private static func isOneParagraph(_ markdown: String) -> Bool {
    guard let first = markdown.first else { return false }
    return !markdown.contains("\n") && (first.isLetter || first.isNumber || first == "`")
  }
}

extension Fix {
  var name: String { kind == .fix ? "Fix" : "Workaround" }
}

extension FixText.Risk {
  var name: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

  /// What to know before its commands; nil when there is nothing to fear.
  var warning: String? {
    switch self {
    case .destructive: "this deletes or replaces something. Get someone’s approval first."
    case .disruptive: "this interrupts what is running."
    case .safe: nil
    }
  }
}

extension FixEvidence {
  /// Anyone recorded what happened.
  var isTried: Bool { tried + triedAfterOthers + triedByMachines + triedBeforeEdit > 0 }
}
