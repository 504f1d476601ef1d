import Guide
import Diagnosis
import JSON
import Markup
import Store

extension DiagnosisPage {
  func html(_ site: Site) -> HTML {
    """
    <h1>\(headline)</h1>
    \(lead)
    \(matches.enumerated().map { matchHTML($0.element, site, isFirst: $0.offset == 0) })
    \(verdict == .unknown ? unknownHelp(site) : "")
    \(redacted > 0 ? "<p class=\"quiet\">\(counted(redacted, "secret")) masked before anything was stored.</p>" : "")
    <p><a class="button" href="/diagnose">Diagnose another text</a></p>
    """
  }

  private var headline: HTML {
    switch verdict {
    case .known: "This is known"
    case .possible: "This may be known"
    case .unknown: "Not known here"
    }
  }

  private var lead: HTML {
    switch verdict {
    case .known:
      metLastHour > 1
        ? "<p class=\"notice\">\(metLastHour - 1) more met the same in the last hour.</p>" : ""
    case .possible:
      "<p>These issues look similar. Check whether the marked line is yours before you try a fix.</p>"
    case .unknown:
      """
      <p>No issue explains this text well enough to say so.\(matches.isEmpty ? "" : " The nearest are below; they probably are another problem.")</p>
      """
    }
  }

  private func matchHTML(_ match: Match, _ site: Site, isFirst: Bool) -> HTML {
    let isAnswer = isFirst && verdict != .unknown
    return """
      <section class="match\(isAnswer ? " best" : "")">
      <h2><a href="/issues/\(match.issue.slug)">\(match.issue.title)</a></h2>
      <p class="quiet">\(match.issue.guide)\(match.issue.section.isEmpty ? "" : " › ")\(match.issue.section) · \(sureness(match)) · revision \(match.revision)\(match.revision < match.issue.revision ? " (now \(match.issue.revision))" : "")</p>
      \(evidenceHTML(match))
      \(isAnswer ? FixViews.list(match.fixes, site, action: id.map { "/diagnoses/\($0)/outcomes" }) : "")
      </section>
      """
  }

  private func sureness(_ match: Match) -> String {
    match.confidence >= 0.9
      ? "very likely" : match.confidence >= 0.7
        ? "likely" : match.confidence >= 0.4 ? "possible" : "unlikely"
  }

  private func evidenceHTML(_ match: Match) -> HTML {
    guard !match.evidence.isEmpty else { return "" }
    let rows: [HTML] = match.evidence.map { evidence in
      """
      <li><span class="line">line \(evidence.line)</span> <code>\(String(evidence.text.prefix(300)))</code> \
      <span class="quiet">\(evidence.reason.rawValue): \(evidence.detail)</span></li>
      """
    }
    return "<h3>Why</h3><ul class=\"evidence\">\(rows)</ul>"
  }

  private func unknownHelp(_ site: Site) -> HTML {
    """
    <section class="match">
    <h2>Whom to ask</h2>
    <p>\(contact ?? "No owner is named in the guides.")</p>
    </section>
    """
  }

  func text(_ site: Site, width: Int) -> String {
    var text = ""
    switch verdict {
    case .known: text += wrapped("KNOWN: \(matches.first?.issue.title ?? "")", width)
    case .possible: text += wrapped("POSSIBLE: \(matches.first?.issue.title ?? "")", width)
    case .unknown:
      text += "NOT KNOWN\n\n"
      text += wrapped("No issue explains this text well enough to say so.", width)
    }
    if verdict != .unknown, let best = matches.first { text += answerText(best, site, width) }
    let others = verdict == .unknown ? matches[...] : matches.dropFirst()
    if !others.isEmpty {
      text += verdict == .unknown ? "\nNearest, probably another problem:\n" : "\nAlso possible:\n"
      for match in others {
        text += "  \(match.issue.title) (\(percent(match.confidence)))\n"
        text += "    \(site.url(issue: match.issue.slug))\n"
      }
    }
    if verdict == .unknown {
      text += "\nWhom to ask:\n" + wrapped(contact ?? "no owner is named in the guides", width, indent: 2)
    }
    if redacted > 0 { text += "\n\(counted(redacted, "secret")) masked.\n" }
    if verdict != .unknown, let id, let fix = matches.first?.fixes.first {
      text += "\nDid it work? Record it:\n"
      text +=
        "curl -s -d fix=\(fix.id) -d result=worked \(site.url("/diagnoses/\(id)/outcomes"))\n"
    }
    return text
  }

  private func answerText(_ match: Match, _ site: Site, _ width: Int) -> String {
    var text = "  \(site.url(issue: match.issue.slug))\n"
    text += "  revision \(match.revision), confidence \(percent(match.confidence))"
    text += metLastHour > 1 ? ", met by \(metLastHour - 1) more in the last hour\n" : "\n"
    text += "\nWhy\n"
    for evidence in match.evidence {
      text += "  line \(evidence.line): \(String(evidence.text.prefix(max(20, width - 12))))\n"
      text += wrapped("\(evidence.reason.rawValue): \(evidence.detail)", width, indent: 4, hanging: 2)
    }
    return text + FixViews.text(match.fixes, width)
  }

  func markdown(_ site: Site) -> String {
    var text = "# \(title)\n\n"
    for match in matches {
      text += "## [\(match.issue.title)](\(site.url(issue: match.issue.slug)))\n\n"
      text += "Confidence \(percent(match.confidence)), revision \(match.revision).\n\n"
      for evidence in match.evidence {
        text +=
          "- line \(evidence.line): `\(evidence.text.replacing("`", with: "'"))` (\(evidence.reason.rawValue): \(evidence.detail))\n"
      }
      if verdict != .unknown {
        for (index, fix) in match.fixes.enumerated() {
          text += "\n**Fix \(index + 1)** (\(fix.evidence.inWords))"
          text += fix.risk.map { ", risk: \($0.rawValue)" } ?? ""
          text += "\n\n\(fix.text)\n"
        }
      }
      text += "\n"
    }
    if verdict == .unknown {
      text += "No issue explains this text well enough to say so. Ask: \(contact ?? "no owner is named in the guides")\n"
    }
    return text
  }
}

/// The form to paste into.
struct DiagnoseFormPage: Page {
  let title = "Diagnose"

  func html(_ site: Site) -> HTML {
    """
    <h1>Diagnose an error</h1>
    \(DiagnoseFormPage.form(rows: 12))
    <p class="quiet">In a terminal: <code>failing-command 2&gt;&amp;1 | curl -s --data-binary @- \(site.url("/diagnose"))</code></p>
    """
  }

  static func form(rows: Int) -> HTML {
    """
    <form class="paste" action="/diagnose" method="post" enctype="multipart/form-data">
    <label for="text">Paste the error message, the stack trace or the log</label>
    <textarea id="text" name="text" rows="\(rows)" spellcheck="false" autocapitalize="off" autocomplete="off"></textarea>
    <p class="row"><button class="primary">Find the fix</button>
    <label for="file">or choose a log file</label> <input id="file" name="file" type="file"></p>
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
