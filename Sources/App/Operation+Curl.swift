import HTTP
import JSON
import Store

extension Operation.Example {
  /// The call as a line for a shell; `TOKEN` and what earlier examples kept are its variables.
  func curl(_ route: Route, _ site: Site) -> String {
    var words = ["curl -s"]
    let hasBody = body != nil || text != nil
    if route.method != .get, !(route.method == .post && hasBody) {
      words.append("-X \(route.method.name)")
    }
    if isMembers || route.operation?.caller != .anyone {
      words.append("-H \"Authorization: Bearer $TOKEN\"")
    }
    for header in headers { words.append("-H '\(header.name): \(header.value)'") }
    if let body { words.append("--json '\(shellText(body))'") }
    if text != nil { words.append("--data-binary @-") }
    words.append(shellWord(site.url("/api/v1" + filled(route.pattern)) + queryText))
    let isLong = words.reduce(0) { $0 + $1.utf8.count + 1 } > 78
    var line = words.joined(separator: isLong ? " \\\n  " : " ")
    if let text { line = "printf '\(text)\\n' |\n  " + line }
    guard !keeps.isEmpty else { return line }
    let kept = keeps.map { "\($0.variable)=$(jq -r '.\($0.member)' <<<\"$ANSWER\")" }
    return "ANSWER=$(\(line))\n" + kept.joined(separator: "\n")
  }

  private func filled(_ pattern: String) -> String {
    var values = path[...]
    return pattern.split(separator: "/").map {
      "/" + ($0.hasPrefix("{") ? values.popFirst() ?? String($0) : String($0))
    }.joined()
  }

  private var queryText: String {
    query.isEmpty
      ? ""
      : "?"
        + query.map { "\($0.name)=" + queryEncoded($0.value).replacing("%20", with: "+") }
        .joined(separator: "&")
  }

  private func shellWord(_ word: String) -> String {
    if word.contains("$") { return "\"\(word)\"" }
    return word.contains("?") || word.contains("&") ? "'\(word)'" : word
  }

  /// JSON between single quotes, with its variables outside of them.
  private func shellText(_ body: JSON) -> String {
    var text = String(decoding: body.bytes, as: UTF8.self).replacing("'", with: "'\\''")
    for name in variables(body) {
      text = text.replacing("\"$\(name)\"", with: "'\"$\(name)\"'")
    }
    return text
  }

  private func variables(_ body: JSON) -> [String] {
    (body.members ?? []).compactMap { $0.value.text }.filter { $0.hasPrefix("$") }
      .map { String($0.dropFirst()) }
  }

  /// The body with something in the place of variables.
  func concreteBody(_ fields: [Field]) -> JSON {
    .object(
      (body?.members ?? []).map { member in
        guard member.value.text?.hasPrefix("$") == true else { return member }
        let example = fields.first { $0.name == member.name }?.example
        return .init(member.name, example ?? 1)
      })
  }
}
