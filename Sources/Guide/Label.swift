/// `**Fix**: text` or `**Fix:** text`, the labels of the guide format.
struct Label: Equatable {
  enum Name: Equatable {
    case symptom, cause, fix, workaround, verify, risk, appliesTo, alias, check, owner, escalate
    case source, license, attribution, tags
    case duplicateOf, supersedes, related
    /// `**Note**:`, `**Warning**:` and such: neither a symptom nor a fix.
    case remark
  }

  var name: Name
  /// What stands behind the colon, without white space at its ends.
  var value: String

  private static let names: [String: Name] = [
    "symptom": .symptom, "symptoms": .symptom, "cause": .cause, "causes": .cause,
    "root cause": .cause, "fix": .fix, "resolution": .fix, "solution": .fix,
    "workaround": .workaround, "verify": .verify, "risk": .risk, "applies to": .appliesTo,
    "also seen as": .alias, "alias": .alias, "aliases": .alias, "check": .check, "owner": .owner,
    "escalate": .escalate, "source": .source, "sources": .source, "license": .license,
    "licence": .license, "attribution": .attribution, "tags": .tags, "tag": .tags,
    "duplicate of": .duplicateOf, "supersedes": .supersedes, "related": .related,
    "note": .remark, "notes": .remark, "warning": .remark, "tip": .remark, "important": .remark,
    "caution": .remark, "see also": .remark, "reference": .remark, "references": .remark,
  ]

  init?(_ line: some StringProtocol) {
    let bytes = Array(line.utf8.prefix(40))
    guard bytes.count >= 6, bytes[0] == bytes[1],
      bytes[0] == Byte.asterisk || bytes[0] == Byte.underscore
    else { return nil }
    let mark = bytes[0]
    var close = 2
    while close + 1 < bytes.count, bytes[close] != mark || bytes[close + 1] != mark { close += 1 }
    guard close + 1 < bytes.count else { return nil }
    var inner = bytes[2..<close]
    var end = close + 2
    if inner.last == Byte.colon {
      inner = inner.dropLast()
    } else {
      while end < bytes.count, bytes[end].isSpaceOrTab { end += 1 }
      guard end < bytes.count, bytes[end] == Byte.colon else { return nil }
      end += 1
    }
    let word = inner.split(whereSeparator: \.isSpaceOrTab).map(\.text).joined(separator: " ")
    guard let name = Self.names[word.lowercased()] else { return nil }
    self.name = name
    value = String(decoding: line.utf8.dropFirst(end), as: UTF8.self).trimmed
  }
}

extension Outline {
  /// The label that a list item or paragraph begins with.
  func label(ofBlock index: Int) -> Label? {
    let block = blocks[index]
    let line = lines[block.lines.lowerBound]
    switch block.kind {
    case .item(let item): return Label(bytes[item.content..<max(item.content, line.end)].text)
    case .paragraph: return Label(bytes[line.start..<line.end].text.trimmed)
    default: return nil
    }
  }

  /// Whether any of the blocks begins with a label that only an issue has.
  func hasIssueLabel(in blocks: Range<Int>) -> Bool {
    blocks.contains { index in
      switch label(ofBlock: index)?.name {
      case .symptom, .cause, .fix, .workaround, .verify, .risk, .check, .alias: true
      default: false
      }
    }
  }
}
