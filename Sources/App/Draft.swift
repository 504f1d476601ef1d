import Diagnosis
import Store

/// What a gap's draft begins with.
enum Draft {
  /// The issue that a gap has become known by since.
  static func issue(answering gap: Gap, _ corpus: StoredCorpus) throws -> Int? {
    let answer = try Matcher().answer(Intake.read(gap.text), corpus: corpus, limit: 1)
    return answer.verdict == .known ? answer.matches.first?.issueID : nil
  }

  /// The message without its prefix and without values that will differ next time, short enough for a
  /// heading.
  static func title(_ line: String) -> String {
    let message = LinePrefix.strip(line).message.filter { !$0.isNewline }
    var words = withoutValues(message)
    while let run = words.firstRange(of: "……") { words.replaceSubrange(run, with: "…") }
    if !words.contains(where: \.isLetter) { words = message }
    if words.allSatisfy(\.isWhitespace) { words = line }
    if words.count > 90 { words = words.prefix(90) + "…" }
    let title = words.drop { $0 == "#" || $0.isWhitespace }
    return title.isEmpty ? "New issue" : String(title)
  }

  /// With "…" in the place of each value. Codes like "E-5521" name the problem and stay, though lines that
  /// differ in one are alike for counting.
  private static func withoutValues(_ message: String) -> String {
    var parts: [String] = []
    var run: [Substring] = []
    func endRun() {
      guard !run.isEmpty else { return }
      let template = Template.of(run.joined(separator: " "))
      parts.append(Template.withoutPlaceholders(template, but: "…"))
      run = []
    }
    for word in message.split(separator: " ") {
      if isCode(word) {
        endRun()
        parts.append(String(word))
      } else {
        run.append(word)
      }
    }
    endRun()
    return parts.joined(separator: " ")
  }

  /// Capitals, perhaps "-" or "_", and digits, with signs around it.
  private static func isCode(_ word: Substring) -> Bool {
    var code = word.drop { !$0.isASCII || !$0.isLetter && !$0.isNumber }
    while let last = code.last, !last.isASCII || !last.isLetter && !last.isNumber {
      code.removeLast()
    }
    let letters = code.prefix { $0.isASCII && $0.isUppercase }
    var digits = code.dropFirst(letters.count)
    if let sign = digits.first, sign == "-" || sign == "_" { digits.removeFirst() }
    return (1...8).contains(letters.count) && (2...6).contains(digits.count)
      && digits.allSatisfy { $0.isASCII && $0.isNumber }
  }

  static func markdown(_ line: String) -> String {
    // A fence longer than any run of backticks in the line.
    let longest = line.split { $0 != "`" }.map(\.count).max() ?? 0
    let fence = String(repeating: "`", count: max(3, longest + 1))
    return
      "- Seen in a log or on a screen; say here how to recognise it\n\n\(fence)sample\n\(line)\n\(fence)"
  }
}
