/// What a check asks of a value: `length 33..256`, `matches ^[a-z]+$`, `base64 of JSON` …
package indirect enum Rule: Sendable, Equatable {
  /// Unicode scalars, as JSON Schema and most services count characters.
  case length(Bounds<Int>)
  case matches(Pattern)
  case integer(Bounds<Int>, unit: String?)
  case number(Bounds<Double>, unit: String?)
  case oneOf([String])
  case base64
  case base64OfJSON
  case json
  case startsWith(String)
  case endsWith(String)
  case contains(String)
  case equals(String)
  case not(Rule)

  /// A range that may be open at either end.
  package struct Bounds<Value: Comparable & Sendable>: Sendable, Equatable {
    package var low: Value?
    package var high: Value?

    package init(_ low: Value?, _ high: Value?) {
      self.low = low
      self.high = high
    }

    package func contains(_ value: Value) -> Bool {
      (low.map { $0 <= value } ?? true) && (high.map { value <= $0 } ?? true)
    }
  }

  /// Values longer than this (in bytes) are refused rather than looked at.
  package static let valueLimit = 1024 * 1024
}

extension Rule.Bounds: CustomStringConvertible {
  package var description: String {
    switch (low, high) {
    case (let low?, let high?): low == high ? "\(low)" : "\(low)..\(high)"
    case (let low?, nil): "\(low).."
    case (nil, let high?): "..\(high)"
    case (nil, nil): ".."
    }
  }
}
