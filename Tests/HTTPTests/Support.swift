import HTTP
import Testing

/// What a head comes to: understood, refused, or not complete yet.
enum Parsed: Equatable {
  case head
  case refused(Int, String)
  case incomplete
}

func parse(_ bytes: [UInt8], limits: HeadLimits = HeadLimits()) -> Parsed {
  var parser = RequestParser(limits: limits)
  do {
    return try parser.head(in: bytes.span) == nil ? .incomplete : .head
  } catch {
    return .refused(error.status.code, error.code)
  }
}

/// The head in those bytes, which must be complete.
func head(_ text: String) throws -> RequestHead {
  var parser = RequestParser()
  return try #require(try parser.head(in: Array(text.utf8)[...]))
}

/// A request line in a complete HTTP/1.1 head.
func withLine(_ line: String) -> String { "\(line)\r\nHost: a\r\n\r\n" }

/// Field lines in a complete HTTP/1.1 head, Host included.
func withFields(_ fields: String) -> String { "POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n\r\n" }

/// One row of a table: bytes and what they come to.
struct Case: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let status: Int
  let code: String?

  /// `status` 0 is a head that is understood.
  init(_ name: String, _ text: String, _ status: Int, _ code: String? = nil) {
    self.init(name, bytes: Array(text.utf8), status, code)
  }

  init(_ name: String, bytes: [UInt8], _ status: Int, _ code: String? = nil) {
    self.name = name
    self.bytes = bytes
    self.status = status
    self.code = code
  }

  var testDescription: String { name }

  func check() {
    switch parse(bytes) {
    case .head: #expect(status == 0, "understood: \(name)")
    case .incomplete: Issue.record("incomplete: \(name)")
    case .refused(let found, let foundCode):
      #expect(found == status, "\(name): \(foundCode)")
      if let code { #expect(foundCode == code, "\(name)") }
    }
  }
}

extension RequestParser {
  /// The head at the start of a slice.
  mutating func head(in bytes: ArraySlice<UInt8>) throws(Refusal) -> RequestHead? {
    let bytes = Array(bytes)
    return try head(in: bytes.span)
  }
}
