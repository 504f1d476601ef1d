package struct HTML: Sendable, ExpressibleByStringInterpolation {
  package var text: String
  package init(stringLiteral value: String) { text = value }
  package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }
  package static func raw(_ text: String) -> HTML { HTML(stringLiteral: text) }
  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    package init(literalCapacity: Int, interpolationCount: Int) {}
    package mutating func appendLiteral(_ literal: String) { text += literal }
    package mutating func appendInterpolation(_ value: String) { for c in value { switch c { case "&": text += "&amp;"; case "<": text += "&lt;"; case ">": text += "&gt;"; case "\"": text += "&quot;"; case "'": text += "&#39;"; default: text.append(c) } } }
    package mutating func appendInterpolation(_ value: Int) { text += String(value) }
    package mutating func appendInterpolation(_ value: HTML) { text += value.text }
    package mutating func appendInterpolation(_ value: HTML?) { text += value?.text ?? "" }
    package mutating func appendInterpolation(_ value: [HTML]) { for v in value { text += v.text } }
  }
  package var bytes: [UInt8] { Array(text.utf8) }
}
package enum Markdown {
  package static func html(_ markdown: String) -> HTML { "<pre>\(markdown)</pre>" }
  package static func plainText(_ markdown: String, width: Int = 80) -> String { markdown }
}
