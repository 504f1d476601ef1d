/// A regular expression that runs in time linear in its input: a Thompson automaton, so that
/// no pattern written into a guide can hold the server up.
///
/// Known: literals, `.`, classes, `\d \w \s \D \W \S`, groups, `|`, `? * + {m,n}`, `^ $ \b \B`,
/// `(?i)` in front. `.` is any scalar but a line feed. Everything is matched by Unicode scalar.
package struct Pattern: Sendable, Equatable {
  /// The pattern as written.
  package let source: String
  let program: [Instruction]

  enum Instruction: Sendable, Equatable {
    case set(ScalarSet)
    case split(Int, Int)
    case jump(Int)
    case assert(Assertion)
    case match
  }

  enum Assertion: Sendable, Equatable { case start, end, wordBoundary, notWordBoundary }

  /// Instructions a pattern may take; repetition multiplies them.
  static let programLimit = 3000
  /// Scalars of a value that are looked at.
  package static let valueLimit = 32 * 1024

  /// - Throws: `RuleError` naming what in the pattern is not supported, or where it is broken.
  package init(_ source: String) throws(RuleError) {
    self.source = source
    var parser = PatternParser(source)
    let tree = try parser.parse()
    var compiler = PatternCompiler()
    try compiler.emit(tree)
    program = compiler.program + [.match]
  }

  /// Whether the pattern occurs anywhere in the value; `^` and `$` are the value's ends.
  package func matches(_ value: String) -> Bool {
    let scalars = Array(value.unicodeScalars)
    var threads = ThreadList(program.count)
    var next = ThreadList(program.count)
    for position in 0...scalars.count {
      // A match may begin at every position.
      if follow(0, position, scalars, &threads) { return true }
      guard position < scalars.count else { return false }
      next.removeAll()
      for index in threads.order {
        guard case .set(let set) = program[index], set.contains(scalars[position]) else {
          continue
        }
        if follow(index + 1, position + 1, scalars, &next) { return true }
      }
      swap(&threads, &next)
    }
    return false
  }

  /// Adds the states reachable without reading; true when the match is among them.
  private func follow(
    _ start: Int, _ position: Int, _ scalars: [Unicode.Scalar], _ list: inout ThreadList
  ) -> Bool {
    var stack = [start]
    while let index = stack.popLast() {
      guard list.insert(index) else { continue }
      switch program[index] {
      case .match: return true
      case .jump(let target): stack.append(target)
      case .split(let first, let second):
        stack.append(second)
        stack.append(first)
      case .assert(let assertion):
        if holds(assertion, position, scalars) { stack.append(index + 1) }
      case .set: break
      }
    }
    return false
  }

  private func holds(
    _ assertion: Assertion, _ position: Int, _ scalars: [Unicode.Scalar]
  ) -> Bool {
    let before = position > 0 && ScalarSet.word.contains(scalars[position - 1])
    let after = position < scalars.count && ScalarSet.word.contains(scalars[position])
    return switch assertion {
    case .start: position == 0
    case .end: position == scalars.count
    case .wordBoundary: before != after
    case .notWordBoundary: before == after
    }
  }
}

/// States in the order in which they were reached, each once.
private struct ThreadList {
  private(set) var order: [Int] = []
  private var mark: [UInt32]
  private var round: UInt32 = 1

  init(_ count: Int) { mark = Array(repeating: 0, count: count) }

  mutating func insert(_ index: Int) -> Bool {
    guard mark[index] != round else { return false }
    mark[index] = round
    order.append(index)
    return true
  }

  mutating func removeAll() {
    order.removeAll(keepingCapacity: true)
    round += 1
  }
}

/// A set of scalars as ranges.
struct ScalarSet: Sendable, Equatable {
  var ranges: [ClosedRange<UInt32>]
  var isNegated = false
  var ignoresCase = false

  func contains(_ scalar: Unicode.Scalar) -> Bool {
    var found = holds(scalar.value)
    if !found, ignoresCase { found = Self.otherCases(scalar).contains(where: holds) }
    return found != isNegated
  }

  private func holds(_ value: UInt32) -> Bool { ranges.contains { $0.contains(value) } }

  private static func otherCases(_ scalar: Unicode.Scalar) -> [UInt32] {
    let lower = scalar.properties.lowercaseMapping.unicodeScalars
    let upper = scalar.properties.uppercaseMapping.unicodeScalars
    return [lower, upper].compactMap { $0.count == 1 ? $0.first?.value : nil }
  }

  static let digit = ScalarSet(ranges: [0x30...0x39])
  static let word = ScalarSet(ranges: [0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
  static let space = ScalarSet(ranges: [0x09...0x0D, 0x20...0x20, 0xA0...0xA0, 0x2028...0x2029])
  static let any = ScalarSet(ranges: [0x0A...0x0A], isNegated: true)

  /// The same scalars without negation, for use inside a class.
  var positiveRanges: [ClosedRange<UInt32>] {
    guard isNegated else { return ranges }
    var result: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if range.lowerBound > next { result.append(next...range.lowerBound - 1) }
      next = max(next, range.upperBound + 1)
    }
    return result + [next...0x10FFFF]
  }
}
