import Guide
import JSON

/// What an importer gave beside the Markdown (JSON Lines): it wins over what is read from the text,
/// until an edit here says something else of the same kind. Kept in the `given` column.
struct GivenContent: Equatable {
  private static let lists = [
    "symptoms", "causes", "fixes", "samples", "aliases", "sources", "tags",
  ]
  private static let texts = ["license", "attribution"]
  private static let editedName = "edited"

  /// As it was given: an object of arrays of strings and of strings.
  private let members: [JSON.Member]
  /// Names of the parts that an edit here has overtaken.
  private var edited: [String] = []

  /// nil when nothing was given.
  init?(_ content: IssueContent?) {
    guard let content else { return nil }
    members = GivenContent.members(of: content)
    if members.isEmpty { return nil }
  }

  /// As it stands in the column.
  init?(stored text: String?) {
    guard let text, let json = try? JSON.read(text), let all = json.members else { return nil }
    members = all.filter { $0.name != GivenContent.editedName }
    edited = (json[GivenContent.editedName]?.items ?? []).compactMap(\.text)
  }

  var stored: String {
    JSON.object(
      members + (edited.isEmpty ? [] : [JSON.Member(GivenContent.editedName, edited.json)])
    ).string
  }

  /// Whether the importer gave the same, whatever was edited here since.
  func isSameGift(as other: GivenContent?) -> Bool { members == other?.members }

  /// An edit changed what the text says from `old` to `new`.
  mutating func edit(from old: IssueContent, to new: IssueContent) {
    let old = JSON.object(GivenContent.members(of: old))
    let new = JSON.object(GivenContent.members(of: new))
    for name in GivenContent.lists + GivenContent.texts
    where old[name] != new[name] && !edited.contains(name) {
      edited.append(name)
    }
  }

  /// Lays what was given over what was read.
  func apply(to content: inout IssueContent) {
    for member in members where !edited.contains(member.name) {
      let list = (member.value.items ?? []).compactMap(\.text)
      switch member.name {
      case "symptoms": content.symptoms = list.map { Passage(text: $0, line: 1) }
      case "causes": content.causes = list.map { Passage(text: $0, line: 1) }
      case "fixes": content.fixes = list.map { FixText(kind: .fix, text: $0, line: 1) }
      case "samples": content.samples = list.map { Sample(text: $0, negative: false, line: 1) }
      case "aliases": content.aliases = list
      case "sources": content.sources = list
      case "tags": content.tags = list
      case "license": content.license = member.value.text
      case "attribution": content.attribution = member.value.text
      default: break
      }
    }
  }

  private static func members(of content: IssueContent) -> [JSON.Member] {
    let values = [
      content.symptoms.map(\.text), content.causes.map(\.text), content.fixes.map(\.text),
      content.samples.map(\.text), content.aliases, content.sources, content.tags,
    ]
    var members = zip(lists, values).filter { !$0.1.isEmpty }.map { JSON.Member($0.0, $0.1.json) }
    for (name, text) in zip(texts, [content.license, content.attribution]) {
      if let text { members.append(JSON.Member(name, .string(text))) }
    }
    return members
  }
}
