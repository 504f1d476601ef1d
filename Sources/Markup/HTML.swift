/// A piece of HTML. Text that goes into it is escaped, by type: `"<p>\(name)</p>"` escapes a
/// `String` and takes an `HTML` as it is, and a `String` where `HTML` is wanted does not compile.
///
/// Only string literals and `HTML.raw(_:)` put markup in unescaped.
package struct HTML: Sendable, Hashable {
  /// UTF-8, as it is sent.
  package private(set) var bytes: [UInt8]

  /// Nothing.
  package init() { bytes = [] }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// Markup that the caller vouches for. Every use must be findable: do not wrap this.
  package static func raw(_ markup: String) -> HTML { HTML(bytes: Array(markup.utf8)) }

  /// Text, escaped.
  package static func text(_ text: some StringProtocol) -> HTML {
    var html = HTML()
    html.append(text: text)
    return html
  }

  package var string: String { String(decoding: bytes, as: UTF8.self) }
  package var isEmpty: Bool { bytes.isEmpty }

  /// Appends HTML as it is.
  package mutating func append(_ other: HTML) { bytes += other.bytes }
  package static func += (left: inout HTML, right: HTML) { left.append(right) }
  package static func + (left: HTML, right: HTML) -> HTML { HTML(bytes: left.bytes + right.bytes) }

  /// Appends text so that it is text in content and in quoted attributes: `& < > " '` become
  /// references; control characters, which HTML does not allow, become U+FFFD.
  package mutating func append(text: some StringProtocol) {
    var text = String(text)
    text.withUTF8 { buffer in
      var start = 0
      for index in buffer.indices {
        guard let replacement = Self.replacement(buffer, at: index) else { continue }
        bytes.append(contentsOf: buffer[start..<index])
        bytes.append(contentsOf: replacement.text.utf8)
        start = index + replacement.length
      }
      if start < buffer.count { bytes.append(contentsOf: buffer[start...]) }
    }
  }

  private static func replacement(
    _ buffer: UnsafeBufferPointer<UInt8>, at index: Int
  ) -> (text: String, length: Int)? {
    switch buffer[index] {
    case UInt8(ascii: "&"): ("&amp;", 1)
    case UInt8(ascii: "<"): ("&lt;", 1)
    case UInt8(ascii: ">"): ("&gt;", 1)
    case UInt8(ascii: "\""): ("&quot;", 1)
    case UInt8(ascii: "'"): ("&#39;", 1)
    case 0x09, 0x0A: nil
    case 0x00...0x1F, 0x7F: ("\u{FFFD}", 1)
    case 0xC2 where buffer[index + 1] < 0xA0: ("\u{FFFD}", 2)  // U+0080…U+009F
    default: nil
    }
  }
}

extension HTML: ExpressibleByStringInterpolation {
  package init(stringLiteral value: String) { bytes = Array(value.utf8) }

  package init(stringInterpolation: Interpolation) { self = stringInterpolation.html }

  /// What may stand in `\(…)` of an `HTML` literal.
  package struct Interpolation: StringInterpolationProtocol {
    fileprivate var html = HTML()

    package init(literalCapacity: Int, interpolationCount: Int) {
      html.bytes.reserveCapacity(literalCapacity + interpolationCount * 32)
    }

    package mutating func appendLiteral(_ literal: String) {
      html.bytes.append(contentsOf: literal.utf8)
    }

    package mutating func appendInterpolation(_ text: String) { html.append(text: text) }
    package mutating func appendInterpolation(_ text: Substring) { html.append(text: text) }
    package mutating func appendInterpolation(_ character: Character) {
      html.append(text: String(character))
    }
    package mutating func appendInterpolation(_ number: some BinaryInteger) {
      html.append(text: String(number))
    }
    /// Nothing for nil.
    package mutating func appendInterpolation(_ text: String?) {
      if let text { html.append(text: text) }
    }
    /// Nothing for nil.
    package mutating func appendInterpolation(_ number: Int?) {
      if let number { html.append(text: String(number)) }
    }
    package mutating func appendInterpolation(_ other: HTML) { html.append(other) }
    /// Nothing for nil.
    package mutating func appendInterpolation(_ other: HTML?) {
      if let other { html.append(other) }
    }
    /// One after the other.
    package mutating func appendInterpolation(_ parts: [HTML]) {
      for part in parts { html.append(part) }
    }
    /// The markup when the condition holds, else nothing.
    package mutating func appendInterpolation(
      _ markup: @autoclosure () -> HTML, if condition: Bool
    ) {
      if condition { html.append(markup()) }
    }
  }
}

extension Sequence where Element == HTML {
  /// The parts in order, with `separator` between them.
  package func joined(separator: HTML = HTML()) -> HTML {
    var result = HTML()
    var isFirst = true
    for part in self {
      if !isFirst { result.append(separator) }
      isFirst = false
      result.append(part)
    }
    return result
  }
}

extension HTML: CustomStringConvertible {
  package var description: String { string }
}
