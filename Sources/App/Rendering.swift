import HTTP
import JSON
import Markup
import Store

extension App {
  /// The last step: a reply becomes a response in the form that was asked for.
  func render(_ reply: Reply, _ context: Context) -> Response {
    switch reply {
    case .page(let page, let status, let headers):
      return render(page, status, headers, context)
    case .bytes(let bytes, let type, let headers):
      var fields = HeaderFields(headers)
      fields.add("Content-Type", type)
      if fields["Cache-Control"] == nil { fields.add("Cache-Control", "no-cache") }
      return finish(.ok, fields, bytes, revision: nil, context.request)
    case .message(let status, let body, let headers):
      var fields = HeaderFields(headers)
      if body != nil { fields.add("Content-Type", "application/json") }
      fields.add("Cache-Control", "no-store")
      return finish(status, fields, body?.bytes ?? [], revision: nil, context.request)
    case .redirect(let status, let location, let headers):
      var fields = HeaderFields(headers)
      let location = uriEncoded(location)
      fields.add("Location", location)
      fields.add("Content-Type", "text/plain; charset=utf-8")
      fields.add("Cache-Control", "no-cache")
      addSecurity(to: &fields)
      return Response(status, headers: fields, body: .bytes(Array("See \(location)\n".utf8)))
    case .write:
      // A write never answers with another write.
      return problem(.internalError, context.request, context.representation)
    }
  }

  private func render(
    _ page: any Page, _ status: Status, _ headers: [HeaderFields.Field], _ context: Context
  ) -> Response {
    var fields = HeaderFields(headers)
    let body: [UInt8]
    switch context.representation {
    case .html: body = Layout.document(page, context.site, request: context.request).bytes
    case .json:
      // For reading in a terminal at page addresses; compact for programs.
      body = context.isAPI ? page.json(context.site).bytes : page.json(context.site).prettyBytes
    case .markdown: body = Array(page.markdown(context.site).utf8)
    case .text:
      body = Array(Markdown.forTerminal(page.text(context.site, width: context.width)).utf8)
    }
    fields.add("Content-Type", context.representation.contentType)
    if !context.isAPI {
      fields.add("Vary", context.caller.isAccount ? "Accept, Cookie" : "Accept")
      addAlternates(to: &fields, context)
      fields.add("Link", "</llms.txt>; rel=\"describedby\"; type=\"text/plain\"")
    }
    if fields["Cache-Control"] == nil {
      fields.add("Cache-Control", context.caller.isAnonymous ? "no-cache" : "private, no-cache")
    }
    return finish(status, fields, body, revision: page.revision, context.request)
  }

  /// RFC 8288: the other forms of the page.
  private func addAlternates(to fields: inout HeaderFields, _ context: Context) {
    guard context.request.method == .get || context.request.method == .head else { return }
    guard let stem = App.stem(of: context.request) else { return }
    let query = context.request.rawQuery.map { "?" + $0 } ?? ""
    guard query.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x3c && $0 != 0x3e && $0 < 0x7f }) else {
      return
    }
    let links = Representation.allCases.filter { $0 != context.representation }.map {
      let type = $0.contentType.split(separator: ";")[0]
      return "<\(stem).\($0.suffix)\(query)>; rel=\"alternate\"; type=\"\(type)\""
    }
    fields.add("Link", links.joined(separator: ", "))
  }

  /// A page's address, to which the suffix of a form can be added; nil for one that ends with a slash.
  static func stem(of request: Request) -> String? {
    var segments = request.segments
    if let last = segments.last, let dot = last.lastIndex(of: "."),
      Representation(suffix: last[last.index(after: dot)...]) != nil
    {
      segments[segments.count - 1] = String(last[..<dot])
    }
    guard segments.last != "" else { return nil }
    return segments.isEmpty ? "/index" : segments.map { "/" + queryEncoded($0) }.joined()
  }

  /// ETag, 304, gzip, security headers.
  private func finish(
    _ status: Status, _ headers: HeaderFields, _ body: [UInt8], revision: Int?, _ request: Request
  ) -> Response {
    var fields = headers
    var body = body
    addSecurity(to: &fields)
    let isRead = request.method == .get || request.method == .head
    let compressed = gzipped(body, &fields, request)
    if status == .ok, isRead {
      let tag = entityTag(
        of: body, as: fields["Content-Type"] ?? "", revision: revision,
        coding: compressed == nil ? "" : "-gzip")
      fields.add("ETag", tag)
    }
    if let compressed { body = compressed }
    return unlessKnown(Response(status, headers: fields, body: .bytes(body)), request)
  }

  /// 304 instead of what the client has already, 412 instead of what it does not want (RFC 9110 §13.2.2).
  func unlessKnown(_ response: Response, _ request: Request) -> Response {
    guard response.status == .ok, request.method == .get || request.method == .head else {
      return response
    }
    let wanted = request.headers.list("If-Match")
    let known = request.headers.list("If-None-Match")
    guard wanted != nil || known != nil, let tag = response.headers["ETag"] else { return response }
    if let wanted, !EntityTags(wanted).name(weakly: false, { $0 == tag[...] }) {
      return problem(.otherState, request, router.representation(request))
    }
    if let known, EntityTags(known).name(weakly: true, { $0 == tag[...] }) {
      return Response(.notModified, headers: response.headers)
    }
    return response
  }

  private func gzipped(
    _ body: [UInt8], _ fields: inout HeaderFields, _ request: Request
  ) -> [UInt8]? {
    guard body.count >= 1_400, let type = fields["Content-Type"], isCompressible(type) else {
      return nil
    }
    let vary = fields["Vary"]
    fields.set("Vary", (vary.map { $0 + ", " } ?? "") + "Accept-Encoding")
    guard Gzip.isAccepted(request.headers.list("Accept-Encoding")),
      let compressed = Gzip.compress(body)
    else { return nil }
    fields.add("Content-Encoding", "gzip")
    return compressed
  }

  private func isCompressible(_ type: String) -> Bool {
    type.hasPrefix("text/") || type.hasPrefix("application/json") || type.contains("+xml")
      || type.contains("+json")
  }

  /// https://owasp.org/www-project-secure-headers/
  private func addSecurity(to fields: inout HeaderFields) {
    fields.add("Content-Security-Policy", App.contentSecurityPolicy)
    fields.add("X-Content-Type-Options", "nosniff")
    fields.add("Referrer-Policy", "same-origin")
    fields.add("Cross-Origin-Resource-Policy", "same-origin")
    fields.add("Cross-Origin-Opener-Policy", "same-origin")
    fields.add(
      "Permissions-Policy", "camera=(), geolocation=(), microphone=(), browsing-topics=()")
  }

  private static let contentSecurityPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

  /// RFC 9110 §9.3.7.
  func options(_ methods: [String]) -> Response {
    var fields = HeaderFields()
    fields.add("Allow", methods.joined(separator: ", "))
    addSecurity(to: &fields)
    return Response(.noContent, headers: fields)
  }

  /// An error as RFC 9457 problem details, or the same in another form.
  func problem(
    _ failure: Failure, _ request: Request, _ representation: Representation, site: Site? = nil
  ) -> Response {
    let site = site ?? self.site(of: anonymous(request), base: base(of: request))
    let page = ProblemPage(
      failure: failure, signIn: signIn(failure, request, site),
      unsent: representation == .html ? Unsent(request, failure, app: self) : nil)
    var fields = HeaderFields(failure.headers)
    let body: [UInt8]
    switch representation {
    case .html: body = Layout.document(page, site, request: request).bytes
    case .json: body = page.json(site).bytes
    case .markdown: body = Array(page.markdown(site).utf8)
    case .text: body = Array(Markdown.forTerminal(page.text(site, width: 80)).utf8)
    }
    fields.add(
      "Content-Type",
      representation == .json ? "application/problem+json" : representation.contentType)
    fields.add("Vary", "Accept")
    fields.add("Cache-Control", "no-store")
    addSecurity(to: &fields)
    return Response(failure.status, headers: fields, body: .bytes(body))
  }
}

extension App {
  /// Where someone can sign in who was refused for not having done so; comes back from there.
  private func signIn(_ failure: Failure, _ request: Request, _ site: Site) -> String? {
    guard site.caller.isAnonymous, failure.code == "unauthorized" || failure.code == "forbidden"
    else { return nil }
    return SignInPage.path(for: request)
  }
}

extension Caller {
  var isAccount: Bool { if case .account = identity { true } else { false } }
}

/// An error as a page.
struct ProblemPage: Page {
  let failure: Failure
  /// Address of the sign-in page, where that would help.
  let signIn: String?
  /// What was typed and is not stored.
  var unsent: Unsent?

  /// A browser signs in; a token is for programs.
  private var asksToSignIn: Bool { signIn != nil && failure.code == "unauthorized" }
  var title: String { asksToSignIn ? "Sign in first" : failure.title }
  private var advice: String {
    asksToSignIn ? "You are not signed in, or your session has ended." : failure.detail
  }

  func html(_ site: Site) -> HTML {
    """
    <h1>\(title)</h1>
    <p>\(advice)</p>
    \(unsent.map { $0.html(signIn: signIn != nil) } ?? signInLink)
    <p class="quiet">\(failure.status.code) · <a href="/help/problems#\(failure.code)">\(failure.code)</a></p>
    \(.searchForm("Search"))
    <p><a href="/">Home</a> · <a href="/diagnose">Diagnose an error</a> · <a href="/guides">Guides</a></p>
    """
  }

  private var signInLink: HTML {
    signIn.map { "<p><a class=\"button\" href=\"\($0)\">Sign in</a></p>" } ?? ""
  }

  func json(_ site: Site) -> JSON {
    var members: [JSON.Member] = [
      .init("type", .string(site.base + "/help/problems#" + failure.code)),
      .init("title", .string(failure.title)), .init("status", .integer(failure.status.code)),
      .init("detail", .string(failure.detail)), .init("code", .string(failure.code)),
    ]
    if let field = failure.field { members.append(.init("field", .string(field))) }
    return .object(members + failure.members)
  }

  func markdown(_ site: Site) -> String {
    "# \(failure.title)\n\n\(failure.detail)\n\n\(failure.status.code) `\(failure.code)`\n"
  }

  func text(_ site: Site, width: Int) -> String {
    wrapped("\(failure.title) (\(failure.status.code) \(failure.code))", width)
      + wrapped(failure.detail, width)
  }
}
