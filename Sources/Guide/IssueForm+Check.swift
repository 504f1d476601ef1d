extension IssueForm {
  /// What was written must be read as what was meant.
  func misread(as read: IssueForm) -> [Mistake] {
    var mistakes: [Mistake] = []
    let reason =
      "This would be read as something else. Begin it with a word; labels such as **Fix**: and lines "
      + "that begin with # belong into the text form."
    func check(_ meant: [(Field, String)], _ found: [String]) {
      let meant = meant.filter { !$0.1.isBlank }
      for (index, value) in meant.enumerated()
      where found[at: index].map({ !$0.saysTheSame(as: value.1) }) ?? true {
        mistakes.append(.init(field: value.0, reason: reason))
        return
      }
      if found.count > meant.count {
        mistakes.append(.init(field: meant.last?.0, reason: reason))
      }
    }
    check(symptoms.enumerated().map { (.symptom($0), $1) }, read.symptoms)
    check(causes.enumerated().map { (.cause($0), $1) }, read.causes)
    check(fixes.enumerated().map { (.fix($0), $1.text) }, read.fixes.map(\.text))
    let meant = fixes.enumerated().filter { !$1.isEmpty }
    if meant.count == read.fixes.count {
      for (fix, found) in zip(meant, read.fixes) {
        if !fix.1.verify.saysTheSame(as: found.verify) {
          mistakes.append(.init(field: .verify(fix.0), reason: reason))
        }
      }
    }
    check(checks.enumerated().map { (.check($0), $1) }, read.checks)
    check(samples.enumerated().map { (.sample($0), $1.text) }, read.samples.map(\.text))
    for list in List.allCases
    where list.values(lists[list] ?? "") != list.values(read.lists[list] ?? "") {
      mistakes.append(.init(field: .list(list), reason: reason))
    }
    return mistakes
  }
}

extension IssueForm.Fix {
  /// Says nothing to do.
  var isEmpty: Bool { text.isBlank }
}

extension String {
  /// The same words on the same lines; blank lines and indentation apart.
  func saysTheSame(as other: String) -> Bool {
    func words(_ text: String) -> [String] { text.lines.map(\.trimmed).filter { !$0.isEmpty } }
    return self == other || words(self) == words(other)
  }
}
