/// An item of a list of problems that names one and says what to do: `- **Port in use**: stop the other server`.
struct ListedProblem: Equatable {
  var name: String
  var text: String

  /// Nil unless the item begins with bold type or code and says more behind a colon, dash or line end.
  init?(_ item: String) {
    let mark = ["**", "__", "`"].first(where: item.hasPrefix)
    guard let mark, let close = item.dropFirst(mark.count).firstRange(of: mark) else { return nil }
    let inner = item[item.index(item.startIndex, offsetBy: mark.count)..<close.lowerBound]
    guard !inner.contains("\n") else { return nil }
    let rest = item[close.upperBound...]
    let name = inner.hasSuffix(":") ? inner.dropLast() : inner
    // Emphasis and code inside a sentence are no name.
    let marks = ["\n", ":", " - ", " – ", " — ", " → ", " -> "]
    guard name.count < inner.count || marks.contains(where: rest.hasPrefix) else { return nil }
    let text = rest.drop { $0.isWhitespace || ":-–—→>".contains($0) }
    guard !name.trimmed.isEmpty, !text.isEmpty else { return nil }
    self.name = mark == "`" ? "`\(name)`" : String(name).trimmed
    self.text = String(text).trimmedLines
  }
}
