/// Why an issue matches: a line and what in it.
package struct Evidence: Sendable, Equatable {
  package enum Reason: String, Sendable {
    case sample, template, code, words, alias, learned, check
  }

  /// Line of the input, counted from 1.
  package let line: Int
  /// The line, masked.
  package let text: String
  package let reason: Reason
  package let detail: String

  package init(line: Int, text: String, reason: Reason, detail: String) {
    self.line = line
    self.text = text
    self.reason = reason
    self.detail = detail
  }
}

extension Evidence {
  /// The lines an issue rests on, at most three, in the order of their share.
  static func of(_ candidate: Candidate, query: Query) -> [Evidence] {
    var evidence: [Evidence] = []
    if let sample = candidate.sample, !sample.negative,
      let line = query.lines.first(where: { $0.number == sample.line })
    {
      evidence.append(
        Evidence(
          line: line.number, text: line.text, reason: .sample,
          detail: "like the sample: \(shortened(sample.text))"))
    }
    var shares: [Int: Double] = [:]
    for hit in candidate.hits {
      // A token of many lines is credited to the weightiest of them.
      let lines = query.terms[hit.term].lines
      if let line = lines.max(by: { query.lines[$0].weight < query.lines[$1].weight }) {
        shares[line, default: 0] += hit.value
      }
    }
    let order = shares.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    for (index, _) in order where evidence.count < 3 {
      let line = query.lines[index]
      if evidence.contains(where: { $0.line == line.number }) { continue }
      evidence.append(words(candidate, query, index))
    }
    return evidence
  }

  private static func words(_ candidate: Candidate, _ query: Query, _ index: Int) -> Evidence {
    let hits = candidate.hits.filter { query.terms[$0.term].lines.contains(index) }
      .sorted { $0.value > $1.value }
    let best = hits.first
    let reason: Reason =
      best.map { hit in
        if query.terms[hit.term].token.kind == .code { return .code }
        return hit.fields.contains(.alias) && !hit.fields.contains(.title) ? .alias : .words
      } ?? .words
    let names = hits.prefix(6).map { hit in
      let name = query.terms[hit.term].token.text
      let shown = name.hasPrefix("_") ? String(name.dropFirst()) : name
      return hit.via.map { "\(shown) (\($0))" } ?? shown
    }
    return Evidence(
      line: query.lines[index].number, text: query.lines[index].text, reason: reason,
      detail: names.joined(separator: ", "))
  }

  private static func shortened(_ text: String) -> String {
    let line = text.split(separator: "\n").first.map(String.init) ?? ""
    return line.count > 100 ? String(line.prefix(100)) + "…" : line
  }
}
