import Diagnosis
import Store

// Some issues are many problems: a table of messages and what to do, a list of cases. Their fixes name the problem
// that each is for ("**License check failed**: …"), and only that one's is the answer.

extension [Fix] {
  /// The same fixes, with those in front whose problem the lines speak of.
  ///
  /// What counts is the words that tell one problem from the others; without such a word the order stays.
  func led(by evidence: [Evidence]) -> [Fix] {
    let problems = map { fix in fix.problem.map(words) ?? [] }
    guard Set(problems.filter { !$0.isEmpty }).count > 1 else { return self }
    let said = evidence.reduce(into: Set<String>()) { $0.formUnion(words($1.text)) }
    var owners: [String: Int] = [:]
    for problem in Set(problems) { for word in problem { owners[word, default: 0] += 1 } }
    let scores = problems.map { problem -> Double in
      let shared = problem.intersection(said)
      guard shared.contains(where: { owners[$0] == 1 }) else { return 0 }
      return shared.reduce(0) { $0 + 1 / Double(owners[$1]!) }
    }
    return indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.map { self[$0] }
  }
}

extension Fix {
  /// The bold words that the fix begins with, when a colon follows them.
  fileprivate var problem: Substring? {
    guard text.hasPrefix("**"), let end = text.dropFirst(2).firstRange(of: "**") else { return nil }
    let words = text[text.index(text.startIndex, offsetBy: 2)..<end.lowerBound]
    return words.hasSuffix(":") || text[end.upperBound...].hasPrefix(":") ? words : nil
  }
}

private func words(_ text: some StringProtocol) -> Set<String> {
  Set(
    text.lowercased().split { !$0.isLetter && !$0.isNumber }
      .filter { $0.count > 2 || $0.contains(where: \.isNumber) }.map(String.init))
}
