@_spi(_Unicode) import Swift

/// The part of an address that names something by its title: `504-gateway-timeout`.
///
/// Runs of letters and digits (of any script, in NFC), lower case, joined by "-", at most 100
/// Unicode scalars, cut between words where one fits. A slug of digits only, or "new", gets
/// the prefix "issue-", since `/issues/12` and `/issues/new` are other pages.
package func slug(of title: String) -> String {
  let words = slugWords(title)
  var slug = ""
  var length = 0
  for word in words {
    let count = word.unicodeScalars.count
    if length == 0 {
      slug = count <= slugLimit ? word : cut(word, to: slugLimit)
      length = min(count, slugLimit)
    } else if length + 1 + count <= slugLimit {
      slug += "-" + word
      length += 1 + count
    } else {
      break
    }
  }
  if slug.isEmpty { return "issue" }
  let isNumber = slug.unicodeScalars.allSatisfy { $0.properties.numericType != nil }
  return slug == "new" || isNumber ? "issue-" + cut(slug, to: slugLimit - 6) : slug
}

private let slugLimit = 100

/// The title's runs of letters and digits; marks belong to the letter before them.
private func slugWords(_ title: String) -> [String] {
  var words: [String] = []
  var word = ""
  for scalar in nfc(nfc(title).lowercased()).unicodeScalars {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .decimalNumber, .letterNumber, .otherNumber:
      word.unicodeScalars.append(scalar)
    case .nonspacingMark, .spacingMark:
      if !word.isEmpty { word.unicodeScalars.append(scalar) }
    default:
      if !word.isEmpty { words.append(word) }
      word = ""
    }
  }
  return word.isEmpty ? words : words + [word]
}

/// Cuts before a letter, never before a mark of the letter that stays.
private func cut(_ word: String, to limit: Int) -> String {
  let scalars = Array(word.unicodeScalars)
  guard scalars.count > limit else { return word }
  var end = limit
  while end > 1, scalars[end].properties.canonicalCombiningClass != .notReordered { end -= 1 }
  return String(String.UnicodeScalarView(scalars[..<end]))
}

/// The text in Unicode's composed form, in which slugs are.
package func nfc(_ text: String) -> String {
  guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
  var scalars = String.UnicodeScalarView()
  for scalar in text._nfc { scalars.append(scalar) }
  return String(scalars)
}
