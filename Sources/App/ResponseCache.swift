import HTTP
import Store
import Synchronization
import Threads

/// Finished responses to anonymous reads of pages that depend on the database alone.
///
/// Exact: an entry counts only while the content that its page is made of is in the state it was in
/// before the page was read, which the file itself tells (`ContentWatch`), whoever wrote. Commits of
/// anything else (diagnoses, reports, sessions) leave it alone. Bounded: see `Recent`.
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

  private struct Entry {
    let response: Response
    /// What the page was made of.
    let part: ContentState.Part
    let state: ContentState
  }

  private struct Entries {
    var recent: Recent<Key, Entry>
    var hits = 0
  }

  private let content: ContentWatch
  private let entries: Mutex<Entries>
  /// Beside the bytes of a response: its key, fields and places in tables, generously.
  private static let overhead = 2_048

  /// Holds about `limit` bytes at most. Nil where changes can't be seen.
  init?(_ content: ContentWatch?, limit: Int) {
    guard let content, limit > 0 else { return nil }
    self.content = content
    entries = Mutex(Entries(recent: Recent(limit: limit)))
  }

  /// To be taken before a page is read, and given to `insert` with it.
  var state: ContentState? { content.state }

  /// The response to that request, if what it shows has not changed since it was made.
  func response(for key: Key) -> Response? {
    guard let now = content.state else { return nil }
    return entries.withLock { entries in
      guard let entry = entries.recent.value(for: key) else { return nil }
      guard entry.state.equals(now, in: entry.part) else {
        entries.recent.remove(key)
        return nil
      }
      entries.hits += 1
      return entry.response
    }
  }

  /// Keeps a response that was made of `part` after the content had that `state`.
  func insert(
    _ response: Response, for key: Key, of part: ContentState.Part, state: ContentState
  ) {
    guard case .bytes(let body) = response.body else { return }
    entries.withLock {
      $0.recent.insert(
        Entry(response: response, part: part, state: state), for: key,
        size: body.count + key.size + Self.overhead)
    }
  }

  /// Responses and bytes held, and how many requests were answered from here.
  var load: (responses: Int, bytes: Int, hits: Int) {
    entries.withLock { ($0.recent.count, $0.recent.size, $0.hits) }
  }
}
