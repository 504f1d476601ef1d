extension IssueForm.List {
  init?(_ label: Label.Name) {
    switch label {
    case .alias: self = .aliases
    case .appliesTo: self = .environment
    case .owner: self = .owner
    case .escalate: self = .escalate
    case .source: self = .sources
    case .tags: self = .tags
    case .duplicateOf: self = .duplicateOf
    case .supersedes: self = .supersedes
    case .related: self = .related
    default: return nil
    }
  }

  /// As the form shows it.
  func value(of content: IssueContent) -> String {
    switch self {
    case .aliases: content.aliases.joined(separator: "\n")
    case .environment:
      content.environment.map { $0.key + "=" + $0.value }.joined(separator: "\n")
    case .owner: content.owner ?? ""
    case .escalate: content.escalate ?? ""
    case .sources: content.sources.joined(separator: "\n")
    case .tags: content.tags.joined(separator: ", ")
    case .duplicateOf, .supersedes, .related:
      content.links.filter { $0.kind == linkKind }.map(\.text).joined(separator: "\n")
    }
  }

  /// The values that were typed.
  func values(_ text: String) -> [String] {
    switch self {
    case .aliases, .duplicateOf, .supersedes, .related:
      text.lines.flatMap { String($0).splitOutsideCode(at: [";"]) }
    case .environment:
      text.lines.flatMap { String($0).splitOutsideCode(at: [",", ";"]) }.map { statement in
        statement.filter { $0 != "`" }.split(separator: "=", maxSplits: 1).map(\.trimmed)
          .joined(separator: "=")
      }
    case .tags: text.lines.flatMap { String($0).splitOutsideCode(at: [",", ";"]) }
    case .owner, .escalate, .sources: text.lines.map(\.trimmed).filter { !$0.isEmpty }
    }
  }
}

extension IssueContent {
  mutating func append(_ other: IssueContent) {
    func joined(_ first: String?, _ second: String?) -> String? {
      guard let first, let second else { return first ?? second }
      return first + "; " + second
    }
    aliases += other.aliases
    environment += other.environment
    sources += other.sources
    tags += other.tags
    links += other.links
    owner = joined(owner, other.owner)
    escalate = joined(escalate, other.escalate)
  }
}
