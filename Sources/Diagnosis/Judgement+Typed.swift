extension Judgement {
  /// What was judged of a text with typing errors put right, about the lines as they were typed: it is
  /// possible, not known.
  package func asTyped(_ text: PastedText, _ judge: Judge) -> Judgement {
    let lines = Dictionary(text.lines.map { ($0.number, $0.text) }) { first, _ in first }
    let matches = matches.map { match in
      Match(
        issueID: match.issueID, score: match.score,
        confidence: min(match.confidence, judge.knownThreshold - 0.01),
        evidence: match.evidence.map {
          Evidence(
            line: $0.line, text: lines[$0.line] ?? $0.text, reason: $0.reason, detail: $0.detail)
        })
    }
    return Judgement(verdict: .possible, matches: matches, features: features)
  }
}
