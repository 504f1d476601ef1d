/// What resolved reports say of a text, beside what the issues say.
///
/// Apart from the scores, on purpose: nothing that is learned changes how an issue's own words
/// count, so that no report can push a right answer away. A line of the text is compared with each
/// wording by itself, so that a long report is near nothing.
struct Lessons {
  /// An issue that reports point to.
  struct Hit {
    let issueID: Int
    /// 0…1: how alike the line and the wordings are.
    let likeness: Double
    /// Two members, or an editor's yes.
    let counts: Bool
    let evidence: Evidence
  }

  /// How alike a line and a wording must be to be the same problem, and to be called known for it:
  /// the lesser of the shares that what they have in common has in each, by rarity. Measured by
  /// `fixbook eval --lessons` (docs/evidence.md).
  static let same = 0.7
  static let surely = 0.75
  /// Words that more issues than these were taught (noise of a log, most often) tell nothing of any.
  private static let crowd = 2

  /// The best first.
  let hits: [Hit]

  init(_ text: PastedText, corpus: some Corpus, learned: some LearnedCorpus) throws {
    hits = Lessons.telling(
      try Lessons.near(text, corpus: corpus, learned: learned, least: Lessons.same))
  }

  /// Without those that stand in a crowd.
  static func telling(_ hits: [Hit]) -> [Hit] {
    [hits.filter(\.counts), hits.filter { !$0.counts }].flatMap { $0.count > crowd ? [] : $0 }
  }

  /// Every issue with wordings from a likeness of `least` on, the best first.
  static func near(
    _ text: PastedText, corpus: some Corpus, learned: some LearnedCorpus, least: Double
  ) throws -> [Hit] {
    let lines = Wording.telling(text).map { line in
      (line: line, wording: Wording(line.text, isLog: text.isLog))
    }.filter { Wording.terms.contains($0.wording.terms.count) }
    let found =
      lines.isEmpty
      ? [] : try learned.wordings(sharing: Set(lines.flatMap(\.wording.terms)).sorted())
    if found.isEmpty { return [] }
    let all = Set(found.flatMap(\.terms)).union(lines.flatMap(\.wording.terms))
    let frequencies = try corpus.frequencies(all.sorted())
    let issues = max(try corpus.issueCount(), 1)
    let weights = Dictionary(
      uniqueKeysWithValues: all.map {
        ($0, Rarity.weight($0, in: frequencies[$0] ?? 0, of: issues))
      })
    var best: [Int: Hit] = [:]
    for (line, wording) in lines {
      for (issue, wordings) in Dictionary(grouping: found, by: \.issueID) {
        guard let hit = Lessons.hit(issue, line, wording, wordings, weights, least) else {
          continue
        }
        if let other = best[issue], !Lessons.isBefore(hit, other) { continue }
        best[issue] = hit
      }
    }
    return best.values.sorted(by: Lessons.isBefore)
  }

  private static func isBefore(_ one: Hit, _ other: Hit) -> Bool {
    if one.counts != other.counts { return one.counts }
    return one.likeness != other.likeness
      ? one.likeness > other.likeness : one.issueID < other.issueID
  }

  /// What an issue's wordings say of one line; nil when they say nothing.
  private static func hit(
    _ issue: Int, _ line: SignalLine, _ wording: Wording, _ learned: [LearnedWording],
    _ weights: [String: Double], _ least: Double
  ) -> Hit? {
    var voices: [String: Double] = [:]
    var accepted = 0.0
    var shared: Set<String> = []
    for one in learned {
      let common = Set(one.terms).intersection(wording.terms)
      let likeness = likeness(common, wording.terms, one.terms, weights)
      guard common.count >= Wording.terms.lowerBound, likeness >= least,
        one.isMember || one.isAccepted, !isOtherCode(wording.terms, one.terms)
      else { continue }
      shared.formUnion(common)
      if one.isAccepted { accepted = max(accepted, likeness) }
      if one.isMember { voices[one.voice] = max(voices[one.voice] ?? 0, likeness) }
    }
    let likenesses = voices.values.sorted(by: >)
    // Of two members the one that is less alike says how sure it is.
    let surest = max(accepted, likenesses.count > 1 ? likenesses[1] : 0)
    guard let likeness = surest > 0 ? surest : likenesses.first else { return nil }
    let who =
      surest == 0
      ? "one member" : likenesses.count > 1 ? "\(likenesses.count) members" : "an editor agreed"
    // Words of the one who asks, never of those who reported.
    let own = Analyzer.segments(of: line.text).filter { segment in
      segment.tokens.contains { shared.contains($0.text) }
    }.map(\.written)
    return Hit(
      issueID: issue, likeness: likeness, counts: surest > 0,
      evidence: Evidence(
        line: line.number, text: line.text, reason: .learned,
        detail: own.prefix(8).joined(separator: " ") + " (\(who))"))
  }

  /// Whether two lines name numbers of three digits (statuses, exit codes) and none is in both: "error
  /// (403) from runtime" is another problem than "error (500) from runtime".
  private static func isOtherCode(_ one: [String], _ other: [String]) -> Bool {
    func codes(_ terms: [String]) -> Set<String> {
      Set(terms.filter { $0.utf8.count == 3 && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
    }
    let (codes, others) = (codes(one), codes(other))
    return !codes.isEmpty && !others.isEmpty && codes.isDisjoint(with: others)
  }

  private static func likeness(
    _ common: Set<String>, _ one: [String], _ other: [String], _ weights: [String: Double]
  ) -> Double {
    // In an order of their own, since sums of fractions depend on it.
    func weight(_ terms: [String]) -> Double { terms.reduce(0) { $0 + (weights[$1] ?? 0) } }
    let most = max(weight(one), weight(other))
    return most > 0 ? weight(common.sorted()) / most : 0
  }

  /// Whether two issues are taught the same words with the same right: then none of them is known.
  private var isContested: Bool { hits.filter(\.counts).count > 1 }

  /// The judgement with what reports say.
  ///
  /// One member lifts unknown to possible. Two, or an editor's yes, make it known, but never beside
  /// an issue that its own words make known.
  func apply(to judgement: Judgement, judge: Judge, limit: Int) -> Judgement {
    guard judgement.verdict != .known, let first = hits.first,
      first.counts || judgement.verdict == .unknown
    else { return judgement }
    let taught = hits.filter { $0.counts == first.counts }.prefix(limit)
    let matches = taught.map { hit in
      let own = judgement.matches.first { $0.issueID == hit.issueID }
      return Match(
        issueID: hit.issueID, score: own?.score ?? 0,
        confidence: max(confidence(of: hit, judge), own?.confidence ?? 0),
        evidence: [hit.evidence] + (own?.evidence ?? []).filter { $0.line != hit.evidence.line })
    }.sorted { $0.confidence > $1.confidence }
    let isKnown = matches[0].confidence >= judge.knownThreshold
    let ids = Set(matches.map(\.issueID))
    // The nearest of an unknown text were no answers and are none now.
    let others =
      judgement.verdict == .unknown
      ? [] : judgement.matches.filter { !ids.contains($0.issueID) }
    return Judgement(
      verdict: isKnown ? .known : .possible,
      matches: Array((matches + others).sorted { $0.confidence > $1.confidence }.prefix(limit)),
      features: judgement.features)
  }

  private func confidence(of hit: Hit, _ judge: Judge) -> Double {
    let span = judge.knownThreshold - judge.possibleThreshold
    if !hit.counts { return judge.possibleThreshold + span / 2 * hit.likeness }
    if hit.likeness < Lessons.surely || isContested {
      return judge.possibleThreshold + span * 0.8 * hit.likeness
    }
    return judge.knownThreshold + (1 - judge.knownThreshold) * 0.6 * hit.likeness
  }
}

extension Matcher {
  /// What issues and resolved reports say of a text: the answer that people get.
  package func answer(
    _ text: PastedText, corpus: some Corpus & LearnedCorpus, limit: Int
  ) throws -> Judgement {
    let judgement = try match(text, corpus: corpus, limit: limit)
    guard judgement.verdict != .known else { return judgement }
    return try Lessons(text, corpus: corpus, learned: corpus).apply(
      to: judgement, judge: judge, limit: limit)
  }

  /// Issues that reports point to, for a search box: what counts comes first, one member's word last.
  package func learned(
    _ text: PastedText, corpus: some Corpus & LearnedCorpus
  ) throws -> [(issueID: Int, likeness: Double, counts: Bool, why: String)] {
    try Lessons(text, corpus: corpus, learned: corpus).hits.map {
      ($0.issueID, $0.likeness, $0.counts, $0.evidence.detail)
    }
  }
}
