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
  /// Samples that have this much of a line are named as the reason.
  private static let sampleOverlap = 0.75
  /// Words named of one line.
  private static let wordLimit = 6

  /// The lines an issue rests on, at most three, the most telling first.
  static func of(_ candidate: Candidate, query: Query) -> [Evidence] {
    var evidence: [Evidence] = []
    if let sample = candidate.sample, !sample.negative, sample.overlap >= sampleOverlap,
      let line = query.lines.first(where: { $0.number == sample.line })
    {
      let isWhole = sample.overlap > 0.995
      evidence.append(
        Evidence(
          line: line.number, text: line.text, reason: isWhole ? .template : .sample,
          detail: (isWhole ? "the sample: " : "like the sample: ") + shortened(sample.text)))
    }
    if let check = candidate.check {
      let line = query.lines[check.assignment.line]
      evidence.removeAll { $0.line == line.number }
      evidence.insert(
        Evidence(
          line: line.number, text: line.text, reason: .check,
          detail: "\(check.assignment.name): \(check.detail)"), at: 0)
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
    for (index, share) in order where evidence.count < 3 {
      let line = query.lines[index]
      if evidence.contains(where: { $0.line == line.number }) { continue }
      // Crumbs beside the main line are not worth reading.
      if !evidence.isEmpty, share < 0.25 * order[0].value { break }
      evidence.append(words(candidate, query, index))
    }
    return evidence
  }

  /// What of a line the issue has: a run of words first, then single ones, as they are written.
  private static func words(_ candidate: Candidate, _ query: Query, _ index: Int) -> Evidence {
    let line = query.lines[index]
    let hits = candidate.hits.filter { query.terms[$0.term].lines.contains(index) }
      .sorted { $0.value != $1.value ? $0.value > $1.value : $0.term < $1.term }
    let segments = Analyzer.segments(of: Query.wording(line.text, isLog: query.isLog))
    var named: [String] = []
    if candidate.runs.line == index, candidate.runs.longestCount >= 3,
      let run = written(candidate.runs, segments)
    {
      named.append("“\(run)”")
    }
    for hit in hits where named.count < wordLimit {
      let token = query.terms[hit.term].token
      guard let segment = segments.first(where: { $0.tokens.contains(token) }) else { continue }
      var name = trimmed(segment.written)
      if named.contains(where: { $0 == name || $0.contains(name) }) { continue }
      if let via = query.related(hit) { name += " (as \(Thesaurus.word(via)))" }
      named.append(name)
    }
    return Evidence(
      line: line.number, text: line.text, reason: reason(hits, query),
      detail: named.joined(separator: ", "))
  }

  private static func reason(_ hits: [TermHit], _ query: Query) -> Reason {
    if hits.prefix(3).contains(where: { query.terms[$0.term].token.isCode && $0.via == nil }) {
      return .code
    }
    guard let best = hits.first else { return .words }
    return best.fields.contains(.alias) && best.fields.isDisjoint(with: [.title, .symptom])
      ? .alias : .words
  }

  /// The run's words as the line has them.
  private static func written(
    _ runs: RunMatch, _ segments: [(tokens: [Token], written: String)]
  ) -> String? {
    var names: [String] = []
    var place = 0
    let range = runs.longestEnd - runs.longestCount + 1...runs.longestEnd
    for segment in segments {
      let count = segment.tokens.count { $0.kind == .word }
      if count > 0, place <= range.upperBound, place + count > range.lowerBound {
        names.append(trimmed(segment.written))
      }
      place += count
    }
    return names.isEmpty ? nil : names.joined(separator: " ")
  }

  /// Without the punctuation around it.
  private static func trimmed(_ segment: String) -> String {
    let characters = Array(segment.unicodeScalars)
    func isEdge(_ scalar: Unicode.Scalar) -> Bool {
      !(scalar.properties.isAlphabetic || scalar.properties.numericType != nil || scalar == "@")
    }
    guard let first = characters.firstIndex(where: { !isEdge($0) || $0 == "-" }),
      let last = characters.lastIndex(where: { !isEdge($0) }), first <= last
    else { return segment }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: characters[first...last])
    return String(text)
  }

  private static func shortened(_ text: String) -> String {
    let line = text.split(separator: "\n").first.map(String.init) ?? ""
    return line.count > 100 ? String(line.prefix(100)) + "…" : line
  }
}
