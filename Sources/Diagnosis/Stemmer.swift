/// A light English stemmer over ASCII letters: enough to join "extraction", "extracted" and
/// "extracts", too little to join words of different meaning often. Words of other
/// alphabets and words with digits are left alone.
///
/// After the ideas of M. F. Porter, "An algorithm for suffix stripping" (1980), with fewer steps.
enum Stemmer {
  static func stem(_ word: [UInt8]) -> [UInt8] {
    guard word.count > 3, word.allSatisfy({ $0 &- 0x61 < 26 }) else { return word }
    var word = word
    removePlural(&word)
    removeVerbEnding(&word)
    removeNounEnding(&word)
    if word.count > 4, word.last == UInt8(ascii: "e") { word.removeLast() }
    if word.count > 3, word.last == UInt8(ascii: "y") { word[word.count - 1] = UInt8(ascii: "i") }
    return word
  }

  private static func removePlural(_ word: inout [UInt8]) {
    if cut(&word, "sses", keeping: 2, minimum: 3) || cut(&word, "ies", keeping: 1, minimum: 3) {
      return
    }
    if ends(word, "ss") || ends(word, "us") || ends(word, "is") { return }
    if ends(word, "xes") || ends(word, "ches") || ends(word, "shes") || ends(word, "zes") {
      word.removeLast(2)
    } else if word.last == UInt8(ascii: "s"), word.count > 3 {
      word.removeLast()
    }
  }

  private static func removeVerbEnding(_ word: inout [UInt8]) {
    let before = word
    if ends(word, "eed") { return }
    guard cut(&word, "ing", keeping: 0, minimum: 3) || cut(&word, "ed", keeping: 0, minimum: 3)
    else { return }
    guard word.contains(where: isVowel) else {
      word = before
      return
    }
    // "stopped" → "stop", but "failed" → "fail" and "missing" → "miss".
    if let last = word.last, word.count > 3, last == word[word.count - 2], !isVowel(last),
      !"lsz".utf8.contains(last)
    {
      word.removeLast()
    }
  }

  private static func removeNounEnding(_ word: inout [UInt8]) {
    for (ending, replacement) in [
      ("ization", "iz"), ("ation", "at"), ("ition", "it"), ("ution", "ut"), ("ction", "ct"),
      ("ption", "pt"), ("sion", "s"), ("ment", ""), ("ness", ""), ("ably", "abl"), ("ally", "al"),
      ("fully", "ful"), ("ity", ""), ("ly", ""),
    ] where ends(word, ending) && word.count - ending.utf8.count >= 3 {
      word.removeLast(ending.utf8.count)
      word += replacement.utf8
      break
    }
    if ends(word, "at"), word.count > 5 { word.removeLast(2) }
  }

  private static func cut(
    _ word: inout [UInt8], _ ending: String, keeping: Int, minimum: Int
  ) -> Bool {
    guard ends(word, ending), word.count - ending.utf8.count >= minimum else { return false }
    word.removeLast(ending.utf8.count - keeping)
    return true
  }

  private static func ends(_ word: [UInt8], _ ending: String) -> Bool {
    word.count >= ending.utf8.count && word.suffix(ending.utf8.count).elementsEqual(ending.utf8)
  }

  private static func isVowel(_ byte: UInt8) -> Bool { "aeiouy".utf8.contains(byte) }
}
