import Diagnosis

/// Words near to one that no issue has, for "did you mean".
extension StoredCorpus {
  /// Shorter words are near to too many others.
  private static let shortest = 5
  private static let longest = 24
  /// A word of fewer letters is not looked for as code (`Query`).
  private static let shortestCode = 9

  /// The word that one typing error away most issues have: a letter left out, added, changed, or
  /// two neighbours changed places (F. Damerau, "A technique for computer detection and correction
  /// of spelling errors", 1964). Nil when there is none, or for words of other scripts.
  ///
  /// All spellings one error away are looked up at once, so that no list of words is read through.
  package func nearest(to word: String) throws -> String? {
    let letters = Array(word.lowercased().utf8)
    guard (StoredCorpus.shortest...StoredCorpus.longest).contains(letters.count),
      letters.allSatisfy({ $0 &- 0x61 < 26 || $0 &- 0x30 < 10 }),
      letters.contains(where: { $0 &- 0x61 < 26 })
    else { return nil }
    var spellings: [String: [String]] = [:]
    for spelling in StoredCorpus.spellings(near: letters) {
      let words = Analyzer.words(of: spelling)
      if words.count == 1 { spellings[words[0], default: []].append(spelling) }
      // `oomkiled`: code of several parts is known by a token of its own.
      if spelling.utf8.count >= StoredCorpus.shortestCode {
        spellings["_" + spelling, default: []].append(spelling)
      }
    }
    let counts = try frequencies(Array(spellings.keys))
    let ranked = counts.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key < $1.key }
    // Words of guides that the viewer may not see are counted too, but not told.
    for (stem, _) in ranked.prefix(10) {
      guard let issue = try issues(with: stem, limit: 1).first, let near = spellings[stem] else {
        continue
      }
      return try written(near, inIssue: issue)
    }
    return nil
  }

  /// Of spellings with the same stem the one that the issue has: `engaged`, not `engag`.
  private func written(_ spellings: [String], inIssue id: Int) throws -> String? {
    if spellings.count == 1 { return spellings[0] }
    let text = try reading.issueMarkdown(id).lowercased()
    let words = Set(text.split { !$0.isLetter && !$0.isNumber }.map(String.init))
    return spellings.first(where: words.contains) ?? spellings.max { $0.count < $1.count }
  }

  private static func spellings(near word: [UInt8]) -> [String] {
    let alphabet = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
    var found: [[UInt8]] = []
    for place in word.indices {
      var shorter = word
      shorter.remove(at: place)
      found.append(shorter)
      if place > 0 {
        var swapped = word
        swapped.swapAt(place - 1, place)
        found.append(swapped)
      }
      for letter in alphabet where letter != word[place] {
        var changed = word
        changed[place] = letter
        found.append(changed)
      }
    }
    for place in 0...word.count {
      for letter in alphabet {
        var longer = word
        longer.insert(letter, at: place)
        found.append(longer)
      }
    }
    return found.map { String(decoding: $0, as: UTF8.self) }
  }
}
