import Markup

/// Plain text for a terminal.

/// A paragraph, wrapped, with its newline.
func wrapped(_ text: String, _ width: Int, indent: Int = 0, hanging: Int = 0) -> String {
  let first = String(repeating: " ", count: indent)
  let rest = String(repeating: " ", count: indent + hanging)
  var lines: [String] = []
  var line = first
  var isEmpty = true
  for word in text.split(whereSeparator: { $0 == " " || $0 == "\n" }) {
    if !isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = rest
      isEmpty = true
    }
    if !isEmpty { line += " " }
    line += word
    isEmpty = false
  }
  if !isEmpty { lines.append(line) }
  return lines.map { $0 + "\n" }.joined()
}

/// Every line moved right.
func indented(_ text: String, _ columns: Int) -> String {
  let space = String(repeating: " ", count: columns)
  return text.split(separator: "\n", omittingEmptySubsequences: false)
    .map { $0.isEmpty ? "" : space + $0 }.joined(separator: "\n")
}

/// Markdown as text, moved right, without blank lines at its end.
func indentedMarkdown(_ markdown: String, _ width: Int, _ columns: Int) -> String {
  var text = Markdown.plainText(markdown, width: max(20, width - columns))
  while text.hasSuffix("\n") { text.removeLast() }
  return indented(text, columns) + "\n"
}

func heading(_ text: String, _ width: Int) -> String {
  let lines = wrapped(text, width)
  let longest = lines.split(separator: "\n").map(\.count).max() ?? 0
  return lines + String(repeating: "=", count: longest) + "\n"
}

func percent(_ value: Double) -> String { "\(Int((value * 100).rounded())) %" }

/// How sure an answer is: never wholly, since what is judged by words alone may be wrong.
func percentSure(_ confidence: Double) -> String { percent(min(confidence, 0.99)) }

func rounded(_ value: Double, _ places: Int = 3) -> Double {
  let factor = (0..<places).reduce(1.0) { product, _ in product * 10 }
  return (value * factor).rounded() / factor
}

/// "1 issue", "3 issues": the number with its noun, with an s for all but one.
package func counted(_ number: Int, _ noun: String) -> String {
  "\(number) \(noun)\(number == 1 ? "" : "s")"
}
