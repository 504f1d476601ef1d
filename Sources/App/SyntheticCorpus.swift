import Guide
package import Store

/// Issues made by a rule, for measuring: three symptoms and one or two fixes each, words by Zipf's
/// law, so that "error" stands in almost every one. The same number gives the same issue.
package enum SyntheticCorpus {
  package static let guide = "synthetic"

  /// Adds issues of those numbers; issue n is titled "Issue n: …".
  package static func add(_ numbers: ClosedRange<Int>, to writing: Writing) throws {
    if try writing.reading.guide(guide) == nil {
      _ = try writing.importGuide(
        GuideFile(layout: .sections, title: "Synthetic", head: "# Synthetic\n\n"),
        shape: .sections, sections: [])
    }
    for number in numbers {
      var random = SplitMix(UInt64(number))
      let title = "Issue \(number): " + sentence(4, &random)
      var markdown = ""
      for _ in 0..<3 { markdown += "- error: \(sentence(9, &random)) E\(number)\n" }
      for _ in 0..<(number % 2 + 1) { markdown += "- **Fix**: \(sentence(12, &random))\n" }
      _ = try writing.createIssue(
        guide: guide,
        IssueText(title: title, section: "Section \(number % 20)", markdown: markdown),
        comment: "generated")
    }
  }

  private static func sentence(_ count: Int, _ random: inout SplitMix) -> String {
    (0..<count).map { _ in word(&random) }.joined(separator: " ")
  }

  /// Rank by Zipf's law with exponent 1 over 200,000 words: exp of a uniform number.
  private static func word(_ random: inout SplitMix) -> String {
    var rank = 1.0
    let steps = Double(random.next() >> 11) / Double(1 << 53) * 17.6
    for _ in 0..<Int(steps) { rank *= 2 }
    rank *= 1 + (steps - steps.rounded(.down))
    let number = min(Int(rank), 200_000)
    return "w"
      + String(number, radix: 26).map { digit in
        String(Character(Unicode.Scalar(UInt8(ascii: "a") + UInt8(digit.hexDigitOrLetter))))
      }.joined()
  }
}

extension Character {
  /// 0…25 for the digits of base 26.
  fileprivate var hexDigitOrLetter: Int { Int(String(self), radix: 26) ?? 0 }
}
