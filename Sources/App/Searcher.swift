import Diagnosis
import Store

/// What a person types into a search box: words, `"exact phrases"`, `-not`, `guide:`, `tag:`; the
/// rest is literal.
struct SearchQuery {
  var words = ""
  var phrases: [String] = []
  var excluded: [String] = []
  var guide: String?
  var tag: String?

  init(_ text: String) {
    var rest = text[...]
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") {
        let phrase = String(rest[rest.index(after: rest.startIndex)..<end])
        phrases.append(phrase)
        words += " " + phrase
        rest = rest[rest.index(after: end)...]
      } else {
        let word = rest.prefix { !$0.isWhitespace }
        rest = rest[word.endIndex...]
        add(String(word))
      }
    }
  }

  private mutating func add(_ word: String) {
    if word.hasPrefix("guide:"), word.count > 6 {
      guide = String(word.dropFirst(6))
    } else if word.hasPrefix("tag:"), word.count > 4 {
      tag = String(word.dropFirst(4))
    } else if word.hasPrefix("-"), !word.hasPrefix("--"), word.count > 1,
      word.dropFirst().first!.isLetter
    {
      excluded.append(String(word.dropFirst()))
    } else {
      words += " " + word
    }
  }

  /// Tokens to highlight.
  var wanted: Set<String> {
    Set(Analyzer.tokens(of: words).map(\.text).filter { !stopWords.contains($0) })
  }
}

/// Ranks issues for a search box.
enum Searcher {
  static func search(
    _ query: SearchQuery, corpus: StoredCorpus, reading: Reading
  ) throws -> [SearchHit] {
    let text = PastedText(
      lines: [SignalLine(number: 1, text: query.words, weight: 1)], lineCount: 1,
      byteCount: query.words.utf8.count, redacted: 0, isLog: false)
    var hits = try Matcher().search(text, corpus: corpus, limit: 300)
    try addLearned(to: &hits, text, corpus)
    for phrase in query.phrases {
      let allowed = Set(try reading.issues(withPhrase: phrase, limit: 10_000))
      hits.removeAll { !allowed.contains($0.issueID) }
    }
    for word in query.excluded {
      let unwanted = Set(try reading.issues(withPhrase: word, limit: 100_000))
      hits.removeAll { unwanted.contains($0.issueID) }
    }
    if let tag = query.tag {
      let tagged = Set(try reading.issues(withTag: tag))
      hits.removeAll { !tagged.contains($0.issueID) }
    }
    return hits
  }

  /// What resolved reports say: with two members or an editor's yes it leads, one member's word
  /// is found where nothing else is.
  private static func addLearned(
    to hits: inout [SearchHit], _ text: PastedText, _ corpus: StoredCorpus
  ) throws {
    let learned = try Matcher().learned(text, corpus: corpus)
    for one in learned.reversed() {
      if let place = hits.firstIndex(where: { $0.issueID == one.issueID }) {
        hits[place].learned = one.why
        guard one.counts, place > 0 else { continue }
        hits.remove(at: place)
      }
      if one.counts {
        hits.insert(
          SearchHit(
            issueID: one.issueID, score: (hits.first?.score ?? 0) + one.likeness, learned: one.why),
          at: 0)
      } else if !hits.contains(where: { $0.issueID == one.issueID }) {
        hits.append(
          SearchHit(
            issueID: one.issueID, score: (hits.last?.score ?? 1) * one.likeness, learned: one.why))
      }
    }
  }

  /// What was typed with words that no issue has put right, nil when there is nothing to put right
  /// or nothing near.
  static func respelled(
    _ text: String, _ query: SearchQuery, corpus: StoredCorpus
  ) throws -> String? {
    // Of most questions every word is in some issue.
    let tokens = Analyzer.words(of: query.words)
    let counts = try corpus.frequencies(tokens)
    if tokens.allSatisfy({ counts[$0] != nil || stopWords.contains($0) }) { return nil }
    var pieces: [String] = []
    for piece in query.words.split(whereSeparator: { !$0.isLetter && !$0.isNumber }) {
      // A name of several parts is put right part by part, where it is not in a guide as it stands.
      for part in Analyzer.parts(of: String(piece)) where !pieces.contains(part) {
        pieces.append(part)
      }
    }
    return try respelled(text, pieces: pieces, corpus: corpus)
  }

  /// The text with those of the words that no issue has put right.
  static func respelled(
    _ text: String, pieces: [String], corpus: StoredCorpus
  ) throws -> String? {
    let stems = pieces.map { Analyzer.words(of: $0).first ?? "" }
    let known = try corpus.frequencies(stems)
    var respelled = text
    for (piece, stem) in zip(pieces.prefix(16), stems)
    where known[stem] == nil && !stopWords.contains(stem) {
      guard let nearest = try corpus.nearest(to: piece) else { continue }
      respelled = replacing(piece, with: nearest, in: respelled)
    }
    return respelled == text ? nil : respelled
  }

  private static func replacing(_ piece: String, with word: String, in text: String) -> String {
    guard let range = text.ranges(of: piece).first else { return text }
    let isCapitalised = piece.first?.isUppercase ?? false
    let isAllCapitals = piece.allSatisfy { !$0.isLetter || $0.isUppercase }
    let spelled =
      isAllCapitals
      ? word.uppercased()
      : isCapitalised ? word.prefix(1).uppercased() + word.dropFirst() : word
    return text.replacingCharacters(in: range, with: spelled)
  }
}

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
