import SQLite
import Synchronization

/// So many events in so many seconds.
struct RateLimit: Sendable {
  /// For the `RateLimit` header.
  let name: String
  let count: Int
  let seconds: Int

  /// Writes of one address without an account.
  static let writes = RateLimit(name: "writes", count: 30, seconds: 60)
  /// Sign-ins from one address.
  static let signIns = RateLimit(name: "sign-ins", count: 30, seconds: 300)
  /// Passwords tried for one account, from anywhere.
  static let account = RateLimit(name: "account", count: 10, seconds: 300)
  /// Wrong tokens from one address.
  static let tokens = RateLimit(name: "tokens", count: 60, seconds: 60)
}

/// Counts events in fixed windows by key, on a clock that no jump moves. Bounded: when too many
/// keys are about, old windows go first.
final class RateLimiter: Sendable {
  private struct Window {
    var start: Int
    var count: Int
  }

  private let windows = Mutex<[String: Window]>([:])

  /// Counts one event of `who`; throws the refusal when there were too many in this window.
  func count(_ who: String, _ limit: RateLimit) throws(Failure) {
    let now = monotonicNanoseconds()
    guard !allows(limit.name + " " + who, count: limit.count, seconds: limit.seconds, now: now)
    else { return }
    let second = Int(now / 1_000_000_000)
    throw Failure.tooMany(limit, wait: limit.seconds - second % limit.seconds)
  }

  /// Counts one event; false when there were `count` in this window already.
  func allows(
    _ key: String, count: Int, seconds: Int, now: UInt64 = monotonicNanoseconds()
  ) -> Bool {
    windows.withLock { windows in
      let start = Int(now / 1_000_000_000) / seconds * seconds
      if windows.count > 20_000 {
        windows = windows.filter { $0.value.start >= start - 600 }
        if windows.count > 20_000 { windows.removeAll() }
      }
      var window = windows[key] ?? Window(start: start, count: 0)
      if window.start != start { window = Window(start: start, count: 0) }
      window.count += 1
      windows[key] = window
      return window.count <= count
    }
  }
}
