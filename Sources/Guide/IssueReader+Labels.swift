extension IssueReader {
  /// Does what a label says.
  mutating func apply(_ label: Label, line: Int) {
    bulletsAreCauses = false
    awaitsCode = nil
    labelLine = line
    let value = label.value.trimmedLines
    switch label.name {
    case .symptom:
      leaveFix()
      addSymptom(value, line: line)
    case .cause:
      leaveFix()
      addCause(value, line: line)
    case .fix, .workaround: labelledFix(label, value, line: line)
    case .verify: verify(value, line: line)
    case .risk: risk(value, line: line)
    case .check: check(value, line: line)
    case .record:
      leaveFix()
      other.append("**\(label.word.capitalizedFirst)**: \(value)", lines: line - 1..<line)
    default: meta(label.name, value, line: line)
    }
  }

  /// What follows no longer belongs to the fix above.
  private mutating func leaveFix() {
    if part == .fix || part == .verify || part == .verification { (part, partLevel) = (.other, 0) }
  }

  private mutating func labelledFix(_ label: Label, _ value: String, line: Int) {
    if value.saysNothing {
      leaveFix()
      return other.append("**\(label.word.capitalizedFirst)**: \(value)", lines: line - 1..<line)
    }
    // "Resolution" as a heading and "**Fix**:" below it are one fix.
    if part == .fix, let last = fixTexts.last, last.isEmpty, !value.isEmpty,
      !labelledFixes.contains(content.fixes.last?.line ?? 0)
    {
      content.fixes.removeLast()
      fixTexts.removeLast()
    }
    (part, partLevel) = (.fix, 0)
    labelledFixes.insert(line)
    addFix(label.name == .workaround ? .workaround : .fix, value, line: line)
  }

  private mutating func verify(_ value: String, line: Int) {
    guard let last = content.fixes.indices.last else {
      return other.append("**Verify**: " + value, lines: line - 1..<line)
    }
    part = .verify
    let before = content.fixes[last].verify
    content.fixes[last].verify = before.map { $0 + "\n" + value } ?? value
  }

  private mutating func risk(_ value: String, line: Int) {
    let bare = value.filter { $0 != "*" && $0 != "`" }
    let word = bare.prefix { $0.isLetter }.lowercased()
    guard let risk = FixText.Risk(rawValue: word) else {
      problem(
        line, "“\(value.shortened)” is no risk; write safe, disruptive or destructive.")
      return other.append("**Risk**: " + value, lines: line - 1..<line)
    }
    guard let last = content.fixes.indices.last else {
      problem(line, "This risk stands above every fix; put it below the fix it speaks of.")
      return other.append("**Risk**: " + value, lines: line - 1..<line)
    }
    content.fixes[last].risk = risk
    let rest = bare.dropFirst(word.count).drop { !$0.isLetter }
    if !rest.isEmpty { other.append("**Risk**: " + value, lines: line - 1..<line) }
    part = .fix
  }

  private mutating func check(_ value: String, line: Int) {
    leaveFix()
    guard let colon = value.firstRange(of: ": ") else {
      problem(
        line, "This check has no rule; write “name: rule”, such as “session-id: length 33..256”.")
      return other.append("**Check**: " + value, lines: line - 1..<line)
    }
    // A name is part of an address, and those are composed.
    let name = nfc(value[..<colon.lowerBound].trimmed.filter { $0 != "`" })
    let rule = value[colon.upperBound...].trimmed
    do throws(RuleError) {
      _ = try Rule.parse(rule, name: name)
      if name.isEmpty { throw RuleError("The check has no name; write “name: rule”.") }
      content.checks.append(Check(name: name, rule: rule, line: line))
    } catch {
      problem(line, error.reason)
      other.append("**Check**: " + value, lines: line - 1..<line)
    }
  }

  private mutating func meta(_ name: Label.Name, _ value: String, line: Int) {
    leaveFix()
    guard !value.isEmpty else { return }
    switch name {
    case .appliesTo: appliesTo(value, line: line)
    case .alias: content.aliases += value.splitOutsideCode(at: [";"])
    case .owner: content.owner = content.owner.map { $0 + "; " + value } ?? value
    case .escalate: content.escalate = content.escalate.map { $0 + "; " + value } ?? value
    case .source: content.sources += Self.sources(value)
    case .license: content.license = content.license.map { $0 + "; " + value } ?? value
    case .attribution:
      content.attribution = content.attribution.map { $0 + "; " + value } ?? value
    case .tags: content.tags += value.splitOutsideCode(at: [",", ";"])
    case .duplicateOf: link(.duplicateOf, value)
    case .supersedes: link(.supersedes, value)
    case .related: link(.related, value)
    default: break
    }
  }

  private mutating func link(_ kind: IssueLink.Kind, _ value: String) {
    content.links += value.splitOutsideCode(at: [";"]).map { IssueLink(kind: kind, text: $0) }
  }

  /// `runtime=node22, region=us-east-1`; words without "=" are kept as text.
  private mutating func appliesTo(_ value: String, line: Int) {
    var rest: [String] = []
    for statement in value.splitOutsideCode(at: [",", ";"]) {
      let bare = statement.filter { $0 != "`" }
      let halves = bare.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let key = halves[0].trimmed
      guard halves.count == 2, !key.isEmpty, !halves[1].trimmed.isEmpty else {
        rest.append(statement)
        continue
      }
      content.environment.append(Property(key, halves[1].trimmed))
    }
    if !rest.isEmpty {
      other.append("**Applies to**: " + rest.joined(separator: ", "), lines: line - 1..<line)
    }
  }

  /// Addresses one by one where the text is nothing but addresses, else the text.
  private static func sources(_ value: String) -> [String] {
    let words = value.utf8.split { $0.isWhitespace || $0 == UInt8(ascii: ";") }.map {
      var word = Substring($0)
      if word.hasSuffix(",") { word = word.dropLast() }
      if word.hasPrefix("<"), word.hasSuffix(">") { word = word.dropFirst().dropLast() }
      return String(word)
    }
    let allAddresses = words.allSatisfy { $0.hasPrefix("https://") || $0.hasPrefix("http://") }
    return allAddresses && !words.isEmpty ? words : [value]
  }

  // MARK: Samples

  /// Takes `sample` and `not-sample` blocks at any depth; gives the lines they stand on.
  mutating func takeSamples(_ outline: Outline) -> Set<Int> {
    var hidden: Set<Int> = []
    for fence in outline.fences {
      let word = outline.info(of: fence).prefix { $0 != " " && $0 != "\t" }.lowercased()
      guard word == "sample" || word == "not-sample" else { continue }
      let end = fence.closing.map { $0 + 1 } ?? fence.content.upperBound
      hidden.formUnion(fence.opening..<end)
      let text = outline.code(of: fence)
      guard !text.trimmed.isEmpty else { continue }
      content.samples.append(
        Sample(text: text, negative: word == "not-sample", line: fence.opening + 1))
    }
    return hidden
  }
}

extension String {
  /// Pieces between the separators, none empty; separators inside backticks do not separate.
  func splitOutsideCode(at separators: Set<Character>) -> [String] {
    var pieces: [String] = []
    var piece = ""
    var inCode = false
    for character in self {
      if character == "`" { inCode.toggle() }
      if !inCode, separators.contains(character) {
        pieces.append(piece)
        piece = ""
      } else {
        piece.append(character == "\n" ? " " : character)
      }
    }
    pieces.append(piece)
    if inCode { return split { separators.contains($0) }.map(\.trimmed).filter { !$0.isEmpty } }
    return pieces.map(\.trimmed).filter { !$0.isEmpty }
  }

  /// "-", "n/a", "None yet.": words that stand where there is nothing to say.
  var saysNothing: Bool {
    guard utf8.count <= 20, !isEmpty else { return false }
    let word = lowercased().filter { $0 != "*" && $0 != "_" && $0 != "." }.trimmed
    let isWord = word.contains { $0.isLetter || $0.isNumber }
    return !isWord
      || ["n/a", "none", "none yet", "none known", "tbd", "todo", "unknown"].contains(word)
  }

  /// With a capital where a sentence has one.
  var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }

  /// At most 60 characters, for messages.
  var shortened: String { count > 60 ? prefix(59) + "…" : self }
}
