import HTTP
import Testing

/// Chunked bytes, and their content or the code of the refusal.
struct ChunkCase: Sendable, CustomTestStringConvertible {
  let bytes: String
  let content: String?
  let code: String?

  init(_ bytes: String, _ content: String) {
    (self.bytes, self.content, code) = (bytes, content, nil)
  }

  init(_ bytes: String, refused code: String) {
    (self.bytes, content, self.code) = (bytes, nil, code)
  }

  var testDescription: String { bytes.debugDescription }
}

let chunkCases = [
  ChunkCase("0\r\n\r\n", ""), ChunkCase("3\r\nabc\r\n0\r\n\r\n", "abc"),
  ChunkCase("1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", "abc"), ChunkCase("000\r\n\r\n", ""),
  ChunkCase("0003\r\nabc\r\n0\r\n\r\n", "abc"),
  ChunkCase("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
  ChunkCase("A\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
  ChunkCase("2\r\n\r\n\r\n0\r\n\r\n", "\r\n"),
  ChunkCase("3;a\r\nabc\r\n0;b=c\r\n\r\n", "abc"),
  ChunkCase("3;a=\"b;\\\"c\"\r\nabc\r\n0\r\n\r\n", "abc"),
  ChunkCase("3 ; a = b ; c\r\nabc\r\n0\r\n\r\n", "abc"),
  ChunkCase("3;a=\"\";b\r\nabc\r\n0\r\n\r\n", "abc"),
  ChunkCase("3\r\nabc\r\n0\r\nA: b\r\n\r\n", "abc"), ChunkCase("0\r\nA:\r\nB: c\td\r\n\r\n", ""),
  ChunkCase("", refused: "incomplete"), ChunkCase("3\r\nab", refused: "incomplete"),
  ChunkCase("0\r\n", refused: "incomplete"), ChunkCase("\r\n", refused: "bad_chunk"),
  ChunkCase("x\r\n", refused: "bad_chunk"), ChunkCase("-1\r\n", refused: "bad_chunk"),
  ChunkCase("+3\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("0x3\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase(" 3\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3 \r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3\nabc\r\n", refused: "bad_chunk"), ChunkCase("3\rabc", refused: "bad_chunk"),
  ChunkCase("3\r\nabc0\r\n\r\n", refused: "bad_chunk"),
  ChunkCase("3\r\nabcd\r\n", refused: "bad_chunk"),
  ChunkCase("3\r\nabc\n0\r\n\r\n", refused: "bad_chunk"),
  ChunkCase("3\r\nabc\r0\r\n", refused: "bad_chunk"),
  ChunkCase("3;\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3;a=\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3;a b\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3;a=\"b\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3;a\nabc\r\n", refused: "bad_chunk"), ChunkCase("3;a\0\r\nabc", refused: "bad_chunk"),
  ChunkCase("3,a\r\nabc\r\n", refused: "bad_chunk"),
  ChunkCase("3;a=\"b\"c\r\n", refused: "bad_chunk"),
  ChunkCase("0000000000000000\r\n", refused: "bad_chunk"),
  ChunkCase("10000000000000000\r\n", refused: "bad_chunk"),
  ChunkCase("fffffffffffffff\r\n", refused: "content_too_large"),
  ChunkCase("65\r\n", refused: "content_too_large"),
  ChunkCase("0\r\nA\r\n\r\n", refused: "bad_trailer"),
  ChunkCase("0\r\nA : b\r\n\r\n", refused: "bad_trailer"),
  ChunkCase("0\r\n A: b\r\n\r\n", refused: "bad_trailer"),
  ChunkCase("0\r\nA: b\n\r\n", refused: "bad_trailer"),
  ChunkCase("0\r\nA: b\0\r\n\r\n", refused: "bad_trailer"),
  ChunkCase("0\r\n\n", refused: "bad_trailer"),
  ChunkCase("0\r\n\rA", refused: "bad_trailer"),
  ChunkCase("0\r\nA: b\r\n c\r\n\r\n", refused: "bad_trailer"),
]

/// Decodes pieces; the content, or the code of the refusal.
private func decode(_ pieces: [ArraySlice<UInt8>], limit: Int = 100) -> (String?, String?) {
  do {
    var decoder = try BodyDecoder(.chunked, limit: limit)
    var content: [UInt8] = []
    for piece in pieces where !decoder.isComplete {
      _ = try decoder.decode(Array(piece).span, into: &content)
    }
    guard decoder.isComplete else { return (nil, "incomplete") }
    return (String(decoding: content, as: UTF8.self), nil)
  } catch {
    return (nil, error.code)
  }
}

@Suite struct BodyTests {
  @Test(arguments: chunkCases)
  func `chunks are taken out of their framing, whole and cut anywhere`(_ row: ChunkCase) {
    let bytes = Array(row.bytes.utf8)
    for cut in 0...bytes.count {
      let (content, code) = decode([bytes[..<cut], bytes[cut...]])
      #expect(content == row.content, "cut at \(cut)")
      #expect(code == row.code, "cut at \(cut)")
    }
    let (content, code) = decode(bytes.indices.map { bytes[$0...$0] })
    #expect(content == row.content && code == row.code)
  }

  @Test func `what follows a body is left alone`() throws {
    var content: [UInt8] = []
    var chunked = try BodyDecoder(.chunked, limit: 9)
    #expect(try chunked.decode(Array("1\r\na\r\n0\r\n\r\nGET".utf8).span, into: &content) == 11)
    var counted = try BodyDecoder(.length(2), limit: 9)
    #expect(try counted.decode(Array("bcGET".utf8).span, into: &content) == 2)
    #expect(counted.isComplete)
    #expect(content == Array("abc".utf8))
  }

  @Test func `a body without length is complete at once`() throws {
    #expect(try BodyDecoder(.none, limit: 0).isComplete)
    #expect(try BodyDecoder(.length(0), limit: 0).isComplete)
  }

  @Test func `a length above the limit is refused before anything is read`() throws {
    #expect(throws: Refusal.contentTooLarge(limit: 10)) {
      _ = try BodyDecoder(.length(11), limit: 10)
    }
    #expect(try BodyDecoder(.length(10), limit: 10).remaining == 10)
  }

  @Test func `chunks are counted together`() {
    let chunks = Array(String(repeating: "4\r\nabcd\r\n", count: 3).utf8) + Array("0\r\n\r\n".utf8)
    #expect(decode([chunks[...]], limit: 12).1 == nil)
    #expect(decode([chunks[...]], limit: 11).1 == "content_too_large")
  }

  @Test func `extensions and trailers are bounded over the whole body`() {
    let extended = "1;a=\(String(repeating: "b", count: 1000))\r\nx\r\n"
    let many = Array(String(repeating: extended, count: 20).utf8)
    #expect(decode([many[...]]).1 == "bad_chunk")
    let trailers = Array(("0\r\n" + String(repeating: "A: bcdefgh\r\n", count: 1000)).utf8)
    #expect(decode([trailers[...]]).1 == "trailers_too_large")
  }
}
