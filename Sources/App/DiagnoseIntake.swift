import Diagnosis
import HTTP
import Synchronization

/// Takes the body of a diagnose request as it arrives. JSON is collected; the field of a form
/// and anything else is read as a stream, whatever its Content-Type says (curl says urlencoded).
final class DiagnoseIntake: BodySink {
  private enum Mode {
    case text
    case json
    case form(MultipartReader)
  }

  private struct State {
    var mode: Mode
    var intake = Intake()
    var bytes = 0
    var json: [UInt8] = []
    /// The first field of a form that is none of ours.
    var foreign: String?
  }

  /// The fields of a form that hold the text.
  static let formFields = ["text", "file"]

  private let state: Mutex<State>

  init(contentType: String?) {
    let type = contentType ?? ""
    let name = trimmed(type.split(separator: ";").first ?? "").lowercased()
    let mode: Mode
    if name == "application/json" {
      mode = .json
    } else if name == "multipart/form-data", let boundary = MultipartReader.boundary(of: type) {
      mode = .form(MultipartReader(boundary: boundary))
    } else {
      mode = .text
    }
    state = Mutex(State(mode: mode))
  }

  func consume(_ bytes: [UInt8]) {
    state.withLock { state in
      switch state.mode {
      case .text:
        state.bytes += bytes.count
        state.intake.feed(bytes)
      case .json: state.json += bytes
      case .form(var reader):
        // The reader is moved out while it works, so that it is not copied.
        state.mode = .json
        reader.feed(bytes) { name, part in
          guard DiagnoseIntake.formFields.contains(name) else {
            if state.foreign == nil { state.foreign = name }
            return
          }
          state.bytes += part.count
          state.intake.feed(part)
        }
        state.mode = .form(reader)
      }
    }
  }

  /// What was sent: JSON yet to be read, or the text.
  enum Result {
    case json([UInt8])
    case text(PastedText)
    case tooLarge
    case brokenForm
    /// A form without a text, but with this field.
    case foreignForm(field: String)
  }

  func finish() -> Result {
    state.withLock { state in
      if case .json = state.mode {
        return state.json.count > Limits.text ? .tooLarge : .json(state.json)
      }
      if case .form(let reader) = state.mode, !reader.isComplete { return .brokenForm }
      if state.bytes > Limits.text { return .tooLarge }
      if state.bytes == 0, let field = state.foreign { return .foreignForm(field: field) }
      return .text(state.intake.finish())
    }
  }
}

/// Reads `multipart/form-data` (RFC 7578) as a stream.
struct MultipartReader {
  private enum Place { case preamble, headers, body, end }

  private let delimiter: [UInt8]
  private var place = Place.preamble
  private var buffer: [UInt8] = Array("\r\n".utf8)
  private var name: String?

  init(boundary: String) { delimiter = Array(("\r\n--" + boundary).utf8) }

  /// RFC 2046 §5.1.1; nil when there is none.
  static func boundary(of contentType: String) -> String? {
    for parameter in contentType.split(separator: ";").dropFirst() {
      let pair = trimmed(parameter).split(separator: "=", maxSplits: 1)
      guard pair.count == 2, equalIgnoringCase(String(pair[0]), "boundary") else { continue }
      var value = pair[1]
      if value.hasPrefix("\""), value.hasSuffix("\""), value.count >= 2 {
        value = value.dropFirst().dropLast()
      }
      return value.isEmpty || value.utf8.count > 70 ? nil : String(value)
    }
    return nil
  }

  /// The closing delimiter was seen.
  var isComplete: Bool { place == .end }

  /// Calls `part` with pieces of each named field's content.
  mutating func feed(_ bytes: [UInt8], part: (String, [UInt8]) -> Void) {
    buffer += bytes
    while true {
      switch place {
      case .preamble:
        guard let found = firstRange(of: delimiter, in: buffer) else {
          keepTail()
          return
        }
        guard enterPart(after: found + delimiter.count) else { return }
      case .headers:
        guard let end = firstRange(of: Array("\r\n\r\n".utf8), in: buffer) else {
          if buffer.count > 16_384 { place = .end }
          return
        }
        name = MultipartReader.fieldName(String(decoding: buffer[..<end], as: UTF8.self))
        // The last CRLF may begin the next delimiter of an empty field.
        buffer.removeFirst(end + 2)
        place = .body
        skipsBlank = true
      case .body:
        if skipsBlank {
          guard buffer.count >= 2 else { return }
        }
        if let found = firstRange(of: delimiter, in: buffer) {
          emit(upTo: found, part)
          guard enterPart(after: delimiter.count) else { return }
        } else {
          let safe = buffer.count - delimiter.count
          if safe > 2 { emit(upTo: safe, part) }
          return
        }
      case .end:
        buffer.removeAll()
        return
      }
    }
  }

  /// The CRLF that ends the headers is still at the buffer's start.
  private var skipsBlank = false

  private mutating func emit(upTo end: Int, _ part: (String, [UInt8]) -> Void) {
    let start = skipsBlank ? min(2, end) : 0
    if end > start, let name { part(name, Array(buffer[start..<end])) }
    if end > 0 { skipsBlank = false }
    buffer.removeFirst(end)
  }

  /// After a delimiter: "--" ends the body, a line end begins a part. False when more is needed.
  private mutating func enterPart(after place: Int) -> Bool {
    guard buffer.count >= place + 2 else {
      // Wait with the delimiter still in the buffer.
      return false
    }
    if buffer[place] == 0x2d, buffer[place + 1] == 0x2d {
      self.place = .end
    } else {
      guard let end = firstRange(of: Array("\r\n".utf8), in: Array(buffer[place...])) else {
        return false
      }
      buffer.removeFirst(place + end + 2)
      self.place = .headers
    }
    return true
  }

  private mutating func keepTail() {
    if buffer.count > delimiter.count { buffer.removeFirst(buffer.count - delimiter.count) }
  }

  private static func fieldName(_ headers: String) -> String? {
    for line in headers.split(separator: "\r\n")
    where line.lowercased().hasPrefix("content-disposition:") {
      for parameter in line.split(separator: ";").dropFirst() {
        let pair = trimmed(parameter).split(separator: "=", maxSplits: 1)
        if pair.count == 2, pair[0] == "name" {
          return String(pair[1].filter { $0 != "\"" })
        }
      }
    }
    return nil
  }
}

private func firstRange(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
  guard bytes.count >= pattern.count else { return nil }
  return bytes.withUnsafeBufferPointer { bytes in
    pattern.withUnsafeBufferPointer { pattern in
      var index = 0
      let last = bytes.count - pattern.count
      while index <= last {
        if bytes[index] == pattern[0] {
          var offset = 1
          while offset < pattern.count, bytes[index + offset] == pattern[offset] { offset += 1 }
          if offset == pattern.count { return index }
        }
        index += 1
      }
      return nil
    }
  }
}
