import Guide
import JSON
import Markup
import Store

extension EditorPage {
  /// With a suggestion as its text; saving accepts it.
  init(accepting suggestion: Suggestion, _ reading: Reading) throws {
    var draft = EditorDraft(
      guide: suggestion.issueID == nil ? suggestion.guide : nil, suggestion.text)
    draft.comment = String(suggestion.acceptance.prefix(500))
    if let id = suggestion.issueID {
      try self.init(issue: id, draft, reading)
    } else {
      draft.place = try reading.place(inGuide: suggestion.guide)
      self.init(
        slug: nil, draft: draft, guides: try reading.guides(),
        sections: try reading.sectionTitles(ofGuide: suggestion.guide))
    }
    self.suggestion = suggestion.id
  }
}

/// Thanks for a suggestion, and where to go from there.
struct SuggestedPage: HTMLOnly {
  /// Slug of the issue that it is for; nil: a new one.
  let issue: String?
  let guide: String
  /// The suggestion's id, for those who may look at it.
  let suggestion: Int?
  let secrets: LikelySecrets
  let title = "Thank you"

  func html(_ site: Site) -> HTML {
    """
    <h1>Thank you</h1>
    <p>An editor will look at your suggestion\(issue == nil ? " before it becomes an issue" : "").</p>
    \(secrets.notice)
    <p class="row">\(issue.map { "<a class=\"button\" href=\"/issues/\($0)\">Back to the issue</a>" as HTML })
    \(issue == nil ? "<a class=\"button\" href=\"/guides/\(guide)\">Back to the guide</a>" : "")
    \(suggestion.map { "<a href=\"/suggestions/\($0)\">See what became of it</a>" as HTML })</p>
    """
  }
}

struct SuggestionPage: Page {
  let suggestion: Suggestion
  let issue: IssueSummary?
  /// The title of the guide it is for.
  let guideTitle: String
  /// What the suggestion starts from.
  let base: IssueText?

  init(_ suggestion: Suggestion, reading: Reading) throws {
    self.suggestion = suggestion
    issue = try suggestion.issueID.flatMap { try reading.summaries([$0]).first }
    guideTitle = try issue?.guideTitle ?? reading.guideTitle(suggestion.guide) ?? suggestion.guide
    base = try suggestion.issueID.flatMap { id in
      try reading.revision(suggestion.text.revision, ofIssue: id).map {
        IssueText(
          title: $0.title, section: $0.section, markdown: $0.markdown, revision: $0.number)
      }
    }
  }

  var title: String { "Suggestion \(suggestion.id): \(suggestion.text.title)" }

  private var pieces: [WordDiff.Piece] {
    WordDiff.pieces(from: base?.markdown ?? "", to: suggestion.text.markdown)
  }

  func html(_ site: Site) -> HTML {
    """
    <p class="crumbs"><a href="/suggestions">Suggestions</a></p>
    <h1>\(suggestion.text.title)</h1>
    <p>\(SuggestionPage.aim(self)) <span class="quiet">Suggested by \(suggestion.author), \(.day(suggestion.createdAt)).</span></p>
    \("<blockquote>\(suggestion.comment)</blockquote>", if: !suggestion.comment.isEmpty)
    \(secrets.notice)
    \(text)
    \(suggestion.state == .open && site.mayEdit ? decision : state)
    """
  }

  /// "A new issue in Field Guide › Network." or "For Exec format error, revision 3."
  static func aim(_ page: SuggestionPage) -> HTML {
    let text = page.suggestion.text
    if let issue = page.issue {
      return "For <a href=\"/issues/\(issue.slug)\">\(issue.title)</a>, revision \(text.revision)."
    }
    if page.suggestion.issueID != nil { return "For an issue that is no more." }
    return """
      A new issue in <a href="/guides/\(page.suggestion.guide)">\(page.guideTitle)</a>\
      \(text.section.isEmpty ? "" : " › ")\(text.section).
      """
  }

  /// An edit as what it changes, a new issue as it will look.
  private var text: HTML {
    guard let base else {
      return """
        <section class="preview" aria-label="The new issue">
        \(Markdown.html(suggestion.text.markdown, topHeading: 3))
        </section>
        <details><summary>As it was typed</summary>\(.verbatim(suggestion.text.markdown))</details>
        """
    }
    let text = suggestion.text
    return """
      \("<p>Title: <del>\(base.title)</del> <ins>\(text.title)</ins></p>", if: base.title != text.title)
      \("<p>Section: <del>\(base.section)</del> <ins>\(text.section)</ins></p>", if: base.section != text.section)
      \(DiffViews.inline(pieces))
      """
  }

  /// "Rejected by Ada: needs a source".
  private var state: HTML {
    let name = suggestion.state == .open ? "waiting for an editor" : suggestion.state.rawValue
    return """
      <p class="notice"><strong>\(name.prefix(1).uppercased() + name.dropFirst())</strong>\
      \(suggestion.decidedBy.map { " by \($0)" })\(suggestion.reason.isEmpty ? "" : ": ")\(suggestion.reason)</p>
      """
  }

  private var decision: HTML {
    let address: HTML = "/suggestions/\(suggestion.id)"
    return """
      <h2>Decide</h2>
      <div class="row"><form action="\(address)/accept" method="post"><button class="primary">Accept</button></form>
      <a class="button" href="\(address)/edit">Edit, then accept</a></div>
      <form class="ask" action="\(address)/reject" method="post">
      <label for="reason">Or say why not</label>
      <input id="reason" name="reason" required maxlength="500"><button>Reject</button>
      </form>
      """
  }

  /// For who decides.
  private var secrets: LikelySecrets {
    suggestion.state == .open ? LikelySecrets(suggestion.text) : .none
  }

  func json(_ site: Site) -> JSON {
    let members: JSON = [
      "id": .integer(suggestion.id), "state": .string(suggestion.state.rawValue),
      "issue": issue.map { IssueJSON.summary($0, site) } ?? .null,
      "guide": .string(suggestion.guide), "base": .integer(suggestion.text.revision),
      "title": .string(suggestion.text.title), "section": .string(suggestion.text.section),
      "markdown": .string(suggestion.text.markdown), "comment": .string(suggestion.comment),
      "author": .string(suggestion.author), "reason": .string(suggestion.reason),
      "decided_by": suggestion.decidedBy.json,
      "created_at": .string(suggestion.createdAt.rfc3339),
      "url": .string(site.url("/suggestions/\(suggestion.id)")),
    ]
    let warnings = secrets.warnings
    guard !warnings.isEmpty else { return members }
    return .object((members.members ?? []) + [.init("warnings", .array(warnings))])
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width) + DiffViews.text(pieces)
  }
}

struct SuggestionsPage: Page {
  let suggestions: [SuggestionPage]
  let state: Suggestion.State
  let next: NextPage?
  let title = "Suggestions"

  func html(_ site: Site) -> HTML {
    let states: [HTML] = Suggestion.State.allCases.map { other in
      let current: HTML = other == state ? " aria-current=\"page\"" : ""
      let address: HTML = other == .open ? "/suggestions" : "/suggestions?state=\(other.rawValue)"
      return
        "<a href=\"\(address)\"\(current)>\(other == .open ? "Waiting" : other == .accepted ? "Accepted" : "Rejected")</a>\n"
    }
    return """
      <h1>Suggestions</h1>
      <nav aria-label="States" class="crumbs">\(states)</nav>
      \("<p>\(state == .open ? "None is waiting." : "There are none.")</p>", if: suggestions.isEmpty)
      \(SuggestionsPage.list(suggestions))
      \(next.html)
      \("<p><a class=\"button\" href=\"/suggestions/new\">Suggest a new issue</a></p>", if: site.mayReport && !site.mayEdit)
      """
  }

  static func list(_ suggestions: [SuggestionPage]) -> HTML {
    guard !suggestions.isEmpty else { return "" }
    let items: [HTML] = suggestions.map {
      let suggestion = $0.suggestion
      return """
        <li><a href="/suggestions/\(suggestion.id)">\(suggestion.text.title)</a><br>
        <span class="quiet">\(aim($0)) by \(suggestion.author), \(.day(suggestion.createdAt))\
        \(suggestion.comment.isEmpty ? "" : " · ")\(suggestion.comment)\
        \(suggestion.reason.isEmpty ? "" : " · ")\(suggestion.reason)</span></li>

        """
    }
    return "<ul class=\"issues\">\n\(items)</ul>"
  }

  private static func aim(_ page: SuggestionPage) -> HTML {
    if let issue = page.issue {
      return page.suggestion.text.title == issue.title
        ? "an edit" : "an edit of \(issue.title)"
    }
    return page.suggestion.issueID == nil ? "a new issue in \(page.guideTitle)" : "an edit"
  }

  func json(_ site: Site) -> JSON {
    ["results": .array(suggestions.map { $0.json(site) }), "next": next.json]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + suggestions.map {
        "\($0.suggestion.id)  \($0.suggestion.text.title)  \($0.suggestion.comment)\n"
      }
      .joined() + next.text(site)
  }
}
