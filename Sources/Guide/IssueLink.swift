/// Another issue that an issue's text names.
package struct IssueLink: Sendable, Equatable {
  /// What the link says of the two issues.
  package enum Kind: String, Sendable, CaseIterable {
    case duplicateOf = "duplicate_of"
    case supersedes, related
    /// A link in the text that says no more.
    case mention

    /// As a label of the guide format.
    package var label: String? {
      switch self {
      case .duplicateOf: "Duplicate of"
      case .supersedes: "Supersedes"
      case .related: "Related"
      case .mention: nil
      }
    }
  }

  package var kind: Kind
  /// Markdown: a link, an address or a title.
  package var text: String

  package init(kind: Kind, text: String) {
    self.kind = kind
    self.text = text
  }

  /// The slug that it leads to; nil when it can lead to no issue.
  package var slug: String? {
    let address = Self.address(of: text) ?? text
    if let slug = Self.slug(inAddress: address) { return slug }
    if Self.address(of: text) != nil || address.contains("://") { return nil }
    let slug = Guide.slug(of: text)
    return slug.isEmpty ? nil : slug
  }

  /// The address of `[text](address)`.
  private static func address(of markdown: String) -> String? {
    guard let middle = markdown.firstRange(of: "](") else { return nil }
    return String(markdown[middle.upperBound...].prefix { $0 != ")" && $0 != " " })
  }

  /// "/issues/x", "https://any.example/issues/x.md" and, inside a guide's file, "#x".
  static func slug(inAddress address: some StringProtocol) -> String? {
    let path = address.prefix { $0 != "?" }
    if path.hasPrefix("#") {
      let slug = path.dropFirst()
      return slug.isEmpty ? nil : String(slug)
    }
    guard let place = path.firstRange(of: "/issues/") else { return nil }
    let before = path[..<place.lowerBound]
    guard before.isEmpty || before.hasPrefix("http://") || before.hasPrefix("https://") else {
      return nil
    }
    let slug = path[place.upperBound...].prefix { $0 != "/" && $0 != "#" && $0 != "." }
    return slug.isEmpty ? nil : String(slug)
  }
}

extension Outline {
  /// Links to issues in the text, code blocks apart; each issue once.
  var mentions: [IssueLink] {
    var hidden: Set<Int> = []
    for fence in fences { hidden.formUnion(fence.content) }
    var found: [IssueLink] = []
    for index in lines.indices where !hidden.contains(index) {
      var rest = bytes[lines[index].start..<lines[index].end]
      while let bracket = rest.firstIndex(of: UInt8(ascii: "]")) {
        rest = rest[(bracket + 1)...]
        guard rest.first == UInt8(ascii: "(") else { continue }
        let address = rest.dropFirst().prefix { $0 != UInt8(ascii: ")") && $0 != Byte.space }.text
        guard let slug = IssueLink.slug(inAddress: address) else { continue }
        let link = IssueLink(kind: .mention, text: "/issues/" + slug)
        if !found.contains(link) { found.append(link) }
      }
    }
    return found
  }
}
