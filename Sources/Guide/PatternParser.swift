/// A regular expression as a tree.
indirect enum PatternNode: Equatable {
  case empty
  case set(ScalarSet)
  case assertion(Pattern.Assertion)
  case sequence([PatternNode])
  case choice([PatternNode])
  case repeated(PatternNode, min: Int, max: Int?)
}

struct PatternParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var depth = 0
  private var ignoresCase = false

  private static let depthLimit = 50
  static let repeatLimit = 1000
  private static let lengthLimit = 2000

  init(_ source: String) { scalars = Array(source.unicodeScalars) }

  mutating func parse() throws(RuleError) -> PatternNode {
    guard !scalars.isEmpty else {
      throw RuleError("The pattern is empty; write one, such as ^[a-z]+$.")
    }
    guard scalars.count <= Self.lengthLimit else {
      throw RuleError("The pattern is longer than \(Self.lengthLimit) characters; shorten it.")
    }
    if has("(?i)") {
      position = 4
      ignoresCase = true
    }
    let tree = try choice()
    guard position == scalars.count else {
      throw broken("“)” without “(”; write \\) for the sign itself")
    }
    return tree
  }

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func has(_ text: String) -> Bool {
    scalars[position...].starts(with: text.unicodeScalars)
  }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    position += 1
    return true
  }

  private func broken(_ what: String) -> RuleError {
    RuleError("The pattern has \(what) (at character \(position + 1)).")
  }

  private func unsupported(_ what: String) -> RuleError {
    RuleError("The pattern uses \(what) at character \(position + 1), which is not supported.")
  }

  private mutating func choice() throws(RuleError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw broken("too many nested groups") }
    var options = [try sequence()]
    while take("|") { options.append(try sequence()) }
    return options.count == 1 ? options[0] : .choice(options)
  }

  private mutating func sequence() throws(RuleError) -> PatternNode {
    var parts: [PatternNode] = []
    while let scalar = current, scalar != "|", scalar != ")" {
      parts.append(try repetition(of: try atom()))
    }
    return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
  }

  private mutating func repetition(of atom: PatternNode) throws(RuleError) -> PatternNode {
    var node = atom
    var count = 0
    while let bounds = try quantifier() {
      if case .assertion = node { throw broken("a repeated anchor") }
      count += 1
      guard count == 1 else { throw broken("two quantifiers in a row") }
      node = .repeated(node, min: bounds.min, max: bounds.max)
      if current == "+" { throw unsupported("a possessive quantifier") }
      _ = take("?")  // lazy or not, the same values match
    }
    return node
  }

  private mutating func quantifier() throws(RuleError) -> (min: Int, max: Int?)? {
    if take("*") { return (0, nil) }
    if take("+") { return (1, nil) }
    if take("?") { return (0, 1) }
    guard current == "{", let bounds = bracedBounds() else { return nil }
    position = bounds.end
    guard bounds.min <= Self.repeatLimit, (bounds.max ?? 0) <= Self.repeatLimit else {
      throw broken("a repetition of more than \(Self.repeatLimit)")
    }
    if let max = bounds.max, max < bounds.min { throw broken("a repetition {m,n} with m above n") }
    return (bounds.min, bounds.max)
  }

  /// `{3}`, `{3,}`, `{3,5}`; any other brace is the sign itself.
  private func bracedBounds() -> (min: Int, max: Int?, end: Int)? {
    guard let close = scalars[position...].firstIndex(of: "}") else { return nil }
    let inner = String(String.UnicodeScalarView(scalars[position + 1..<close]))
    let halves = inner.split(separator: ",", omittingEmptySubsequences: false)
    guard (1...2).contains(halves.count), inner.utf8.count <= 20,
      halves.allSatisfy({ $0.utf8.allSatisfy(\.isDigit) }), !halves[0].isEmpty
    else { return nil }
    let min = Int(halves[0]) ?? Int.max
    if halves.count == 1 { return (min, min, close + 1) }
    return (min, halves[1].isEmpty ? nil : Int(halves[1]) ?? Int.max, close + 1)
  }

  private mutating func atom() throws(RuleError) -> PatternNode {
    guard let scalar = current else { return .empty }
    switch scalar {
    case "(": return try group()
    case "[": return .set(try characterClass())
    case "\\": return try escape()
    case "*", "+", "?": throw broken("“\(scalar)” with nothing before it to repeat")
    default: position += 1
    }
    return switch scalar {
    case ".": .set(.any)
    case "^": .assertion(.start)
    case "$": .assertion(.end)
    default: literal(scalar)
    }
  }

  private func literal(_ scalar: Unicode.Scalar) -> PatternNode {
    .set(ScalarSet(ranges: [scalar.value...scalar.value], ignoresCase: ignoresCase))
  }

  private mutating func group() throws(RuleError) -> PatternNode {
    let start = position
    position += 1
    if take("?") { try groupKind() }
    let inner = try choice()
    guard take(")") else {
      position = start
      throw broken("“(” without “)”; write \\( for the sign itself")
    }
    return inner
  }

  private mutating func groupKind() throws(RuleError) {
    if take(":") { return }
    if has("=") || has("!") { throw unsupported("a lookahead, (?=…) or (?!…),") }
    if has("<=") || has("<!") { throw unsupported("a lookbehind, (?<=…) or (?<!…),") }
    if has(">") { throw unsupported("an atomic group, (?>…),") }
    let named = has("P<") ? 2 : has("<") ? 1 : 0
    guard named > 0, let close = scalars[position...].firstIndex(of: ">") else {
      throw unsupported("a group of the kind (?\(current.map(String.init) ?? "")…)")
    }
    position = close + 1
  }

  // MARK: Escapes and classes

  private mutating func escape() throws(RuleError) -> PatternNode {
    switch scalars[position...].dropFirst().first {
    case "b":
      position += 2
      return .assertion(.wordBoundary)
    case "B":
      position += 2
      return .assertion(.notWordBoundary)
    case "A":
      position += 2
      return .assertion(.start)
    case "z", "Z":
      position += 2
      return .assertion(.end)
    default: break
    }
    var set = try escapedSet()
    set.ignoresCase = ignoresCase
    return .set(set)
  }

  /// What `\x` stands for, in or outside a class.
  private mutating func escapedSet() throws(RuleError) -> ScalarSet {
    guard position + 1 < scalars.count else { throw broken("a backslash at its end") }
    let scalar = scalars[position + 1]
    if let set = Self.classes[scalar] {
      position += 2
      return set
    }
    if let value = Self.controls[scalar] {
      position += 2
      return ScalarSet(ranges: [value...value])
    }
    if scalar == "x" || scalar == "u" { return try hexadecimal(scalar) }
    if scalar.isASCII, ("1"..."9").contains(scalar) { throw unsupported("a back reference") }
    if scalar == "p" || scalar == "P" { throw unsupported("a Unicode property, \\p{…},") }
    guard !(scalar.isASCII && scalar.properties.isAlphabetic) else {
      throw unsupported("\\\(scalar)")
    }
    position += 2
    return ScalarSet(ranges: [scalar.value...scalar.value])
  }

  private static let classes: [Unicode.Scalar: ScalarSet] = [
    "d": .digit, "w": .word, "s": .space,
    "D": ScalarSet(ranges: ScalarSet.digit.ranges, isNegated: true),
    "W": ScalarSet(ranges: ScalarSet.word.ranges, isNegated: true),
    "S": ScalarSet(ranges: ScalarSet.space.ranges, isNegated: true),
  ]
  private static let controls: [Unicode.Scalar: UInt32] = [
    "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "e": 27, "0": 0,
  ]

  private mutating func hexadecimal(_ kind: Unicode.Scalar) throws(RuleError) -> ScalarSet {
    position += 2
    var digits = ""
    if take("{") {
      while let scalar = current, scalar != "}" {
        digits.unicodeScalars.append(scalar)
        position += 1
      }
      position += 1
    } else {
      let end = min(position + (kind == "x" ? 2 : 4), scalars.count)
      digits.unicodeScalars.append(contentsOf: scalars[position..<end])
      position = end
    }
    guard let value = UInt32(digits, radix: 16), Unicode.Scalar(value) != nil else {
      throw broken("\\\(kind) without the number of a character")
    }
    return ScalarSet(ranges: [value...value])
  }

  private mutating func characterClass() throws(RuleError) -> ScalarSet {
    let start = position
    position += 1
    var set = ScalarSet(ranges: [], isNegated: take("^"), ignoresCase: ignoresCase)
    var isFirst = true
    while let scalar = current, scalar != "]" || isFirst {
      isFirst = false
      if has("[:") { throw unsupported("a POSIX class, [:…:],") }
      if has("&&") { throw unsupported("an intersection of classes, &&,") }
      let low = try classItem()
      guard current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" else {
        set.ranges += low.positiveRanges
        continue
      }
      position += 1
      let high = try classItem()
      guard low.isSingle, high.isSingle, low.ranges[0].lowerBound <= high.ranges[0].lowerBound
      else { throw broken("a class with a range that runs backwards") }
      set.ranges.append(low.ranges[0].lowerBound...high.ranges[0].lowerBound)
    }
    guard take("]") else {
      position = start
      throw broken("“[” without “]”; write \\[ for the sign itself")
    }
    return set
  }

  private mutating func classItem() throws(RuleError) -> ScalarSet {
    guard let scalar = current else { throw broken("“[” without “]”") }
    if scalar == "\\" {
      if position + 1 < scalars.count, scalars[position + 1] == "b" {
        throw unsupported("\\b inside a class")
      }
      return try escapedSet()
    }
    position += 1
    return ScalarSet(ranges: [scalar.value...scalar.value])
  }
}

extension ScalarSet {
  fileprivate var isSingle: Bool {
    !isNegated && ranges.count == 1 && ranges[0].count == 1
  }
}
