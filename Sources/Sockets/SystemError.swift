import Glibc

/// A system call that failed: which, and its errno.
package struct SystemError: Error, Sendable, Equatable, CustomStringConvertible {
  package let call: String
  package let code: Int32
  /// What it was done to (an address, a path), if that helps.
  package let subject: String?

  package init(_ call: String, _ code: Int32 = errno, subject: String? = nil) {
    self.call = call
    self.code = code
    self.subject = subject
  }

  package var description: String {
    let reason = String(cString: strerror(code))
    guard let subject else { return "\(call): \(reason)" }
    return "\(call) \(subject): \(reason)"
  }
}
