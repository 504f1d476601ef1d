import HTTP
import SQLite
import Synchronization

/// How often something may be done.
struct RateLimit: Sendable {
  let name: String
  let count: Int
  let seconds: Int

  static let anonymousWrites = RateLimit(name: "anonymous-writes", count: 30, seconds: 60)
  static let signIns = RateLimit(name: "sign-ins", count: 30, seconds: 300)
  static let signInsOfAccount = RateLimit(name: "sign-ins-of-account", count: 10, seconds: 300)
  static let wrongTokens = RateLimit(name: "wrong-tokens", count: 60, seconds: 60)

  /// https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
  func failure(now: UInt64) -> Failure {
    let left = seconds - Int(now / 1_000_000_000) % seconds
    return Failure.tooMany.header("Retry-After", String(left))
      .header("RateLimit-Policy", "\"\(name)\";q=\(count);w=\(seconds)")
      .header("RateLimit", "\"\(name)\";r=0;t=\(left)")
  }
}

/// Counts events in fixed windows by key, on a clock that no jump moves. Bounded: when too many keys are about, old windows go first.
final class RateLimiter: Sendable {
  private struct Window {
    var start: Int
    var count: Int
  }

  private let windows = Mutex<[String: Window]>([:])

  /// Counts one event of `key`, or several; throws when the limit is reached.
  func count(
    _ limit: RateLimit, of key: String, times: Int = 1, now: UInt64 = monotonicNanoseconds()
  ) throws(Failure) {
    guard
      allows(
        limit.name + " " + key, count: limit.count, seconds: limit.seconds, times: times, now: now)
    else { throw limit.failure(now: now) }
  }

  /// Counts an event, or several; false when that is more than `count` in this window.
  func allows(
    _ key: String, count: Int, seconds: Int, times: Int = 1,
    now: UInt64 = monotonicNanoseconds()
  ) -> Bool {
    windows.withLock { windows in
      let start = Int(now / 1_000_000_000) / seconds * seconds
      if windows.count > 20_000 {
        windows = windows.filter { $0.value.start >= start - 600 }
        if windows.count > 20_000 { windows.removeAll() }
      }
      var window = windows[key] ?? Window(start: start, count: 0)
      if window.start != start { window = Window(start: start, count: 0) }
      window.count += times
      windows[key] = window
      return window.count <= count
    }
  }
}
