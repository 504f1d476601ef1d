import Diagnosis
import Guide
import JSON
import Markup
import Store

extension DiagnosisPage {
  func html(_ site: Site) -> HTML {
    """
    \(answer)
    \(verdict == .unknown ? unknownHelp(site) : bestMatch(site))
    \(otherMatches)
    \(wrongAnswer(site))
    \("<p class=\"quiet\">\(counted(redacted, "secret")) masked before anything was stored.</p>", if: redacted > 0)
    <p><a class="button" href="/diagnose">Diagnose another text</a></p>
    """
  }

  /// What holds, in words and by its look.
  private var answer: HTML {
    guard verdict != .unknown, let best = matches.first else {
      return """
        <div class="answer unknown">
        <h1><span class="verdict">Not known:</span> No issue here explains this text</h1>
        <p>Nothing that is written down fits well enough to say so.</p>
        </div>
        """
    }
    return """
      <div class="answer \(verdict.rawValue)">
      <h1><span class="verdict">\(verdict == .known ? "Known:" : "Possible:")</span> <a href="/issues/\(best.issue.slug)">\(best.issue.title)</a></h1>
      \("<p>This looks similar. Check that the marked line is your problem before you try a fix.</p>", if: verdict == .possible)
      <p class="quiet">\(.place(best.issue)) · \(best.sureness) · revision \(best.revision)\(best.revision < best.issue.revision ? " (now \(best.issue.revision))" : "")</p>
      \("<p>\(counted(metLastHour, "other")) met this in the last hour.</p>", if: metLastHour > 0)
      </div>
      """
  }

  private func bestMatch(_ site: Site) -> HTML {
    guard let best = matches.first else { return "" }
    return """
      \("<h2>Why</h2>\n\(evidenceHTML(best.evidence))", if: !best.evidence.isEmpty)
      \(best.text.map { issueText($0, best.issue) }
        ?? FixViews.list(best.fixes, site, at: id.map { .diagnosis($0, issue: best.issue.slug) }))
      """
  }

  /// An article in free prose: what to do stands somewhere in it.
  private func issueText(_ text: ProseAnswer, _ issue: IssueSummary) -> HTML {
    """
    <h2 id="text">What it says</h2>
    \(Markdown.html(text.markdown, topHeading: 3))
    \("<p>There is more: <a href=\"/issues/\(issue.slug)\">read the whole issue</a></p>", if: text.isCut)
    """
  }

  private func evidenceHTML(_ evidence: [Evidence]) -> HTML {
    let rows: [HTML] = evidence.map {
      """
      <li><span class="line">line \($0.line)</span> <code><mark>\(String($0.text.prefix(300)))</mark></code> \
      <span class="quiet">\($0.inWords)</span></li>

      """
    }
    return "<ul class=\"evidence\">\n\(rows)</ul>"
  }

  private var otherMatches: HTML {
    let others = verdict == .unknown ? matches[...] : matches.dropFirst()
    guard !others.isEmpty else { return "" }
    let items: [HTML] = others.map { match in
      """
      <li><a href="/issues/\(match.issue.slug)">\(match.issue.title)</a> \
      <span class="quiet">\(match.sureness)\(match.evidence.first.map { ", line \($0.line): \($0.inWords)" })</span></li>

      """
    }
    return """
      <h2>\(verdict == .unknown ? "Nearest, probably another problem" : "Less likely")</h2>
      <ul class="issues">
      \(items)</ul>
      """
  }

  private func unknownHelp(_ site: Site) -> HTML {
    let people: [HTML] = contacts.map { "<li>\(Markdown.inline($0))</li>\n" }
    let report: HTML =
      if let id, site.mayReport {
        """
        <form action="/reports" method="post">
        <p>Leave a report, so that others see it and can answer.</p>
        <input type="hidden" name="diagnosis" value="\(id)">
        <p><button class="primary">Report this problem</button></p>
        </form>
        """
      } else {
        ""
      }
    return """
      <h2>Whom to ask</h2>
      \("<p>No owner is named in the guides.</p>", if: people.isEmpty)
      \("<ul>\n\(people)</ul>", if: !people.isEmpty)
      \(report)
      """
  }

  /// "This was another problem" teaches the matcher.
  private func wrongAnswer(_ site: Site) -> HTML {
    guard verdict != .unknown, let id, site.mayReport else { return "" }
    return """
      <h2>Not your problem?</h2>
      <form action="/diagnoses/\(id)/feedback" method="post">
      <input type="hidden" name="right_issue" value="">
      <p><button>This was another problem</button></p>
      </form>
      """
  }

  /// One for each guide.
  private var contacts: [String] {
    (contact ?? "").split(separator: " · ").map(String.init)
  }

  func text(_ site: Site, width: Int) -> String {
    var text = ""
    switch verdict {
    case .known: text += wrapped("KNOWN: \(matches.first?.issue.title ?? "")", width)
    case .possible: text += wrapped("POSSIBLE: \(matches.first?.issue.title ?? "")", width)
    case .unknown:
      text += "NOT KNOWN\n\n"
      text += wrapped("No issue here explains this text well enough to say so.", width)
    }
    if verdict != .unknown, let best = matches.first { text += answerText(best, site, width) }
    if verdict == .unknown {
      text += "\nWhom to ask\n"
      if contacts.isEmpty { text += "  No owner is named in the guides.\n" }
      for contact in contacts { text += indentedMarkdown("- " + contact, width, 2) }
    }
    let others = verdict == .unknown ? matches[...] : matches.dropFirst()
    if !others.isEmpty {
      text += verdict == .unknown ? "\nNearest, probably another problem\n" : "\nLess likely\n"
      for match in others {
        text += wrapped("\(match.issue.title) (\(match.sureness))", width, indent: 2, hanging: 2)
        text += "    \(site.url(issue: match.issue.slug))\n"
      }
    }
    if redacted > 0 { text += "\n\(counted(redacted, "secret")) masked.\n" }
    if verdict != .unknown, let id, let fix = matches.first?.fixes.first {
      text += "\n" + wrapped("Did the first fix work? Record it (result=no_effect if not):", width)
      text += site.recordLine(fix: fix.id, diagnosis: id)
    }
    if verdict == .unknown, let id {
      text += "\n" + wrapped("Tell the others that you met it, so that somebody can answer:", width)
      text += site.reportLine(diagnosis: id)
    }
    return text
  }

  private func answerText(_ match: Match, _ site: Site, _ width: Int) -> String {
    var text = "  \(site.url(issue: match.issue.slug))\n"
    text += "  \(match.sureness), revision \(match.revision)"
    text +=
      metLastHour > 0 ? ", met by \(counted(metLastHour, "other")) in the last hour\n" : "\n"
    if verdict == .possible {
      text +=
        "\n"
        + wrapped(
          "This looks similar. Check that the line below is your problem before you try a fix.",
          width)
    }
    text += "\nWhy\n"
    for evidence in match.evidence {
      text += "  line \(evidence.line): \(String(evidence.text.prefix(max(20, width - 12))))\n"
      text += wrapped(evidence.inWords, width, indent: 4, hanging: 2)
    }
    guard let issue = match.text else { return text + FixViews.text(match.fixes, width) }
    text += "\nWhat it says\n" + indentedMarkdown(issue.markdown, width, 2)
    if issue.isCut { text += "\n  There is more: \(site.url(issue: match.issue.slug))\n" }
    return text
  }

  func markdown(_ site: Site) -> String {
    var text = "# \(title)\n\n"
    for match in matches {
      text += "## [\(linkText(match.issue.title))](\(site.url(issue: match.issue.slug)))\n\n"
      text += "Confidence \(percentSure(match.confidence)), revision \(match.revision).\n\n"
      for evidence in match.evidence {
        text +=
          "- line \(evidence.line): `\(evidence.text.replacing("`", with: "'"))` (\(evidence.inWords))\n"
      }
      if verdict != .unknown {
        for (index, fix) in match.fixes.enumerated() {
          text += "\n**Fix \(index + 1)** (\(fix.evidence.inWords))"
          text += fix.risk.map { ", risk: \($0.rawValue)" } ?? ""
          text += "\n\n\(fix.text)\n"
        }
        if let issue = match.text {
          text += "\n" + demotedHeadings(issue.markdown, by: 2) + "\n"
          if issue.isCut { text += "\n[There is more](\(site.url(issue: match.issue.slug)))\n" }
        }
      }
      text += "\n"
    }
    if verdict == .unknown {
      text +=
        "No issue explains this text well enough to say so. Ask: \(contact ?? "no owner is named in the guides")\n"
    }
    return text
  }
}

extension DiagnosisPage.Match {
  /// Confidence, for people; the number is in the API.
  var sureness: String {
    switch confidence {
    case 0.9...: "very likely"
    case 0.7..<0.9: "likely"
    case 0.3..<0.7: "possible"
    default: "a guess"
    }
  }
}

extension Evidence {
  /// Why the line counts, as part of a sentence.
  fileprivate var inWords: String {
    switch reason {
    case .sample, .template: detail
    case .code: "same code: \(detail)"
    case .words: "same words: \(detail)"
    case .alias: "also seen as: \(detail)"
    case .learned: "seen in reports: \(detail)"
    case .check: "check: \(detail)"
    }
  }
}

/// The form to paste into.
struct DiagnoseFormPage: Page {
  let title = "Diagnose"

  func html(_ site: Site) -> HTML {
    """
    <h1>Diagnose an error</h1>
    \(DiagnoseFormPage.form(rows: 12))
    <h2>In a terminal</h2>
    \(.verbatim("failing-command 2>&1 | curl -s --data-binary @- \(site.url("/diagnose"))"))
    """
  }

  static func form(rows: Int) -> HTML {
    """
    <form class="paste" action="/diagnose" method="post" enctype="multipart/form-data">
    <label for="text">Paste the error message, the stack trace or the log</label>
    <textarea id="text" name="text" rows="\(rows)" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
    <p class="row"><label for="file">or choose a log file</label> <input id="file" name="file" type="file"></p>
    <p><button class="primary">Find the fix</button></p>
    <p class="quiet">Known kinds of secret are masked before anything is stored. Only the lines that match are kept.</p>
    </form>
    """
  }

  func json(_ site: Site) -> JSON {
    ["title": "Diagnose", "post": .string(site.url("/api/v1/diagnose"))]
  }

  func text(_ site: Site, width: Int) -> String {
    wrapped("Send the error or the log as the body of a POST to this address:", width)
      + "\n  failing-command 2>&1 | curl -s --data-binary @- \(site.url("/diagnose"))\n"
  }
}
