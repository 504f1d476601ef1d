// Every reason this layer has to refuse, in one place; the sections are RFC 9112's unless said.
extension Refusal {
  // §2.2: a lone CR is never a line's end; a lone LF may be taken for one, and
  // parsers that disagree on it are how requests are smuggled.
  package static let bareCarriageReturn = bad(
    "bad_line_ending", "A line in the request's head contains a carriage return without line feed.")
  package static let bareLineFeed = bad(
    "bad_line_ending", "A line in the request's head ends without a carriage return.")
  // RFC 9110 §5.5: CR, LF and NUL in a field value are dangerous; others are as useless.
  package static let controlCharacter = bad(
    "control_character", "The request's head contains a control character.")
  // §2.2: at least one empty line before the request line is to be ignored; not any number.
  package static let tooManyEmptyLines = bad(
    "bad_request_line", "The request starts with too many empty lines.")
  // §3: method SP request-target SP HTTP-version, with single spaces.
  package static let badRequestLine = bad(
    "bad_request_line", "The request line is not a method, a target and a version.")
  package static let badMethod = bad("bad_method", "The method is not a token.")
  // §2.3
  package static let badVersion = bad(
    "bad_version", "The request line does not end in HTTP/ and a version.")
  // RFC 9110 §15.6.6
  package static let versionNotSupported = Refusal(
    .versionNotSupported, "http_version_not_supported", "This server speaks HTTP/1.1 and HTTP/1.0.")
  // §3: a target longer than any URI we serve.
  package static let targetTooLong = Refusal(
    .uriTooLong, "target_too_long", "The request's target is too long.")
  // §3.2
  package static let badTarget = bad(
    "bad_target",
    "The request's target is not one this method can have, or has forbidden characters.")
  // RFC 3986 §2.1, RFC 3629 §3
  package static let badEncoding = bad(
    "bad_encoding", "The path is not valid percent-encoded UTF-8.")
  // RFC 3986 §7.3: a decoded NUL ends strings early in what lies below.
  package static let nulInPath = bad("bad_encoding", "The path contains an encoded NUL.")

  // RFC 6585 §5
  package static let headTooLarge = Refusal(
    .headerFieldsTooLarge, "head_too_large", "The request's head is too large.")
  package static let tooManyFields = Refusal(
    .headerFieldsTooLarge, "too_many_fields", "The request has too many header fields.")
  // §5: field-name ":" OWS field-value OWS
  package static let badField = bad(
    "bad_header", "A header line is not a name, a colon and a value.")
  // §5.1: "no whitespace is allowed between the field name and colon".
  package static let spaceBeforeColon = bad(
    "bad_header", "A header line has white space before its colon.")
  // §5.2
  package static let obsoleteFolding = bad(
    "obsolete_folding", "A header line begins with white space, which HTTP has given up.")

  // §3.2
  package static let missingHost = bad("missing_host", "The request has no Host header.")
  package static let duplicateHost = bad("duplicate_host", "The request has several Host headers.")
  package static let badHost = bad("bad_host", "The Host header or the target's host is not valid.")
  // RFC 9110 §15.5.20
  package static let misdirected = Refusal(
    .misdirectedRequest, "misdirected_request", "This server does not answer for that host.")

  // §6.2, RFC 9110 §8.6
  package static let badContentLength = bad(
    "bad_content_length", "Content-Length is not one decimal number.")
  // §6.1, §6.3: both lengths present is how requests are smuggled; refuse rather than pick one.
  package static let conflictingLength = bad(
    "conflicting_length", "The request has both Content-Length and Transfer-Encoding.")
  // §6.1: HTTP/1.0 does not know transfer codings, so its framing must be faulty.
  package static let codingInOldVersion = bad(
    "bad_transfer_encoding", "An HTTP/1.0 request cannot have Transfer-Encoding.")
  // §6.3: without "chunked" once and last, the body's end cannot be known.
  package static let badTransferEncoding = bad(
    "bad_transfer_encoding", "Transfer-Encoding does not end in one chunked.")
  // §6.1
  package static let unsupportedCoding = Refusal(
    .notImplemented, "unsupported_transfer_coding", "The only transfer coding here is chunked.")
  // §7.1
  package static let badChunkSize = bad(
    "bad_chunk", "A chunk's size is not a hexadecimal number of reasonable length.")
  package static let badChunkExtension = bad("bad_chunk", "A chunk's extension is not valid.")
  package static let badChunkEnd = bad("bad_chunk", "A chunk does not end where its size says.")
  // §7.1.1: "a recipient ought to limit the total length of chunk extensions".
  package static let chunkExtensionsTooLong = bad(
    "bad_chunk", "The chunk extensions are too long in total.")
  // §7.1.2
  package static let badTrailer = bad("bad_trailer", "A trailer line is not valid.")
  package static let trailersTooLarge = Refusal(
    .headerFieldsTooLarge, "trailers_too_large", "The request's trailers are too large.")
  // RFC 9110 §15.5.14
  package static func contentTooLarge(limit: Int) -> Refusal {
    let mebibyte = 1_024 * 1_024
    return Refusal(
      .contentTooLarge, "content_too_large",
      "The request's body is larger than the "
        + (limit < mebibyte ? "\(limit) bytes" : "\(limit / mebibyte) MiB") + " allowed here.")
  }
  // RFC 9110 §10.1.1
  package static let expectationFailed = Refusal(
    .expectationFailed, "expectation_failed", "The only expectation met here is 100-continue.")

  // RFC 9110 §15.5.9
  package static let headTimeout = Refusal(
    .requestTimeout, "request_timeout", "The request's head did not arrive in time.")
  package static let bodyTimeout = Refusal(
    .requestTimeout, "request_timeout", "The request's body stopped arriving.")
  // §8
  package static let incompleteRequest = bad(
    "incomplete_request", "The connection ended before the request was complete.")
  // RFC 9110 §15.6.4
  package static let tooManyConnections = Refusal(
    .serviceUnavailable, "too_many_connections", "All connections of this server are in use.")
  // RFC 9110 §15.6.1
  package static let brokenResponse = Refusal(
    .internalServerError, "internal_error", "The answer could not be written as an HTTP message.")
  package static let lostAnswer = Refusal(
    .internalServerError, "internal_error", "The request was given up without an answer.")

  private static func bad(_ code: String, _ detail: String) -> Refusal {
    Refusal(.badRequest, code, detail)
  }
}
