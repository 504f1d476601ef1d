package import HTTP
package import JSON
package import Store

/// Why a request is refused, as the caller should see it: becomes an RFC 9457 problem document in
/// the form that was asked for.
package struct Failure: Error, Sendable {
  package let status: Status
  /// Stable; listed in docs/api.md.
  package let code: String
  package let title: String
  /// One sentence of advice.
  package let detail: String
  /// The field, parameter or header that is wrong.
  package var field: String?
  package var headers: [HeaderFields.Field] = []
  /// Further members of the problem document.
  package var members: [JSON.Member] = []

  package init(
    _ status: Status, _ code: String, _ title: String, _ detail: String, field: String? = nil
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.field = field
  }

  /// The same failure with a field for the head of its answer.
  package func header(_ name: String, _ value: String) -> Failure {
    var copy = self
    copy.headers.append(HeaderFields.Field(name, value))
    return copy
  }

  /// The same failure with a member of its own in the problem document (RFC 9457 §3.2).
  package func member(_ name: String, _ value: JSON) -> Failure {
    var copy = self
    copy.members.append(JSON.Member(name, value))
    return copy
  }
}

extension Failure {
  static func notFound(_ what: String) -> Failure {
    Failure(
      .notFound, "not_found", "Not found",
      "There is no such \(what). Search for it, or look through the guides.")
  }

  static let noPage = Failure(
    .notFound, "not_found", "Not found",
    "There is no page at this address. Search for what you need, or start at the home page.")

  static func methodNotAllowed(_ allowed: [String]) -> Failure {
    Failure(
      .methodNotAllowed, "method_not_allowed", "Method not allowed",
      "This address answers to \(allowed.joined(separator: ", "))."
    )
    .header("Allow", allowed.joined(separator: ", "))
  }

  static func invalid(_ field: String, _ detail: String) -> Failure {
    Failure(.unprocessableContent, "invalid_field", "Invalid \(field)", detail, field: field)
  }

  static func missing(_ field: String) -> Failure {
    Failure(
      .unprocessableContent, "missing_field", "Missing \(field)", "Give the field \(field).",
      field: field)
  }

  static func unknownField(_ field: String, known: [String]) -> Failure {
    Failure(
      .unprocessableContent, "unknown_field", "Unknown field",
      "\(field.prefix(60)) is not a field here; these are: \(known.joined(separator: ", ")).",
      field: String(field.prefix(60)))
  }

  static func notJSON(_ detail: String) -> Failure {
    Failure(.badRequest, "invalid_json", "Not JSON", "The body is not valid JSON: \(detail).")
  }

  /// Says what the address does take, and how curl sends it, since `-d` alone sends a form.
  static func unsupportedMediaType(takesForms: Bool) -> Failure {
    Failure(
      .unsupportedMediaType, "unsupported_media_type", "Unsupported media type",
      takesForms
        ? "Send application/json or application/x-www-form-urlencoded."
        : "Send application/json (with curl: --json, not -d alone).")
  }

  static let unsupportedCoding = Failure(
    .unsupportedMediaType, "unsupported_content_coding", "Unsupported content coding",
    "Send the body as it is, without Content-Encoding."
  )
  .header("Accept-Encoding", "identity")

  static let gone = Failure(
    .gone, "gone", "No longer kept",
    "Diagnoses are kept for 90 days unless a report cites them. Paste the text again.")

  static let empty = Failure(
    .unprocessableContent, "empty_text", "Nothing to diagnose",
    "The text is empty: give the error message or the log.", field: "text")

  static let unauthorized = Failure(
    .unauthorized, "unauthorized", "Token needed",
    "Send `Authorization: Bearer TOKEN`; an admin makes one with `fixbook token create`."
  )
  .header("WWW-Authenticate", "Bearer realm=\"fixbook\"")

  static let wrongToken = Failure(
    .unauthorized, "invalid_token", "Unknown token",
    "This token is not valid here, was revoked, or has expired."
  )
  .header("WWW-Authenticate", "Bearer realm=\"fixbook\", error=\"invalid_token\"")

  static func missingScope(_ scope: Scope) -> Failure {
    Failure(
      .forbidden, "missing_scope", "Not allowed",
      "This needs a token with the scope \(scope.rawValue).")
  }

  /// Of someone signed in, who has no token to choose.
  static func missingScope(_ scope: Scope, role: Role) -> Failure {
    let enough = Role.allCases.first { $0.scopes.contains(scope) } ?? .admin
    return Failure(
      .forbidden, "missing_scope", "Not allowed",
      "Your role is \(role.rawValue); this takes the role \(enough.rawValue). An admin can give it to you."
    )
  }

  static func forbidden(_ detail: String) -> Failure {
    Failure(.forbidden, "forbidden", "Not allowed", detail)
  }

  static let foreignForm = Failure(
    .forbidden, "foreign_form", "Sent from another site",
    "This form was sent by a page of another site. Open Fixbook and send it from there.")

  static let unconfirmed = Failure(
    .forbidden, "foreign_form", "Sent from an unknown page",
    "Nothing says which site sent this. Send it from a page of this server, or with a token.")

  static let tooMany = Failure(
    .tooManyRequests, "too_many_requests", "Too many requests",
    "This was asked too often from one address. Wait a moment, then go on.")

  static let accountDisabled = Failure(
    .forbidden, "account_disabled", "Account disabled",
    "This account was disabled. Ask whoever runs this server.")

  /// What keeps an account from being made or changed.
  package static func account(_ error: AccountError) -> Failure {
    switch error {
    case .badName(let reason): .invalid("name", reason)
    case .notFound: .notFound("account")
    case .nameTaken(let name):
      Failure(
        .conflict, "name_taken", "Name taken", "There is an account \(name) already.",
        field: "name")
    case .lastAdmin:
      Failure(
        .conflict, "last_admin", "The last admin",
        "Nobody else could run this server. Make another account an admin first.")
    }
  }

  static let preconditionRequired = Failure(
    .preconditionRequired, "precondition_required", "Say which revision you changed",
    "Send If-Match with the ETag you read, or \"base\" with the revision number.")

  static func stale(_ current: Int) -> Failure {
    Failure(
      .preconditionFailed, "stale_revision", "Changed meanwhile",
      "The issue is at revision \(current) now. Read it again, or send \"base\" to merge."
    )
    .member("current_revision", .integer(current))
  }

  /// A read that was for one state only (RFC 9110 §13.1.1).
  static let otherState = Failure(
    .preconditionFailed, "stale_revision", "Changed meanwhile",
    "This is not in the state that If-Match names. Ask without it for what is there now.")

  static let busy = Failure(
    .serviceUnavailable, "busy", "Busy", "Try again in a few seconds."
  ).header("Retry-After", "3")

  static let timeout = Failure(
    .serviceUnavailable, "timeout", "Took too long",
    "The question took too long to answer. Ask for less, or try again."
  ).header("Retry-After", "3")

  static let diskFull = Failure(
    .insufficientStorage, "disk_full", "No room",
    "The disk that holds the knowledge base is full; nothing was stored."
  )
  .header("Retry-After", "60")

  /// What a fault of the file or its disk is to a caller.
  static func fault(_ fault: Fault) -> Failure {
    switch fault {
    case .full: .diskFull
    case .readOnly: .readOnly("the file can't be written")
    case .busy, .descriptors: .busy
    case .moved: .readOnly("its file, or the -wal beside it, was removed or replaced")
    case .disk: .diskFailed
    case .damaged, .damagedIndex: .damaged
    }
  }

  static let diskFailed = Failure(
    .serviceUnavailable, "disk_failed", "The disk fails",
    "The knowledge base's file could not be read or written; the log says more."
  )
  .header("Retry-After", "60")

  static let damaged = Failure(
    .serviceUnavailable, "damaged", "Damaged",
    "This part of the knowledge base's file is damaged. `fixbook verify` names what else is.")

  static let damagedFile = Failure(
    .serviceUnavailable, "damaged", "Damaged",
    "The knowledge base's file is damaged: what can be read is served, nothing is written into it.")

  static func readOnly(_ reason: String) -> Failure {
    Failure(
      .serviceUnavailable, "read_only", "Read only",
      "The knowledge base can be read but not written now: \(reason)."
    )
    .header("Retry-After", "60")
  }

  static let internalError = Failure(
    .internalServerError, "internal_error", "Something broke",
    "This is a fault in Fixbook; the log has the details.")
}
