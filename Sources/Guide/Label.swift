/// `**Fix**: text` or `**Fix:** text`, the labels of the guide format, and their cousins in other
/// people's notes: behind a sign (`🛠 **Fix**:`), without bold type (`Cause: text`), in other languages.
struct Label: Equatable {
  enum Name: Equatable {
    case symptom, cause, fix, workaround, verify, risk, appliesTo, alias, check, owner, escalate
    case source, license, attribution, tags
    case duplicateOf, supersedes, related
    /// `**Note**:`, `**Warning**:` and such: neither a symptom nor a fix.
    case remark
    /// `**Status**:`, `**Severity**:` and such: what is said about the issue, which ends the part above.
    case record
  }

  var name: Name
  /// The name as it is written, in lower case.
  var word: String
  var isBold: Bool
  /// What stands behind the colon, without white space at its ends.
  var value: String

  private static let names: [String: Name] = [
    "symptom": .symptom, "symptoms": .symptom, "cause": .cause, "causes": .cause,
    "root cause": .cause, "fix": .fix, "resolution": .fix, "solution": .fix,
    "recommendation": .fix, "recommendations": .fix, "workaround": .workaround, "verify": .verify,
    "risk": .risk, "applies to": .appliesTo,
    "also seen as": .alias, "alias": .alias, "aliases": .alias, "check": .check, "owner": .owner,
    "escalate": .escalate, "source": .source, "sources": .source, "license": .license,
    "licence": .license, "attribution": .attribution, "tags": .tags, "tag": .tags,
    "duplicate of": .duplicateOf, "supersedes": .supersedes, "related": .related,
    "note": .remark, "notes": .remark, "warning": .remark, "tip": .remark, "important": .remark,
    "caution": .remark, "see also": .remark, "reference": .remark, "references": .remark,
    "q": .symptom, "question": .symptom, "a": .fix, "answer": .fix,
    "contact": .owner, "contacts": .owner, "escalation": .escalate,
    "why": .cause, "action": .fix, "actions": .fix, "remedy": .fix,
    "fehler": .symptom, "erreur": .symptom, "错误": .symptom, "エラー": .symptom,
    "status": .record, "severity": .record, "priority": .record, "date": .record,
    "reported": .record, "first reported": .record, "reported by": .record, "reporter": .record,
    "discovered": .record, "last updated": .record, "date added": .record, "author": .record,
    "component": .record, "affected versions": .record, "fix eta": .record, "tracking": .record,
    "frequency": .record, "prevention": .record,
  ]

  /// Names that are read without bold type, too. "Error: …" and "Problem: …" are as often the
  /// beginning of a message, and "Note: …" of a sentence.
  private static let plainNames: Set = [
    "symptom", "symptoms", "cause", "causes", "root cause", "fix", "resolution", "solution",
    "workaround", "q", "question", "a", "answer", "owner", "contact", "contacts", "escalate",
    "escalation",
  ]

  init?(_ line: some StringProtocol) {
    let bytes = Array(line.utf8.prefix(80))
    guard let first = bytes.first else { return nil }
    let start = first < 0x80 ? 0 : Self.signs(bytes)
    let end: Int
    let word: ArraySlice<UInt8>
    let isBold: Bool
    if let found = Self.bold(bytes[start...]) {
      (word, end, isBold) = (found.word, found.end, true)
    } else if let found = Self.emphasised(bytes[start...]) {
      (word, end, isBold) = (found.word, found.end, false)
    } else if let found = Self.plain(bytes[start...]) {
      (word, end, isBold) = (found.word, found.end, false)
    } else {
      return nil
    }
    let text = word.split(whereSeparator: \.isSpaceOrTab).map(\.text).joined(separator: " ")
    guard let name = Self.name(text.lowercased(), isBold: isBold) else { return nil }
    self.name = name
    self.word = text.lowercased()
    self.isBold = isBold
    value = Self.withoutBreaks(String(decoding: line.utf8.dropFirst(end), as: UTF8.self).trimmed)
  }

  /// `**Problem:** <br>` at the end of a line says only where the next one begins.
  private static func withoutBreaks(_ value: String) -> String {
    guard value.utf8.first == UInt8(ascii: "<"),
      let tag = ["<br>", "<br/>", "<br />"].first(where: value.lowercased().hasPrefix)
    else { return value }
    return value.dropFirst(tag.count).trimmed
  }

  private static func name(_ word: String, isBold: Bool) -> Name? {
    if isBold || plainNames.contains(word), let name = names[word] { return name }
    guard let role = role(word, isBold: isBold) else { return nil }
    return switch role {
    case .symptom: .symptom
    case .cause: .cause
    case .fix: .fix
    case .workaround: .workaround
    case .verify: .verify
    case .other: nil
    }
  }

  /// Without bold type, what has two words is no beginning of a message: "Possible causes: …".
  private static func role(_ word: String, isBold: Bool) -> PartName.Role? {
    if isBold { return PartName.names[word] ?? PartName.undressed(word) }
    if let role = PartName.foreign[word] { return role }
    guard word.contains(" "), let role = PartName.names[word] ?? PartName.undressed(word),
      role != .other, role != .symptom, role != .verify
    else { return nil }
    return role
  }

  /// `*Word:*`, `_Word_:` in emphasis, which counts as plain.
  private static func emphasised(
    _ bytes: ArraySlice<UInt8>
  ) -> (word: ArraySlice<UInt8>, end: Int)? {
    guard let mark = bytes.first, mark == Byte.asterisk || mark == Byte.underscore,
      let close = bytes.dropFirst().firstIndex(of: mark), close > bytes.startIndex + 1
    else { return nil }
    let inner = bytes[bytes.startIndex + 1..<close]
    if let colon = colon(endingAt: inner.endIndex, in: inner) {
      return (inner[..<colon], close + 1)
    }
    return colon(at: close + 1, in: bytes).map { (inner, $0) }
  }

  /// `**Word**:` or `**Word:**`: the word, and where the label ends.
  private static func bold(_ bytes: ArraySlice<UInt8>) -> (word: ArraySlice<UInt8>, end: Int)? {
    let start = bytes.startIndex
    guard bytes.count >= 6, bytes[start] == bytes[start + 1],
      bytes[start] == Byte.asterisk || bytes[start] == Byte.underscore
    else { return nil }
    let mark = bytes[start]
    var close = start + 2
    while close + 1 < bytes.endIndex, bytes[close] != mark || bytes[close + 1] != mark {
      close += 1
    }
    guard close + 1 < bytes.endIndex else { return nil }
    let inner = bytes[start + 2..<close]
    if let colon = colon(endingAt: inner.endIndex, in: inner) {
      return (inner[..<colon], close + 2)
    }
    var end = close + 2
    while end < bytes.endIndex, bytes[end].isSpaceOrTab { end += 1 }
    guard let after = colon(at: end, in: bytes) else { return nil }
    return (inner, after)
  }

  /// `Word: text`, the word with a capital where its script has any: "fix: typo" is a commit's title.
  private static func plain(_ bytes: ArraySlice<UInt8>) -> (word: ArraySlice<UInt8>, end: Int)? {
    guard let first = bytes.first, first >= 0x80 || (0x41...0x5a).contains(first) else {
      return nil
    }
    for index in bytes.indices {
      guard let end = colon(at: index, in: bytes) else { continue }
      let isWide = end - index > 1
      guard isWide || end == bytes.endIndex || bytes[end].isSpaceOrTab else { return nil }
      let word = bytes[..<index]
      return word.text.first?.isLowercase == true ? nil : (word, end)
    }
    return nil
  }

  /// Where a colon, ASCII or full-width (U+FF1A), ends that begins at `index`.
  private static func colon(at index: Int, in bytes: ArraySlice<UInt8>) -> Int? {
    guard index < bytes.endIndex else { return nil }
    if bytes[index] == Byte.colon { return index + 1 }
    return bytes[index...].starts(with: wideColon) ? index + wideColon.count : nil
  }

  /// Where a colon begins that ends at `end`.
  private static func colon(endingAt end: Int, in bytes: ArraySlice<UInt8>) -> Int? {
    if bytes.last == Byte.colon { return end - 1 }
    return bytes.suffix(wideColon.count).elementsEqual(wideColon) ? end - wideColon.count : nil
  }

  private static let wideColon = Array("：".utf8)

  /// How many bytes of emoji and other signs, with white space, stand before the first letter.
  private static func signs(_ bytes: [UInt8]) -> Int {
    bytes[...].text.unicodeScalars.prefix { $0.isSign || $0 == " " }
      .reduce(0) { $0 + UTF8.width($1) }
  }
}

extension Unicode.Scalar {
  /// An emoji or another sign that decorates a heading or label.
  var isSign: Bool {
    guard !isASCII else { return false }
    return switch properties.generalCategory {
    case .otherSymbol, .mathSymbol, .modifierSymbol, .format, .nonspacingMark, .enclosingMark: true
    default: false
    }
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

  /// Whether any of the blocks begins with a label that only an issue has, or is one alone
  /// ("**Symptoms**").
  func hasIssueLabel(in blocks: Range<Int>) -> Bool {
    blocks.contains { index in
      switch label(ofBlock: index)?.name {
      case .symptom, .cause, .fix, .workaround, .risk, .check, .alias: true
      case .verify where label(ofBlock: index)?.word == "verify": true
      default: boldPart(ofBlock: index)?.isPart ?? false || Table(self, paragraph: index) != nil
      }
    }
  }

  /// The part that a paragraph of one line names: `**Symptoms**`, `Cause:`.
  func boldPart(ofBlock index: Int) -> PartName? {
    let block = blocks[index]
    guard block.kind == .paragraph, block.lines.count == 1 else { return nil }
    return PartName(aloneOn: text(ofLine: block.lines.lowerBound).trimmed)
  }
}
