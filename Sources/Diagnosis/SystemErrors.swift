/// What the system says when a call fails (`strerror`, errno(3)), and resolvers in its manner
/// (`gai_strerror`, getaddrinfo(3)): the same words in every program and language.
///
/// Such a text is a name, although it is made of everyday words: an issue about one failure is not about
/// another because both speak of a connection.
enum SystemErrors {
  /// The tokens of each such text in a line.
  static func texts(in line: String) -> [[String]] {
    let line = line.lowercased()
    return all.filter { contains(line, $0.text) }.map(\.tokens)
  }

  private static let all: [(text: String, tokens: [String])] = """
    connection refused, connection timed out, connection reset by peer, no route to host,
    network is unreachable, host is down, address already in use, broken pipe,
    name or service not known, temporary failure in name resolution,
    permission denied, operation not permitted, read-only file system,
    no such file or directory, is a directory, file exists, no space left on device,
    disk quota exceeded, too many open files, cannot allocate memory, device or resource busy,
    text file busy, exec format error, argument list too long, bad file descriptor
    """.split(whereSeparator: { $0 == "," || $0 == "\n" }).compactMap {
      let text = $0.trimmingPrefix { $0 == " " }
      return text.isEmpty ? nil : (String(text), Analyzer.tokens(of: String(text)).map(\.text))
    }

  /// By bytes, which is much quicker than by characters.
  private static func contains(_ line: String, _ text: String) -> Bool {
    line.utf8.withContiguousStorageIfAvailable { line in
      text.utf8.withContiguousStorageIfAvailable { text in
        guard line.count >= text.count else { return false }
        return (0...line.count - text.count).contains { start in
          line[start] == text[0]
            && line[start..<start + text.count].elementsEqual(text)
        }
      }
    }.flatMap { $0 } ?? false
  }
}
