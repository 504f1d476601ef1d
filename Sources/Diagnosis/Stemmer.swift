/// A light English stemmer over ASCII letters: enough to join "extraction", "extracted" and
/// "extracts", too little to join words of different meaning often. Words of other
/// alphabets and words with digits are left alone.
///
/// After the ideas of M. F. Porter, "An algorithm for suffix stripping" (1980), with fewer steps.
enum Stemmer {
  static func stem(_ word: inout [UInt8]) {
    guard word.count > 3, word.allSatisfy({ $0 &- 0x61 < 26 }) else { return }
    removePlural(&word)
    removeVerbEnding(&word)
    removeNounEnding(&word)
    if word.count > 4, word.last == UInt8(ascii: "e") { word.removeLast() }
    if word.count > 3, word.last == UInt8(ascii: "y") { word[word.count - 1] = UInt8(ascii: "i") }
  }

  private static func removePlural(_ word: inout [UInt8]) {
    guard word.last == UInt8(ascii: "s") else { return }
    if cut(&word, "sses", keeping: 2, minimum: 3) || cut(&word, "ies", keeping: 1, minimum: 3) {
      return
    }
    if ends(word, "ss") || ends(word, "us") || ends(word, "is") { return }
    if ends(word, "xes") || ends(word, "ches") || ends(word, "shes") || ends(word, "zes") {
      word.removeLast(2)
    } else if word.count > 3 {
      word.removeLast()
    }
  }

  private static func removeVerbEnding(_ word: inout [UInt8]) {
    if ends(word, "eed") { return }
    let ending = ends(word, "ing") ? 3 : ends(word, "ed") ? 2 : 0
    let rest = word.count - ending
    guard ending > 0, rest >= 3, word[..<rest].contains(where: isVowel) else { return }
    word.removeLast(ending)
    // "stopped" → "stop", but "failed" → "fail" and "missing" → "miss".
    if let last = word.last, word.count > 3, last == word[word.count - 2], !isVowel(last),
      last != UInt8(ascii: "l"), last != UInt8(ascii: "s"), last != UInt8(ascii: "z")
    {
      word.removeLast()
    }
  }

  private static func removeNounEnding(_ word: inout [UInt8]) {
    switch word.last {
    case UInt8(ascii: "n"):
      _ =
        cut(&word, "ization", keeping: 2, minimum: 3) || cut(&word, "ation", keeping: 2, minimum: 3)
        || cut(&word, "ition", keeping: 2, minimum: 3)
        || cut(&word, "ution", keeping: 2, minimum: 3)
        || cut(&word, "ction", keeping: 2, minimum: 3)
        || cut(&word, "ption", keeping: 2, minimum: 3) || cut(&word, "sion", keeping: 1, minimum: 3)
    case UInt8(ascii: "t"): _ = cut(&word, "ment", keeping: 0, minimum: 3)
    case UInt8(ascii: "s"): _ = cut(&word, "ness", keeping: 0, minimum: 3)
    case UInt8(ascii: "y"):
      _ =
        cut(&word, "ably", keeping: 3, minimum: 3) || cut(&word, "ally", keeping: 2, minimum: 3)
        || cut(&word, "fully", keeping: 3, minimum: 3) || cut(&word, "ity", keeping: 0, minimum: 3)
        || cut(&word, "ly", keeping: 0, minimum: 3)
    default: break
    }
    if word.count > 5, ends(word, "at") { word.removeLast(2) }
  }

  /// Cuts an ending off but for its first bytes, where at least `minimum` bytes are before it.
  private static func cut(
    _ word: inout [UInt8], _ ending: StaticString, keeping: Int, minimum: Int
  ) -> Bool {
    let count = ending.utf8CodeUnitCount
    guard word.count - count >= minimum, ends(word, ending) else { return false }
    word.removeLast(count - keeping)
    return true
  }

  @inline(__always)
  private static func ends(_ word: [UInt8], _ ending: StaticString) -> Bool {
    let count = ending.utf8CodeUnitCount
    let start = word.count - count
    guard start >= 0 else { return false }
    let bytes = ending.utf8Start
    for index in 0..<count where word[start + index] != bytes[index] { return false }
    return true
  }

  private static func isVowel(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"),
      UInt8(ascii: "u"), UInt8(ascii: "y"):
      true
    default: false
    }
  }
}
