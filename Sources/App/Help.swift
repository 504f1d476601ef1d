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

      Errors are listed at [problem codes](\(base)/help/problems).

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
    let rows: [HTML] = ProblemCodes.all.map {
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
        ProblemCodes.all.map {
          ["code": .string($0.code), "status": .integer($0.status), "meaning": .string($0.meaning)]
        }), "next": .null,
    ]
  }

  func text(_ site: Site, width: Int) -> String {
    heading(title, width)
      + ProblemCodes.all.map {
        wrapped("\($0.status) \($0.code): \($0.meaning)", width, hanging: 4)
      }
      .joined()
  }
}

/// The stable codes of problem documents.
package enum ProblemCodes {
  package static let all: [(code: String, status: Int, meaning: String)] = [
    ("invalid_json", 400, "The body is not JSON."),
    ("invalid_encoding", 400, "A form or query is not percent-encoded UTF-8."),
    ("invalid_form", 400, "A multipart body is cut off."),
    ("bad_request", 400, "The bytes sent are not an HTTP request."),
    ("unauthorized", 401, "A token is needed."),
    ("invalid_token", 401, "The token is unknown, revoked or expired."),
    ("missing_scope", 403, "The token lacks a scope."),
    ("forbidden", 403, "The caller may not do that."),
    ("foreign_form", 403, "The form was sent from another site."),
    ("account_disabled", 403, "The account that the proxy names was disabled."),
    ("not_found", 404, "There is no such thing, or it may not be seen."),
    ("method_not_allowed", 405, "The address does not answer to that method."),
    ("not_acceptable", 406, "None of the forms that exist is acceptable."),
    ("edit_conflict", 409, "Two edits changed the same lines."),
    ("already_decided", 409, "The suggestion was accepted or rejected before."),
    ("name_taken", 409, "There is an account of that name."),
    ("last_admin", 409, "The last admin can't be disabled or get another role."),
    ("gone", 410, "The diagnosis is no longer kept."),
    ("stale_revision", 412, "The issue was changed meanwhile."),
    ("content_too_large", 413, "The body is too large."),
    ("unsupported_media_type", 415, "The body's type is not understood here."),
    ("misdirected_request", 421, "The Host is not one of this server's names."),
    ("missing_field", 422, "A field that is needed is missing."),
    ("invalid_field", 422, "A field has a wrong type or value."),
    ("unknown_field", 422, "A field is not known here."),
    ("empty_text", 422, "There is nothing to diagnose."),
    ("invalid_markdown", 422, "The text breaks the guide format; the lines are named."),
    ("broken_sample", 422, "The edit breaks a sample of its own issue; the lines are named."),
    ("precondition_required", 428, "If-Match or base is needed."),
    ("too_many_requests", 429, "Too many writes, sign-ins or wrong tokens."),
    ("internal_error", 500, "A fault in Fixbook."),
    ("busy", 503, "Too much to do at once; try again."),
    ("timeout", 503, "The question took too long."),
    ("read_only", 503, "The knowledge base can't be written now."),
    ("disk_failed", 503, "The disk fails; nothing was stored."),
    ("damaged", 503, "The file is damaged: what can be read is served, nothing is written."),
    ("disk_full", 507, "The disk is full; nothing was stored."),
  ]
}
