/// The telling words of a report's line: what it teaches search when a fix resolved the report.
package struct Wording: Sendable, Equatable {
  /// Lines of one report that teach, the heaviest.
  private static let lineLimit = 3
  /// A line of fewer terms says too little to tell one problem from another; one of more is no
  /// line that somebody would paste again.
  static let terms = 3...40

  /// Distinct, sorted.
  package let terms: [String]
  /// The same as people write them, lower case, sorted: the terms are stems.
  package let words: [String]

  /// What the lines of a masked text say.
  package static func read(_ text: String) -> [Wording] {
    let pasted = Intake.read(text)
    var found: [Wording] = []
    for line in telling(pasted) {
      let wording = Wording(line.text, isLog: pasted.isLog)
      if terms.contains(wording.terms.count), !found.contains(where: { $0.terms == wording.terms })
      {
        found.append(wording)
      }
    }
    return found
  }

  /// The lines that stand for a text: beside an error's what the server said meanwhile is noise, which
  /// other reports have too.
  static func telling(_ text: PastedText) -> ArraySlice<SignalLine> {
    let sorted = text.lines.sorted { ($0.telling, $1.number) > ($1.telling, $0.number) }
    let least = max((sorted.first?.telling ?? 0) * share, text.isLog ? trouble : 0)
    return sorted.prefix(lineLimit).prefix { $0.telling >= least }
  }

  /// How telling a line must be beside the most telling one, and in a log at all.
  private static let share = 0.5
  private static let trouble = 0.4

  init(_ line: String, isLog: Bool) {
    var terms: Set<String> = []
    var words: Set<String> = []
    for segment in Analyzer.segments(of: Query.wording(line, isLog: isLog)) {
      let telling = segment.tokens.filter(Query.matters).map(\.text)
      if telling.isEmpty { continue }
      terms.formUnion(telling)
      words.insert(segment.written.lowercased())
    }
    self.terms = terms.sorted()
    self.words = words.sorted()
  }
}

/// A wording that a resolved report left for an issue.
package struct LearnedWording: Sendable {
  package let issueID: Int
  /// Whose word it is; several of one voice count once.
  package let voice: String
  /// People with an account or token; others teach only what an editor accepts.
  package let isMember: Bool
  package let isAccepted: Bool
  package let terms: [String]

  package init(issueID: Int, voice: String, isMember: Bool, isAccepted: Bool, terms: [String]) {
    self.issueID = issueID
    self.voice = voice
    self.isMember = isMember
    self.isAccepted = isAccepted
    self.terms = terms
  }
}

/// What reports taught, as one viewer may see it.
package protocol LearnedCorpus {
  /// Wordings of issues that may be answers, which have one of the terms.
  func wordings(sharing terms: [String]) throws -> [LearnedWording]
}
