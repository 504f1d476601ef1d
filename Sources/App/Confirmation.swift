import HTTP
import JSON
import Markup
import Store
import Synchronization

// A form of someone signed in that comes without Sec-Fetch-Site and Origin (w3m and other old
// browsers) may have been sent by another site: it is answered with the same form and a token.

/// Tokens that confirm a form once.
final class Confirmations: Sendable {
  static let field = "confirm_token"
  private static let limit = 1_000
  private let tokens = Mutex<[String: (path: String, until: Time)]>([:])

  /// A token for the path, good for ten minutes.
  func issue(path: String, session: String) -> String {
    let token = Secrets.identifier(length: 32)
    tokens.withLock { tokens in
      let now = Time.now()
      if tokens.count >= Confirmations.limit {
        tokens = tokens.filter { $0.value.until > now }
        if tokens.count >= Confirmations.limit { tokens.removeAll() }
      }
      tokens[Confirmations.key(token, session)] = (path, now + 600)
    }
    return token
  }

  /// Whether the token fits; it is used up.
  func use(_ token: String, path: String, session: String) -> Bool {
    tokens.withLock { tokens in
      guard let entry = tokens.removeValue(forKey: Confirmations.key(token, session)) else {
        return false
      }
      return entry.path == path && entry.until > .now()
    }
  }

  private static func key(_ token: String, _ session: String) -> String {
    Secrets.digest(Array((token + " " + session).utf8))
  }
}

/// The same form again, to be sent from here.
struct ConfirmPage: HTMLOnly {
  let path: String
  let fields: [(name: String, value: String)]
  let token: String
  let title = "Please confirm"

  func html(_ site: Site) -> HTML {
    let inputs: [HTML] = fields.map {
      "<input type=\"hidden\" name=\"\($0.name)\" value=\"\($0.value)\">"
    }
    return """
      <h1>Please confirm</h1>
      <p>Your browser does not say from which page this was sent. Send it once more from here:</p>
      <form action="\(path)" method="post">\(inputs)
      <input type="hidden" name="\(Confirmations.field)" value="\(token)">
      <p><button class="primary">Send</button></p></form>
      """
  }
}

extension App {
  /// The request without its confirmation, or the page that asks for one.
  func confirmed(_ context: Context) throws(Failure) -> (Context, asks: Reply?) {
    let request = context.request
    guard context.caller.isAccount, request.headers["Sec-Fetch-Site"] == nil,
      request.headers["Origin"] == nil
    else { return (context, nil) }
    guard request.method == .post, context.representation == .html else {
      throw Failure.unconfirmed
    }
    // Who a proxy signs in has no session of ours.
    let session = cookie(Cookies.session, of: request) ?? context.caller.reporter
    let pairs = parts(of: String(decoding: request.body, as: UTF8.self), at: "&")
    let prefix = Confirmations.field + "="
    if let sent = pairs.first(where: { $0.hasPrefix(prefix) }) {
      guard
        confirmations.use(
          String(sent.dropFirst(prefix.count)), path: request.rawPath, session: session)
      else { throw Failure.foreignForm }
      let body = pairs.filter { $0 != sent }.joined(separator: "&")
      return (context.changing { $0.body = Array(body.utf8) }, nil)
    }
    guard let fields = formFields(request.body) else { throw Failure.foreignForm }
    let token = confirmations.issue(path: request.rawPath, session: session)
    let page = ConfirmPage(path: request.rawPath, fields: fields, token: token)
    return (context, .page(page, headers: App.privately))
  }
}

/// The fields of a form's body in order; nil when it is not percent-encoded UTF-8.
func formFields(_ body: [UInt8]) -> [(name: String, value: String)]? {
  var fields: [(name: String, value: String)] = []
  for pair in parts(of: String(decoding: body, as: UTF8.self), at: "&") {
    let parts = parts(of: pair, at: "=", most: 2, keepsEmpty: true)
    guard let name = formDecoded(parts[0]),
      let value = formDecoded(parts.count > 1 ? parts[1] : "")
    else { return nil }
    fields.append((name, value))
  }
  return fields
}
