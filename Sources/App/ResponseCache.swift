import HTTP
import Store
import Synchronization
import Threads

/// Finished responses to anonymous reads of pages that depend on the database alone.
///
/// Exact: an entry counts only while the content that its page is made of is in the state it was in
/// before the page was read, which the file itself tells (`ContentWatch`), whoever wrote. Commits of
/// anything else (diagnoses, reports, sessions) leave it alone. Bounded: see `Recent`.
///
/// Searches have room of their own: there is no end to what people may search for, and pages of
/// issues are asked for again and again.
final class ResponseCache: Sendable {
  enum Room: Sendable { case pages, searches }

  /// An answer, and what is counted each time that it is given.
  struct Kept: Sendable {
    let response: Response
    let asked: AskedSearch?
  }

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
    let kept: Kept
    /// What the page was made of.
    let part: ContentState.Part
    let state: ContentState
  }

  private struct Entries {
    var pages: Recent<Key, Entry>
    var searches: Recent<Key, Entry>
    var hits = 0

    mutating func entry(for key: Key) -> Entry? {
      pages.value(for: key) ?? searches.value(for: key)
    }

    mutating func remove(_ key: Key) {
      pages.remove(key)
      searches.remove(key)
    }
  }

  private let content: ContentWatch
  private let entries: Mutex<Entries>
  /// Beside the bytes of a response: its key, fields and places in tables, generously.
  private static let overhead = 2_048

  /// Holds about `limit` bytes at most, a third of them for searches. Nil where changes can't be seen.
  init?(_ content: ContentWatch?, limit: Int) {
    guard let content, limit > 0 else { return nil }
    self.content = content
    let searches = limit / 3
    entries = Mutex(
      Entries(pages: Recent(limit: limit - searches), searches: Recent(limit: searches)))
  }

  /// To be taken before a page is read, and given to `insert` with it.
  var state: ContentState? { content.state }

  /// What is kept for that request, if what it shows has not changed since it was made.
  func kept(for key: Key) -> Kept? {
    guard let now = content.state else { return nil }
    return entries.withLock { entries in
      guard let entry = entries.entry(for: key) else { return nil }
      guard entry.state.equals(now, in: entry.part) else {
        entries.remove(key)
        return nil
      }
      entries.hits += 1
      return entry.kept
    }
  }

  /// Keeps an answer that was made of `part` after the content had that `state`.
  func insert(
    _ kept: Kept, for key: Key, in room: Room, of part: ContentState.Part, state: ContentState
  ) {
    guard case .bytes(let body) = kept.response.body else { return }
    let entry = Entry(kept: kept, part: part, state: state)
    let size = body.count + key.size + (kept.asked?.size ?? 0) + Self.overhead
    entries.withLock { entries in
      switch room {
      case .pages: entries.pages.insert(entry, for: key, size: size)
      case .searches: entries.searches.insert(entry, for: key, size: size)
      }
    }
  }

  /// Responses and bytes held, and how many requests were answered from here.
  var load: (responses: Int, bytes: Int, hits: Int) {
    entries.withLock {
      ($0.pages.count + $0.searches.count, $0.pages.size + $0.searches.size, $0.hits)
    }
  }
}
