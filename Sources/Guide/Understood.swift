extension IssueSpan {
  /// What an importer prints about an issue: how many of each part were read out of it, and
  /// how many lines are kept as plain text.
  package func note(on content: IssueContent) -> GuideNote {
    let workarounds = content.fixes.count { $0.kind == .workaround }
    let counts = [
      (content.symptoms.count, "symptom"), (content.causes.count, "cause"),
      (content.fixes.count - workarounds, "fix"), (workarounds, "workaround"),
      (content.samples.count, "sample"), (content.checks.count, "check"),
      (content.aliases.count, "alias"),
    ]
    var parts = counts.filter { $0.0 > 0 }.map { "\($0.0) \(Self.plural($0.1, $0.0))" }
    if !content.other.isEmpty {
      let lines = content.other.lines.count { !$0.utf8.allSatisfy(\.isSpaceOrTab) }
      parts.append("\(lines) \(Self.plural("line", lines)) kept as plain text")
    }
    let list = parts.isEmpty ? "nothing in it" : parts.joined(separator: ", ")
    return GuideNote(line: line, text: "“\(title)”: \(list)")
  }

  private static func plural(_ word: String, _ count: Int) -> String {
    if count == 1 { return word }
    return word.hasSuffix("x") || word.hasSuffix("s") ? word + "es" : word + "s"
  }
}
