/// The stable codes of problem documents.
package enum ProblemCodes {
  package static let all: [(code: String, status: Int, meaning: String)] = [
    ("invalid_json", 400, "The body is not JSON."),
    ("invalid_encoding", 400, "A form or query is not percent-encoded UTF-8."),
    ("invalid_form", 400, "A multipart body is cut off."),
    ("unauthorized", 401, "A token is needed."),
    ("invalid_token", 401, "The token is unknown, revoked or expired."),
    ("missing_scope", 403, "The token lacks a scope, or the role does not allow it."),
    ("forbidden", 403, "The caller may not do that."),
    ("foreign_form", 403, "The form was sent from another site."),
    ("account_disabled", 403, "The account was disabled."),
    ("not_found", 404, "There is no such thing, or it may not be seen."),
    ("method_not_allowed", 405, "The address does not answer to that method."),
    ("not_acceptable", 406, "None of the forms that exist is acceptable."),
    ("edit_conflict", 409, "Two edits changed the same lines."),
    ("already_decided", 409, "The suggestion was accepted or rejected before."),
    ("name_taken", 409, "There is an account of that name."),
    ("last_admin", 409, "The last admin can't be disabled or get another role."),
    (
      "idempotency_in_progress", 409,
      "The first request with this Idempotency-Key is still running."
    ),
    ("user_disabled", 409, "The account is disabled; enable it first."),
    ("gone", 410, "The diagnosis, or what a request with this key made, is no longer kept."),
    ("stale_revision", 412, "Changed meanwhile: not the state that the precondition names."),
    ("content_too_large", 413, "The body is too large."),
    ("unsupported_media_type", 415, "The body's type is not understood here."),
    ("unsupported_content_coding", 415, "The body is packed; it is taken as it is only."),
    ("missing_field", 422, "A field that is needed is missing."),
    ("invalid_field", 422, "A field has a wrong type or value."),
    ("unknown_field", 422, "A field is not known here."),
    ("empty_text", 422, "There is nothing to diagnose."),
    ("invalid_markdown", 422, "The text breaks the guide format; the lines are named."),
    ("broken_sample", 422, "The edit breaks a sample of its own issue; the lines are named."),
    ("idempotency_mismatch", 422, "The Idempotency-Key was sent with another body before."),
    ("precondition_required", 428, "If-Match or base is needed."),
    ("too_many_requests", 429, "Too many writes, sign-ins, wrong tokens, or what else is limited."),
    ("internal_error", 500, "A fault in Fixbook."),
    ("busy", 503, "Too much to do at once; try again."),
    ("timeout", 503, "The question took too long."),
    ("read_only", 503, "The knowledge base can't be written now."),
    ("disk_failed", 503, "The disk fails; nothing was stored."),
    ("damaged", 503, "The file is damaged: what can be read is served, nothing is written."),
    ("disk_full", 507, "The disk is full; nothing was stored."),
  ]

  /// Those of requests that are not sound HTTP, or not for this server.
  package static let http: [(code: String, status: Int, meaning: String)] = [
    ("bad_request_line", 400, "The first line is not a method, a target and a version."),
    ("bad_method", 400, "The method is not a token."),
    ("bad_version", 400, "The first line does not end in a version."),
    ("bad_target", 400, "The address has forbidden characters."),
    ("bad_encoding", 400, "The path is not percent-encoded UTF-8."),
    ("bad_header", 400, "A header line is not a name, a colon and a value."),
    ("bad_line_ending", 400, "A header line does not end as it must."),
    ("control_character", 400, "There is a control character in the head."),
    ("obsolete_folding", 400, "A header line begins with white space."),
    ("missing_host", 400, "There is no Host."),
    ("duplicate_host", 400, "There are several Hosts."),
    ("bad_host", 400, "The Host is not valid."),
    ("bad_content_length", 400, "Content-Length is not one number."),
    ("conflicting_length", 400, "There are two lengths."),
    ("bad_transfer_encoding", 400, "The body's end cannot be known."),
    ("bad_chunk", 400, "A chunk is not valid."),
    ("bad_trailer", 400, "A trailer line is not valid."),
    ("incomplete_request", 400, "The connection ended before the request."),
    ("request_timeout", 408, "The request did not arrive in time."),
    ("target_too_long", 414, "The address is too long."),
    ("expectation_failed", 417, "An expectation other than 100-continue."),
    ("misdirected_request", 421, "The Host is not one of this server's names."),
    ("head_too_large", 431, "The head is too large."),
    ("too_many_fields", 431, "There are too many header lines."),
    ("trailers_too_large", 431, "The trailers are too large."),
    ("unsupported_transfer_coding", 501, "A transfer coding other than chunked."),
    ("too_many_connections", 503, "All connections are in use."),
    ("http_version_not_supported", 505, "A version other than 1.0 and 1.1."),
  ]

  package static let ofHTTP = Set(http.map(\.code))

  /// What any operation may answer.
  static let everywhere =
    [
      "invalid_encoding", "invalid_token", "unknown_field", "too_many_requests", "internal_error",
      "busy", "timeout", "disk_failed", "damaged",
    ] + http.map(\.code)

  /// What any write may answer besides.
  static let ofWrites = [
    "foreign_form", "invalid_json", "content_too_large", "unsupported_media_type",
    "unsupported_content_coding", "read_only", "disk_full",
  ]

  static func meaning(of code: String) -> String {
    (all + http).first { $0.code == code }?.meaning ?? ""
  }
}
