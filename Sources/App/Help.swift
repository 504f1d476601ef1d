import HTTP
import JSON
import Markup
import Store

extension App {
  static func help(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .page(HelpPage())
  }

  static func problemsHelp(_ context: Context) throws -> Reply {
    try context.query().finish()
    return .page(ProblemsPage())
  }
}

/// How to use it: with a browser, curl, a chatbot.
struct HelpPage: Page {
  let title = "Help"

  private func source(_ site: Site) -> String {
    let base = site.base
    return """
      Fixbook holds known problems and the fixes that worked. Paste what you see; it names the issue and says \
      why, or says that it does not know.

      ## In a browser

      [Paste an error or a log](\(base)/diagnose), or [search](\(base)/search) for a word, a code or a "phrase". \
      Try the first fix. Press **Fixed it** or **Didn't help**: the next person sees what worked first.

      ## With curl

      ```
      printf 'exec /app/run.sh: exec format error\\n' | curl -s --data-binary @- \(base)/diagnose
      failing-command 2>&1 | curl -s --data-binary @- '\(base)/diagnose?fail=1'
      curl -s '\(base)/search?q=CannotPullContainerError'
      curl -s \(base)/guides
      ```

      Without asking for anything else you get plain text. Put `.json`, `.md`, `.html` or `.txt` behind any address, or \
      send `Accept`, for another form. The answer to a diagnosis ends with a line that records what happened.

      ## From a program or chatbot

      ```
      curl -s \(base)/api/v1/diagnose -H 'Content-Type: application/json' -d '{"text": "exec format error"}'
      ```

      The header `Fixbook-Verdict` says `known`, `possible` or `unknown`; with `?fail=1` an unknown text answers 404. \
      Every answer names the issue's address and revision, so that it can be cited. Writes below `/api/v1` need a token.

      An agent that speaks the Model Context Protocol connects to `\(base)/mcp`; \
      [llms.txt](\(base)/llms.txt) lists what is here.

      ## Words

      - **Issue**: a known problem, with symptoms, causes and fixes.
      - **Report**: one time that someone met a problem.
      - **Outcome**: what happened when one fix was tried for one report.
      - **known**: the text is explained by this issue. **possible**: it looks similar, check the marked line. \
      **unknown**: nothing here explains it; ask the people named.

      [The API](\(base)/help/api) has every call with a curl line, and [problem codes](\(base)/help/problems) every error.

      """
  }

  func html(_ site: Site) -> HTML {
    "<h1>Help</h1>\n\(Markdown.html(source(site), topHeading: 2))"
  }

  func json(_ site: Site) -> JSON { ["title": "Help", "markdown": .string(source(site))] }
  func markdown(_ site: Site) -> String { "# Help\n\n" + source(site) }

  func text(_ site: Site, width: Int) -> String {
    heading("Help", width) + "\n" + Markdown.plainText(source(site), width: width)
  }
}

/// What `type` of a problem document leads to.
struct ProblemsPage: Page {
  let title = "Problem codes"

  func html(_ site: Site) -> HTML {
    let rows: [HTML] = (ProblemCodes.all + ProblemCodes.http).map {
      "<dt id=\"\($0.code)\"><code>\($0.code)</code></dt><dd>\($0.status). \($0.meaning)</dd>\n"
    }
    return """
      <h1>Problem codes</h1>
      <p>Every error is a problem document (RFC 9457) with one of these in <code>code</code>.</p>
      <dl>
      \(rows)</dl>
      """
  }

  func json(_ site: Site) -> JSON {
    [
      "results": .array(
        (ProblemCodes.all + ProblemCodes.http).map {
          ["code": .string($0.code), "status": .integer($0.status), "meaning": .string($0.meaning)]
        }), "next": .null,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + (ProblemCodes.all + ProblemCodes.http).map {
        wrapped("\($0.status) \($0.code): \($0.meaning)", width, hanging: 4)
      }
      .joined()
  }
}
