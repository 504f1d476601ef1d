/// A check's rule that cannot be run.
package struct RuleError: Error, Sendable, Equatable {
  /// One sentence that names what is wrong and the way out.
  package var reason: String

  package init(_ reason: String) { self.reason = reason }
}
