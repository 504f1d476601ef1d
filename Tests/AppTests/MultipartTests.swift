import Foundation
import Testing

@testable import App

/// Feeds a body in the pieces given and collects its fields.
private func read(_ pieces: [[UInt8]], boundary: String = "XX") -> (
  fields: [String: String], isComplete: Bool
) {
  var reader = MultipartReader(boundary: boundary)
  var fields: [String: [UInt8]] = [:]
  for piece in pieces { reader.feed(piece) { fields[$0, default: []] += $1 } }
  return (fields.mapValues { String(decoding: $0, as: UTF8.self) }, reader.isComplete)
}

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

private let whole = bytes(
  "preamble\r\n--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nfirst\r\n--X no\r\n-\r\n--XY\r\nlast\r\n"
    + "--XX  \r\ncontent-disposition: form-data; filename=\"a;b.log\"; name=\"file\"\r\nContent-Type: text/plain\r\n\r\n"
    + "\r\n\r\n--\r\n--XX\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--XX--\r\nepilogue --XX"
)

private let wanted = ["text": "first\r\n--X no\r\n-\r\n--XY\r\nlast", "file": "\r\n\r\n--"]

struct MultipartTests {
  @Test func `a body is read`() {
    let (fields, isComplete) = read([whole])
    #expect(isComplete)
    #expect(fields.filter { !$0.value.isEmpty } == wanted)
  }

  @Test(arguments: 0...whole.count)
  func `a body cut in two at any byte reads the same`(cut: Int) {
    let (fields, isComplete) = read([Array(whole[..<cut]), Array(whole[cut...])])
    #expect(isComplete)
    #expect(fields.filter { !$0.value.isEmpty } == wanted)
  }

  @Test(arguments: 1...9)
  func `a body in small pieces reads the same`(size: Int) {
    let pieces = stride(from: 0, to: whole.count, by: size).map {
      Array(whole[$0..<min($0 + size, whole.count)])
    }
    let (fields, isComplete) = read(pieces)
    #expect(isComplete)
    #expect(fields.filter { !$0.value.isEmpty } == wanted)
  }

  @Test func `a body without its end is not complete, wherever it is cut`() throws {
    let end = try #require(String(decoding: whole, as: UTF8.self).range(of: "--XX--"))
    let last = String(decoding: whole, as: UTF8.self)[..<end.lowerBound].utf8.count + 6
    for cut in 0..<last { #expect(!read([Array(whole[..<cut])]).isComplete, "\(cut)") }
    #expect(read([Array(whole[..<last])]).isComplete)
  }

  @Test func `a field that is long does not grow the buffer's work`() {
    let long = [UInt8](repeating: 0x61, count: 3_000_000)
    let (fields, isComplete) = read([
      bytes("--XX\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\n"), long, long,
      bytes("\r\n--XX--"),
    ])
    #expect(isComplete)
    #expect(fields["text"]?.utf8.count == 6_000_000)
  }

  @Test(arguments: [
    ("multipart/form-data; boundary=XX", "XX"), ("multipart/form-data; boundary=\"a b\"", "a b"),
    ("multipart/form-data;charset=utf-8;BOUNDARY=q", "q"), ("multipart/form-data", nil),
    ("multipart/form-data; boundary=", nil),
    ("multipart/form-data; boundary=" + String(repeating: "x", count: 71), nil),
  ])
  func `the boundary is read from the type`(type: String, boundary: String?) {
    #expect(MultipartReader.boundary(of: type) == boundary)
  }
}
