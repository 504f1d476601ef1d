import HTTP
import Markup

/// What somebody typed into a form that was refused: shown again, to be sent once more.
///
/// A session may end while a long text is written, a disk may be full, a guide may be gone; whatever
/// the reason, the text must not be lost with it.
struct Unsent {
  let path: String
  let fields: [(name: String, value: String)]

  /// Nil when nothing was typed that is worth keeping, or what was sent is to be sent on purpose only:
  /// a form of another site, a password.
  init?(_ request: Request, _ failure: Failure, app: App) {
    guard request.method == .post, failure.code != Failure.foreignForm.code,
      app.isOwnForm(request),
      request.headers["Content-Type"]?.hasPrefix("application/x-www-form-urlencoded") == true,
      let fields = formFields(request.body),
      !fields.contains(where: { Self.private.contains($0.name) }),
      fields.contains(where: { Self.isText($0.value) })
    else { return nil }
    path = request.rawPath + (request.rawQuery.map { "?" + $0 } ?? "")
    self.fields = fields
  }

  private static let `private`: Set = ["password", "link", "secret", Confirmations.field]

  /// Somebody wrote it, rather than chose it.
  private static func isText(_ value: String) -> Bool {
    value.utf8.count > 60 || value.utf8.contains(0x0a)
  }

  /// - Parameter signIn: Whether signing in would help.
  func html(signIn: Bool) -> HTML {
    let inputs: [HTML] = fields.enumerated().map { index, field in
      guard Self.isText(field.value) else {
        return "<input type=\"hidden\" name=\"\(field.name)\" value=\"\(field.value)\">"
      }
      let id = "kept-\(index)"
      let label = field.name.prefix(1).uppercased() + field.name.dropFirst()
      // The first line end after the tag is no part of the value; forms send CRLF for LF.
      let value = field.value.replacing("\r\n", with: "\n")
      return """
        <p><label for="\(id)">\(label)</label><textarea id="\(id)" name="\(field.name)" rows="14" spellcheck="false">
        \(value)</textarea></p>
        """
    }
    return """
      <h2>What you wrote is kept here</h2>
      \("<p>Nothing of it is stored yet. <a href=\"/sign-in\" target=\"_blank\">Sign in in another tab</a>, then come back to this page and send it again.</p>", if: signIn)\
      \("<p>Nothing of it is stored yet. Send it again when that helps, or copy it from here.</p>", if: !signIn)
      <form class="paste" action="\(path)" method="post">\(inputs)
      <p><button class="primary">Send again</button></p></form>
      """
  }
}

extension App {
  /// Whether the browser says that a page of this server sent the form. Fetch Metadata comes with
  /// https and on loopback only, Origin everywhere.
  fileprivate func isOwnForm(_ request: Request) -> Bool {
    if let site = request.headers["Sec-Fetch-Site"] { return site == "same-origin" }
    return request.headers["Origin"].map { isOwn($0, request) } ?? false
  }
}
