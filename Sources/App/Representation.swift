import HTTP

/// The four forms of everything that shows knowledge.
package enum Representation: String, Sendable, CaseIterable {
  case html, json, markdown, text

  /// As a suffix of a path, without the dot.
  package var suffix: String {
    switch self {
    case .html: "html"
    case .json: "json"
    case .markdown: "md"
    case .text: "txt"
    }
  }

  package var contentType: String {
    switch self {
    case .html: "text/html; charset=utf-8"
    case .json: "application/json"
    case .markdown: "text/markdown; charset=utf-8"
    case .text: "text/plain; charset=utf-8"
    }
  }

  private var mediaType: (type: String, subtype: String) {
    switch self {
    case .html: ("text", "html")
    case .json: ("application", "json")
    case .markdown: ("text", "markdown")
    case .text: ("text", "plain")
    }
  }

  init?(suffix: Substring) {
    guard let match = Representation.allCases.first(where: { $0.suffix == suffix }) else {
      return nil
    }
    self = match
  }

  /// Whether an `Accept` field allows that form at all.
  static func accepts(_ form: Representation, _ accept: String?) -> Bool {
    guard let accept, !isEmptyList(accept) else { return true }
    let range = accept.split(separator: ",").compactMap { MediaRange($0) }
      .filter { $0.matches(form.mediaType) }.max { $0.specificity < $1.specificity }
    return (range?.q ?? 0) > 0
  }

  /// RFC 9110 §5.6.1.2: empty elements are none.
  private static func isEmptyList(_ field: String) -> Bool {
    field.utf8.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x2c }
  }

  /// What an `Accept` field asks for (RFC 9110 §12.5.1): greatest q, then the more specific range. A
  /// client that does not ask for a form by name (curl sends `*/*`) gets plain text. nil: none of the four.
  static func negotiated(_ accept: String?) -> Representation? {
    guard let accept, !isEmptyList(accept) else { return .text }
    let ranges = accept.split(separator: ",").compactMap { MediaRange($0) }
    var best: (form: Representation, q: Double, specificity: Int)?
    for form in [Representation.html, .json, .markdown, .text] {
      let matching = ranges.filter { $0.matches(form.mediaType) }
      guard let range = matching.max(by: { $0.specificity < $1.specificity }), range.q > 0 else {
        continue
      }
      if let current = best {
        let better =
          range.q != current.q
          ? range.q > current.q
          : range.specificity != current.specificity
            ? range.specificity > current.specificity
            : range.specificity < 2 && form == .text
        if !better { continue }
      }
      best = (form, range.q, range.specificity)
    }
    return best?.form
  }
}

/// One range of an Accept field.
private struct MediaRange {
  let type: Substring
  let subtype: Substring
  let q: Double

  init?(_ text: Substring) {
    let parts = text.split(separator: ";").map(trimmed)
    guard let range = parts.first else { return nil }
    let names = range.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard names.count == 2 else { return nil }
    type = names[0]
    subtype = names[1]
    var q = 1.0
    for parameter in parts.dropFirst() {
      let pair = parameter.split(separator: "=", maxSplits: 1)
      if pair.count == 2, equalIgnoringCase(String(trimmed(pair[0])), "q") {
        q = min(max(Double(trimmed(pair[1])) ?? 0, 0), 1)
      }
    }
    self.q = q
  }

  var specificity: Int { type == "*" ? 0 : subtype == "*" ? 1 : 2 }

  func matches(_ media: (type: String, subtype: String)) -> Bool {
    if type == "*" { return subtype == "*" }
    guard equalIgnoringCase(String(type), media.type) else { return false }
    return subtype == "*" || equalIgnoringCase(String(subtype), media.subtype)
      // A client that knows problem documents reads JSON.
      || (media.subtype == "json" && equalIgnoringCase(String(subtype), "problem+json"))
  }
}

/// Without spaces and tabs at its ends.
func trimmed(_ text: Substring) -> Substring {
  var bytes = text.utf8[...]
  while let first = bytes.first, first == 0x20 || first == 0x09 { bytes.removeFirst() }
  while let last = bytes.last, last == 0x20 || last == 0x09 { bytes.removeLast() }
  return Substring(bytes)
}
