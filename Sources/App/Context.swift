package import HTTP
import JSON
package import Store

/// One request on its way through a handler.
package struct Context: Sendable {
  let app: App
  package var request: Request
  package let site: Site
  /// Values of the route's `{…}` segments, in order.
  package let path: [String]
  /// Below `/api/v1`.
  package let isAPI: Bool
  /// The suffix asked for (".json"), kept by redirects.
  package let suffix: String
  package let representation: Representation
  let intake: DiagnoseIntake?

  package var store: Store { app.store }
  var caller: Caller { site.caller }

  /// The query's fields. A handler reads what it knows; the rest is an error, but for the fields
  /// of the representation itself.
  func query() throws(Failure) -> Fields {
    var fields = try Fields(urlEncoded: request.rawQuery ?? "")
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
    return String(trimmed(type.split(separator: ";").first ?? "")).lowercased()
  }

  /// The body as JSON, or as a form at page addresses.
  func body() throws(Failure) -> Fields {
    switch mediaType {
    case "application/json":
      do {
        return try Fields(json: JSON.read(request.body))
      } catch let error as JSONError {
        throw Failure.notJSON("\(error.reason), at byte \(error.offset)")
      } catch let error as Failure {
        throw error
      } catch {
        throw Failure.internalError
      }
    case "application/x-www-form-urlencoded" where !isAPI || allowsFormsInAPI,
      "" where request.body.isEmpty:
      guard let text = String(validating: request.body, as: UTF8.self) else {
        throw Failure(
          .badRequest, "invalid_encoding", "Broken encoding", "The body is not UTF-8.")
      }
      return try Fields(urlEncoded: text)
    default: throw Failure.unsupportedMediaType
    }
  }

  /// Refuses a body that says anything.
  func emptyBody() throws(Failure) {
    if !request.body.isEmpty { try body().finish() }
  }

  /// "POST …/outcomes" takes both, for curl's sake.
  private var allowsFormsInAPI: Bool { request.segments.last == "outcomes" }

  /// Refuses a caller that lacks a scope: 401 without a token, 403 with one.
  func require(_ scope: Scope) throws(Failure) {
    if caller.may(scope) { return }
    throw caller.isAnonymous ? Failure.unauthorized : Failure.missingScope(scope.rawValue)
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
