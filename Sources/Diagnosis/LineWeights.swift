/// Weighs the lines of a text against each other, and chooses.
struct LineWeights {
  let ledger: LogLedger
  let evidence: LogEvidence
  let lineCount: Int
  /// In how many lines each word stands.
  private let wordCounts: [UInt32: Int]

  init(ledger: LogLedger, evidence: LogEvidence, lineCount: Int) {
    (self.ledger, self.evidence, self.lineCount) = (ledger, evidence, lineCount)
    var counts: [UInt32: Int] = [:]
    for entry in ledger.entries {
      for word in entry.words { counts[word, default: 0] += entry.repeats }
    }
    wordCounts = counts
  }

  /// The lines worth matching, in line order.
  func lines(isLog: Bool) -> [SignalLine] {
    let weighed = ledger.entries.map { entry in
      (entry, isLog ? weight(entry) : shortWeight(entry))
    }
    let ranked = weighed.sorted { one, other in
      one.1 != other.1 ? one.1 > other.1 : one.0.number < other.0.number
    }
    // Chatter says what product it is, but a little of it is enough.
    let telling = ranked.prefix { $0.1 >= Self.chatterWeight }.count
    let chosen = ranked.prefix(min(Intake.lineLimit, telling + Self.chatterLimit))
    return chosen.sorted { $0.0.number < $1.0.number }.map { entry, weight in
      SignalLine(
        number: entry.number, text: String(decoding: entry.text, as: UTF8.self), weight: weight,
        repeats: entry.repeats,
        telling: isLog ? weight : weight * (0.2 + 0.8 * entry.salience.trouble))
    }
  }

  private static let chatterWeight = 0.1
  private static let chatterLimit = 60

  /// Of a short text everything counts, the frames of a stack trace less.
  private func shortWeight(_ entry: LogLedger.Entry) -> Double {
    entry.salience.kind == .frame ? 0.2 : 1
  }

  private func weight(_ entry: LogLedger.Entry) -> Double {
    let weight =
      switch entry.salience.kind {
      case .frame: 0.06
      case .chatter: isRare(entry) && entry.afterTrouble <= 2 ? 0.12 : 0.04
      case .outcome: min(0.5, max(0.15, entry.salience.trouble * 0.6))
      case .message: entry.salience.trouble >= 0.35 ? troubled(entry) : quiet(entry)
      }
    return Double(Int(weight * 1000 + 0.5)) / 1000
  }

  private func isRare(_ entry: LogLedger.Entry) -> Bool {
    ledger.count(ofOpening: entry.opening) <= 1
  }

  /// Of all lines, those that open like this one.
  private func share(_ entry: LogLedger.Entry) -> Double {
    Double(ledger.count(ofOpening: entry.opening)) / Double(max(1, evidence.written))
  }

  /// A line that tells of trouble: less if it is said all the time, more if it says much.
  private func troubled(_ entry: LogLedger.Entry) -> Double {
    var weight = entry.salience.trouble
    let isMinor = (entry.salience.level ?? .notice) <= .warning
    let count = ledger.count(ofOpening: entry.opening)
    if isMinor, count >= 3, share(entry) > 0.04 { weight *= 0.7 }
    if count >= 20, share(entry) > 0.2 { weight *= 0.8 }
    weight *= 0.8 + 0.2 * min(1, Double(entry.words.count) / 6)
    if isRare(entry) { weight = 1 - (1 - weight) * 0.85 }
    return min(1, weight)
  }

  /// A line without a word of trouble matters when its words are rare, or near to trouble.
  private func quiet(_ entry: LogLedger.Entry) -> Double {
    let count = ledger.count(ofOpening: entry.opening)
    let novelty = count <= 1 ? max(0.5, novelty(entry)) : novelty(entry)
    var weight = 0.05 + scope(entry) * novelty
    if count > 3, novelty < 0.3 { weight = 0.05 }
    let isContinuation = !entry.hasTime && (entry.isIndented || evidence.isTimed)
    if entry.repeats <= 2, entry.afterTrouble <= 3 {
      weight += isContinuation ? 0.15 : entry.afterTrouble == 1 ? 0.06 : 0.03
    }
    if entry.repeats <= 2, entry.beforeTrouble == 1 { weight += isContinuation ? 0.1 : 0.05 }
    return max(weight, min(0.6, entry.salience.trouble * 0.9 + weight * 0.3))
  }

  /// How much a rare line of a level may weigh.
  private func scope(_ entry: LogLedger.Entry) -> Double {
    switch entry.salience.level {
    case .trace, .debug: 0.2
    case .info, .notice: 0.32
    case nil where evidence.isLeveled && entry.hasTime: 0.5
    default: 0.36
    }
  }

  /// The share of words that no other line has, 0…1; four of them are enough.
  private func novelty(_ entry: LogLedger.Entry) -> Double {
    var novel = 0.0
    for word in entry.words {
      let count = wordCounts[word] ?? 0
      novel += count <= entry.repeats ? 1 : count <= entry.repeats + 2 ? 0.4 : 0
    }
    return min(1, novel / 4) / Double(max(1, entry.repeats - 1))
  }
}
