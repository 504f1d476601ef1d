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

  package struct StringInterpolation: StringInterpolationProtocol {
    var text = ""
    var values: [Value] = []

    package init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 3)
      values.reserveCapacity(interpolationCount)
    }

    package mutating func appendLiteral(_ literal: String) { text += literal }

    package mutating func appendInterpolation(_ value: some SQLValue) {
      values.append(value.sqlValue)
      appendPlace(values.count)
    }

    package mutating func appendInterpolation<T: SQLValue>(_ value: T?) {
      values.append(value?.sqlValue ?? .null)
      appendPlace(values.count)
    }

    private mutating func appendPlace(_ number: Int) {
      text += "$"
      text += String(number)
    }

    /// A part of a statement; its parameters are renumbered.
    package mutating func appendInterpolation(_ part: SQL) {
      let offset = values.count
      if part.values.isEmpty || offset == 0 {
        text += part.text
        values += part.values
        return
      }
      // By bytes: this is done for every statement that runs.
      var rest = part.text[...]
      while let dollar = rest.utf8.firstIndex(of: UInt8(ascii: "$")) {
        text += rest[..<dollar]
        let digits = rest.utf8[rest.utf8.index(after: dollar)...].prefix {
          (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        // Not every dollar sign is a parameter: JSON paths ('$.a') have one too.
        if let number = Int(Substring(digits)) {
          appendPlace(number + offset)
        } else {
          text += "$"
        }
        rest = rest[digits.endIndex...]
      }
      text += rest
      values += part.values
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
