import Guide
import JSON
import Markup
import Store
import Threads

extension IssuePage {
  func head(_ site: Site) -> HTML {
    """
    <link rel="canonical" href="\(site.url(issue: issue.summary.slug))">
    \(.feedLink("/issues/\(issue.summary.slug)/feed.atom", title: issue.summary.title))
    """
  }

  func html(_ site: Site) -> HTML {
    let prose = IssueProse.of(issue)
    return """
      <p class="crumbs"><a href="/guides/\(issue.summary.guide)">\(issue.guideTitle)</a>\(issue.summary.section.isEmpty ? "" : " › ")\(issue.summary.section)</p>
      <h1>\(issue.summary.title)</h1>
      \(flagged)
      \("<p class=\"notice\"><strong>Archived:</strong> this issue is in no list, and search does not find it.</p>", if: issue.summary.confidence == .archived)
      \(secrets.notice)
      \(doubt)
      \(WarningsPage.notice(warnings))
      \(mergedNotice)
      \(IssueLinks.notice(issue))
      \(Markdown.html(prose.lead, topHeading: 2))
      \(jump)
      \(list("How to recognise it", issue.symptoms))
      \(samples("Lines that mean this issue", negative: false))
      \(samples("Lines that mean something else", negative: true))
      \(list(issue.causes.count == 1 ? "Cause" : "Causes", issue.causes))
      \(fixes(prose, site))
      \("<h2>More about it</h2>\n\(Markdown.html(prose.rest, topHeading: 3))", if: !prose.rest.isEmpty)
      \(LearnedPage.section(learned, issue.summary, site))
      \(details(site))
      """
  }

  /// Told to who has just saved an edit.
  private var flagged: HTML {
    guard !broken.isEmpty else { return "" }
    let links: [HTML] = broken.map { "<li><a href=\"/issues/\($0.slug)\">\($0.title)</a></li>\n" }
    return """
      <div class="notice fail" role="status">
      <p>Saved. Since this edit, sample lines of \(broken.count == 1 ? "another issue" : "other issues") no longer lead there:</p>
      <ul>
      \(links)</ul>
      <p>Say here or there what tells the two apart.</p>
      </div>
      """
  }

  /// A fix stopped working, as the outcomes say.
  private var doubt: HTML? {
    stale.map {
      """
      <p class="notice" role="status"><strong>This may be out of date:</strong> \($0.reason).</p>
      """
    }
  }

  /// After an edit that was merged with somebody else's.
  private var mergedNotice: HTML {
    guard let mergedRevision, mergedRevision <= issue.summary.revision else { return "" }
    return """
      <p class="notice">Saved. Someone else had changed this issue meanwhile; revision \(mergedRevision) \
      holds both changes. <a href="/issues/\(issue.summary.slug)/diff?to=\(mergedRevision)">See what changed</a></p>
      """
  }

  /// For those who know that this is it.
  private var jump: HTML {
    guard !issue.fixes.isEmpty else { return "" }
    let name = issue.fixes.count == 1 ? "the fix" : "the \(issue.fixes.count) fixes"
    return "<p class=\"jump\"><a href=\"#fixes\">Go to \(name)</a></p>"
  }

  private func fixes(_ prose: IssueProse, _ site: Site) -> HTML {
    // An article without a labelled fix says what to do in its text.
    if issue.fixes.isEmpty, !prose.isEmpty { return "" }
    return """
      \(FixViews.list(
        issue.fixes, site, at: .issue(issue.summary.slug)))
      \(environmentForm)
      """
  }

  /// Asks for the order that speaks for one's own environment, where there is one to find.
  private var environmentForm: HTML {
    guard issue.fixes.contains(where: { $0.evidence.isTried }) || !environment.isEmpty else {
      return ""
    }
    let pairs = environment.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    return """
      \("<p class=\"quiet\" role=\"status\">What happened with \(pairs) counts most in this order.</p>", if: !environment.isEmpty)
      <details><summary>Where you run it</summary>
      <form action="/issues/\(issue.summary.slug)" class="ask">
      <label for="environment">Outcomes from your environment count more, such as runtime=node22, region=us-east-1</label>
      <input id="environment" name="environment" value="\(pairs)"><button>Order the fixes</button>
      </form></details>
      """
  }

  private func list(_ name: String, _ texts: [String]) -> HTML {
    guard !texts.isEmpty else { return "" }
    let definitions = Markdown.definitions(in: issue.markdown)
    let items: [HTML] = texts.map {
      "<li>\(Markdown.line($0, definitions: definitions))</li>\n"
    }
    return "<h2>\(name)</h2>\n<ul>\n\(items)</ul>"
  }

  private func samples(_ name: String, negative: Bool) -> HTML {
    let samples = issue.samples.filter { $0.negative == negative }
    guard !samples.isEmpty else { return "" }
    let lines: [HTML] = samples.map { "<li><code>\($0.text)</code></li>\n" }
    return """
      <details><summary>\(name) (\(samples.count))</summary>
      <ul class="samples">
      \(lines)</ul></details>
      """
  }

  private func details(_ site: Site) -> HTML {
    var rows: [HTML] = []
    func row(_ name: String, _ value: HTML) {
      rows.append("<dt>\(name)</dt><dd>\(value)</dd>\n")
    }
    func block(_ name: String, _ texts: [String]) {
      guard !texts.isEmpty else { return }
      let values: [HTML] = texts.map { "<dd>\(Markdown.html($0))</dd>" }
      rows.append("<dt>\(name)</dt>\(values)\n")
    }
    if !issue.environment.isEmpty {
      let pairs = issue.environment.map { "\($0.key)=\($0.value)" }
      row("Applies to", "\(pairs.joined(separator: ", "))")
    }
    if !issue.aliases.isEmpty { row("Also seen as", "\(issue.aliases.joined(separator: "; "))") }
    for check in issue.checks {
      row(
        "Check",
        "<a href=\"/checks/\(queryEncoded(check.name))\">\(check.name)</a>: <code>\(check.rule)</code>"
      )
    }
    block("Owner", [issue.owner].compactMap { $0 })
    block("Escalate", [issue.escalate].compactMap { $0 })
    block(issue.sources.count == 1 ? "Source" : "Sources", issue.sources)
    if let license = issue.license { row("Licence", "\(license)") }
    block("Attribution", [issue.attribution].compactMap { $0 })
    if !issue.tags.isEmpty {
      let tags: [HTML] = issue.tags.map {
        "<a href=\"/issues?tag=\(queryEncoded($0))\">\($0)</a>"
      }
      row("Tags", tags.joined(separator: ", "))
    }
    rows += IssueLinks.rows(issue)
    row("State", "\(issue.summary.confidence.rawValue)")
    if let verified = issue.verified {
      let against: HTML = verified.against.isEmpty ? "" : ", against \(verified.against)"
      let edited: HTML =
        verified.revision < issue.summary.revision
        ? "; edited since, so due for review" : ", revision \(verified.revision)"
      row("Verified", "\(.day(verified.at)) by \(verified.by)\(against)\(edited)")
    }
    row("Changed", "\(.day(issue.summary.updatedAt)), revision \(issue.summary.revision)")
    return """
      <h2>History and sources</h2>
      <dl>
      \(rows)</dl>
      <p><a href="/issues/\(issue.summary.slug)/history">All revisions of this issue</a></p>
      \(site.mayEdit ? editing : site.mayReport ? suggesting : "")
      """
  }

  /// What members may do here.
  private var editing: HTML {
    """
    <h2>Correct it</h2>
    <p><a class="button" href="/issues/\(issue.summary.slug)/edit">Edit this issue</a></p>
    <form action="/issues/\(issue.summary.slug)/verify" method="post" class="ask">
    <label for="against">Still right? Say what you checked it against, such as a version</label>
    <input id="against" name="against" maxlength="200"><button>Verify</button>
    </form>
    \(managing)
    """
  }

  /// What is done seldom.
  private var managing: HTML {
    let address: HTML = "/issues/\(issue.summary.slug)"
    let state: HTML =
      issue.summary.confidence == .archived
      ? "<form action=\"\(address)/restore\" method=\"post\"><button>Restore</button></form>"
      : "<form action=\"\(address)/archive\" method=\"post\"><button>Archive</button></form>"
    return """
      <details><summary>Move, merge, archive or delete</summary>
      <form class="ask" action="\(address)/move" method="post">
      <label for="to-section">Put it into another section of this guide</label>
      <input id="to-section" name="section" value="\(issue.summary.section)" maxlength="200"><button>Move</button>
      </form>
      <form class="ask" action="\(address)/move" method="post">
      <label for="to-guide">Or into another guide, by its address</label>
      <input id="to-guide" name="guide" value="\(issue.summary.guide)" required maxlength="200"><button>Move</button>
      </form>
      <form class="ask" action="\(address)/merge" method="post">
      <label for="into">The same as another issue? It takes over what this one has. Its address</label>
      <input id="into" name="into" required maxlength="200"><button>Merge</button>
      </form>
      \(IssueLinks.form(issue))
      <form class="ask" action="\(address)/delete" method="post">
      <label for="why">Delete it? It can be brought back. Why</label>
      <input id="why" name="comment" maxlength="500"><button>Delete</button>
      </form>
      <div class="row">\(state)
      <a href="/deleted">Deleted and merged issues</a> <a href="/reviews">Review due</a></div>
      \(RemovedViews.merged(absorbed))
      </details>
      """
  }

  private var suggesting: HTML {
    "<p><a href=\"/issues/\(issue.summary.slug)/suggest\">Suggest an edit</a></p>"
  }

  func text(_ site: Site, width: Int) -> String {
    let summary = issue.summary
    let prose = IssueProse.of(issue)
    var text = heading(summary.title, width)
    let place = [issue.guideTitle, summary.section].filter { !$0.isEmpty }.joined(separator: " > ")
    text += wrapped("\(place), revision \(summary.revision), \(summary.confidence.rawValue)", width)
    if !prose.lead.isEmpty { text += "\n" + indentedMarkdown(prose.lead, width, 0) }
    text += textList("How to recognise it", issue.symptoms, width)
    text += textList(issue.causes.count == 1 ? "Cause" : "Causes", issue.causes, width)
    if !issue.fixes.isEmpty || prose.isEmpty { text += FixViews.text(issue.fixes, width) }
    if !prose.rest.isEmpty {
      text += "\nMore about it\n" + indentedMarkdown(prose.rest, width, 2)
    }
    text += textDetails(width)
    text += "\n\(site.url(issue: summary.slug))\n"
    if let fix = issue.fixes.first {
      text += "\n" + wrapped("Did the first fix work? Record it (result=no_effect if not):", width)
      text += site.recordLine(fix: fix.id, "/issues/\(summary.slug)/outcomes")
    }
    return text
  }

  private func textDetails(_ width: Int) -> String {
    var text = ""
    func row(_ name: String, _ value: String) {
      guard !value.isEmpty else { return }
      text += indentedMarkdown("- **\(name)**: \(value)", width, 0).dropFirst(2)
    }
    row("Applies to", issue.environment.map { "\($0.key)=\($0.value)" }.joined(separator: ", "))
    row("Owner", issue.owner ?? "")
    row("Escalate", issue.escalate ?? "")
    for source in issue.sources { row("Source", source) }
    return text.isEmpty ? "" : "\n" + text
  }

  private func textList(_ name: String, _ texts: [String], _ width: Int) -> String {
    guard !texts.isEmpty else { return "" }
    return "\n\(name)\n"
      + texts.map { item in
        var lines = indentedMarkdown(item, width, 4)
        if lines.hasPrefix("    ") { lines = "  - " + lines.dropFirst(4) }
        return lines
      }.joined()
  }
}

/// What an issue's text says beside its labelled parts.
private struct IssueProse: Sendable {
  /// What it is: the text opens with this.
  let lead: String
  let rest: String

  var isEmpty: Bool { lead.isEmpty && rest.isEmpty }

  private struct Source: Hashable {
    let markdown: ExactText
    let title: ExactText
  }

  private static let memo = Memo<Source, IssueProse>(limit: 2 * 1_024 * 1_024)

  /// Reading a text takes longer than all the rest of its page, so what came of it is kept.
  static func of(_ issue: Issue) -> IssueProse {
    let source = Source(
      markdown: ExactText(issue.markdown), title: ExactText(issue.summary.title))
    return memo(
      source, size: { issue.markdown.utf8.count + $0.lead.utf8.count + $0.rest.utf8.count },
      make: { IssueProse(issue.markdown, title: issue.summary.title) })
  }

  private init(_ markdown: String, title: String) {
    let other = IssueContent.reading(markdown, title: title).content.other
    guard !other.isEmpty else {
      lead = ""
      rest = ""
      return
    }
    let lines = other.split(separator: "\n", omittingEmptySubsequences: false)
    let written = markdown.utf8.split { $0 == 0x0A || $0 == 0x0D }.map {
      trimmed(Substring($0))
    }
    var opening = written[...]
    var end = 0
    for (index, line) in lines.enumerated() {
      let line = trimmed(line)
      // A second heading begins another part.
      if index > 0, line.hasPrefix("#") { break }
      if !line.isEmpty {
        guard opening.first == line else { break }
        opening.removeFirst()
      }
      end = index + 1
    }
    lead = lines[..<end].joined(separator: "\n")
    rest = lines[end...].joined(separator: "\n")
  }
}
