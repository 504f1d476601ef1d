import Glibc
import HTTP
import Server
import Sockets
import TestSupport
import Testing

/// Broken pipelines, made from seeds. `FIXBOOK_FUZZ` multiplies how many; `make soak` sets it.
private let effort = getenv("FIXBOOK_FUZZ").flatMap { Int(String(cString: $0)) } ?? 1

/// Requests are divided as the standard says or refused: nothing is smuggled past who reads strictly.
@Suite struct FuzzTests {
  private static let interesting = [
    "\r\n", "\n", "\r", "\0", " ", "\t", ":", ";", ",", "0", "5", "\r\n\r\n", "\u{b}", "\"",
    "Content-Length: 5\r\n", "Content-Length: 0\r\n", "content-length:\t5 \r\n",
    "Content-Length : 5\r\n", "Content-Length: +5\r\n", "Content-Length: 5, 5\r\n",
    "Transfer-Encoding: chunked\r\n", "Transfer-Encoding: chunked, identity\r\n",
    "transfer-encoding:chunked\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding:\r\n",
    "Transfer-Encoding: \u{b}chunked\r\n", "Host: b\r\n", "Host:\r\n", " folded\r\n",
    "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n",
    "5;a=\"\r\n\"\r\n",
    "HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "X: y\r\n",
  ].map { Array($0.utf8) }

  private static func request(_ index: Int, _ random: inout Seeded) -> [UInt8] {
    let start = "/\(index) HTTP/1.1\r\nHost: localhost\r\n"
    let text =
      switch Int.random(in: 0..<5, using: &random) {
      case 0: "GET \(start)\r\n"
      case 1: "POST \(start)Content-Length: 5\r\n\r\nhello"
      case 2:
        "POST \(start)Transfer-Encoding: chunked\r\n\r\n2;a=b\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n"
      case 3: "\r\nPUT \(start)X-A: b\r\nContent-Length: 0\r\nAccept: */*\r\n\r\n"
      default: "POST \(start)transfer-encoding:Chunked\r\n\r\nA\r\n0123456789\r\n000\r\n\r\n"
      }
    return Array(text.utf8)
  }

  /// A pipeline with a few mistakes.
  private static func broken(_ random: inout Seeded) -> [UInt8] {
    var bytes = (0..<Int.random(in: 1...4, using: &random)).flatMap { request($0, &random) }
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      let place = Int.random(in: 0..<bytes.count, using: &random)
      let piece = interesting.randomElement(using: &random) ?? []
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: piece, at: place)
      case 3:
        // Where a line begins, a piece is a line of its own.
        let line = bytes[place...].firstIndex(of: 10).map { $0 + 1 } ?? bytes.count
        bytes.insert(contentsOf: piece, at: line)
      case 4: bytes.insert(contentsOf: bytes[..<place].suffix(12), at: place)
      default: bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
      }
      if bytes.isEmpty { bytes = request(9, &random) }
    }
    return bytes
  }

  /// What the parser takes for messages, until it refuses or has no more.
  private static func parsed(_ bytes: [UInt8], _ random: inout Seeded) -> [Oracle.Message] {
    var messages: [Oracle.Message] = []
    var parser = RequestParser()
    var start = 0
    do {
      while start < bytes.count {
        guard let head = try parser.head(in: Array(bytes[start...]).span) else { break }
        start += head.length
        var decoder = try BodyDecoder(head.framing, limit: 1 << 20)
        var body: [UInt8] = []
        while !decoder.isComplete, start < bytes.count {
          let end = min(bytes.count, start + Int.random(in: 1...9, using: &random))
          start += try decoder.decode(Array(bytes[start..<end]).span, into: &body)
        }
        guard decoder.isComplete else { break }
        let query = head.request.rawQuery.map { "?" + $0 } ?? ""
        messages.append(
          Oracle.Message(
            method: head.request.method.name, target: head.request.rawPath + query, body: body,
            end: start))
      }
    } catch {
      // Refused: what came before still counts.
    }
    return messages
  }

  @Test(arguments: 0..<16)
  func `the parser divides bytes as a strict reader does, or refuses`(seed: Int) {
    var random = Seeded(UInt64(1_000 + seed))
    var taken = 0
    for _ in 0..<400 * effort {
      let bytes = Self.broken(&random)
      let expected = Oracle(bytes).messages
      let found = Self.parsed(bytes, &random)
      taken += found.count
      let isSame =
        found.count <= expected.count
        && zip(found, expected).allSatisfy { one, other in
          // The absolute form's path is without its authority.
          one.method == other.method && one.body == other.body && one.end == other.end
            && other.target.hasSuffix(one.target)
        }
      #expect(isSame, "\(shown(bytes))")
      if !isSame { return }
    }
    #expect(taken > 100)
  }

  @Test(arguments: 0..<8)
  func `the server answers what a strict reader finds, in order, and nothing else`(seed: Int)
    throws
  {
    var random = Seeded(UInt64(2_000 + seed))
    let running = try Running {
      $0.deadlines.linger = .milliseconds(20)
      $0.deadlines.head = .milliseconds(500)
      $0.deadlines.body = .milliseconds(500)
    }
    for _ in 0..<30 * effort {
      let bytes = Self.broken(&random)
      let client = try running.client()
      var start = 0
      // The server may well close before it has everything.
      while start < bytes.count {
        let end = min(bytes.count, start + Int.random(in: 1...200, using: &random))
        guard (try? client.send(Array(bytes[start..<end]))) != nil else { break }
        start = end
      }
      client.finishSending()
      var bodies: [String] = []
      while let reply = try? client.response(), reply.status == 200 { bodies.append(reply.body) }
      let expected = Oracle(bytes).messages.map {
        "\($0.method) \($0.target.prefix { $0 != "?" }) \(String(decoding: $0.body, as: UTF8.self))"
      }
      let isSame = bodies.count <= expected.count && zip(bodies, expected).allSatisfy(==)
      #expect(isSame, "\(shown(bytes)): \(bodies)")
      if !isSame { return }
    }
    #expect(running.wait { $0.activeConnections == 0 })
  }

  /// The oracle is no use if it refuses everything.
  @Test func `a strict reader takes what is right`() {
    var random = Seeded(7)
    for _ in 0..<50 {
      let requests = (0..<4).map { Self.request($0, &random) }
      let messages = Oracle(requests.flatMap { $0 }).messages
      #expect(messages.map(\.target) == ["/0", "/1", "/2", "/3"])
      #expect(messages.last?.end == requests.reduce(0) { $0 + $1.count })
    }
  }

  private func shown(_ bytes: [UInt8]) -> String {
    String(decoding: bytes, as: UTF8.self).debugDescription
  }
}
