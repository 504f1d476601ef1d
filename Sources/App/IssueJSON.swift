import Guide
import JSON
import Store

/// The shapes of issues and fixes that every answer shares.
enum IssueJSON {
  static func summary(_ issue: IssueSummary, _ site: Site, revision: Int? = nil) -> JSON {
    .object([
      .init("id", .integer(issue.id)), .init("external_id", issue.externalID.json),
      .init("slug", .string(issue.slug)), .init("title", .string(issue.title)),
      .init("guide", .string(issue.guide)), .init("guide_title", .string(issue.guideTitle)),
      .init("section", .string(issue.section)),
      .init("revision", .integer(revision ?? issue.revision)),
      .init("confidence", .string(issue.confidence.rawValue)),
      .init("updated_at", .string(issue.updatedAt.rfc3339)),
      .init("url", .string(site.url(issue: issue.slug))),
    ])
  }

  static func link(
    _ kind: IssueLink.Kind, _ text: String, _ issue: IssueSummary?, _ site: Site
  ) -> JSON {
    [
      "kind": .string(kind.rawValue), "text": .string(text),
      "issue": issue.map { summary($0, site) } ?? .null,
    ]
  }

  static func fix(_ fix: Fix) -> JSON {
    [
      "id": .integer(fix.id), "kind": .string(fix.kind.rawValue), "text": .string(fix.text),
      "verify": fix.verify.json, "risk": (fix.risk?.rawValue).json,
      "requires_approval": .bool(fix.requiresApproval), "evidence": evidence(fix.evidence),
      "regressed": fix.regression.map {
        ["since": .string($0.since.rfc3339), "reason": .string($0.reason)]
      } ?? .null,
    ]
  }

  static func evidence(_ evidence: FixEvidence) -> JSON {
    [
      "worked": .integer(evidence.worked), "tried": .integer(evidence.tried),
      "reporters": .integer(evidence.reporters), "low": .number(rounded(evidence.low, 2)),
      "high": .number(rounded(evidence.high, 2)),
      "last_worked_at": (evidence.lastWorkedAt?.rfc3339).json,
      "after_others": counts(evidence.workedAfterOthers, evidence.triedAfterOthers),
      "by_machines": counts(evidence.workedByMachines, evidence.triedByMachines),
      "before_edit": counts(evidence.workedBeforeEdit, evidence.triedBeforeEdit),
      "reworded": counts(evidence.workedReworded, evidence.triedReworded),
      "edited_at": (evidence.editedAt?.rfc3339).json,
      "summary": .string(evidence.inWords),
    ]
  }

  private static func counts(_ worked: Int, _ tried: Int) -> JSON {
    ["worked": .integer(worked), "tried": .integer(tried)]
  }
}

extension Fix {
  /// Deletes or replaces something: not without a person's approval.
  var requiresApproval: Bool { risk == .destructive }
}

extension FixEvidence {
  /// "worked 14 of 15", "documented, no recorded attempts" …
  var inWords: String {
    var parts: [String] = []
    let edit = editedAt.map { "before the edit of \($0.inWords)" } ?? "before an edit"
    if tried > 0 {
      let part = triedReworded == tried ? "" : "\(workedReworded) of \(triedReworded) of that "
      parts.append(
        "worked \(worked) of \(tried)" + (triedReworded > 0 ? ", \(part)\(edit)" : ""))
    }
    if triedAfterOthers > 0 {
      parts.append("worked \(workedAfterOthers) of \(triedAfterOthers) after other fixes failed")
    }
    if triedByMachines > 0 {
      parts.append("agents and automation: worked \(workedByMachines) of \(triedByMachines)")
    }
    if triedBeforeEdit > 0 {
      parts.append("worked \(workedBeforeEdit) of \(triedBeforeEdit), \(edit)")
    }
    return parts.isEmpty ? "documented, no recorded attempts" : parts.joined(separator: "; ")
  }
}
