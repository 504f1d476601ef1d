package import HTTP
import JSON
package import Store

/// One request on its way through a handler. A class, since closures of several threads keep it, and to copy
/// so much for each of them would be dear.
package final class Context: Sendable {
  let app: App
  package let request: Request
  package let site: Site
  /// Values of the route's `{…}` segments, in order.
  package let path: [String]
  /// Below `/api/v1`.
  package let isAPI: Bool
  /// The suffix asked for (".json"), kept by redirects.
  package let suffix: String
  package let representation: Representation
  let intake: DiagnoseIntake?
  /// What the address takes, if it is an operation of the API or its page.
  let operation: Operation?

  init(
    app: App, request: Request, site: Site, path: [String], isAPI: Bool, suffix: String,
    representation: Representation, intake: DiagnoseIntake?, operation: Operation?
  ) {
    self.app = app
    self.request = request
    self.site = site
    self.path = path
    self.isAPI = isAPI
    self.suffix = suffix
    self.representation = representation
    self.intake = intake
    self.operation = operation
  }

  /// The same with a changed request.
  func changing(_ change: (inout Request) -> Void) -> Context {
    var request = request
    change(&request)
    return Context(
      app: app, request: request, site: site, path: path, isAPI: isAPI, suffix: suffix,
      representation: representation, intake: intake, operation: operation)
  }

  package var store: Store { app.store }
  var caller: Caller { site.caller }

  /// The query's fields. A handler reads what it knows; the rest is an error, but for the fields
  /// of the representation itself.
  func query() throws(Failure) -> Fields {
    var fields = try Fields(
      urlEncoded: request.rawQuery ?? "", declared: operation?.query, isAPI: isAPI)
    _ = try fields.integer("width", in: 20...400)
    return fields
  }

  /// Columns of a plain text answer.
  var width: Int {
    guard let query = request.rawQuery, var fields = try? Fields(urlEncoded: query) else {
      return 80
    }
    return (try? fields.integer("width", in: 20...400)) ?? 80
  }

  private var mediaType: String {
    let type = request.headers["Content-Type"] ?? ""
    // As nearly every client writes it.
    if type == "application/json" { return type }
    return String(trimmed(type.split(separator: ";").first ?? "")).lowercased()
  }

  /// The body as JSON, or as a form at page addresses.
  func body() throws(Failure) -> Fields {
    let fields = try bodyFields()
    // Where a body says everything, the address says nothing.
    if let operation, operation.query.isEmpty { try query().finish() }
    return fields
  }

  /// Refuses what is sent where nothing is expected.
  func takesNothing() throws(Failure) {
    if !request.body.isEmpty { try body().finish() } else { try query().finish() }
  }

  /// A packed body is not unpacked, and must not be read as if it were plain (RFC 9110 §15.5.16).
  func refuseCodedBody() throws(Failure) {
    guard let coding = request.headers.list("Content-Encoding") else { return }
    if !coding.isEmpty, !equalIgnoringCase(coding, "identity") { throw Failure.unsupportedCoding }
  }

  private func bodyFields() throws(Failure) -> Fields {
    try refuseCodedBody()
    let declared = operation?.body
    let takesForms = !isAPI || operation?.takesForms == true
    switch mediaType {
    case "application/json":
      let body: JSON
      do {
        body = try JSON.read(request.body)
      } catch {
        throw Failure.notJSON("\(error.reason), at byte \(error.offset)")
      }
      return try Fields(json: body, declared: declared, isAPI: isAPI)
    case "application/x-www-form-urlencoded" where takesForms,
      "" where request.body.isEmpty:
      guard let text = String(validating: request.body, as: UTF8.self) else {
        throw Failure(
          .badRequest, "invalid_encoding", "Broken encoding", "The body is not UTF-8.")
      }
      return try Fields(urlEncoded: text, declared: declared, isAPI: isAPI)
    default: throw Failure.unsupportedMediaType(takesForms: takesForms)
    }
  }

  /// Refuses a caller that lacks a scope: 401 without a token, 403 with one.
  func require(_ scope: Scope) throws(Failure) {
    if caller.may(scope) { return }
    throw caller.lacks(scope)
  }

  /// Page addresses take reports and outcomes from anyone where the policy says so.
  func requireReporting() throws(Failure) {
    if !isAPI, site.openToAnyone { return }
    try require(.report)
  }

  /// How a question is counted.
  var channel: String { isAPI ? "api" : representation == .html ? "html" : "curl" }

  func read<T>(_ body: (Reading) throws -> T) throws -> T {
    try store.read(as: caller.viewer, body)
  }
}
