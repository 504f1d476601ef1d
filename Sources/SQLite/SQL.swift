/// A statement's text with its values apart: what is interpolated becomes a
/// parameter `$1`, `$2` …, never text, so that no value can change a statement.
package struct SQL: ExpressibleByStringInterpolation, Sendable {
  package var text: String
  package var values: [Value]

  package init(stringLiteral text: String) {
    self.text = text
    values = []
  }

  package init(stringInterpolation: StringInterpolation) {
    text = stringInterpolation.text
    values = stringInterpolation.values
  }

  /// Text known to be safe (built from constants of ours) with its values.
  package init(trusted text: String, values: [Value] = []) {
    self.text = text
    self.values = values
  }

  package static func + (left: SQL, right: SQL) -> SQL {
    var interpolation = StringInterpolation(literalCapacity: 0, interpolationCount: 0)
    interpolation.appendInterpolation(left)
    interpolation.appendInterpolation(right)
    return SQL(stringInterpolation: interpolation)
  }

  /// Puts a statement together as bytes: this is done for every statement that runs.
  package struct StringInterpolation: StringInterpolationProtocol {
    private var bytes: [UInt8] = []
    private(set) var values: [Value] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      bytes.reserveCapacity(literalCapacity + interpolationCount * 3)
      values.reserveCapacity(interpolationCount)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func appendLiteral(_ literal: String) {
      bytes.append(contentsOf: literal.utf8)
    }

    package mutating func appendInterpolation(_ value: String) { append(.text(value)) }
    package mutating func appendInterpolation(_ value: Int) { append(.integer(Int64(value))) }

    package mutating func appendInterpolation(_ value: some SQLValue) { append(value.sqlValue) }

    package mutating func appendInterpolation<T: SQLValue>(_ value: T?) {
      append(value?.sqlValue ?? .null)
    }

    private mutating func append(_ value: Value) {
      values.append(value)
      appendPlace(values.count)
    }

    private mutating func appendPlace(_ number: Int) {
      bytes.append(UInt8(ascii: "$"))
      if number < 10 {
        bytes.append(UInt8(ascii: "0") + UInt8(number))
      } else {
        bytes.append(contentsOf: String(number).utf8)
      }
    }

    /// A part of a statement; its parameters are renumbered.
    package mutating func appendInterpolation(_ part: SQL) {
      let offset = values.count
      values += part.values
      if part.values.isEmpty || offset == 0 {
        bytes.append(contentsOf: part.text.utf8)
        return
      }
      var rest = part.text.utf8[...]
      while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
        bytes.append(contentsOf: rest[..<dollar])
        let digits = rest[rest.index(after: dollar)...].prefix {
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        // Not every dollar sign is a parameter: JSON paths ('$.a') have one too.
        if let number = Int(Substring(digits)) {
          appendPlace(number + offset)
        } else {
          bytes.append(UInt8(ascii: "$"))
        }
        rest = rest[digits.endIndex...]
      }
      bytes.append(contentsOf: rest)
    }
  }
}

/// One of SQLite's five storage classes (https://www.sqlite.org/datatype3.html).
package enum Value: Sendable, Equatable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

package protocol SQLValue {
  var sqlValue: Value { get }
}

extension Value: SQLValue { package var sqlValue: Value { self } }
extension Int: SQLValue { package var sqlValue: Value { .integer(Int64(self)) } }
extension Int64: SQLValue { package var sqlValue: Value { .integer(self) } }
extension Bool: SQLValue { package var sqlValue: Value { .integer(self ? 1 : 0) } }
extension Double: SQLValue { package var sqlValue: Value { .real(self) } }
extension String: SQLValue { package var sqlValue: Value { .text(self) } }
extension [UInt8]: SQLValue { package var sqlValue: Value { .blob(self) } }
