import HTTP
import TestSupport
import Testing

private let rawRequest = Array(
  """
  POST /caf%C3%A9/b?c=d HTTP/1.1\r
  Host: localhost:8080\r
  User-Agent: curl/8.0\r
  Accept: */*\r
  Content-Length: 5\r
  Expect: 100-continue\r
  \r
  hello
  """.utf8)
private let headLength = rawRequest.count - 5

@Suite struct PieceTests {
  @Test(arguments: 1..<rawRequest.count)
  func `a request split at any byte parses the same`(at cut: Int) throws {
    var parser = RequestParser()
    let first = try parser.head(in: rawRequest[..<cut])
    #expect((first == nil) == (cut < headLength))
    let head = try #require(try first ?? parser.head(in: rawRequest[...]))
    #expect(head.length == headLength)
    #expect(head.framing == .length(5))
    #expect(head.request.segments == ["café", "b"])
    #expect(head.request.headers.fields.count == 5)
  }

  @Test func `a request byte by byte parses the same`() throws {
    var parser = RequestParser()
    for end in 1..<headLength { #expect(try parser.head(in: rawRequest[..<end]) == nil) }
    #expect(try parser.head(in: rawRequest[...])?.length == headLength)
  }

  @Test func `a pipeline of a hundred is read one by one`() throws {
    let bytes = (0..<100).flatMap { Array("GET /\($0) HTTP/1.1\r\nHost: a\r\n\r\n".utf8) }
    var parser = RequestParser()
    var start = 0
    for index in 0..<100 {
      let head = try #require(try parser.head(in: bytes[start...]))
      #expect(head.request.segments == ["\(index)"])
      start += head.length
    }
    #expect(start == bytes.count)
  }

  @Test(arguments: [
    8_100, 8_191, 8_192, 8_193, 8_246, 8_247, 8_255, 8_256, 8_257, 9_000, 20_000, 33_000,
  ])
  func `a long line comes to the same end however it is cut`(length: Int) {
    let long = String(repeating: "a", count: length)
    for line in ["GET /\(long) HTTP/1.1", "\(long) / HTTP/1.1", "GET / \(long)", "\(long)"] {
      let bytes = Array("\(line)\r\nHost: a\r\n\r\n".utf8)
      let whole = parse(bytes)
      let end = line.utf8.count
      for cuts in [[end - 1], [end], [end + 1], Array(stride(from: 1, to: bytes.count, by: 7))] {
        #expect(pieced(bytes, cutAt: cuts) == whole, "\(line.prefix(12)) \(cuts.prefix(2))")
      }
    }
  }

  private func pieced(_ bytes: [UInt8], cutAt cuts: [Int]) -> Parsed {
    var parser = RequestParser()
    do {
      for end in cuts + [bytes.count] where try parser.head(in: bytes[..<end]) != nil {
        return .head
      }
      return .incomplete
    } catch {
      return .refused(error.status.code, error.code)
    }
  }

  @Test(arguments: 0..<40)
  func `mutated requests come to the same end however they are cut`(seed: Int) {
    var random = Seeded(UInt64(seed))
    for _ in 0..<50 {
      var bytes = rawRequest
      for _ in 0..<Int.random(in: 1...4, using: &random) { mutate(&bytes, &random) }
      let whole = parse(bytes)
      var parser = RequestParser()
      var pieced = Parsed.incomplete
      var end = 0
      while pieced == .incomplete, end < bytes.count {
        end = min(bytes.count, end + Int.random(in: 1...40, using: &random))
        do {
          if try parser.head(in: bytes[..<end]) != nil { pieced = .head }
        } catch {
          pieced = .refused(error.status.code, error.code)
        }
      }
      #expect(pieced == whole, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }
  }

  private func mutate(_ bytes: inout [UInt8], _ random: inout Seeded) {
    let place = Int.random(in: 0..<bytes.count, using: &random)
    let interesting: [UInt8] = [0, 9, 10, 13, 32, 37, 44, 46, 47, 58, 59, 63, 127, 128, 195, 255]
    let byte = interesting.randomElement(using: &random) ?? 0
    switch Int.random(in: 0..<4, using: &random) {
    case 0: bytes[place] = byte
    case 1: bytes.insert(byte, at: place)
    case 2: bytes.remove(at: place)
    default: bytes.insert(contentsOf: bytes[..<place].suffix(8), at: place)
    }
  }
}
