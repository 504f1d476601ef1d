import Markup
import Store

/// What an outcome is recorded for.
enum OutcomePlace: Sendable {
  case issue(_ slug: String)
  case diagnosis(_ id: String, issue: String)
  case report(_ id: String, diagnosis: String?)

  /// Where outcomes are posted.
  fileprivate var action: String {
    switch self {
    case .issue(let slug): "/issues/\(slug)/outcomes"
    case .diagnosis(let id, _): "/diagnoses/\(id)/outcomes"
    case .report(let id, _): "/reports/\(id)/outcomes"
    }
  }
}

/// What people click after they tried a fix: two buttons, the rest under *More*.
enum OutcomeForms {
  static func html(_ fix: Fix, _ name: String, _ place: OutcomePlace) -> HTML {
    """
    <div class="outcome" role="group" aria-label="Outcome of \(name.lowercased())">
    <form action="\(place.action)" method="post">
    <input type="hidden" name="fix" value="\(fix.id)">
    <button name="result" value="worked" class="good">Fixed it</button>
    <button name="result" value="no_effect">Didn’t help</button>
    </form>
    <details><summary>More</summary>
    <form action="\(place.action)" method="post" class="row">
    <input type="hidden" name="fix" value="\(fix.id)">
    <button name="result" value="partly">Helped a little</button>
    <button name="result" value="recurred">Came back</button>
    <button name="result" value="made_worse">Made it worse</button>
    <button name="result" value="not_applicable">Didn’t apply</button>
    </form>
    \(somethingElse(place, field: "else-\(fix.id)"))
    \(notMine(place))
    </details>
    </div>
    """
  }

  /// Asks what fixed it. The text becomes a suggested fix; `field` is the text field's id.
  static func somethingElse(_ place: OutcomePlace, field: String) -> HTML {
    let about: HTML
    let name: String
    switch place {
    case .issue(let slug):
      name = "closing_text"
      about = """
        <form action="/reports" method="post" class="else">
        <input type="hidden" name="issue" value="\(slug)"><input type="hidden" name="closed_by" value="other">
        """
    case .diagnosis(let id, let slug):
      name = "closing_text"
      about = """
        <form action="/reports" method="post" class="else">
        <input type="hidden" name="diagnosis" value="\(id)"><input type="hidden" name="issue" value="\(slug)">\
        <input type="hidden" name="closed_by" value="other">
        """
    case .report(let id, _):
      name = "text"
      about = """
        <form action="/reports/\(id)/resolve" method="post" class="else">
        <input type="hidden" name="by" value="other">
        """
    }
    return """
      \(about)
      <label for="\(field)">Did something else fix it? Say what: the editors get it as one more fix.</label>
      <textarea id="\(field)" name="\(name)" rows="2" required maxlength="5000"></textarea>
      <p><button>Something else fixed it</button></p>
      </form>
      """
  }

  /// The answer was wrong: a label for the matcher, where there is an answer; else the way to ask.
  private static func notMine(_ place: OutcomePlace) -> HTML {
    switch place {
    case .diagnosis(let id, _), .report(_, let id?):
      return """
        <form action="/diagnoses/\(id)/feedback" method="post">
        <input type="hidden" name="right_issue" value="">
        <p><button>Not my problem</button></p>
        </form>
        """
    case .issue, .report:
      return "<p><a class=\"button\" href=\"/diagnose\">Not my problem</a></p>"
    }
  }
}
