import Diagnosis
import JSON

/// Matches as they stand in the `answer` column.
func encoded(_ matches: [StoredMatch]) -> String {
  JSON.array(
    matches.map { match in
      [
        "issue": .integer(match.issueID), "revision": .integer(match.revision),
        "confidence": .number(match.confidence),
        "evidence": .array(
          match.evidence.map { evidence in
            [
              "line": .integer(evidence.line), "text": .string(evidence.text),
              "reason": .string(evidence.reason.rawValue), "detail": .string(evidence.detail),
            ]
          }),
      ]
    }
  ).string
}

func decodedMatches(_ text: String) -> [StoredMatch] {
  guard let list = try? JSON.read(text).items else { return [] }
  return list.compactMap { item in
    guard let issue = item["issue"]?.integer, let revision = item["revision"]?.integer,
      let confidence = item["confidence"]?.double
    else { return nil }
    let evidence = (item["evidence"]?.items ?? []).compactMap { item -> Evidence? in
      guard let line = item["line"]?.integer, let text = item["text"]?.text,
        let reason = (item["reason"]?.text).flatMap(Evidence.Reason.init),
        let detail = item["detail"]?.text
      else { return nil }
      return Evidence(line: line, text: text, reason: reason, detail: detail)
    }
    return StoredMatch(
      issueID: issue, revision: revision, confidence: confidence, evidence: evidence)
  }
}
