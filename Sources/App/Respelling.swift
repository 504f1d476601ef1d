import Diagnosis
import Store

/// A question that nothing is known of because of a typing error (`imagepullbackof`), put right as a search's
/// words are.
enum Respelling {
  /// What people type is short; a log has names that are like words by chance.
  private static let lineLimit = 3
  private static let byteLimit = 300
  private static let wordLimit = 4
  /// Shorter words are near to too many others.
  private static let shortest = 7
  /// Of a text that was guessed, an answer must be more likely right than wrong.
  private static let surely = 0.5

  /// The answer to a text; where none is known, that to the text with its typing errors put right, which is
  /// at most possible.
  static func answer(
    _ text: PastedText, corpus: StoredCorpus, limit: Int
  ) throws -> Judgement {
    let judgement = try Matcher().answer(text, corpus: corpus, limit: limit)
    guard judgement.verdict == .unknown, let respelled = try respelled(text, corpus: corpus) else {
      return judgement
    }
    let other = try Matcher().answer(respelled, corpus: corpus, limit: limit)
    guard other.verdict != .unknown, other.matches.first?.confidence ?? 0 >= surely else {
      return judgement
    }
    return other.asTyped(text, Matcher().judge)
  }

  private static func respelled(_ text: PastedText, corpus: StoredCorpus) throws -> PastedText? {
    guard !text.isLog, text.lines.count <= lineLimit,
      text.lines.reduce(0, { $0 + $1.text.utf8.count }) <= byteLimit
    else { return nil }
    var respelled = text
    for index in text.lines.indices {
      let line = text.lines[index].text
      let words = typed(line)
      guard !words.isEmpty else { continue }
      if let spelled = try Searcher.respelled(line, pieces: words, corpus: corpus) {
        respelled.lines[index].text = spelled
      }
    }
    return respelled == text ? nil : respelled
  }

  /// Words that someone may have mistyped: names of code with capitals inside are copied.
  private static func typed(_ line: String) -> [String] {
    var words: [String] = []
    for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
      guard word.utf8.count >= shortest, word.dropFirst().allSatisfy(\.isLowercase),
        !words.contains(String(word)), !CommonWords.have(String(word))
      else { continue }
      words.append(String(word))
    }
    return Array(words.prefix(wordLimit))
  }
}
