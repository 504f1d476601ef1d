/// Where a secret stands in a line, and the place of its kind in the table.
struct FoundSecret: Sendable, Equatable {
  var start: Int
  var end: Int
  var kind: Int
}

/// The kinds with the words that lead to their rules, ready to be looked for in one pass.
final class SecretTable: Sendable {
  /// A rule that one of its words leads to.
  struct Entry: Sendable {
    var kind: Int
    var rule: SecretRule
  }

  static let standard = SecretTable(SecretMasker.kinds)

  let kinds: [SecretKind]
  /// Distinct words in lower case; `entries[i]` are the rules to try where `words[i]` stands.
  let words: [String]
  let entries: [[Entry]]
  let automaton: WordAutomaton
  private let replacements: [[UInt8]]
  private let cardKind: Int
  private let passwordKind: Int

  init(_ kinds: [SecretKind]) {
    self.kinds = kinds
    var places: [String: Int] = [:]
    var words: [String] = []
    var entries: [[Entry]] = []
    for (kind, description) in kinds.enumerated() {
      for rule in description.rules {
        for anchor in rule.anchors {
          if places[anchor] == nil {
            places[anchor] = words.count
            words.append(anchor)
            entries.append([])
          }
          entries[places[anchor, default: 0]].append(Entry(kind: kind, rule: rule))
        }
      }
    }
    (self.words, self.entries) = (words, entries)
    automaton = WordAutomaton(words)
    replacements = kinds.map { Array("[secret:\($0.name)]".utf8) }
    cardKind = kinds.firstIndex { $0.name == "card-number" } ?? 0
    passwordKind = kinds.firstIndex { $0.name == "password" } ?? 0
  }

  /// The secrets of one line, in order, none touching another.
  func secrets(in line: [UInt8]) -> [FoundSecret] {
    var search = SecretSearch(line: line)
    automaton.scan(line.span) { word, end in
      for entry in entries[word] { search.tries(entry, end - words[word].utf8.count, end) }
    }
    for range in CardNumbers.ranges(in: line) { search.add(range, cardKind) }
    return search.found.count > 1 ? united(search.found) : search.found
  }

  /// A secret that the line before announced.
  func announced(_ range: Range<Int>) -> FoundSecret {
    FoundSecret(start: range.lowerBound, end: range.upperBound, kind: passwordKind)
  }

  /// Overlapping finds become one, named by the kind that comes first in the table.
  private func united(_ found: [FoundSecret]) -> [FoundSecret] {
    var united: [FoundSecret] = []
    for secret in found.sorted(by: { ($0.start, $0.end, $0.kind) < ($1.start, $1.end, $1.kind) }) {
      guard var last = united.last, secret.start < last.end else {
        united.append(secret)
        continue
      }
      last.end = max(last.end, secret.end)
      last.kind = min(last.kind, secret.kind)
      united[united.count - 1] = last
    }
    return united
  }

  /// The line with its secrets replaced.
  func replacing(_ secrets: [FoundSecret], in line: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(line.count)
    var place = 0
    for secret in secrets {
      result += line[place..<secret.start]
      result += replacements[secret.kind]
      place = secret.end
    }
    result += line[place...]
    return result
  }
}
