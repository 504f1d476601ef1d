import HTTP
import SQLite
import Synchronization

/// Finished responses to anonymous reads of pages that depend on the database alone.
///
/// Exact: an entry counts only while the database is as it was when the page was read, which the
/// file itself tells (`ChangeWatch`), whoever wrote. One commit, of anything, empties the
/// cache, and so does the checkpoint that empties the log a second after the last write.
/// Bounded: two halves; when the younger is full, the older goes, and what was used meanwhile stays.
final class ResponseCache: Sendable {
  /// Everything of a request that such a page may depend on. Nothing else is shown to its handler.
  struct Key: Hashable {
    let path: String
    let query: String?
    let accept: String?
    let acceptEncoding: String?

    var size: Int {
      path.utf8.count + (query?.utf8.count ?? 0) + (accept?.utf8.count ?? 0)
        + (acceptEncoding?.utf8.count ?? 0)
    }

    /// Nil for a request that is not for this cache: who sends a cookie or a token may see more.
    init?(_ request: Request) {
      guard request.method == .get || request.method == .head else { return nil }
      var accept: String?
      var acceptEncoding: String?
      for field in request.headers.fields {
        // By length first: most fields concern nobody.
        switch field.name.utf8.count {
        case 6 where equalIgnoringCase(field.name, "Accept"):
          guard accept == nil else { return nil }
          accept = field.value
        case 15 where equalIgnoringCase(field.name, "Accept-Encoding"):
          guard acceptEncoding == nil else { return nil }
          acceptEncoding = field.value
        case 6 where equalIgnoringCase(field.name, "Cookie"),
          13 where equalIgnoringCase(field.name, "Authorization"):
          return nil
        default: break
        }
      }
      path = request.rawPath
      query = request.rawQuery
      self.accept = accept
      self.acceptEncoding = acceptEncoding
    }

    /// The request as the page's handler may see it.
    func request(for original: Request) -> Request {
      var headers = HeaderFields()
      if let accept { headers.add("Accept", accept) }
      if let acceptEncoding { headers.add("Accept-Encoding", acceptEncoding) }
      return Request(
        method: .get, rawPath: path, segments: original.segments, rawQuery: query,
        headers: headers)
    }
  }

  private struct Entries {
    /// What `young` and `old` hold is of this state of the database.
    var stamp: ChangeWatch.Stamp?
    var young: [Key: Response] = [:]
    var old: [Key: Response] = [:]
    var youngSize = 0
    var oldSize = 0
    var hits = 0
  }

  private let changes: ChangeWatch
  private let limit: Int
  private let entries = Mutex(Entries())
  /// Beside the bytes of a response: its key, fields and places in tables, generously.
  private static let overhead = 2_048

  /// Holds about `limit` bytes at most. Nil where changes can't be seen.
  init?(_ changes: ChangeWatch?, limit: Int) {
    guard let changes, limit > 0 else { return nil }
    self.changes = changes
    self.limit = limit
  }

  /// To be taken before a page is read, and given to `insert` with it.
  var stamp: ChangeWatch.Stamp? { changes.stamp }

  /// The response to that request, if the database has not changed since it was made.
  func response(for key: Key) -> Response? {
    guard let stamp = changes.stamp else { return nil }
    return entries.withLock { entries in
      guard entries.stamp == stamp else { return nil }
      if let response = entries.young[key] {
        entries.hits += 1
        return response
      }
      guard let response = entries.old.removeValue(forKey: key) else { return nil }
      entries.hits += 1
      let size = Self.size(key, response)
      entries.oldSize -= size
      add(response, key, size, to: &entries)
      return response
    }
  }

  /// Keeps a response that was made after the database had that `stamp`.
  func insert(_ response: Response, for key: Key, stamp: ChangeWatch.Stamp) {
    let size = Self.size(key, response)
    guard size <= limit / 8, changes.stamp == stamp else { return }
    entries.withLock { entries in
      if entries.stamp != stamp { entries = Entries(stamp: stamp, hits: entries.hits) }
      if entries.young[key] == nil { add(response, key, size, to: &entries) }
    }
  }

  private func add(_ response: Response, _ key: Key, _ size: Int, to entries: inout Entries) {
    if entries.youngSize + size > limit / 2 {
      entries.old = entries.young
      entries.oldSize = entries.youngSize
      entries.young = [:]
      entries.youngSize = 0
    }
    entries.young[key] = response
    entries.youngSize += size
  }

  private static func size(_ key: Key, _ response: Response) -> Int {
    guard case .bytes(let body) = response.body else { return Int.max }
    return body.count + key.size + overhead
  }

  /// Responses and bytes held, and how many requests were answered from here.
  var load: (responses: Int, bytes: Int, hits: Int) {
    entries.withLock {
      ($0.young.count + $0.old.count, $0.youngSize + $0.oldSize, $0.hits)
    }
  }
}
